package dev.daybook.factory;

import static dev.daybook.factory.PlanSource.FILE;
import static dev.daybook.factory.PlanSource.KIND_FILE;
import static dev.daybook.factory.PlanSource.KIND_FOUND;
import static dev.daybook.factory.PlanSource.KIND_PACKAGE;
import static dev.daybook.factory.PlanSource.KIND_REPORT;

import dev.daybook.PlanRecord;
import dev.daybook.PlanRecord.Stage;
import dev.daybook.PlanRuleException;
import dev.daybook.PriorAttempt;
import dev.daybook.Receipt;
import dev.daybook.Session;
import dev.daybook.Workspace;
import dev.daybook.event.CallOutcome;
import dev.daybook.event.Context;
import dev.daybook.event.Entry;
import dev.daybook.event.EventId;
import dev.daybook.event.FileTouched;
import dev.daybook.event.Handoff;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.PlanEvent.AcceptanceCriterionAdded;
import dev.daybook.event.PlanEvent.AcceptanceCriterionChecked;
import dev.daybook.event.PlanEvent.ApproachRejected;
import dev.daybook.event.PlanEvent.AssumptionInvalidated;
import dev.daybook.event.PlanEvent.BlockerRaised;
import dev.daybook.event.PlanEvent.DecisionMade;
import dev.daybook.event.PlanEvent.DependencyAdded;
import dev.daybook.event.PlanEvent.DependencyKind;
import dev.daybook.event.PlanEvent.QuestionAsked;
import dev.daybook.event.PlanEvent.Subject;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.PlanEvent.TaskClosed;
import dev.daybook.event.PlanEvent.TaskReleased;
import dev.daybook.event.PlanEvent.TaskStatusChanged;
import dev.daybook.event.Resolution;
import dev.daybook.event.TaskStatus;
import dev.daybook.event.TestRun;
import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.event.TraceEvent.ToolCallStarted;
import dev.daybook.factory.Notebook.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What an agent does with a task it has. Before a command it asks who ran it before: one that went
 * well is not run again, and an approach that was rejected is not tried again. For one thread.
 */
final class Work {
  private static final double QUESTIONS = 0.05;
  private static final double BLOCKERS = 0.04;
  private static final double HANDOFFS = 0.14;
  private static final double REVIEWS = 0.6;
  private static final double RENEWALS = 0.3;
  private static final double LIES = 0.2;
  private static final double FOUND = 0.05;

  /** The size of a file from which a task is found in it. */
  private static final int LONG_FILE_LINES = 600;

  private final Workspace workspace;
  private final Session session;
  private final Notebook notebook;
  private final BriefingUse use;
  private final Tools tools;
  private final Settings settings;
  private final List<String> otherRoles;
  private final int day;

  Work(
      Workspace workspace,
      Session session,
      Notebook notebook,
      BriefingUse use,
      Tools tools,
      Settings settings,
      List<String> otherRoles,
      int day) {
    this.workspace = workspace;
    this.session = session;
    this.notebook = notebook;
    this.use = use;
    this.tools = tools;
    this.settings = settings;
    this.otherRoles = otherRoles;
    this.day = day;
  }

  /** A call and the event that shows it. */
  private record Done(EventId id, ToolCall call) {
    boolean isOk() {
      return call.outcome() == CallOutcome.OK;
    }
  }

  /** Works on a task until it is closed, handed over, held up, or lost to another. */
  void on(PlanRecord.Claim claim) throws IOException, InterruptedException {
    PlanRecord plan = workspace.plan();
    PlanRecord.Task task = plan.task(claim.task()).orElseThrow();
    lookedAt(plan, task);
    try {
      switch (task.kind()) {
        case KIND_FILE -> file(claim, task, plan);
        case KIND_PACKAGE -> folder(claim, task, plan);
        case KIND_FOUND -> found(claim, task);
        case KIND_REPORT -> report(task, plan);
        default -> research(claim, task, plan);
      }
    } catch (PlanRuleException e) {
      notebook.write(Kind.LOST, task.id());
      record("", Observation.of("Lost " + task.id() + ": " + e.getMessage()));
    }
  }

