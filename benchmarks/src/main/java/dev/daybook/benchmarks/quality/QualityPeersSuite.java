package dev.daybook.benchmarks.quality;

import dev.daybook.benchmarks.Console;
import dev.daybook.benchmarks.Figure;
import dev.daybook.benchmarks.Figures;
import dev.daybook.benchmarks.JudgedSet;
import dev.daybook.benchmarks.JudgedSet.Text;
import dev.daybook.benchmarks.Measures;
import dev.daybook.benchmarks.NeedsPeers;
import dev.daybook.benchmarks.ScratchFolder;
import dev.daybook.benchmarks.SetWorkspace;
import dev.daybook.benchmarks.SqliteFts;
import dev.daybook.embedding.minilm.MiniLmEmbedder;
import dev.daybook.recall.Embedder;
import dev.daybook.recall.Leg;
import dev.daybook.recall.Query;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Judges recall on judged sets beside SQLite's full-text search, a ranking by substrings and
 * cosines, and cosines alone. Needs the profile {@code peers} for SQLite; without it that one is
 * left out, and the table says so.
 */
@Command(
    name = "quality-peers",
    description = "Judges recall beside SQLite FTS5 and a published ranking, on the same sets.",
    mixinStandardHelpOptions = true)
@NeedsPeers
public final class QualityPeersSuite implements Callable<Integer> {
  private static final String FUSED = "Daybook fused";
  private static final String LEXICAL = "Daybook lexical";
  private static final String VECTOR = "Daybook vector";
  private static final String BRUTE_FORCE = "cosine alone, brute force";
  private static final String NDCG = "nDCG@10";
  private static final String ON_WHOLE = "substring union, whole question";
  private static final String ON_WORDS = "substring union, four words";
  private static final String WORDS_ALONE = "substrings, four words, no vectors";
  private static final List<String> TOKENIZERS = List.of("porter unicode61", "unicode61");

  @Option(
      names = "--set",
      description =
          "a folder with corpus.jsonl, queries.jsonl and qrels.tsv; may be given several times;"
              + " without any a small set is made, which judges little")
  private List<Path> sets = List.of();

  @Mixin private SetWorkspace.Asking asking;
  @Spec private CommandSpec spec;

  /** What a set is good for. */
  private enum Kind {
    GIVEN(""),
    MADE_UP("The set is made of words without meaning, so nothing is judged by it. ");

    private final String warning;

    Kind(String warning) {
      this.warning = warning;
    }
  }

  private final Figures figures = new Figures();
  private final List<String> leftOut = new ArrayList<>();

  /** For picocli. */
  public QualityPeersSuite() {}

  @Override
  public Integer call() throws Exception {
    for (Path set : sets) {
      if (!Files.isDirectory(set)) {
        throw new CommandLine.ParameterException(
            spec.commandLine(),
            "--set %s is no folder; expected one with corpus.jsonl, queries.jsonl and qrels.tsv"
                .formatted(set));
      }
    }
    Console.machine();
    try (ScratchFolder scratch = ScratchFolder.of("daybook-quality-");
        Embedder embedder = embedder()) {
      if (sets.isEmpty()) {
        Path made = scratch.resolve("synthetic");
        SyntheticSet.write(made);
        judge(made, embedder, Kind.MADE_UP);
      }
      for (Path set : sets) {
        judge(set, embedder, Kind.GIVEN);
      }
    } catch (JudgedSet.Unreadable e) {
      Console.progress("%s", e.getMessage());
      return 1;
    }
    leftOut.stream().distinct().forEach(what -> Console.line("left out  %s", what));
    figures.print();
    return 0;
  }

  private Embedder embedder() {
    if (asking.embedder() == SetWorkspace.Embedding.NONE) {
      leftOut.add("everything with vectors: --embedder none");
      return Embedder.none();
    }
    try {
      return new KeptVectors(MiniLmEmbedder.load());
    } catch (IllegalStateException e) {
      leftOut.add("everything with vectors: " + e.getMessage());
      return Embedder.none();
    }
  }

