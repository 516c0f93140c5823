package dev.daybook.internal.plan;

import dev.daybook.PlanRecord.Approval;
import dev.daybook.PlanRecord.Assumption;
import dev.daybook.PlanRecord.Blocker;
import dev.daybook.PlanRecord.Claim;
import dev.daybook.PlanRecord.Constraint;
import dev.daybook.PlanRecord.Criterion;
import dev.daybook.PlanRecord.Decision;
import dev.daybook.PlanRecord.Dependency;
import dev.daybook.PlanRecord.HandoffState;
import dev.daybook.PlanRecord.Note;
import dev.daybook.PlanRecord.Origin;
import dev.daybook.PlanRecord.Question;
import dev.daybook.PlanRecord.Rejection;
import dev.daybook.PlanRecord.Stage;
import dev.daybook.PlanRecord.Task;
import dev.daybook.event.Actor;
import dev.daybook.event.EventId;
import dev.daybook.event.PlanEvent.AcceptanceCriterionChecked.Verdict;
import dev.daybook.event.PlanEvent.ApprovalPolicySet;
import dev.daybook.event.PlanEvent.DependencyKind;
import dev.daybook.event.PlanEvent.Subject;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.Resolution;
import dev.daybook.event.SessionId;
import dev.daybook.event.TaskStatus;
import dev.daybook.internal.entry.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.pcollections.HashPMap;
import org.pcollections.HashTreePMap;
import org.pcollections.OrderedPMap;
import org.pcollections.OrderedPSet;
import org.pcollections.TreePMap;
import org.pcollections.TreePVector;

/**
 * A plan as bytes: one line with everything but the tasks, then a line for each task, in order.
 * What is empty is left out, and actors are written once. Lines are read on all processors.
 */
public final class Checkpoint {
  private Checkpoint() {}

  /** Everything but the tasks. */
  private record Head(
      long version,
      Instant time,
      String goal,
      String scope,
      List<Origin> goalSet,
      List<Constraint> constraints,
      Set<Subject> policy,
      List<Decision> decisions,
      List<Rejection> rejected,
      List<Assumption> assumptions,
      List<Blocker> blockers,
      List<Question> questions,
      List<Approval> approvals,
      List<Note> notes,
      List<HandoffState> handoffs,
      List<Actor> actors,
      int tasks) {}

  /** An origin whose actor stands in the head. */
  private record By(EventId id, int actor, Instant time, long version) {}

  private record DependencyPart(
      DependencyKind kind, String on, Map<String, String> labels, By origin) {}

  private record CriterionPart(
      String text, List<Verdict> verdicts, List<EventId> evidence, By origin) {}

  private record ClaimPart(
      String holder, String session, Instant leaseUntil, long fence, Claim.Standing standing) {}

  private record TaskLine(
      String id,
      String title,
      String description,
      int priority,
      String kind,
      TaskStatus status,
      List<Resolution> resolution,
      String reason,
      String assignee,
      Map<String, String> labels,
      List<DependencyPart> dependencies,
      List<CriterionPart> criteria,
      List<EventId> blockers,
      List<EventId> questions,
      List<ClaimPart> claim,
      List<SessionId> superseded,
      By added,
      By changed) {}

  /** The bytes of a plan. */
  public static byte[] write(PlanState plan) {
    Map<Actor, Integer> actors = new LinkedHashMap<>();
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    for (Task task : plan.tasks().values()) {
      lines.writeBytes(Json.writeSparse(line(task, actors)));
      lines.write('\n');
    }
    Head head =
        new Head(
            plan.version(),
            plan.time(),
            plan.goal(),
            plan.scope(),
            plan.goalSet(),
            plan.constraints(),
            plan.policy(),
            plan.decisions().items(),
            plan.rejected().items(),
            plan.assumptions().items(),
            plan.blockers().items(),
            plan.questions().items(),
            List.copyOf(plan.approvals().values()),
            plan.notes(),
            List.copyOf(plan.handoffs().values()),
            List.copyOf(actors.keySet()),
            plan.tasks().size());
    ByteArrayOutputStream all = new ByteArrayOutputStream(lines.size() + 1_000);
    all.writeBytes(Json.writeBytes(head));
    all.write('\n');
    all.writeBytes(lines.toByteArray());
    return all.toByteArray();
  }

  private static TaskLine line(Task task, Map<Actor, Integer> actors) {
    return new TaskLine(
        task.id(),
        task.title(),
        task.description(),
        task.priority(),
        task.kind().equals(TaskAdded.KIND_DEFAULT) ? "" : task.kind(),
        task.status(),
        task.resolution(),
        task.reason(),
        task.assignee(),
        task.labels(),
        task.dependencies().stream()
            .map(one ->
                new DependencyPart(one.kind(), one.on(), one.labels(), by(one.origin(), actors)))
            .toList(),
        task.criteria().stream()
            .map(one ->
                new CriterionPart(
                    one.text(), one.verdicts(), one.evidence(), by(one.origin(), actors)))
            .toList(),
        task.blockers(),
        task.questions(),
        task.claim().equals(Claim.NONE) ? List.of() : List.of(part(task.claim())),
        task.superseded(),
        by(task.added(), actors),
        by(task.changed(), actors));
  }

  private static ClaimPart part(Claim claim) {
    return new ClaimPart(
        claim.holder(),
        claim.session().value(),
        claim.leaseUntil(),
        claim.fence(),
        claim.standing());
  }

  private static By by(Origin origin, Map<Actor, Integer> actors) {
    Integer actor = actors.get(origin.actor());
    if (actor == null) {
      actor = actors.size();
      actors.put(origin.actor(), actor);
    }
    return new By(origin.id(), actor, origin.time(), origin.version());
  }

