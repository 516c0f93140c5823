package dev.daybook.benchmarks.quality;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.daybook.benchmarks.SyntheticHistory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A judged set for whoever has none: events of a {@link SyntheticHistory}, and questions made of
 * words of one event each, which is the only one that counts as an answer. It shows that everything
 * runs. It judges little: its words mean nothing, so a model has nothing to go by, and a question
 * says what it looks for in the very words of the answer.
 */
final class SyntheticSet {
  private static final int EVENTS = 500;
  private static final int QUESTIONS = 100;
  private static final long SEED = 1;

  private SyntheticSet() {}

  /** Writes the same files whenever it is called. */
  static void write(Path folder) throws IOException {
    ObjectMapper json = new ObjectMapper();
    SyntheticHistory history = new SyntheticHistory(EVENTS, SEED);
    List<String> corpus = new ArrayList<>();
    Map<String, Long> numbers = new HashMap<>();
    for (long number = 0; number < EVENTS; number++) {
      String text = SyntheticHistory.textOf(history.event(number));
      numbers.put(text, number);
      corpus.add(json.writeValueAsString(Map.of("id", "e" + number, "text", text)));
    }
    List<String> questions = new ArrayList<>();
    List<String> grades = new ArrayList<>(List.of("query\tdocument\tgrade"));
    for (long number = 0; number < QUESTIONS; number++) {
      SyntheticHistory.Question question = history.question(number);
      questions.add(json.writeValueAsString(Map.of("id", "q" + number, "text", question.text())));
      grades.add("q%d\te%d\t1".formatted(number, numbers.get(question.about())));
    }
    Files.createDirectories(folder);
    Files.write(folder.resolve("corpus.jsonl"), corpus);
    Files.write(folder.resolve("queries.jsonl"), questions);
    Files.write(folder.resolve("qrels.tsv"), grades);
  }
}
