package dev.daybook;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.event.Actor;
import dev.daybook.event.Context;
import dev.daybook.event.Entry;
import dev.daybook.event.EventId;
import dev.daybook.event.Handoff;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.PlanEvent.ApproachRejected;
import dev.daybook.event.PlanEvent.DecisionMade;
import dev.daybook.event.PlanEvent.GoalSet;
import dev.daybook.event.PlanEvent.NoteAdded;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.PlanEvent.TaskClosed;
import dev.daybook.event.PlanEvent.TaskStatusChanged;
import dev.daybook.event.Resolution;
import dev.daybook.event.SessionId;
import dev.daybook.event.SourceId;
import dev.daybook.event.TaskStatus;
import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent.Message;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.event.Vcs;
import dev.daybook.recall.Filter;
import dev.daybook.recall.Hit;
import dev.daybook.recall.Hits;
import dev.daybook.recall.Query;
import dev.daybook.recall.WordVectorTestEmbedder;
import dev.daybook.storage.CountingObjectStore;
import dev.daybook.storage.MemoryObjectStore;
import dev.daybook.storage.ObjectStore;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two workspaces in one bucket, one process and one cache, whose names are made to be mixed up, and
 * random operations on both. A store that notes every request shows that none touches a key of the
 * other; no answer holds an id of the other; deleting one leaves every byte of the other. {@code
 * -Dsim.seed=N} repeats a run, {@code -Dsim.operations=N} makes it longer.
 */
class IsolationTest {
  private static final long SEED = Long.getLong("sim.seed", 1);
  private static final int OPERATIONS = Integer.getInteger("sim.operations", 10_000);

  /** Each name begins with another, or is a folder of every workspace. */
  private static final List<List<String>> NAMES =
      List.of(
          List.of("a", "a-b"),
          List.of("aa", "a"),
          List.of("log", "plan"),
          List.of("w", "w_"),
          List.of("000001", "00000"));

  private static final Instant HAPPENED = Instant.parse("2026-11-20T10:00:00Z");
  private static final int SOURCES = 50;
  private static final int RUNS_AT_ONCE = 2;

  /** After so many operations a workspace is deleted: otherwise reads become long. */
  private static final int STEPS_OF_A_LIFE = 250;

  @TempDir private Path folder;
  private final Map<String, Integer> performed = new ConcurrentSkipListMap<>();

  /** One call of the public API on one workspace. */
  private interface Operation {
    void on(Run.Side side) throws Exception;
  }

  /** Something that can fail in any way. */
  private interface Action {
    void run() throws Exception;
  }

  /** An operation, and how often it is drawn. */
  private record Kind(String name, int weight, Operation operation) {}

