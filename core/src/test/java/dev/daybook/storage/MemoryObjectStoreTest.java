package dev.daybook.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class MemoryObjectStoreTest {
  @Nested
  class Contract extends ObjectStoreContract {
    @Override
    protected ObjectStore freshStore() {
      return new MemoryObjectStore();
    }
  }

  @Nested
  class RaceContract extends ObjectStoreRaceContract {
    @Override
    protected ObjectStore freshStore() {
      return new MemoryObjectStore();
    }
  }

  @Test
  void takesItsTimeFromTheClock() {
    var time = new Instant[] {Instant.parse("2026-01-01T00:00:00Z")};
    var store = new MemoryObjectStore(() -> time[0]);
    var key = ObjectKey.of("a");

    var created = store.createIfAbsent(key, new byte[1]);
    var later = time[0].plusSeconds(5);
    var before = time[0];
    time[0] = later;

    assertThat(created.answeredAt()).isEqualTo(before);
    assertThat(store.get(key))
        .hasValueSatisfying(stored -> {
          assertThat(stored.storedAt()).isEqualTo(before);
          assertThat(stored.answeredAt()).isEqualTo(later);
        });
    assertThat(store.list("", "", 1).answeredAt()).isEqualTo(later);
  }

  @Test
  void keepsItsContentWhenClosed() {
    var store = new MemoryObjectStore();
    store.createIfAbsent(ObjectKey.of("a"), new byte[1]);
    store.close();

    assertThat(store.get(ObjectKey.of("a"))).isPresent();
  }
}
