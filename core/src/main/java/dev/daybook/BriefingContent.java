package dev.daybook;

import static dev.daybook.BriefingText.brief;
import static dev.daybook.BriefingText.labelled;
import static dev.daybook.BriefingText.listed;

import dev.daybook.Briefing.Line;
import dev.daybook.Briefing.Section;
import dev.daybook.PlanRecord.Approval;
import dev.daybook.PlanRecord.Claim;
import dev.daybook.PlanRecord.Criterion;
import dev.daybook.PlanRecord.Decision;
import dev.daybook.PlanRecord.Dependency;
import dev.daybook.PlanRecord.HandoffState;
import dev.daybook.PlanRecord.Origin;
import dev.daybook.PlanRecord.Rejection;
import dev.daybook.PlanRecord.Stage;
import dev.daybook.PlanRecord.Task;
import dev.daybook.event.Actor;
import dev.daybook.event.Addressee;
import dev.daybook.event.CallOutcome;
import dev.daybook.event.Entry;
import dev.daybook.event.Envelope;
import dev.daybook.event.EventId;
import dev.daybook.event.FileTouched;
import dev.daybook.event.Handoff;
import dev.daybook.event.PlanEvent.DependencyKind;
import dev.daybook.event.PlanEvent.QuestionAsked.Effect;
import dev.daybook.event.PlanEvent.Subject;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.TestRun;
import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.event.TraceEvent.SessionEnded;
import dev.daybook.internal.entry.ErrorText;
import dev.daybook.internal.entry.Fingerprint;
import dev.daybook.internal.workspace.ByPlace;
import dev.daybook.internal.workspace.View;
import dev.daybook.recall.Filter;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;

/**
 * What a briefing could tell, each section with the most telling first and an end. The plan is in
 * memory, so everything of a kind may be looked at, but only what may be told is put into words; of
 * traces only so many are asked for. For one thread.
 */
final class BriefingContent {
  /** Tasks a briefing is about. */
  private static final int FOCUS_MAX = 4;

  /** Parents above each other; more are not told from a circle. */
  private static final int PARENTS_MAX = 16;

  private static final int FILES_MAX = 24;
  private static final int EVIDENCE_MAX = 12;
  private static final int PAST_HANDOFFS_MAX = 2;
  private static final int HANDOFFS_WITH_FILES_MAX = 2 * Briefing.INBOX_MAX;
  private static final int RELATIONS_MAX = 6;

  /** Traces are read by pages of this many. */
  private static final int PAGE = 24;

  /** If an actor's own calls fill a page, those of others are looked for behind them. */
  private static final int PAGES_MAX = 3;

  private static final int OTHERS_MIN = 6;

  /** Calls near the task below which the newest of the workspace are told too. */
  private static final int NEAR_CALLS_MIN = 6;

  /** Of a section, so many times its lines are put into words, to find repetitions. */
  private static final int LOOKED_AT = 4;

  private static final int HANDOFF_CHARS_MAX = 1_600;
  private static final int PAST_HANDOFF_CHARS_MAX = 600;
  private static final int TASK_CHARS_MAX = 800;
  private static final int LINE_CHARS_MAX = 300;
  private static final int CALL_CHARS_MAX = 480;

  private static final int OWN_TASK = 0;
  private static final int NEAR_TASK = 1;
  private static final int WHOLE_PLAN = 2;
  private static final int FAR = 3;

  private static final DateTimeFormatter MINUTE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm'Z'").withZone(ZoneOffset.UTC);

  private final View view;
  private final PlanRecord plan;
  private final Actor actor;
  private final Set<String> focus = new LinkedHashSet<>();

  /** The tasks above the focus, and those it depends on. */
  private final Set<String> near = new HashSet<>();

  private final List<Task> held;
  private final List<HandoffState> accepted = new ArrayList<>();
  private final List<HandoffState> offered = new ArrayList<>();
  private final List<HandoffState> past = new ArrayList<>();

  /** What the handoffs say to keep to. */
  private final Set<EventId> named = new HashSet<>();

  private final Set<String> files = new LinkedHashSet<>();
  private final Map<Section, List<Told>> told = new EnumMap<>(Section.class);
  private final Map<Section, Integer> totals = new EnumMap<>(Section.class);

