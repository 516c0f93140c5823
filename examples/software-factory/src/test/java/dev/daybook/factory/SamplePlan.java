package dev.daybook.factory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The history of a small plan as another program keeps it. */
final class SamplePlan {
  /** How many of its tasks are open and can be worked off. */
  static final int WORKABLE = 22;

  private static final int EPICS = 3;
  private static final int PARTS = 6;

  private SamplePlan() {}

  /**
   * Writes three epics of six parts, each part waiting for the one before, and one task by itself;
   * and what can never be done: two that wait for each other, one that waits for an unknown one,
   * and one that is closed.
   */
  static Path write(Path file) throws IOException {
    List<String> rows = new ArrayList<>();
    for (int epic = 1; epic <= EPICS; epic++) {
      String id = "e-" + epic;
      rows.add(row(rows, id, "Split layer" + epic, "open", "epic", ""));
      for (int part = 1; part <= PARTS; part++) {
        String parent = dependency(id, "parent-child");
        String before = dependency(id + "." + (part - 1), "blocks");
        rows.add(
            row(
                rows,
                id + "." + part,
                "Move Part" + part + " out of layer" + epic,
                part == 2 ? "hooked" : "open",
                "task",
                part == 1 ? parent : parent + ", " + before));
      }
    }
    rows.add(row(rows, "alone", "Zzzzz", "open", "message", ""));
    rows.add(row(rows, "ring-1", "Chase", "open", "bug", dependency("ring-2", "blocks")));
    rows.add(row(rows, "ring-2", "Chased", "open", "bug", dependency("ring-1", "blocks")));
    rows.add(row(rows, "lost", "Wait", "open", "task", dependency("nowhere", "blocks")));
    rows.add(row(rows, "past", "Begin", "closed", "task", ""));
    return Files.write(file, rows);
  }

  private static String dependency(String on, String type) {
    return "{\"depends_on_id\": \"%s\", \"type\": \"%s\"}".formatted(on, type);
  }

  private static String row(
      List<String> before,
      String id,
      String title,
      String status,
      String kind,
      String dependencies) {
    return String.format(
        Locale.ROOT,
        "{\"seq\": %d, \"ts\": %d, \"op\": \"create\", \"id\": \"%s\", \"set\": {\"title\": \"%s\","
            + " \"status\": \"%s\", \"issue_type\": \"%s\", \"assignee\": \"mayor\","
            + " \"dependencies\": [%s]}}",
        before.size(),
        1_760_000_000 + before.size(),
        id,
        title,
        status,
        kind,
        dependencies);
  }
}
