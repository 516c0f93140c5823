package dev.daybook.storage;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.storage.FaultyObjectStore.Fault;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class FaultyObjectStoreTest {
  private static final ObjectKey KEY = ObjectKey.of("a");
  private static final byte[] BYTES = "0123456789".getBytes(US_ASCII);

  private final MemoryObjectStore memory = new MemoryObjectStore();
  private final FaultyObjectStore faulty = new FaultyObjectStore(memory, 1);

  @Nested
  class WithoutFaults extends ObjectStoreContract {
    @Override
    protected ObjectStore freshStore() {
      return new FaultyObjectStore(new MemoryObjectStore(), 1);
    }
  }

  @Test
  void losesARequestBeforeItsEffect() throws Exception {
    faulty.failNext(Fault.REQUEST_LOST);

    assertThatThrownBy(() -> faulty.createIfAbsent(KEY, BYTES)).hasMessageContaining("No answer");

    assertThat(memory.get(KEY)).isEmpty();
    assertThat(faulty.createIfAbsent(KEY, BYTES).isNew()).isTrue();
  }

  @Test
  void losesAnAnswerAfterTheEffect() throws Exception {
    faulty.failNext(Fault.RESPONSE_LOST);

    assertThatThrownBy(() -> faulty.createIfAbsent(KEY, BYTES)).hasMessageContaining("No answer");

    assertThat(memory.get(KEY)).isPresent();
    assertThat(faulty.createIfAbsent(KEY, BYTES).isNew()).isFalse();
  }

  @Test
  void letsAWriteTakeEffectLate() throws Exception {
    faulty.failNext(Fault.LATE_EFFECT);
    assertThatThrownBy(() -> faulty.createIfAbsent(KEY, BYTES)).hasMessageContaining("No answer");
    assertThat(memory.get(KEY)).isEmpty();
    assertThat(faulty.lateCount()).isOne();

    int calls = 0;
    while (faulty.lateCount() > 0) {
      faulty.list("", "", 1);
      assertThat(++calls).isLessThan(100);
    }

    assertThat(memory.get(KEY)).isPresent();
  }

  @Test
  void letsALateCreateFindTheKeyTaken() throws Exception {
    faulty.failNext(Fault.LATE_EFFECT);
    assertThatThrownBy(() -> faulty.createIfAbsent(KEY, BYTES)).isInstanceOf(IOException.class);
    memory.createIfAbsent(KEY, new byte[] {7});

    faulty.applyLate();

    assertThat(memory.get(KEY).orElseThrow().bytes()).containsExactly(7);
  }

  @Test
  void hitsOverwritesAndDeletesToo() throws Exception {
    memory.createIfAbsent(KEY, BYTES);
    faulty.failNext(Fault.REQUEST_LOST).failNext(Fault.RESPONSE_LOST);

    assertThatThrownBy(() -> faulty.overwrite(KEY, new byte[1])).isInstanceOf(IOException.class);
    assertThat(memory.get(KEY).orElseThrow().bytes()).isEqualTo(BYTES);
    assertThatThrownBy(() -> faulty.delete(KEY)).isInstanceOf(IOException.class);
    assertThat(memory.get(KEY)).isEmpty();
  }

  @Test
  void damagesReads() throws Exception {
    memory.createIfAbsent(KEY, BYTES);
    faulty.failNext(Fault.TRUNCATED_READ).failNext(Fault.FLIPPED_BIT);

    var truncated = faulty.get(KEY).orElseThrow().bytes();
    var flipped = faulty.getRange(KEY, 2, 5).orElseThrow().bytes();

    assertThat(truncated).hasSizeLessThan(BYTES.length);
    assertThat(flipped).hasSize(5);
    int bits = 0;
    for (int i = 0; i < flipped.length; i++) {
      bits += Integer.bitCount((flipped[i] ^ BYTES[i + 2]) & 0xff);
    }
    assertThat(bits).isOne();
    assertThat(faulty.get(KEY).orElseThrow().bytes()).isEqualTo(BYTES);
  }

  @Test
  void refusesWithTheWordsOfS3() {
    faulty.failNext(Fault.CONFLICT).failNext(Fault.UNAVAILABLE);

    assertThatThrownBy(() -> faulty.createIfAbsent(KEY, BYTES)).hasMessageContaining("409");
    assertThatThrownBy(() -> faulty.list("", "", 1)).hasMessageContaining("503");
    assertThat(memory.get(KEY)).isEmpty();
  }

  @Test
  void repeatsARunFromItsSeed() throws Exception {
    assertThat(run(5)).isEqualTo(run(5)).isNotEqualTo(run(6)).contains("lost", "CREATED");
  }

  private static List<String> run(long seed) throws IOException {
    var faulty =
        new FaultyObjectStore(new MemoryObjectStore(), seed)
            .withChance(Fault.REQUEST_LOST, 0.2)
            .withChance(Fault.LATE_EFFECT, 0.2)
            .withChance(Fault.FLIPPED_BIT, 0.2);
    List<String> seen = new ArrayList<>();
    for (int n = 0; n < 50; n++) {
      var key = ObjectKey.of("k" + n % 7);
      try {
        seen.add(faulty.createIfAbsent(key, BYTES).creation().name());
      } catch (IOException e) {
        seen.add("lost");
      }
      seen.add(faulty.get(key).map(stored -> new String(stored.bytes(), US_ASCII)).orElse("none"));
    }
    return seen;
  }
}
