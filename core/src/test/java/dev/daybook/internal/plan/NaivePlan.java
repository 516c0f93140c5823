package dev.daybook.internal.plan;

import dev.daybook.event.Actor;
import dev.daybook.event.Addressee;
import dev.daybook.event.Entry;
import dev.daybook.event.EventId;
import dev.daybook.event.Handoff;
import dev.daybook.event.HandoffEvent.HandoffAccepted;
import dev.daybook.event.HandoffEvent.HandoffCompleted;
import dev.daybook.event.HandoffEvent.HandoffDeclined;
import dev.daybook.event.HandoffEvent.HandoffOffered;
import dev.daybook.event.HandoffEvent.HandoffWithdrawn;
import dev.daybook.event.PlanEvent.ApproachReconsidered;
import dev.daybook.event.PlanEvent.ApproachRejected;
import dev.daybook.event.PlanEvent.ApprovalDenied;
import dev.daybook.event.PlanEvent.ApprovalGiven;
import dev.daybook.event.PlanEvent.ApprovalPolicySet;
import dev.daybook.event.PlanEvent.ApprovalRequested;
import dev.daybook.event.PlanEvent.BlockerCleared;
import dev.daybook.event.PlanEvent.BlockerRaised;
import dev.daybook.event.PlanEvent.DecisionMade;
import dev.daybook.event.PlanEvent.DependencyAdded;
import dev.daybook.event.PlanEvent.DependencyKind;
import dev.daybook.event.PlanEvent.DependencyRemoved;
import dev.daybook.event.PlanEvent.LeaseRenewed;
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
import dev.daybook.event.TaskStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A plan as the definitions have it, in the plainest way: everything is looked for anew. */
final class NaivePlan {
  record Edge(DependencyKind kind, String on) {}

  static final class Task {
    final String id;
    int priority;
    TaskStatus status = TaskStatus.OPEN;
    final Set<Edge> edges = new LinkedHashSet<>();
    boolean held;
    String holder = "";
    Instant until = Instant.EPOCH;
    long fence;

    Task(String id) {
      this.id = id;
    }

    boolean isOpen() {
      return status != TaskStatus.DONE && status != TaskStatus.CANCELED;
    }
  }

  private static final class Offer {
    final Handoff handoff;
    String stage = "OFFERED";

    Offer(Handoff handoff) {
      this.handoff = handoff;
    }
  }

  final Map<String, Task> tasks = new LinkedHashMap<>();
  private final Map<EventId, String> openBlockers = new HashMap<>();
  private final Map<EventId, String> waitingQuestions = new HashMap<>();
  private final Set<Subject> policy = new HashSet<>();
  private final Map<String, Boolean> approvals = new HashMap<>();
  private final Map<EventId, DecisionMade> decisions = new LinkedHashMap<>();
  private final Map<EventId, ApproachRejected> rejected = new LinkedHashMap<>();
  private final Map<String, Offer> offers = new LinkedHashMap<>();

  NaivePlan(List<Entry> entries) {
    entries.forEach(this::add);
  }

  private Task open(String id) {
    Task task = tasks.get(id);
    return task != null && task.isOpen() ? task : new Task("");
  }

