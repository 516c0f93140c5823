package dev.daybook.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.storage.CapabilityProbe.Verdict;
import dev.daybook.storage.CapabilityProbe.Verdict.Sound;
import dev.daybook.storage.CapabilityProbe.Verdict.Unsound;
import dev.daybook.storage.FaultyObjectStore.Fault;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.AccessDeniedException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CapabilityProbeTest {
  private static final ObjectKey OTHER = ObjectKey.of("factory/other");

  private final MemoryObjectStore memory = new MemoryObjectStore();

  @Test
  void acceptsASoundStoreAndLeavesNothingBehind() throws Exception {
    memory.createIfAbsent(OTHER, new byte[1]);
    var counting = new CountingObjectStore(memory);

    assertThat(probe(counting)).isEqualTo(new Sound());

    assertThat(memory.list("", "", 10).objects()).hasSize(1);
    assertThat(counting.requests())
        .allMatch(request -> request.path().startsWith("factory/probe-"));
    assertThat(counting.requests()).hasSizeBetween(60, 100);
  }

  @Test
  void refusesAStoreThatIgnoresConditions() throws Exception {
    assertRefused(
        new ForwardingObjectStore(memory) {
          @Override
          public Created createIfAbsent(ObjectKey key, byte[] bytes) throws IOException {
            store.overwrite(key, bytes);
            return new Created(Creation.CREATED, Instant.now());
          }
        },
        "let 8 of 8 racing writers create the same key factory/probe-");
  }

  @Test
  void refusesAStoreThatIgnoresConditionsInSilence() throws Exception {
    assertRefused(
        new ForwardingObjectStore(memory) {
          @Override
          public Created createIfAbsent(ObjectKey key, byte[] bytes) throws IOException {
            var created = store.createIfAbsent(key, bytes);
            store.overwrite(key, bytes);
            return created;
          }
        },
        "but kept the bytes of that writer",
        "replaced the bytes of");
  }

  @Test
  void refusesAStoreThatLooksBeforeItWrites() throws Exception {
    Map<ObjectKey, CountDownLatch> looked = new ConcurrentHashMap<>();
    assertRefused(
        new ForwardingObjectStore(memory) {
          @Override
          public Created createIfAbsent(ObjectKey key, byte[] bytes) throws IOException {
            boolean isFree = store.get(key).isEmpty();
            awaitAnother(looked.computeIfAbsent(key, unused -> new CountDownLatch(2)));
            if (isFree) {
              store.overwrite(key, bytes);
            }
            return new Created(isFree ? Creation.CREATED : Creation.ALREADY_EXISTS, Instant.now());
          }
        },
        "racing writers create the same key");
  }

  private static void awaitAnother(CountDownLatch looked) throws IOException {
    looked.countDown();
    try {
      assertThat(looked.await(10, TimeUnit.SECONDS)).as("another racer came").isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    }
  }

  @Test
  void refusesAStoreWhoseListingIsStale() throws Exception {
    assertRefused(
        new ForwardingObjectStore(memory) {
          private Page last = new Page(List.of(), false, Instant.EPOCH);

          @Override
          public synchronized Page list(String prefix, String startAfter, int keysMax)
              throws IOException {
            var stale = last;
            last = store.list(prefix, startAfter, keysMax);
            return stale;
          }
        },
        "listed 0 of the 1 objects below factory/probe-");
  }

  @Test
  void refusesAStoreThatListsInNoOrder() throws Exception {
    assertRefused(
        new ForwardingObjectStore(memory) {
          @Override
          public Page list(String prefix, String startAfter, int keysMax) throws IOException {
            var page = store.list(prefix, startAfter, keysMax);
            return new Page(page.objects().reversed(), page.more(), page.answeredAt());
          }
        },
        "not in the order of its keys");
  }

  @Test
  void refusesAStoreThatReturnsOldBytes() throws Exception {
    Map<ObjectKey, ObjectStore.Stored> cache = new ConcurrentHashMap<>();
    assertRefused(
        new ForwardingObjectStore(memory) {
          @Override
          public Optional<Stored> get(ObjectKey key) throws IOException {
            store.get(key).ifPresent(stored -> cache.putIfAbsent(key, stored));
            return Optional.ofNullable(cache.get(key));
          }
        },
        "returns old bytes of");
  }

  @Test
  void refusesAStoreThatKeepsWhatWasDeleted() throws Exception {
    assertRefused(
        new ForwardingObjectStore(memory) {
          @Override
          public void delete(ObjectKey key) {}
        },
        "still returns");
  }

  @Test
  void acceptsAStoreThatFailsOneRunOnly() throws Exception {
    var lists = new AtomicInteger();
    var hiccup =
        new ForwardingObjectStore(memory) {
          @Override
          public Page list(String prefix, String startAfter, int keysMax) throws IOException {
            return lists.incrementAndGet() == 1
                ? new Page(List.of(), false, Instant.now())
                : store.list(prefix, startAfter, keysMax);
          }
        };

    assertThat(probe(hiccup)).isEqualTo(new Sound());
    assertThat(lists).hasValueGreaterThan(1);
    assertThat(memory.list("", "", 10).objects()).isEmpty();
  }

  @Test
  void acceptsAStoreThatAsksRacersToRetryOrLosesAnswers() throws Exception {
    for (var fault : List.of(Fault.CONFLICT, Fault.RESPONSE_LOST, Fault.REQUEST_LOST)) {
      var faulty = new FaultyObjectStore(memory, 7);
      var creating =
          new ForwardingObjectStore(memory) {
            @Override
            public Created createIfAbsent(ObjectKey key, byte[] bytes) throws IOException {
              return faulty.createIfAbsent(key, bytes);
            }
          };
      faulty.withChance(fault, 0.1);

      assertThat(probe(creating)).as("%s", fault).isEqualTo(new Sound());
      assertThat(faulty.faultCount()).isPositive();
    }
  }

  @Test
  void hasNoVerdictOnAStoreThatDoesNotAnswer() {
    var denied =
        new ForwardingObjectStore(memory) {
          @Override
          public Created createIfAbsent(ObjectKey key, byte[] bytes) throws IOException {
            throw new AccessDeniedException(key.path(), null, "the policy needs s3:PutObject");
          }
        };
    assertThatThrownBy(() -> probe(denied))
        .isInstanceOf(AccessDeniedException.class)
        .hasMessageContaining("s3:PutObject");

    var down = new FaultyObjectStore(memory, 1).withChance(Fault.UNAVAILABLE, 1);
    assertThatThrownBy(() -> probe(down))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("memory", "503 SlowDown");
  }

  @Test
  void endsWhenInterrupted() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> probe(memory)).isInstanceOf(IOException.class);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void wantsAPrefixThatIsAFolder() {
    assertThatThrownBy(() -> CapabilityProbe.probe(memory, "fac", new Random(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'fac'");
  }

  private void assertRefused(ObjectStore store, String... oneOf) throws IOException {
    var named =
        new ForwardingObjectStore(store) {
          @Override
          public String describe() {
            return "s3://bucket/factory";
          }
        };

    assertThat(probe(named))
        .isInstanceOfSatisfying(
            Unsound.class,
            unsound -> {
              assertThat(unsound.why())
                  .startsWith("s3://bucket/factory ")
                  .contains("Use a local directory, or a bucket");
              assertThat(List.of(oneOf)).anyMatch(words -> unsound.why().contains(words));
            });
  }

  private static Verdict probe(ObjectStore store) throws IOException {
    return CapabilityProbe.probe(store, "factory/", new Random(42));
  }
}