  /** The task and what belongs to it is what this agent now acts on. */
  private void lookedAt(PlanRecord plan, PlanRecord.Task task) {
    use.on(task);
    for (PlanRecord.Dependency dependency : task.dependencies()) {
      plan.task(dependency.on()).ifPresent(use::on);
    }
    plan.questions().stream()
        .filter(question -> question.asked().task().equals(task.id()))
        .forEach(question -> use.on(question.origin().id()));
    plan.blockers().stream()
        .filter(blocker -> blocker.task().equals(task.id()))
        .forEach(blocker -> use.on(blocker.origin().id()));
    plan.notes().stream()
        .filter(note -> note.note().task().equals(task.id()))
        .forEach(note -> use.on(note.origin().id()));
    plan.handoffs().values().stream()
        .filter(state -> state.handoff().task().equals(task.id()))
        .forEach(state -> use.on(state.origin().id()));
    plan.approval(Subject.TASK, task.id()).ifPresent(approval -> use.on(approval.origin().id()));
  }

  private void file(PlanRecord.Claim claim, PlanRecord.Task task, PlanRecord plan)
      throws IOException, InterruptedException {
    String file = task.labels().get(FILE);
    Done size = run(task.id(), Tools.count(List.of(file)));
    if (waitsForPerson(claim, task, plan, file)) {
      return;
    }
    Done search = run(task.id(), Tools.search(file));
    if (!search.call().output().isBlank()) {
      invalidate(file);
    }
    if (isHandedOn(task, plan)) {
      handOn(task, file, size, search);
      return;
    }
    if (dice(task, "renewal") < RENEWALS) {
      session.renew(claim, settings.lease().multipliedBy(2));
    }
    Done parsed = parse(task, file);
    Done documented = run(task.id(), Tools.documentation(file));
    long lines = Tools.lines(size.call().output());
    record(
        task.id(),
        Observation.of(
            "%s: %d lines, documentation %s"
                .formatted(
                    file, lines, documented.isOk() ? "complete" : documented.call().error())));
    if (lines > LONG_FILE_LINES) {
      discover(task, file, lines);
    }
    close(
        task.id(),
        parsed.isOk() ? Resolution.SUCCEEDED : Resolution.FAILED,
        List.of(size.id(), parsed.id()));
  }

  /** Now and then something only a person can settle comes up, once for a task. */
  private boolean waitsForPerson(
      PlanRecord.Claim claim, PlanRecord.Task task, PlanRecord plan, String about) {
    if (dice(task, "question") < QUESTIONS
        && plan.questions().stream().noneMatch(one -> one.asked().task().equals(task.id()))) {
      giveBack(
          claim, QuestionAsked.of("Does " + about + " belong to this tree?").holding(task.id()));
      return true;
    }
    if (dice(task, "blocker") < BLOCKERS
        && plan.blockers().stream().noneMatch(one -> one.task().equals(task.id()))) {
      giveBack(claim, new BlockerRaised(task.id(), "No right to read " + about + " tomorrow"));
      return true;
    }
    return false;
  }

  private boolean isHandedOn(PlanRecord.Task task, PlanRecord plan) {
    return plan.handoffs().values().stream()
            .noneMatch(one -> one.handoff().task().equals(task.id()))
        && dice(task, "handoff") < HANDOFFS;
  }

