package dev.daybook.internal.plan;

import dev.daybook.PlanRecord.Task;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * The tasks of a checkpoint, each read when it is first asked for. Safe for use by any number of
 * threads: two may read a task twice, which gives equal tasks.
 */
final class StoredTasks {
  static final StoredTasks NONE =
      new StoredTasks(
          new String[0],
          new int[0],
          number -> {
            throw new IndexOutOfBoundsException(number);
          });

  private final String[] ids;
  private final Map<String, Integer> numbers;
  private final IntFunction<Task> reader;

  /** Without a lock: a task is a record, which any thread sees whole. */
  private final Task[] known;

  private final int[] unclosed;
  private volatile boolean hasUnclosed;
  private volatile boolean whole;

  /** Tasks of these ids, none read yet. */
  StoredTasks(String[] ids, int[] unclosed, IntFunction<Task> reader) {
    this.ids = ids;
    this.unclosed = unclosed;
    this.reader = reader;
    this.known = new Task[ids.length];
    this.numbers = HashMap.newHashMap(ids.length);
    for (int number = 0; number < ids.length; number++) {
      numbers.put(ids[number], number);
    }
  }

  int size() {
    return ids.length;
  }

  String id(int number) {
    return ids[number];
  }

  boolean contains(Object id) {
    return numbers.containsKey(id);
  }

  /** The task of that number. */
  Task task(int number) {
    Task task = known[number];
    if (task == null) {
      task = reader.apply(number);
      known[number] = task;
    }
    return task;
  }

  /** The task of that id; null if there is none. */
  Task find(Object id) {
    Integer number = numbers.get(id);
    return number == null ? null : task(number);
  }

  /** Reads the tasks that are not closed, on all processors. */
  void readUnclosed() {
    if (!hasUnclosed) {
      IntStream.of(unclosed).parallel().forEach(this::task);
      hasUnclosed = true;
    }
  }

  /** Reads whatever is not read yet, on all processors. */
  void readAll() {
    if (!whole) {
      IntStream.range(0, ids.length).parallel().forEach(this::task);
      whole = true;
    }
  }
}