  /**
   * A line and how many things it tells.
   *
   * @param line the line
   * @param count at least one
   */
  record Told(Line line, int count) {
    Told again() {
      return new Told(line, count + 1);
    }

    /** With the count in words, if there is one to tell. */
    Told worded() {
      return count == 1
          ? this
          : new Told(line.saying(line.text() + " (" + count + " times)"), count);
    }
  }

  BriefingContent(View view, Actor actor, String task, Instant now) {
    this.view = view;
    this.plan = new PlanRecord(view.plan(), now);
    this.actor = actor;
    this.held = task.isEmpty() ? heldTasks() : plan.task(task).stream().toList();
    if (!task.isEmpty()) {
      focus.add(task);
    }
    held.stream().limit(FOCUS_MAX).map(Task::id).forEach(focus::add);
  }

  /** What could be told, by section; sections that have nothing are missing. */
  Map<Section, List<Told>> told() {
    return told;
  }

  /** How many things each section knows, told or not. */
  Map<Section, Integer> totals() {
    return totals;
  }

  /** The handoffs the actor could accept, the most telling first, not all. */
  List<Handoff> inbox() {
    return offered.stream().limit(Briefing.INBOX_MAX).map(HandoffState::handoff).toList();
  }

  /** Fills the sections. */
  BriefingContent gather() {
    boolean hasTask = !focus.isEmpty();
    gatherHandoffs();
    gatherNear();
    tellGoal();
    tellTasks();
    tellHandoffs();
    tellObstacles();
    tellDecisions();
    if (!hasTask) {
      tellReady();
    }
    gatherFiles();
    tellTraces();
    tellRejections();
    return this;
  }

  /** What the actor holds, then what it is assigned. */
  private List<Task> heldTasks() {
    List<Task> claimed = new ArrayList<>();
    List<Task> assigned = new ArrayList<>();
    for (Task task : plan.unclosed()) {
      if (isHeld(task)) {
        claimed.add(task);
      } else if (task.assignee().equals(actor.id())) {
        assigned.add(task);
      }
    }
    Comparator<Task> urgentFirst = Comparator.comparingInt(Task::priority);
    claimed.sort(urgentFirst);
    assigned.sort(urgentFirst);
    claimed.addAll(assigned);
    return claimed;
  }

  private boolean isHeld(Task task) {
    return task.claim().isLive(plan.at()) && task.claim().holder().equals(actor.id());
  }

  private void gatherHandoffs() {
    offered.addAll(plan.inbox(actor));
    offered.sort(
        Comparator.comparing((HandoffState state) -> !focus.contains(state.handoff().task()))
            .thenComparingInt(state -> nearness(state.handoff().to().kind())));
    boolean fromInbox = focus.isEmpty();
    for (HandoffState state : offered) {
      if (fromInbox && focus.size() < FOCUS_MAX) {
        focus.add(state.handoff().task());
      }
    }
    Set<String> ids = new HashSet<>();
    offered.forEach(state -> ids.add(state.handoff().id()));
    for (HandoffState state : plan.handoffs().values()) {
      if (isUnderWay(state)) {
        accepted.addFirst(state);
      } else if (focus.contains(state.handoff().task()) && !ids.contains(state.handoff().id())) {
        past.addFirst(state);
      }
    }
    current().stream()
        .map(HandoffState::handoff)
        .forEach(handoff -> {
          named.addAll(handoff.decisions());
          named.addAll(handoff.rejected());
          named.addAll(handoff.blockers());
        });
  }

  /**
   * Whether the actor has accepted this and may still work on it. Few report that they are done,
   * but the task says it.
   */
  private boolean isUnderWay(HandoffState state) {
    if (state.stage() != Stage.ACCEPTED || !state.acceptedBy().equals(actor.id())) {
      return false;
    }
    return plan.task(state.handoff().task())
        .filter(task -> !task.isClosed())
        .filter(task ->
            state.handoff().kind() != Handoff.Kind.CONTINUE
                || !task.claim().isLive(plan.at())
                || isHeld(task))
        .isPresent();
  }