  /**
   * Finds out what the tree has to do with a task that somebody wrote elsewhere: searches it for
   * the words of the task, looks at the files that have the most of them, and writes that down.
   */
  private void research(PlanRecord.Claim claim, PlanRecord.Task task, PlanRecord plan)
      throws IOException, InterruptedException {
    List<Done> searches = new ArrayList<>();
    for (String word : Research.words(task)) {
      searches.add(run(task.id(), Tools.searchTree(word)));
    }
    List<String> files = Research.files(searches.stream().map(Done::call).toList());
    if (waitsForPerson(claim, task, plan, files.isEmpty() ? task.id() : files.getFirst())) {
      return;
    }
    if (files.isEmpty()) {
      Receipt written = write(task, plan, "nothing in the tree has its words\n");
      List<EventId> evidence = new ArrayList<>(searches.stream().map(Done::id).toList());
      evidence.add(written.id());
      close(task.id(), Resolution.SUCCEEDED, evidence);
      return;
    }
    Done counted = run(task.id(), Tools.count(files));
    if (plan.children(task.id()).isEmpty() && isHandedOn(task, plan)) {
      handOn(task, files.getFirst(), counted, searches.getFirst());
      return;
    }
    if (dice(task, "renewal") < RENEWALS) {
      session.renew(claim, settings.lease().multipliedBy(2));
    }
    Done marks = run(task.id(), Tools.search(files.getFirst()));
    if (!marks.call().output().isBlank()) {
      invalidate(files.getFirst());
    }
    Done parsed = parse(task, files.getFirst());
    long ofParts = 0;
    for (PlanRecord.Task child : plan.children(task.id())) {
      use.on(child);
      ofParts += lines(child);
    }
    long total = Tools.lines(counted.call().output());
    if (total > (long) LONG_FILE_LINES * files.size() && dice(task, "found") < FOUND) {
      discover(task, files.getFirst(), total / files.size());
    }
    String text =
        "files %s\nlines %d\nlines of its parts %d\nthe first %s\n"
            .formatted(String.join(" ", files), total, ofParts, parsed.isOk() ? "parses" : "fails");
    write(task, plan, text);
    record(task.id(), Observation.of(task.id() + " is about " + files.getFirst()));
    if (!plan.children(task.id()).isEmpty() && dice(task, "review") < REVIEWS) {
      offerReview(claim, task, files, counted, summary(task));
    } else {
      close(task.id(), Resolution.SUCCEEDED, List.of(counted.id(), parsed.id()));
    }
  }

  private Path summary(PlanRecord.Task task) {
    return settings.summaries().resolve(task.id().replaceAll("[^\\w.-]", "_") + ".txt");
  }

  /** Writes down what was found, within what the whole plan must keep to. */
  private Receipt write(PlanRecord.Task task, PlanRecord plan, String found) throws IOException {
    plan.constraints().forEach(one -> use.on(one.origin().id()));
    Path summary = summary(task);
    if (tools.isSource(summary)) {
      throw new IOException(summary + " is a file of the tree; name another --folder");
    }
    String text = task.title() + "\n" + found;
    Files.createDirectories(summary.getParent());
    Files.writeString(summary, text);
    return record(
        task.id(),
        ToolCall.of("write", summary.toString()).output(text).touching(summary.toString()));
  }

  /** Gives a task back that waits for a person, in one plan version with what it waits for. */
  private void giveBack(PlanRecord.Claim claim, PlanEvent why) {
    notebook.keep(
        session.updatePlan(plan ->
            List.of(
                why,
                new TaskReleased(claim.task(), claim.fence(), "waits for a person"),
                TaskStatusChanged.of(claim.task(), TaskStatus.OPEN))));
  }