  private void judge(Path folder, Embedder embedder, Kind kind) throws Exception {
    try (SetWorkspace set = SetWorkspace.of(folder, asking, embedder)) {
      Map<String, Judged> measured = new LinkedHashMap<>();
      Candidates candidates = Candidates.of(set, asking);
      put(measured, set, LEXICAL, asked(set, Leg.LEXICAL));
      Optional<Cosines> cosines = Optional.empty();
      if (embedder.isPresent()) {
        put(measured, set, VECTOR, asked(set, Leg.VECTOR));
        put(measured, set, FUSED, asked(set, Leg.LEXICAL, Leg.VECTOR));
        Cosines all = new Cosines(candidates, embedder);
        put(measured, set, BRUTE_FORCE, all);
        cosines = Optional.of(all);
        put(
            measured,
            set,
            ON_WHOLE,
            new SubstringUnion(candidates, SubstringUnion.Pattern.WHOLE, cosines));
      }
      put(
          measured,
          set,
          cosines.isPresent() ? ON_WORDS : WORDS_ALONE,
          new SubstringUnion(candidates, SubstringUnion.Pattern.WORDS, cosines));
      for (String tokenizer : TOKENIZERS) {
        sqlite(measured, set, candidates, tokenizer);
      }
      tell(
          "quality, " + folder.toAbsolutePath().normalize().getFileName(),
          candidates,
          measured,
          kind);
    }
  }

  private void sqlite(
      Map<String, Judged> measured, SetWorkspace set, Candidates candidates, String tokenizer)
      throws Exception {
    if (!SqliteFts.isThere()) {
      leftOut.add(
          "SQLite FTS5: its driver %s is not on the class path; build with -Ppeers"
              .formatted(SqliteFts.DRIVER));
      return;
    }
    try (SqliteRanking sqlite = new SqliteRanking(candidates, tokenizer)) {
      put(measured, set, sqliteName(sqlite.version(), tokenizer), sqlite);
    }
  }

  private static String sqliteName(String version, String tokenizer) {
    return "SQLite %s FTS5, %s".formatted(version, tokenizer);
  }

  private static Contestant asked(SetWorkspace set, Leg... legs) {
    // One more, since the question's own document may be among them.
    return question -> set.documents(set.ask(question, query -> depth(query.legs(legs))));
  }

  private static Query depth(Query query) {
    return query.limit(Measures.DEPTH + 1);
  }

  private static void put(
      Map<String, Judged> measured, SetWorkspace set, String name, Contestant contestant)
      throws Exception {
    List<Measures> all = new ArrayList<>();
    for (Text question : set.judged()) {
      all.add(Measures.of(contestant.ranked(question), set.grades(question)));
    }
    Judged judged = new Judged(all);
    measured.put(name, judged);
    Console.progress("%s", judged.average().line(name));
  }

  private void tell(String workload, Candidates candidates, Map<String, Judged> measured, Kind kind)
      throws IOException {
    long events = candidates.documents().size();
    measured.forEach((name, is) -> Console.line("%s", is.average().line(workload + ": " + name)));
    String ours = measured.containsKey(FUSED) ? FUSED : LEXICAL;
    List<String> peers = new ArrayList<>(best(measured, "SQLite").stream().toList());
    measured.keySet().stream().filter(name -> name.startsWith("substring")).forEach(peers::add);
    for (Map.Entry<String, Judged> one : measured.entrySet()) {
      Measures is = one.getValue().average();
      Figure plain = Figure.of(workload, events, one.getKey(), NDCG, is.ndcg10(), "");
      if (one.getKey().equals(ours)) {
        for (String peer : peers) {
          Judged other = measured.get(peer);
          Figure beside = plain.beside(peer, is.ndcg10() / other.average().ndcg10());
          Figure noted =
              beside.noting(kind.warning + said(peer) + " " + one.getValue().beside(other));
          boolean isJudged = kind == Kind.GIVEN && ours.equals(FUSED) && !peer.equals(ON_WORDS);
          figures.add(isJudged ? noted.moreThan(1) : noted);
        }
      } else {
        figures.add(plain.noting(kind.warning));
      }
      figures.add(Figure.of(workload, events, one.getKey(), "MRR", is.mrr(), ""));
      figures.add(Figure.of(workload, events, one.getKey(), "recall@10", is.recall10(), ""));
    }
  }

  /** The strongest of a family. */
  private static Optional<String> best(Map<String, Judged> measured, String family) {
    return measured.keySet().stream()
        .filter(name -> name.startsWith(family))
        .max((one, other) ->
            Double.compare(
                measured.get(one).average().ndcg10(), measured.get(other).average().ndcg10()));
  }

  private static String said(String peer) {
    return peer.startsWith("SQLite")
        ? "The better of SQLite's tokenizers porter unicode61 and unicode61 on this set; all words"
            + " in quotes, joined by OR, ordered by bm25()."
        : "Hivemind's published ranking, written anew: substrings at a score of 1 in front of the"
            + " cosine top 20, one hit a session; its store and its own model were not run."
            + switch (peer) {
              case ON_WHOLE ->
                  " The whole question is hardly ever a substring, so this is the cosine top 20.";
              case ON_WORDS ->
                  " It is not published like this: with vectors it takes the whole question, and"
                      + " four words only without, so Daybook is not judged by it.";
              default -> "";
            };
  }
}