  private final List<Kind> kinds =
      List.of(
          new Kind("Session.record", 45, Run.Side::record),
          new Kind("Session.record, of a source", 5, Run.Side::recordWithSource),
          new Kind("Session.started", 3, side -> side.wrote(side.session().started(side.call()))),
          new Kind("Session.finished", 3, Run.Side::finish),
          new Kind("Session.updatePlan", 20, Run.Side::updatePlan),
          new Kind("Session.on", 2, Run.Side::recordOnTask),
          new Kind("Session.at", 2, Run.Side::recordAtCommit),
          new Kind("Session.offer", 4, Run.Side::offer),
          new Kind("Session.accept", 3, Run.Side::accept),
          new Kind("Session.decline", 1, side -> side.step("decline")),
          new Kind("Session.withdraw", 1, side -> side.step("withdraw")),
          new Kind("Session.complete", 2, side -> side.step("complete")),
          new Kind("Session.claimNext", 3, side -> side.claims("claimNext")),
          new Kind("Session.claim", 2, side -> side.claims("claim")),
          new Kind("Session.renew", 1, side -> side.claims("renew")),
          new Kind("Session.release", 1, side -> side.claims("release")),
          new Kind("Session.briefing", 4, Run.Side::briefing),
          new Kind("Session.flush", 2, side -> side.session().flush()),
          new Kind("Session.end", 1, Run.Side::end),
          new Kind("Session.close", 1, Run.Side::leave),
          new Kind("Workspace.startSession", 2, Run.Side::startSession),
          new Kind("Workspace.startSession, joining", 2, Run.Side::joinSession),
          new Kind("Workspace.plan", 8, Run.Side::plan),
          new Kind("Workspace.diff", 1, Run.Side::diff),
          new Kind("Workspace.asOf", 3, Run.Side::asOf),
          new Kind("Workspace.history", 3, Run.Side::history),
          new Kind("Workspace.recall", 4, Run.Side::recall),
          new Kind("Workspace.compact", 1, side -> side.workspace.compact()),
          new Kind("Workspace.close", 1, side -> side.reopen(Workspace::close)),
          new Kind("Workspace.closeQuickly", 1, side -> side.reopen(Workspace::closeQuickly)),
          new Kind("Workspace.briefing", 1, Run.Side::briefingWithoutSession),
          new Kind("Workspace.outcome", 1, Run.Side::outcome),
          new Kind("Workspace.verify", 1, Run.Side::verify),
          new Kind("Workspace.pin", 1, Run.Side::pin),
          new Kind("Workspace.unpin", 1, Run.Side::unpin),
          new Kind("Workspace.follow", 2, Run.Side::follow),
          new Kind("Workspace.position", 1, Run.Side::followFromNow),
          new Kind("Workspace.pins", 1, side -> side.workspace.pins()),
          new Kind("TraceStore.output", 2, Run.Side::output),
          new Kind("TraceStore.find", 5, Run.Side::find),
          new Kind("TraceStore.count", 4, Run.Side::count),
          new Kind("TraceStore.entry", 6, Run.Side::entry),
          new Kind("TraceStore.timeline", 4, Run.Side::timeline),
          new Kind("TraceStore.priorAttempts", 2, Run.Side::priorAttempts),
          new Kind("TraceStore.priorAttemptsFor", 1, Run.Side::priorAttemptsFor),
          new Kind("TraceStore.commits", 2, Run.Side::commits),
          new Kind("TraceStore.about", 2, Run.Side::about),
          new Kind("TraceImport.into", 1, Run.Side::importRows),
          new Kind("PlanImport.into", 1, Run.Side::importPlan),
          new Kind("Daybook.open", 1, Run.Side::openAgain),
          new Kind("Daybook.create", 1, Run.Side::createAgain));

  /** What no operation of the list above stands for, with the reason. */
  private static final Map<String, String> NOT_AN_OPERATION =
      Map.ofEntries(
          Map.entry("Session.id", "holds what it was made with"),
          Map.entry("Session.actor", "holds what it was made with"),
          Map.entry("Workspace.name", "holds what it was made with"),
          Map.entry("Workspace.id", "holds what it was made with"),
          Map.entry("Workspace.location", "holds what it was made with"),
          Map.entry("Workspace.masked", "counts what its own handle took"),
          Map.entry("Workspace.traces", "a door to TraceStore"),
          Map.entry("Workspace.open", "Daybook.open with an engine of its own"),
          Map.entry("Workspace.openOrCreate", "Daybook.openOrCreate, likewise"),
          Map.entry("Workspace.create", "Daybook.create, likewise"),
          Map.entry("Workspace.list", "Daybook.workspaces, likewise"),
          Map.entry("Workspace.delete", "Daybook.delete, likewise"),
          Map.entry("Daybook.on", "asks nothing"),
          Map.entry("Daybook.openOrCreate", "done once for each workspace"),
          Map.entry("Daybook.delete", "done every 250 operations"),
          Map.entry("Daybook.requests", "asks nothing"),
          Map.entry("Daybook.workspaces", "is about all workspaces; checked apart"),
          Map.entry("Daybook.close", "done at the end"));