  private void add(Entry entry) {
    boolean human = entry.actor().kind() == Actor.Kind.HUMAN;
    switch (entry.event()) {
      case ApprovalPolicySet set -> {
        if (human) {
          policy.clear();
          policy.addAll(set.needed());
        }
      }
      case TaskAdded added -> {
        if (!tasks.containsKey(added.task())) {
          Task task = new Task(added.task());
          task.priority = added.priority();
          tasks.put(added.task(), task);
          if (policy.contains(Subject.TASK) && !human) {
            approvals.put(added.task(), false);
          }
        }
      }
      case TaskEdited edited -> {
        if (edited.fields().contains(TaskEdited.Field.PRIORITY)) {
          tasks.getOrDefault(edited.task(), new Task("")).priority = edited.priority();
        }
        boolean reworded =
            edited.fields().contains(TaskEdited.Field.TITLE)
                || edited.fields().contains(TaskEdited.Field.DESCRIPTION);
        if (reworded
            && tasks.containsKey(edited.task())
            && policy.contains(Subject.TASK)
            && !human) {
          approvals.put(edited.task(), false);
        }
      }
      case TaskStatusChanged changed -> open(changed.task()).status = changed.to();
      case TaskClosed closed -> {
        Task task = open(closed.task());
        task.status =
            closed.resolution() == Resolution.SUCCEEDED ? TaskStatus.DONE : TaskStatus.CANCELED;
        task.held = false;
      }
      case TaskReopened reopened -> {
        Task task = tasks.getOrDefault(reopened.task(), new Task(""));
        task.status = task.isOpen() ? task.status : TaskStatus.OPEN;
      }
      case DependencyAdded added -> {
        if (tasks.containsKey(added.task())) {
          tasks.get(added.task()).edges.add(new Edge(added.kind(), added.on()));
        }
      }
      case DependencyRemoved removed -> {
        if (tasks.containsKey(removed.task())) {
          tasks.get(removed.task()).edges.remove(new Edge(removed.kind(), removed.on()));
        }
      }
      case TaskClaimed claimed ->
          claim(claimed.task(), entry.actor().id(), claimed.leaseUntil(), entry);
      case LeaseRenewed renewed -> {
        Task task = tasks.getOrDefault(renewed.task(), new Task(""));
        if (task.held && task.fence == renewed.fence()) {
          task.until = renewed.leaseUntil();
        }
      }
      case TaskReleased released -> {
        Task task = tasks.getOrDefault(released.task(), new Task(""));
        task.held = task.held && task.fence != released.fence();
      }
      case BlockerRaised raised -> {
        if (tasks.containsKey(raised.task())) {
          openBlockers.put(entry.id(), raised.task());
        }
      }
      case BlockerCleared cleared -> openBlockers.remove(cleared.blocker());
      case QuestionAsked asked -> {
        if (asked.effect() == QuestionAsked.Effect.TASK_WAITS && tasks.containsKey(asked.task())) {
          waitingQuestions.put(entry.id(), asked.task());
        }
      }
      case QuestionAnswered answered -> waitingQuestions.remove(answered.question());
      case DecisionMade made -> {
        decisions.put(entry.id(), made);
        if (policy.contains(Subject.DECISION) && !human) {
          approvals.put(entry.id().toString(), false);
        }
      }
      case ApproachRejected approach -> rejected.put(entry.id(), approach);
      case ApproachReconsidered reconsidered -> rejected.remove(reconsidered.rejection());
      case ApprovalRequested requested -> approvals.put(requested.id(), false);
      case ApprovalGiven given -> {
        if (human) {
          approvals.put(given.id(), true);
        }
      }
      case ApprovalDenied denied -> {
        if (human) {
          approvals.put(denied.id(), false);
        }
      }
      case HandoffOffered offer -> {
        if (offer.offered().id().equals(offer.handoff())) {
          offers.putIfAbsent(offer.handoff(), new Offer(offer.offered()));
        }
      }
      case HandoffAccepted accepted -> {
        Offer offer = offers.get(accepted.handoff());
        if (offer != null && offer.stage.equals("OFFERED")) {
          offer.stage = "ACCEPTED";
          if (offer.handoff.kind() == Handoff.Kind.CONTINUE) {
            claim(offer.handoff.task(), accepted.by(), accepted.leaseUntil(), entry);
          }
        }
      }
      case HandoffDeclined declined -> step(declined.handoff(), "OFFERED", "DECLINED");
      case HandoffWithdrawn withdrawn -> step(withdrawn.handoff(), "OFFERED", "WITHDRAWN");
      case HandoffCompleted completed -> step(completed.handoff(), "ACCEPTED", "COMPLETED");
      default -> {}
    }
  }

  private void claim(String id, String holder, Instant until, Entry entry) {
    Task task = open(id);
    task.held = true;
    task.holder = holder;
    task.until = until;
    task.fence = entry.envelope().planVersion();
  }

  private void step(String id, String from, String to) {
    Offer offer = offers.get(id);
    if (offer != null && offer.stage.equals(from)) {
      offer.stage = to;
    }
  }

  private static boolean isWork(Task task) {
    return task.status == TaskStatus.OPEN || task.status == TaskStatus.IN_PROGRESS;
  }

  static boolean isClaimed(Task task, Instant now) {
    return task.isOpen() && task.held && now.isBefore(task.until);
  }

  private boolean isHeldUp(Task task, Set<String> below) {
    if (below.contains(task.id)
        || openBlockers.containsValue(task.id)
        || waitingQuestions.containsValue(task.id)
        || !approvals.getOrDefault(task.id, true)
        || (!below.isEmpty() && !isWork(task) && task.status != TaskStatus.IN_REVIEW)) {
      return true;
    }
    Set<String> path = new HashSet<>(below);
    path.add(task.id);
    for (Edge edge : task.edges) {
      Task on = tasks.get(edge.on());
      boolean open = on == null || on.isOpen();
      if (edge.kind() == DependencyKind.BLOCKS && open) {
        return true;
      }
      if (edge.kind() == DependencyKind.PARENT_CHILD
          && open
          && (on == null || isHeldUp(on, path))) {
        return true;
      }
    }
    return false;
  }

