package dev.daybook.internal.workspace;

import dev.daybook.DaybookException;
import dev.daybook.PlanRecord;
import dev.daybook.Progress;
import dev.daybook.WorkspaceStateException;
import dev.daybook.event.Actor;
import dev.daybook.event.EventId;
import dev.daybook.event.PlanEvent;
import dev.daybook.internal.entry.Row;
import dev.daybook.internal.log.EventIds;
import dev.daybook.internal.log.Frame;
import dev.daybook.internal.log.Keys.BatchRef;
import dev.daybook.internal.log.WriterLog;
import dev.daybook.internal.manifest.Manifest;
import dev.daybook.internal.manifest.Manifests;
import dev.daybook.internal.plan.PlanLog;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A workspace that this process has open: its writer log, its plan log, its reader and its
 * compactor.
 */
public final class OpenWorkspace {
  private static final Logger LOG = LoggerFactory.getLogger(OpenWorkspace.class);
  private static final Duration RECENT = Duration.ofSeconds(5);

  /**
   * How many rows closing embeds at most, so that it does not take minutes; the rest is left to a
   * later compaction.
   */
  private static final long EMBED_ROWS_AT_CLOSE = 500;

  private final Engine engine;
  private final Catalog.Found found;
  private final EventIds ids;
  private final PlanLog plan;
  private final StrongReader reader;
  private final WriterLog log;
  private final Library library;
  private final Compactor compactor;
  private final Manifests manifests;

  /** Events given by a source id that were taken and are not yet durable. */
  private final Map<EventId, CompletableFuture<Void>> sourced = new ConcurrentHashMap<>();

  private final AtomicBoolean closed = new AtomicBoolean();
  private final AtomicBoolean wrote = new AtomicBoolean();
  private final AtomicInteger ownBatches = new AtomicInteger();
  private final AtomicLong ownBytes = new AtomicLong();
  private final AtomicBoolean compacting = new AtomicBoolean();
  private final ReentrantLock compaction = new ReentrantLock();
  private volatile Instant readAt = Instant.MIN;
  private volatile long readNanos;

  /** Opens a workspace that exists. */
  public OpenWorkspace(Engine engine, Catalog.Found found) {
    this.engine = engine;
    this.found = found;
    this.ids = new EventIds(engine.clock(), engine.random());
    this.plan = new PlanLog(engine.store(), found.keys(), found.id(), ids);
    this.manifests = new Manifests(engine.store(), found.keys(), found.id());
    this.library = new Library(engine, found.id());
    Manifest newest = manifests.newest(Manifest.NONE);
    plan.startFrom(Compactor.startingPlan(engine, found.id(), newest, library));
    this.reader =
        new StrongReader(engine.store(), found.keys(), found.id(), ids, plan, manifests, newest);
    this.compactor = new Compactor(engine, found.keys(), found.id(), ids, manifests, library);
    this.log =
        new WriterLog(
            engine.store(),
            found.keys(),
            found.id(),
            ids,
            engine.threads(),
            this::coveredOperation,
            this::batchDurable,
            engine.pendingBytesMax());
  }

  /** The workspace's name. */
  public String name() {
    return found.keys().name();
  }

  /** The workspace's id. */
  public String id() {
    return found.id();
  }

  /** The store and what this workspace's keys begin with. */
  public String location() {
    return engine.store().describe() + "/" + found.keys().root();
  }

  /** Makes ids. */
  public EventIds ids() {
    return ids;
  }

  /** The clock. */
  public InstantSource clock() {
    return engine.clock();
  }

  /** The largest event, as stored JSON. */
  public int eventBytesMax() {
    return engine.eventBytesMax();
  }

  /** Whether this handle was closed. */
  public boolean isClosed() {
    return closed.get();
  }

  /** Refuses use after closing. */
  public void checkOpen() {
    if (closed.get()) {
      throw new IllegalStateException(
          "Workspace '"
              + name()
              + "' was closed by this process; open it again with Workspace.open");
    }
  }

  /** Refuses to go on in a workspace that was deleted meanwhile. */
  public void checkNotDeleted() {
    boolean live =
        engine
            .store()
            .get(found.keys().workspace())
            .map(stored ->
                !Frame.decode(
                        found.keys().workspace(), stored.bytes(), Frame.Kind.WORKSPACE, found.id())
                    .isTombstone())
            .orElse(false);
    if (!live) {
      throw new WorkspaceStateException(
          "Workspace '%s' in %s was deleted while it was open; create it anew with Workspace.create"
              .formatted(name(), engine.store().describe()));
    }
  }

  /** Takes a row into the writer log; a row whose source was given before is not taken again. */
  public CompletableFuture<Void> append(Row row, byte[] line) {
    checkOpen();
    if (row.envelope().source().isEmpty()) {
      return log.append(row, line);
    }
    return append(row, line, () -> recent().contains(row.id()));
  }

  /**
   * Takes a row into the writer log, unless its source was given before to this handle. The caller
   * has looked for it in a view of this handle; that view may be old.
   */
  public CompletableFuture<Void> appendNew(Row row, byte[] line) {
    checkOpen();
    return append(row, line, () -> false);
  }

