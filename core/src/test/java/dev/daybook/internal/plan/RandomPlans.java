package dev.daybook.internal.plan;

import dev.daybook.PlanRuleException;
import dev.daybook.event.Actor;
import dev.daybook.event.Addressee;
import dev.daybook.event.Entry;
import dev.daybook.event.Envelope;
import dev.daybook.event.EventId;
import dev.daybook.event.Handoff;
import dev.daybook.event.HandoffEvent.HandoffAccepted;
import dev.daybook.event.HandoffEvent.HandoffCompleted;
import dev.daybook.event.HandoffEvent.HandoffDeclined;
import dev.daybook.event.HandoffEvent.HandoffOffered;
import dev.daybook.event.HandoffEvent.HandoffWithdrawn;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.PlanEvent.AcceptanceCriterionAdded;
import dev.daybook.event.PlanEvent.AcceptanceCriterionChecked;
import dev.daybook.event.PlanEvent.AcceptanceCriterionChecked.Verdict;
import dev.daybook.event.PlanEvent.ApproachReconsidered;
import dev.daybook.event.PlanEvent.ApproachRejected;
import dev.daybook.event.PlanEvent.ApprovalDenied;
import dev.daybook.event.PlanEvent.ApprovalGiven;
import dev.daybook.event.PlanEvent.ApprovalPolicySet;
import dev.daybook.event.PlanEvent.ApprovalRequested;
import dev.daybook.event.PlanEvent.AssumptionInvalidated;
import dev.daybook.event.PlanEvent.AssumptionStated;
import dev.daybook.event.PlanEvent.BlockerCleared;
import dev.daybook.event.PlanEvent.BlockerRaised;
import dev.daybook.event.PlanEvent.ConstraintStated;
import dev.daybook.event.PlanEvent.DecisionMade;
import dev.daybook.event.PlanEvent.DependencyAdded;
import dev.daybook.event.PlanEvent.DependencyKind;
import dev.daybook.event.PlanEvent.DependencyRemoved;
import dev.daybook.event.PlanEvent.GoalSet;
import dev.daybook.event.PlanEvent.LeaseRenewed;
import dev.daybook.event.PlanEvent.NoteAdded;
import dev.daybook.event.PlanEvent.QuestionAnswered;
import dev.daybook.event.PlanEvent.QuestionAsked;
import dev.daybook.event.PlanEvent.Subject;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.PlanEvent.TaskClaimed;
import dev.daybook.event.PlanEvent.TaskClosed;
import dev.daybook.event.PlanEvent.TaskEdited;
import dev.daybook.event.PlanEvent.TaskReleased;
import dev.daybook.event.PlanEvent.TaskReopened;
import dev.daybook.event.PlanEvent.TaskStatusChanged;
import dev.daybook.event.Resolution;
import dev.daybook.event.SessionId;
import dev.daybook.event.TaskStatus;
import dev.daybook.event.UnknownEvent;
import dev.daybook.event.Vcs;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** Events as a seed has it: sensible ones and nonsense, over a few tasks, actors and sessions. */
final class RandomPlans {
  static final Instant START = Instant.parse("2026-11-24T09:00:00Z");
  static final List<Actor> ACTORS =
      List.of(
          Actor.agent("a").role("coder"),
          Actor.agent("b").role("tester"),
          Actor.agent("c").role("coder"),
          Actor.human("ada").role("coder"),
          Actor.system("ci"));
  static final List<String> PATHS = List.of("src", "src/a", "src/a/X.java", "src/ab", "doc/", "T1");

  private final Random random;
  private final List<Entry> entries = new ArrayList<>();
  private final List<String> handoffs = new ArrayList<>();
  private final Map<Long, Integer> sizes = new HashMap<>();
  private long version = 1;
  private Instant now = START;

  RandomPlans(long seed) {
    this.random = new Random(seed);
  }

  /** So many events, whatever they mean. */
  List<Entry> anything(int count) {
    for (int i = 0; i < count; i++) {
      entries.add(next());
    }
    return entries;
  }