  /** Compiles the file alone where nobody has found that it does not work, else parses it. */
  private Done parse(PlanRecord.Task task, String file) throws IOException, InterruptedException {
    String module = file.contains("/src/") ? file.substring(0, file.indexOf("/src/")) : "the tree";
    String approach = "Compile one file of " + module + " alone";
    PlanRecord plan = workspace.plan();
    Optional<PlanRecord.Rejection> known =
        plan.rejected().stream()
            .filter(one -> one.approach().approach().equals(approach))
            .findFirst();
    Optional<PriorAttempt> before =
        workspace.traces().priorAttempts(approach).stream()
            .filter(one -> one.what().equals(approach))
            .findFirst();
    if (known.isPresent() || before.isPresent()) {
      EventId shown =
          known.map(one -> one.origin().id()).or(() -> before.map(PriorAttempt::id)).orElseThrow();
      use.on(shown);
      known.stream().flatMap(one -> one.approach().evidence().stream()).forEach(use::on);
      notebook.write(Kind.AVOIDED, shown);
      plan.decisionsInForce().stream()
          .filter(one -> one.made().question().equals(approach + "?"))
          .forEach(one -> use.on(one.origin().id()));
      return run(task.id(), tools.parse(List.of(file)));
    }
    Done compiled = run(task.id(), tools.compile(file).trying(approach));
    if (compiled.isOk()) {
      return compiled;
    }
    notebook.keep(
        session.updatePlan(now ->
            now.rejected().stream().anyMatch(one -> one.approach().approach().equals(approach))
                ? List.of()
                : List.of(
                    ApproachRejected.of(approach)
                        .because(compiled.call().error())
                        .on(task.id())
                        .about(file)
                        .shownBy(compiled.id()),
                    DecisionMade.of("Parse files of " + module + " and resolve no names")
                        .answering(approach + "?")
                        .because("that needs no other file"))));
    return run(task.id(), tools.parse(List.of(file)));
  }

  private void invalidate(String file) {
    workspace.plan().assumptions().forEach(one -> use.on(one.origin().id()));
    notebook.keep(
        session.updatePlan(plan ->
            plan.assumptions().stream()
                .filter(PlanRecord.Assumption::stands)
                .findFirst()
                .map(one ->
                    List.of(
                        new AssumptionInvalidated(one.origin().id(), file + " has such a mark")))
                .orElse(List.of())));
  }

  private void discover(PlanRecord.Task task, String file, long lines) {
    String id = "X-" + task.id();
    notebook.keep(
        session.updatePlan(plan ->
            plan.task(id).isPresent()
                ? List.of()
                : List.of(
                    TaskAdded.of(id, "See whether " + file + " can be split")
                        .describedAs("It has " + lines + " lines")
                        .kind(KIND_FOUND)
                        .label(FILE, file),
                    DependencyAdded.of(id, DependencyKind.DISCOVERED_FROM, task.id()),
                    new AcceptanceCriterionAdded(id, "Its types are counted"))));
  }

  private void found(PlanRecord.Claim claim, PlanRecord.Task task)
      throws IOException, InterruptedException {
    String file = task.labels().get(FILE);
    PlanRecord.Claim renewed = session.renew(claim, settings.lease());
    ToolCall count =
        ToolCall.of("grep", "grep -cE (class|interface|record|enum) " + file).reading(file);
    Done types = run(renewed.task(), count);
    record(task.id(), Observation.of(file + " has types in " + types.call().output().strip()));
    close(task.id(), Resolution.SUCCEEDED, List.of(types.id()));
  }

  private void handOn(PlanRecord.Task task, String file, Done size, Done search) {
    String role = otherRoles.get((int) (dice(task, "role") * otherRoles.size()));
    Handoff.Builder handoff =
        Handoff.of(task.id())
            .toRole(role)
            .summary(file + " is counted and searched, not yet parsed")
            .done("counted lines", "searched for marks")
            .remaining("parse", "look at documentation")
            .nextAction("parse " + file)
            .evidence(size.id(), search.id());
    if (dice(task, "lie") < LIES) {
      // Never ran; the workspace notices and tells the receiver.
      handoff.tests(TestRun.of(tools.parse(List.of(file)).arguments(), 1));
    }
    session.offer(handoff.build());
  }

