package dev.daybook.factory;

import dev.daybook.PlanChange;
import dev.daybook.PlanRecord;
import dev.daybook.PlanRecord.HandoffState;
import dev.daybook.PlanRecord.Stage;
import dev.daybook.PlanRuleException;
import dev.daybook.Session;
import dev.daybook.Workspace;
import dev.daybook.event.EventId;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.PlanEvent.ApprovalDenied;
import dev.daybook.event.PlanEvent.ApprovalGiven;
import dev.daybook.event.PlanEvent.ApprovalPolicySet;
import dev.daybook.event.PlanEvent.BlockerCleared;
import dev.daybook.event.PlanEvent.NoteAdded;
import dev.daybook.event.PlanEvent.QuestionAnswered;
import dev.daybook.event.PlanEvent.Subject;
import dev.daybook.event.PlanEvent.TaskClosed;
import dev.daybook.event.PlanEvent.TaskEdited;
import dev.daybook.event.PlanEvent.TaskStatusChanged;
import dev.daybook.event.Resolution;
import dev.daybook.event.TaskStatus;
import dev.daybook.factory.Notebook.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The person: says what needs approval, approves or not, answers, clears blockers, changes what
 * comes first, leaves notes, and takes back offers that nobody takes. All of it is plan changes of
 * an actor of kind HUMAN. For one thread.
 */
final class Human {
  /** The share of found tasks that are not approved. */
  private static final double DENIED = 0.25;

  private final Workspace workspace;
  private final Session session;
  private final Notebook notebook;
  private final Settings settings;
  private int day;

  Human(Workspace workspace, Session session, Notebook notebook, Settings settings) {
    this.workspace = workspace;
    this.session = session;
    this.notebook = notebook;
    this.settings = settings;
  }

  /** Does what is to be done now; returns the plan as it was before. */
  PlanRecord step() {
    PlanRecord seen = workspace.plan();
    int today = Math.max(day, Day.of(seen, settings));
    boolean isNewDay = today != day;
    day = today;
    Morning morning = isNewDay ? Morning.YES : Morning.NO;
    if (!decide(seen, morning).isEmpty()) {
      PlanChange change = notebook.keep(session.updatePlan(plan -> decide(plan, morning)));
      seen.unclosed().stream()
          .map(task -> change.plan().task(task.id()).orElseThrow())
          .filter(task -> task.isClosed() && change.events().contains(task.changed().id()))
          .forEach(task -> notebook.write(Kind.CLOSED, task.id()));
    }
    withdrawStale(seen);
    return seen;
  }

  private enum Morning {
    YES,
    NO
  }

  private List<PlanEvent> decide(PlanRecord plan, Morning morning) {
    List<PlanEvent> events = new ArrayList<>();
    if (plan.approvalPolicy().isEmpty()) {
      events.add(ApprovalPolicySet.of(Subject.TASK, Subject.DECISION));
    }
    if (morning == Morning.YES) {
      greet(plan, events);
    }
    for (PlanRecord.Question question : plan.openQuestions()) {
      events.add(new QuestionAnswered(question.origin().id(), "Yes, look through it"));
    }
    for (PlanRecord.Blocker blocker : plan.openBlockers()) {
      events.add(new BlockerCleared(blocker.origin().id(), "The right was given"));
    }
    for (PlanRecord.Approval approval : plan.pendingApprovals()) {
      if (approval.subject() == Subject.DECISION) {
        events.add(ApprovalGiven.ofDecision(EventId.parse(approval.id()), "agreed"));
      } else if (Dice.of(settings.seed(), approval.id(), "denied") < DENIED) {
        events.add(ApprovalDenied.ofTask(approval.id(), "not in these two weeks"));
        events.add(new TaskClosed(approval.id(), Resolution.REJECTED, "not approved"));
      } else {
        events.add(ApprovalGiven.ofTask(approval.id(), "go on"));
      }
    }
    for (PlanRecord.Task task : plan.unclosed()) {
      if (task.status() == TaskStatus.IN_REVIEW && isForgotten(plan, task)) {
        events.add(new TaskStatusChanged(task.id(), TaskStatus.OPEN, "nobody has it to look over"));
      }
    }
    return events;
  }

  private void greet(PlanRecord plan, List<PlanEvent> events) {
    int open = Day.open(plan).size();
    events.add(NoteAdded.of("Day " + day + ": " + open + " tasks are open"));
    plan.ready().stream()
        .reduce((one, next) -> next)
        .ifPresent(last -> {
          events.add(TaskEdited.of(last.id()).priority(1));
          events.add(NoteAdded.of("Wanted today").on(last.id()));
        });
  }

  private static boolean isForgotten(PlanRecord plan, PlanRecord.Task task) {
    return plan.handoffs().values().stream()
        .filter(state -> state.handoff().task().equals(task.id()))
        .map(state -> state.stageAt(plan.at()))
        .noneMatch(stage -> stage == Stage.OFFERED || stage == Stage.ACCEPTED);
  }

  /** Offers whose task is closed, or that nobody took in six leases. */
  private void withdrawStale(PlanRecord plan) {
    Duration patience = settings.lease().multipliedBy(6);
    for (HandoffState state : plan.handoffs().values()) {
      if (state.stageAt(plan.at()) == Stage.OFFERED
          && (plan.task(state.handoff().task()).filter(PlanRecord.Task::isClosed).isPresent()
              || state.origin().time().plus(patience).isBefore(plan.at()))) {
        try {
          notebook.keep(session.withdraw(state.handoff(), "nobody took it"));
        } catch (PlanRuleException e) {
          // Somebody took it just now.
        }
      }
    }
  }
}