  /** What the rules let through of so many events. */
  List<Entry> allowed(int count) {
    PlanFold fold = new PlanFold(PlanState.EMPTY);
    for (int i = 0; i < count; i++) {
      Entry entry = next();
      Author author = new Author(entry.actor(), entry.session(), new Fences(), Author.Rules.OFFER);
      try {
        PlanRules.check(fold.plan(), (PlanEvent) entry.event(), author, Set.of(), now);
      } catch (PlanRuleException e) {
        continue;
      }
      fold.add(entry);
      entries.add(entry);
    }
    return entries;
  }

  /** The moment of the last event. */
  Instant now() {
    return now;
  }

  private <T> T one(List<T> some) {
    return some.get(random.nextInt(some.size()));
  }

  private <T> T one(T[] some) {
    return some[random.nextInt(some.length)];
  }

  private String task() {
    return random.nextInt(40) == 0 ? "nope" : "T" + random.nextInt(9);
  }

  private String taskOrNone() {
    return random.nextInt(3) == 0 ? "" : task();
  }

  /** An event that was there before, mostly of the type that is wanted. */
  private EventId event(String type) {
    List<EventId> fitting =
        entries.stream().filter(entry -> entry.type().equals(type)).map(Entry::id).toList();
    if (!fitting.isEmpty() && random.nextInt(10) > 0) {
      return one(fitting);
    }
    return entries.isEmpty() ? new EventId(9, 9) : one(entries).id();
  }

  private String handoff() {
    return handoffs.isEmpty() || random.nextInt(20) == 0 ? "none" : one(handoffs);
  }

  private Instant later() {
    return now.plusMillis(random.nextInt(40_000));
  }

  private Entry next() {
    now = now.plusMillis(random.nextInt(1_000));
    if (random.nextInt(3) == 0) {
      version++;
    }
    int number = sizes.merge(version, 1, Integer::sum);
    Actor actor = one(ACTORS);
    SessionId session = SessionId.of(actor.id() + random.nextInt(2));
    EventId id = new EventId(version << 16, (1L << 40) + number);
    PlanEvent event = event(actor);
    return new Entry(
        new Envelope(
            id,
            Envelope.Stream.PLAN,
            now,
            now,
            actor,
            session,
            SessionId.NONE,
            event.task(),
            event.cause(),
            "",
            "",
            "",
            Vcs.NONE,
            Map.of(),
            version),
        event);
  }

  private PlanEvent event(Actor actor) {
    return switch (random.nextInt(46)) {
      case 0 -> new GoalSet("goal " + random.nextInt(3), "");
      case 1 -> new ConstraintStated("constraint " + random.nextInt(3));
      case 2 ->
          new ApprovalPolicySet(
              one(
                  List.of(
                      Set.of(),
                      Set.of(Subject.TASK),
                      Set.of(Subject.DECISION),
                      Set.of(Subject.TASK, Subject.DECISION))));
      case 3, 4, 5, 6 ->
          TaskAdded.of(task(), "t").priority(random.nextInt(3)).assignedTo(one(List.of("", "a")));
      case 7 ->
          TaskEdited.of(task())
              .priority(random.nextInt(3))
              .label("k" + random.nextInt(2), "v")
              .unlabel("z");
      case 8 ->
          TaskEdited.of(task()).title("t" + random.nextInt(5)).unlabel("k" + random.nextInt(2));
      case 9, 10 ->
          TaskStatusChanged.of(
              task(),
              one(
                  List.of(
                      TaskStatus.PROPOSED,
                      TaskStatus.OPEN,
                      TaskStatus.OPEN,
                      TaskStatus.IN_PROGRESS,
                      TaskStatus.IN_REVIEW,
                      TaskStatus.DEFERRED)));
      case 11, 12 -> new TaskClosed(task(), one(Resolution.values()), "r");
      case 13 -> TaskReopened.of(task());
      case 14, 15, 16, 17 ->
          dependency(one(List.of(DependencyKind.BLOCKS, DependencyKind.PARENT_CHILD)));
      case 18 -> dependency(one(DependencyKind.values()));
      case 19 ->
          new DependencyRemoved(
              task(),
              one(
                  List.of(
                      DependencyKind.BLOCKS, DependencyKind.PARENT_CHILD, DependencyKind.RELATED)),
              task());
      case 20 -> new AcceptanceCriterionAdded(task(), "c" + random.nextInt(3));
      case 21 ->
          new AcceptanceCriterionChecked(
              event("AcceptanceCriterionAdded"),
              one(Verdict.values()),
              List.of(event("NoteAdded")));
      case 22, 23, 24, 25 -> new TaskClaimed(task(), later());
      case 26 -> new LeaseRenewed(task(), fence(), later());
      case 27 -> new TaskReleased(task(), fence(), "");
      case 28 -> new BlockerRaised(task(), "b");
      case 29, 30 -> new BlockerCleared(event("BlockerRaised"), "");
      case 31 ->
          random.nextBoolean()
              ? QuestionAsked.of("q").on(taskOrNone())
              : QuestionAsked.of("q").holding(task());
      case 32, 33 -> new QuestionAnswered(event("QuestionAsked"), "a");
      case 34 -> DecisionMade.of("d" + random.nextInt(9)).on(taskOrNone());
      case 35 ->
          DecisionMade.of("d" + random.nextInt(9))
              .on(taskOrNone())
              .superseding(event("DecisionMade"));
      case 36 -> ApproachRejected.of("a").on(taskOrNone()).about(one(PATHS), one(PATHS));
      case 37 -> new ApproachReconsidered(event("ApproachRejected"), "r");
      case 38 ->
          random.nextBoolean()
              ? AssumptionStated.of("a").on(taskOrNone())
              : new AssumptionInvalidated(event("AssumptionStated"), "r");
      case 39 ->
          random.nextBoolean()
              ? ApprovalRequested.ofTask(task(), "")
              : ApprovalRequested.ofDecision(event("DecisionMade"), "");
      case 40 ->
          random.nextBoolean()
              ? ApprovalGiven.ofTask(task(), "")
              : ApprovalGiven.ofDecision(event("DecisionMade"), "");
      case 41 ->
          random.nextBoolean()
              ? ApprovalDenied.ofTask(task(), "r")
              : ApprovalDenied.ofDecision(event("DecisionMade"), "r");
      case 42 ->
          random.nextInt(4) == 0
              ? new UnknownEvent("TaskSplit", "{\"task\":\"T1\"}")
              : NoteAdded.of("n").on(taskOrNone());
      case 43 -> offer(actor);
      default -> step(actor);
    };
  }

