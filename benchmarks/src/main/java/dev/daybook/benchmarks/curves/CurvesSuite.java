package dev.daybook.benchmarks.curves;

import dev.daybook.benchmarks.Console;
import dev.daybook.benchmarks.Figure;
import dev.daybook.benchmarks.Figures;
import dev.daybook.benchmarks.ScaleWorkspace;
import dev.daybook.benchmarks.ScratchFolder;
import dev.daybook.benchmarks.SyntheticHistory;
import dev.daybook.storage.ObjectStore;
import dev.daybook.storage.local.LocalObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How what Daybook costs grows with a history: the same measures at one size after the other. */
@Command(
    name = "curves",
    description = "Measures writing, compaction, bytes, opening, recall and requests by size.",
    mixinStandardHelpOptions = true)
public final class CurvesSuite implements Callable<Integer> {
  private static final String DAYBOOK = "Daybook";

  /** A process that opens is often a short one, among others. */
  private static final List<String> SMALL =
      List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  /** As in real work: so that what was tried before can say whether a commit has moved since. */
  private static final ScaleWorkspace.Commits COMMITS = ScaleWorkspace.Commits.OF_SESSIONS;

  /** What can be measured alone. */
  public enum Part {
    /** Building the history: recording, taking in, merging; time and heap. */
    COMPACT,
    /** Recording more, with default settings. */
    WRITE,
    /** Bytes an event on storage. */
    SIZE,
    /** Opening, with an empty cache and with what an earlier process left there. */
    OPEN,
    /** Questions by both legs. */
    RECALL,
    /** What was tried before. */
    ATTEMPTS,
    /** Requests and dollars on S3. */
    S3
  }

  @Option(names = "--from", description = "the smallest history, in events")
  private long from = 10_000;

  @Option(names = "--to", description = "the largest history; times and files grow with it")
  private long to = 100_000;

  @Option(
      names = "--points",
      description =
          "sizes from one power of ten to the next: 1 for each tenfold, 2 for one between")
  private int points = 1;

  @Option(
      names = "--s3-events",
      description = "the largest history that is recorded on S3's double")
  private long s3Events = 100_000;

  @Option(
      names = "--store",
      description = "a folder to build histories in, or to take them from if they are there")
  private Optional<Path> store = Optional.empty();

  @Option(names = "--only", arity = "1..*", description = "measure only ${COMPLETION-CANDIDATES}")
  private Set<Part> only = EnumSet.allOf(Part.class);

  @Option(
      names = "--opens",
      description = "how often a history is opened that has local copies, each time by a JVM")
  private int opens = 3;

  @Option(
      names = "--questions",
      description =
          "how many are asked of recall at each size; at most 200 of what was tried before, and 50"
              + " on S3")
  private int questions = 1_000;

  @Option(names = "--writes", description = "how many events are recorded on top of each history")
  private int writes = 20_000;

  @Option(names = "--heap", description = "-Xmx of the processes that build, write and ask")
  private String heap = "1g";

  @Option(names = "--flag", description = "one more flag of those processes; may be repeated")
  private List<String> flags = List.of();

  @Option(names = "--put", description = "US dollars for 1,000 PUTs or LISTs")
  private double putPrice = 0.005;

  @Option(names = "--get", description = "US dollars for 1,000 GETs")
  private double getPrice = 0.0004;

  @Spec private CommandSpec spec;

  private final Figures figures = new Figures();
  private final List<String> said = new ArrayList<>();
  private int failed;

  /** The figures of the smallest history, by workload and measure. */
  private final Map<String, Figure> smallest = new HashMap<>();

  /** For picocli. */
  public CurvesSuite() {}

  @Override
  public Integer call() throws Exception {
    check();
    Console.machine();
    try (ScratchFolder scratch =
        store.isPresent()
            ? ScratchFolder.in(store.get(), "scratch-")
            : ScratchFolder.of("daybook-curves-")) {
      for (long events : sizes()) {
        measure(store.orElse(scratch.path()), scratch.path(), events);
      }
    }
    said.forEach(line -> Console.line("%s", line));
    figures.print();
    return failed == 0 ? 0 : 1;
  }

