package dev.daybook.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.daybook.Daybook;
import dev.daybook.Session;
import dev.daybook.Workspace;
import dev.daybook.event.Actor;
import dev.daybook.event.EventId;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.recall.Hit;
import dev.daybook.recall.Leg;
import dev.daybook.recall.Query;
import dev.daybook.storage.MemoryObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Judges recall on a set of documents, queries and relevance grades, for each leg alone and for the
 * fused result. A set is a folder of {@code corpus.jsonl {id, text}}, {@code queries.jsonl {id,
 * text}} and {@code qrels.tsv query, document, grade}; the measures are those of TREC (nDCG with
 * gains of 2^grade - 1).
 */
@Command(
    name = "recall",
    description = "Judges recall on a folder of documents, queries and grades.",
    mixinStandardHelpOptions = true)
final class RecallSuite implements Callable<Integer> {
  private static final int DEPTH = 100;

  @Option(
      names = "--set",
      required = true,
      description = "a folder with corpus.jsonl, queries.jsonl and qrels.tsv")
  private Path set;

  @Override
  public Integer call() throws IOException {
    Map<String, Map<String, Integer>> grades = grades();
    Path cache = Files.createTempDirectory("daybook-benchmark-");
    try (Daybook daybook = Daybook.on(new MemoryObjectStore()).cache(cache, 4L << 30).open();
        Workspace workspace = daybook.create("recall")) {
      Map<EventId, String> documents = new HashMap<>();
      try (Session session = workspace.startSession(Actor.system("benchmark"))) {
        for (JsonNode row : rows("corpus.jsonl")) {
          String text = row.path("text").asText();
          if (!text.isBlank()) {
            documents.put(session.record(Observation.of(text)).id(), row.path("id").asText());
          }
        }
      }
      workspace.compact();
      for (List<Leg> legs :
          List.of(List.of(Leg.LEXICAL), List.of(Leg.VECTOR), List.of(Leg.LEXICAL, Leg.VECTOR))) {
        System.out.println(judge(workspace, legs, documents, grades));
      }
    } finally {
      Scratch.delete(cache);
    }
    return 0;
  }

  private String judge(
      Workspace workspace,
      List<Leg> legs,
      Map<EventId, String> documents,
      Map<String, Map<String, Integer>> grades)
      throws IOException {
    double[] sums = new double[6];
    int queries = 0;
    for (JsonNode row : rows("queries.jsonl")) {
      Map<String, Integer> relevant = grades.getOrDefault(row.path("id").asText(), Map.of());
      if (relevant.isEmpty()) {
        continue;
      }
      queries++;
      List<Integer> found = new ArrayList<>();
      Query query = Query.of(row.path("text").asText()).legs(legs.toArray(Leg[]::new)).limit(DEPTH);
      for (Hit hit : workspace.recall(query)) {
        found.add(relevant.getOrDefault(documents.getOrDefault(hit.id(), ""), 0));
      }
      double[] one = measures(found, relevant);
      for (int i = 0; i < sums.length; i++) {
        sums[i] += one[i];
      }
    }
    String name = legs.size() > 1 ? "fused" : legs.getFirst().name().toLowerCase(Locale.ROOT);
    int n = Math.max(1, queries);
    return String.format(
        Locale.ROOT,
        "%s nDCG@10 %.4f MAP %.4f MRR %.4f R@5 %.4f R@10 %.4f R@100 %.4f",
        name,
        sums[0] / n,
        sums[1] / n,
        sums[2] / n,
        sums[3] / n,
        sums[4] / n,
        sums[5] / n);
  }

  private static double[] measures(List<Integer> found, Map<String, Integer> relevant) {
    List<Integer> ideal = relevant.values().stream().sorted(Comparator.reverseOrder()).toList();
    double precisions = 0;
    double firstRank = 0;
    int seen = 0;
    int at5 = 0;
    int at10 = 0;
    for (int i = 0; i < found.size(); i++) {
      if (found.get(i) > 0) {
        seen++;
        precisions += (double) seen / (i + 1);
        firstRank = firstRank == 0 ? 1.0 / (i + 1) : firstRank;
        at5 += i < 5 ? 1 : 0;
        at10 += i < 10 ? 1 : 0;
      }
    }
    double total = relevant.size();
    return new double[] {
      gain(found) / gain(ideal),
      precisions / total,
      firstRank,
      at5 / total,
      at10 / total,
      seen / total
    };
  }

  private static double gain(List<Integer> grades) {
    double gain = 0;
    for (int i = 0; i < Math.min(10, grades.size()); i++) {
      gain += (Math.pow(2, grades.get(i)) - 1) / (Math.log(i + 2.0) / Math.log(2));
    }
    return gain;
  }

  private List<JsonNode> rows(String file) throws IOException {
    JsonMapper mapper = new JsonMapper();
    List<JsonNode> rows = new ArrayList<>();
    for (String line : Files.readAllLines(set.resolve(file))) {
      if (!line.isBlank()) {
        rows.add(mapper.readTree(line));
      }
    }
    return rows;
  }

  private Map<String, Map<String, Integer>> grades() throws IOException {
    Map<String, Map<String, Integer>> grades = new HashMap<>();
    for (String line : Files.readAllLines(set.resolve("qrels.tsv"))) {
      List<String> parts = List.of(line.split("\t", -1));
      if (parts.size() >= 3 && parts.get(2).chars().allMatch(Character::isDigit)) {
        int grade = Integer.parseInt(parts.get(2));
        if (grade > 0) {
          grades.computeIfAbsent(parts.get(0), query -> new HashMap<>()).put(parts.get(1), grade);
        }
      }
    }
    return grades;
  }
}