  private CompletableFuture<Void> append(Row row, byte[] line, BooleanSupplier isThere) {
    CompletableFuture<Void> mine = new CompletableFuture<>();
    CompletableFuture<Void> before = sourced.putIfAbsent(row.id(), mine);
    if (before != null) {
      return before;
    }
    try {
      if (isThere.getAsBoolean()) {
        sourced.remove(row.id());
        mine.complete(null);
        return mine;
      }
      CompletableFuture<Void> unused =
          log.append(row, line)
              .whenComplete((ignored, failure) -> {
                // A durable row is in every later view of this handle, so it need not be kept here.
                sourced.remove(row.id());
                if (failure == null) {
                  mine.complete(null);
                } else {
                  mine.completeExceptionally(failure);
                }
              });
      return mine;
    } catch (RuntimeException e) {
      sourced.remove(row.id());
      mine.completeExceptionally(e);
      throw e;
    }
  }

  /** Changes the plan; see {@link PlanLog#commit}. */
  public PlanLog.Committed commit(
      Function<PlanRecord, ? extends List<? extends PlanEvent>> decide,
      Actor actor,
      PlanLog.Sealer sealer) {
    checkOpen();
    PlanLog.Committed committed = plan.commit(decide, actor, sealer);
    wrote.set(wrote.get() || !committed.events().isEmpty());
    return committed;
  }

  /** The newest plan. */
  public PlanRecord latestPlan() {
    checkOpen();
    return plan.refresh().plan();
  }

  /** The plan at a version. */
  public PlanRecord planAt(long version) {
    Snapshot snapshot = read();
    PlanRecord head = snapshot.plan().plan();
    if (version < 0 || version > head.version()) {
      throw new IllegalArgumentException(
          "Plan of '%s' has versions 0 to %d, not %d".formatted(name(), head.version(), version));
    }
    return version == head.version()
        ? head
        : PlanHistory.fold(library.open(snapshot.manifest()), snapshot.plan().recent(), version);
  }

  /** Everything acknowledged before this call began. */
  public View latest() {
    return library.view(read());
  }

  /** At most five seconds behind other processes, never behind this one. */
  public View recent() {
    return view(RECENT);
  }

  /** At most so far behind other processes, never behind this one. */
  public View view(Duration age) {
    checkOpen();
    boolean young =
        Duration.between(readAt, engine.clock().instant()).compareTo(age) < 0
            && System.nanoTime() - readNanos < age.toNanos();
    return library.view(young ? reader.known() : read());
  }

  private Snapshot read() {
    checkOpen();
    Instant began = engine.clock().instant();
    long beganNanos = System.nanoTime();
    Snapshot snapshot = reader.read();
    readAt = began;
    readNanos = beganNanos;
    return snapshot;
  }

  private Optional<String> coveredOperation(String logId, long number) {
    return manifests
        .newest(Manifest.NONE)
        .watermark(logId)
        .filter(mark -> mark.batch() == number)
        .map(Manifest.Watermark::operation);
  }

  private void batchDurable(
      String logId, long number, String operation, List<Row> rows, long bytes) {
    reader.wrote(new Snapshot.Batch(new BatchRef(logId, number), operation, rows, bytes));
    wrote.set(true);
    if ((ownBatches.incrementAndGet() >= engine.compactAtBatches()
            || ownBytes.addAndGet(bytes) >= engine.compactAtBytes())
        && compacting.compareAndSet(false, true)) {
      engine.threads().execute(this::compactInBackground);
    }
  }

  private void compactInBackground() {
    try {
      if (!closed.get()) {
        takeIn(progress -> {});
      }
    } catch (RuntimeException e) {
      LOG.warn("Compaction of '{}' broke off and is tried again later: {}", name(), e.toString());
    } finally {
      compacting.set(false);
    }
  }

  /** Takes everything into segments and builds what is missing. */
  public void compact(Consumer<Progress> progress) {
    takeIn(progress);
    compaction.lock();
    try {
      if (compactor.repair(read().manifest(), Long.MAX_VALUE, progress)) {
        // What this handle built itself is not to wait until a read is too old.
        read();
      }
    } finally {
      compaction.unlock();
    }
  }

  private void takeIn(Consumer<Progress> progress) {
    compaction.lock();
    try {
      ownBatches.set(0);
      ownBytes.set(0);
      Snapshot snapshot = read();
      if (compactor.takeIn(snapshot, progress)) {
        snapshot = read();
      }
      if (compactor.merge(snapshot.manifest(), progress)) {
        read();
      }
    } finally {
      compaction.unlock();
    }
  }

  /** Waits for what was recorded, compacts what this handle wrote, frees the rest. */
  public void close() {
    if (closed.get()) {
      return;
    }
    log.awaitQuiet(engine.store().deadline().multipliedBy(3));
    try {
      if (wrote.get()) {
        takeIn(progress -> {});
        compaction.lock();
        try {
          compactor.repair(read().manifest(), EMBED_ROWS_AT_CLOSE, progress -> {});
        } finally {
          compaction.unlock();
        }
      }
    } catch (DaybookException e) {
      LOG.warn("'{}' is closed without compaction, nothing is lost: {}", name(), e.toString());
    } finally {
      closed.set(true);
      library.close();
    }
  }
}
