package dev.daybook;

import dev.daybook.event.Envelope.Stream;
import dev.daybook.internal.cache.FileCache;
import dev.daybook.internal.entry.Masker;
import dev.daybook.internal.log.CountedStore;
import dev.daybook.internal.log.CountedStore.Kind;
import dev.daybook.internal.log.EventIds;
import dev.daybook.internal.log.Store;
import dev.daybook.internal.workspace.Catalog;
import dev.daybook.internal.workspace.Embedding;
import dev.daybook.internal.workspace.Engine;
import dev.daybook.internal.workspace.OpenWorkspace;
import dev.daybook.recall.Embedder;
import dev.daybook.recall.Query;
import dev.daybook.storage.ObjectStore;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.ToIntFunction;
import java.util.random.RandomGenerator;

/**
 * The engine that many workspaces share: the store, the embedder, the local cache, the clock and
 * the threads. Safe for use by any number of threads. Closing it closes the workspaces it opened
 * and the embedder it found, not what it was given.
 */
public final class Daybook implements AutoCloseable {
  private final Engine engine;
  private final Catalog catalog;
  private final CountedStore counted;
  private final List<OpenWorkspace> opened = new ArrayList<>();

  private Daybook(Engine engine, CountedStore counted) {
    this.engine = engine;
    this.counted = counted;
    this.catalog =
        new Catalog(engine.store(), new EventIds(engine.clock(), engine.random()), engine.random());
  }

  /** Begins an engine on a store. */
  public static Builder on(ObjectStore store) {
    return new Builder(Objects.requireNonNull(store, "store"));
  }

  /**
   * The workspace of this name.
   *
   * @throws WorkspaceStateException if there is none
   */
  public Workspace open(String name) {
    return opened(catalog.open(name));
  }

  /** The workspace of this name, created if there is none. */
  public Workspace openOrCreate(String name) {
    requireNoSecret(name);
    return opened(catalog.openOrCreate(name));
  }

  /**
   * Creates a workspace.
   *
   * @throws WorkspaceStateException if there is one of that name
   */
  public Workspace create(String name) {
    requireNoSecret(name);
    return opened(catalog.create(name));
  }

  /** Names of workspaces stand in keys, where nothing can be masked. */
  private void requireNoSecret(String name) {
    String masked = engine.masker().text(Objects.requireNonNull(name, "name"));
    if (!masked.equals(name)) {
      throw new IllegalArgumentException(
          "The name of a workspace holds a secret, '" + masked + "'; choose another");
    }
  }

  /**
   * Deletes a workspace and all it holds, the local copies in this engine's cache folder too.
   *
   * @throws WorkspaceStateException if there is none
   */
  public void delete(String name) {
    engine.forget(catalog.delete(name));
  }

  /** The names of all workspaces, in order. */
  public List<String> workspaces() {
    return catalog.list();
  }

  /**
   * What was sent to the store. On S3 a create, overwrite or list is billed as one PUT, a get as
   * one GET, a delete not at all.
   *
   * @param creates create-if-absent requests, failed and repeated ones included
   * @param gets reads, of whole objects or parts
   * @param lists pages of listings
   * @param overwrites writes of tombstones
   * @param deletes removals
   * @param bytesSent in creates and overwrites
   * @param bytesReceived in objects that were read
   */
  public record Requests(
      long creates,
      long gets,
      long lists,
      long overwrites,
      long deletes,
      long bytesSent,
      long bytesReceived) {}

  /** What this engine sent to its store since it was opened, by all its workspaces. */
  public Requests requests() {
    return new Requests(
        counted.count(Kind.CREATE),
        counted.count(Kind.GET),
        counted.count(Kind.LIST),
        counted.count(Kind.OVERWRITE),
        counted.count(Kind.DELETE),
        counted.count(Kind.BYTES_SENT),
        counted.count(Kind.BYTES_RECEIVED));
  }

  /** Made when it is first asked: its provider takes a while to load. */
  private static final class SecureBits implements RandomGenerator {
    private static final class Source {
      static final SecureRandom RANDOM = new SecureRandom();
    }

    @Override
    public long nextLong() {
      return Source.RANDOM.nextLong();
    }
  }

