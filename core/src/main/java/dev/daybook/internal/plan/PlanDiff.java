package dev.daybook.internal.plan;

import dev.daybook.PlanRecord.Blocker;
import dev.daybook.PlanRecord.Change;
import dev.daybook.PlanRecord.Criterion;
import dev.daybook.PlanRecord.Dependency;
import dev.daybook.PlanRecord.Diff;
import dev.daybook.PlanRecord.HandoffState;
import dev.daybook.PlanRecord.Origin;
import dev.daybook.PlanRecord.Question;
import dev.daybook.PlanRecord.Rejection;
import dev.daybook.PlanRecord.Task;
import dev.daybook.PlanRecord.What;
import dev.daybook.event.Entry;
import dev.daybook.event.EventId;
import dev.daybook.internal.plan.Drift.Part;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What two versions of a plan differ in, and which of it nobody decided. For one thread.
 *
 * <p>Drift is a change of what was agreed: the goal or the scope, or a task that was added,
 * reworded, reopened or dropped, which is closed without success, put off or only proposed again.
 * It is none if a decision covers it that is in force at the later version (approved if it must be,
 * and not superseded): one on that task in the range, or one on the whole plan that the same
 * session made in the same version. Before the plan has a goal nothing is agreed, so nothing is
 * drift.
 *
 * <p>The difference is net: of what was changed and changed back nothing shows, though nobody
 * decided it, and an undecided change that a decided one of the same thing followed is none.
 */
public final class PlanDiff {
  private final PlanState before;
  private final PlanState after;
  private final Drift drift;
  private final List<Change> changes = new ArrayList<>();

  private PlanDiff(PlanState before, PlanState after, Drift drift) {
    this.before = before;
    this.after = after;
    this.drift = drift;
  }

  /**
   * The difference of two versions.
   *
   * @param between the plan events after the first version up to the second, in order
   */
  public static Diff of(PlanState before, PlanState after, List<Entry> between) {
    PlanDiff diff = new PlanDiff(before, after, new Drift(before, after, between));
    diff.goal();
    diff.tasks();
    diff.rest();
    return new Diff(before.version(), after.version(), diff.changes);
  }

  private void goal() {
    for (Origin origin : after.goalSet()) {
      compare(What.GOAL, "", "goal", before.goal(), after.goal(), origin, drift.ofGoal());
      compare(What.GOAL, "", "scope", before.scope(), after.scope(), origin, drift.ofScope());
    }
    for (var constraint :
        after.constraints().subList(before.constraints().size(), after.constraints().size())) {
      changes.add(
          new Change(
              What.CONSTRAINT, "", "", "", constraint.text(), constraint.origin(), List.of()));
    }
  }

  private void tasks() {
    for (Task now : after.tasks().values()) {
      Task then = before.tasks().get(now.id());
      if (then == null) {
        changes.add(
            new Change(
                What.TASK_ADDED,
                now.id(),
                "",
                "",
                now.title(),
                now.added(),
                drift.ofAdded(now.id())));
      } else if (!then.equals(now)) {
        compare(then, now, "title", Task::title, drift.of(now.id(), Part.TITLE));
        compare(then, now, "description", Task::description, drift.of(now.id(), Part.DESCRIPTION));
        compare(then, now, "kind", Task::kind, drift.of(now.id(), Part.KIND));
        compare(then, now, "priority", task -> Integer.toString(task.priority()));
        compare(then, now, "status", PlanDiff::status, drift.ofStatus(then, now));
        compare(then, now, "assignee", Task::assignee);
        compare(then, now, "labels", task -> task.labels().toString());
        compare(then, now, "dependencies", task -> joined(task.dependencies(), PlanDiff::text));
        compare(then, now, "criteria", task -> joined(task.criteria(), PlanDiff::text));
        compare(then, now, "claim", PlanDiff::claim);
      }
    }
  }

  private static String status(Task task) {
    return task.status()
        + task.resolution().stream().map(one -> " " + one).collect(Collectors.joining());
  }

  private static String claim(Task task) {
    return task.claim().fence() == 0
        ? ""
        : task.claim().holder() + " " + task.claim().standing() + " fence " + task.claim().fence();
  }

  private static String text(Dependency dependency) {
    return dependency.kind() + " " + dependency.on();
  }

