package dev.daybook.factory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.Receipt;
import dev.daybook.Session;
import dev.daybook.Workspace;
import dev.daybook.event.Actor;
import dev.daybook.event.EventId;
import dev.daybook.event.Handoff;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.PlanEvent.TaskClosed;
import dev.daybook.event.PlanEvent.TaskEdited;
import dev.daybook.event.PlanEvent.TaskReopened;
import dev.daybook.event.PlanEvent.TaskStatusChanged;
import dev.daybook.event.TaskStatus;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.factory.Notebook.Kind;
import dev.daybook.factory.Notebook.Line;
import dev.daybook.storage.MemoryObjectStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The report must be able to say that a promise was broken. */
class ReportTest {
  private final List<Line> notes = new ArrayList<>();
  private Workspace workspace;
  private Session session;

  @BeforeEach
  void workOneTask() {
    workspace = Workspace.create(new MemoryObjectStore(), "team");
    session = workspace.startSession(Actor.agent("coder-1").role("coder"));
    session.updatePlan(plan -> List.of(TaskAdded.of("A", "Look")));
    session.claim("A", Duration.ofMinutes(1));
    session.updatePlan(plan -> List.of(TaskClosed.done("A")));
    Receipt receipt = session.record(Observation.of("seen")).await();
    note("coder-1", Kind.TRACE, receipt.id().toString());
    note("coder-1", Kind.CLOSED, "A");
  }

  @AfterEach
  void close() {
    workspace.close();
  }

  @Test
  void isKeptWhenAllIsWell() {
    assertThat(report().broken()).isEmpty();
    assertThat(report().lines()).contains("Every promise was kept.");
  }

  @Test
  void namesAnEventThatIsNotThere() {
    EventId never = new EventId(7, 7);
    note("coder-1", Kind.TRACE, never.toString());
    assertThat(report().broken()).containsExactly("event " + never + " of coder-1 is lost");
  }

  @Test
  void namesATaskThatTwoWereToldTheyHadClosed() {
    note("coder-2", Kind.CLOSED, "A");
    assertThat(report().broken())
        .singleElement()
        .asString()
        .startsWith("task A was closed by each");
  }

  @Test
  void namesATaskThatWasClosedTwice() {
    session.updatePlan(plan -> List.of(TaskReopened.of("A")));
    session.updatePlan(plan -> List.of(TaskClosed.done("A")));
    assertThat(report().broken())
        .contains("task A was opened again", "task A is DONE and was closed 2 times");
  }

  @Test
  void namesATaskThatIsOpen() {
    session.updatePlan(plan -> List.of(TaskAdded.of("B", "Look again")));
    assertThat(report().broken()).containsExactly("task B is OPEN and was closed 0 times");
  }

  @Test
  void namesATaskClosedByWhoDidNotHaveIt() {
    session.updatePlan(plan -> List.of(TaskAdded.of("B", "Look again")));
    session.updatePlan(plan -> List.of(TaskClosed.done("B")));
    assertThat(report().broken())
        .containsExactly("task B was closed by coder-1, but nobody had it");
  }

  @Test
  void namesAHandoffThatIsUnsettled() {
    Handoff offered = session.offer(Handoff.of("A").toRole("reviewer").summary("look").build());
    assertThat(report().broken())
        .containsExactly("handoff " + offered.id() + " of A is still OFFERED");
  }

  @Test
  void namesAHandoffThatTwoWereGiven() {
    Handoff offered = session.offer(Handoff.of("A").toRole("reviewer").summary("look").build());
    try (Session reviewer = workspace.startSession(Actor.agent("reviewer-1").role("reviewer"))) {
      reviewer.accept(offered);
      reviewer.complete(offered, "looked");
    }
    note("reviewer-1", Kind.ACCEPTED, offered.id());
    note("reviewer-2", Kind.ACCEPTED, offered.id());
    assertThat(report().broken())
        .singleElement()
        .asString()
        .isEqualTo("handoff " + offered.id() + " was given to each of [reviewer-1, reviewer-2]");
  }

  @Test
  void namesATaskThatWasSetAsideAndChanged() {
    session.updatePlan(plan ->
        List.of(TaskAdded.of("B", "Not now"), TaskStatusChanged.of("B", TaskStatus.DEFERRED)));
    note("maria", Kind.BEGAN, String.valueOf(workspace.plan().version()));
    notes.removeIf(line -> line.kind() == Kind.CLOSED);
    assertThat(report().broken()).isEmpty();

    session.updatePlan(plan -> List.of(TaskEdited.of("B").priority(1)));

    assertThat(report().broken()).containsExactly("task B was not to be done and was changed");
  }

  @Test
  void namesProcessesThatFailed() {
    Report report = Report.of(workspace, notes, new Report.Run(Duration.ofSeconds(1), 3, 0, 0, 2));
    assertThat(report.broken()).containsExactly("2 processes ended with an error of their own");
  }

  private void note(String actor, Kind kind, String... words) {
    notes.add(new Line(actor, kind, List.of(words)));
  }

  private Report report() {
    return Report.of(workspace, notes, new Report.Run(Duration.ofSeconds(1), 3, 0, 0, 0));
  }
}
