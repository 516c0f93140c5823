package dev.daybook.storage;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries out whether a store keeps the promises of {@link ObjectStore} that Daybook cannot do
 * without. There are servers that accept a conditional create and ignore the condition, or hold it
 * only while nobody races.
 *
 * <p>A probe uses fresh keys only: {@value #RACERS} threads race to create each of several, which
 * must have one winner; then come a second create, listings right after writes, and an overwrite. A
 * sound store costs about 80 small requests and a few round trips. What fails is tried once more on
 * more keys, and only a failure of that run counts.
 */
public final class CapabilityProbe {
  private static final Logger LOG = LoggerFactory.getLogger(CapabilityProbe.class);
  private static final int RACERS = 8;
  private static final int KEYS_FIRST = 6;
  private static final int KEYS_AGAIN = 24;
  private static final int ATTEMPTS_MAX = 5;
  private static final Duration PAUSE_FIRST = Duration.ofMillis(20);

  /** What a probe came to. */
  public sealed interface Verdict {
    /** The store did all that was asked. */
    record Sound() implements Verdict {}

    /**
     * The store must not be used.
     *
     * @param why which store, what it did, and what to do
     */
    record Unsound(String why) implements Verdict {
      /** Checks the text. */
      public Unsound {
        Objects.requireNonNull(why, "why");
      }
    }
  }

  private final ObjectStore store;
  private final String folder;
  private final int keys;

  private CapabilityProbe(ObjectStore store, String folder, int keys) {
    this.store = store;
    this.folder = folder;
    this.keys = keys;
  }

  /**
   * Tries out the store, and removes what it created. Blocks until done.
   *
   * @param prefix what the keys begin with: empty, or ending with a slash
   * @param random for names that nobody has used
   * @throws IOException if the store did not answer, so that there is no verdict
   */
  public static Verdict probe(ObjectStore store, String prefix, RandomGenerator random)
      throws IOException {
    if (!prefix.isEmpty() && !prefix.endsWith("/")) {
      throw new IllegalArgumentException(
          "Probe prefix '" + prefix + "' must be empty or end with '/'");
    }
    var first = run(store, prefix, random, KEYS_FIRST);
    if (first.isEmpty()) {
      return new Verdict.Sound();
    }
    LOG.warn("Probing {} again, which {}", store.describe(), first.get());
    return run(store, prefix, random, KEYS_AGAIN)
        .<Verdict>map(fault -> new Verdict.Unsound(explain(store, fault)))
        .orElseGet(Verdict.Sound::new);
  }

  private static String explain(ObjectStore store, String fault) {
    return store.describe()
        + " "
        + fault
        + ", twice; histories kept there would be lost or torn. Use a local directory, or a bucket"
        + " whose server supports conditional writes (PUT with If-None-Match) and consistent"
        + " listings, such as Amazon S3, or a newer version of this server";
  }

  private static Optional<String> run(
      ObjectStore store, String prefix, RandomGenerator random, int keys) throws IOException {
    var folder = prefix + "probe-" + HexFormat.of().toHexDigits(random.nextLong()) + "/";
    var probe = new CapabilityProbe(store, folder, keys);
    try {
      return probe.findFault();
    } finally {
      probe.removeKeys();
    }
  }

  /** The first promise broken, as the rest of a sentence that begins with the store. */
  private Optional<String> findFault() throws IOException {
    for (int number = 0; number < keys; number++) {
      var fault = raceFor(key(number));
      if (fault.isPresent()) {
        return fault;
      }
      fault = listingFault(number + 1);
      if (fault.isPresent()) {
        return fault;
      }
    }
    return overwriteFault();
  }

  private ObjectKey key(int number) {
    return ObjectKey.of(folder + "%020d".formatted(number));
  }

  // Creating

  /**
   * How a racer fared.
   *
   * @param isCreated whether it was answered that it created the object
   * @param isUnsure whether an attempt got no answer, and may have created it
   */
  private record Outcome(boolean isCreated, boolean isUnsure) {}

  private Optional<String> raceFor(ObjectKey key) throws IOException {
    var outcomes = race(key);
    var stored = store.get(key);
    if (stored.isEmpty()) {
      return Optional.of("does not return " + key + " right after it was created");
    }
    long winners = outcomes.stream().filter(Outcome::isCreated).count();
    if (winners > 1) {
      return Optional.of(
          "let %d of %d racing writers create the same key %s, only one may"
              .formatted(winners, RACERS, key));
    }
    int owner = ownerOf(stored.get().bytes());
    if (owner < 0) {
      return Optional.of("returns other bytes for " + key + " than any writer sent");
    }
    if (!outcomes.get(owner).isCreated && (winners == 1 || !outcomes.get(owner).isUnsure)) {
      return Optional.of(
          "told a writer that it did not create " + key + ", but kept the bytes of that writer");
    }
    if (create(key, RACERS).isCreated) {
      return Optional.of("ignores that " + key + " exists when it is created a second time");
    }
    if (ownerOf(store.get(key).map(ObjectStore.Stored::bytes).orElse(content(RACERS))) != owner) {
      return Optional.of("replaced the bytes of " + key + " by a create it refused");
    }
    return Optional.empty();
  }

  private List<Outcome> race(ObjectKey key) throws IOException {
    if (Thread.currentThread().isInterrupted()) {
      // Waiting for racers that have ended already would not notice.
      throw new InterruptedIOException("Interrupted while probing " + store.describe());
    }
    var start = new CyclicBarrier(RACERS);
    var threads = Executors.newVirtualThreadPerTaskExecutor();
    try {
      List<Future<Outcome>> racers = new ArrayList<>();
      for (int number = 0; number < RACERS; number++) {
        int racer = number;
        racers.add(threads.submit(() -> awaitAndCreate(start, key, racer)));
      }
      List<Outcome> outcomes = new ArrayList<>();
      for (var racer : racers) {
        outcomes.add(racer.get());
      }
      return outcomes;
    } catch (ExecutionException e) {
      throw unanswered(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("Interrupted while probing " + store.describe());
    } finally {
      threads.shutdownNow();
    }
  }

  private IOException unanswered(Throwable failure) {
    return switch (failure) {
      case AccessDeniedException denied -> denied;
      case NoSuchFileException missing -> missing;
      default ->
          new IOException(
              "Probing " + store.describe() + " failed: " + failure.getMessage(), failure);
    };
  }

  private Outcome awaitAndCreate(CyclicBarrier start, ObjectKey key, int racer)
      throws IOException, InterruptedException, BrokenBarrierException {
    start.await();
    return create(key, racer);
  }

  /** Creates, again if there is no answer: a store may answer racing creates by asking to retry. */
  private Outcome create(ObjectKey key, int racer) throws IOException {
    boolean isUnsure = false;
    for (int attempt = 1; ; attempt++) {
      try {
        return new Outcome(store.createIfAbsent(key, content(racer)).isNew(), isUnsure);
      } catch (AccessDeniedException | NoSuchFileException e) {
        throw e;
      } catch (IOException e) {
        if (attempt == ATTEMPTS_MAX) {
          throw e;
        }
        isUnsure = true;
        pause(PAUSE_FIRST.multipliedBy(1L << attempt));
      }
    }
  }

  private static void pause(Duration duration) throws IOException {
    try {
      Thread.sleep(duration);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("Interrupted between two attempts of a probe");
    }
  }

  private static byte[] content(int racer) {
    return ("probe " + racer).getBytes(US_ASCII);
  }

  private static int ownerOf(byte[] bytes) {
    for (int racer = 0; racer < RACERS; racer++) {
      if (Arrays.equals(bytes, content(racer))) {
        return racer;
      }
    }
    return -1;
  }

  // Listing and overwriting

  private Optional<String> listingFault(int count) throws IOException {
    var listed = list().stream().map(ObjectStore.Listed::key).toList();
    List<ObjectKey> expected = new ArrayList<>();
    for (int number = 0; number < count; number++) {
      expected.add(key(number));
    }
    long found = expected.stream().filter(listed::contains).count();
    if (found < count) {
      return Optional.of(
          "listed %d of the %d objects below %s right after they were created"
              .formatted(found, count, folder));
    }
    return listed.equals(expected)
        ? Optional.empty()
        : Optional.of(
            "lists " + folder + " not in the order of its keys, or with others: " + listed);
  }

  private List<ObjectStore.Listed> list() throws IOException {
    List<ObjectStore.Listed> all = new ArrayList<>();
    ObjectStore.Page page;
    do {
      var startAfter = all.isEmpty() ? "" : all.getLast().key().path();
      page = store.list(folder, startAfter, ObjectStore.PAGE_KEYS_MAX);
      all.addAll(page.objects());
    } while (page.more() && !page.objects().isEmpty());
    return all;
  }

  private Optional<String> overwriteFault() throws IOException {
    var key = key(0);
    var bytes = "overwritten by the probe".getBytes(US_ASCII);
    store.overwrite(key, bytes);
    if (!store.get(key).map(stored -> Arrays.equals(stored.bytes(), bytes)).orElse(false)) {
      return Optional.of("returns old bytes of " + key + " right after it was overwritten");
    }
    if (list().stream()
        .noneMatch(listed -> listed.key().equals(key) && listed.size() == bytes.length)) {
      return Optional.of("lists the old size of " + key + " right after it was overwritten");
    }
    store.delete(key);
    if (store.get(key).isPresent()) {
      return Optional.of("still returns " + key + " right after it was deleted");
    }
    if (list().stream().anyMatch(listed -> listed.key().equals(key))) {
      return Optional.of("still lists " + key + " right after it was deleted");
    }
    return Optional.empty();
  }

  private void removeKeys() {
    for (int number = 0; number < keys; number++) {
      try {
        store.delete(key(number));
      } catch (IOException e) {
        // The verdict stands; a few bytes are left under a name that nobody uses.
        LOG.debug("Left {} in {}", key(number), store.describe(), e);
      }
    }
  }
}
