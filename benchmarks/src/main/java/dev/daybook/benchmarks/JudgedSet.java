package dev.daybook.benchmarks;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A folder of documents, questions and which document answers which: {@code corpus.jsonl} and
 * {@code queries.jsonl} with rows {@code {id, text, meta}} (meta may be missing), {@code qrels.tsv}
 * with rows {@code query, document, grade} set apart by tabs, whose first may be a heading. Grade 0
 * and less say that a document does not answer.
 *
 * @param folder where it was read from
 * @param documents in the order of the file
 * @param questions in the order of the file
 * @param grades of each question's documents, 1 and more
 */
public record JudgedSet(
    Path folder,
    List<Text> documents,
    List<Text> questions,
    Map<String, Map<String, Integer>> grades) {

  /**
   * A document or a question.
   *
   * @param id unique in its file
   * @param text what it says; may be blank
   * @param meta an object, or a missing node
   */
  public record Text(String id, String text, JsonNode meta) {
    /** A value of meta as text; empty if there is none. */
    public String meta(String key) {
      JsonNode value = meta.path(key);
      return value.isNull() || value.isMissingNode() ? "" : value.asText(value.toString());
    }

    /** The first of these values that is there; empty if none is. */
    public String firstOf(String... keys) {
      for (String key : keys) {
        if (!meta(key).isBlank()) {
          return meta(key);
        }
      }
      return "";
    }
  }

  /** Why a set cannot be read: in which file, at which line, and what is wrong. */
  public static final class Unreadable extends IOException {
    private static final long serialVersionUID = 1;

    Unreadable(Path file, int line, String what) {
      this(file + ":" + line + ": " + what);
    }

    Unreadable(String what) {
      super(what);
    }
  }

  /**
   * Reads a folder.
   *
   * @throws Unreadable if a file is missing or a row is not as described
   */
  static JudgedSet read(Path folder) throws IOException {
    JudgedSet set =
        new JudgedSet(
            folder,
            texts(folder.resolve("corpus.jsonl")),
            texts(folder.resolve("queries.jsonl")),
            grades(folder.resolve("qrels.tsv")));
    if (set.judged().isEmpty()) {
      throw new Unreadable(
          folder.resolve("qrels.tsv")
              + " grades no question of queries.jsonl; expected query<TAB>document<TAB>grade with"
              + " their ids");
    }
    return set;
  }

  /** The questions that some document answers. */
  List<Text> judged() {
    return questions.stream().filter(question -> grades.containsKey(question.id())).toList();
  }

  /** How many grades name a document or a question that is not there. */
  long dangling() {
    Set<String> known = new HashSet<>();
    documents.forEach(document -> known.add(document.id()));
    Set<String> asked = new HashSet<>();
    questions.forEach(question -> asked.add(question.id()));
    return grades.entrySet().stream()
        .mapToLong(of ->
            asked.contains(of.getKey())
                ? of.getValue().keySet().stream().filter(id -> !known.contains(id)).count()
                : of.getValue().size())
        .sum();
  }

  private static List<Text> texts(Path file) throws IOException {
    JsonMapper mapper = new JsonMapper();
    Map<String, Text> texts = new LinkedHashMap<>();
    int number = 0;
    for (String line : lines(file)) {
      number++;
      if (line.isBlank()) {
        continue;
      }
      JsonNode row;
      try {
        row = mapper.readTree(line);
      } catch (JsonProcessingException e) {
        throw new Unreadable(file, number, "no JSON: " + e.getOriginalMessage());
      }
      Text text = text(row, file, number);
      if (texts.putIfAbsent(text.id(), text) != null) {
        throw new Unreadable(file, number, "id '" + text.id() + "' was there before");
      }
    }
    if (texts.isEmpty()) {
      throw new Unreadable(file + " has no row, expected {\"id\": \"…\", \"text\": \"…\"} a line");
    }
    return List.copyOf(texts.values());
  }

  private static Text text(JsonNode row, Path file, int number) throws Unreadable {
    if (!row.isObject()) {
      throw new Unreadable(file, number, "no object, expected {\"id\": \"…\", \"text\": \"…\"}");
    }
    JsonNode id = row.path("id");
    if ((!id.isTextual() && !id.isIntegralNumber()) || id.asText().isBlank()) {
      throw new Unreadable(file, number, "id is " + shown(id) + ", expected a text");
    }
    if (!row.path("text").isTextual()) {
      throw new Unreadable(
          file, number, "text is " + shown(row.path("text")) + ", expected a text");
    }
    JsonNode meta = row.path("meta");
    if (!meta.isObject() && !meta.isNull() && !meta.isMissingNode()) {
      throw new Unreadable(file, number, "meta is " + shown(meta) + ", expected an object");
    }
    return new Text(id.asText(), row.path("text").asText(), meta);
  }

  private static String shown(JsonNode node) {
    return node.isMissingNode() ? "missing" : node.toString();
  }

  private static Map<String, Map<String, Integer>> grades(Path file) throws IOException {
    Map<String, Map<String, Integer>> grades = new HashMap<>();
    List<String> lines = lines(file);
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).isBlank()) {
        continue;
      }
      List<String> parts = List.of(lines.get(i).strip().split("\t", -1));
      boolean isGraded = parts.size() == 3 && parts.get(2).strip().matches("-?[0-9]{1,4}");
      if (isGraded) {
        int grade = Integer.parseInt(parts.get(2).strip());
        if (grade > 0) {
          grades.computeIfAbsent(parts.get(0), query -> new HashMap<>()).put(parts.get(1), grade);
        }
      } else if (i > 0 || parts.size() != 3) {
        throw new Unreadable(
            file, i + 1, "'" + lines.get(i) + "' is not query, document and grade, tabs between");
      }
    }
    if (grades.isEmpty()) {
      throw new Unreadable(file + " has no grade above 0, so there is nothing to judge by");
    }
    grades.replaceAll((query, documents) -> Collections.unmodifiableMap(documents));
    return Collections.unmodifiableMap(grades);
  }

  private static List<String> lines(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new Unreadable(
          "No file "
              + file
              + "; a set is a folder with corpus.jsonl, queries.jsonl and qrels.tsv, see"
              + " benchmarks/README.md");
    }
    try {
      return new ArrayList<>(Files.readAllLines(file));
    } catch (CharacterCodingException e) {
      throw new Unreadable(file + " is not UTF-8: " + e.getMessage());
    }
  }
}