  private void check() {
    if (from < 1_000 || to < from || points < 1 || opens < 1 || questions < 1 || writes < 1) {
      throw new CommandLine.ParameterException(
          spec.commandLine(),
          ("--from, --to, --points, --opens, --questions and --writes are %,d, %,d, %,d, %,d, %,d"
                  + " and %,d; expected at least 1,000 events, --to no less than --from, and the"
                  + " others at least 1")
              .formatted(from, to, points, opens, questions, writes));
    }
  }

  /** From the smallest to the largest, so many for each power of ten, rounded to thousands. */
  private List<Long> sizes() {
    List<Long> sizes = new ArrayList<>();
    for (int step = 0; ; step++) {
      double exact = from * Math.pow(10, step / (double) points);
      // A little more than the last one is that one, by rounding.
      if (exact > to * 1.001) {
        break;
      }
      sizes.add(Math.min(to, Math.round(exact / 1_000) * 1_000));
    }
    if (sizes.getLast() < to) {
      sizes.add(to);
    }
    return sizes;
  }

  private void measure(Path folder, Path scratch, long events) throws Exception {
    long start = System.nanoTime();
    Console.progress("%,d events: building, if it is not there", events);
    SyntheticHistory history = Child.history(events);
    int segments = Child.segments(events);
    if (only.stream().anyMatch(part -> part != Part.S3)
        && isDone("building", events, () -> build(folder, events, history, segments))) {
      ScaleWorkspace kept =
          ScaleWorkspace.of(
              folder, history, segments, COMMITS, BuildProcess.SLICES, ScaleWorkspace.Watch.NONE);
      try (ScratchFolder copied = ScratchFolder.owning(kept.copy())) {
        Path copy = copied.path();
        size(copy, events);
        part(Part.OPEN, events, () -> open(copy, scratch.resolve("cache-" + events), events));
        part(Part.RECALL, events, () -> ask(Part.RECALL, "recall", copy, kept.cache(), events));
        part(
            Part.ATTEMPTS,
            events,
            () -> ask(Part.ATTEMPTS, "priorAttempts", copy, kept.cache(), events));
        part(Part.WRITE, events, () -> write(copy, kept.cache(), events));
      }
    }
    s3(scratch.resolve("cache-s3-" + events), events);
    said.add(
        String.format(
            Locale.ROOT,
            "time      %,d events took %.0f s",
            events,
            (System.nanoTime() - start) / 1e9));
    Console.progress("%s", said.getLast());
  }

  /** Something of which a process may fail. */
  private interface Step {
    void run() throws IOException;
  }

  private void part(Part part, long events, Step step) throws IOException {
    if (only.contains(part)) {
      boolean unused = isDone(part.name(), events, step);
    }
  }

  /** Whether it went well; if a process failed, that is said, and the suite ends with 1. */
  private boolean isDone(String what, long events, Step step) throws IOException {
    try {
      step.run();
      return true;
    } catch (Child.Failed e) {
      failed++;
      said.add(
          String.format(
              Locale.ROOT, "failed    %s at %,d events: %s", what, events, e.getMessage()));
      Console.progress("%s", said.getLast());
      return false;
    }
  }

  private void build(Path folder, long events, SyntheticHistory history, int segments)
      throws IOException {
    if (ScaleWorkspace.isIn(folder, history, segments, COMMITS)) {
      if (only.contains(Part.COMPACT)) {
        said.add(
            String.format(
                Locale.ROOT,
                "left out  compaction at %,d events: the history was in the folder already",
                events));
      }
      return;
    }
    List<Child.Measured> measured =
        Child.run(Child.flags(heap, flags), BuildProcess.class, folder, events);
    if (only.contains(Part.COMPACT)) {
      for (Child.Measured one : measured) {
        add(
            "compaction",
            events,
            one,
            "Ten slices of the history, each recorded and taken in by itself, then merged into"
                + " one; heap in use after collections, from above, under -Xmx"
                + heap);
      }
    }
  }

