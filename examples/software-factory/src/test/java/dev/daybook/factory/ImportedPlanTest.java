package dev.daybook.factory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.PlanRecord;
import dev.daybook.Session;
import dev.daybook.Workspace;
import dev.daybook.event.TaskStatus;
import dev.daybook.storage.MemoryObjectStore;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is chosen of a plan that another program kept. */
class ImportedPlanTest {
  @TempDir private Path folder;
  private Workspace workspace;

  @BeforeEach
  void open() {
    workspace = Workspace.create(new MemoryObjectStore(), "team");
  }

  @AfterEach
  void close() {
    workspace.close();
  }

  @Test
  void choosesWhatCanBeWorkedOffAndDefersTheRest() throws Exception {
    PlanSource.Begun begun = begin(SamplePlan.write(folder.resolve("plan.jsonl")), 100);

    PlanRecord plan = workspace.plan();
    assertThat(Day.open(plan)).hasSize(SamplePlan.WORKABLE);
    assertThat(begun.aside()).isEqualTo(plan.tasks().size() - SamplePlan.WORKABLE).isEqualTo(4);
    assertThat(plan.unclosed())
        .filteredOn(task -> task.status() == TaskStatus.DEFERRED)
        .extracting(PlanRecord.Task::id)
        .containsExactly("ring-1", "ring-2", "lost");
  }

  @Test
  void givesWhatIsChosenToAnyone() throws Exception {
    begin(SamplePlan.write(folder.resolve("plan.jsonl")), 100);

    assertThat(Day.open(workspace.plan()))
        .allSatisfy(task -> {
          assertThat(task.assignee()).isEmpty();
          assertThat(task.status()).isEqualTo(TaskStatus.OPEN);
          assertThat(task.criteria()).hasSize(1);
        });
  }

  @Test
  void choosesNoTaskWithoutTheOnesItBelongsToAndWaitsFor() throws Exception {
    begin(SamplePlan.write(folder.resolve("plan.jsonl")), 8);

    assertThat(Day.open(workspace.plan()))
        .extracting(PlanRecord.Task::id)
        .containsExactly("e-1", "e-1.1", "e-1.2", "e-1.3", "e-1.4", "e-1.5", "e-1.6", "alone");
  }

  @Test
  void refusesAPlanThatLeavesNothingToDo() throws Exception {
    Path file = Files.writeString(folder.resolve("empty.jsonl"), "");
    assertThatThrownBy(() -> begin(file, 8))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has no open tasks that can be worked off");
  }

  @Test
  void saysWhichRowIsNone() throws Exception {
    Path file = Files.writeString(folder.resolve("bad.jsonl"), "{}\n");
    assertThatThrownBy(() -> begin(file, 8))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has 1 rows that are none of a plan, the first in line 1: ");
  }

  private PlanSource.Begun begin(Path file, int tasksMax) throws Exception {
    try (Session person = workspace.startSession(Team.PERSON);
        Notebook notebook = new Notebook(folder.resolve("notes"), Team.PERSON.id())) {
      return new ImportedPlan(file, tasksMax).write(workspace, person, notebook);
    }
  }
}
