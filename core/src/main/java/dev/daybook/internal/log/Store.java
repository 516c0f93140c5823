package dev.daybook.internal.log;

import dev.daybook.DaybookException;
import dev.daybook.StorageAccessException;
import dev.daybook.StorageUnavailableException;
import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * The object store as the rest of the library sees it: requests that may be repeated are, until a
 * deadline, and failures are the library's own exceptions. This is the one place that retries. Safe
 * for use by any number of threads.
 */
public final class Store {
  private static final long BACKOFF_MILLIS_FIRST = 20;
  private static final long BACKOFF_MILLIS_MAX = 2_000;

  /** How many independent requests are sent at once, unless told otherwise. */
  private static final int AT_ONCE = 32;

  private final ObjectStore raw;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Duration deadline;
  private final Pause pause;
  private final int atOnce;

  /** How to wait between attempts. */
  @FunctionalInterface
  public interface Pause {
    /** Waits so long. */
    void millis(long millis) throws InterruptedException;
  }

  /** A request that may be repeated. */
  @FunctionalInterface
  public interface Request<T> {
    /** Sends it. */
    T send() throws IOException;
  }

  /** A store whose requests end after {@code deadline}. */
  public Store(ObjectStore raw, InstantSource clock, RandomGenerator random, Duration deadline) {
    this(raw, clock, random, deadline, TimeUnit.MILLISECONDS::sleep, AT_ONCE);
  }

  /** A store that waits between attempts in this way, for tests that have no time. */
  public Store(
      ObjectStore raw,
      InstantSource clock,
      RandomGenerator random,
      Duration deadline,
      Pause pause) {
    this(raw, clock, random, deadline, pause, AT_ONCE);
  }

  /**
   * A store that sends at most so many independent requests at once; with 1 every request is sent
   * by the calling thread, one after the other.
   */
  public Store(
      ObjectStore raw,
      InstantSource clock,
      RandomGenerator random,
      Duration deadline,
      Pause pause,
      int atOnce) {
    this.atOnce = atOnce;
    this.pause = pause;
    this.raw = raw;
    this.clock = clock;
    this.random = random;
    this.deadline = deadline;
  }

  /** The store itself, for requests that must not be repeated blindly. */
  public ObjectStore raw() {
    return raw;
  }

  /** Where this is, for messages. */
  public String describe() {
    return raw.describe();
  }

  /** How long a request is repeated. */
  public Duration deadline() {
    return deadline;
  }

  /** The clock that deadlines go by. */
  public InstantSource clock() {
    return clock;
  }

  /** Reads an object; empty if there is none. */
  public Optional<ObjectStore.Stored> get(ObjectKey key) {
    return repeat("read " + key, () -> raw.get(key));
  }

  /** How many independent requests are sent at once. */
  public int atOnce() {
    return atOnce;
  }

  /**
   * Does independent work at once, as much as this store may be asked at a time.
   *
   * @return what each came to, in the order of the tasks
   * @throws DaybookException the first failure
   */
  public <T> List<T> allOf(List<? extends Callable<T>> tasks) {
    List<T> results = new ArrayList<>();
    try {
      if (atOnce == 1 || tasks.size() == 1) {
        for (Callable<T> task : tasks) {
          results.add(task.call());
        }
        return results;
      }
      for (int from = 0; from < tasks.size(); from += atOnce) {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
          List<Future<T>> some = new ArrayList<>();
          for (Callable<T> task : tasks.subList(from, Math.min(tasks.size(), from + atOnce))) {
            some.add(threads.submit(task));
          }
          try {
            for (Future<T> one : some) {
              results.add(one.get());
            }
          } catch (ExecutionException | InterruptedException e) {
            // Nobody waits for the others, so they are not to repeat until their deadline.
            threads.shutdownNow();
            throw e;
          }
        }
      }
      return results;
    } catch (ExecutionException e) {
      throw asUnchecked(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StorageUnavailableException(
          "Interrupted while reading from " + describe() + "; nothing was changed", e);
    } catch (Exception e) {
      throw asUnchecked(e);
    }
  }

  private RuntimeException asUnchecked(Throwable e) {
    return switch (e) {
      case RuntimeException unchecked -> unchecked;
      case Error error -> throw error;
      default -> new IllegalStateException("Reading from " + describe() + " broke off", e);
    };
  }

  /** Reads several objects at once; each is empty if there is none. */
  public List<Optional<ObjectStore.Stored>> getAll(List<ObjectKey> keys) {
    return allOf(
        keys.stream().map(key -> (Callable<Optional<ObjectStore.Stored>>) () -> get(key)).toList());
  }