  /**
   * What is under way on the tasks at hand, then what is offered, then what is under way elsewhere.
   */
  private List<HandoffState> current() {
    List<HandoffState> current = new ArrayList<>(accepted.stream().filter(this::isAtHand).toList());
    offered.stream().limit(Briefing.INBOX_MAX).forEach(current::add);
    accepted.stream().filter(state -> !isAtHand(state)).forEach(current::add);
    return current;
  }

  private boolean isAtHand(HandoffState state) {
    return focus.contains(state.handoff().task());
  }

  private static int nearness(Addressee.Kind kind) {
    return switch (kind) {
      case AGENT, HUMAN -> 0;
      case ROLE -> 1;
      case ANYONE -> 2;
    };
  }

  private void gatherNear() {
    List<String> above = List.copyOf(focus);
    for (int level = 0; level < PARENTS_MAX && !above.isEmpty(); level++) {
      List<String> next = new ArrayList<>();
      for (String id : above) {
        for (Task task : plan.task(id).stream().toList()) {
          for (Dependency dependency : task.dependencies()) {
            boolean isParent = dependency.kind() == DependencyKind.PARENT_CHILD;
            if ((isParent || level == 0) && near.add(dependency.on()) && isParent) {
              next.add(dependency.on());
            }
          }
        }
      }
      above = next;
    }
  }

  private int distance(String task) {
    if (focus.contains(task)) {
      return OWN_TASK;
    }
    return task.isEmpty() ? WHOLE_PLAN : near.contains(task) ? NEAR_TASK : FAR;
  }

  /** Whether this is worth telling; what belongs to other tasks is to who has a task only noise. */
  private boolean concerns(String task) {
    return focus.isEmpty() || distance(task) < FAR;
  }

  /** Nearest first, of those the newest. */
  private <T> List<T> ranked(List<T> oldestFirst, ToIntFunction<T> distance) {
    List<T> ranked = new ArrayList<>(oldestFirst.reversed());
    ranked.sort(Comparator.comparingInt(distance));
    return ranked;
  }

  private <T> void tell(Section section, List<T> ranked, Function<T, Line> inWords) {
    tell(section, ranked, inWords, item -> "");
  }

  /**
   * Puts the first into words; those of equal keys, or without keys of equal words, count as one.
   */
  private <T> void tell(
      Section section, List<T> ranked, Function<T, Line> inWords, Function<T, String> key) {
    Map<String, Told> lines = new LinkedHashMap<>();
    int lookedAt = Math.min(ranked.size(), LOOKED_AT * section.linesMax());
    for (T item : ranked.subList(0, lookedAt)) {
      String same = key.apply(item);
      if (same.isEmpty()) {
        Line line = inWords.apply(item);
        tell(section, lines, line.text(), () -> line);
      } else {
        tell(section, lines, same, () -> inWords.apply(item));
      }
    }
    if (!lines.isEmpty()) {
      told.put(section, lines.values().stream().map(Told::worded).toList());
      totals.put(section, ranked.size());
    }
  }

  private static void tell(
      Section section, Map<String, Told> lines, String by, Supplier<Line> inWords) {
    Told before = lines.get(by);
    if (before != null) {
      lines.put(by, before.again());
    } else if (lines.size() < section.linesMax()) {
      lines.put(by, new Told(inWords.get(), 1));
    }
  }

  private static Line line(Section section, Origin origin, String text, int charsMax) {
    return new Line(section, origin.id(), origin.time(), origin.actor(), brief(text, charsMax));
  }

  private static Line line(Section section, Origin origin, String text) {
    return line(section, origin, text, LINE_CHARS_MAX);
  }

  private static Line line(Section section, Entry entry, String text) {
    return new Line(section, entry.id(), entry.time(), entry.actor(), brief(text, CALL_CHARS_MAX));
  }

