package dev.daybook.internal.plan;

import dev.daybook.PlanRecord.Task;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import org.pcollections.HashPMap;
import org.pcollections.HashTreePMap;
import org.pcollections.TreePVector;

/**
 * The tasks of a plan by id, in the order in which they joined. Immutable; another with one task
 * more or changed shares all the others. Tasks of a checkpoint are read when they are asked for,
 * all at once by who goes through all of them.
 */
public final class Tasks extends AbstractMap<String, Task> {
  static final Tasks EMPTY = of(StoredTasks.NONE);

  private final StoredTasks stored;

  /** What is not as it is stored, added tasks among it. */
  private final HashPMap<String, Task> changed;

  private final TreePVector<String> added;

  private Tasks(StoredTasks stored, HashPMap<String, Task> changed, TreePVector<String> added) {
    this.stored = stored;
    this.changed = changed;
    this.added = added;
  }

  static Tasks of(StoredTasks stored) {
    return new Tasks(stored, HashTreePMap.empty(), TreePVector.empty());
  }

  /** With one more, or another state of one that is there. */
  Tasks plus(Task task) {
    boolean isNew = task.number() == size();
    return new Tasks(stored, changed.plus(task.id(), task), isNew ? added.plus(task.id()) : added);
  }

  /** Reads those that are not closed, on all processors, if they are not read yet. */
  void readUnclosed() {
    stored.readUnclosed();
  }

  @Override
  public Task get(Object id) {
    Task task = changed.get(id);
    return task == null ? stored.find(id) : task;
  }

  @Override
  public boolean containsKey(Object id) {
    return stored.contains(id) || changed.containsKey(id);
  }

  @Override
  public int size() {
    return stored.size() + added.size();
  }

  @Override
  public Set<String> keySet() {
    return new AbstractSet<>() {
      @Override
      public Iterator<String> iterator() {
        return new Walk<>() {
          @Override
          String of(String id) {
            return id;
          }
        };
      }

      @Override
      public boolean contains(Object id) {
        return containsKey(id);
      }

      @Override
      public int size() {
        return Tasks.this.size();
      }
    };
  }

  @Override
  public Set<Map.Entry<String, Task>> entrySet() {
    return new AbstractSet<>() {
      @Override
      public Iterator<Map.Entry<String, Task>> iterator() {
        stored.readAll();
        return new Walk<>() {
          @Override
          Map.Entry<String, Task> of(String id) {
            return Map.entry(id, get(id));
          }
        };
      }

      @Override
      public int size() {
        return Tasks.this.size();
      }
    };
  }

  /** Something of each task in order. */
  private abstract class Walk<T> implements Iterator<T> {
    private final Iterator<String> rest = added.iterator();
    private int next;

    abstract T of(String id);

    @Override
    public boolean hasNext() {
      return next < stored.size() || rest.hasNext();
    }

    @Override
    public T next() {
      return of(next < stored.size() ? stored.id(next++) : rest.next());
    }
  }
}