  /** The first objects whose keys begin with {@code prefix}, one page of them. */
  public ObjectStore.Page firstPage(String prefix) {
    return repeat("list " + prefix, () -> raw.list(prefix, "", ObjectStore.PAGE_KEYS_MAX));
  }

  /** Reads part of an object; empty if there is none. */
  public Optional<ObjectStore.Stored> getRange(ObjectKey key, long offset, int length) {
    return repeat("read " + key, () -> raw.getRange(key, offset, length));
  }

  /**
   * A whole listing.
   *
   * @param objects in key order
   * @param answeredAt the store's own clock when it answered last
   */
  public record Listing(List<ObjectStore.Listed> objects, Instant answeredAt) {
    /** Copies the list. */
    public Listing {
      objects = List.copyOf(objects);
    }
  }

  /** Every object whose key begins with {@code prefix}, in key order. */
  public List<ObjectStore.Listed> list(String prefix) {
    return listing(prefix).objects();
  }

  /** Every object whose key begins with {@code prefix}, and when that was. */
  public Listing listing(String prefix) {
    List<ObjectStore.Listed> all = new ArrayList<>();
    Instant answeredAt = Instant.MIN;
    String after = "";
    boolean more = true;
    while (more) {
      String from = after;
      ObjectStore.Page page =
          repeat("list " + prefix, () -> raw.list(prefix, from, ObjectStore.PAGE_KEYS_MAX));
      all.addAll(page.objects());
      answeredAt = page.answeredAt();
      more = page.more() && !page.objects().isEmpty();
      after = more ? page.objects().getLast().key().path() : after;
    }
    return new Listing(all, answeredAt);
  }

  /**
   * Writes an object whose key is new and whose name nobody else can choose; repeating it is
   * harmless.
   */
  public void create(ObjectKey key, byte[] bytes) {
    repeat("write " + key, () -> raw.createIfAbsent(key, bytes));
  }

  /** Overwrites an object with bytes that every writer would write. */
  public void overwrite(ObjectKey key, byte[] bytes) {
    repeat(
        "write " + key,
        () -> {
          raw.overwrite(key, bytes);
          return true;
        });
  }

  /** Removes an object. */
  public void delete(ObjectKey key) {
    repeat(
        "delete " + key,
        () -> {
          raw.delete(key);
          return true;
        });
  }

  /** Sends a request until it is answered, it is refused for good, or the deadline passes. */
  public <T> T repeat(String what, Request<T> request) {
    Instant start = clock.instant();
    for (int attempt = 1; ; attempt++) {
      try {
        return request.send();
      } catch (IOException e) {
        if (isRefusal(e)) {
          throw refused(what, e);
        }
        if (!mayRepeat(start, deadline) || !pause(attempt)) {
          throw unavailable(what, attempt, start, e);
        }
      }
    }
  }

  /** Whether the store said no for good: nothing was written, and repeating is in vain. */
  public static boolean isRefusal(IOException e) {
    return e instanceof AccessDeniedException || e instanceof NoSuchFileException;
  }

  /** The exception for a refusal. */
  public DaybookException refused(String what, IOException e) {
    return new StorageAccessException(
        raw.describe()
            + " refuses to "
            + what
            + ": "
            + e.getMessage()
            + "; check the location, its permissions and the credentials",
        e);
  }

  /** The exception for a request that was given up without effect. */
  public DaybookException unavailable(String what, int attempts, Instant start, IOException e) {
    return new StorageUnavailableException(
        "Cannot %s at %s: %s after %d attempts in %d ms; try again later"
            .formatted(
                what,
                raw.describe(),
                e.getMessage(),
                attempts,
                Duration.between(start, clock.instant()).toMillis()),
        e);
  }

  /** Whether there is time left of a limit that began at {@code start}. */
  public boolean mayRepeat(Instant start, Duration limit) {
    Duration elapsed = Duration.between(start, clock.instant());
    // A clock that was set back would have the limit never pass.
    return !elapsed.isNegative()
        && elapsed.compareTo(limit) < 0
        && !Thread.currentThread().isInterrupted();
  }

  /** Random bits. */
  public RandomGenerator random() {
    return random;
  }

  /** Waits so long, if it is any time; an interrupt ends it, with the flag kept. */
  public void pause(Duration time) {
    if (time.isPositive()) {
      try {
        pause.millis(time.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Waits before the next attempt; {@code false} if interrupted, with the flag kept. */
  public boolean pause(int attempt) {
    long most = Math.min(BACKOFF_MILLIS_MAX, BACKOFF_MILLIS_FIRST << Math.min(attempt - 1, 10));
    try {
      pause.millis(most / 2 + random.nextLong(most / 2 + 1));
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
