package dev.daybook.internal.workspace;

import dev.daybook.DaybookException;
import dev.daybook.Following;
import dev.daybook.OutcomeUnknownException;
import dev.daybook.PlanRecord;
import dev.daybook.Progress;
import dev.daybook.StorageUnavailableException;
import dev.daybook.Workspace;
import dev.daybook.WorkspaceStateException;
import dev.daybook.event.Entry;
import dev.daybook.event.Envelope;
import dev.daybook.event.EventId;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.SessionId;
import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent;
import dev.daybook.internal.entry.Json;
import dev.daybook.internal.entry.MaskedEvent;
import dev.daybook.internal.entry.Masker;
import dev.daybook.internal.entry.Row;
import dev.daybook.internal.index.Moment;
import dev.daybook.internal.log.ConditionalWrite;
import dev.daybook.internal.log.EntryLines;
import dev.daybook.internal.log.EventIds;
import dev.daybook.internal.log.Frame;
import dev.daybook.internal.log.Keys.BatchRef;
import dev.daybook.internal.log.LargeOutput;
import dev.daybook.internal.log.Store;
import dev.daybook.internal.log.WriterLog;
import dev.daybook.internal.manifest.FileGoneException;
import dev.daybook.internal.manifest.Manifest;
import dev.daybook.internal.manifest.Manifests;
import dev.daybook.internal.manifest.Watermarks;
import dev.daybook.internal.plan.Author;
import dev.daybook.internal.plan.PlanLog;
import dev.daybook.internal.plan.PlanState;
import dev.daybook.storage.ObjectKey;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A workspace that this process has open: its writer log, its plan log, its reader and its
 * compactor.
 */
public final class OpenWorkspace {
  private static final Duration RECENT = Duration.ofSeconds(5);

  /** Background compaction collects after about so many manifests. */
  private static final long COLLECT_EVERY = 64;

  /** More only if others merge meanwhile: sixteen segments become one in each. */
  private static final int MERGES_MAX = 1_000;

  private final Engine engine;
  private final Catalog.Found found;
  private final EventIds ids;
  private final PlanLog plan;
  private final StrongReader reader;
  private final WriterLog log;
  private final Library library;
  private final Replay replay;
  private final PlanHistory history;
  private final LibraryFiles files;
  private final Compactor compactor;
  private final Collector collector;
  private final Manifests manifests;
  private final Watermarks watermarks;

  /** Events given by a source id that were taken and are not yet durable. */
  private final Map<EventId, CompletableFuture<Void>> sourced = new ConcurrentHashMap<>();

  /** Nothing more is taken once closing has begun; it is closed when closing has ended. */
  private final AtomicBoolean closing = new AtomicBoolean();

  private final AtomicBoolean closed = new AtomicBoolean();
  private final AtomicBoolean wrote = new AtomicBoolean();
  private final AtomicReference<Map<String, Long>> masked = new AtomicReference<>(Map.of());
  private final AtomicInteger ownBatches = new AtomicInteger();
  private final AtomicLong ownBytes = new AtomicLong();
  private final AtomicBoolean compacting = new AtomicBoolean();
  private final ReentrantLock compaction = new ReentrantLock();

  /** Who has both took {@link #compaction} first. */
  private final ReentrantLock repair = new ReentrantLock();

  private final AtomicBoolean embeddingSealed = new AtomicBoolean();

  /** How many callers want to compact themselves; embedding in the background gives way. */
  private final AtomicInteger compactingNow = new AtomicInteger();

  private final Set<Follower> followers = ConcurrentHashMap.newKeySet();
  private volatile Instant readAt = Instant.MIN;
  private volatile long readNanos;
  private volatile View lastSeen;

  /** Opens a workspace that exists. */
  public OpenWorkspace(Engine engine, Catalog.Found found) {
    this.engine = engine;
    this.found = found;
    this.ids = new EventIds(engine.clock(), engine.random());
    this.plan = new PlanLog(engine.store(), found.keys(), found.id(), ids, engine.masker());
    Store store = engine.store();
    this.manifests = new Manifests(store, found.keys(), found.id());
    this.watermarks = new Watermarks(store, found.keys(), found.id(), Watermarks.IN_MANIFEST_MAX);
    this.library = new Library(engine, found.id());
    library.readAnewBy(this::latest);
    this.replay = new Replay(engine.store(), found.id(), library);
    this.history = new PlanHistory(library);
    this.files = new LibraryFiles(engine, found.keys(), found.id(), ids, library);
    this.compactor =
        new Compactor(store, found.keys(), found.id(), ids, manifests, watermarks, files);
    this.collector =
        new Collector(store, found.keys(), found.id(), ids, manifests, watermarks, files);
    Manifest newest = start();
    this.reader =
        new StrongReader(store, found.keys(), found.id(), ids, plan, manifests, watermarks, newest);
    this.log =
        new WriterLog(
            engine.store(),
            found.keys(),
            found.id(),
            ids,
            engine.threads(),
            (logId, number) -> watermarks.operationOf(manifests, logId, number),
            this::batchDurable,
            engine.pendingBytesMax());
  }

