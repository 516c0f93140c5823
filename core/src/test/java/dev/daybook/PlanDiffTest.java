package dev.daybook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.PlanRecord.Change;
import dev.daybook.PlanRecord.What;
import dev.daybook.event.Actor;
import dev.daybook.event.Entry;
import dev.daybook.event.Envelope;
import dev.daybook.event.EventId;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.PlanEvent.ApprovalDenied;
import dev.daybook.event.PlanEvent.ApprovalGiven;
import dev.daybook.event.PlanEvent.ApprovalPolicySet;
import dev.daybook.event.PlanEvent.BlockerCleared;
import dev.daybook.event.PlanEvent.BlockerRaised;
import dev.daybook.event.PlanEvent.DecisionMade;
import dev.daybook.event.PlanEvent.GoalSet;
import dev.daybook.event.PlanEvent.NoteAdded;
import dev.daybook.event.PlanEvent.Subject;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.PlanEvent.TaskClosed;
import dev.daybook.event.PlanEvent.TaskEdited;
import dev.daybook.event.PlanEvent.TaskReopened;
import dev.daybook.event.PlanEvent.TaskStatusChanged;
import dev.daybook.event.Resolution;
import dev.daybook.event.SessionId;
import dev.daybook.event.TaskStatus;
import dev.daybook.event.Vcs;
import dev.daybook.internal.plan.PlanDiff;
import dev.daybook.internal.plan.PlanFold;
import dev.daybook.internal.plan.PlanState;
import dev.daybook.recall.Embedder;
import dev.daybook.storage.MemoryObjectStore;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What two versions differ in, and what of it nobody decided. */
class PlanDiffTest {
  @TempDir private Path cache;
  private Daybook daybook;
  private Workspace workspace;
  private Session session;
  private long entries;

  @BeforeEach
  void open() {
    daybook =
        Daybook.on(new MemoryObjectStore()).embedder(Embedder.none()).cache(cache, 1 << 24).open();
    workspace = daybook.create("w");
    session = workspace.startSession(Actor.agent("planner-1"));
  }

  @AfterEach
  void close() {
    workspace.close();
    daybook.close();
  }

  private long change(PlanEvent... events) {
    return session.updatePlan(plan -> List.of(events)).version();
  }

  /** What two sessions did at once shares a version only by chance, so here it is put together. */
  private Entry entry(Session by, long version, PlanEvent event) {
    Envelope envelope =
        new Envelope(
            new EventId(version << 16, ++entries),
            Envelope.Stream.PLAN,
            Instant.EPOCH,
            Instant.EPOCH,
            Actor.agent("a"),
            by.id(),
            SessionId.NONE,
            event.task(),
            event.cause(),
            "",
            "",
            "",
            Vcs.NONE,
            Map.of(),
            version);
    return new Entry(envelope, event);
  }

  @Test
  void marksWhatChangedWithoutADecision() {
    long agreed =
        change(GoalSet.of("Ship it"), TaskAdded.of("A", "First"), TaskAdded.of("B", "Second"));
    assertThat(workspace.diff(0, agreed).drift()).isEmpty();

    change(TaskAdded.of("C", "Sneaked in"));
    change(TaskEdited.of("A").title("First, but larger"));
    change(TaskStatusChanged.of("B", TaskStatus.IN_PROGRESS), NoteAdded.of("begun"));
    long later = change(TaskClosed.done("B"));
    PlanRecord.Diff diff = workspace.diff(agreed, later);
    assertThat(diff.drift()).extracting(Change::id).containsExactly("A", "C");
    assertThat(diff.drift().getFirst().before()).isEqualTo("First");
    assertThat(diff.drift().getFirst().after()).isEqualTo("First, but larger");
    assertThat(workspace.traces().entry(diff.drift().getLast().drift().getFirst()))
        .hasValueSatisfying(entry -> assertThat(entry.task()).isEqualTo("C"));
    assertThat(diff.changes())
        .filteredOn(one -> one.field().equals("status"))
        .singleElement()
        .satisfies(one -> {
          assertThat(one.after()).isEqualTo("DONE SUCCEEDED");
          assertThat(one.isDrift()).isFalse();
        });
    assertThat(diff.changes()).filteredOn(one -> one.what() == What.NOTE).hasSize(1);
  }

  @Test
  void isCoveredByADecisionOnTheTaskOrInTheSameVersion() {
    long agreed = change(GoalSet.of("Ship it"), TaskAdded.of("A", "First"));
    change(DecisionMade.of("Drop the first task").on("A"));
    change(new TaskClosed("A", Resolution.REJECTED, "not needed"));
    long later =
        change(DecisionMade.of("Ship two things"), GoalSet.of("Ship two"), TaskAdded.of("B", "2"));
    assertThat(workspace.diff(agreed, later).drift()).isEmpty();

    long last = change(GoalSet.of("Ship three"));
    assertThat(workspace.diff(agreed, last).drift())
        .singleElement()
        .satisfies(one -> assertThat(one.what()).isEqualTo(What.GOAL));
  }

