package dev.daybook.mcp.server;

import dev.daybook.PlanRecord;
import dev.daybook.event.PlanEvent.Subject;
import dev.daybook.mcp.server.Tool.Answer;
import dev.daybook.mcp.server.Tool.Effect;
import dev.daybook.mcp.server.Views.Said;
import dev.daybook.mcp.server.Views.TaskView;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The tools that show the plan and its tasks. */
final class PlanReadTools {
  private PlanReadTools() {}

  static List<Tool<?, ?>> all() {
    return List.of(
        new Tool<>(
            "plan_show",
            "Show the plan",
            "The shared plan: goal, constraints, tasks and what holds them up, decisions in force,"
                + " rejected approaches, open questions, blockers and approvals. Given a task, all"
                + " about that one, with the event ids that other tools ask for.",
            Effect.READS,
            PlanInput.class,
            PlanAnswer.class,
            PlanReadTools::planShow),
        new Tool<>(
            "task_ready",
            "Tasks that are ready",
            "The tasks that could be claimed now, the most urgent first. To take one, call"
                + " task_claim.",
            Effect.READS,
            ReadyInput.class,
            ReadyAnswer.class,
            PlanReadTools::taskReady));
  }

  /** Which tasks are shown. */
  enum Which {
    UNCLOSED,
    READY,
    HELD_UP,
    CLOSED,
    ALL
  }

  record PlanInput(
      @Field(value = "one task, to see all about it", byDefault = "", max = 200) String task,
      @Field(value = "which tasks to list", byDefault = "UNCLOSED") Which which,
      @Field(
              value = "at most so many tasks, or criteria of the one task, a page",
              byDefault = "30",
              min = 1,
              max = 200)
          int limit,
      @Field(value = Desk.CURSOR, byDefault = "", max = 500) String cursor) {}

  record Detail(
      @Field("the task") TaskView summary,
      @Field(value = "its description", byDefault = "") String description,
      @Field(value = "the reason of its last change of status", byDefault = "") String reason,
      @Field(value = "what it depends on, as kind and task", byDefault = "")
          List<String> dependencies,
      @Field(value = "its children", byDefault = "") List<String> children,
      @Field(
              value =
                  "what must hold before it can be closed as SUCCEEDED; more says MET or NOT_MET",
              byDefault = "")
          List<Said> criteria,
      @Field(value = "its approval by a person, if one is needed", byDefault = "") String approval,
      @Field(value = "labels, as key=value", byDefault = "") List<String> labels) {
    /** Nothing but the task. */
    static Detail of(TaskView summary) {
      return new Detail(summary, "", "", List.of(), List.of(), List.of(), "", List.of());
    }

    Detail criteria(List<Said> page) {
      return new Detail(
          summary, description, reason, dependencies, children, page, approval, labels);
    }
  }

  record PlanAnswer(
      @Field("the plan version this was read from") long version,
      @Field(value = "what the whole plan is for", byDefault = "") String goal,
      @Field(value = "what belongs to it and what does not", byDefault = "") String scope,
      @Field(value = "what the whole work must keep to", byDefault = "") List<String> constraints,
      @Field("how many tasks there are") int tasksInAll,
      @Field("how many of them are not closed") int tasksUnclosed,
      @Field(value = "all about the task that was asked for", byDefault = "") List<Detail> detail,
      @Field(value = "the tasks of this page", byDefault = "") List<TaskView> tasks,
      @Field(value = "decisions in force, the newest first", byDefault = "") List<Said> decisions,
      @Field(value = "approaches not to be tried again, the newest first", byDefault = "")
          List<Said> rejected,
      @Field(value = "open questions", byDefault = "") List<Said> questions,
      @Field(value = "open blockers", byDefault = "") List<Said> blockers,
      @Field(value = "approvals that a person is asked for", byDefault = "") List<Said> approvals,
      @Field(value = "the newest notes", byDefault = "") List<Said> notes,
      @Field(value = "cursor of the next page of tasks or criteria", byDefault = "")
          String nextCursor) {}

  private static final int SAID_MAX = 8;

