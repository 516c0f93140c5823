package dev.daybook.internal.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.PlanRecord;
import dev.daybook.PlanRecord.Claim;
import dev.daybook.PlanRecord.Task;
import dev.daybook.PlanRecords;
import dev.daybook.event.Actor;
import dev.daybook.event.Addressee;
import dev.daybook.event.Entry;
import dev.daybook.event.Envelope;
import dev.daybook.event.EventId;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.PlanEvent.AcceptanceCriterionChecked;
import dev.daybook.event.PlanEvent.ApprovalGiven;
import dev.daybook.event.PlanEvent.BlockerCleared;
import dev.daybook.event.PlanEvent.DependencyKind;
import dev.daybook.event.PlanEvent.QuestionAnswered;
import dev.daybook.event.PlanEvent.Subject;
import dev.daybook.event.PlanEvent.TaskClaimed;
import dev.daybook.event.PlanEvent.TaskClosed;
import dev.daybook.event.PlanEvent.TaskStatusChanged;
import dev.daybook.event.SessionId;
import dev.daybook.event.TaskStatus;
import dev.daybook.event.Vcs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;

/** What holds of any plan, sensible or not, however its events are read. */
class PlanProperties {
  private static PlanState fold(List<Entry> entries) {
    PlanFold fold = new PlanFold(PlanState.EMPTY);
    entries.forEach(fold::add);
    return fold.plan();
  }

  private static List<Entry> events(long seed, int count, boolean nonsense) {
    RandomPlans plans = new RandomPlans(seed);
    return nonsense ? plans.anything(count) : plans.allowed(4 * count);
  }

  private static void same(PlanState one, PlanState other) {
    assertThat(one).isEqualTo(other);
    // Equality of the collections does not look at their order; the bytes do.
    assertThat(text(one)).isEqualTo(text(other));
    assertThat(one.offered()).containsExactlyElementsOf(other.offered());
    assertThat(one.children()).isEqualTo(other.children());
  }

  private static String text(PlanState plan) {
    return new String(Checkpoint.write(plan), StandardCharsets.UTF_8);
  }