  private void size(Path copy, long events) throws IOException {
    if (!only.contains(Part.SIZE)) {
      return;
    }
    try (ObjectStore objects = LocalObjectStore.at(copy)) {
      Map<String, Long> bytes = new HashMap<>();
      ScaleWorkspace.named(objects)
          .forEach(file -> bytes.merge(file.kind(), file.bytes(), Long::sum));
      for (String kind : List.of("segment", "index", "vector")) {
        double each = bytes.getOrDefault(kind, 0L) / (double) events;
        add("on storage", events, new Child.Measured(kind, each, "bytes/event"), "");
      }
      double all = bytes.values().stream().mapToLong(Long::longValue).sum() / (double) events;
      add("on storage", events, new Child.Measured("all", all, "bytes/event"), "");
    }
  }

  private void open(Path copy, Path cache, long events) throws IOException {
    Map<String, List<Child.Measured>> warm = new HashMap<>();
    List<String> order = new ArrayList<>();
    for (int round = 0; round <= opens; round++) {
      List<Child.Measured> measured = Child.run(SMALL, OpenProcess.class, copy, cache, events);
      for (Child.Measured one : measured) {
        if (round == 0) {
          add("open, empty cache", events, one, "A JVM of its own with -Xmx256m and C1 alone");
          order.add(one.measure());
        } else {
          warm.computeIfAbsent(one.measure(), key -> new ArrayList<>()).add(one);
        }
      }
    }
    for (String measure : order) {
      List<Child.Measured> sorted =
          warm.get(measure).stream()
              .sorted(Comparator.comparingDouble(Child.Measured::value))
              .toList();
      add(
          "open, local copies there",
          events,
          sorted.get(sorted.size() / 2),
          "The median of " + opens + " JVMs with -Xmx256m and C1 alone");
    }
  }

  private void ask(Part part, String workload, Path copy, Path cache, long events)
      throws IOException {
    String what = part.name().toLowerCase(Locale.ROOT);
    for (Child.Measured one :
        Child.run(
            Child.flags(heap, flags), AskProcess.class, copy, cache, events, what, questions)) {
      add(workload, events, one, "");
    }
  }

  private void write(Path copy, Path cache, long events) throws IOException {
    for (Child.Measured one :
        Child.run(Child.flags(heap, flags), WriteProcess.class, copy, cache, events, writes)) {
      add(
          "write, default settings",
          events,
          one,
          "%,d events on top of the history, a thousand under way, compaction behind it"
              .formatted(writes));
    }
  }

  private void s3(Path cache, long events) throws Exception {
    if (!only.contains(Part.S3)) {
      return;
    }
    if (events > s3Events) {
      said.add(
          String.format(
              Locale.ROOT, "left out  S3 at %,d events: --s3-events is %,d", events, s3Events));
      return;
    }
    S3Cost cost = new S3Cost(putPrice, getPrice, Math.min(S3Cost.RECALLS_MAX, questions));
    for (Child.Measured one : cost.measure(events, cache)) {
      add(
          "S3",
          events,
          one,
          "%d events under way; $%s for 1,000 PUTs or LISTs, $%s for 1,000 GETs"
              .formatted(S3Cost.AT_ONCE, putPrice, getPrice));
    }
  }

  private void add(String workload, long events, Child.Measured measured, String note)
      throws IOException {
    Figure figure =
        Figure.of(workload, events, DAYBOOK, measured.measure(), measured.value(), measured.unit())
            .noting(note);
    Figure first = smallest.putIfAbsent(workload + "\t" + measured.measure(), figure);
    if (first != null && first.value() > 0) {
      String beside = String.format(Locale.ROOT, "%s at %,d events", DAYBOOK, first.events());
      figure = figure.beside(beside, measured.value() / first.value());
    }
    figures.add(figure);
  }
}
