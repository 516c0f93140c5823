package dev.daybook.internal.plan;

import dev.daybook.PlanRecord.Approval;
import dev.daybook.PlanRecord.Assumption;
import dev.daybook.PlanRecord.Blocker;
import dev.daybook.PlanRecord.Constraint;
import dev.daybook.PlanRecord.Decision;
import dev.daybook.PlanRecord.HandoffState;
import dev.daybook.PlanRecord.Note;
import dev.daybook.PlanRecord.Origin;
import dev.daybook.PlanRecord.Question;
import dev.daybook.PlanRecord.Rejection;
import dev.daybook.PlanRecord.Task;
import dev.daybook.event.EventId;
import dev.daybook.event.Handoff;
import dev.daybook.event.HandoffEvent;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.PlanEvent.Subject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.pcollections.HashPMap;
import org.pcollections.HashTreePMap;
import org.pcollections.OrderedPMap;
import org.pcollections.OrderedPSet;
import org.pcollections.TreePMap;
import org.pcollections.TreePVector;

/**
 * What {@link dev.daybook.PlanRecord} shows: the fold of the plan events up to a version.
 * Everything in it is persistent, so that the next version shares what did not change.
 *
 * @param version how many plan versions it holds
 * @param time when the last event was recorded, by the clock of its writer
 * @param goal what it is for; empty if none is set
 * @param scope what belongs to it
 * @param goalSet which event set the goal; empty or one
 * @param constraints what the work must keep to
 * @param policy what needs approval
 * @param tasks by id
 * @param unclosed the tasks that are not closed, by number
 * @param children the ids of the children of a task, by number
 * @param decisions all of them
 * @param rejected all rejections
 * @param assumptions all of them
 * @param blockers all of them
 * @param questions all of them
 * @param criteria the task of an acceptance criterion
 * @param approvals by {@link #approvalKey}
 * @param notes all of them
 * @param handoffs by id
 * @param offered the ids of the handoffs in stage OFFERED
 * @param unknown how many plan events were passed over because this library makes no sense of them
 */
public record PlanState(
    long version,
    Instant time,
    String goal,
    String scope,
    List<Origin> goalSet,
    TreePVector<Constraint> constraints,
    Set<Subject> policy,
    Tasks tasks,
    TreePMap<Integer, OpenTask> unclosed,
    HashPMap<String, TreePMap<Integer, String>> children,
    Register<Decision> decisions,
    Register<Rejection> rejected,
    Register<Assumption> assumptions,
    Register<Blocker> blockers,
    Register<Question> questions,
    HashPMap<EventId, String> criteria,
    OrderedPMap<String, Approval> approvals,
    TreePVector<Note> notes,
    OrderedPMap<String, HandoffState> handoffs,
    OrderedPSet<String> offered,
    long unknown) {
  /** The plan before its first event. */
  public static final PlanState EMPTY =
      new PlanState(
          0,
          Instant.EPOCH,
          "",
          "",
          List.of(),
          TreePVector.empty(),
          Set.of(),
          Tasks.EMPTY,
          TreePMap.empty(),
          HashTreePMap.empty(),
          Register.empty(),
          Register.empty(),
          Register.empty(),
          Register.empty(),
          Register.empty(),
          HashTreePMap.empty(),
          OrderedPMap.empty(),
          TreePVector.empty(),
          OrderedPMap.empty(),
          OrderedPSet.empty(),
          0);

  /** The tasks that are not closed, oldest first. */
  public List<Task> unclosedTasks() {
    tasks.readUnclosed();
    List<Task> all = new ArrayList<>(unclosed.size());
    for (OpenTask open : unclosed.values()) {
      all.add(open.task());
    }
    return all;
  }

  /** The approaches not to be tried again. */
  public List<Rejection> rejectedInForce() {
    return rejected.items().stream().filter(Rejection::isInForce).toList();
  }

  /** The children of a task that the plan knows. */
  public List<Task> childrenOf(String task) {
    TreePMap<Integer, String> ids = children.get(task);
    return ids == null ? List.of() : ids.values().stream().map(tasks::get).toList();
  }

  static String approvalKey(Subject subject, String id) {
    return subject + " " + id;
  }

  /** The approval of a task or decision; empty if none is needed. */
  public Optional<Approval> approval(Subject subject, String id) {
    return Optional.ofNullable(approvals.get(approvalKey(subject, id)));
  }

  /** Whether a person has approved, or need not. */
  boolean isApproved(Subject subject, String id) {
    if (approvals.isEmpty()) {
      return true;
    }
    Approval approval = approvals.get(approvalKey(subject, id));
    return approval == null || approval.standing() == Approval.Standing.GIVEN;
  }

  /** The decisions that count: approved if need be, and superseded by none that counts. */
  public List<Decision> decisionsInForce() {
    List<Decision> approved =
        decisions.items().stream()
            .filter(decision -> isApproved(Subject.DECISION, decision.origin().id().toString()))
            .toList();
    Set<EventId> superseded = new HashSet<>();
    approved.forEach(decision -> superseded.add(decision.made().supersedes()));
    return approved.stream()
        .filter(decision -> !superseded.contains(decision.origin().id()))
        .toList();
  }

  /** Whether an event, if it joins, takes a task for its actor. */
  boolean claims(PlanEvent event) {
    return switch (event) {
      case PlanEvent.TaskClaimed ignored -> true;
      case HandoffEvent.HandoffAccepted accepted -> {
        HandoffState known = handoffs.get(accepted.handoff());
        yield known != null && known.handoff().kind() == Handoff.Kind.CONTINUE;
      }
      default -> false;
    };
  }

  /** Whether the last claim on a task was made at this version. */
  boolean isClaimedAt(String task, long planVersion) {
    Task known = tasks.get(task);
    return known != null && known.claim().fence() == planVersion;
  }

  /** The task an event is about, also where the event only names a handoff or an earlier event. */
  public String taskOf(PlanEvent event) {
    if (!event.task().isEmpty()) {
      return event.task();
    }
    if (event instanceof HandoffEvent handoff) {
      HandoffState known = handoffs.get(handoff.handoff());
      return known == null ? "" : known.handoff().task();
    }
    return taskOf(event.cause());
  }

  /** The task that belongs to what an event put into the plan; empty if none does. */
  String taskOf(EventId cause) {
    if (!cause.isPresent()) {
      return "";
    }
    String criterion = criteria.get(cause);
    return criterion != null
        ? criterion
        : blockers
            .of(cause)
            .map(Blocker::task)
            .or(() -> questions.of(cause).map(question -> question.asked().task()))
            .or(() -> rejected.of(cause).map(rejection -> rejection.approach().task()))
            .or(() -> assumptions.of(cause).map(Assumption::task))
            .or(() -> decisions.of(cause).map(decision -> decision.made().task()))
            .orElse("");
  }
}
