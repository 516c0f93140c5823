package dev.daybook.storage.s3.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.regex.Pattern;

/** The buckets of {@link S3Double} and what each request does to them. */
final class S3Objects {
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d{1,19})-(\\d{1,19})?");
  private static final int PAGE_KEYS_MAX = 1_000;
  private static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM uuuu HH:mm:ss 'GMT'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter LIST_DATE =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final Map<String, ConcurrentNavigableMap<String, StoredObject>> buckets =
      new ConcurrentHashMap<>();
  private final InstantSource clock;

  S3Objects(InstantSource clock) {
    this.clock = clock;
  }

  /** One object, as it was written. */
  @SuppressWarnings("ArrayRecordComponent") // read once and handed on; never compared
  record StoredObject(
      byte[] content, Map<String, String> checksums, Instant storedAt, String etag) {}

  void createBucket(String name) {
    buckets.putIfAbsent(name, new ConcurrentSkipListMap<>());
  }

  boolean hasBucket(String name) {
    return buckets.containsKey(name);
  }

  ConcurrentNavigableMap<String, StoredObject> bucket(String name) {
    return Optional.ofNullable(buckets.get(name))
        .orElseThrow(
            () -> new S3Error(404, "NoSuchBucket", "The specified bucket does not exist: " + name));
  }

  StoredObject object(String bucket, String key) {
    return Optional.ofNullable(bucket(bucket).get(key))
        .orElseThrow(
            () -> new S3Error(404, "NoSuchKey", "The specified key does not exist: " + key));
  }

  HttpResponse create(String bucket, String key, PutBody body) {
    var object = stored(body);
    if (bucket(bucket).putIfAbsent(key, object) != null) {
      throw new S3Error(
          412,
          "PreconditionFailed",
          "At least one of the pre-conditions you specified did not hold");
    }
    return HttpResponse.empty(200).with("ETag", object.etag());
  }

  HttpResponse overwrite(String bucket, String key, PutBody body) {
    var object = stored(body);
    bucket(bucket).put(key, object);
    return HttpResponse.empty(200).with("ETag", object.etag());
  }

  private StoredObject stored(PutBody body) {
    return new StoredObject(
        body.content(),
        body.checksums(),
        clock.instant(),
        '"' + HexFormat.of().formatHex(SignatureV4.digest("MD5", body.content())) + '"');
  }

  HttpResponse delete(String bucket, String key) {
    bucket(bucket).remove(key);
    return HttpResponse.empty(204);
  }

  HttpResponse get(String bucket, String key, HttpRequest request) {
    var object = object(bucket, key);
    var headers = new LinkedHashMap<String, String>();
    headers.put("ETag", object.etag());
    headers.put("Last-Modified", httpDate(object.storedAt()));
    headers.put("Accept-Ranges", "bytes");
    headers.put("Content-Type", "application/octet-stream");
    var range = request.header("range");
    if (range.isPresent()) {
      return part(object, range.get(), headers);
    }
    if (request.header("x-amz-checksum-mode").orElse("").equals("ENABLED")) {
      headers.putAll(object.checksums());
    }
    return new HttpResponse(200, headers, object.content());
  }

  private static HttpResponse part(
      StoredObject object, String header, Map<String, String> headers) {
    var range = RANGE.matcher(header);
    if (!range.matches()) {
      throw S3Error.notImplemented("the range '" + header + "'");
    }
    int size = object.content().length;
    long first = Long.parseLong(range.group(1));
    long last = Math.min(range.group(2) == null ? size : Long.parseLong(range.group(2)), size - 1L);
    if (first >= size) {
      throw new S3Error(416, "InvalidRange", "The requested range is not satisfiable");
    }
    if (first > last) {
      throw new S3Error(400, "InvalidArgument", "The range ends before it begins: " + header);
    }
    headers.put("Content-Range", "bytes " + first + "-" + last + "/" + size);
    return new HttpResponse(
        206, headers, Arrays.copyOfRange(object.content(), (int) first, (int) last + 1));
  }

  HttpResponse list(String bucket, Map<String, String> parameters) {
    var known =
        Set.of(
            "list-type",
            "prefix",
            "start-after",
            "max-keys",
            "continuation-token",
            "encoding-type");
    parameters.keySet().stream()
        .filter(name -> !known.contains(name))
        .findFirst()
        .ifPresent(name -> {
          throw S3Error.notImplemented("listings with '" + name + "'");
        });
    boolean encodes = parameters.getOrDefault("encoding-type", "").equals("url");
    var prefix = parameters.getOrDefault("prefix", "");
    int keysMax = Math.min(number(parameters.getOrDefault("max-keys", "1000")), PAGE_KEYS_MAX);
    var token = parameters.getOrDefault("continuation-token", "");
    var after = token.isEmpty() ? parameters.getOrDefault("start-after", "") : unseal(token);

    boolean begins = after.compareTo(prefix) < 0;
    var rest = bucket(bucket).tailMap(begins ? prefix : after, begins);
    var contents = new StringBuilder();
    int count = 0;
    var last = "";
    boolean more = false;
    for (var entry : rest.entrySet()) {
      var key = entry.getKey();
      if (!key.startsWith(prefix)) {
        break;
      }
      if (count == keysMax) {
        more = true;
        break;
      }
      contents
          .append("<Contents>")
          .append(element("Key", text(key, encodes)))
          .append(element("LastModified", LIST_DATE.format(entry.getValue().storedAt())))
          .append(element("ETag", text(entry.getValue().etag(), false)))
          .append(element("Size", String.valueOf(entry.getValue().content().length)))
          .append(element("StorageClass", "STANDARD"))
          .append("</Contents>");
      last = key;
      count++;
    }
    return HttpResponse.xml(
        200,
        "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
            + element("Name", text(bucket, false))
            + element("Prefix", text(prefix, encodes))
            + element("StartAfter", text(parameters.getOrDefault("start-after", ""), encodes))
            + (encodes ? element("EncodingType", "url") : "")
            + element("MaxKeys", String.valueOf(keysMax))
            + element("KeyCount", String.valueOf(count))
            + element("IsTruncated", String.valueOf(more))
            + (more ? element("NextContinuationToken", seal(last)) : "")
            + contents
            + "</ListBucketResult>");
  }

  private static int number(String maxKeys) {
    try {
      return Integer.parseUnsignedInt(maxKeys);
    } catch (NumberFormatException e) {
      throw new S3Error(400, "InvalidArgument", "max-keys is no number: " + maxKeys);
    }
  }

  /** Tokens are opaque to clients; this one says after which key to go on. */
  private static String seal(String key) {
    return Base64.getUrlEncoder().encodeToString(("after " + key).getBytes(UTF_8));
  }

  private static String unseal(String token) {
    try {
      var text = new String(Base64.getUrlDecoder().decode(token), UTF_8);
      if (text.startsWith("after ")) {
        return text.substring("after ".length());
      }
    } catch (IllegalArgumentException e) {
      throw new S3Error(400, "InvalidArgument", "The continuation token is incorrect");
    }
    throw new S3Error(400, "InvalidArgument", "The continuation token is incorrect");
  }

  private static String element(String name, String text) {
    return "<" + name + ">" + text + "</" + name + ">";
  }

  private static String text(String text, boolean encodes) {
    return encodes ? Percent.encode(text).replace("%2F", "/") : escaped(text);
  }

  static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  static String httpDate(Instant time) {
    return HTTP_DATE.format(time);
  }
}
