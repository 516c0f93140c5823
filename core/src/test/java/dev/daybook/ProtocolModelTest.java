package dev.daybook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.event.Actor;
import dev.daybook.event.Entry;
import dev.daybook.event.EventId;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.internal.cache.FileCache;
import dev.daybook.internal.entry.Masker;
import dev.daybook.internal.entry.Row;
import dev.daybook.internal.log.EntryLines;
import dev.daybook.internal.log.EventIds;
import dev.daybook.internal.log.Frame;
import dev.daybook.internal.log.LogFixture;
import dev.daybook.internal.log.Store;
import dev.daybook.internal.plan.PlanFold;
import dev.daybook.internal.plan.PlanState;
import dev.daybook.internal.workspace.Catalog;
import dev.daybook.internal.workspace.Embedding;
import dev.daybook.internal.workspace.Engine;
import dev.daybook.internal.workspace.OpenWorkspace;
import dev.daybook.recall.Embedder;
import dev.daybook.recall.Filter;
import dev.daybook.storage.FaultyObjectStore;
import dev.daybook.storage.FaultyObjectStore.Fault;
import dev.daybook.storage.ForwardingObjectStore;
import dev.daybook.storage.MemoryObjectStore;
import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three processes that record, plan, compact, crash and read on one store behind bad networks, held
 * against a list of what they were told. A seed decides the steps and faults; {@code -Dsim.seed=N}
 * runs that one alone, {@code -Dsim.seeds=N} the first N.
 */
class ProtocolModelTest {
  private static final long SEEDS = Long.getLong("sim.seeds", 30);
  private static final int RUNS_AT_ONCE = 2;
  private static final int HANDLES = 3;
  private static final int STEPS = 60;
  private static final Filter OBSERVATIONS = Filter.any().type("Observation");
  private static final Instant START = Instant.parse("2026-11-24T10:00:00Z");
  private static final List<Duration> SKEWS =
      List.of(
          Duration.ZERO,
          Duration.ofHours(1),
          Duration.ofHours(-1),
          Duration.ofDays(30),
          Duration.ofDays(-30));

  @TempDir private Path caches;

