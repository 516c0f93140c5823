package dev.daybook.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.daybook.Daybook;
import dev.daybook.PlanImport;
import dev.daybook.PlanRecord;
import dev.daybook.Workspace;
import dev.daybook.internal.entry.Json;
import dev.daybook.internal.transcript.Lines;
import dev.daybook.internal.transcript.NativeItems;
import dev.daybook.recall.Embedder;
import dev.daybook.storage.ObjectStore;
import dev.daybook.storage.local.LocalObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Takes the history of a real plan in and looks at it from every side. */
@Command(
    name = "plan-replay",
    description =
        "Imports the event rows of a plan into a fresh workspace and compares every item with what"
            + " it must be, at the end and at past versions; then opens it in new JVMs.",
    mixinStandardHelpOptions = true)
final class PlanReplaySuite implements Callable<Integer> {
  private static final String NAME = "plan-replay";
  private static final int SHOWN = 10;
  private static final int OPEN_MS_MAX = 300;

  @Option(names = "--events", required = true, description = "a .jsonl or .jsonl.gz file of rows")
  private Path events;

  @Option(
      names = "--final",
      required = true,
      description = "a .jsonl or .jsonl.gz file of the items after the last row")
  private Path last;

  @Option(names = "--versions", description = "how many past versions are compared")
  private int versions = 100;

  @Option(names = "--seed", description = "which ones")
  private long seed = 1;

  @Option(names = "--rows", description = "rows in a plan version")
  private int rowsPerVersion = PlanImport.ROWS_PER_VERSION_DEFAULT;

  @Option(names = "--opens", description = "how many JVMs open it, one after the other")
  private int opens = 11;

  @Option(names = "--store", description = "a folder to keep the workspace in, or to find it in")
  private Optional<Path> kept = Optional.empty();

  private final NativeItems items = new NativeItems(PlanImport.PREFIX_DEFAULT);

  @Override
  public Integer call() throws Exception {
    Console.machine();
    boolean equal;
    try (ScratchFolder scratch = ScratchFolder.of("daybook-benchmark-")) {
      Path folder = kept.orElse(scratch.resolve("store"));
      try (ObjectStore store = LocalObjectStore.at(folder);
          Daybook daybook =
              Daybook.on(store)
                  .embedder(Embedder.none())
                  .cache(scratch.resolve("cache"), 4L << 30)
                  .open()) {
        equal = replay(daybook);
      }
      open(folder, scratch.path());
    }
    return equal ? 0 : 1;
  }

  private boolean replay(Daybook daybook) throws IOException {
    if (!daybook.workspaces().contains(NAME)) {
      load(daybook);
    }
    try (Workspace workspace = daybook.open(NAME)) {
      PlanRecord plan = workspace.plan();
      long wrong = compare(plan, items(last), "final");
      Console.line("plan-replay: %d mismatches", wrong);
      return past(workspace, plan.version()) == 0 && wrong == 0;
    }
  }

  private void load(Daybook daybook) throws IOException {
    long start = System.nanoTime();
    try (Workspace workspace = daybook.create(NAME)) {
      PlanImport.Report report =
          PlanImport.of(events)
              .rowsPerVersion(rowsPerVersion)
              .into(
                  workspace,
                  progress ->
                      Console.progress(
                          "%s: %,d of %,d bytes", "importing", progress.done(), progress.total()));
      double seconds = (System.nanoTime() - start) / 1e9;
      Console.line(
          "import    %,d rows in %.1f s (%,.0f/s), %,d recorded, %,d bad, %,d unresolved, %,d in"
              + " cycles",
          report.read(),
          seconds,
          report.read() / seconds,
          report.recorded(),
          report.bad(),
          report.unresolved(),
          report.cyclic());
      report.badRows().stream().limit(SHOWN).forEach(bad -> Console.line("bad       %s", bad));
      long compaction = System.nanoTime();
      workspace.compact();
      Console.line("compact   %.1f s", (System.nanoTime() - compaction) / 1e9);
      PlanImport.Report again = PlanImport.of(events).into(workspace);
      Console.line(
          "again     %,d recorded, %,d already there", again.recorded(), again.alreadyThere());
    }
  }

  private static Map<String, ObjectNode> items(Path file) throws IOException {
    Map<String, ObjectNode> items = new LinkedHashMap<>();
    for (JsonNode item : rows(file)) {
      items.put(item.path("id").textValue(), (ObjectNode) item);
    }
    return items;
  }

  private static List<JsonNode> rows(Path file) throws IOException {
    List<JsonNode> rows = new ArrayList<>();
    try (Lines lines = Lines.of(file)) {
      for (var line = lines.next(); line.isPresent(); line = lines.next()) {
        if (!line.get().isBlank()) {
          rows.add(Json.tree(new String(line.get().bytes(), StandardCharsets.UTF_8)));
        }
      }
    }
    return rows;
  }

