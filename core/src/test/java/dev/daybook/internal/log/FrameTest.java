package dev.daybook.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.CorruptDataException;
import dev.daybook.UnsupportedFormatException;
import dev.daybook.storage.ObjectKey;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FrameTest {
  private static final ObjectKey KEY = ObjectKey.of("w/000001/plan/00000000000000000001.json");
  private static final Frame FRAME =
      new Frame(
          Frame.Kind.PLAN, "01JD0000000000000000000001", "body\n".getBytes(StandardCharsets.UTF_8));
  private static final byte[] BYTES = FRAME.encode(LogFixture.ID);

  private static Frame decode(byte[] bytes) {
    return Frame.decode(KEY, bytes, Frame.Kind.PLAN, LogFixture.ID);
  }

  private static void assertSame(Frame found) {
    assertThat(found.kind()).isEqualTo(FRAME.kind());
    assertThat(found.operation()).isEqualTo(FRAME.operation());
    assertThat(found.body()).isEqualTo(FRAME.body());
  }

  @Test
  void readsWhatWasWritten() {
    assertSame(decode(BYTES));
  }

  @Test
  void noTurnedBitGivesAnotherFrame() {
    int refused = 0;
    for (int bit = 0; bit < BYTES.length * 8; bit++) {
      byte[] damaged = BYTES.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      try {
        assertSame(decode(damaged));
      } catch (CorruptDataException e) {
        assertThat(e).hasMessageContaining(KEY.path());
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(BYTES.length * 7);
  }

  /** Whoever meets a newer format is told so, and only then. */
  @Test
  void aNewerFormatIsNoDamage() {
    assertThatThrownBy(() -> decode(LogFixture.ofFormat(2, BYTES)))
        .isInstanceOf(UnsupportedFormatException.class)
        .hasMessageContaining("format version 2");
    assertSame(decode(LogFixture.ofFormat(1, BYTES)));
  }

  @Test
  void noShortenedObjectIsRead() {
    for (int length = 0; length < BYTES.length; length++) {
      byte[] cut = Arrays.copyOf(BYTES, length);
      assertThatThrownBy(() -> decode(cut))
          .isInstanceOf(CorruptDataException.class)
          .hasMessageContaining(KEY.path())
          .hasMessageContaining("restore the object");
    }
  }

  @Test
  void refusesAnotherWorkspacesObjectAndAnotherKind() {
    assertThatThrownBy(() -> decode(FRAME.encode("01JD0000000000000000000002")))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("belongs to workspace 01JD0000000000000000000002");
    assertThatThrownBy(() -> Frame.decode(KEY, BYTES, Frame.Kind.BATCH, LogFixture.ID))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("it is a PLAN, expected a BATCH");
  }
}