  /**
   * The plan of such bytes.
   *
   * @throws IOException if they are none
   */
  public static PlanState read(byte[] bytes) throws IOException {
    int headEnd = end(bytes, 0);
    Head head = Json.read(bytes, 0, headEnd, Head.class);
    Task[] tasks = new Task[head.tasks()];
    int[] starts = new int[head.tasks() + 1];
    starts[0] = Math.min(headEnd + 1, bytes.length);
    for (int i = 0; i < tasks.length; i++) {
      if (starts[i] >= bytes.length) {
        throw new IOException("Checkpoint ends after " + i + " of " + tasks.length + " tasks");
      }
      starts[i + 1] = end(bytes, starts[i]) + 1;
    }
    try {
      IntStream.range(0, tasks.length)
          .parallel()
          .forEach(i -> tasks[i] = task(bytes, starts[i], starts[i + 1] - 1, i, head.actors()));
    } catch (UncheckedIOException e) {
      throw new IOException("Checkpoint has a task that cannot be read: " + e.getMessage(), e);
    }
    return plan(head, tasks);
  }

  private static int end(byte[] bytes, int from) {
    int end = from;
    while (end < bytes.length && bytes[end] != '\n') {
      end++;
    }
    return end;
  }

  private static Task task(byte[] bytes, int from, int to, int number, List<Actor> actors) {
    TaskLine line;
    try {
      line = Json.read(bytes, from, to - from, TaskLine.class);
    } catch (IOException e) {
      throw new UncheckedIOException("line " + (number + 2) + ": " + e.getMessage(), e);
    }
    return new Task(
        line.id(),
        number,
        line.title(),
        orEmpty(line.description()),
        line.priority(),
        line.kind() == null ? TaskAdded.KIND_DEFAULT : line.kind(),
        line.status(),
        orNone(line.resolution()),
        orEmpty(line.reason()),
        orEmpty(line.assignee()),
        line.labels() == null ? Map.of() : new TreeMap<>(line.labels()),
        orNone(line.dependencies()).stream()
            .map(one ->
                new Dependency(
                    one.kind(),
                    one.on(),
                    one.labels() == null ? Map.of() : new TreeMap<>(one.labels()),
                    origin(one.origin(), actors)))
            .toList(),
        orNone(line.criteria()).stream()
            .map(one ->
                new Criterion(
                    one.text(),
                    orNone(one.verdicts()),
                    orNone(one.evidence()),
                    origin(one.origin(), actors)))
            .toList(),
        orNone(line.blockers()),
        orNone(line.questions()),
        line.claim() == null ? Claim.NONE : claim(line.id(), line.claim().getFirst()),
        orNone(line.superseded()),
        origin(line.added(), actors),
        origin(line.changed(), actors));
  }

  private static Claim claim(String task, ClaimPart part) {
    return new Claim(
        task,
        part.holder(),
        new SessionId(orEmpty(part.session())),
        part.leaseUntil(),
        part.fence(),
        part.standing());
  }

  private static Origin origin(By by, List<Actor> actors) {
    return new Origin(by.id(), actors.get(by.actor()), by.time(), by.version());
  }

  private static String orEmpty(String text) {
    return text == null ? "" : text;
  }

  private static <T> List<T> orNone(List<T> some) {
    return some == null ? List.of() : some;
  }

  private static PlanState plan(Head head, Task[] tasks) {
    OrderedPMap<String, Task> byId = OrderedPMap.empty();
    TreePMap<Integer, Task> unclosed = TreePMap.empty();
    Map<String, TreePMap<Integer, String>> children = new LinkedHashMap<>();
    HashPMap<EventId, String> criteria = HashTreePMap.empty();
    for (Task task : tasks) {
      byId = byId.plus(task.id(), task);
      if (!task.isClosed()) {
        unclosed = unclosed.plus(task.number(), task);
      }
      for (Dependency dependency : task.dependencies()) {
        if (dependency.kind() == DependencyKind.PARENT_CHILD) {
          children.merge(
              dependency.on(),
              TreePMap.singleton(task.number(), task.id()),
              (some, more) -> some.plusAll(more));
        }
      }
      for (Criterion criterion : task.criteria()) {
        criteria = criteria.plus(criterion.origin().id(), task.id());
      }
    }
    OrderedPMap<String, Approval> approvals = OrderedPMap.empty();
    for (Approval approval : head.approvals()) {
      approvals =
          approvals.plus(PlanState.approvalKey(approval.subject(), approval.id()), approval);
    }
    OrderedPMap<String, HandoffState> handoffs = OrderedPMap.empty();
    OrderedPSet<String> offered = OrderedPSet.empty();
    for (HandoffState state : head.handoffs()) {
      handoffs = handoffs.plus(state.handoff().id(), state);
      offered = state.stage() == Stage.OFFERED ? offered.plus(state.handoff().id()) : offered;
    }
    return new PlanState(
        head.version(),
        head.time(),
        head.goal(),
        head.scope(),
        head.goalSet(),
        TreePVector.from(head.constraints()),
        new ApprovalPolicySet(head.policy()).needed(),
        byId,
        unclosed,
        HashTreePMap.from(children),
        register(head.decisions(), Decision::origin),
        register(head.rejected(), Rejection::origin),
        register(head.assumptions(), Assumption::origin),
        register(head.blockers(), Blocker::origin),
        register(head.questions(), Question::origin),
        criteria,
        approvals,
        TreePVector.from(head.notes()),
        handoffs,
        offered);
  }

  private static <T> Register<T> register(List<T> items, Function<T, Origin> origin) {
    Register<T> register = Register.empty();
    for (T item : items) {
      register = register.plus(origin.apply(item).id(), item);
    }
    return register;
  }
}
