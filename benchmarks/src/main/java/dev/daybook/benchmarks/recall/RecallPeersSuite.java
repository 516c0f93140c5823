package dev.daybook.benchmarks.recall;

import dev.daybook.benchmarks.Console;
import dev.daybook.benchmarks.Figure;
import dev.daybook.benchmarks.Figures;
import dev.daybook.benchmarks.Latencies;
import dev.daybook.benchmarks.NeedsPeers;
import dev.daybook.benchmarks.ScratchFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Recall by words and by vectors, beside what a user would pick instead. */
@Command(
    name = "recall-peers",
    description =
        "Measures recall by words and vectors over a synthetic history or traces, in turns with"
            + " Lucene by itself, SQLite with FTS5 and the engine of LanceDB.",
    mixinStandardHelpOptions = true)
@NeedsPeers
public final class RecallPeersSuite implements Callable<Integer> {
  /** The bars are for histories of so many events. */
  private static final int BARRED_EVENTS = 100_000;

  private static final int ROUNDS = 10;
  private static final String FUSED = "fused recall, limit 10";
  private static final String LANCE_MINUTES = "5";

  /** Peers may differ in what a word is; this share of tokens must be among their first ten. */
  private static final double TOKENS_MIN = 0.9;

  private static final double NEAREST_MIN = 0.95;

  /** Of fewer answers the slowest hundredth is a handful. */
  private static final int P99_ANSWERS_MIN = 500;

  @Option(
      names = "--events",
      description = "how long the history is; with --traces, how many rows at most")
  private int events = BARRED_EVENTS;

  @Option(
      names = "--traces",
      description =
          "a .jsonl or .jsonl.gz file of trace rows, in place of made-up events; their vectors are"
              + " their words projected, not made by a model")
  private Optional<Path> traces = Optional.empty();

  @Option(names = "--queries", description = "how many questions the quick ones are asked")
  private int queries = 2_000;

  @Option(
      names = "--store",
      description = "a folder to build indexes in, or to take them from if they are there")
  private Optional<Path> store = Optional.empty();

  @Option(
      names = "--only",
      arity = "1..*",
      description = "${COMPLETION-CANDIDATES}: whom to measure beside Daybook; all by default")
  private Set<Contender> only = Set.of(Contender.values());

  @Option(
      names = "--lance-index",
      arity = "1..*",
      description =
          "kinds of index of vectors LanceDB is tried with: IVF_HNSW_SQ, IVF_PQ, IVF_FLAT")
  private List<String> lanceKinds = Peers.LANCE_KINDS;

  @Option(
      names = "--lance-minutes",
      defaultValue = LANCE_MINUTES,
      description =
          "how long the building of one of these may take; one that takes longer is left out;"
              + " ${DEFAULT-VALUE} by default")
  private double lanceMinutes;

  @Spec private CommandSpec spec;

  private final Figures figures = new Figures();

  /** What is to be said of those that find less than is asked. */
  private final Map<Contender, String> failings = new EnumMap<>(Contender.class);

  /** For picocli. */
  public RecallPeersSuite() {}

  @Override
  public Integer call() throws Exception {
    Console.machine();
    if (!(lanceMinutes > 0)) {
      throw new CommandLine.ParameterException(
          spec.commandLine(),
          "--lance-minutes is %s; expected more than 0".formatted(Figure.plain(lanceMinutes)));
    }
    if (events < 100 || queries < 1) {
      throw new CommandLine.ParameterException(
          spec.commandLine(),
          "--events and --queries are %,d and %,d; expected at least 100 and 1"
              .formatted(events, queries));
    }
    if (store.isPresent()) {
      Files.createDirectories(store.get());
      run(store.get().toAbsolutePath());
    } else {
      try (ScratchFolder scratch = ScratchFolder.of("daybook-recall-")) {
        run(scratch.path());
      }
    }
    figures.print();
    return 0;
  }