  @Test
  void knowsEveryPublicOperation() {
    Set<String> operations =
        Stream.of(Session.class, Workspace.class, TraceStore.class, Daybook.class)
            .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
            .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic())
            .map(IsolationTest::nameOf)
            .collect(toCollection(TreeSet::new));
    Set<String> known = new TreeSet<>(NOT_AN_OPERATION.keySet());
    kinds.forEach(kind -> known.add(kind.name().replaceAll(",.*", "")));
    known.remove("TraceImport.into");
    known.remove("PlanImport.into");
    assertThat(known).isEqualTo(operations);
  }

  private static String nameOf(Method method) {
    return method.getDeclaringClass().getSimpleName() + "." + method.getName();
  }

  @Test
  void noOperationTouchesAnotherWorkspace() throws Exception {
    int steps = OPERATIONS / NAMES.size();
    ExecutorService threads = Executors.newFixedThreadPool(RUNS_AT_ONCE);
    try {
      List<Future<?>> runs = new ArrayList<>();
      for (List<String> names : NAMES) {
        Run run = new Run(names, new Random(SEED + runs.size()));
        runs.add(
            threads.submit(() -> {
              run.perform(steps);
              return null;
            }));
      }
      for (Future<?> run : runs) {
        run.get();
      }
    } finally {
      threads.shutdownNow();
    }
    System.out.println(steps * NAMES.size() + " operations on two workspaces: " + performed);
    assertThat(performed.keySet()).containsAll(kinds.stream().map(Kind::name).toList());
  }

  /** Two workspaces in one bucket and one engine; the cache is that of all runs. */
  private final class Run {
    private final MemoryObjectStore memory = new MemoryObjectStore();
    private final CountingObjectStore store = new CountingObjectStore(memory);
    private final List<String> names;
    private final Random random;

    Run(List<String> names, Random random) {
      this.names = names;
      this.random = random;
    }

    void perform(int count) throws Exception {
      try (WordVectorTestEmbedder embedder = new WordVectorTestEmbedder();
          Daybook daybook =
              Daybook.on(store)
                  .embedder(embedder)
                  .cache(folder.resolve("cache"), 1 << 30)
                  .random(new Random(random.nextLong()))
                  .compactAt(Integer.MAX_VALUE, Long.MAX_VALUE) // else in a thread, at any time
                  .open()) {
        perform(daybook, count);
        names.forEach(daybook::delete);
        assertThat(daybook.workspaces()).isEmpty();
      }
    }

    private void perform(Daybook daybook, int count) throws Exception {
      Side one = new Side(daybook, names.get(0));
      Side other = new Side(daybook, names.get(1));
      one.other = other;
      other.other = one;
      // The first creation of an engine probes the store, under a name of its own.
      daybook.create(one.name).close();
      daybook.delete(one.name);
      touching(one, one::create);
      touching(other, other::create);
      int weights = kinds.stream().mapToInt(Kind::weight).sum();
      for (int step = 1; step <= count; step++) {
        Side side = random.nextBoolean() ? one : other;
        int drawn = random.nextInt(weights);
        int next = 0;
        while (drawn >= kinds.get(next).weight()) {
          drawn -= kinds.get(next).weight();
          next++;
        }
        Kind kind = kinds.get(next);
        try {
          touching(side, () -> kind.operation().on(side));
        } catch (Exception | AssertionError e) {
          throw new AssertionError(
              "Step %d of seed %d, %s on '%s' beside '%s'"
                  .formatted(step, SEED, kind.name(), side.name, side.other.name),
              e);
        }
        performed.merge(kind.name(), 1, Integer::sum);
        if (step % STEPS_OF_A_LIFE == 0) {
          deleteAndCreate(daybook, side);
        }
      }
      one.checkAll();
      other.checkAll();
      one.seen.retainAll(other.seen);
      assertThat(one.seen).as("ids in both").isEmpty();
      assertThat(one.workspace.id()).isNotEqualTo(other.workspace.id());
      one.workspace.close();
      other.workspace.close();
    }

    /** Every request of this action, whichever thread sends it, is below the name of the side. */
    private void touching(Side side, Action action) throws Exception {
      store.reset();
      action.run();
      for (Session session : side.sessions) {
        session.flush();
      }
      assertThat(store.requests())
          .filteredOn(request -> !request.path().startsWith(side.name + "/"))
          .as("requests outside '%s/'", side.name)
          .isEmpty();
    }

    private void deleteAndCreate(Daybook daybook, Side side) throws Exception {
      Map<String, String> before = bytesOf(side.other);
      side.checkAll();
      touching(side, side::deleteAndCreate);
      assertThat(bytesOf(side.other)).as("bytes of '" + side.other.name + "'").isEqualTo(before);
      assertThat(daybook.workspaces()).containsExactlyInAnyOrder(side.name, side.other.name);
      side.other.checkAll();
    }

    /** The content of every object of a workspace, by its key. */
    private Map<String, String> bytesOf(Side side) throws IOException {
      Map<String, String> content = new TreeMap<>();
      String after = "";
      ObjectStore.Page page;
      do {
        page = memory.list(side.name + "/", after, ObjectStore.PAGE_KEYS_MAX);
        for (ObjectStore.Listed listed : page.objects()) {
          after = listed.key().path();
          byte[] bytes = memory.get(listed.key()).orElseThrow().bytes();
          content.put(after, new String(bytes, ISO_8859_1));
        }
      } while (page.more());
      assertThat(content).isNotEmpty();
      return content;
    }

    /** One of the two workspaces, what was done to it, and what it has answered. */
    private final class Side {
      final Daybook daybook;
      final String name;
      final List<Session> sessions = new ArrayList<>();

      /** Every id that an answer held, ever; those of given sources are the same on both sides. */
      final Set<EventId> seen = new HashSet<>();

      Side other;
      Workspace workspace;
      int made;

      // What the workspace holds, until it is deleted.
      final Set<EventId> written = new HashSet<>();
      final Set<SessionId> sessionIds = new HashSet<>();
      final Set<ToolCall> large = new HashSet<>();
      final Set<Integer> sources = new HashSet<>();
      final List<EventId> open = new ArrayList<>();
      final Set<EventId> ended = new HashSet<>();
      final List<Handoff> offers = new ArrayList<>();
      final Set<String> tasks = new HashSet<>();
      long versions;
      int observations;
      Following.Position followed = Following.Position.START;

      Side(Daybook daybook, String name) {
        this.daybook = daybook;
        this.name = name;
      }

      void create() {
        workspace = daybook.openOrCreate(name);
        startSession();
      }

      void deleteAndCreate() {
        if (random.nextBoolean()) {
          workspace.close();
          daybook.delete(name);
        } else {
          // Behind the back of a handle, which then writes to what is dead, if at all.
          daybook.delete(name);
          sessions.forEach(Session::close);
          workspace.close();
        }
        sessions.clear();
        written.clear();
        sessionIds.clear();
        large.clear();
        sources.clear();
        open.clear();
        ended.clear();
        offers.clear();
        tasks.clear();
        versions = 0;
        observations = 0;
        followed = Following.Position.START;
        workspace = daybook.create(name);
        startSession();
      }

      void reopen(Consumer<Workspace> closing) {
        closing.accept(workspace);
        sessions.clear();
        workspace = daybook.open(name);
        assertThat(workspace.location()).contains("/" + name + "/");
        joinSession();
      }

      void openAgain() {
        try (Workspace again = daybook.open(name)) {
          assertThat(again.id()).isEqualTo(workspace.id());
        }
      }

      void createAgain() {
        assertThatThrownBy(() -> daybook.create(name))
            .isInstanceOf(WorkspaceStateException.class)
            .hasMessageContaining("'" + name + "' exists");
      }

      Session session() {
        if (sessions.isEmpty()) {
          startSession();
        }
        return sessions.get(random.nextInt(sessions.size()));
      }

      private Actor actor() {
        return Actor.agent("coder-" + random.nextInt(3)).role("coder");
      }

      void startSession() {
        Session session = workspace.startSession(actor());
        assertThat(other.sessionIds).doesNotContain(session.id());
        sessionIds.add(session.id());
        sessions.add(session);
      }

      /** Also by the id that a session of the other workspace has: here it is another session. */
      void joinSession() {
        SessionId id = SessionId.of("shared-" + random.nextInt(5));
        sessions.add(workspace.startSession(actor(), id));
        assertThat(workspace.traces().timeline(id)).allSatisfy(this::own);
      }

      void leave() {
        Session session = session();
        session.close();
        sessions.remove(session);
      }

      void end() {
        Session session = session();
        session.end(Resolution.SUCCEEDED, "done with " + name);
        sessions.remove(session);
      }

      /** No id that the other workspace wrote; and it is remembered. */
      void own(EventId id) {
        ownOrSourced(id);
        seen.add(id);
      }

      void own(Entry entry) {
        if (entry.envelope().source().isEmpty()) {
          own(entry.id());
        } else {
          ownOrSourced(entry.id());
        }
      }

      private void ownOrSourced(EventId id) {
        assertThat(other.written.contains(id))
            .as("%s in '%s' is of '%s'", id, name, other.name)
            .isFalse();
      }

      void wrote(Receipt receipt) {
        own(receipt.await().id());
        written.add(receipt.id());
      }

      /** The same words on both sides, so that nothing but the workspace tells them apart. */
      private String words() {
        return "the socket was closed by peer " + random.nextInt(20);
      }

      ToolCall call() {
        ToolCall call = ToolCall.of("bash", "mvn -pl auth verify " + random.nextInt(20));
        if (random.nextInt(60) == 0) {
          return call.output((words() + "\n").repeat(8_000));
        }
        return random.nextBoolean() ? call.softFail(words()) : call.output(words()).exit(0);
      }

      void record() {
        switch (random.nextInt(3)) {
          case 0 -> {
            wrote(session().record(Observation.of(words())));
            observations++;
          }
          case 1 -> wrote(session().record(new Message("assistant", words())));
          default -> wrote(session().record(call().touching("auth/Token.java")));
        }
      }

      /** A host's id, which may well have been recorded in the other workspace. */
      void recordWithSource() {
        int number = random.nextInt(SOURCES);
        Context context =
            Context.none().source(new SourceId("hook", "s1", "call-" + number), HAPPENED);
        EventId id = session().record(Observation.of("of a source"), context).await().id();
        if (sources.add(number)) {
          observations++;
        }
        assertThat(workspace.traces().entry(id)).isPresent();
      }

      void recordOnTask() {
        wrote(session().on("T-1").record(call()));
      }

      /** The same commits on both sides. */
      void recordAtCommit() {
        Vcs commit = new Vcs("", "main", "", "abcdef" + random.nextInt(10), Vcs.State.CLEAN);
        wrote(session().at(commit).on("T-1").record(call()));
      }

      /** Of the same time for both, and of a version that only one may have. */
      void asOf() {
        Workspace.Past past =
            random.nextBoolean()
                ? workspace.asOf(random.nextLong(versions + 1))
                : workspace.asOf(Instant.now().minusMillis(random.nextInt(3_000)));
        assertThat(past.planVersion()).isLessThanOrEqualTo(versions);
        checkPlan(past.plan());
        past.traces().find(Filter.any()).forEach(this::own);
        past.recall(Query.of(words())).list().stream().map(Hit::id).forEach(this::ownOrSourced);
      }

      void history() {
        workspace.history("T-" + (1 + random.nextInt(made + 1))).forEach(this::own);
        for (EventId id : other.written.stream().limit(2).toList()) {
          assertThat(workspace.history(id.toString()).entries()).isEmpty();
        }
        other.offers.stream()
            .limit(1)
            .forEach(foreign -> assertThat(workspace.history(foreign.id()).entries()).isEmpty());
      }

      void commits() {
        workspace
            .traces()
            .commits("T-1")
            .forEach(commit -> commit.newest().forEach(this::ownOrSourced));
        for (EventId id : other.written.stream().limit(2).toList()) {
          assertThat(workspace.traces().commits(id.toString())).isEmpty();
        }
      }

      void about() {
        TraceStore.About about = workspace.traces().about("auth");
        Stream.of(about.readBy(), about.changedBy(), about.notes(), about.failures())
            .flatMap(List::stream)
            .forEach(this::own);
        about.actors().forEach(visits -> visits.lastChange().ifPresent(this::own));
      }

      void finish() {
        if (open.isEmpty()) {
          Receipt started = session().started(call());
          wrote(started);
          open.add(started.id());
        } else {
          ended.add(open.getLast());
          wrote(session().finished(open.removeLast(), call()));
        }
      }

      void updatePlan() {
        String task = "T-" + ++made;
        List<PlanEvent> events = new ArrayList<>();
        switch (random.nextInt(6)) {
          case 0 -> events.add(GoalSet.of(words()));
          case 1 -> events.add(DecisionMade.of(words()).because(words()));
          case 2 -> events.add(ApproachRejected.of(words()).because(words()));
          case 3 -> events.add(NoteAdded.of(words()));
          case 4 -> {
            events.add(TaskAdded.of(task, words()));
            events.add(TaskClosed.done(task));
            tasks.add(task);
          }
          default -> {
            events.add(TaskAdded.of(task, words()));
            events.add(TaskStatusChanged.of(task, TaskStatus.IN_PROGRESS));
            tasks.add(task);
          }
        }
        planned(session().updatePlan(plan -> events));
      }

      private void planned(PlanChange change) {
        if (!change.events().isEmpty()) {
          versions++;
        }
        assertThat(change.version()).isEqualTo(versions);
        change.events().forEach(this::own);
        written.addAll(change.events());
        checkPlan(change.plan());
      }

      private void checkPlan(PlanRecord plan) {
        plan.tasks().values().forEach(task -> own(task.added().id()));
        plan.decisions().forEach(decision -> own(decision.origin().id()));
        plan.rejected().forEach(rejection -> own(rejection.origin().id()));
        plan.notes().forEach(note -> own(note.origin().id()));
        plan.handoffs().values().forEach(state -> own(state.origin().id()));
      }

      void plan() {
        PlanRecord plan = workspace.plan();
        assertThat(plan.version()).isEqualTo(versions);
        assertThat(plan.tasks().keySet()).isEqualTo(tasks);
        checkPlan(plan);
        checkPlan(workspace.plan(random.nextLong(versions + 1)));
      }

      void offer() {
        String task = "T-" + ++made;
        Session session = session();
        planned(session.updatePlan(plan -> List.of(TaskAdded.of(task, words()))));
        tasks.add(task);
        Handoff.Builder handoff = Handoff.of(task).toRole("coder").summary(words());
        if (!other.written.isEmpty() && random.nextInt(3) == 0) {
          EventId foreign = other.written.iterator().next();
          assertThatThrownBy(() -> session.offer(handoff.evidence(foreign).build()))
              .isInstanceOf(PlanRuleException.class)
              .hasMessageContaining("no event of workspace '" + name + "'");
        } else {
          Handoff offered = session.offer(handoff.build());
          versions++;
          workspace.plan().handoff(offered.id()).ifPresent(state -> own(state.origin().id()));
          offers.add(offered);
        }
      }

      void accept() {
        Session session = session();
        if (!other.offers.isEmpty() && random.nextInt(3) == 0) {
          Handoff foreign = other.offers.getLast();
          assertThatThrownBy(() -> session.accept(foreign))
              .isInstanceOf(PlanRuleException.class)
              .hasMessageContaining("No handoff '" + foreign.id() + "'");
        } else if (!offers.isEmpty()) {
          Handoff offered = offers.get(random.nextInt(offers.size()));
          try {
            session.accept(offered);
          } catch (PlanRuleException e) {
            assertThat(e).hasMessageContaining("is claimed by");
          }
          versions = workspace.plan().version();
        }
      }

      /** One of the further steps of a handoff, which the rules may well refuse. */
      void step(String which) {
        Optional<Handoff> handoff = offers.stream().skip(offers.size() / 2).findFirst();
        if (handoff.isEmpty()) {
          return;
        }
        Session session = session();
        try {
          planned(
              switch (which) {
                case "decline" -> session.decline(handoff.get(), "no time");
                case "withdraw" -> session.withdraw(handoff.get(), "no need");
                default -> session.complete(handoff.get(), "done");
              });
        } catch (PlanRuleException e) {
          assertThat(e.getMessage()).containsAnyOf(handoff.get().id(), handoff.get().task());
        }
      }

      /** A claim, or a step of one; the rules may well refuse it. */
      void claims(String which) {
        Session session = session();
        List<PlanRecord.Claim> held = workspace.plan().claims();
        Optional<PlanRecord.Claim> one = held.stream().skip(held.size() / 2).findFirst();
        try {
          switch (which) {
            case "claimNext" ->
                session
                    .claimNext(Duration.ofMinutes(1))
                    .ifPresent(claim -> assertThat(tasks).contains(claim.task()));
            case "claim" -> {
              if (!other.tasks.isEmpty()) {
                session.claim(other.tasks.iterator().next(), Duration.ofMinutes(1));
              }
            }
            case "renew" -> one.ifPresent(claim -> session.renew(claim, Duration.ofMinutes(1)));
            default -> one.ifPresent(claim -> session.release(claim, words()));
          }
        } catch (PlanRuleException e) {
          assertThat(e.getMessage()).containsAnyOf("'T-", "'I-");
        }
        versions = workspace.plan().version();
        checkPlan(workspace.plan());
      }

      void diff() {
        long from = random.nextLong(versions + 1);
        workspace.diff(from, versions).changes().forEach(change -> own(change.origin().id()));
      }

      void briefing() {
        holdsOwn(session().briefing(1_000));
      }

      void briefingWithoutSession() {
        holdsOwn(workspace.briefing(actor(), "", 1_000));
      }

      private void holdsOwn(Briefing briefing) {
        briefing.lines().stream()
            .map(Briefing.Line::event)
            .filter(EventId::isPresent)
            .forEach(this::ownOrSourced);
        assertThat(briefing.inbox()).noneMatch(other.offers::contains);
      }

      void recall() {
        Query query = Query.of(words()).limit(1 + random.nextInt(50));
        Hits hits = workspace.recall(random.nextBoolean() ? query : query.freshness(Duration.ZERO));
        hits.list().stream().map(Hit::id).forEach(this::ownOrSourced);
        assertThat(hits.load()).hasSize(hits.size());
      }

      void find() {
        Filter filter =
            switch (random.nextInt(4)) {
              case 0 -> Filter.any();
              case 1 -> Filter.any().tool("bash").failures();
              case 2 -> Filter.any().agent("coder-1");
              default -> Filter.any().path("auth/**");
            };
        EntryPage page = workspace.traces().find(filter, EventId.NONE, 1 + random.nextInt(100));
        page.forEach(this::own);
        if (page.hasNext()) {
          workspace.traces().find(filter, page.next(), 50).forEach(this::own);
        }
      }

      void count() {
        assertThat(workspace.traces().count(Filter.any().type("Observation")))
            .isEqualTo(observations);
      }

      void entry() {
        for (EventId id : other.written.stream().limit(3).toList()) {
          assertThat(workspace.traces().entry(id)).isEmpty();
        }
        for (EventId id : written.stream().limit(3).toList()) {
          assertThat(workspace.traces().entry(id)).isPresent();
        }
      }

      /** An operation of the other workspace is none of this one. */
      void outcome() {
        String foreign = other.name + "/000001/plan/%020d.json#operation".formatted(1);
        assertThatThrownBy(() -> workspace.outcome(foreign))
            .isInstanceOf(IllegalArgumentException.class);
      }

      void verify() {
        assertThat(workspace.verify(progress -> {}).problems()).isEmpty();
      }

      /** From the beginning or from where it was, until everything is delivered. */
      void follow() throws InterruptedException {
        Queue<Entry> heard = new ConcurrentLinkedQueue<>();
        Following.Listener listener =
            new Following.Listener() {
              @Override
              public void planChanged(long version, List<Entry> events, Following.Position after) {
                heard.addAll(events);
              }

              @Override
              public void recorded(List<Entry> events, Following.Position after) {
                heard.addAll(events);
              }
            };
        if (!other.followed.equals(Following.Position.START)) {
          assertThatThrownBy(() -> workspace.follow(other.followed, listener))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining(other.workspace.id());
        }
        Following.Position end = workspace.position();
        Following.Position from = random.nextBoolean() ? followed : Following.Position.START;
        try (Following following = workspace.follow(from, listener)) {
          long deadline = System.nanoTime() + Duration.ofMinutes(1).toNanos();
          while (!following.position().equals(end)) {
            assertThat(following.isRunning()).isTrue();
            assertThat(System.nanoTime()).as("followed to %s", end).isLessThan(deadline);
            Thread.sleep(1);
          }
        }
        heard.forEach(this::own);
        if (from.equals(Following.Position.START)) {
          assertThat(heard).extracting(Entry::id).containsAll(written);
        }
        followed = end;
      }

      void followFromNow() {
        followed = workspace.position();
      }

      void pin() {
        workspace.pin("pin " + ++made);
      }

      void unpin() {
        workspace.pins().keySet().stream().findFirst().ifPresent(workspace::unpin);
      }

      void output() {
        for (ToolCall call : other.large) {
          assertThatThrownBy(() -> workspace.traces().output(call))
              .isInstanceOf(IllegalArgumentException.class);
        }
        for (Entry entry : workspace.traces().find(Filter.any().tool("bash")).entries()) {
          if (entry.event() instanceof ToolCall call && call.stored().isPresent()) {
            large.add(call);
            assertThat(workspace.traces().output(call)).hasSizeGreaterThan(64 << 10);
          }
        }
      }

      void timeline() {
        for (SessionId id : other.sessionIds.stream().limit(2).toList()) {
          assertThat(workspace.traces().timeline(id)).isEmpty();
        }
        for (SessionId id : sessionIds.stream().limit(2).toList()) {
          List<Entry> entries = workspace.traces().timeline(id);
          assertThat(entries).isNotEmpty();
          entries.forEach(this::own);
        }
      }

      void priorAttempts() {
        TraceStore traces = workspace.traces();
        traces.priorAttempts(call()).forEach(attempt -> ownOrSourced(attempt.id()));
        traces.priorAttempts(words()).forEach(attempt -> ownOrSourced(attempt.id()));
        traces.priorAttempts(call().softFail("no")).forEach(this::ownOrSourced);
      }

      void priorAttemptsFor() {
        TraceStore traces = workspace.traces();
        String task = tasks.stream().findAny().orElse("T-0");
        traces.priorAttemptsFor(task, call()).forEach(this::ownOrSourced);
        traces.priorAttemptsFor(task, words()).forEach(this::ownOrSourced);
      }

      private void ownOrSourced(PriorAttempt attempt) {
        attempt.evidence().forEach(this::ownOrSourced);
        Stream.of(attempt.workedSince(), attempt.next())
            .filter(EventId::isPresent)
            .forEach(this::ownOrSourced);
        if (attempt.changedSince() instanceof PriorAttempt.ChangedSince.Yes(List<EventId> by)) {
          by.forEach(this::ownOrSourced);
        }
      }

      /** The same rows for both: each has them once, whether or not the other does. */
      void importRows() throws IOException {
        Path file = folder.resolve(String.join("+", names) + ".jsonl");
        Files.write(
            file,
            "{\"session\":\"imported\",\"agent\":\"coder\",\"seq\":%d,\"tool\":\"import\",\"input\":\"ls\",\"status\":\"ok\"}"
                .formatted(random.nextInt(10))
                .getBytes(UTF_8));
        long before = workspace.traces().count(Filter.any().tool("import"));
        TraceImport.Report report = TraceImport.of(file).into(workspace);
        assertThat(workspace.traces().count(Filter.any().tool("import")))
            .isEqualTo(before + report.recorded());
        assertThat(report.recorded() + report.alreadyThere()).isEqualTo(1);
      }

      /** The same item for both, as its rows are. */
      void importPlan() throws IOException {
        int number = random.nextInt(10);
        Path file = folder.resolve(String.join("+", names) + "-plan.jsonl");
        Files.write(
            file,
            "{\"seq\":%d,\"ts\":1,\"op\":\"create\",\"id\":\"I-%d\",\"set\":{\"title\":\"imported\"}}"
                .formatted(number, number)
                .getBytes(UTF_8));
        PlanImport.Report report = PlanImport.of(file).into(workspace);
        assertThat(report.recorded()).isEqualTo(tasks.add("I-" + number) ? 1 : 0);
        assertThat(report.alreadyThere()).isEqualTo(1 - report.recorded());
        versions += report.recorded();
        PlanRecord.Task task = workspace.plan().task("I-" + number).orElseThrow();
        assertThat(task.added().version()).isLessThanOrEqualTo(versions);
        written.add(task.added().id());
        own(task.added().id());
      }

      /** Everything this workspace has is its own, and is what was done to it. */
      void checkAll() {
        count();
        plan();
        EventId cursor = EventId.NONE;
        Set<EventId> found = new HashSet<>();
        do {
          EntryPage page = workspace.traces().find(Filter.any(), cursor, 1_000);
          page.forEach(entry -> {
            found.add(entry.id());
            own(entry);
          });
          cursor = page.next();
        } while (cursor.isPresent());
        Set<EventId> shown = new HashSet<>(written);
        shown.removeAll(ended); // each is shown as one call with its end
        shown.removeAll(found);
        assertThat(shown).as("missing from '%s'", name).isEmpty();
      }
    }
  }
}
