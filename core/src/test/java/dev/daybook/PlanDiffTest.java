package dev.daybook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.PlanRecord.Change;
import dev.daybook.PlanRecord.What;
import dev.daybook.event.Actor;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.PlanEvent.BlockerCleared;
import dev.daybook.event.PlanEvent.BlockerRaised;
import dev.daybook.event.PlanEvent.DecisionMade;
import dev.daybook.event.PlanEvent.GoalSet;
import dev.daybook.event.PlanEvent.NoteAdded;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.PlanEvent.TaskClosed;
import dev.daybook.event.PlanEvent.TaskEdited;
import dev.daybook.event.PlanEvent.TaskStatusChanged;
import dev.daybook.event.Resolution;
import dev.daybook.event.TaskStatus;
import dev.daybook.recall.Embedder;
import dev.daybook.storage.MemoryObjectStore;
import java.nio.file.Path;
import java.util.List;
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
