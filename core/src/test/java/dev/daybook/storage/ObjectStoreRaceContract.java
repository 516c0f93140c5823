package dev.daybook.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What many threads that use one {@link ObjectStore} at the same moment may rely on. */
public abstract class ObjectStoreRaceContract {
  private static final int THREADS = 16;
  private static final byte[] LONG = filled('L', 200_000);
  private static final byte[] SHORT = filled('S', 70_000);

  private ObjectStore store;

  /** A store that holds nothing; closed after the test. */
  protected abstract ObjectStore freshStore() throws Exception;

  /** How often each race is run; more finds more, and costs its time. */
  protected int rounds() {
    return 40;
  }

  @BeforeEach
  void openStore() throws Exception {
    store = freshStore();
  }

  @AfterEach
  void closeStore() {
    if (store != null) {
      store.close();
    }
  }

  @Test
  void eachKeyHasOneWinnerAndItsBytes() throws Exception {
    var answers =
        Race.run(
            THREADS,
            rounds(),
            (thread, round) -> store.createIfAbsent(numbered(round), content(thread, round)));

    for (int round = 0; round < rounds(); round++) {
      var answer = answers.get(round);
      assertThat(answer).as("round %d", round).filteredOn(ObjectStore.Created::isNew).hasSize(1);
      int winner =
          answer.indexOf(
              answer.stream().filter(ObjectStore.Created::isNew).findFirst().orElseThrow());
      assertThat(store.get(numbered(round)).orElseThrow().bytes())
          .as("bytes in round %d, won by thread %d", round, winner)
          .isEqualTo(content(winner, round));
    }
  }

  @Test
  void theLoserSeesTheWinnersBytesAtOnce() throws Exception {
    var seen =
        Race.run(
            THREADS,
            rounds(),
            (thread, round) -> {
              store.createIfAbsent(numbered(round), content(thread, round));
              return new String(store.get(numbered(round)).orElseThrow().bytes(), UTF_8);
            });

    assertThat(seen).allSatisfy(round -> assertThat(round).containsOnly(round.getFirst()));
  }

  @Test
  void readersSeeAllOfAnObjectOrNothing() throws Exception {
    var found = new AtomicInteger();
    Race.run(
        THREADS,
        rounds(),
        (thread, round) -> {
          var key = numbered(round);
          if (thread % 4 == 0) {
            return store.createIfAbsent(key, LONG).isNew();
          }
          for (int look = 0; look < 3; look++) {
            var listed = store.list(key.path(), "", 1).objects();
            if (!listed.isEmpty()) {
              assertThat(listed.getFirst().size()).isEqualTo(LONG.length);
              assertThat(store.get(key)).as("a listed object").isPresent();
            }
            var stored = store.get(key);
            if (stored.isPresent()) {
              found.incrementAndGet();
              assertThat(Arrays.equals(stored.get().bytes(), LONG)).isTrue();
              assertThat(store.getRange(key, LONG.length - 5L, 10).orElseThrow().bytes())
                  .containsExactly('L', 'L', 'L', 'L', 'L');
            }
          }
          return true;
        });

    for (int round = 0; round < rounds(); round++) {
      assertThat(store.get(numbered(round))).isPresent();
    }
    assertThat(found).as("reads that met the object").hasPositiveValue();
  }

  @Test
  void aListingBegunAfterAnAnswerShowsTheObject() throws Exception {
    Race.run(
        THREADS,
        rounds(),
        (thread, round) -> {
          var key = ObjectKey.of("log/%02d/%012d".formatted(thread % 4, round * THREADS + thread));
          assertThat(store.createIfAbsent(key, content(thread, round)).isNew()).isTrue();
          assertThat(store.list(key.path(), "", 10).objects())
              .extracting(ObjectStore.Listed::key)
              .containsExactly(key);
          if (thread < 4) {
            assertThat(store.list("log/", "", 1_000).objects())
                .extracting(ObjectStore.Listed::key)
                .contains(key)
                .isSorted()
                .doesNotHaveDuplicates();
          }
          return true;
        });
  }

  @Test
  void anOverwriteShowsTheOldBytesOrTheNew() throws Exception {
    var key = ObjectKey.of("manifest/00000000000000000001.json");
    store.createIfAbsent(key, LONG);
    Race.run(
        THREADS,
        rounds(),
        (thread, round) -> {
          if (thread % 4 == 0) {
            store.overwrite(key, thread % 8 == 0 ? LONG : SHORT);
            return true;
          }
          var bytes = store.get(key).orElseThrow().bytes();
          assertThat(Arrays.equals(bytes, LONG) || Arrays.equals(bytes, SHORT))
              .as("%d bytes, one of the two contents", bytes.length)
              .isTrue();
          assertThat(store.list("manifest/", "", 1).objects().getFirst().size())
              .isIn((long) LONG.length, (long) SHORT.length);
          return true;
        });
  }

  @Test
  void aCreateNeverReplacesAnOverwrite() throws Exception {
    var tombstone = "tombstone".getBytes(UTF_8);
    Race.run(
        THREADS,
        rounds(),
        (thread, round) -> {
          if (thread % 4 != 0) {
            return store.createIfAbsent(numbered(round), content(thread, round)).isNew();
          }
          store.overwrite(numbered(round), tombstone);
          assertThat(store.get(numbered(round)).orElseThrow().bytes())
              .as("round %d, after the overwrite, which each create either precedes or sees", round)
              .isEqualTo(tombstone);
          return false;
        });

    for (int round = 0; round < rounds(); round++) {
      assertThat(store.get(numbered(round)).orElseThrow().bytes()).isEqualTo(tombstone);
    }
  }

  @Test
  void createsAndDeletesOfOneKeyTakeTurns() throws Exception {
    var key = ObjectKey.of("a/deep/folder/of/its/own");
    var created = new AtomicInteger();
    var answers =
        Race.run(
            THREADS,
            rounds(),
            (thread, round) -> {
              if (thread % 2 == 0) {
                if (store.createIfAbsent(key, content(thread, round)).isNew()) {
                  created.incrementAndGet();
                }
                return true;
              }
              store.delete(key);
              return store.get(key).map(stored -> stored.bytes().length > 0).orElse(true);
            });

    int deletes = rounds() * THREADS / 2;
    assertThat(created.get()).isBetween(1, deletes + 1);
    assertThat(answers).allSatisfy(round -> assertThat(round).doesNotContain(false));
    store.delete(key);
    assertThat(Objects.requireNonNull(store.createIfAbsent(key, SHORT)).isNew()).isTrue();
  }

  private static ObjectKey numbered(int round) {
    return ObjectKey.of("plan/%020d.json".formatted(995 + round));
  }

  private static byte[] content(int thread, int round) {
    return "thread %d in round %d".formatted(thread, round).repeat(1 + thread).getBytes(UTF_8);
  }

  private static byte[] filled(char c, int length) {
    var bytes = new byte[length];
    Arrays.fill(bytes, (byte) c);
    return bytes;
  }
}
