package dev.daybook.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

final class S3ContentTest {
  @Test
  void readsAsManyBytesAsAnnounced() throws Exception {
    assertThat(read(3L, 1, 2, 3).bytes()).containsExactly(1, 2, 3);
    assertThat(read(0L).bytes()).isEmpty();
  }

  @Test
  void asksAgainForABodyOfAnotherLength() {
    assertThatThrownBy(() -> read(4L, 1, 2, 3))
        .isInstanceOf(RetryableException.class)
        .hasMessageContaining("the body ended after 3 of 4 bytes");
    assertThatThrownBy(() -> read(2L, 1, 2, 3))
        .isInstanceOf(RetryableException.class)
        .hasMessageContaining("goes on after the announced 2 bytes");
  }

  @Test
  void refusesWhatItCannotHold() {
    assertThatThrownBy(() -> read(Long.MAX_VALUE))
        .isInstanceOf(SdkClientException.class)
        .hasMessageContaining(Long.MAX_VALUE + " bytes");
    assertThatThrownBy(() -> read(null))
        .isInstanceOf(SdkClientException.class)
        .hasMessageContaining("Content-Length");
  }

  private static S3Content read(Long announced, int... body) throws Exception {
    var bytes = new byte[body.length];
    for (int i = 0; i < body.length; i++) {
      bytes[i] = (byte) body[i];
    }
    return S3Content.reader()
        .transform(
            GetObjectResponse.builder().contentLength(announced).build(),
            AbortableInputStream.create(new ByteArrayInputStream(bytes)));
  }
}
