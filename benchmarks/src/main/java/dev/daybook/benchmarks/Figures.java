package dev.daybook.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The figures of a suite: a table with always the same columns on standard output and, if the
 * property {@value #FILE} names a file, a line of JSON there as soon as each is known, so that what
 * was measured survives a suite that is stopped. For one thread.
 */
public final class Figures {
  /** Names the file, which {@code report} reads. */
  public static final String FILE = "daybook.figures";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final List<Figure> figures = new ArrayList<>();

  /** Keeps a figure, and shows it to whoever waits. */
  public void add(Figure figure) throws IOException {
    figures.add(figure);
    Console.progress(
        "%s, %,d events: %s: %s %s %s %s",
        figure.workload(),
        figure.events(),
        figure.contender(),
        figure.measure(),
        Figure.plain(figure.value()),
        figure.unit(),
        figure.verdict());
    String file = System.getProperty(FILE, "");
    if (!file.isEmpty()) {
      Files.writeString(
          Path.of(file), json(figure) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
  }

  /** The figures of a file that a suite was told to write; of a file that is not there, none. */
  public static List<Figure> read(Path file) throws IOException {
    List<Figure> figures = new ArrayList<>();
    if (Files.exists(file)) {
      for (String line : Files.readAllLines(file)) {
        figures.add(figure(JSON.readTree(line)));
      }
    }
    return figures;
  }

  private static ObjectNode json(Figure figure) {
    ObjectNode json =
        JSON.createObjectNode()
            .put("workload", figure.workload())
            .put("events", figure.events())
            .put("contender", figure.contender())
            .put("measure", figure.measure())
            .put("value", figure.value())
            .put("unit", figure.unit())
            .put("beside", figure.beside())
            .put("note", figure.note());
    figure.ratio().ifPresent(ratio -> json.put("ratio", ratio));
    figure.bar().ifPresent(bar -> json.put(bar.isLeast() ? "atLeast" : "atMost", bar.limit()));
    return json;
  }

  private static Figure figure(JsonNode json) {
    Figure plain =
        Figure.of(
            json.path("workload").asText(),
            json.path("events").asLong(),
            json.path("contender").asText(),
            json.path("measure").asText(),
            json.path("value").asDouble(),
            json.path("unit").asText());
    Optional<Figure> besides =
        Optional.ofNullable(json.get("ratio"))
            .map(ratio -> plain.beside(json.path("beside").asText(), ratio.asDouble()));
    Figure figure = besides.orElse(plain).noting(json.path("note").asText());
    if (json.has("atLeast")) {
      return figure.atLeast(json.path("atLeast").asDouble());
    }
    return json.has("atMost") ? figure.atMost(json.path("atMost").asDouble()) : figure;
  }

  /** All so far, in order. */
  public List<Figure> all() {
    return List.copyOf(figures);
  }

  /** Prints the table. */
  public void print() {
    Console.line(
        "%-34s %10s %-42s %-18s %12s %-12s %8s %-34s %s",
        "workload", "events", "contender", "measure", "value", "unit", "ratio", "to", "bar");
    for (Figure figure : figures) {
      Console.line(
          "%-34s %,10d %-42s %-18s %12s %-12s %8s %-34s %s",
          figure.workload(),
          figure.events(),
          figure.contender(),
          figure.measure(),
          Figure.plain(figure.value()),
          figure.unit(),
          figure.ratio().map(Figure::plain).orElse("-"),
          figure.beside().isEmpty() ? "-" : figure.beside(),
          figure.verdict());
    }
    for (Figure figure : figures) {
      if (!figure.note().isEmpty()) {
        Console.line("note      %s: %s", figure.subject(), figure.note());
      }
    }
  }
}
