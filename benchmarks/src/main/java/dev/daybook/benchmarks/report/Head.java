package dev.daybook.benchmarks.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** What a page says before its figures: named values, in order. */
record Head(List<Line> lines) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** One of them. */
  record Line(String name, String value) {}

  Head {
    lines = List.copyOf(lines);
  }

  /** This machine, these libraries, this revision. */
  static Head here(String revision, String date) {
    List<Line> lines = new ArrayList<>();
    lines.add(new Line("Date", date));
    lines.add(new Line("Commit", revision));
    lines.addAll(Machine.lines());
    lines.addAll(Versions.ofClassPath());
    return new Head(lines);
  }

  String json() {
    ArrayNode json = JSON.createArrayNode();
    lines.forEach(line -> json.addObject().put("name", line.name()).put("value", line.value()));
    return json.toPrettyString() + "\n";
  }

  static Head of(String text) {
    JsonNode json;
    try {
      json = JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("head.json is no JSON; delete it and render again", e);
    }
    List<Line> lines = new ArrayList<>();
    json.forEach(
        line -> lines.add(new Line(line.path("name").asText(), line.path("value").asText())));
    return new Head(lines);
  }
}