  private void run(Path folder) throws Exception {
    RecallData data = data();
    Set<Contender> wanted = new HashSet<>(only);
    wanted.add(Contender.DAYBOOK);
    try (Peers peers = Peers.open(folder, data, wanted, lance())) {
      for (Map.Entry<Contender, Peer> peer : peers.all().entrySet()) {
        judge(peer.getKey(), peer.getValue(), data);
      }
      for (Map.Entry<Contender, Peers.Built> built : peers.built().entrySet()) {
        String name = peers.all().get(built.getKey()).name();
        built
            .getValue()
            .seconds()
            .ifPresent(seconds -> add(Figure.of("building", events, name, "time", seconds, "s")));
        add(
            Figure.of(
                    "building",
                    events,
                    name,
                    "size",
                    built.getValue().bytes() / (double) events,
                    "bytes/event")
                .noting(built.getValue().note()));
      }
      tellFused(peers.all(), turns(peers.all(), data, Peer.Part.BOTH, 1));
      Map<Contender, Peer> apart = new EnumMap<>(peers.all());
      apart.keySet().removeIf(Contender::hasPartsOfAnother);
      for (Peer.Part part : List.of(Peer.Part.WORDS, Peer.Part.VECTORS)) {
        tell(apart, part, turns(apart, data, part, 4));
      }
    }
  }

  private Peers.Lance lance() {
    return new Peers.Lance(lanceKinds, Duration.ofMillis((long) (lanceMinutes * 60_000)));
  }

  private RecallData data() throws IOException {
    if (traces.isEmpty()) {
      Console.progress("making %,d events and %,d questions", events, queries);
      return RecallData.of(events, queries);
    }
    Console.progress("reading %s", traces.get());
    RecallData data = RecallData.of(traces.get(), events, queries);
    events = data.events();
    Console.line(
        "events    %,d, rows of %s; %,d questions of their errors, commands and sentences; vectors"
            + " are their words projected, not made by a model",
        events, traces.get().getFileName(), data.questions().size());
    return data;
  }