  @Property(tries = 200, shrinking = ShrinkingMode.OFF)
  void foldsTheSameInAnyPieces(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 250) int count, @ForAll boolean nonsense)
      throws IOException {
    List<Entry> entries = events(seed, count, nonsense);
    PlanState whole = fold(entries);
    Random random = new Random(seed);
    PlanState pieces = PlanState.EMPTY;
    int from = 0;
    while (from < entries.size()) {
      int to = Math.min(entries.size(), from + 1 + random.nextInt(20));
      PlanFold fold = new PlanFold(pieces);
      entries.subList(from, to).forEach(fold::add);
      pieces = fold.plan();
      if (random.nextInt(4) == 0) {
        PlanState read = Checkpoint.read(Checkpoint.write(pieces));
        same(read, pieces);
        pieces = read;
      }
      from = to;
    }
    same(pieces, whole);
  }

  @Property(tries = 40, shrinking = ShrinkingMode.OFF)
  void anOlderPlanStaysAsItIs(@ForAll long seed, @ForAll boolean nonsense) {
    List<Entry> entries = events(seed, 120, nonsense);
    List<PlanState> states = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    PlanFold fold = new PlanFold(PlanState.EMPTY);
    for (Entry entry : entries) {
      fold.add(entry);
      states.add(fold.plan());
      texts.add(text(fold.plan()));
    }
    for (int i = 0; i < states.size(); i++) {
      assertThat(text(states.get(i))).isEqualTo(texts.get(i));
    }
  }

  @Property(tries = 200, shrinking = ShrinkingMode.OFF)
  void answersAsTheDefinitionsSay(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 300) int count,
      @ForAll boolean nonsense,
      @ForAll @IntRange(min = -20_000, max = 40_000) int millisLater) {
    RandomPlans plans = new RandomPlans(seed);
    List<Entry> entries = nonsense ? plans.anything(count) : plans.allowed(4 * count);
    Instant at = plans.now().plusMillis(millisLater);
    PlanRecord plan = PlanRecords.of(fold(entries), at);
    NaivePlan naive = new NaivePlan(entries);
    assertThat(plan.tasks().keySet()).containsExactlyElementsOf(naive.tasks.keySet());
    assertThat(plan.ready()).extracting(Task::id).isEqualTo(naive.ready(at));
    assertThat(plan.blocked())
        .extracting(blocked -> blocked.task().id())
        .isEqualTo(naive.blocked());
    assertThat(plan.blocked()).allSatisfy(one -> assertThat(one.reasons()).isNotEmpty());
    assertThat(plan.decisionsInForce())
        .extracting(decision -> decision.origin().id())
        .isEqualTo(naive.decisionsInForce());
    for (String what : List.of("", "T1", "T5", "src", "src/a", "src/a/X.java", "src/a/Y", "doc")) {
      assertThat(plan.rejectedFor(what))
          .as(what)
          .extracting(rejection -> rejection.origin().id())
          .isEqualTo(naive.rejectedFor(what));
    }
    for (Actor actor : RandomPlans.ACTORS) {
      assertThat(plan.claimedBy(actor.id()))
          .extracting(Claim::task)
          .isEqualTo(naive.claimedBy(actor.id(), at));
      assertThat(plan.inbox(actor))
          .extracting(offer -> offer.handoff().id())
          .isEqualTo(naive.inbox(actor, at));
    }
    for (Addressee addressee : RandomPlans.addressees()) {
      assertThat(plan.inbox(addressee))
          .extracting(offer -> offer.handoff().id())
          .isEqualTo(naive.inbox(addressee, at));
    }
  }

  @Property(tries = 200, shrinking = ShrinkingMode.OFF)
  void everyTaskOfWorkIsReadyOrBlockedOrClaimed(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 300) int count,
      @ForAll boolean nonsense) {
    RandomPlans plans = new RandomPlans(seed);
    List<Entry> entries = nonsense ? plans.anything(count) : plans.allowed(4 * count);
    PlanRecord plan = PlanRecords.of(fold(entries), plans.now());
    List<String> ready = plan.ready().stream().map(Task::id).toList();
    List<String> blocked = plan.blocked().stream().map(one -> one.task().id()).toList();
    for (Task task : plan.unclosed()) {
      boolean work = task.status() == TaskStatus.OPEN || task.status() == TaskStatus.IN_PROGRESS;
      boolean isReady = ready.contains(task.id());
      boolean isBlocked = blocked.contains(task.id());
      boolean claimed = task.claim().isLive(plan.at());
      // A task may become blocked while somebody has it.
      assertThat(isReady).as(task.id()).isEqualTo(work && !isBlocked && !claimed);
      assertThat(isBlocked && !work).as(task.id()).isFalse();
      assertThat(work && !plan.holds(task.id()).isEmpty()).as(task.id()).isEqualTo(isBlocked);
    }
  }

  @Property(tries = 60, shrinking = ShrinkingMode.OFF)
  void refusesExactlyTheDependenciesThatCloseACycle(@ForAll long seed) {
    List<Entry> entries = new RandomPlans(seed).allowed(600);
    PlanState plan = fold(entries);
    NaivePlan naive = new NaivePlan(entries);
    for (Task task : plan.tasks().values()) {
      for (Task on : plan.tasks().values()) {
        if (task.id().equals(on.id())) {
          continue;
        }
        for (DependencyKind kind : DependencyKind.values()) {
          List<String> cycle = Cycles.closedBy(plan, task, kind, on);
          assertThat(!cycle.isEmpty())
              .as("%s %s %s: %s", task.id(), kind, on.id(), cycle)
              .isEqualTo(naive.hasCycleWith(task.id(), kind, on.id()));
        }
      }
    }
  }

  /** People clear what is in the way, agents take what is ready: all work comes to an end. */
  @Property(tries = 100, shrinking = ShrinkingMode.OFF)
  void whatTheRulesAllowCanAlwaysBeFinished(@ForAll long seed) {
    RandomPlans plans = new RandomPlans(seed);
    PlanState plan = fold(plans.allowed(700));
    Finisher finisher = new Finisher(plan, plans.now().plusSeconds(3_600));
    while (!finisher.plan().unclosed().isEmpty()) {
      finisher.clear();
      List<Task> ready = PlanRecords.of(finisher.plan(), finisher.now).ready();
      assertThat(ready).as("%s", finisher.plan().unclosedTasks()).isNotEmpty();
      Task next = ready.get(new Random(seed).nextInt(ready.size()));
      finisher.say(Actor.agent("z"), new TaskClaimed(next.id(), finisher.now.plusSeconds(1)));
      for (PlanRecord.Criterion criterion : next.criteria()) {
        finisher.say(Actor.agent("z"), AcceptanceCriterionChecked.met(criterion.origin().id()));
      }
      finisher.say(Actor.agent("z"), TaskClosed.done(next.id()));
    }
  }

  private static final class Finisher {
    private final PlanFold fold;
    private final Instant now;
    private final Map<Long, Integer> sizes = new HashMap<>();

    Finisher(PlanState plan, Instant now) {
      this.fold = new PlanFold(plan);
      this.now = now;
    }

    PlanState plan() {
      return fold.plan();
    }

    void say(Actor actor, PlanEvent event) {
      SessionId session = SessionId.of("finisher-" + actor.id());
      PlanRules.check(
          plan(),
          event,
          new Author(actor, session, new Fences(), Author.Rules.OFFER),
          Set.of(),
          now);
      long version = plan().version() + 1;
      fold.add(
          new Entry(
              new Envelope(
                  new EventId(version << 16, sizes.merge(version, 1, Integer::sum)),
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
              event));
    }

    void clear() {
      Actor person = Actor.human("grace");
      for (Task task : plan().unclosedTasks()) {
        task.blockers().forEach(one -> say(person, new BlockerCleared(one, "")));
        task.questions().forEach(one -> say(person, new QuestionAnswered(one, "yes")));
        if (!plan().isApproved(Subject.TASK, task.id())) {
          say(person, ApprovalGiven.ofTask(task.id(), ""));
        }
        if (task.status() != TaskStatus.OPEN && task.status() != TaskStatus.IN_PROGRESS) {
          say(person, TaskStatusChanged.of(task.id(), TaskStatus.OPEN));
        }
      }
    }
  }
}
