package dev.daybook.internal.workspace;

import dev.daybook.event.Envelope.Stream;
import dev.daybook.internal.cache.FileCache;
import dev.daybook.internal.entry.Masker;
import dev.daybook.internal.log.Store;
import dev.daybook.recall.Embedder;
import dev.daybook.recall.Query;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToIntFunction;
import java.util.random.RandomGenerator;

/** What the workspaces of one engine share: settings, store, embedder, cache and daemon threads. */
public final class Engine implements AutoCloseable {
  private final Store store;
  private final Embedding embedding;
  private final FileCache cache;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final int eventBytesMax;
  private final int outputBytesMax;
  private final long pendingBytesMax;
  private final int compactAtBatches;
  private final long compactAtBytes;
  private final Duration keepReplaced;
  private final Duration followFastest;
  private final Duration followIdle;
  private final ToIntFunction<String> tokenCounter;
  private final Map<Stream, Double> leans;
  private final Masker masker;
  private final ExecutorService threads;

  /** An engine of these parts; it closes the embedding. */
  public Engine(
      Store store,
      Embedding embedding,
      FileCache cache,
      InstantSource clock,
      RandomGenerator random,
      int eventBytesMax,
      int outputBytesMax,
      long pendingBytesMax,
      int compactAtBatches,
      long compactAtBytes,
      Duration keepReplaced,
      Duration followFastest,
      Duration followIdle,
      ToIntFunction<String> tokenCounter,
      Map<Stream, Double> leans,
      Masker masker) {
    this.store = store;
    this.embedding = embedding;
    this.cache = cache;
    this.clock = clock;
    this.random = random;
    this.eventBytesMax = eventBytesMax;
    this.outputBytesMax = outputBytesMax;
    this.pendingBytesMax = pendingBytesMax;
    this.compactAtBatches = compactAtBatches;
    this.compactAtBytes = compactAtBytes;
    this.keepReplaced = keepReplaced;
    this.followFastest = followFastest;
    this.followIdle = followIdle;
    this.tokenCounter = tokenCounter;
    this.leans = Map.copyOf(leans);
    this.masker = masker;
    AtomicLong count = new AtomicLong();
    this.threads =
        Executors.newCachedThreadPool(task -> {
          Thread thread = new Thread(task, "daybook-" + count.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        });
    Preload.begin(threads);
  }

  /** {@code daybook} under the user's cache folder, as the platform has it. */
  public static Path defaultCacheFolder() {
    String home = System.getProperty("user.home");
    String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    if (os.contains("win") && System.getenv("LOCALAPPDATA") != null) {
      return Path.of(System.getenv("LOCALAPPDATA"), "daybook", "cache");
    }
    if (os.contains("mac")) {
      return Path.of(home, "Library", "Caches", "daybook");
    }
    String xdg = System.getenv("XDG_CACHE_HOME");
    return xdg == null || xdg.isBlank()
        ? Path.of(home, ".cache", "daybook")
        : Path.of(xdg, "daybook");
  }

  /** The store. */
  public Store store() {
    return store;
  }

  /** The clock. */
  public InstantSource clock() {
    return clock;
  }

  /** Random bits. */
  public RandomGenerator random() {
    return random;
  }

  /** Replaces secrets in what is recorded and in what is asked for. */
  public Masker masker() {
    return masker;
  }

  Embedder embedder() {
    return embedding.embedder();
  }

  /** Why there are no vectors; empty if there is an embedder. */
  String whyNoEmbedder() {
    return embedding.whyNone();
  }

  /** Removes the local copies of a workspace that was deleted. */
  public void forget(String workspaceId) {
    cache.drop(workspaceId);
  }

  FileCache cache() {
    return cache;
  }

  int eventBytesMax() {
    return eventBytesMax;
  }

  int outputBytesMax() {
    return outputBytesMax;
  }

  long pendingBytesMax() {
    return pendingBytesMax;
  }

  int compactAtBatches() {
    return compactAtBatches;
  }

  long compactAtBytes() {
    return compactAtBytes;
  }

  Duration keepReplaced() {
    return keepReplaced;
  }

  /** How long a follower waits after something came. */
  Duration followFastest() {
    return followFastest;
  }

  /** How long a follower waits at most when nothing comes. */
  Duration followIdle() {
    return followIdle;
  }

  /** A query with the engine's weights of the lexical leg where it gives none of its own. */
  Query leaning(Query query) {
    Query leaning = query;
    for (Map.Entry<Stream, Double> lean : leans.entrySet()) {
      if (query.lean(lean.getKey()).isEmpty()) {
        leaning = leaning.lean(lean.getKey(), lean.getValue());
      }
    }
    return leaning;
  }

  ToIntFunction<String> tokenCounter() {
    return tokenCounter;
  }

  ExecutorService threads() {
    return threads;
  }

  @Override
  public void close() {
    threads.shutdown();
    embedding.close();
  }
}