  private void folder(PlanRecord.Claim claim, PlanRecord.Task task, PlanRecord plan)
      throws IOException, InterruptedException {
    List<String> files = new ArrayList<>();
    long sum = 0;
    for (PlanRecord.Task child : plan.children(task.id())) {
      files.add(child.labels().getOrDefault(FILE, ""));
      use.on(child);
      sum += lines(child);
    }
    files.removeIf(String::isEmpty);
    Done counted = run(task.id(), Tools.count(files));
    long total = Tools.lines(counted.call().output());
    record(
        task.id(),
        Observation.of("%s: %d lines, its files say %d".formatted(task.title(), total, sum)));
    write(task, plan, "files " + files.size() + "\nlines " + total + "\n");
    if (dice(task, "review") < REVIEWS) {
      offerReview(claim, task, files, counted, summary(task));
    } else {
      close(task.id(), Resolution.SUCCEEDED, List.of(counted.id()));
    }
  }

  /** How many lines a file had when its task was done, by the evidence its closer gave. */
  private long lines(PlanRecord.Task child) {
    for (PlanRecord.Criterion criterion : child.criteria()) {
      for (EventId evidence : criterion.evidence()) {
        Optional<Entry> entry = workspace.traces().entry(evidence);
        if (entry.isPresent()
            && entry.orElseThrow().event() instanceof ToolCall call
            && call.tool().equals("wc")) {
          use.on(evidence);
          return Tools.lines(call.output());
        }
      }
    }
    return 0;
  }

  /** The task waits for whoever takes the handoff, in the same plan version. */
  private void offerReview(
      PlanRecord.Claim claim, PlanRecord.Task task, List<String> files, Done counted, Path summary)
      throws IOException, InterruptedException {
    // Run by this session, since the receiver is told of tests it only says were run.
    Done parsed = runAgain(task.id(), tools.parse(files));
    String role = otherRoles.contains("tester") && dice(task, "test") < 0.3 ? "tester" : "reviewer";
    Handoff handoff =
        Handoff.of(task.id())
            .kind(role.equals("tester") ? Handoff.Kind.TEST : Handoff.Kind.REVIEW)
            .toRole(otherRoles.contains(role) ? role : otherRoles.getFirst())
            .waitForResult()
            .status(TaskStatus.IN_REVIEW)
            .summary(task.title() + ": done, to be looked over")
            .nextAction("count again and compare")
            .touched(new FileTouched(summary.toString(), FileTouched.Change.ADDED, ""))
            .artifacts(summary.toString())
            .tests(
                parsed.isOk()
                    ? TestRun.of(parsed.call().arguments(), files.size())
                    : TestRun.of(parsed.call().arguments(), 0, files.getFirst()))
            .evidence(counted.id(), parsed.id())
            .build();
    session.offer(
        handoff,
        plan ->
            List.of(
                new TaskReleased(task.id(), claim.fence(), "to be looked over"),
                TaskStatusChanged.of(task.id(), TaskStatus.IN_REVIEW)));
  }

  /** Looks over what another did, and closes its task together with the handoff. */
  void review(Handoff handoff, PlanRecord plan) throws IOException, InterruptedException {
    PlanRecord.Task task = plan.task(handoff.task()).orElseThrow();
    lookedAt(plan, task);
    for (FileTouched file : handoff.files()) {
      Path summary = Path.of(file.path());
      String text = Files.exists(summary) ? Files.readString(summary) : "";
      record(task.id(), ToolCall.of("read", file.path()).output(text).reading(file.path()));
    }
    Done last = new Done(EventId.NONE, ToolCall.of("none", ""));
    for (EventId evidence : handoff.evidence()) {
      use.on(evidence);
      Optional<Entry> entry = workspace.traces().entry(evidence);
      if (entry.isPresent() && entry.orElseThrow().event() instanceof ToolCall call) {
        // A reviewer runs it again on purpose.
        Done again = runAgain(task.id(), call);
        last = last.id().isPresent() ? last : again;
        if (!again.call().output().equals(call.output())) {
          record(task.id(), Observation.of(call.arguments() + " answers something else now"));
        }
      }
    }
    close(task.id(), Resolution.SUCCEEDED, List.of(last.id()));
  }

