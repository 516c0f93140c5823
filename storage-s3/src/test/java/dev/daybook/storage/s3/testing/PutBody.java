package dev.daybook.storage.s3.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/**
 * The content of a PUT, taken out of its encoding and checked in every way the request offers: hash
 * of the payload, signature of each chunk and of the trailer, announced length, checksums.
 *
 * @param checksums header name to value, of those that came with it
 */
@SuppressWarnings("ArrayRecordComponent") // read once and handed on; never compared
record PutBody(byte[] content, Map<String, String> checksums) {
  private static final String CHECKSUM = "x-amz-checksum-";

  /**
   * Reads the body of a request.
   *
   * @throws S3Error if anything does not fit
   */
  static PutBody of(HttpRequest request, SignatureV4.Signed signed) {
    var declared =
        request
            .header("x-amz-content-sha256")
            .orElseThrow(
                () -> new S3Error(400, "InvalidRequest", "Missing header x-amz-content-sha256"));
    var headers = new TreeMap<String, String>();
    request
        .headers()
        .forEach((name, value) -> {
          if (name.startsWith(CHECKSUM) && !name.equals("x-amz-checksum-algorithm")) {
            headers.put(name, value);
          }
        });
    byte[] content;
    if (declared.startsWith("STREAMING-")) {
      var chunks = new Chunks(request, signed, declared);
      content = chunks.decode();
      headers.putAll(chunks.trailers);
    } else {
      content = request.body();
      if (!declared.equals("UNSIGNED-PAYLOAD")
          && !declared.equals(SignatureV4.hexSha256(content))) {
        throw new S3Error(
            400, "XAmzContentSHA256Mismatch", "The payload is not the one that was hashed.");
      }
    }
    request
        .header("content-md5")
        .ifPresent(md5 -> require("Content-MD5", md5, SignatureV4.digest("MD5", content)));
    headers.forEach((name, value) -> require(name, value, checksum(name, content)));
    return new PutBody(content, headers);
  }

  private static void require(String name, String value, byte[] actual) {
    if (!value.equals(Base64.getEncoder().encodeToString(actual))) {
      throw new S3Error(400, "BadDigest", "The " + name + " is not the one of the content.");
    }
  }

  private static byte[] checksum(String header, byte[] content) {
    return switch (header.substring(CHECKSUM.length())) {
      case "crc32" -> crc(new CRC32(), content);
      case "crc32c" -> crc(new CRC32C(), content);
      case "sha1" -> SignatureV4.digest("SHA-1", content);
      case "sha256" -> SignatureV4.digest("SHA-256", content);
      default -> throw S3Error.notImplemented("the checksum " + header);
    };
  }

  private static byte[] crc(Checksum checksum, byte[] content) {
    checksum.update(content);
    return ByteBuffer.allocate(4).putInt((int) checksum.getValue()).array();
  }

  /** A body in aws-chunked encoding, being read. */
  private static final class Chunks {
    private final HttpRequest request;
    private final SignatureV4.Signed signed;
    private final boolean signs;
    private final boolean hasTrailer;
    private final Map<String, String> trailers = new TreeMap<>();
    private int at;
    private String signature;

    Chunks(HttpRequest request, SignatureV4.Signed signed, String declared) {
      this.request = request;
      this.signed = signed;
      signature = signed.seed();
      hasTrailer = declared.endsWith("-TRAILER");
      signs =
          switch (declared) {
            case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
                "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" ->
                true;
            case "STREAMING-UNSIGNED-PAYLOAD-TRAILER" -> false;
            default -> throw S3Error.notImplemented("payloads of kind " + declared);
          };
      if (!request.header("content-encoding").orElse("").contains("aws-chunked")) {
        throw new S3Error(400, "InvalidRequest", "Content-Encoding does not say aws-chunked.");
      }
    }

    byte[] decode() {
      var content = new ByteArrayOutputStream();
      byte[] chunk;
      do {
        chunk = chunk();
        content.writeBytes(chunk);
      } while (chunk.length > 0);
      if (hasTrailer) {
        trailer();
      }
      requireEmpty(line());
      if (at != request.body().length) {
        throw incomplete("bytes after its end");
      }
      var announced = request.header("x-amz-decoded-content-length").orElse("");
      if (!announced.equals(String.valueOf(content.size()))) {
        throw incomplete(content.size() + " bytes, announced '" + announced + "'");
      }
      return content.toByteArray();
    }

    private byte[] chunk() {
      var head = line();
      int semicolon = head.indexOf(';');
      int length;
      try {
        length = Integer.parseInt(semicolon < 0 ? head : head.substring(0, semicolon), 16);
      } catch (NumberFormatException e) {
        throw incomplete("a chunk of length '" + head + "'");
      }
      if (length < 0 || at + length > request.body().length) {
        throw incomplete("a chunk beyond its end");
      }
      var data = Arrays.copyOfRange(request.body(), at, at + length);
      at += length;
      if (signs) {
        signature = signed.chunk(signature, data);
        requireSignature("a chunk", head, ";chunk-signature=" + signature);
      }
      if (length > 0) {
        requireEmpty(line());
      }
      return data;
    }

    private void trailer() {
      var lines = new StringBuilder();
      for (var name : request.header("x-amz-trailer").orElse("").split(",", -1)) {
        var line = line();
        if (!line.startsWith(name + ":")) {
          throw incomplete("the trailer '" + line + "' instead of " + name);
        }
        trailers.put(name, line.substring(name.length() + 1).strip());
        lines.append(name).append(':').append(trailers.get(name)).append('\n');
      }
      if (signs) {
        requireSignature(
            "the trailer",
            line(),
            "x-amz-trailer-signature:" + signed.trailer(signature, lines.toString()));
      }
    }

    private String line() {
      for (int i = at; i + 1 < request.body().length; i++) {
        if (request.body()[i] == '\r' && request.body()[i + 1] == '\n') {
          var line = new String(request.body(), at, i - at, ISO_8859_1);
          at = i + 2;
          return line;
        }
      }
      throw incomplete("a line without an end");
    }

    private static void requireSignature(String of, String line, String expectedEnd) {
      if (!line.endsWith(expectedEnd)) {
        throw new S3Error(403, "SignatureDoesNotMatch", "The signature of " + of + " is wrong.");
      }
    }

    private static void requireEmpty(String line) {
      if (!line.isEmpty()) {
        throw incomplete("'" + line + "' where a line should be empty");
      }
    }

    private static S3Error incomplete(String what) {
      return new S3Error(400, "IncompleteBody", "The chunked body has " + what);
    }
  }
}