  /** How many fields of items differ, counting an item that is missing or too many as one. */
  private long compare(PlanRecord plan, Map<String, ObjectNode> expected, String when)
      throws IOException {
    long wrong = 0;
    for (Map.Entry<String, ObjectNode> one : expected.entrySet()) {
      Optional<PlanRecord.Task> task = plan.task(one.getKey());
      if (task.isEmpty()) {
        tell(wrong++, when, one.getKey(), "no such task");
        continue;
      }
      ObjectNode found = (ObjectNode) Json.tree(items.json(task.get()));
      if (!found.equals(one.getValue())) {
        for (String field : fields(found, one.getValue())) {
          JsonNode is = found.path(field);
          JsonNode should = one.getValue().path(field);
          if (!is.equals(should)) {
            tell(wrong++, when, one.getKey(), field + " is " + is + ", expected " + should);
          }
        }
      }
    }
    for (String id : plan.tasks().keySet()) {
      if (!expected.containsKey(id)) {
        tell(wrong++, when, id, "not expected");
      }
    }
    return wrong;
  }

  private static void tell(long before, String when, String item, String what) {
    if (before < SHOWN) {
      Console.line("mismatch  %s, %s: %s", when, item, what);
    }
  }

  private static Set<String> fields(ObjectNode a, ObjectNode b) {
    Set<String> fields = new TreeSet<>();
    a.fieldNames().forEachRemaining(fields::add);
    b.fieldNames().forEachRemaining(fields::add);
    return fields;
  }

  /** Versions of the past beside the plain merge of the rows that were in them. */
  private long past(Workspace workspace, long newest) throws IOException {
    List<JsonNode> rows = rows(events);
    Random random = new Random(seed);
    TreeSet<Long> chosen = new TreeSet<>();
    while (chosen.size() < Math.min(versions, newest)) {
      chosen.add(1 + random.nextLong(newest));
    }
    long wrong = 0;
    long longest = 0;
    long all = 0;
    int taken = 0;
    Map<String, ObjectNode> merged = new HashMap<>();
    for (long version : chosen) {
      long start = System.nanoTime();
      PlanRecord plan = workspace.plan(version);
      long took = System.nanoTime() - start;
      longest = Math.max(longest, took);
      all += took;
      for (; taken < Math.min(rows.size(), version * rowsPerVersion); taken++) {
        merge(merged, rows.get(taken));
      }
      wrong += compare(plan, merged, "version " + version);
      wrong += plan.version() == version ? 0 : 1;
    }
    Console.line(
        "past      %d random versions of %,d (seed %d): %,d mismatches with a fresh fold;"
            + " plan(version) %.0f ms on average, %.0f at most",
        chosen.size(), newest, seed, wrong, all / 1e6 / chosen.size(), longest / 1e6);
    return wrong;
  }

  private static void merge(Map<String, ObjectNode> items, JsonNode row) {
    ObjectNode item =
        items.computeIfAbsent(
            row.path("id").textValue(), id -> JsonNodeFactory.instance.objectNode());
    row.path("set")
        .properties()
        .forEach(field -> {
          if (field.getValue().isNull()) {
            item.remove(field.getKey());
          } else {
            item.set(field.getKey(), field.getValue());
          }
        });
  }

  /** A JVM with the default settings each time, as a host would have one. */
  private void open(Path folder, Path scratch) throws Exception {
    long[] toMain = new long[opens];
    long[] toPlan = new long[opens];
    long[] toReady = new long[opens];
    String rest = "";
    for (int i = 0; i < opens; i++) {
      ProcessBuilder builder =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "--enable-native-access=ALL-UNNAMED",
                  PlanOpenProcess.class.getName(),
                  folder.toString(),
                  NAME,
                  scratch.resolve("cache-" + i).toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT);
      builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
      Process process = builder.start();
      String line;
      try (var output = process.inputReader(StandardCharsets.UTF_8)) {
        line = output.readLine();
      }
      if (process.waitFor() != 0 || line == null) {
        throw new IOException("The process that opens the plan failed; its error output is above");
      }
      String[] numbers = line.split(" ", -1);
      toMain[i] = Long.parseLong(numbers[0]);
      toPlan[i] = Long.parseLong(numbers[1]);
      toReady[i] = Long.parseLong(numbers[2]);
      rest =
          Stream.of(
                  numbers[4] + " tasks",
                  numbers[3] + " ready",
                  "version " + numbers[5],
                  numbers[6] + " creates",
                  numbers[7] + " gets",
                  numbers[8] + " lists",
                  numbers[9] + " others",
                  numbers[10] + " bytes")
              .collect(Collectors.joining(", "));
    }
    Arrays.sort(toMain);
    Arrays.sort(toPlan);
    Arrays.sort(toReady);
    Console.line(
        "open      %d new JVMs: %d ms from JVM start to the plan (median), %d to %d; %d to main;"
            + " bar %d ms: %s",
        opens,
        toPlan[opens / 2],
        toPlan[0],
        toPlan[opens - 1],
        toMain[opens / 2],
        OPEN_MS_MAX,
        Console.verdict(toPlan[opens / 2] <= OPEN_MS_MAX));
    Console.line("open      %d ms to what is ready in it (median); %s", toReady[opens / 2], rest);
  }
}