  /** Folds the plan as far as a manifest covers it; begins anew if that is collected meanwhile. */
  private Manifest start() {
    Manifest newest = found.manifests().map(manifests::newest).orElseGet(manifests::newest);
    while (true) {
      try {
        PlanState begun = library.startingPlan(newest);
        plan.startFrom(begun);
        history.keep(begun);
        return newest;
      } catch (FileGoneException e) {
        Manifest newer = manifests.newest(newest);
        if (newer.number() == newest.number()) {
          throw e;
        }
        newest = newer;
      }
    }
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

  /** Replaces secrets. */
  public Masker masker() {
    return engine.masker();
  }

  /** How many secrets were replaced in what this handle took, by kind. */
  public Map<String, Long> masked() {
    return masked.get();
  }

  /** Counts secrets that were replaced. */
  public void masked(Map<String, Long> more) {
    if (!more.isEmpty()) {
      Map<String, Long> unused = masked.updateAndGet(some -> Masker.sum(some, more));
    }
  }

  /** Makes ids. */
  public EventIds ids() {
    return ids;
  }

  /** How many tokens a text takes. */
  public ToIntFunction<String> tokenCounter() {
    return engine.tokenCounter();
  }

  /** The clock. */
  public InstantSource clock() {
    return engine.clock();
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
    if (plan.isDecidingHere()) {
      throw new IllegalStateException(
          "A change of the plan of '"
              + name()
              + "' may look only at the plan it is given; read and record before updatePlan or"
              + " after it");
    }
  }

  private void checkTakes() {
    checkOpen();
    if (closing.get()) {
      throw new IllegalStateException(
          "Workspace '" + name() + "' is being closed by this process and takes nothing more");
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

  /**
   * An event as it is to be recorded.
   *
   * @param item as the writer log takes it
   * @param masked how many secrets were replaced in it, by kind
   */
  public record ToRecord(WriterLog.Item item, Map<String, Long> masked) {}

  /**
   * Masks an event and makes it what is to be recorded. What is masked decides how large it is and
   * where its output goes, so that no secret is cut in two.
   *
   * @throws IllegalArgumentException if it is over the size limit
   */
  public ToRecord toRecord(Envelope envelope, TraceEvent given) {
    if (given instanceof ToolCall call) {
      checkOutput(call);
    }
    MaskedEvent event = masker().event(envelope, given);
    WriterLog.Item item =
        event.event() instanceof ToolCall call && isLarge(call.output())
            ? WriterLog.Item.of(new LargeOutput(event), found.keys())
            : WriterLog.Item.of(EntryLines.encode(Row.of(event)));
    if (item.line().length > engine.eventBytesMax()) {
      throw new IllegalArgumentException(
          "Event %s of session '%s' takes %d bytes, at most %d are allowed; shorten its arguments or texts, or raise Daybook.on(store).eventBytesMax"
              .formatted(
                  given.type(),
                  event.envelope().session(),
                  item.line().length,
                  engine.eventBytesMax()));
    }
    return new ToRecord(item, event.masked());
  }

  private void checkOutput(ToolCall call) {
    if (call.stored().isPresent()) {
      throw new IllegalArgumentException(
          "Call of '%s' carries only head and tail of its output; set it whole with call.output(traces.output(call)) before recording it again"
              .formatted(call.tool()));
    }
    if (call.output().length() > engine.pendingBytesMax()) {
      throw new IllegalArgumentException(
          "Output of '%s' has %d characters, at most %d are allowed; shorten it, or raise Daybook.on(store).pendingBytesMax"
              .formatted(call.tool(), call.output().length(), engine.pendingBytesMax()));
    }
  }

  private boolean isLarge(String output) {
    int max = engine.outputBytesMax();
    return output.length() > max
        || (output.length() > max / 4 && output.getBytes(StandardCharsets.UTF_8).length > max);
  }

  /** The whole output of a call. */
  public String output(ToolCall call) {
    checkOpen();
    if (!call.stored().isPresent()) {
      return call.output();
    }
    if (!call.stored().key().startsWith(found.keys().outputs())) {
      throw new IllegalArgumentException(
          "%s is no output of workspace '%s'; ask the workspace that the call was read from"
              .formatted(call.stored().key(), name()));
    }
    return LargeOutput.read(engine.store(), found.id(), call.stored());
  }

  /**
   * The event whose output is an object of its own.
   *
   * @throws IllegalArgumentException if the call has no such output in this workspace
   */
  public EventId eventOfOutput(ToolCall call) {
    String key = call.stored().key();
    String name = key.substring(key.lastIndexOf('/') + 1);
    int id = name.indexOf('-') + 1;
    int end = name.indexOf('.', id);
    if (!key.startsWith(found.keys().outputs()) || end < 0) {
      throw new IllegalArgumentException(
          "%s is no output of workspace '%s'; ask the workspace that the call was read from"
              .formatted(key, name()));
    }
    return EventId.parse(name.substring(id, end));
  }

  /** Takes an event into the writer log; one whose source was given before is not taken again. */
  public CompletableFuture<Void> append(ToRecord event) {
    checkTakes();
    if (event.item().row().envelope().source().isEmpty()) {
      return take(event);
    }
    return append(event, () -> recent().contains(event.item().row().id()));
  }

  /**
   * Takes an event into the writer log, unless its source was given before to this handle. The
   * caller has looked for it in a view of this handle; that view may be old.
   */
  public CompletableFuture<Void> appendNew(ToRecord event) {
    checkTakes();
    return append(event, () -> false);
  }

  private CompletableFuture<Void> take(ToRecord event) {
    CompletableFuture<Void> durable = log.append(event.item());
    masked(event.masked());
    return durable;
  }

  private CompletableFuture<Void> append(ToRecord event, BooleanSupplier isThere) {
    EventId id = event.item().row().id();
    CompletableFuture<Void> mine = new CompletableFuture<>();
    CompletableFuture<Void> before = sourced.putIfAbsent(id, mine);
    if (before != null) {
      return before;
    }
    try {
      if (isThere.getAsBoolean()) {
        sourced.remove(id);
        mine.complete(null);
        return mine;
      }
      CompletableFuture<Void> unused =
          take(event)
              .whenComplete((ignored, failure) -> {
                // A durable row is in every later view of this handle, so it need not be kept here.
                sourced.remove(id);
                if (failure == null) {
                  mine.complete(null);
                } else {
                  mine.completeExceptionally(failure);
                }
              });
      return mine;
    } catch (RuntimeException | Error e) {
      sourced.remove(id);
      mine.completeExceptionally(e);
      throw e;
    }
  }

  /** Changes the plan; see {@link PlanLog#commit}. */
  public PlanLog.Committed commit(PlanLog.Decision decision, Author author, PlanLog.Sealer sealer) {
    checkTakes();
    PlanLog.Committed committed =
        plan.commit((state, now) -> sized(decision.decide(state, now)), author, sealer);
    masked(committed.masked());
    if (!committed.events().isEmpty()) {
      wrote.set(true);
      reader.wrotePlan(committed.plan().version());
      if (isPlanLong(committed.plan().version())) {
        compactSoon();
      }
    }
    return committed;
  }

  /**
   * Of many processes that change one plan, only the one whose version has a round number takes it
   * in; the others do when it did not.
   */
  private boolean isPlanLong(long version) {
    int most = engine.compactAtBatches();
    int recent = plan.head().recent().size();
    return (recent >= most && version % most == 0) || recent / 2 >= most;
  }

  private List<? extends PlanEvent> sized(List<? extends PlanEvent> events) {
    events.forEach(this::checkSize);
    return events;
  }

  /**
   * Checks a plan event.
   *
   * @throws IllegalArgumentException if it is over the size limit
   */
  public void checkSize(PlanEvent event) {
    int bytes = Json.writeBytes(event).length;
    if (bytes > engine.eventBytesMax()) {
      throw new IllegalArgumentException(
          "Event %s for the plan of '%s' takes %d bytes, at most %d are allowed; shorten its texts, or raise Daybook.on(store).eventBytesMax"
              .formatted(event.type(), name(), bytes, engine.eventBytesMax()));
    }
  }

  /** The newest plan. */
  public PlanState latestPlan() {
    checkOpen();
    return plan.refresh().plan();
  }

  /** The plan at a version. */
  public PlanState planAt(long version) {
    return read(snapshot -> planAt(snapshot, version));
  }

  private PlanState planAt(Snapshot snapshot, long version) {
    PlanState head = snapshot.plan().plan();
    if (version < 0 || version > head.version()) {
      throw new IllegalArgumentException(
          "Plan of '%s' has versions 0 to %d, not %d".formatted(name(), head.version(), version));
    }
    return history.at(snapshot, version);
  }

  /** Reads as of a plan version. */
  public PastReads asOf(long version) {
    return read(snapshot -> {
      PlanState then = planAt(snapshot, version);
      View present = seen(library.view(snapshot));
      return new PastReads(
          this, new Moment(version, present.planRecordedAt(version)), then, present);
    });
  }

  /** Reads as of a time. */
  public PastReads asOf(Instant time) {
    return read(snapshot -> {
      View present = seen(library.view(snapshot));
      long version = present.planVersionAt(time);
      return new PastReads(this, new Moment(version, time), planAt(snapshot, version), present);
    });
  }

  /** Reads as of the moment at which a name was pinned. */
  public PastReads asOf(String pin) {
    Long number = pins().get(pin);
    if (number == null) {
      throw new IllegalArgumentException(
          "'%s' is not pinned in '%s'; pinned are %s".formatted(pin, name(), pins().keySet()));
    }
    Manifest pinned =
        manifests
            .at(number)
            .orElseThrow(() -> new FileGoneException(found.keys().manifest(number), location()));
    return asOf(pinned.committedAt());
  }

  /** What two versions of the plan differ in. */
  public PlanRecord.Diff diff(long from, long to) {
    return read(snapshot -> {
      long head = snapshot.plan().plan().version();
      if (from < 0 || from > to || to > head) {
        throw new IllegalArgumentException(
            "Plan of '%s' has versions 0 to %d; give the earlier first, not %d and %d"
                .formatted(name(), head, from, to));
      }
      return history.diff(snapshot, from, to);
    });
  }

  /** Everything acknowledged before this call began. */
  public View latest() {
    return read(snapshot -> seen(library.view(snapshot)));
  }

  /** At most five seconds behind other processes, never behind this one. */
  public View recent() {
    return view(RECENT);
  }

  /** At most so far behind other processes, never behind this one. */
  public View view(Duration age) {
    checkOpen();
    Optional<Snapshot> known = known(age);
    if (known.isPresent()) {
      try {
        return seen(library.view(known.get()));
      } catch (FileGoneException e) {
        log().debug("'{}' is read anew, since files were replaced: {}", name(), e.getMessage());
      }
    }
    return latest();
  }

  /**
   * Everything of a session, oldest first; like {@link #recent()} at most five seconds behind other
   * processes. Who has no indexes open reads only where the session is.
   */
  public List<Entry> timeline(SessionId session) {
    checkOpen();
    if (library.hasView()) {
      replay.forget();
      return recent().timeline(session);
    }
    Optional<List<Entry>> replayed = replayed(session);
    replayed.ifPresent(entries -> entries.forEach(entry -> ids.observe(entry.envelope())));
    return replayed.orElseGet(() -> recent().timeline(session));
  }

  private Optional<List<Entry>> replayed(SessionId session) {
    try {
      // Outside of a read: nobody else's read is to wait while ranges come.
      return replay.of(snapshot(RECENT), session);
    } catch (FileGoneException e) {
      log().debug("'{}' is read anew, since files were replaced: {}", name(), e.getMessage());
    }
    return read(snapshot -> replay.of(snapshot, session));
  }

  /** What is recorded after a read is recorded later than what the read shows. */
  private View seen(View view) {
    if (view != lastSeen) {
      view.lastRecorded().forEach(ids::observe);
      lastSeen = view;
      replay.forget();
    }
    return view;
  }

  private boolean isYoung(Duration age) {
    return Duration.between(readAt, engine.clock().instant()).compareTo(age) < 0
        && System.nanoTime() - readNanos < age.toNanos();
  }

  /** What a read saw that is at most so old, and what this handle wrote since. */
  Snapshot snapshot(Duration age) {
    checkOpen();
    return known(age).orElseGet(() -> read(snapshot -> snapshot));
  }

  private Optional<Snapshot> known(Duration age) {
    return isYoung(age) ? reader.knownWhole() : Optional.empty();
  }

  /** Where following begins that is to deliver nothing of what is there now. */
  public FollowPosition position() {
    return read(snapshot -> FollowPosition.at(id(), snapshot));
  }

  /**
   * What follows from a position; to be {@linkplain #start started}.
   *
   * @throws IllegalArgumentException if the position is of another workspace or ahead of this one
   */
  public Follower follower(FollowPosition position, Following.Listener listener) {
    return follower(position, listener, Follower.BACKLOG_ROWS_MAX);
  }

  /** The same, with a bound for how many rows of segments it looks ahead. */
  public Follower follower(
      FollowPosition position, Following.Listener listener, int backlogRowsMax) {
    checkTakes();
    boolean unused =
        read(snapshot -> {
          position.requireIn(this, snapshot, watermarks);
          return true;
        });
    return new Follower(
        this,
        library,
        found.keys(),
        position,
        listener,
        engine.followFastest(),
        engine.followIdle(),
        backlogRowsMax);
  }

  /** Lets a follower run on a thread of the engine, until this workspace is closed. */
  public void start(Follower follower) {
    followers.add(follower);
    try {
      checkTakes();
      engine.threads().execute(follower);
    } catch (RuntimeException | Error e) {
      unfollow(follower);
      throw e;
    }
  }

  void unfollow(Follower follower) {
    followers.remove(follower);
  }

  private <T> T read(Function<Snapshot, T> opener) {
    checkOpen();
    Instant began = engine.clock().instant();
    long beganNanos = System.nanoTime();
    T opened =
        reader.read(snapshot -> {
          T result = opener.apply(snapshot);
          if (isTailLong(snapshot)) {
            compactSoon();
          }
          return result;
        });
    readAt = began;
    readNanos = beganNanos;
    return opened;
  }

  /** Whoever wrote looks after the tail, also after what others left there. */
  private boolean isTailLong(Snapshot snapshot) {
    return wrote.get()
        && !compaction.isLocked()
        && (snapshot.batches().size() >= engine.compactAtBatches()
            || snapshot.tailBytes() >= engine.compactAtBytes()
            || snapshot.plan().recent().size() >= engine.compactAtBatches());
  }

  private void batchDurable(
      String logId, long number, String operation, List<Row> rows, long bytes) {
    reader.wrote(new Snapshot.Batch(new BatchRef(logId, number), operation, rows, bytes));
    wrote.set(true);
    if (ownBatches.incrementAndGet() >= engine.compactAtBatches()
        || ownBytes.addAndGet(bytes) >= engine.compactAtBytes()) {
      compactSoon();
    }
  }

  private void compactSoon() {
    if (!closing.get() && compacting.compareAndSet(false, true)) {
      try {
        engine.threads().execute(this::compactInBackground);
      } catch (RuntimeException | Error e) {
        // What was written stays written; a later batch asks again.
        compacting.set(false);
        log()
            .warn(
                "'{}' is not compacted now, since no thread could be had: {}",
                name(),
                e.toString());
      }
    }
  }

  private void compactInBackground() {
    compaction.lock();
    try {
      if (!closed.get()) {
        Manifest taken = takeIn(progress -> {});
        embedSoon(taken);
        merge(taken, Compactor.Merging.TIERS, this::unlessClosing);
        collectSometimes();
      }
    } catch (CancellationException e) {
      log().debug("'{}' was closed while segments were merged", name());
    } catch (RuntimeException e) {
      log().warn("Compaction of '{}' broke off and is tried again later: {}", name(), e.toString());
    } finally {
      compacting.set(false);
      compaction.unlock();
    }
  }

  /** Embedding takes a model minutes, and meanwhile the tail is to be taken in. */
  private void embedSoon(Manifest taken) {
    if (!closing.get() && files.lacksSome(taken) && embeddingSealed.compareAndSet(false, true)) {
      files.embeddingBegins();
      try {
        engine.threads().execute(this::embedInBackground);
      } catch (RuntimeException | Error e) {
        files.embeddingEnds();
        embeddingSealed.set(false);
        log()
            .warn(
                "Segments of '{}' get no vectors now, since no thread could be had: {}",
                name(),
                e.toString());
      }
    }
  }

  private void embedInBackground() {
    boolean repaired = false;
    repair.lock();
    try {
      if (!closing.get()) {
        files.embeddingBegins();
        Manifest taken = readManifest();
        repaired =
            unlessOvertaken(() ->
                files.repair(
                    taken, compactor, LibraryFiles.Effort.BACKGROUND, this::unlessGivingWay));
      }
    } catch (CancellationException e) {
      log().debug("Embedding segments of '{}' gave way: {}", name(), e.getMessage());
    } catch (RuntimeException e) {
      log().warn("Segments of '{}' get no vectors now, they are tried again later: {}", name(), e);
    } finally {
      files.embeddingEnds();
      embeddingSealed.set(false);
      repair.unlock();
    }
    if (repaired) {
      // What has vectors now may be merged, and more may have been sealed meanwhile.
      compactSoon();
    }
  }

  private void unlessGivingWay(Progress progress) {
    unlessClosing(progress);
    if (compactingNow.get() > 0) {
      throw new CancellationException("'" + name() + "' is being compacted at " + progress);
    }
  }

  /** Whoever closes a handle is not to wait for minutes. */
  private void unlessClosing(Progress progress) {
    if (closing.get()) {
      throw new CancellationException("'" + name() + "' is being closed at " + progress);
    }
  }

  private void collectSometimes() {
    if (reader.known().manifest().number() % COLLECT_EVERY == 0) {
      collect(progress -> {});
    }
  }

  private void collect(Consumer<Progress> progress) {
    Manifest manifest = reader.known().manifest();
    unlessOvertaken(() -> collector.collect(manifest, engine.keepReplaced(), progress) > 0);
  }

  /** Takes everything into segments, builds what is missing, removes what nobody needs. */
  public void compact(Consumer<Progress> progress) {
    checkOpen();
    compactingNow.incrementAndGet();
    compaction.lock();
    try {
      compact(LibraryFiles.Effort.WHOLE, progress);
      collect(progress);
    } finally {
      compaction.unlock();
      compactingNow.decrementAndGet();
    }
  }

  /** Merging comes last: what is merged then has its vectors, which merging carries over. */
  private void compact(LibraryFiles.Effort effort, Consumer<Progress> progress) {
    Manifest taken;
    boolean repaired;
    files.trustingBegins();
    try {
      taken = takeIn(progress);
      repaired = repair(taken, effort, progress);
    } finally {
      files.trustingEnds();
    }
    Compactor.Merging what =
        effort == LibraryFiles.Effort.WHOLE ? Compactor.Merging.WHOLE : Compactor.Merging.BRIEF;
    merge(repaired ? readManifest() : taken, what, progress);
  }

  private boolean repair(Manifest taken, LibraryFiles.Effort effort, Consumer<Progress> progress) {
    repair.lock();
    try {
      files.embeddingEnds();
      return unlessOvertaken(() -> files.repair(taken, compactor, effort, progress));
    } finally {
      repair.unlock();
    }
  }

  /** In the background one step at a time; when asked for, until there is nothing left to merge. */
  private void merge(Manifest manifest, Compactor.Merging what, Consumer<Progress> progress) {
    Manifest read = manifest;
    int steps = what == Compactor.Merging.WHOLE ? MERGES_MAX : 1;
    for (int step = 0; step < steps; step++) {
      Manifest from = read;
      if (!unlessOvertaken(() -> compactor.merge(from, what, progress))) {
        return;
      }
      read = readManifest();
    }
  }

  /**
   * Does a step on files that a manifest named; when some are gone since another process replaced
   * them meanwhile, that is its work done.
   */
  private boolean unlessOvertaken(BooleanSupplier step) {
    try {
      return step.getAsBoolean();
    } catch (FileGoneException e) {
      if (readManifest().files().stream().anyMatch(file -> file.key().equals(e.key().path()))) {
        throw e;
      }
      log().debug("Another process compacted '{}' meanwhile: {}", name(), e.getMessage());
      return true;
    }
  }

  /** What this handle committed itself is not to wait until a read is too old. */
  private Manifest readManifest() {
    return read(Snapshot::manifest);
  }

  private Manifest takeIn(Consumer<Progress> progress) {
    ownBatches.set(0);
    ownBytes.set(0);
    Snapshot snapshot = read(read -> read);
    return unlessOvertaken(() -> compactor.takeIn(snapshot, progress))
        ? readManifest()
        : snapshot.manifest();
  }

  /** Whether a write that ended unknown is there; see {@link OutcomeUnknownException#operation}. */
  public boolean isDone(String operation) {
    checkOpen();
    int hash = operation.indexOf('#');
    String path = hash < 0 ? "" : operation.substring(0, hash);
    ObjectKey key = ObjectKey.of(path.isEmpty() ? "none" : path);
    String id = operation.substring(hash + 1);
    if (found.keys().isPlan(key)) {
      return plan.outcome(found.keys().planVersion(key), id);
    }
    if (found.keys().isBatch(key) && canBeUnknown(key, id)) {
      return WriterLog.outcome(
          engine.store(),
          found.keys(),
          found.id(),
          ids,
          (logId, number) -> watermarks.operationOf(manifests, logId, number),
          key,
          id);
    }
    throw new IllegalArgumentException(
        "'%s' is no operation of workspace '%s' in %s; give what OutcomeUnknownException.operation() said"
            .formatted(operation, name(), location()));
  }

  /** A log sends a batch only when the one before it is settled, and none after an unknown one. */
  private boolean canBeUnknown(ObjectKey key, String operation) {
    BatchRef batch = found.keys().batchRef(key);
    BatchRef before = new BatchRef(batch.log(), batch.number() - 1);
    try {
      return !log.maySend(batch)
          && (before.number() == 0
              || engine.store().get(found.keys().batch(before.log(), before.number())).isPresent()
              || watermarks.operationOf(manifests, before.log(), before.number()).isPresent()
              || watermarks.operationOf(manifests, batch.log(), batch.number()).isPresent());
    } catch (StorageUnavailableException e) {
      throw ConditionalWrite.unanswered(key, operation, e);
    }
  }

  /** Reads everything again and reports what is wrong. */
  public Workspace.Verification verify(Consumer<Progress> progress) {
    checkOpen();
    return new Scrub(
            engine.store(), found.keys(), found.id(), manifests, watermarks, library, progress)
        .run();
  }

  /** How many segments are in force, as far as this handle knows. */
  public int segments() {
    return reader.known().manifest().segments().size();
  }

  /** Names the state of the files; see {@link Compactor#pin}. */
  public long pin(String pinName) {
    checkOpen();
    if (!masker().text(pinName).equals(pinName)) {
      throw new IllegalArgumentException(
          "The name of a pin holds a secret, '%s'; choose another"
              .formatted(masker().text(pinName)));
    }
    return compactor.pin(pinName);
  }

  /** Takes a name off. */
  public void unpin(String pinName) {
    checkOpen();
    compactor.unpin(pinName);
  }

  /** The manifests that are kept, by name. */
  public Map<String, Long> pins() {
    checkOpen();
    return manifests.newest(reader.known().manifest()).pins();
  }

  /** Waits for what was recorded, compacts what this handle wrote, frees the rest. */
  public void close() {
    close(wrote::get);
  }

  /** The same, but compacts only where what waits for it is as much as the background takes on. */
  public void closeQuickly() {
    close(() ->
        wrote.get()
            && (ownBatches.get() >= engine.compactAtBatches()
                || ownBytes.get() >= engine.compactAtBytes()
                || plan.head().recent().size() >= engine.compactAtBatches()));
  }

  private void close(BooleanSupplier isToCompact) {
    // A listener may still record; it is not to be cut off half-way.
    followers.forEach(Follower::close);
    if (!closing.compareAndSet(false, true)) {
      return;
    }
    followers.forEach(Follower::close);
    try {
      log.awaitQuiet(engine.store().deadline().multipliedBy(3));
      if (isToCompact.getAsBoolean()) {
        compaction.lock();
        try {
          compact(LibraryFiles.Effort.CLOSING, progress -> {});
          collectSometimes();
        } finally {
          compaction.unlock();
        }
      }
    } catch (OutcomeUnknownException e) {
      throw e;
    } catch (DaybookException e) {
      log().warn("'{}' is closed without compaction, nothing is lost: {}", name(), e.toString());
    } finally {
      closed.set(true);
      // Embedding ends at its next step, and needs the library until then.
      repair.lock();
      try {
        library.close();
      } finally {
        repair.unlock();
      }
    }
  }

  /** Asked for when there is something to say: opening is not to wait for a logging system. */
  private static Logger log() {
    return LoggerFactory.getLogger(OpenWorkspace.class);
  }
}
