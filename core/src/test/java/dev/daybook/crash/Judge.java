package dev.daybook.crash;

import dev.daybook.crash.Operation.Kind;
import dev.daybook.crash.Operation.Outcome;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Says whether what writers were told can be true of what is in the workspace.
 *
 * <p>The plan has to be linearizable. Its versions are the order, so nothing is searched for: each
 * operation is put where its version says, the sequential meaning of each is checked there (a task
 * names how many were before it; of all claims of a slot one wins; a read sees the tasks up to its
 * version and no other), and no operation may stand before one that had ended when it began. Traces
 * are accounted for one by one.
 */
final class Judge {
  private Judge() {}

  /**
   * One event of the plan as it is found.
   *
   * @param version the plan version that holds it
   * @param task the task it adds
   * @param writer the key of the operation that wrote it
   * @param before how many tasks its writer saw
   */
  record Planned(long version, String task, String writer, int before) {}

  /**
   * One trace as it is found.
   *
   * @param id its event id
   * @param writer the key of the operation that wrote it
   */
  record Traced(String id, String writer) {}

  /** An operation of the plan at its place: after all effects up to {@code rank} of its version. */
  private record Placed(long version, int rank, Operation operation) {
    static final Comparator<Placed> ORDER =
        Comparator.comparingLong(Placed::version).thenComparingInt(Placed::rank);
  }

  /**
   * Everything that is wrong with the plan, in words.
   *
   * @param found all events of the plan, in their order
   */
  static List<String> plan(List<Planned> found, Collection<Operation> operations) {
    List<String> wrong = new ArrayList<>();
    Map<String, Planned> byTask = new HashMap<>();
    Map<String, Planned> byWriter = new HashMap<>();
    Map<String, Integer> places = new HashMap<>();
    long version = 0;
    for (int i = 0; i < found.size(); i++) {
      Planned event = found.get(i);
      if (event.version() < version) {
        wrong.add("version " + event.version() + " follows version " + version);
      }
      version = event.version();
      if (event.before() != i) {
        wrong.add(event + " was decided on " + event.before() + " tasks, but " + i + " are before");
      }
      if (byTask.put(event.task(), event) != null) {
        wrong.add(event.task() + " was added twice");
      }
      if (byWriter.put(event.writer(), event) != null) {
        wrong.add(event.writer() + " took effect twice");
      }
      places.put(event.writer(), i);
    }
    List<Placed> order = new ArrayList<>();
    for (Operation operation : operations) {
      Planned effect = byWriter.remove(operation.key());
      switch (operation.kind()) {
        case TRACE, SESSION -> {
          continue;
        }
        case READ -> checkRead(operation, found, wrong);
        case ADD, CLAIM -> checkWrite(operation, effect, byTask, wrong);
      }
      if (effect != null) {
        order.add(new Placed(effect.version(), places.get(operation.key()), operation));
      } else if (operation.version() > 0 || operation.isDone()) {
        order.add(new Placed(operation.version(), Integer.MAX_VALUE, operation));
      }
    }
    byWriter.values().forEach(event -> wrong.add(event + " was written by nobody"));
    checkRealTime(order, wrong);
    return wrong;
  }

  private static void checkWrite(
      Operation operation, Planned effect, Map<String, Planned> byTask, List<String> wrong) {
    switch (operation.outcome()) {
      case DONE -> {
        if (effect == null) {
          wrong.add(operation + " is nowhere");
        } else if (effect.version() != operation.version()) {
          wrong.add(operation + " is at version " + effect.version());
        }
      }
      case FAILED -> {
        if (effect != null) {
          wrong.add(operation + " failed, but is at version " + effect.version());
        }
      }
      case LOST -> {
        Planned winner = byTask.get(operation.subject());
        if (effect != null) {
          wrong.add(operation + " lost, but is at version " + effect.version());
        } else if (winner == null || winner.version() > operation.version()) {
          wrong.add(operation + " lost to nobody");
        }
      }
      case UNANSWERED, UNKNOWN -> {}
    }
    if (effect != null && !effect.task().equals(operation.subject())) {
      wrong.add(operation + " added another task, " + effect.task());
    }
  }

  private static void checkRead(Operation read, List<Planned> found, List<String> wrong) {
    if (!read.isDone()) {
      return;
    }
    List<String> seen =
        found.stream()
            .takeWhile(event -> event.version() <= read.version())
            .map(Planned::task)
            .toList();
    if (!read.detail().equals(sight(seen))) {
      wrong.add(read + " saw another plan than version " + read.version());
    }
  }

  /** What a read of the plan notes of the tasks it saw. */
  static String sight(Collection<String> tasks) {
    return tasks.size() + "-" + Integer.toHexString(List.copyOf(tasks).hashCode());
  }

  private static void checkRealTime(List<Placed> order, List<String> wrong) {
    order.sort(Placed.ORDER);
    Operation last = null; // of those at earlier places the one that began last
    for (int start = 0; start < order.size(); ) {
      int end = start;
      while (end < order.size() && Placed.ORDER.compare(order.get(start), order.get(end)) == 0) {
        end++;
      }
      List<Placed> together = order.subList(start, end);
      for (Placed placed : together) {
        if (last != null && placed.operation().effectiveUntil() < last.begun()) {
          wrong.add(last + " stands before " + placed + ", which had ended when it began");
        }
      }
      for (Placed placed : together) {
        if (last == null || placed.operation().begun() > last.begun()) {
          last = placed.operation();
        }
      }
      start = end;
    }
  }

  /**
   * Everything that is wrong with the traces, in words.
   *
   * @param found all traces of the workspace, in the order of their ids
   */
  static List<String> traces(List<Traced> found, Map<String, Operation> operations) {
    List<String> wrong = new ArrayList<>();
    Map<String, Traced> byWriter = new HashMap<>();
    Map<String, Traced> byId = new HashMap<>();
    Map<String, Long> lastOfThread = new HashMap<>();
    for (Traced trace : found) {
      if (byWriter.put(trace.writer(), trace) != null) {
        wrong.add(trace.writer() + " is there twice");
      }
      if (byId.put(trace.id(), trace) != null) {
        wrong.add(trace.id() + " is there twice");
      }
      if (!operations.containsKey(trace.writer())) {
        wrong.add(trace + " was written by nobody");
      }
      int slash = trace.writer().lastIndexOf('/');
      long number = Long.parseLong(trace.writer().substring(slash + 1));
      Long before = lastOfThread.put(trace.writer().substring(0, slash), number);
      if (before != null && before > number) {
        wrong.add(trace + " has a higher id than the later one of number " + before);
      }
    }
    for (Operation operation : operations.values()) {
      if (operation.kind() != Kind.TRACE && operation.kind() != Kind.SESSION) {
        continue;
      }
      Traced trace = byWriter.get(operation.key());
      if (operation.isDone() && trace == null) {
        wrong.add(operation + " is nowhere");
      } else if (operation.outcome() == Outcome.FAILED && trace != null) {
        wrong.add(operation + " failed, but is there");
      } else if (trace != null
          && !operation.detail().isEmpty()
          && !trace.id().equals(operation.detail())) {
        wrong.add(operation + " is there under the id " + trace.id());
      }
    }
    return wrong;
  }
}
