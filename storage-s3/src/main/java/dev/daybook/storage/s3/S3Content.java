package dev.daybook.storage.s3;

import java.io.IOException;
import java.util.Objects;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * The body of a GET, read to its end: exactly as many bytes as the server announced.
 *
 * <p>Some HTTP clients take a connection that closes early for the end of the body. So the length
 * is compared here, inside the SDK's retry loop, which asks again for a body that was cut off or
 * came with another checksum than announced.
 */
@SuppressWarnings("ArrayRecordComponent") // read once and handed on; never compared
record S3Content(GetObjectResponse response, byte[] bytes) {
  /** The longest array a JVM is sure to allocate. */
  private static final long LENGTH_MAX = Integer.MAX_VALUE - 8L;

  static ResponseTransformer<GetObjectResponse, S3Content> reader() {
    return S3Content::read;
  }

  private static S3Content read(GetObjectResponse response, AbortableInputStream in) {
    Long announced = response.contentLength();
    if (announced == null) {
      throw SdkClientException.create("the answer has no Content-Length");
    }
    if (announced > LENGTH_MAX) {
      throw SdkClientException.create(
          "the object has " + announced + " bytes, more than one array holds");
    }
    var bytes = new byte[Math.toIntExact(announced)];
    try {
      int read = in.readNBytes(bytes, 0, bytes.length);
      if (read < bytes.length) {
        throw RetryableException.create(
            "the body ended after " + read + " of " + announced + " bytes");
      }
      // Reading on to the end is what makes the SDK compare the checksum.
      if (in.read() >= 0) {
        throw RetryableException.create(
            "the body goes on after the announced " + announced + " bytes");
      }
    } catch (AbortedException | RetryableException e) {
      throw e;
    } catch (IOException e) {
      throw RetryableException.create(
          "the body broke off: " + Objects.requireNonNullElse(e.getMessage(), e.toString()), e);
    } catch (SdkClientException e) {
      // The wrong checksum, which the SDK by itself does not repeat.
      throw RetryableException.create(e.rawMessage(), e);
    }
    return new S3Content(response, bytes);
  }
}