  private static Answer<PlanAnswer> planShow(Desk desk, PlanInput input) {
    if (!input.task().isEmpty()) {
      return ofTask(desk, input);
    }
    String asked = "plan_show " + input.which();
    Desk.Place place = desk.place(input.cursor(), asked);
    PlanRecord plan = place.plan();
    Set<String> ready = readyOf(plan);
    List<PlanRecord.Task> all = chosen(plan, input.which());
    boolean isFirst = place.isFirst();
    List<TaskView> page =
        (isFirst ? desk.halfRoom() : desk.room())
            .fill(place.rest(all), input.limit(), task -> Views.task(plan, ready, task));
    String next = desk.next(asked, place, page.size(), all.size());
    Newest newest = new Newest(desk);
    // What waits for somebody comes first, since other tools ask for its ids.
    List<Said> blockers = isFirst ? newest.blockers(plan.openBlockers()) : List.of();
    List<Said> questions = isFirst ? newest.questions(plan.openQuestions()) : List.of();
    List<Said> approvals = isFirst ? newest.approvals(plan.pendingApprovals()) : List.of();
    PlanAnswer answer =
        new PlanAnswer(
            plan.version(),
            isFirst ? Texts.cut(plan.goal(), 1_000, "") : "",
            isFirst ? Texts.cut(plan.scope(), 1_000, "") : "",
            isFirst ? constraints(plan) : List.of(),
            plan.tasks().size(),
            plan.unclosed().size(),
            List.of(),
            page,
            isFirst ? newest.decisions(plan.decisionsInForce()) : List.of(),
            isFirst ? newest.rejected(plan.rejected()) : List.of(),
            questions,
            blockers,
            approvals,
            List.of(),
            next);
    return new Answer<>(
        "Plan version %,d: %s, %,d of them not closed, %,d ready; %,d of %,d chosen tasks on this page.%s%s"
            .formatted(
                plan.version(),
                Texts.count(plan.tasks().size(), "task"),
                plan.unclosed().size(),
                ready.size(),
                page.size(),
                all.size(),
                newest.leftOut(),
                Desk.more(next)),
        answer);
  }

  private static Set<String> readyOf(PlanRecord plan) {
    return plan.ready().stream().map(PlanRecord.Task::id).collect(Collectors.toSet());
  }

  private static List<String> constraints(PlanRecord plan) {
    return Views.some(plan.constraints().stream().map(PlanRecord.Constraint::text).toList());
  }

  private static List<PlanRecord.Task> chosen(PlanRecord plan, Which which) {
    return switch (which) {
      case UNCLOSED -> plan.unclosed();
      case READY -> plan.ready();
      case HELD_UP -> plan.blocked().stream().map(PlanRecord.Blocked::task).toList();
      case CLOSED -> plan.tasks().values().stream().filter(PlanRecord.Task::isClosed).toList();
      case ALL -> List.copyOf(plan.tasks().values());
    };
  }

  /** All about a task; its criteria go on for as many pages as they need. */
  private static Answer<PlanAnswer> ofTask(Desk desk, PlanInput input) {
    String asked = "plan_show task " + input.task();
    Desk.Place place = desk.place(input.cursor(), asked);
    PlanRecord plan = place.plan();
    PlanRecord.Task task = desk.task(plan, input.task());
    boolean isFirst = place.isFirst();
    Newest newest = new Newest(desk);
    List<Said> blockers = List.of();
    List<Said> questions = List.of();
    List<Said> approvals = List.of();
    if (isFirst) {
      blockers = newest.blockers(belonging(task, plan.openBlockers(), PlanRecord.Blocker::task));
      questions =
          newest.questions(belonging(task, plan.openQuestions(), one -> one.asked().task()));
      approvals =
          newest.approvals(belonging(task, plan.pendingApprovals(), PlanRecord.Approval::id));
    }
    Detail detail = isFirst ? detail(plan, task) : Detail.of(Views.task(plan, readyOf(plan), task));
    List<Said> criteria =
        (isFirst ? desk.halfRoom() : desk.room())
            .beside(detail)
            .fill(place.rest(task.criteria()), input.limit(), one -> criterion(desk, one));
    String next = desk.next(asked, place, criteria.size(), task.criteria().size());
    int more = task.criteria().size() - place.offset() - criteria.size();
    PlanAnswer answer =
        new PlanAnswer(
            plan.version(),
            isFirst ? Texts.cut(plan.goal(), 400, "") : "",
            "",
            isFirst ? constraints(plan) : List.of(),
            plan.tasks().size(),
            plan.unclosed().size(),
            List.of(detail.criteria(criteria)),
            List.of(),
            isFirst ? newest.decisions(plan.decisionsFor(task.id())) : List.of(),
            isFirst ? newest.rejected(plan.rejectedFor(task.id())) : List.of(),
            questions,
            blockers,
            approvals,
            isFirst
                ? newest.notes(belonging(task, plan.notes(), one -> one.note().task()))
                : List.of(),
            next);
    return new Answer<>(
        "One task of plan version %,d.%s%s%s"
            .formatted(
                plan.version(),
                newest.leftOut(),
                more <= 0 ? "" : " %,d more of its criteria are on the next pages.".formatted(more),
                Desk.more(next)),
        answer);
  }

  private static <T> List<T> belonging(
      PlanRecord.Task task, List<T> all, Function<T, String> taskOf) {
    return all.stream().filter(one -> taskOf.apply(one).equals(task.id())).toList();
  }

  private static Said criterion(Desk desk, PlanRecord.Criterion one) {
    return Views.said(
        desk,
        one.origin(),
        one.text(),
        one.verdicts().isEmpty() ? "not checked" : one.verdicts().getFirst().name(),
        "");
  }

