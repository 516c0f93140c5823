package dev.daybook.internal.plan;

import dev.daybook.CorruptDataException;
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
import dev.daybook.internal.entry.EventTypes;
import dev.daybook.internal.entry.Json;
import dev.daybook.internal.entry.LightJson;
import dev.daybook.internal.entry.LightJson.Fields;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.pcollections.HashPMap;
import org.pcollections.HashTreePMap;
import org.pcollections.OrderedPMap;
import org.pcollections.OrderedPSet;
import org.pcollections.TreePMap;
import org.pcollections.TreePVector;

/**
 * A plan as bytes: one line with everything but the tasks, one that says where each task is, then a
 * line for each task, in order. Of a task what is empty is left out, and actors are written once.
 */
public final class Checkpoint {
  /** What the head has beyond single values. */
  private static final List<String> HEAD_LISTS =
      List.of(
          "goalSet",
          "constraints",
          "policy",
          "decisions",
          "rejected",
          "assumptions",
          "blockers",
          "questions",
          "approvals",
          "notes",
          "handoffs");

  private Checkpoint() {}

  /**
   * Everything but the tasks.
   *
   * @param fold the rules it was folded by
   * @param unknown how many events were passed over
   * @param types what its writer can read, if it passed anything over
   */
  private record Head(
      int fold,
      long unknown,
      String types,
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
      List<Actor> actors) {}

