package dev.daybook.internal.workspace;

import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.Test;

/** What is loaded ahead is asked for in vain without notice, so this says when it is. */
class PreloadTest {
  @Test
  void readsTheCheckpointItMakesUp() {
    assertThatCode(Preload::load).doesNotThrowAnyException();
  }
}