  private static Detail detail(PlanRecord plan, PlanRecord.Task task) {
    return new Detail(
        Views.task(plan, readyOf(plan), task),
        Texts.cut(task.description(), 6_000, "ask timeline with event " + task.added().id()),
        Texts.cut(task.reason(), 600, ""),
        Views.some(task.dependencies().stream().map(one -> one.kind() + " " + one.on()).toList()),
        Views.some(
            plan.children(task.id()).stream()
                .map(child -> child.id() + " " + child.status())
                .toList()),
        List.of(),
        plan.approval(Subject.TASK, task.id())
            .map(approval ->
                approval.standing()
                    + (approval.remark().isEmpty()
                        ? ""
                        : ": " + Texts.cut(approval.remark(), 600, "")))
            .orElse(""),
        Views.some(
            task.labels().entrySet().stream()
                .map(label -> label.getKey() + "=" + label.getValue())
                .toList()));
  }

  /** The newest of several lists, which share half an answer; says how many it left out. */
  private static final class Newest {
    private final Desk desk;
    private final Room room;
    private final List<String> leftOut = new ArrayList<>();

    Newest(Desk desk) {
      this.desk = desk;
      this.room = desk.halfRoom();
    }

    private <T> List<Said> of(String what, List<T> all, Function<T, Said> said) {
      List<Said> newest = room.fill(all.reversed(), SAID_MAX, said);
      if (newest.size() < all.size()) {
        leftOut.add("%,d %s".formatted(all.size() - newest.size(), what));
      }
      return newest;
    }

    /** For a headline. */
    String leftOut() {
      return leftOut.isEmpty()
          ? ""
          : " Not shown for want of room: %s; plan_show with a task shows that task's, recall finds the others."
              .formatted(String.join(", ", leftOut));
    }

    List<Said> decisions(List<PlanRecord.Decision> all) {
      return of(
          "decisions",
          all,
          one ->
              Views.said(
                  desk,
                  one.origin(),
                  one.made().chosen(),
                  one.made().rationale(),
                  one.made().task()));
    }

    List<Said> rejected(List<PlanRecord.Rejection> all) {
      return of(
          "rejected approaches",
          all,
          one ->
              Views.said(
                  desk,
                  one.origin(),
                  one.approach().approach(),
                  one.approach().reason(),
                  one.approach().task()));
    }

    List<Said> questions(List<PlanRecord.Question> all) {
      return of(
          "open questions",
          all,
          one ->
              Views.said(
                  desk,
                  one.origin(),
                  one.asked().question(),
                  one.asked().effect().name(),
                  one.asked().task()));
    }

    List<Said> blockers(List<PlanRecord.Blocker> all) {
      return of(
          "open blockers", all, one -> Views.said(desk, one.origin(), one.text(), "", one.task()));
    }

    List<Said> approvals(List<PlanRecord.Approval> all) {
      return of(
          "approvals asked for",
          all,
          one -> Views.said(desk, one.origin(), one.subject() + " " + one.id(), one.remark(), ""));
    }

    List<Said> notes(List<PlanRecord.Note> all) {
      return of("notes", all, one -> Views.said(desk, one.origin(), one.note().text(), "", ""));
    }
  }

  /** For whom tasks are listed. */
  enum Whose {
    MINE_OR_ANYONES,
    ALL
  }

  record ReadyInput(
      @Field(
              value = "whose: those that you could claim, or also those meant for others",
              byDefault = "MINE_OR_ANYONES")
          Whose whose,
      @Field(value = "at most so many a page", byDefault = "10", min = 1, max = 100) int limit,
      @Field(value = Desk.CURSOR, byDefault = "", max = 500) String cursor) {}

  record ReadyAnswer(
      @Field("the tasks, the most urgent first") List<TaskView> tasks,
      @Field("the plan version this was read from") long version,
      @Field(value = "cursor of the next page", byDefault = "") String nextCursor) {}

  private static Answer<ReadyAnswer> taskReady(Desk desk, ReadyInput input) {
    String asked = "task_ready " + input.whose();
    Desk.Place place = desk.place(input.cursor(), asked);
    PlanRecord plan = place.plan();
    List<PlanRecord.Task> all =
        plan.ready().stream()
            .filter(task ->
                input.whose() == Whose.ALL
                    || task.assignee().isEmpty()
                    || task.assignee().equals(desk.memory().actor().id()))
            .toList();
    Set<String> ready = all.stream().map(PlanRecord.Task::id).collect(Collectors.toSet());
    List<TaskView> page =
        desk.room().fill(place.rest(all), input.limit(), task -> Views.task(plan, ready, task));
    String next = desk.next(asked, place, page.size(), all.size());
    return new Answer<>(
        all.isEmpty()
            ? "No task is ready; plan_show with which HELD_UP says why."
            : "%,d of %s.%s"
                .formatted(page.size(), Texts.count(all.size(), "ready task"), Desk.more(next)),
        new ReadyAnswer(page, plan.version(), next));
  }
}