  private static String words(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private void tellGoal() {
    tell(
        Section.GOAL,
        plan.goalOrigin().stream().toList(),
        origin ->
            line(
                Section.GOAL,
                origin,
                "goal: " + brief(plan.goal(), 300) + labelled("; scope: ", plan.scope(), 300),
                TASK_CHARS_MAX));
    tell(
        Section.CONSTRAINT,
        ranked(plan.constraints(), one -> 0),
        one -> line(Section.CONSTRAINT, one.origin(), "must: " + brief(one.text(), 260)));
  }

  private void tellTasks() {
    List<Line> lines = new ArrayList<>();
    List<Line> relations = new ArrayList<>();
    List<Line> criteria = new ArrayList<>();
    List<Task> tasks = focus.stream().flatMap(id -> plan.task(id).stream()).toList();
    for (Task task : tasks) {
      lines.add(ofTask(task));
      relations.addAll(relations(task));
      for (Criterion criterion : task.criteria()) {
        criteria.add(
            line(
                Section.CRITERION,
                criterion.origin(),
                brief(task.id(), 60)
                    + (criterion.isMet()
                        ? " meets: "
                        : criterion.verdicts().isEmpty()
                            ? " must meet (nobody looked): "
                            : " must meet (" + words(criterion.verdicts().getFirst()) + "): ")
                    + brief(criterion.text(), 220)));
      }
    }
    Set<EventId> met = new HashSet<>();
    for (Task task : tasks) {
      task.criteria().stream()
          .filter(Criterion::isMet)
          .forEach(criterion -> met.add(criterion.origin().id()));
    }
    criteria.sort(Comparator.comparing((Line one) -> met.contains(one.event())));
    tell(Section.CRITERION, criteria, Function.identity());
    lines.addAll(relations);
    tell(Section.TASK, lines, Function.identity());
    if (held.size() > FOCUS_MAX) {
      totals.merge(Section.TASK, held.size() - FOCUS_MAX, Integer::sum);
    }
  }

  private Line ofTask(Task task) {
    StringBuilder text =
        new StringBuilder("task ").append(brief(task.id(), 60)).append(' ').append(task.status());
    task.resolution().forEach(how -> text.append(" (").append(words(how)).append(')'));
    if (task.priority() != TaskAdded.PRIORITY_DEFAULT) {
      text.append(", priority ").append(task.priority());
    }
    if (!task.kind().equals(TaskAdded.KIND_DEFAULT)) {
      text.append(", ").append(brief(task.kind(), 40));
    }
    text.append(claim(task));
    text.append(": ").append(brief(task.title(), 200));
    text.append(labelled("; ", task.description(), 400));
    text.append(labelled("; last: ", task.reason(), 120));
    return line(Section.TASK, task.changed(), text.toString(), TASK_CHARS_MAX);
  }

  private String claim(Task task) {
    Claim claim = task.claim();
    String holder = claim.holder().equals(actor.id()) ? "you" : brief(claim.holder(), 60);
    if (claim.isLive(plan.at())) {
      return ", claimed by " + holder + " until " + MINUTE.format(claim.leaseUntil());
    }
    if (claim.standing() == Claim.Standing.HELD) {
      return ", the lease of " + holder + " ran out " + MINUTE.format(claim.leaseUntil());
    }
    return task.assignee().isEmpty() || task.isClosed()
        ? ""
        : ", assigned to "
            + (task.assignee().equals(actor.id()) ? "you" : brief(task.assignee(), 60));
  }

  /** What the task is a part of, what it waits for, and what else it has to do with. */
  private List<Line> relations(Task task) {
    List<Line> lines = new ArrayList<>();
    List<Dependency> dependencies = new ArrayList<>(task.dependencies());
    dependencies.sort(Comparator.comparingInt(this::rank));
    for (Dependency dependency : dependencies.stream().limit(RELATIONS_MAX).toList()) {
      lines.add(
          line(
              Section.TASK,
              dependency.origin(),
              brief(task.id(), 60) + relation(dependency) + other(dependency.on())));
    }
    plan.children(task.id()).stream()
        .filter(child -> !child.isClosed())
        .limit(RELATIONS_MAX)
        .forEach(child ->
            lines.add(
                line(
                    Section.TASK,
                    child.added(),
                    brief(task.id(), 60) + " waits for its part " + other(child.id()))));
    return lines;
  }

  private int rank(Dependency dependency) {
    boolean isOpen = plan.task(dependency.on()).filter(Task::isClosed).isEmpty();
    return switch (dependency.kind()) {
      case PARENT_CHILD -> 0;
      case BLOCKS -> isOpen ? 1 : 2;
      default -> 3;
    };
  }

  private String relation(Dependency dependency) {
    boolean isClosed = plan.task(dependency.on()).filter(Task::isClosed).isPresent();
    return switch (dependency.kind()) {
      case PARENT_CHILD -> " is part of ";
      case BLOCKS -> isClosed ? " follows " : " waits for ";
      case RELATED -> " is related to ";
      case DISCOVERED_FROM -> " was found in ";
      case DUPLICATES -> " duplicates ";
      case SUPERSEDES -> " supersedes ";
      case CAUSED_BY -> " was caused by ";
      case VALIDATES -> " validates ";
    };
  }

  private String other(String id) {
    return brief(id, 60)
        + plan.task(id)
            .map(task -> " (" + task.status() + "): " + brief(task.title(), 140))
            .orElse(", which the plan does not know");
  }

  private void tellReady() {
    List<Task> ready =
        plan.ready().stream()
            .filter(task -> task.assignee().isEmpty() || task.assignee().equals(actor.id()))
            .filter(task -> !focus.contains(task.id()))
            .toList();
    tell(
        Section.READY,
        ready,
        task ->
            line(
                Section.READY,
                task.added(),
                "ready: "
                    + brief(task.id(), 60)
                    + ", priority "
                    + task.priority()
                    + ": "
                    + brief(task.title(), 160)));
  }

  private void tellHandoffs() {
    List<HandoffState> all = new ArrayList<>(current());
    offered.stream().skip(Briefing.INBOX_MAX).forEach(all::add);
    all.addAll(past.subList(0, Math.min(past.size(), PAST_HANDOFFS_MAX)));
    int present = accepted.size() + offered.size();
    Set<HandoffState> before = new HashSet<>(all.subList(present, all.size()));
    tell(
        Section.HANDOFF,
        all,
        state ->
            line(
                Section.HANDOFF,
                state.origin(),
                ofHandoff(state),
                before.contains(state) ? PAST_HANDOFF_CHARS_MAX : HANDOFF_CHARS_MAX),
        state -> state.handoff().id());
  }

  /** What must not be missed comes first, since a line may be cut at its end. */
  private String ofHandoff(HandoffState state) {
    Handoff handoff = state.handoff();
    StringBuilder text = new StringBuilder("handoff");
    if (handoff.kind() != Handoff.Kind.CONTINUE) {
      text.append(" to ").append(words(handoff.kind()));
    }
    text.append(" of ").append(brief(handoff.task(), 60));
    text.append(" from ").append(brief(handoff.from(), 60));
    Stage stage = state.stageAt(plan.at());
    if (stage != Stage.OFFERED) {
      text.append(" (").append(words(stage));
      String by = state.acceptedBy().equals(actor.id()) ? "you" : state.acceptedBy();
      text.append(labelled(" by ", by, 60));
      text.append(labelled(": ", state.remark(), 200)).append(')');
    }
    text.append(": ").append(brief(handoff.summary(), 280));
    text.append(listed("; BUT the traces contradict it: ", state.contradictions(), 4, 160));
    text.append(labelled("; next: ", handoff.nextAction(), 200));
    text.append(listed("; open questions: ", handoff.questions(), 4, 160));
    text.append(listed("; careful: ", handoff.dangerZones(), 4, 120));
    text.append(listed("; left: ", handoff.remaining(), 5, 120));
    text.append(
        listed("; tests: ", handoff.tests().stream().map(BriefingContent::ofRun).toList(), 3, 200));
    text.append(
        listed("; files: ", handoff.files().stream().map(FileTouched::path).toList(), 8, 80));
    text.append(listed("; done: ", handoff.done(), 5, 120));
    text.append(listed("; results: ", handoff.artifacts(), 3, 120));
    if (stage == Stage.OFFERED && !handoff.expiresAt().equals(Instant.MAX)) {
      text.append("; expires ").append(handoff.expiresAt());
    }
    return text.toString();
  }

  private static String ofRun(TestRun run) {
    return brief(run.command(), 80)
        + ": "
        + run.passed()
        + " passed, "
        + run.failed()
        + " failed"
        + (run.failing().isEmpty() ? "" : " (" + listed("", run.failing(), 3, 60) + ")");
  }

  /** Blockers, questions, approvals, and what was wrongly taken to be true. */
  private void tellObstacles() {
    tell(
        Section.BLOCKER,
        ranked(
            plan.openBlockers().stream()
                .filter(one -> named.contains(one.origin().id()) || concerns(one.task()))
                .toList(),
            one -> named.contains(one.origin().id()) ? OWN_TASK : distance(one.task())),
        one ->
            line(
                Section.BLOCKER,
                one.origin(),
                "blocks " + brief(one.task(), 60) + ": " + brief(one.text(), 220)));
    tell(
        Section.QUESTION,
        ranked(
            plan.openQuestions().stream().filter(one -> concerns(one.asked().task())).toList(),
            one -> distance(one.asked().task())),
        one ->
            line(
                Section.QUESTION,
                one.origin(),
                "open"
                    + labelled(" on ", one.asked().task(), 60)
                    + (one.asked().effect() == Effect.TASK_WAITS ? ", which waits: " : ": ")
                    + brief(one.asked().question(), 220)));
    tellApprovals();
    tell(
        Section.ASSUMPTION,
        ranked(
            plan.assumptions().stream()
                .filter(one -> !one.stands() && concerns(one.task()))
                .toList(),
            one -> distance(one.task())),
        one ->
            line(
                Section.ASSUMPTION,
                one.origin(),
                "wrongly assumed"
                    + labelled(" on ", one.task(), 60)
                    + ": "
                    + brief(one.text(), 130)
                    + labelled("; in fact: ", String.join("", one.invalidated()), 130)));
  }

  private void tellApprovals() {
    List<Approval> pending = plan.pendingApprovals();
    Map<String, Decision> decisions = new HashMap<>();
    if (pending.stream().anyMatch(approval -> approval.subject() == Subject.DECISION)) {
      plan.decisions().forEach(one -> decisions.put(one.origin().id().toString(), one));
    }
    List<Approval> approvals =
        new ArrayList<>(
            pending.stream()
                .filter(approval -> isNamed(approval) || concerns(taskOf(approval, decisions)))
                .toList());
    for (String id : focus) {
      plan.approval(Subject.TASK, id)
          .filter(approval -> approval.standing() == Approval.Standing.DENIED)
          .ifPresent(approvals::add);
    }
    tell(
        Section.APPROVAL,
        ranked(approvals, approval -> distance(taskOf(approval, decisions))),
        approval ->
            line(
                Section.APPROVAL,
                approval.origin(),
                (approval.standing() == Approval.Standing.DENIED
                        ? "not approved: "
                        : "waits for approval: ")
                    + (approval.subject() == Subject.TASK
                        ? "task " + brief(approval.id(), 60)
                        : "decision "
                            + (decisions.containsKey(approval.id())
                                ? "to " + brief(decisions.get(approval.id()).made().chosen(), 120)
                                : approval.id()))
                    + labelled("; ", approval.remark(), 120)));
  }

  private boolean isNamed(Approval approval) {
    return approval.subject() == Subject.DECISION
        && named.stream().anyMatch(id -> id.toString().equals(approval.id()));
  }

  private static String taskOf(Approval approval, Map<String, Decision> decisions) {
    return approval.subject() == Subject.TASK
        ? approval.id()
        : Optional.ofNullable(decisions.get(approval.id()))
            .map(decision -> decision.made().task())
            .orElse("");
  }

  private void tellDecisions() {
    tell(
        Section.DECISION,
        ranked(
            plan.decisionsInForce().stream()
                .filter(one -> named.contains(one.origin().id()) || concerns(one.made().task()))
                .toList(),
            one -> named.contains(one.origin().id()) ? OWN_TASK : distance(one.made().task())),
        one ->
            line(
                Section.DECISION,
                one.origin(),
                "decided"
                    + labelled(" on ", one.made().task(), 60)
                    + ": "
                    + brief(one.made().chosen(), 150)
                    + labelled(", because ", one.made().rationale(), 110)));
  }

  private void tellRejections() {
    Set<EventId> touching = new HashSet<>();
    for (String file : files) {
      plan.rejectedFor(file).forEach(rejection -> touching.add(rejection.origin().id()));
    }
    ToIntFunction<Rejection> distance =
        one ->
            named.contains(one.origin().id()) || touching.contains(one.origin().id())
                ? OWN_TASK
                : distance(one.approach().task());
    tell(
        Section.REJECTED,
        ranked(plan.rejected(), distance),
        one ->
            line(
                Section.REJECTED,
                one.origin(),
                "rejected: "
                    + brief(one.approach().approach(), 130)
                    + labelled(", because ", one.approach().reason(), 120)));
  }

  /** The files of the handoffs, of what was rejected on the task, and of the task's calls. */
  private void gatherFiles() {
    Stream.of(current(), past)
        .flatMap(some -> some.stream().limit(HANDOFFS_WITH_FILES_MAX))
        .filter(state -> isAtHand(state) || state.stage() == Stage.ACCEPTED || focus.isEmpty())
        .map(HandoffState::handoff)
        .forEach(handoff ->
            handoff.files().forEach(file -> addFile(file.path(), handoff.vcs().worktree())));
    for (Rejection rejection : plan.rejected().reversed()) {
      if (focus.contains(rejection.approach().task())) {
        rejection.approach().paths().forEach(path -> addFile(path, ""));
      }
    }
  }

  /** A filter takes paths as globs, so a path with a wildcard would stand for others too. */
  private void addFile(String given, String worktree) {
    String path = ByPlace.plain(given, worktree);
    if (files.size() < FILES_MAX && path.indexOf('*') < 0 && path.indexOf('?') < 0) {
      files.add(path);
    }
  }

  private void tellTraces() {
    Map<EventId, Entry> close = new LinkedHashMap<>();
    Set<EventId> evidence = new LinkedHashSet<>();
    current().stream()
        .flatMap(state -> state.handoff().evidence().stream())
        .distinct()
        .limit(EVIDENCE_MAX)
        .forEach(evidence::add);
    addAll(close, view.load(List.copyOf(evidence)));
    Filter calls = Filter.any().stream(Envelope.Stream.TRACE).type("ToolCall");
    if (!focus.isEmpty()) {
      Filter ofTasks = calls.task(focus.toArray(String[]::new));
      addAll(close, newest(ofTasks.failures()));
      List<Entry> newest = newest(withoutFailures(ofTasks));
      addAll(close, newest);
      newest.forEach(entry -> {
        if (entry.event() instanceof ToolCall call) {
          String worktree = entry.envelope().vcs().worktree();
          call.filesWritten().forEach(path -> addFile(path, worktree));
        }
      });
    }
    if (!files.isEmpty()) {
      Filter ofFiles = calls.path(files.toArray(String[]::new));
      addAll(close, newest(ofFiles.failures()));
      addAll(close, newest(withoutFailures(ofFiles)));
    }
    Map<EventId, Entry> all = new LinkedHashMap<>(close);
    if (close.size() < NEAR_CALLS_MIN) {
      addAll(all, view.newest(calls.failures(), PAGE));
      addAll(all, view.newest(withoutFailures(calls), PAGE));
    }
    tellCalls(List.copyOf(all.values()), close.keySet(), evidence);
    tellNotes(List.copyOf(close.values()));
  }

  private static Filter withoutFailures(Filter calls) {
    return calls.outcome(CallOutcome.OK, CallOutcome.UNKNOWN);
  }

  private static void addAll(Map<EventId, Entry> entries, List<Entry> more) {
    more.forEach(entry -> entries.putIfAbsent(entry.id(), entry));
  }

  /** The newest, so many that others have a part in it, if they can be found behind one's own. */
  private List<Entry> newest(Filter filter) {
    List<Entry> newest = new ArrayList<>();
    EventId after = EventId.NONE;
    for (int page = 0; page < PAGES_MAX; page++) {
      List<Entry> more = view.find(filter, after, PAGE);
      newest.addAll(more);
      if (more.size() < PAGE || newest.stream().filter(this::isOthers).count() >= OTHERS_MIN) {
        break;
      }
      after = more.getLast().id();
    }
    return newest;
  }

  private boolean isOthers(Entry entry) {
    return !entry.actor().id().equals(actor.id());
  }

  private void tellCalls(List<Entry> entries, Set<EventId> close, Set<EventId> evidence) {
    List<Entry> calls =
        new ArrayList<>(
            entries.stream().filter(entry -> entry.event() instanceof ToolCall).toList());
    calls.sort(
        Comparator.comparing((Entry entry) -> !evidence.contains(entry.id()))
            .thenComparing(entry -> !close.contains(entry.id()))
            .thenComparing(entry -> !isOthers(entry))
            .thenComparing(Entry::id, Comparator.reverseOrder()));
    Map<String, EventId> wentWell = new HashMap<>();
    for (Entry entry : calls) {
      if (entry.event() instanceof ToolCall call && call.outcome() == CallOutcome.OK) {
        wentWell.merge(sameCall(call), entry.id(), (a, b) -> a.compareTo(b) > 0 ? a : b);
      }
    }
    tell(
        Section.FAILURE,
        calls.stream().filter(entry -> call(entry).outcome().isFailure()).toList(),
        entry -> line(Section.FAILURE, entry, ofFailure(entry, wentWell)),
        entry -> sameFailure(call(entry)));
    tell(
        Section.CALL,
        calls.stream().filter(entry -> !call(entry).outcome().isFailure()).toList(),
        entry -> line(Section.CALL, entry, ofCall(call(entry))),
        entry -> sameCall(call(entry)));
  }

  private static ToolCall call(Entry entry) {
    return (ToolCall) entry.event();
  }

  private static String sameCall(ToolCall call) {
    return call.tool() + " " + Fingerprint.ofArguments(call.arguments());
  }

  private static String sameFailure(ToolCall call) {
    String fingerprint = Fingerprint.ofError(ErrorText.of(call));
    return fingerprint.isEmpty() ? sameCall(call) + " " + call.outcome() : fingerprint;
  }

  private static String ofFailure(Entry entry, Map<String, EventId> wentWell) {
    ToolCall call = call(entry);
    EventId well = wentWell.getOrDefault(sameCall(call), EventId.NONE);
    return "failed: "
        + called(call)
        + ", because "
        + brief(ErrorText.reason(call), 200)
        + (well.compareTo(entry.id()) > 0 ? "; later it went well" : "");
  }

  private static String ofCall(ToolCall call) {
    return (call.outcome() == CallOutcome.OK ? "went well: " : "end not recorded: ")
        + called(call)
        + listed("; changed ", call.filesWritten(), 3, 60);
  }

  private static String called(ToolCall call) {
    return brief(call.tool(), 40)
        + labelled(" ", call.arguments(), 140)
        + labelled(", trying to ", call.approach(), 80);
  }

  /** Notes of the plan and what was observed on the task, or else how the last sessions ended. */
  private void tellNotes(List<Entry> evidence) {
    Filter said = Filter.any().stream(Envelope.Stream.TRACE);
    List<Entry> observed = new ArrayList<>();
    evidence.stream().filter(entry -> entry.event() instanceof Observation).forEach(observed::add);
    observed.addAll(
        view.newest(
            focus.isEmpty()
                ? said.type("SessionEnded")
                : said.type("Observation", "SessionEnded").task(focus.toArray(String[]::new)),
            Section.NOTE.linesMax()));
    List<Remark> remarks = new ArrayList<>();
    for (PlanRecord.Note note : plan.notes()) {
      if (concerns(note.note().task())) {
        remarks.add(
            new Remark(
                distance(note.note().task()),
                note.origin().id(),
                () ->
                    line(
                        Section.NOTE,
                        note.origin(),
                        "note"
                            + labelled(" on ", note.note().task(), 60)
                            + ": "
                            + brief(note.note().text(), 240))));
      }
    }
    for (Entry entry : observed.stream().distinct().toList()) {
      String text = ofRemark(entry);
      if (!text.isEmpty()) {
        remarks.add(
            new Remark(OWN_TASK, entry.id(), () -> line(Section.NOTE, entry, brief(text, 280))));
      }
    }
    remarks.sort(
        Comparator.comparingInt(Remark::distance)
            .thenComparing(Remark::event, Comparator.reverseOrder()));
    tell(Section.NOTE, remarks, remark -> remark.inWords().get());
  }

  /**
   * Something said.
   *
   * @param distance how near
   * @param event the event
   * @param inWords makes its line
   */
  private record Remark(int distance, EventId event, Supplier<Line> inWords) {}

  private static String ofRemark(Entry entry) {
    return switch (entry.event()) {
      case Observation observation -> "observed: " + brief(observation.text(), 240);
      case SessionEnded ended ->
          ended.summary().isBlank()
              ? ""
              : "session ended, " + words(ended.resolution()) + ": " + brief(ended.summary(), 220);
      default -> "";
    };
  }
}
