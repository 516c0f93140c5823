package dev.daybook.benchmarks;

import dev.daybook.Daybook;
import dev.daybook.PlanRecord;
import dev.daybook.Session;
import dev.daybook.Workspace;
import dev.daybook.event.Actor;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.TaskStatus;
import dev.daybook.storage.ObjectStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Processes that all change one plan. */
@Command(
    name = "plan",
    description =
        "Lets processes take tasks out of one plan, and checks that none is lost or taken twice.",
    mixinStandardHelpOptions = true)
final class PlanSuite implements Callable<Integer> {
  private static final String NAME = "plan";
  private static final long RACE_MILLIS = 10_000;
  private static final double FAIR_MIN = 1.0 / 3;
  private static final double P99_MILLIS_MAX = 2_000;

  @Option(names = "--s3", description = "on a double of S3 with injected latency")
  private boolean s3;

  @Option(names = "--processes", description = "how many JVMs")
  private int processes = 16;

  @Option(names = "--updates", description = "by each process")
  private int updates = 200;

  /** What one process did: a line each update, and how long all took. */
  private record Run(List<String> lines, double seconds) {}

  @Override
  public Integer call() throws Exception {
    Console.machine();
    try (Place place = Place.of(s3);
        ObjectStore store = place.store()) {
      Console.line("store     %s", place.describe());
      addTasks(place, store);
      double raw = race(place);
      List<Run> runs = update(place);
      report(place, store, runs, raw);
    }
    return 0;
  }

  private void addTasks(Place place, ObjectStore store) {
    try (Daybook daybook = place.engine(store).open();
        Workspace workspace = daybook.create(NAME);
        Session session = workspace.startSession(Actor.system("benchmark"))) {
      List<PlanEvent> tasks = new ArrayList<>();
      for (int i = 1; i <= processes * updates; i++) {
        tasks.add(TaskAdded.of("TASK-" + i, "Task number " + i));
      }
      session.updatePlan(plan -> tasks);
    }
  }

  private List<ChildJvm> start(List<List<String>> arguments) throws IOException {
    List<ChildJvm> children = new ArrayList<>();
    for (List<String> line : arguments) {
      children.add(new ChildJvm(PlanProcess.class, line.toArray(String[]::new)));
    }
    for (ChildJvm child : children) {
      String unused = child.hear();
    }
    Console.progress("%d processes are ready", children.size());
    children.forEach(child -> child.tell("go"));
    return children;
  }

  /** Wins a second of processes that do nothing but race for the next key. */
  private double race(Place place) throws IOException {
    List<List<String>> arguments = new ArrayList<>();
    for (int i = 0; i < processes; i++) {
      arguments.add(List.of("race", place.address(), "raw/000001/", Long.toString(RACE_MILLIS)));
    }
    List<ChildJvm> children = start(arguments);
    long won = 0;
    try {
      for (ChildJvm child : children) {
        won += Long.parseLong(child.hear());
      }
    } finally {
      children.forEach(ChildJvm::close);
    }
    return won * 1_000.0 / RACE_MILLIS;
  }

  private List<Run> update(Place place) throws IOException {
    List<List<String>> arguments = new ArrayList<>();
    for (int i = 1; i <= processes; i++) {
      arguments.add(
          List.of(
              "update",
              place.address(),
              NAME,
              place.folder("cache-" + i).toString(),
              "coder-" + i,
              Integer.toString(updates)));
    }
    List<ChildJvm> children = start(arguments);
    List<Run> runs = new ArrayList<>();
    try {
      for (ChildJvm child : children) {
        double seconds = Long.parseLong(child.hear().substring("done ".length())) / 1e9;
        List<String> lines = new ArrayList<>();
        for (String line = child.hear(); !line.equals("end"); line = child.hear()) {
          lines.add(line);
        }
        runs.add(new Run(lines, seconds));
        Console.progress("%d of %d processes are done", runs.size(), processes);
      }
    } finally {
      children.forEach(ChildJvm::close);
    }
    return runs;
  }

  private void report(Place place, ObjectStore store, List<Run> runs, double raw) {
    Map<String, Integer> taken = new HashMap<>();
    TreeSet<Long> versions = new TreeSet<>();
    Latencies latencies = new Latencies();
    for (Run run : runs) {
      for (String line : run.lines()) {
        List<String> words = List.of(line.split(" ", -1));
        taken.merge(words.get(0), 1, Integer::sum);
        versions.add(Long.parseLong(words.get(1)));
        latencies.add(Long.parseLong(words.get(2)));
      }
    }
    int asked = processes * updates;
    long twice = taken.values().stream().filter(times -> times > 1).count();
    PlanRecord plan;
    Daybook daybook = place.engine(store).open();
    plan = daybook.open(NAME).plan();
    long inPlan =
        plan.tasks().values().stream()
            .filter(task -> task.status() == TaskStatus.IN_PROGRESS)
            .count();
    boolean areContiguous =
        versions.size() == asked
            && versions.last() - versions.first() + 1 == asked
            && versions.last() == plan.version();
    double fastest = runs.stream().mapToDouble(Run::seconds).min().orElseThrow();
    double slowest = runs.stream().mapToDouble(Run::seconds).max().orElseThrow();
    double perSecond = asked / slowest;
    double p99 = latencies.millis(99);
    Console.line("%-34s %12s  %s", "measure", "value", "bar");
    line("processes x updates", processes + " x " + updates, "none");
    line("updates in the plan", "" + inPlan, "all: " + Console.verdict(inPlan == asked));
    line(
        "versions",
        versions.first() + "-" + versions.last(),
        "contiguous, one an update: " + Console.verdict(areContiguous));
    line("tasks taken twice", "" + twice, "none: " + Console.verdict(twice == 0));
    line("updates/s", number(perSecond), "none");
    line("raw conditional puts won/s", number(raw), "none");
    line("updates/s by raw", number(perSecond / raw), "none");
    line(
        "slowest by fastest process",
        number(fastest / slowest),
        "0.33: " + Console.verdict(fastest / slowest >= FAIR_MIN));
    line("update p50 ms", number(latencies.millis(50)), "none");
    line("update p99 ms", number(p99), "2000: " + Console.verdict(p99 <= P99_MILLIS_MAX));
    line("update max ms", number(latencies.millis(100)), "none");
  }

  private static String number(double value) {
    return String.format(java.util.Locale.ROOT, value < 10 ? "%.2f" : "%.0f", value);
  }

  private static void line(String measure, String value, String bar) {
    Console.line("%-34s %12s  %s", measure, value, bar);
  }
}
