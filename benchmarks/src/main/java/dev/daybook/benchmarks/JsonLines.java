package dev.daybook.benchmarks;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** Rows of a file of JSON Lines, plain or gzip. */
final class JsonLines {
  private static final JsonMapper MAPPER = new JsonMapper();

  private JsonLines() {}

  /**
   * A row and where it stands.
   *
   * @param file the file
   * @param line its number, from 1
   * @param json the row
   */
  record Row(Path file, int line, JsonNode json) {
    /** A field that must be there and be a text or a number. */
    String required(String field) {
      JsonNode value = json.path(field);
      if (!value.isValueNode() || value.isNull() || value.asText().isBlank()) {
        throw bad("has no " + field);
      }
      return value.asText();
    }

    /** A field as text: a text as it is, anything else as JSON; empty if it is absent. */
    String text(String field) {
      JsonNode value = json.path(field);
      return value.isMissingNode() || value.isNull()
          ? ""
          : value.isTextual() ? value.textValue() : value.toString();
    }

    /** A field that must be a list of texts. */
    List<String> texts(String field) {
      JsonNode value = json.path(field);
      if (!value.isArray()) {
        throw bad("has no list " + field);
      }
      List<String> texts = new ArrayList<>();
      value.forEach(one -> texts.add(one.asText()));
      return texts;
    }

    /** This row is not what it should be. */
    IllegalArgumentException bad(String what) {
      return new IllegalArgumentException(file + ":" + line + ": the row " + what);
    }
  }

  /**
   * Reads a file; blank lines do not count.
   *
   * @throws IllegalArgumentException if a line is no JSON object
   */
  static List<Row> read(Path file) throws IOException {
    List<Row> rows = new ArrayList<>();
    try (InputStream in = open(file);
        BufferedReader reader =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      int number = 0;
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        number++;
        if (!line.isBlank()) {
          rows.add(row(file, number, line));
        }
      }
    }
    return rows;
  }

  private static Row row(Path file, int number, String line) {
    try {
      JsonNode json = MAPPER.readTree(line);
      if (json.isObject()) {
        return new Row(file, number, json);
      }
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          file + ":" + number + ": the row is no JSON: " + e.getOriginalMessage(), e);
    }
    throw new IllegalArgumentException(file + ":" + number + ": the row is no JSON object");
  }

  private static InputStream open(Path file) throws IOException {
    InputStream in = Files.newInputStream(file);
    return file.toString().endsWith(".gz") ? new GZIPInputStream(in) : in;
  }

  /** Writes rows, one a line. */
  static void write(Path file, List<? extends JsonNode> rows) throws IOException {
    List<String> lines = new ArrayList<>();
    for (JsonNode row : rows) {
      lines.add(MAPPER.writeValueAsString(row));
    }
    Files.write(file, lines);
  }

  /** A text as JSON, if it is a JSON object or list and nothing else; else a missing node. */
  static JsonNode parsed(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      return MAPPER.missingNode();
    }
  }

  /** A row to be filled. */
  static ObjectNode row() {
    return MAPPER.createObjectNode();
  }
}