  @Test
  void isNotCoveredByADecisionThatWasDeniedOrWaitsForApproval() {
    Session person = workspace.startSession(Actor.human("grace"));
    long agreed = change(GoalSet.of("Ship it"), TaskAdded.of("A", "First"));
    person.updatePlan(plan -> List.of(ApprovalPolicySet.of(Subject.DECISION)));
    PlanChange decided =
        session.updatePlan(plan -> List.of(DecisionMade.of("Drop the first task").on("A")));
    EventId decision = decided.events().getFirst();
    long later = change(new TaskClosed("A", Resolution.REJECTED, "not needed"));
    assertThat(workspace.diff(agreed, later).drift()).extracting(Change::id).containsExactly("A");

    long denied =
        person.updatePlan(plan -> List.of(ApprovalDenied.ofDecision(decision, "no"))).version();
    assertThat(workspace.diff(agreed, denied).drift()).extracting(Change::id).containsExactly("A");
    long given =
        person
            .updatePlan(plan -> List.of(ApprovalGiven.ofDecision(decision, "well, yes")))
            .version();
    assertThat(workspace.diff(agreed, given).drift()).isEmpty();
    assertThat(workspace.diff(agreed, denied).drift()).extracting(Change::id).containsExactly("A");
  }

  @Test
  void isNotCoveredByADecisionThatIsNoLongerInForce() {
    long agreed = change(GoalSet.of("Ship it"), TaskAdded.of("A", "First"));
    PlanChange decided = session.updatePlan(plan -> List.of(DecisionMade.of("Do two").on("A")));
    long edited = change(TaskEdited.of("A").title("First two"));
    assertThat(workspace.diff(agreed, edited).drift()).isEmpty();
    long replaced = change(DecisionMade.of("No, do one").superseding(decided.events().getFirst()));
    assertThat(workspace.diff(agreed, replaced).drift())
        .extracting(Change::id)
        .containsExactly("A");
  }

  @Test
  void isNotCoveredByADecisionOfAnotherSessionThatSharesTheVersion() {
    Session other = workspace.startSession(Actor.agent("coder-2"));
    var fold = new PlanFold(PlanState.EMPTY);
    Entry goal = entry(session, 1, GoalSet.of("Ship it"));
    Entry task = entry(session, 1, TaskAdded.of("A", "First"));
    fold.add(goal);
    fold.add(task);
    PlanState before = fold.plan();
    List<Entry> between =
        List.of(
            entry(session, 2, DecisionMade.of("Ship two things")),
            entry(session, 2, TaskAdded.of("B", "Second")),
            entry(other, 2, TaskEdited.of("A").title("Other")));
    between.forEach(fold::add);
    assertThat(PlanDiff.of(before, fold.plan(), between).drift())
        .extracting(Change::id)
        .containsExactly("A");
  }

  @Test
  void marksEachFieldWithTheEventsThatChangedIt() {
    long agreed = change(GoalSet.of("Ship it"), TaskAdded.of("A", "First"));
    PlanChange edited = session.updatePlan(plan -> List.of(TaskEdited.of("A").title("Other")));
    long begun = change(TaskStatusChanged.of("A", TaskStatus.IN_PROGRESS));
    assertThat(workspace.diff(agreed, begun).drift())
        .singleElement()
        .satisfies(one -> {
          assertThat(one.field()).isEqualTo("title");
          assertThat(one.drift()).isEqualTo(edited.events());
        });

    PlanChange dropped =
        session.updatePlan(plan -> List.of(new TaskClosed("A", Resolution.FAILED, "too hard")));
    assertThat(workspace.diff(agreed, dropped.version()).drift())
        .filteredOn(one -> one.field().equals("status"))
        .singleElement()
        .satisfies(one -> assertThat(one.drift()).isEqualTo(dropped.events()));
    PlanChange reopened = session.updatePlan(plan -> List.of(new TaskReopened("A", "again")));
    assertThat(workspace.diff(dropped.version(), reopened.version()).drift())
        .singleElement()
        .satisfies(one -> assertThat(one.drift()).isEqualTo(reopened.events()));
    assertThat(workspace.diff(agreed, reopened.version()).drift())
        .as("it is as open as it was")
        .extracting(Change::field)
        .containsExactly("title");
  }

  @Test
  void marksATaskThatIsPutOffOrOnlyProposedAgain() {
    long agreed =
        change(GoalSet.of("Ship it"), TaskAdded.of("A", "First"), TaskAdded.of("B", "Second"));
    change(TaskStatusChanged.of("A", TaskStatus.DEFERRED));
    long dropped = change(TaskStatusChanged.of("B", TaskStatus.PROPOSED));
    assertThat(workspace.diff(agreed, dropped).drift())
        .extracting(Change::id)
        .containsExactly("A", "B");

    change(TaskStatusChanged.of("B", TaskStatus.IN_PROGRESS));
    long decided = change(DecisionMade.of("Later").on("A"));
    assertThat(workspace.diff(agreed, decided).drift()).isEmpty();
  }

  @Test
  void isTheSameAfterCompactionAndNetOfWhatCameAndWent() {
    long first = change(GoalSet.of("Ship it"), TaskAdded.of("A", "First"));
    PlanChange raised = session.updatePlan(plan -> List.of(new BlockerRaised("A", "no key")));
    change(new BlockerCleared(raised.events().getFirst(), "bought"));
    change(TaskEdited.of("A").title("Second"));
    long last = change(TaskEdited.of("A").title("First"));
    PlanRecord.Diff before = workspace.diff(first, last);
    workspace.compact();
    assertThat(workspace.diff(first, last)).isEqualTo(before);
    assertThat(before.changes()).noneMatch(one -> one.field().equals("title"));
    assertThat(workspace.diff(raised.version(), last).changes())
        .filteredOn(one -> one.field().equals("settled"))
        .singleElement()
        .satisfies(one -> assertThat(one.after()).isEqualTo("bought"));
    assertThat(workspace.diff(last, last).changes()).isEmpty();
  }

  @Test
  void refusesVersionsThatAreNotThere() {
    assertThatThrownBy(() -> workspace.diff(2, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("versions 0 to 0; give the earlier first, not 2 and 1");
  }
}
