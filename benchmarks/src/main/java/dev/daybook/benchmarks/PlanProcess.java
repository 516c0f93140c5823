package dev.daybook.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.daybook.Daybook;
import dev.daybook.PlanChange;
import dev.daybook.PlanRecord;
import dev.daybook.Session;
import dev.daybook.Workspace;
import dev.daybook.event.Actor;
import dev.daybook.event.PlanEvent.TaskStatusChanged;
import dev.daybook.event.TaskStatus;
import dev.daybook.recall.Embedder;
import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One of the processes of {@link PlanSuite}. Says {@code ready}, waits for {@code go}. */
final class PlanProcess {
  private PlanProcess() {}

  /**
   * Runs it.
   *
   * @param arguments {@code update ADDRESS WORKSPACE CACHE NAME UPDATES}, or {@code race ADDRESS
   *     PREFIX MILLIS}
   */
  public static void main(String[] arguments) throws IOException {
    try (BufferedReader input = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        ObjectStore store = Place.open(arguments[1])) {
      if (arguments[0].equals("race")) {
        race(input, store, arguments[2], Long.parseLong(arguments[3]));
      } else {
        update(
            input,
            store,
            arguments[2],
            Path.of(arguments[3]),
            arguments[4],
            Integer.parseInt(arguments[5]));
      }
    }
  }

  private static void ready(BufferedReader input) throws IOException {
    System.out.println("ready");
    if (!"go".equals(input.readLine())) {
      throw new IOException("The parent ended before the start");
    }
  }

  /** Creates the next key and the next, as long as it is asked to; prints how many it won. */
  private static void race(BufferedReader input, ObjectStore store, String prefix, long millis)
      throws IOException {
    byte[] bytes = new byte[700];
    ready(input);
    long end = System.nanoTime() + millis * 1_000_000;
    int won = 0;
    for (long next = 1; System.nanoTime() < end; next++) {
      ObjectKey key = ObjectKey.of("%splan/%020d.json".formatted(prefix, next));
      won += store.createIfAbsent(key, bytes).isNew() ? 1 : 0;
    }
    System.out.println(won);
  }

  /** Takes open tasks; prints a line each: the task, the version, the nanoseconds. */
  private static void update(
      BufferedReader input, ObjectStore store, String name, Path cache, String me, int updates)
      throws IOException {
    List<String> taken = new ArrayList<>();
    try (Daybook daybook =
            Daybook.on(store).embedder(Embedder.none()).cache(cache, 1L << 30).open();
        Workspace workspace = daybook.open(name);
        Session session = workspace.startSession(Actor.agent(me))) {
      ready(input);
      long start = System.nanoTime();
      for (int i = 0; i < updates; i++) {
        long before = System.nanoTime();
        String[] task = {""};
        PlanChange change =
            session.updatePlan(plan -> {
              task[0] = firstOpen(plan);
              return List.of(new TaskStatusChanged(task[0], TaskStatus.IN_PROGRESS, me));
            });
        taken.add(task[0] + " " + change.version() + " " + (System.nanoTime() - before));
      }
      System.out.println("done " + (System.nanoTime() - start));
      taken.forEach(System.out::println);
      System.out.println("end");
      // What closing compacts belongs to no update; the parent ends this process instead.
      System.out.flush();
      String unused = input.readLine();
      Runtime.getRuntime().halt(0);
    }
  }

  private static String firstOpen(PlanRecord plan) {
    return plan.tasks().values().stream()
        .filter(task -> task.status() == TaskStatus.OPEN)
        .findFirst()
        .orElseThrow()
        .id();
  }
}