  private Workspace opened(Catalog.Found found) {
    OpenWorkspace workspace = new OpenWorkspace(engine, found);
    synchronized (opened) {
      opened.removeIf(OpenWorkspace::isClosed);
      opened.add(workspace);
    }
    return new Workspace(workspace, Optional.empty());
  }

  @Override
  public void close() {
    List<OpenWorkspace> toClose;
    synchronized (opened) {
      toClose = List.copyOf(opened);
      opened.clear();
    }
    RuntimeException first = null;
    for (OpenWorkspace workspace : toClose) {
      try {
        workspace.close();
      } catch (RuntimeException e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    engine.close();
    if (first != null) {
      throw first;
    }
  }

  /** Every setting of an engine, with its default. For one thread. */
  public static final class Builder {
    private static final Duration KEEP_MAX = Duration.ofDays(36_500);

    private final ObjectStore store;
    private Optional<Embedder> embedder = Optional.empty();
    private Path cacheFolder = Engine.defaultCacheFolder();
    private long cacheBytesMax = 4L << 30;
    private InstantSource clock = InstantSource.system();
    private RandomGenerator random = new SecureBits();
    private Duration writeDeadline = Duration.ofSeconds(30);
    private int eventBytesMax = 1 << 20;
    private int outputBytesMax = 64 << 10;
    private long pendingBytesMax = 64L << 20;
    private int compactAtBatches = 256;
    private long compactAtBytes = 8L << 20;
    private Duration keepReplaced = Duration.ofHours(1);
    private Duration followFastest = Duration.ofSeconds(2);
    private Duration followIdle = Duration.ofSeconds(30);
    private ToIntFunction<String> tokenCounter = Briefing::tokens;
    private Masking masking = Masking.standard();
    private final Map<Stream, Double> leans = new EnumMap<>(Stream.class);

    private static <N extends Number> N atLeastOne(String what, N value) {
      if (value.longValue() < 1) {
        throw new IllegalArgumentException(what + " is " + value + ", expected at least 1");
      }
      return value;
    }

    private Builder(ObjectStore store) {
      this.store = store;
    }

    /**
     * The embedder; without this call the one on the class path, and {@link Embedder#none()} if
     * there is none or it cannot run here, which coverage and one line in the log tell with the
     * reason. That one is loaded when the first search or compaction needs it. Without {@code
     * --add-modules jdk.incubator.vector} searches work without SIMD, which is logged once.
     */
    public Builder embedder(Embedder newEmbedder) {
      embedder = Optional.of(newEmbedder);
      return this;
    }

    /**
     * Where local copies of indexes, vectors and segments go and how many bytes they may take: the
     * user's cache folder and 4 GiB. Engines and processes may share a folder. The copies used
     * longest ago go first; the newest stays however large it is, and what a workspace has open
     * takes its room until it is closed.
     */
    public Builder cache(Path folder, long bytesMax) {
      cacheFolder = Objects.requireNonNull(folder, "folder");
      cacheBytesMax = bytesMax;
      return this;
    }

    /** The clock: the system's. */
    public Builder clock(InstantSource newClock) {
      clock = Objects.requireNonNull(newClock, "newClock");
      return this;
    }

    /**
     * Where ids get their random bits: a secure source. A fixed seed repeats a run; two processes
     * must not share it.
     */
    public Builder random(RandomGenerator newRandom) {
      random = Objects.requireNonNull(newRandom, "newRandom");
      return this;
    }

    /** How long a write is tried before it is fenced and reported: 30 s. */
    public Builder writeDeadline(Duration newDeadline) {
      writeDeadline = Objects.requireNonNull(newDeadline, "newDeadline");
      return this;
    }

    /**
     * The largest output of a tool call that its event carries: 64 KiB. The whole of a larger one
     * is an object of its own, which {@link TraceStore#output} reads.
     */
    public Builder outputBytesMax(int bytes) {
      outputBytesMax = atLeastOne("outputBytesMax", bytes);
      return this;
    }

    /** The largest event, without such outputs: 1 MiB as stored JSON. */
    public Builder eventBytesMax(int bytes) {
      eventBytesMax = atLeastOne("eventBytesMax", bytes);
      return this;
    }

    /** How many bytes of events may wait unacknowledged before {@code record} blocks: 64 MiB. */
    public Builder pendingBytesMax(long bytes) {
      pendingBytesMax = atLeastOne("pendingBytesMax", bytes);
      return this;
    }

    /**
     * When a handle that wrote compacts in the background: after 256 batches or 8 MiB of its own,
     * or when it reads so much, or so many plan events, that no segment holds yet.
     */
    public Builder compactAt(int batches, long bytes) {
      compactAtBatches = atLeastOne("compactAt batches", batches);
      compactAtBytes = atLeastOne("compactAt bytes", bytes);
      return this;
    }

    /**
     * How long files stay after compaction replaced them, as a courtesy to slow readers: 1 h. A
     * reader that finds one gone reads on from what took its place, so zero is safe. What {@link
     * Workspace#pin} names stays in any case.
     */
    public Builder keepReplaced(Duration newAge) {
      if (newAge.isNegative() || newAge.compareTo(KEEP_MAX) > 0) {
        throw new IllegalArgumentException(
            "keepReplaced is " + newAge + ", expected zero to " + KEEP_MAX);
      }
      keepReplaced = newAge;
      return this;
    }

    /**
     * How long a {@link Following} waits between two polls: 2 s after one that brought something,
     * then twice as long each time, up to 30 s while nothing comes. Requests an hour are those of
     * {@link Following} times 2 s or 30 s over these.
     *
     * @param fastest at least a millisecond
     * @param idle at least {@code fastest}
     */
    public Builder followEvery(Duration fastest, Duration idle) {
      if (fastest.compareTo(Duration.ofMillis(1)) < 0
          || idle.compareTo(fastest) < 0
          || idle.compareTo(KEEP_MAX) > 0) {
        throw new IllegalArgumentException(
            "followEvery is %s to %s, expected 1 ms to %s, the second no shorter than the first"
                .formatted(fastest, idle, KEEP_MAX));
      }
      followFastest = fastest;
      followIdle = idle;
      return this;
    }

    /**
     * How many tokens of a language model a text takes, for the budget of a {@link Briefing}:
     * {@link Briefing#tokens}, which guesses from above. Give the tokenizer of your model to use a
     * budget to the full. It is asked about 200 times a briefing, mostly for single lines; must be
     * safe for use by any number of threads and say the same of the same text.
     */
    public Builder tokenCounter(ToIntFunction<String> newCounter) {
      tokenCounter = Objects.requireNonNull(newCounter, "newCounter");
      return this;
    }

    /**
     * What is done with secrets before anything is written or indexed: {@link Masking#standard()}.
     * {@link Masking#none()} keeps every text as it is; what was written before is not changed.
     */
    public Builder masking(Masking newMasking) {
      masking = Objects.requireNonNull(newMasking, "newMasking");
      return this;
    }

    /**
     * How much words weigh against meaning in recall, for events of a stream, where a query does
     * not say: {@link Query#LEAN_DEFAULT}. {@code benchmarks/run tune} finds it from 20 to 50
     * judged questions of one's own.
     *
     * @throws IllegalArgumentException unless it is 0 to {@value Query#LEAN_MAX}
     */
    public Builder lean(Stream stream, double mu) {
      leans.put(stream, Query.of("lean").lean(stream, mu).lean(stream).orElseThrow());
      return this;
    }

    /** Starts the engine. */
    public Daybook open() {
      CountedStore counted = new CountedStore(store);
      Engine engine =
          new Engine(
              new Store(counted, clock, random, writeDeadline),
              embedder.map(Embedding::given).orElseGet(Embedding::onClassPath),
              new FileCache(cacheFolder, cacheBytesMax, clock),
              clock,
              random,
              eventBytesMax,
              outputBytesMax,
              pendingBytesMax,
              compactAtBatches,
              compactAtBytes,
              keepReplaced,
              followFastest,
              followIdle,
              tokenCounter,
              leans,
              new Masker(masking::mask));
      return new Daybook(engine, counted);
    }
  }
}
