package dev.daybook.internal.log;

import dev.daybook.storage.ForwardingObjectStore;
import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * A store that treats the creates below one prefix as a script says, one step a call, and all later
 * ones as usual. For one thread, except {@link #lateWrites}.
 */
public final class ScriptedStore extends ForwardingObjectStore {
  /** What becomes of one create. */
  @FunctionalInterface
  public interface Step {
    /** Answers in place of the store. */
    Created create(ObjectStore store, ObjectKey key, byte[] bytes) throws IOException;
  }

  private final String prefix;
  private final Deque<Step> steps = new ArrayDeque<>();
  private final List<ObjectKey> keys = new ArrayList<>();
  private final List<Runnable> late = new ArrayList<>();
  private int failingReads;

  /** A script for keys that begin with {@code prefix}. */
  public ScriptedStore(ObjectStore store, String prefix) {
    super(store);
    this.prefix = prefix;
  }

  /** The next calls take these steps. */
  public synchronized ScriptedStore then(Step... next) {
    steps.addAll(List.of(next));
    return this;
  }

  /** The next {@code times} calls take this step. */
  public synchronized ScriptedStore then(int times, Step step) {
    for (int i = 0; i < times; i++) {
      steps.add(step);
    }
    return this;
  }

  /** The next {@code times} reads of keys below the prefix fail. */
  public synchronized ScriptedStore failReads(int times) {
    failingReads = times;
    return this;
  }

  /** From now on all is as usual; what is late stays late. */
  public synchronized void clear() {
    steps.clear();
    failingReads = 0;
  }

  /** The creates that were sent, in order. */
  public synchronized List<ObjectKey> keys() {
    return List.copyOf(keys);
  }

  /** Lets the writes of {@link #late()} happen. */
  public synchronized void lateWrites() {
    late.forEach(Runnable::run);
    late.clear();
  }

  /** It never arrives. */
  public static Step requestLost() {
    return (store, key, bytes) -> {
      throw new IOException("No answer to PUT " + key);
    };
  }

  /** It takes effect, and nobody hears of it. */
  public static Step responseLost() {
    return (store, key, bytes) -> {
      store.createIfAbsent(key, bytes);
      throw new IOException("No answer to PUT " + key);
    };
  }

  /** It takes effect when the test says so. */
  public Step late() {
    return (store, key, bytes) -> {
      byte[] kept = bytes.clone();
      late.add(() -> {
        try {
          store.createIfAbsent(key, kept);
        } catch (IOException e) {
          throw new AssertionError(e);
        }
      });
      throw new IOException("No answer to PUT " + key);
    };
  }

  /** The store refuses. */
  public static Step denied() {
    return (store, key, bytes) -> {
      throw new AccessDeniedException(key.path(), null, "403 AccessDenied");
    };
  }

  /** It is as usual. */
  public static Step normal() {
    return ObjectStore::createIfAbsent;
  }

  @Override
  public Created createIfAbsent(ObjectKey key, byte[] bytes) throws IOException {
    if (!key.path().startsWith(prefix)) {
      return store.createIfAbsent(key, bytes);
    }
    Step step;
    synchronized (this) {
      keys.add(key);
      step = steps.isEmpty() ? normal() : steps.remove();
    }
    return step.create(store, key, bytes);
  }

  @Override
  public Optional<Stored> get(ObjectKey key) throws IOException {
    synchronized (this) {
      if (key.path().startsWith(prefix) && failingReads > 0) {
        failingReads--;
        throw new IOException("No answer to GET " + key);
      }
    }
    return store.get(key);
  }
}
