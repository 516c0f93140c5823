package dev.daybook.factory;

import dev.daybook.PlanImport;
import dev.daybook.PlanRecord;
import dev.daybook.Session;
import dev.daybook.Workspace;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.PlanEvent.AcceptanceCriterionAdded;
import dev.daybook.event.PlanEvent.AssumptionStated;
import dev.daybook.event.PlanEvent.ConstraintStated;
import dev.daybook.event.PlanEvent.GoalSet;
import dev.daybook.event.PlanEvent.TaskEdited;
import dev.daybook.event.PlanEvent.TaskStatusChanged;
import dev.daybook.event.TaskStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The plan of another program. The person chooses what of it is done in these two weeks, clears
 * assignees that nobody here plays, and defers the rest.
 *
 * @param file its history, as {@link PlanImport} reads it
 * @param tasksMax how many tasks are chosen at most
 */
record ImportedPlan(Path file, int tasksMax) implements PlanSource {
  private static final int ROWS_PER_VERSION = 1_000;

  @Override
  public Begun write(Workspace workspace, Session person, Notebook notebook) throws IOException {
    long began = System.nanoTime();
    PlanImport.Report report = PlanImport.of(file).rowsPerVersion(ROWS_PER_VERSION).into(workspace);
    Duration took = Duration.ofNanos(System.nanoTime() - began);
    if (report.bad() > 0) {
      throw new IllegalArgumentException(
          "%s has %d rows that are none of a plan, the first in %s; name another file with --plan"
              .formatted(file, report.bad(), report.badRows().getFirst()));
    }
    Set<String> chosen = Choice.of(workspace.plan(), tasksMax);
    if (chosen.isEmpty()) {
      throw new IllegalArgumentException(
          file + " has no open tasks that can be worked off; name another file with --plan");
    }
    PlanRecord plan = notebook.keep(person.updatePlan(now -> events(now, chosen))).plan();
    int all = plan.tasks().size();
    return new Begun(
        all - chosen.size(),
        String.format(
            Locale.ROOT,
            "%,d rows of %s imported in %.1f s: %,d tasks, %,d of them open, %d chosen, the rest"
                + " deferred",
            report.recorded(),
            file.getFileName(),
            took.toMillis() / 1e3,
            all,
            plan.unclosed().size(),
            chosen.size()));
  }

  private List<PlanEvent> events(PlanRecord plan, Set<String> chosen) {
    List<PlanEvent> events = new ArrayList<>();
    events.add(
        new GoalSet(
            "Know for each chosen task what the sources have to do with it",
            "Look, do not change: which files its words are in, their size, whether they parse"));
    events.add(new ConstraintStated("No file of the tree is changed"));
    events.add(AssumptionStated.of("Nothing in the tree is marked TODO or FIXME"));
    for (PlanRecord.Task task : plan.unclosed()) {
      if (!chosen.contains(task.id())) {
        if (task.status() != TaskStatus.DEFERRED) {
          events.add(
              new TaskStatusChanged(task.id(), TaskStatus.DEFERRED, "not in these two weeks"));
        }
        continue;
      }
      if (task.status() != TaskStatus.OPEN) {
        events.add(new TaskStatusChanged(task.id(), TaskStatus.OPEN, "to be done now"));
      }
      if (!task.assignee().isEmpty()) {
        events.add(TaskEdited.of(task.id()).assignedTo(""));
      }
      events.add(new AcceptanceCriterionAdded(task.id(), "What was found is written down"));
    }
    return events;
  }
}
