package dev.daybook.storage.s3.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Checks the signatures of requests: AWS Signature Version 4, as the S3 API Reference describes it
 * under "Authenticating Requests (AWS Signature Version 4)", in headers only.
 */
final class SignatureV4 {
  private static final Pattern AUTHORIZATION =
      Pattern.compile(
          "AWS4-HMAC-SHA256 Credential=([^/,]+)/(\\d{8})/([^/,]+)/s3/aws4_request,"
              + "\\s*SignedHeaders=([^,]+),\\s*Signature=([0-9a-f]{64})");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final Duration SKEW_MAX = Duration.ofMinutes(15);

  private final String accessKey;
  private final String secret;
  private final String region;
  private final InstantSource clock;

  SignatureV4(String accessKey, String secret, String region, InstantSource clock) {
    this.accessKey = accessKey;
    this.secret = secret;
    this.region = region;
    this.clock = clock;
  }

  /**
   * A request whose signature is right, and what signs the chunks of its body.
   *
   * @param seed the request's signature, with which the chain of chunk signatures begins
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Signed(byte[] key, String time, String scope, String seed) {
    /** The signature of the next chunk in the chain. */
    String chunk(String before, byte[] data) {
      return sign(
          String.join(
              "\n",
              "AWS4-HMAC-SHA256-PAYLOAD",
              time,
              scope,
              before,
              hexSha256(new byte[0]),
              hexSha256(data)));
    }

    /** The signature of the trailing headers, given as lines that end in a newline. */
    String trailer(String before, String lines) {
      return sign(
          String.join(
              "\n",
              "AWS4-HMAC-SHA256-TRAILER",
              time,
              scope,
              before,
              hexSha256(lines.getBytes(UTF_8))));
    }

    private String sign(String text) {
      return HexFormat.of().formatHex(hmac(key, text));
    }
  }

  /**
   * Checks the request.
   *
   * @throws S3Error if it is not signed, or not with the one key there is
   */
  Signed verify(HttpRequest request) {
    var header =
        request
            .header("authorization")
            .orElseThrow(() -> new S3Error(403, "AccessDenied", "Anonymous access is off."));
    var authorization = AUTHORIZATION.matcher(header);
    if (!authorization.matches()) {
      throw new S3Error(400, "AuthorizationHeaderMalformed", "Authorization is not of version 4.");
    }
    if (!authorization.group(1).equals(accessKey)) {
      throw new S3Error(403, "InvalidAccessKeyId", "The access key does not exist.");
    }
    if (!authorization.group(3).equals(region)) {
      throw new S3Error(
          400,
          "AuthorizationHeaderMalformed",
          "The region '" + authorization.group(3) + "' is wrong; expecting '" + region + "'");
    }
    var time = signedTime(request, authorization.group(2));
    var scope = authorization.group(2) + "/" + region + "/s3/aws4_request";
    byte[] key = ("AWS4" + secret).getBytes(UTF_8);
    for (var part : List.of(authorization.group(2), region, "s3", "aws4_request")) {
      key = hmac(key, part);
    }
    var text =
        String.join(
            "\n",
            "AWS4-HMAC-SHA256",
            time,
            scope,
            hexSha256(canonical(request, authorization).getBytes(UTF_8)));
    var expected = HexFormat.of().formatHex(hmac(key, text));
    if (!expected.equals(authorization.group(5))) {
      throw new S3Error(
          403, "SignatureDoesNotMatch", "The signature is not the one of this secret.");
    }
    return new Signed(key, time, scope, expected);
  }

  private String signedTime(HttpRequest request, String date) {
    var time = request.header("x-amz-date").orElse("");
    try {
      var skew = Duration.between(TIME.parse(time, Instant::from), clock.instant()).abs();
      if (skew.compareTo(SKEW_MAX) > 0) {
        throw new S3Error(
            403, "RequestTimeTooSkewed", "The request's time is too far from the server's.");
      }
    } catch (DateTimeException e) {
      throw new S3Error(403, "AccessDenied", "x-amz-date is no time: '" + time + "'");
    }
    if (!time.startsWith(date)) {
      throw new S3Error(400, "AuthorizationHeaderMalformed", "Two dates in one request.");
    }
    return time;
  }

  private static String canonical(HttpRequest request, Matcher authorization) {
    var signedHeaders = List.of(authorization.group(4).split(";", -1));
    for (var name : request.headers().keySet()) {
      boolean hasToBeSigned = name.equals("host") || name.startsWith("x-amz-");
      if (hasToBeSigned && !signedHeaders.contains(name)) {
        throw new S3Error(403, "AccessDenied", "The header '" + name + "' is not signed.");
      }
    }
    var headers =
        signedHeaders.stream()
            .map(name -> name + ":" + request.header(name).orElse("") + "\n")
            .collect(Collectors.joining());
    return String.join(
        "\n",
        request.method(),
        request.path(),
        canonicalQuery(request.query()),
        headers,
        authorization.group(4),
        request.header("x-amz-content-sha256").orElse(""));
  }

  private static String canonicalQuery(String query) {
    if (query.isEmpty()) {
      return "";
    }
    return Arrays.stream(query.split("&", -1))
        .map(parameter -> parameter.indexOf('=') < 0 ? parameter + "=" : parameter)
        .map(parameter -> {
          int equals = parameter.indexOf('=');
          return encoded(parameter.substring(0, equals))
              + "="
              + encoded(parameter.substring(equals + 1));
        })
        .sorted()
        .collect(Collectors.joining("&"));
  }

  private static String encoded(String part) {
    return Percent.encode(URLDecoder.decode(part.replace("+", "%2B"), UTF_8));
  }

  static String hexSha256(byte[] bytes) {
    return HexFormat.of().formatHex(digest("SHA-256", bytes));
  }

  static byte[] digest(String algorithm, byte[] bytes) {
    try {
      return MessageDigest.getInstance(algorithm).digest(bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every JVM has " + algorithm, e);
    }
  }

  private static byte[] hmac(byte[] key, String text) {
    try {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(text.getBytes(UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every JVM has HmacSHA256", e);
    }
  }
}