  private static String text(Criterion criterion) {
    return criterion.text()
        + criterion.verdicts().stream().map(one -> ": " + one).collect(Collectors.joining());
  }

  private static <T> String joined(Collection<T> items, Function<T, String> text) {
    return items.stream().map(text).collect(Collectors.joining("; "));
  }

  private void compare(Task then, Task now, String field, Function<Task, String> value) {
    compare(then, now, field, value, List.of());
  }

  private void compare(
      Task then, Task now, String field, Function<Task, String> value, List<EventId> undecided) {
    compare(
        What.TASK_CHANGED,
        now.id(),
        field,
        value.apply(then),
        value.apply(now),
        now.changed(),
        undecided);
  }

  private void compare(
      What what,
      String id,
      String field,
      String then,
      String now,
      Origin origin,
      List<EventId> undecided) {
    if (!then.equals(now)) {
      changes.add(new Change(what, id, field, then, now, origin, undecided));
    }
  }

  private void rest() {
    added(
        What.DECISION,
        before.decisions().items(),
        after.decisions().items(),
        one -> one.made().chosen(),
        one -> one.origin());
    added(
        What.REJECTION,
        before.rejected().items(),
        after.rejected().items(),
        one -> one.approach().approach(),
        Rejection::origin);
    added(
        What.ASSUMPTION,
        before.assumptions().items(),
        after.assumptions().items(),
        one -> one.text(),
        one -> one.origin());
    added(
        What.BLOCKER,
        before.blockers().items(),
        after.blockers().items(),
        Blocker::text,
        Blocker::origin);
    added(
        What.QUESTION,
        before.questions().items(),
        after.questions().items(),
        one -> one.asked().question(),
        Question::origin);
    added(What.NOTE, before.notes(), after.notes(), one -> one.note().text(), one -> one.origin());
    settled(
        What.REJECTION,
        before.rejected().items(),
        after.rejected().items(),
        Rejection::reconsidered,
        Rejection::origin);
    settled(
        What.ASSUMPTION,
        before.assumptions().items(),
        after.assumptions().items(),
        one -> one.invalidated(),
        one -> one.origin());
    settled(
        What.BLOCKER,
        before.blockers().items(),
        after.blockers().items(),
        Blocker::cleared,
        Blocker::origin);
    settled(
        What.QUESTION,
        before.questions().items(),
        after.questions().items(),
        Question::answers,
        Question::origin);
    after
        .approvals()
        .forEach((key, now) -> {
          var then = before.approvals().get(key);
          if (!now.equals(then)) {
            changes.add(
                new Change(
                    What.APPROVAL,
                    now.id(),
                    "standing",
                    then == null ? "" : then.standing().name(),
                    now.standing().name(),
                    now.origin(),
                    List.of()));
          }
        });
    for (HandoffState now : after.handoffs().values()) {
      HandoffState then = before.handoffs().get(now.handoff().id());
      if (then == null || then.stage() != now.stage()) {
        changes.add(
            new Change(
                What.HANDOFF,
                now.handoff().id(),
                "stage",
                then == null ? "" : then.stage().name(),
                now.stage().name(),
                now.origin(),
                List.of()));
      }
    }
  }

  /** What is new stands behind what was there. */
  private <T> void added(
      What what, List<T> then, List<T> now, Function<T, String> text, Function<T, Origin> origin) {
    for (T one : now.subList(then.size(), now.size())) {
      changes.add(
          new Change(
              what,
              origin.apply(one).id().toString(),
              "",
              "",
              text.apply(one),
              origin.apply(one),
              List.of()));
    }
  }

  /** What was open then and is not any more. */
  private <T> void settled(
      What what,
      List<T> then,
      List<T> now,
      Function<T, List<String>> settled,
      Function<T, Origin> origin) {
    for (int i = 0; i < then.size(); i++) {
      if (settled.apply(then.get(i)).isEmpty() && !settled.apply(now.get(i)).isEmpty()) {
        changes.add(
            new Change(
                what,
                origin.apply(now.get(i)).id().toString(),
                "settled",
                "",
                settled.apply(now.get(i)).getFirst(),
                origin.apply(now.get(i)),
                List.of()));
      }
    }
  }
}
