package dev.daybook.internal.plan;

import dev.daybook.PlanRecord;
import dev.daybook.PlanRecord.HandoffState;
import dev.daybook.PlanRecord.Stage;
import dev.daybook.PlanRuleException;
import dev.daybook.event.Actor;
import dev.daybook.event.HandoffEvent;
import dev.daybook.event.HandoffEvent.HandoffAccepted;
import dev.daybook.event.HandoffEvent.HandoffCompleted;
import dev.daybook.event.HandoffEvent.HandoffDeclined;
import dev.daybook.event.HandoffEvent.HandoffOffered;
import dev.daybook.event.HandoffEvent.HandoffWithdrawn;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.PlanEvent.ApproachRejected;
import dev.daybook.event.PlanEvent.DecisionMade;
import dev.daybook.event.PlanEvent.GoalSet;
import dev.daybook.event.PlanEvent.NoteAdded;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.PlanEvent.TaskClosed;
import dev.daybook.event.PlanEvent.TaskStatusChanged;
import dev.daybook.event.TaskStatus;
import dev.daybook.event.UnknownEvent;
import java.time.Instant;

/** What a writer may add to a plan. Each refusal says what stands in the way and what to do. */
final class PlanRules {
  private PlanRules() {}

  /**
   * Checks one event against the plan it would join.
   *
   * @throws PlanRuleException if it may not
   */
  static void check(PlanRecord plan, PlanEvent event, Actor actor, Instant now) {
    switch (event) {
      case GoalSet ignored -> {}
      case TaskAdded added -> {
        if (plan.task(added.task()).isPresent()) {
          throw new PlanRuleException(
              "Task '%s' is in the plan since version %d or earlier; change it, or add this one under another id"
                  .formatted(added.task(), plan.version()));
        }
      }
      case TaskStatusChanged changed -> requireOpen(plan, changed.task());
      case TaskClosed closed -> requireOpen(plan, closed.task());
      case DecisionMade made -> {
        requireTaskIfNamed(plan, made.task());
        if (made.supersedes().isPresent()
            && plan.decisions().stream()
                .noneMatch(d -> d.origin().id().equals(made.supersedes()))) {
          throw new PlanRuleException(
              "The decision supersedes %s, which is no decision of this plan (version %d)"
                  .formatted(made.supersedes(), plan.version()));
        }
      }
      case ApproachRejected approach -> requireTaskIfNamed(plan, approach.task());
      case NoteAdded note -> requireTaskIfNamed(plan, note.task());
      case HandoffEvent handoff -> checkHandoff(plan, handoff, actor, now);
      case UnknownEvent unknown ->
          throw new PlanRuleException(
              "Event type '"
                  + unknown.type()
                  + "' is unknown to this library, so it cannot be added; use a newer release");
    }
  }

  private static void checkHandoff(PlanRecord plan, HandoffEvent event, Actor actor, Instant now) {
    switch (event) {
      case HandoffOffered offer -> {
        requireTask(plan, offer.offered().task());
        if (plan.handoff(offer.handoff()).isPresent()) {
          throw new PlanRuleException(
              "Handoff '" + offer.handoff() + "' was offered before; offer a new one");
        }
      }
      case HandoffAccepted accepted -> {
        HandoffState state = requireStage(plan, accepted.handoff(), Stage.OFFERED);
        if (!state.handoff().to().includes(actor)) {
          throw new PlanRuleException(
              "Handoff '%s' is for %s, not for %s in role '%s'; only its addressee can accept it"
                  .formatted(accepted.handoff(), state.handoff().to(), actor.id(), actor.role()));
        }
        if (!now.isBefore(state.handoff().expiresAt())) {
          throw new PlanRuleException(
              "Handoff '%s' expired at %s; ask %s to offer it again"
                  .formatted(
                      accepted.handoff(), state.handoff().expiresAt(), state.handoff().from()));
        }
      }
      case HandoffDeclined declined -> requireStage(plan, declined.handoff(), Stage.OFFERED);
      case HandoffWithdrawn withdrawn -> requireStage(plan, withdrawn.handoff(), Stage.OFFERED);
      case HandoffCompleted completed -> {
        HandoffState state = requireStage(plan, completed.handoff(), Stage.ACCEPTED);
        if (!state.acceptedBy().equals(actor.id())) {
          throw new PlanRuleException(
              "Handoff '%s' was accepted by %s; only they can complete it, not %s"
                  .formatted(completed.handoff(), state.acceptedBy(), actor.id()));
        }
      }
    }
  }

  private static HandoffState requireStage(PlanRecord plan, String id, Stage stage) {
    HandoffState state =
        plan.handoff(id)
            .orElseThrow(() ->
                new PlanRuleException(
                    "No handoff '"
                        + id
                        + "' in the plan (version "
                        + plan.version()
                        + "); see plan.handoffs()"));
    if (state.stage() != stage) {
      throw new PlanRuleException(
          "Handoff '%s' is %s%s, not %s; reload the plan"
              .formatted(
                  id,
                  state.stage(),
                  state.acceptedBy().isEmpty() ? "" : " by " + state.acceptedBy(),
                  stage));
    }
    return state;
  }

  private static void requireOpen(PlanRecord plan, String task) {
    requireTask(plan, task);
    TaskStatus status = plan.tasks().get(task).status();
    if (status.isClosed()) {
      throw new PlanRuleException(
          "Task '" + task + "' is " + status + "; it cannot change any more");
    }
  }

  private static void requireTaskIfNamed(PlanRecord plan, String task) {
    if (!task.isEmpty()) {
      requireTask(plan, task);
    }
  }

  private static void requireTask(PlanRecord plan, String task) {
    if (plan.task(task).isEmpty()) {
      throw new PlanRuleException(
          "No task '%s' in the plan (version %d, %d tasks); add it with TaskAdded first"
              .formatted(task, plan.version(), plan.tasks().size()));
    }
  }
}