  private void report(PlanRecord.Task task, PlanRecord plan)
      throws IOException, InterruptedException {
    List<EventId> evidence = new ArrayList<>();
    long sum = 0;
    for (PlanRecord.Task folder : plan.tasks().values()) {
      if (folder.kind().equals(KIND_PACKAGE)) {
        use.on(folder);
        sum += lines(folder);
        folder.criteria().forEach(criterion -> evidence.addAll(criterion.evidence()));
      }
    }
    Receipt said = record(task.id(), Observation.of("The whole tree has " + sum + " lines"));
    evidence.add(said.id());
    close(task.id(), Resolution.SUCCEEDED, evidence);
  }

  /** Closes a task and whatever handoff it came with, in one plan version. */
  private void close(String taskId, Resolution resolution, List<EventId> evidence) {
    Function<PlanRecord, List<? extends PlanEvent>> closing =
        plan -> {
          List<PlanEvent> events = new ArrayList<>();
          PlanRecord.Task task = plan.task(taskId).orElseThrow();
          if (task.isClosed()) {
            return events;
          }
          List<PlanRecord.Criterion> criteria = task.criteria();
          for (int i = 0; i < criteria.size(); i++) {
            use.on(criteria.get(i).origin().id());
            EventId shown = evidence.get(Math.min(i, evidence.size() - 1));
            events.add(
                resolution == Resolution.SUCCEEDED
                    ? AcceptanceCriterionChecked.met(criteria.get(i).origin().id(), shown)
                    : AcceptanceCriterionChecked.notMet(criteria.get(i).origin().id(), shown));
          }
          events.add(new TaskClosed(taskId, resolution, "day " + day));
          return events;
        };
    Optional<Handoff> mine =
        workspace.plan().handoffs().values().stream()
            .filter(state ->
                state.handoff().task().equals(taskId)
                    && state.stage() == Stage.ACCEPTED
                    && state.acceptedBy().equals(session.actor().id()))
            .map(PlanRecord.HandoffState::handoff)
            .findFirst();
    var change =
        mine.isPresent()
            ? session.complete(mine.orElseThrow(), "Done on day " + day, closing)
            : session.updatePlan(closing);
    notebook.keep(change);
    if (change.events().size() > 1) {
      notebook.write(Kind.CLOSED, taskId);
    }
  }

  /** Runs a command unless somebody ran it before and it went well. */
  private Done run(String task, ToolCall call) throws IOException, InterruptedException {
    for (PriorAttempt before : workspace.traces().priorAttempts(call)) {
      if (before.match() == PriorAttempt.Match.SAME_CALL && before.outcome().equals("OK")) {
        Optional<Entry> entry = workspace.traces().entry(before.id());
        if (entry.isPresent() && entry.orElseThrow().event() instanceof ToolCall known) {
          use.on(before.id());
          notebook.write(Kind.SPARED, before.id());
          return new Done(before.id(), known);
        }
      }
    }
    return runAgain(task, call);
  }

  private Done runAgain(String task, ToolCall call) throws IOException, InterruptedException {
    Receipt start = record(task, new ToolCallStarted(call.tool(), call.arguments()));
    ToolCall ended = tools.run(call);
    Receipt end = notebook.keep(session.record(ended, context(task).cause(start.id())));
    return new Done(end.id(), ended);
  }

  private Receipt record(String task, TraceEvent event) {
    return notebook.keep(session.record(event, context(task)));
  }

  private Context context(String task) {
    return Context.none().task(task).label("day", String.valueOf(day));
  }

  private double dice(PlanRecord.Task task, String what) {
    return Dice.of(settings.seed(), task.id(), what);
  }
}
