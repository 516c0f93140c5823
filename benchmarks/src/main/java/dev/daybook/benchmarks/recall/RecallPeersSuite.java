package dev.daybook.benchmarks.recall;

import dev.daybook.benchmarks.Console;
import dev.daybook.benchmarks.Figure;
import dev.daybook.benchmarks.Figures;
import dev.daybook.benchmarks.Latencies;
import dev.daybook.benchmarks.NeedsPeers;
import dev.daybook.benchmarks.Scratch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
        "Measures recall by words and vectors over a synthetic history, in turns with Lucene by"
            + " itself, SQLite with FTS5 and the engine of LanceDB.",
    mixinStandardHelpOptions = true)
@NeedsPeers
public final class RecallPeersSuite implements Callable<Integer> {
  /** The bars are for histories of so many events. */
  private static final int BARRED_EVENTS = 100_000;

  private static final int ROUNDS = 10;
  private static final String FUSED = "fused recall, limit 10";

  /** Peers may differ in what a word is; this share of tokens must be among their first ten. */
  private static final double TOKENS_MIN = 0.9;

  private static final double NEAREST_MIN = 0.95;

  @Option(names = "--events", description = "how long the history is")
  private int events = BARRED_EVENTS;

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

  @Spec private CommandSpec spec;

  private final Figures figures = new Figures();

  /** For picocli. */
  public RecallPeersSuite() {}

  @Override
  public Integer call() throws Exception {
    Console.machine();
    if (events < 100 || queries < 1) {
      throw new CommandLine.ParameterException(
          spec.commandLine(),
          "--events and --queries are %,d and %,d; expected at least 100 and 1"
              .formatted(events, queries));
    }
    Path folder = store.isPresent() ? store.get() : Files.createTempDirectory("daybook-benchmark-");
    Files.createDirectories(folder);
    run(folder.toAbsolutePath());
    figures.print();
    return 0;
  }

  private void run(Path folder) throws Exception {
    Console.progress("making %,d events and %,d questions", events, queries);
    RecallData data = RecallData.of(events, queries);
    Set<Contender> wanted = new HashSet<>(only);
    wanted.add(Contender.DAYBOOK);
    try (Peers peers =
        Peers.open(
            folder,
            data,
            wanted,
            lanceKinds,
            store.isPresent() ? () -> {} : () -> Scratch.delete(folder))) {
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
      Map<Contender, Latencies> fused = turns(peers.all(), data, Peer.Part.BOTH, 1);
      tellFused(peers.all(), fused);
      for (Peer.Part part : List.of(Peer.Part.WORDS, Peer.Part.VECTORS)) {
        tell(peers.all(), part, turns(peers.all(), data, part, 4));
      }
    }
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
    int asked = Math.min(contender.judged(), RecallData.JUDGED);
    for (RecallData.Question question : data.questions().subList(0, asked)) {
      Set<Integer> wanted =
          Arrays.stream(question.right()).boxed().collect(Collectors.toCollection(HashSet::new));
      int[] found = peer.ask(Peer.Part.VECTORS, question).events();
      right += (int) Arrays.stream(found).filter(wanted::contains).count();
      judged += wanted.size();
    }
    add(
        Figure.of(
                "quality of the part by vectors",
                events,
                peer.name(),
                "recall@10",
                right / (double) judged,
                "")
            .atLeast(contender == Contender.LANCE_INDEX ? Peers.LANCE_RECALL_MIN : NEAREST_MIN)
            .noting("of an exact scan, %d questions".formatted(asked)));
    int first = 0;
    int tokens = Math.min(contender.judged(), data.tokens().size());
    for (RecallData.Question token : data.tokens().subList(0, tokens)) {
      int[] found = peer.ask(Peer.Part.WORDS, token).events();
      first += Arrays.stream(found).anyMatch(event -> event == token.right()[0]) ? 1 : 0;
    }
    add(
        Figure.of(
                "quality of the part by words",
                events,
                peer.name(),
                "tokens found",
                first / (double) tokens,
                "")
            .atLeast(TOKENS_MIN)
            .noting("among its first ten, %d tokens of one event each".formatted(tokens)));
  }

  /** All in turns, a block of questions each, in an order that turns round. */
  private Map<Contender, Latencies> turns(
      Map<Contender, Peer> peers, RecallData data, Peer.Part part, int fraction) throws Exception {
    Map<Contender, Latencies> all = new EnumMap<>(Contender.class);
    List<Contender> order = List.copyOf(peers.keySet());
    for (Contender contender : order) {
      all.put(contender, new Latencies());
      int warm = Math.max(1, contender.asked(queries) / fraction / 4);
      ask(peers.get(contender), data, part, 0, warm, new Latencies());
    }
    for (int round = 0; round < ROUNDS; round++) {
      for (int turn = 0; turn < order.size(); turn++) {
        Contender contender = order.get((round + turn) % order.size());
        int count = Math.max(ROUNDS, contender.asked(queries) / fraction);
        ask(
            peers.get(contender),
            data,
            part,
            count * round / ROUNDS,
            count * (round + 1) / ROUNDS,
            all.get(contender));
      }
      Console.progress("%s: round %d of %d", part, round + 1, ROUNDS);
    }
    return all;
  }

  private static void ask(
      Peer peer, RecallData data, Peer.Part part, int from, int to, Latencies latencies)
      throws Exception {
    List<RecallData.Question> questions = data.questions();
    for (int number = from; number < to; number++) {
      latencies.add(peer.ask(part, questions.get(number % questions.size())).nanos());
    }
  }

  private void tellFused(Map<Contender, Peer> peers, Map<Contender, Latencies> fused) {
    Latencies ours = fused.get(Contender.DAYBOOK);
    fused.forEach((contender, latencies) -> {
      Peer peer = peers.get(contender);
      String note = "%,d questions; %s".formatted(latencies.count(), peer.unequal());
      add(Figure.of(FUSED, events, peer.name(), "p50", latencies.millis(50), "ms").noting(note));
      add(Figure.of(FUSED, events, peer.name(), "p99", latencies.millis(99), "ms"));
      if (contender != Contender.DAYBOOK) {
        double theirs = latencies.millis(50);
        Figure figure =
            Figure.of(FUSED, events, "Daybook", contender.measure(), ours.millis(50), "ms")
                .beside(peer.name(), contender.ratio(ours.millis(50), theirs));
        add(events >= BARRED_EVENTS ? contender.held(figure) : figure);
      }
    });
  }

  private void tell(
      Map<Contender, Peer> peers, Peer.Part part, Map<Contender, Latencies> latencies) {
    Latencies ours = latencies.get(Contender.DAYBOOK);
    String workload = part == Peer.Part.WORDS ? "its part by words" : "its part by vectors";
    latencies.forEach((contender, theirs) -> {
      Figure figure =
          Figure.of(workload, events, peers.get(contender).name(), "p50", theirs.millis(50), "ms");
      add(
          contender == Contender.DAYBOOK
              ? figure
              : figure.beside("Daybook", theirs.millis(50) / ours.millis(50)));
    });
  }
}