  private boolean hasOpenChild(Task task) {
    return tasks.values().stream()
        .anyMatch(child ->
            child.isOpen() && child.edges.contains(new Edge(DependencyKind.PARENT_CHILD, task.id)));
  }

  boolean isBlocked(Task task) {
    return isWork(task) && (isHeldUp(task, Set.of()) || hasOpenChild(task));
  }

  List<String> blocked() {
    return tasks.values().stream().filter(this::isBlocked).map(task -> task.id).toList();
  }

  List<String> ready(Instant now) {
    List<String> ready = new ArrayList<>();
    for (int priority = 0; priority < 4; priority++) {
      for (Task task : tasks.values()) {
        if (task.priority == priority
            && isWork(task)
            && !isBlocked(task)
            && !isClaimed(task, now)) {
          ready.add(task.id);
        }
      }
    }
    return ready;
  }

  List<String> claimedBy(String actor, Instant now) {
    return tasks.values().stream()
        .filter(task -> isClaimed(task, now) && task.holder.equals(actor))
        .map(task -> task.id)
        .toList();
  }

  List<EventId> decisionsInForce() {
    List<EventId> inForce = new ArrayList<>();
    decisions.forEach((id, made) -> {
      boolean superseded =
          decisions.entrySet().stream()
              .anyMatch(other ->
                  other.getValue().supersedes().equals(id)
                      && approvals.getOrDefault(other.getKey().toString(), true));
      if (approvals.getOrDefault(id.toString(), true) && !superseded) {
        inForce.add(id);
      }
    });
    return inForce;
  }

  List<EventId> rejectedFor(String what) {
    List<EventId> found = new ArrayList<>();
    rejected.forEach((id, approach) -> {
      boolean about = approach.task().equals(what);
      for (String path : approach.paths()) {
        String one = path.replaceAll("/$", "");
        String other = what.replaceAll("/$", "");
        about |= !what.isEmpty() && (one + "/").startsWith(other + "/");
        about |= !what.isEmpty() && (other + "/").startsWith(one + "/");
      }
      if (about) {
        found.add(id);
      }
    });
    return found;
  }

  List<String> inbox(Actor actor, Instant now) {
    return offers.values().stream()
        .filter(offer -> offer.stage.equals("OFFERED") && now.isBefore(offer.handoff.expiresAt()))
        .filter(offer -> !offer.handoff.from().equals(actor.id()))
        .filter(offer -> {
          String name = offer.handoff.to().name();
          return switch (offer.handoff.to().kind()) {
            case ANYONE -> true;
            case ROLE -> name.equals(actor.role());
            case AGENT -> name.equals(actor.id()) && actor.kind() == Actor.Kind.AGENT;
            case HUMAN -> name.equals(actor.id()) && actor.kind() == Actor.Kind.HUMAN;
          };
        })
        .map(offer -> offer.handoff.id())
        .toList();
  }

  List<String> inbox(Addressee addressee, Instant now) {
    return offers.values().stream()
        .filter(offer -> offer.stage.equals("OFFERED") && now.isBefore(offer.handoff.expiresAt()))
        .filter(offer -> offer.handoff.to().equals(addressee))
        .map(offer -> offer.handoff.id())
        .toList();
  }

  /**
   * Whether tasks would wait for each other for ever with one more dependency: every task begins
   * and ends, and no moment may come after itself.
   */
  boolean hasCycleWith(String task, DependencyKind kind, String on) {
    List<String> ids = new ArrayList<>(tasks.keySet());
    int moments = 2 * ids.size();
    boolean[][] after = new boolean[moments][moments];
    for (int i = 0; i < ids.size(); i++) {
      after[2 * i + 1][2 * i] = true;
      for (Edge edge : tasks.get(ids.get(i)).edges) {
        add(after, i, edge.kind(), ids.indexOf(edge.on()));
      }
    }
    add(after, ids.indexOf(task), kind, ids.indexOf(on));
    for (int k = 0; k < moments; k++) {
      for (int i = 0; i < moments; i++) {
        for (int j = 0; j < moments; j++) {
          after[i][j] |= after[i][k] && after[k][j];
        }
      }
    }
    for (int i = 0; i < moments; i++) {
      if (after[i][i]) {
        return true;
      }
    }
    return false;
  }

  private static void add(boolean[][] after, int task, DependencyKind kind, int on) {
    if (on < 0) {
      return;
    }
    if (kind == DependencyKind.BLOCKS) {
      after[2 * task][2 * on + 1] = true;
    }
    if (kind == DependencyKind.PARENT_CHILD) {
      after[2 * task][2 * on] = true;
      after[2 * on + 1][2 * task + 1] = true;
    }
  }
}
