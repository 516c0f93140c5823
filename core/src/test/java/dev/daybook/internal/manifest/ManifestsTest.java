package dev.daybook.internal.manifest;

import static dev.daybook.internal.log.LogFixture.ID;
import static dev.daybook.internal.log.LogFixture.KEYS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.internal.log.Frame;
import dev.daybook.internal.log.LogFixture;
import dev.daybook.internal.log.Store;
import dev.daybook.storage.ForwardingObjectStore;
import dev.daybook.storage.MemoryObjectStore;
import dev.daybook.storage.ObjectKey;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestsTest {
  private final MemoryObjectStore memory = new MemoryObjectStore();
  private final Store store = LogFixture.store(memory);
  private final Manifests manifests = new Manifests(store, KEYS, ID);

  private Manifest commitOn(Manifest before) {
    Manifest next = manifests.after(before).build();
    assertThat(manifests.commit(next, "op-" + next.number())).isEqualTo(Manifests.Commit.DONE);
    return next;
  }

  /** Somebody asleep after asking for one number may find the number before it expired. */
  @Test
  void searchesOnWhenTheNewestExpiredMeanwhile() {
    Manifest first = commitOn(Manifest.NONE);
    ForwardingObjectStore asleep =
        new ForwardingObjectStore(memory) {
          private boolean slept;

          @Override
          public Optional<Stored> get(ObjectKey key) throws IOException {
            Optional<Stored> found = store.get(key);
            if (!slept && key.equals(KEYS.manifest(3))) {
              slept = true;
              commitOn(commitOn(commitOn(first)));
              store.overwrite(KEYS.manifest(2), Frame.tombstone("expired").encode(ID));
            }
            return found;
          }
        };
    Manifest newest = new Manifests(LogFixture.store(asleep), KEYS, ID).newest(Manifest.NONE);
    assertThat(newest.number()).isEqualTo(4);
    assertThat(newest).isEqualTo(manifests.newest(first));
  }

  /** A listing has 1,000 keys a page; from there on several numbers are asked for at once. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 999, 1_000, 1_001, 1_002, 2_345})
  void findsTheNewestOfAnyNumberWithoutKnowingOne(int count) throws IOException {
    Manifest newest = Manifest.NONE;
    byte[] expired = Frame.tombstone("expired").encode(ID);
    for (int number = 1; number <= count; number++) {
      if (number < count) {
        memory.createIfAbsent(KEYS.manifest(number), expired);
      } else {
        Manifest before =
            new Manifest(
                number - 1,
                newest.committedAt(),
                newest.features(),
                0,
                newest.watermarks(),
                newest.watermarkFiles(),
                newest.segments(),
                newest.checkpoint(),
                newest.taken(),
                newest.retired(),
                number,
                newest.pins());
        newest = commitOn(before);
      }
    }
    assertThat(manifests.newest()).isEqualTo(newest);
    assertThat(manifests.newest(Manifest.NONE)).isEqualTo(newest);
  }
}