  private void add(Figure figure) {
    try {
      figures.add(figure);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void judge(Contender contender, Peer peer, RecallData data) throws Exception {
    int right = 0;
    int judged = 0;
    int asked = Math.min(contender.judged(), data.questions().size());
    for (RecallData.Question question : data.questions().subList(0, asked)) {
      Set<Integer> wanted =
          Arrays.stream(question.right()).boxed().collect(Collectors.toCollection(HashSet::new));
      int[] found = peer.ask(Peer.Part.VECTORS, question).events();
      right += (int) Arrays.stream(found).filter(wanted::contains).count();
      judged += RecallData.WANTED;
    }
    addQuality(
        contender,
        Figure.of(
                "quality of the part by vectors",
                events,
                peer.name(),
                "recall@10",
                right / (double) judged,
                "")
            .noting("of an exact scan, %d questions".formatted(asked)),
        contender == Contender.LANCE_INDEX ? Peers.LANCE_RECALL_MIN : NEAREST_MIN);
    int first = 0;
    int tokens = Math.min(contender.judged(), data.tokens().size());
    for (RecallData.Question token : data.tokens().subList(0, tokens)) {
      int[] found = peer.ask(Peer.Part.WORDS, token).events();
      first += Arrays.stream(found).anyMatch(event -> event == token.right()[0]) ? 1 : 0;
    }
    addQuality(
        contender,
        Figure.of(
                "quality of the part by words",
                events,
                peer.name(),
                "tokens found",
                first / (double) tokens,
                "")
            .noting("among its first ten, %d tokens of one event each".formatted(tokens)),
        TOKENS_MIN);
  }

  /**
   * A bar for Daybook alone, where events are made up; of whoever else finds less, what is said of
   * its times says so.
   */
  private void addQuality(Contender contender, Figure quality, double least) {
    if (contender == Contender.DAYBOOK && traces.isEmpty()) {
      add(quality.atLeast(least));
      return;
    }
    if (quality.value() < least) {
      String failing =
          "finds less than it is meant to: %s of %s, expected %s"
              .formatted(quality.measure(), Figure.plain(quality.value()), Figure.plain(least));
      failings.merge(contender, failing, (one, next) -> one + "; " + next);
      add(quality.noting(quality.note() + "; " + failing));
    } else {
      add(quality);
    }
  }

  /** All in turns, a block of questions each, in an order that turns round. */
  private Turns turns(Map<Contender, Peer> peers, RecallData data, Peer.Part part, int fraction)
      throws Exception {
    Turns turns = new Turns();
    List<Contender> order = List.copyOf(peers.keySet());
    for (Contender contender : order) {
      List<Long> unused =
          ask(peers.get(contender), data, part, 0, contender.warmUp(queries, fraction));
    }
    int block = Math.max(1, queries / fraction / ROUNDS);
    for (int round = 0; round < ROUNDS; round++) {
      for (int turn = 0; turn < order.size(); turn++) {
        Contender contender = order.get((round + turn) % order.size());
        int count = Math.max(1, contender.asked(queries) / fraction / ROUNDS);
        turns.add(contender, ask(peers.get(contender), data, part, round * block, count));
      }
      Console.progress("%s: round %d of %d", part, round + 1, ROUNDS);
    }
    return turns;
  }

  private static List<Long> ask(Peer peer, RecallData data, Peer.Part part, int from, int count)
      throws Exception {
    List<RecallData.Question> questions = data.questions();
    List<Long> nanos = new ArrayList<>(count);
    for (int number = from; number < from + count; number++) {
      nanos.add(peer.ask(part, questions.get(number % questions.size())).nanos());
    }
    return nanos;
  }

  private void tellFused(Map<Contender, Peer> peers, Turns fused) {
    peers.forEach((contender, peer) -> {
      Latencies latencies = fused.all(contender);
      String note = "%,d questions; %s".formatted(latencies.count(), said(contender, peer));
      add(Figure.of(FUSED, events, peer.name(), "p50", latencies.millis(50), "ms").noting(note));
      if (latencies.count() >= P99_ANSWERS_MIN) {
        add(Figure.of(FUSED, events, peer.name(), "p99", latencies.millis(99), "ms"));
      }
      if (contender != Contender.DAYBOOK) {
        Figure figure =
            Figure.of(
                    FUSED,
                    events,
                    "Daybook",
                    contender.measure(),
                    fused.all(Contender.DAYBOOK).millis(50),
                    "ms")
                .beside(peer.name(), contender.ratio(fused))
                .noting(
                    ("the median of %d rounds, in each over the questions that both were asked; of"
                            + " the other: %s%s")
                        .formatted(ROUNDS, said(contender, peer), ofDaybook("; ")));
        add(traces.isPresent() ? figure : contender.held(figure).judgedFrom(BARRED_EVENTS));
      }
    });
  }

  /** What is unequal about a contender, and what it fails to find. */
  private String said(Contender contender, Peer peer) {
    String failing = failings.getOrDefault(contender, "");
    return failing.isEmpty() ? peer.unequal() : peer.unequal() + "; " + failing;
  }

  /** What Daybook fails to find, for a ratio to its times; empty if there is nothing to say. */
  private String ofDaybook(String before) {
    String failing = failings.getOrDefault(Contender.DAYBOOK, "");
    return failing.isEmpty() ? "" : before + "of Daybook: " + failing;
  }

  private void tell(Map<Contender, Peer> peers, Peer.Part part, Turns turns) {
    String workload = part == Peer.Part.WORDS ? "its part by words" : "its part by vectors";
    peers.forEach((contender, peer) -> {
      double millis = turns.all(contender).millis(50);
      String failing = failings.getOrDefault(contender, "");
      Figure figure = Figure.of(workload, events, peer.name(), "p50", millis, "ms").noting(failing);
      add(
          contender == Contender.DAYBOOK
              ? figure
              : figure
                  .beside("Daybook", turns.ratio(contender, Contender.DAYBOOK))
                  .noting(failing + ofDaybook(failing.isEmpty() ? "" : "; ")));
    });
  }
}
