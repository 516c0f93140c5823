package dev.daybook.internal.plan;

import dev.daybook.PlanRecord.Task;

/**
 * A task that is not closed; one of a checkpoint is read when it is first asked for. Safe for use
 * by any number of threads.
 */
public final class OpenTask {
  private final StoredTasks stored;
  private final int number;

  /** Without a lock: a task is a record, which any thread sees whole. */
  private Task task;

  OpenTask(StoredTasks stored, int number) {
    this.stored = stored;
    this.number = number;
  }

  OpenTask(Task task) {
    this(StoredTasks.NONE, task.number());
    this.task = task;
  }

  /** The task. */
  public Task task() {
    Task known = task;
    if (known == null) {
      known = stored.task(number);
      task = known;
    }
    return known;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof OpenTask open && open.task().equals(task());
  }

  @Override
  public int hashCode() {
    return task().hashCode();
  }
}