  private PlanEvent dependency(DependencyKind kind) {
    String task = task();
    String on = task();
    return task.equals(on) ? NoteAdded.of("no dependency") : DependencyAdded.of(task, kind, on);
  }

  private long fence() {
    return Math.max(1, version - random.nextInt(8));
  }

  private PlanEvent offer(Actor actor) {
    String id = random.nextInt(15) == 0 ? handoff() : "h" + handoffs.size();
    handoffs.add(id);
    Handoff.Builder built = Handoff.of(task()).summary("s").kind(one(Handoff.Kind.values()));
    if (random.nextBoolean()) {
      built.expiresAt(later());
    }
    switch (random.nextInt(4)) {
      case 0 -> built.toAgent(one(List.of("a", "b", "ada")));
      case 1 -> built.toRole(one(List.of("coder", "tester")));
      case 2 -> built.toHuman(one(List.of("ada", "b")));
      default -> {}
    }
    if (random.nextInt(5) == 0) {
      built.decisions(event("DecisionMade"));
    }
    String said = random.nextInt(15) == 0 ? "another" : id;
    return new HandoffOffered(
        id, built.build().offered(said, actor.id(), version, Vcs.NONE), List.of());
  }

  private PlanEvent step(Actor actor) {
    String by = random.nextInt(10) == 0 ? one(ACTORS).id() : actor.id();
    return switch (random.nextInt(5)) {
      case 0 -> new HandoffDeclined(handoff(), by, "r");
      case 1 -> new HandoffWithdrawn(handoff(), "");
      case 2 -> new HandoffCompleted(handoff(), "r");
      default -> new HandoffAccepted(handoff(), by, later());
    };
  }

  /** Every addressee that can be meant. */
  static List<Addressee> addressees() {
    List<Addressee> all = new ArrayList<>();
    for (String name : List.of("a", "b", "ada")) {
      all.add(new Addressee(Addressee.Kind.AGENT, name));
      all.add(new Addressee(Addressee.Kind.HUMAN, name));
    }
    all.add(new Addressee(Addressee.Kind.ROLE, "coder"));
    all.add(new Addressee(Addressee.Kind.ROLE, "tester"));
    all.add(Addressee.ANYONE);
    return all;
  }
}