  @Test
  void whatWasAcknowledgedIsThereOnceAndWhatFailedIsNot() throws Exception {
    Long only = Long.getLong("sim.seed");
    List<Long> seeds =
        only != null ? List.of(only) : LongStream.rangeClosed(1, SEEDS).boxed().toList();
    Map<Long, Future<Run>> runs = new TreeMap<>();
    ExecutorService threads = Executors.newFixedThreadPool(RUNS_AT_ONCE);
    try {
      for (long seed : seeds) {
        runs.put(
            seed,
            threads.submit(() -> {
              Run run = new Run(seed, caches.resolve("seed-" + seed));
              run.run();
              return run;
            }));
      }
      int failed = 0;
      int unknown = 0;
      int acknowledged = 0;
      for (Map.Entry<Long, Future<Run>> run : runs.entrySet()) {
        try {
          failed += run.getValue().get().failed.size();
          acknowledged += run.getValue().get().acknowledged.size();
          unknown += run.getValue().get().unknown.size();
        } catch (ExecutionException e) {
          throw new AssertionError(
              "Seed " + run.getKey() + " failed; repeat it with -Dsim.seed=" + run.getKey(),
              e.getCause());
        }
      }
      if (only == null) {
        assertThat(acknowledged).as("acknowledged events of all seeds").isGreaterThan(500);
        assertThat(failed).as("definite failures of all seeds").isGreaterThan(5);
        assertThat(unknown).as("unknown outcomes of all seeds").isGreaterThan(50);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  /** A process's way to the store; once it crashed, nothing of it arrives any more. */
  private static final class Link extends ForwardingObjectStore {
    private volatile boolean crashed;

    Link(ObjectStore store) {
      super(store);
    }

    private void check() throws IOException {
      if (crashed) {
        throw new IOException("This process has crashed");
      }
    }

    @Override
    public Created createIfAbsent(ObjectKey key, byte[] bytes) throws IOException {
      check();
      return store.createIfAbsent(key, bytes);
    }

    @Override
    public Optional<Stored> get(ObjectKey key) throws IOException {
      check();
      return store.get(key);
    }

    @Override
    public Page list(String prefix, String startAfter, int keysMax) throws IOException {
      check();
      return store.list(prefix, startAfter, keysMax);
    }

    @Override
    public void overwrite(ObjectKey key, byte[] bytes) throws IOException {
      check();
      store.overwrite(key, bytes);
    }

    @Override
    public void delete(ObjectKey key) throws IOException {
      check();
      store.delete(key);
    }
  }

  /** One process: its engine, and its workspace and session when it could open them. */
  private static final class Handle {
    final Link link;
    final Engine engine;
    Optional<Workspace> workspace = Optional.empty();
    Optional<Session> session = Optional.empty();

    Handle(FaultyObjectStore network, Path cache, long seed) {
      Random random = new Random(seed);
      AtomicLong looks = new AtomicLong();
      Instant start = START.plus(SKEWS.get(random.nextInt(SKEWS.size())));
      InstantSource clock = () -> start.plusMillis(50 * looks.incrementAndGet());
      link = new Link(network);
      engine =
          new Engine(
              new Store(link, clock, random, Duration.ofMillis(200), LogFixture::noPause),
              Embedding.given(Embedder.none()),
              new FileCache(cache, 1 << 30, clock),
              clock,
              random,
              1 << 20,
              64 << 10,
              64 << 20,
              256,
              8 << 20,
              Duration.ZERO,
              Duration.ofSeconds(2),
              Duration.ofSeconds(30),
              Briefing::tokens,
              Map.of(),
              Masker.NONE);
    }

    boolean open() {
      try {
        if (workspace.isEmpty()) {
          EventIds ids = new EventIds(engine.clock(), engine.random());
          Catalog.Found found = new Catalog(engine.store(), ids, engine.random()).open("w");
          workspace =
              Optional.of(new Workspace(new OpenWorkspace(engine, found), Optional.empty()));
        }
        if (session.isEmpty()) {
          session = Optional.of(workspace.get().startSession(Actor.agent("coder-7")));
        }
        return true;
      } catch (DaybookException e) {
        return false;
      }
    }

    void close() {
      try {
        session.ifPresent(Session::close);
      } catch (DaybookException e) {
        // Its failures were told by the receipts.
      }
      try {
        workspace.ifPresent(Workspace::close);
      } catch (DaybookException e) {
        // What this loses, the receipts have told.
      }
      engine.close();
    }
  }

  private static final class Run {
    private final Random random;
    private final Path cache;
    private final MemoryObjectStore memory = new MemoryObjectStore();
    private final List<FaultyObjectStore> networks = new ArrayList<>();
    private final List<Handle> handles = new ArrayList<>();

    private final Set<EventId> acknowledged = new HashSet<>();
    private final Set<EventId> failed = new HashSet<>();
    private final Set<EventId> unknown = new HashSet<>();
    private final Set<String> tasks = new HashSet<>();
    private final Set<String> failedTasks = new HashSet<>();
    private final Map<Long, PlanRecord> plans = new TreeMap<>();
    private int made;

    Run(long seed, Path cache) {
      this.cache = cache;
      this.random = new Random(seed);
    }

    void run() throws IOException {
      plans.put(0L, PlanRecord.empty());
      try (Daybook daybook = clean()) {
        daybook.create("w").close();
      }
      for (int i = 0; i < HANDLES; i++) {
        networks.add(new FaultyObjectStore(memory, random.nextLong()));
        handles.add(start(i));
      }
      for (int step = 0; step < STEPS; step++) {
        if (step % 9 == 0) {
          weather();
        }
        int who = random.nextInt(HANDLES);
        Handle handle = handles.get(who);
        int what = random.nextInt(100);
        if (what < 5) {
          handle.link.crashed = true;
          handle.close();
          handles.set(who, start(who));
        } else if (what < 10) {
          handle.close();
          handles.set(who, start(who));
        } else if (handle.open()) {
          act(handle, what);
        }
      }
      networks.forEach(FaultyObjectStore::heal);
      handles.forEach(Handle::close);
      for (FaultyObjectStore network : networks) {
        network.applyLate();
      }
      assertThat(networks.stream().mapToInt(FaultyObjectStore::faultCount).sum()).isPositive();
      checkEnd();
    }

    private Daybook clean() {
      return Daybook.on(memory)
          .embedder(Embedder.none())
          .cache(cache.resolve("end"), 1 << 30)
          .open();
    }

    private Handle start(int who) {
      return new Handle(networks.get(who), cache.resolve("process-" + who), random.nextLong());
    }

    /** Fair, rough, or a storm in which deadlines pass; in each, writes fail in another mix. */
    private void weather() {
      double lost = List.of(0.0, 0.15, 0.3, 0.9).get(random.nextInt(4));
      List<Fault> faults =
          List.of(Fault.REQUEST_LOST, Fault.RESPONSE_LOST, Fault.LATE_EFFECT, Fault.CONFLICT);
      Fault most = faults.get(random.nextInt(faults.size()));
      double reads = Math.min(lost, 0.3);
      for (FaultyObjectStore network : networks) {
        for (Fault fault : faults) {
          network.withChance(fault, fault == most ? lost : lost * 0.2);
        }
        network
            .withChance(Fault.UNAVAILABLE, reads * 0.2)
            .withChance(Fault.TRUNCATED_READ, reads * 0.05)
            .withChance(Fault.FLIPPED_BIT, reads * 0.1);
      }
    }

    private void act(Handle handle, int what) {
      if (what < 60) {
        record(handle.session.orElseThrow());
      } else if (what < 80) {
        plan(handle.session.orElseThrow());
      } else if (what < 86) {
        try {
          handle.workspace.orElseThrow().compact();
        } catch (DaybookException e) {
          // It is tried again; what was acknowledged is checked by the reads.
        }
      } else {
        try {
          check(handle.workspace.orElseThrow());
        } catch (DaybookException e) {
          // A read that fails says nothing wrong.
        }
      }
    }

    private void record(Session session) {
      List<Receipt> receipts = new ArrayList<>();
      int count = 1 + random.nextInt(3);
      for (int i = 0; i < count; i++) {
        receipts.add(session.record(Observation.of("observation " + ++made)));
      }
      for (Receipt receipt : receipts) {
        try {
          receipt.await();
          acknowledged.add(receipt.id());
        } catch (StorageUnavailableException | StorageAccessException e) {
          failed.add(receipt.id());
        } catch (OutcomeUnknownException | CorruptDataException e) {
          unknown.add(receipt.id());
        }
      }
      try {
        session.flush();
      } catch (DaybookException e) {
        // The receipts said the same.
      }
    }

    private void plan(Session session) {
      String task = "T-" + ++made;
      try {
        PlanChange change = session.updatePlan(plan -> List.of(TaskAdded.of(task, "a task")));
        tasks.add(task);
        assertThat(change.plan().task(task)).as(task).isPresent();
        assertSamePlan(change.plan());
      } catch (StorageUnavailableException | StorageAccessException | PlanConflictException e) {
        failedTasks.add(task);
      } catch (OutcomeUnknownException | CorruptDataException e) {
        // Either is right.
      }
    }

    private void assertSamePlan(PlanRecord plan) {
      PlanRecord before = plans.putIfAbsent(plan.version(), plan);
      assertThat(plan).isEqualTo(before == null ? plan : before);
    }

    /** A read sees everything acknowledged before it, once, and nothing that failed. */
    private Set<EventId> check(Workspace workspace) {
      long newest = workspace.plan().version();
      assertSamePlan(workspace.plan(random.nextLong(newest + 1)));
      PlanRecord plan = workspace.plan();
      assertSamePlan(plan);
      assertThat(plan.tasks().keySet()).containsAll(tasks);
      assertThat(failedTasks).noneMatch(task -> plan.task(task).isPresent());
      List<EventId> found = new ArrayList<>();
      EntryPage page = workspace.traces().find(OBSERVATIONS, EventId.NONE, 50);
      page.forEach(entry -> found.add(entry.id()));
      while (page.hasNext()) {
        page = workspace.traces().find(OBSERVATIONS, page.next(), 50);
        page.forEach(entry -> found.add(entry.id()));
      }
      assertThat(found).doesNotHaveDuplicates().containsAll(acknowledged);
      assertThat(failed).noneMatch(found::contains);
      assertThat(workspace.traces().count(OBSERVATIONS)).isEqualTo(found.size());
      return Set.copyOf(found);
    }

    private void checkEnd() throws IOException {
      Set<EventId> found;
      try (Daybook daybook = clean();
          Workspace workspace = daybook.open("w")) {
        found = check(workspace);
        checkPlanObjects(workspace);
        workspace.compact();
        assertThat(check(workspace)).isEqualTo(found);
      }
      try (Daybook daybook = clean();
          Workspace workspace = daybook.open("w")) {
        assertThat(check(workspace)).isEqualTo(found);
        for (EventId id : acknowledged) {
          Entry entry = workspace.traces().entry(id).orElseThrow();
          assertThat(workspace.traces().timeline(entry.session())).containsOnlyOnce(entry);
        }
      }
    }

    /** Versions are 1 to n without a gap, and every plan of the past is the fold of their rows. */
    private void checkPlanObjects(Workspace workspace) throws IOException {
      long newest = workspace.plan().version();
      List<ObjectStore.Listed> objects = memory.list("w/000001/plan/", "", 1_000).objects();
      assertThat(objects).hasSize((int) newest);
      PlanFold fold = new PlanFold(PlanState.EMPTY);
      long version = 0;
      for (ObjectStore.Listed object : objects) {
        version++;
        ObjectKey key = object.key();
        assertThat(key.path()).isEqualTo("w/000001/plan/%020d.json".formatted(version));
        byte[] bytes = memory.get(key).orElseThrow().bytes();
        Frame frame = Frame.decode(key, bytes, Frame.Kind.PLAN, workspace.id());
        for (Row row : EntryLines.rows(key, frame.body())) {
          assertThat(row.envelope().planVersion()).isEqualTo(version);
          fold.add(row.entry());
        }
        fold.through(version);
        if (version == newest || random.nextInt(4) == 0) {
          assertThat(workspace.plan(version).state()).isEqualTo(fold.plan());
        }
        assertSamePlan(new PlanRecord(fold.plan(), Instant.EPOCH));
      }
    }
  }
}