  /**
   * Where each task is, and what the plan says of tasks beyond that.
   *
   * @param ids of the tasks, in order
   * @param bytes the length of the line of each, without its line feed
   * @param unclosed the numbers of the tasks that are not closed
   * @param children the numbers of the children of a task, by its id
   * @param criteria the number of the task of an acceptance criterion, by its event
   */
  @SuppressWarnings("ArrayRecordComponent") // written or read once; never compared
  private record Index(
      String[] ids,
      int[] bytes,
      int[] unclosed,
      Map<String, int[]> children,
      Map<EventId, Integer> criteria) {}

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
    List<Integer> bytes = new ArrayList<>();
    Map<EventId, Integer> criteria = new LinkedHashMap<>();
    for (Task task : plan.tasks().values()) {
      byte[] line = Json.writeSparse(line(task, actors));
      lines.writeBytes(line);
      lines.write('\n');
      bytes.add(line.length);
      task.criteria().forEach(one -> criteria.put(one.origin().id(), task.number()));
    }
    Map<String, int[]> children = new TreeMap<>();
    plan.children().forEach((parent, some) -> children.put(parent, ints(some.keySet())));
    Index index =
        new Index(
            plan.tasks().keySet().toArray(String[]::new),
            ints(bytes),
            ints(plan.unclosed().keySet()),
            children,
            criteria);
    Head head =
        new Head(
            PlanFold.RULES,
            plan.unknown(),
            plan.unknown() == 0 ? "" : EventTypes.fingerprint(),
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
            List.copyOf(actors.keySet()));
    ByteArrayOutputStream all = new ByteArrayOutputStream(lines.size() + 1_000);
    all.writeBytes(Json.writeBytes(head));
    all.write('\n');
    all.writeBytes(Json.writeBytes(index));
    all.write('\n');
    all.writeBytes(lines.toByteArray());
    return all.toByteArray();
  }

  private static int[] ints(Collection<Integer> numbers) {
    return numbers.stream().mapToInt(Integer::intValue).toArray();
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
   * @throws IOException if they are none, or the plan in them is not what this library makes of the
   *     same events
   * @throws CorruptDataException if a task in them cannot be read, now or when it is asked for
   */
  public static PlanState read(byte[] bytes) throws IOException {
    return read(bytes, 0);
  }

  /**
   * The plan of such bytes, which begin somewhere and are kept: a task is read when it is first
   * asked for.
   *
   * @throws IOException if they are none, or the plan in them is not what this library makes of the
   *     same events
   * @throws CorruptDataException if a task in them cannot be read, now or when it is asked for
   */
  public static PlanState read(byte[] bytes, int from) throws IOException {
    try {
      return plan(bytes, from);
    } catch (NullPointerException e) {
      throw new IOException("a part of the plan is missing: " + e.getMessage(), e);
    }
  }

  private static PlanState plan(byte[] bytes, int from) throws IOException {
    int headEnd = end(bytes, from);
    Fields plain = LightJson.read(bytes, from, headEnd);
    checkFold(plain);
    List<Actor> actors = new ArrayList<>();
    for (Fields actor : plain.objects("actors")) {
      actors.add(actor(actor));
    }
    int indexStart = Math.min(headEnd + 1, bytes.length);
    int indexEnd = end(bytes, indexStart);
    Index index = index(LightJson.read(bytes, indexStart, indexEnd));
    if (index.ids().length != index.bytes().length) {
      throw new IOException(
          "Checkpoint names %d tasks and has %d lengths of lines"
              .formatted(index.ids().length, index.bytes().length));
    }
    int[] starts = new int[index.ids().length + 1];
    starts[0] = indexEnd + 1;
    for (int i = 0; i < index.ids().length; i++) {
      starts[i + 1] = starts[i] + index.bytes()[i] + 1;
    }
    if (starts[index.ids().length] != Math.max(bytes.length, indexEnd + 1)) {
      throw new IOException(
          "Checkpoint has %d bytes, its index says %d"
              .formatted(bytes.length - from, starts[index.ids().length] - from));
    }
    StoredTasks stored =
        new StoredTasks(
            index.ids(),
            index.unclosed(),
            number -> task(bytes, starts[number], starts[number + 1] - 1, number, actors));
    return plan(head(plain, bytes, from, headEnd), index, stored);
  }

  /**
   * What another release passed over this one may know, and the other way round; who passed nothing
   * over knew all there is.
   */
  private static void checkFold(Fields head) throws IOException {
    long fold = head.number("fold");
    if (fold != PlanFold.RULES) {
      throw new IOException(
          "it was folded by rules %d, this library has %d".formatted(fold, PlanFold.RULES));
    }
    long unknown = head.number("unknown");
    if (unknown > 0 && !head.text("types").equals(EventTypes.fingerprint())) {
      throw new IOException(
          "its writer passed over %d events and knew other types than this library"
              .formatted(unknown));
    }
  }

  private static int end(byte[] bytes, int from) {
    int end = from;
    while (end < bytes.length && bytes[end] != '\n') {
      end++;
    }
    return end;
  }

  /** Few plans have all of it, and its classes take long to load. */
  private static Head head(Fields plain, byte[] bytes, int from, int end) throws IOException {
    for (String list : HEAD_LISTS) {
      if (!plain.objects(list).isEmpty() || !plain.texts(list).isEmpty()) {
        return Json.read(bytes, from, end - from, Head.class);
      }
    }
    return new Head(
        (int) plain.number("fold"),
        plain.number("unknown"),
        plain.text("types"),
        plain.number("version"),
        plain.time("time"),
        plain.text("goal"),
        plain.text("scope"),
        List.of(),
        List.of(),
        Set.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of());
  }

  private static Index index(Fields index) throws IOException {
    Map<String, int[]> children = new HashMap<>();
    for (String parent : index.object("children").values().keySet()) {
      children.put(parent, index.object("children").ints(parent));
    }
    Map<EventId, Integer> criteria = new LinkedHashMap<>();
    for (String id : index.object("criteria").values().keySet()) {
      criteria.put(event(id), (int) index.object("criteria").number(id));
    }
    return new Index(
        index.texts("ids").toArray(String[]::new),
        index.ints("bytes"),
        index.ints("unclosed"),
        children,
        criteria);
  }

  private static Actor actor(Fields actor) {
    return new Actor(
        Actor.Kind.valueOf(actor.text("kind")),
        actor.text("id"),
        actor.text("name"),
        actor.text("role"),
        actor.text("model"),
        actor.text("client"));
  }

  private static Task task(byte[] bytes, int from, int to, int number, List<Actor> actors) {
    try {
      return task(LightJson.read(bytes, from, to), number, actors);
    } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new CorruptDataException(
          "Line %d of a checkpoint is no task this library knows: %s; restore the object from a backup or use a newer release"
              .formatted(number + 3, e.getMessage()),
          e);
    }
  }

  private static Task task(Fields line, int number, List<Actor> actors) throws IOException {
    List<Dependency> dependencies = new ArrayList<>();
    for (Fields one : line.objects("dependencies")) {
      dependencies.add(
          new Dependency(
              DependencyKind.valueOf(one.text("kind")),
              one.text("on"),
              labels(one),
              origin(one.object("origin"), actors)));
    }
    List<Criterion> criteria = new ArrayList<>();
    for (Fields one : line.objects("criteria")) {
      criteria.add(
          new Criterion(
              one.text("text"),
              one.texts("verdicts").stream().map(Verdict::valueOf).toList(),
              events(one.texts("evidence")),
              origin(one.object("origin"), actors)));
    }
    Claim claim = Claim.NONE;
    for (Fields one : line.objects("claim")) {
      claim =
          new Claim(
              line.text("id"),
              one.text("holder"),
              new SessionId(one.text("session")),
              one.time("leaseUntil"),
              one.number("fence"),
              Claim.Standing.valueOf(one.text("standing")));
    }
    return new Task(
        line.text("id"),
        number,
        line.text("title"),
        line.text("description"),
        (int) line.number("priority"),
        line.has("kind") ? line.text("kind") : TaskAdded.KIND_DEFAULT,
        TaskStatus.valueOf(line.text("status")),
        line.texts("resolution").stream().map(Resolution::valueOf).toList(),
        line.text("reason"),
        line.text("assignee"),
        labels(line),
        dependencies,
        criteria,
        events(line.texts("blockers")),
        events(line.texts("questions")),
        claim,
        line.texts("superseded").stream().map(SessionId::new).toList(),
        origin(line.object("added"), actors),
        origin(line.object("changed"), actors));
  }

  private static Map<String, String> labels(Fields of) {
    Fields labels = of.object("labels");
    Map<String, String> sorted = new TreeMap<>();
    labels.values().keySet().forEach(key -> sorted.put(key, labels.text(key)));
    return sorted;
  }

  private static List<EventId> events(List<String> ids) {
    return ids.stream().map(EventId::parse).toList();
  }

  private static EventId event(String id) throws IOException {
    try {
      return EventId.parse(id);
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static Origin origin(Fields by, List<Actor> actors) throws IOException {
    return new Origin(
        event(by.text("id")),
        actors.get((int) by.number("actor")),
        by.time("time"),
        by.number("version"));
  }

  private static PlanState plan(Head head, Index index, StoredTasks stored) {
    TreePMap<Integer, OpenTask> unclosed = TreePMap.empty();
    for (int number : index.unclosed()) {
      unclosed = unclosed.plus(number, new OpenTask(stored, number));
    }
    Map<String, TreePMap<Integer, String>> children = new HashMap<>();
    index
        .children()
        .forEach((parent, numbers) -> {
          TreePMap<Integer, String> some = TreePMap.empty();
          for (int number : numbers) {
            some = some.plus(number, stored.id(number));
          }
          children.put(parent, some);
        });
    HashPMap<EventId, String> criteria = HashTreePMap.empty();
    for (Map.Entry<EventId, Integer> one : index.criteria().entrySet()) {
      criteria = criteria.plus(one.getKey(), stored.id(one.getValue()));
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
        Tasks.of(stored),
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
        offered,
        head.unknown());
  }

  private static <T> Register<T> register(List<T> items, Function<T, Origin> origin) {
    Register<T> register = Register.empty();
    for (T item : items) {
      register = register.plus(origin.apply(item).id(), item);
    }
    return register;
  }
}
