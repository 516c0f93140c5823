package dev.daybook.benchmarks;

import dev.daybook.benchmarks.JudgedSet.Text;
import dev.daybook.recall.Leg;
import dev.daybook.recall.Query;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Judges recall on a judged set: each leg alone and the fused result, one line each. */
@Command(
    name = "recall-quality",
    description = "Judges recall on a folder of documents, questions and grades.",
    mixinStandardHelpOptions = true)
final class RecallQualitySuite implements Callable<Integer> {
  private static final String REFERENCE = "english";

  @Option(
      names = "--set",
      required = true,
      description = "a folder with corpus.jsonl, queries.jsonl and qrels.tsv")
  private Path folder;

  @Option(
      names = "--reference",
      description = "english: one more line, of plain Lucene with EnglishAnalyzer, k1 0.9, b 0.4")
  private String reference = "";

  @Mixin private SetWorkspace.Asking asking;

  @Override
  public Integer call() throws IOException {
    if (!reference.isEmpty() && !reference.equals(REFERENCE)) {
      Console.progress("--reference is '%s', expected %s", reference, REFERENCE);
      return 2;
    }
    try (SetWorkspace judged = SetWorkspace.of(folder, asking)) {
      settings(judged);
      Console.line("%s", judge(judged, "lexical", Leg.LEXICAL));
      if (asking.embedder == SetWorkspace.Embedding.NONE) {
        Console.progress("--embedder none: the lexical leg alone");
      } else if (!judged.missing().isEmpty()) {
        Console.progress("the lexical leg alone: %s", judged.missing());
      } else {
        Console.line("%s", judge(judged, "vector", Leg.VECTOR));
        Console.line("%s", judge(judged, "fused", Leg.LEXICAL, Leg.VECTOR));
      }
      if (!reference.isEmpty()) {
        Console.line("%s", LuceneReference.line(judged.set(), asking.within, asking.excludesSelf));
      }
    } catch (JudgedSet.Unreadable e) {
      Console.progress("%s", e.getMessage());
      return 1;
    }
    return 0;
  }

  private static void settings(SetWorkspace judged) {
    Console.progress(
        "machine   %d processors, JDK %s (%s), load average %.1f, %s",
        Runtime.getRuntime().availableProcessors(),
        Runtime.version(),
        System.getProperty("java.vendor"),
        Console.load(),
        ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
            ? "with jdk.incubator.vector"
            : "without jdk.incubator.vector");
    Console.progress(
        "asked     for %d hits, so each leg contributes as many; the lexical leg weighs %.2f; %d"
            + " events without a vector",
        Measures.DEPTH, Query.LEAN_DEFAULT, judged.withoutVector());
  }

  /** The line of some legs. */
  private static String judge(SetWorkspace judged, String name, Leg... legs) {
    return measure(judged, query -> query.legs(legs)).line(name);
  }

  /** The average over the judged questions. */
  static Measures measure(SetWorkspace judged, java.util.function.UnaryOperator<Query> how) {
    List<Measures> all = new ArrayList<>();
    for (Text question : judged.judged()) {
      // One more, since the question's own document may be among them.
      List<String> ranked =
          judged.documents(
              judged.ask(question, query -> how.apply(query).limit(Measures.DEPTH + 1)));
      all.add(Measures.of(ranked, judged.grades(question)));
    }
    return Measures.average(all);
  }

  /** A leg's name as it is printed. */
  static String name(Leg leg) {
    return leg.name().toLowerCase(Locale.ROOT);
  }
}
