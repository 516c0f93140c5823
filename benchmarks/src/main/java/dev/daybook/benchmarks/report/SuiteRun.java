package dev.daybook.benchmarks.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * How a suite was run, kept beside its figures.
 *
 * @param suite its name
 * @param state how it ended
 * @param reason why it ended so, or was left out; empty if it finished
 * @param line the command and its options
 * @param data the folder of {@code --data}, which is no one's business; empty if there is none
 * @param revision of the sources
 * @param started when
 * @param took how long
 * @param load average number of threads that wanted a processor in the minute before
 */
record SuiteRun(
    String suite,
    State state,
    String reason,
    List<String> line,
    String data,
    String revision,
    Instant started,
    Duration took,
    double load) {
  /** What stands for the folder of {@code --data}. */
  static final String DATA = "DIR";

  private static final ObjectMapper JSON = new ObjectMapper();

  /** How a suite ended. */
  enum State {
    FINISHED,
    FAILED,
    /** It was stopped, or whoever ran it ended before it. */
    INTERRUPTED,
    LEFT_OUT;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  SuiteRun {
    line = List.copyOf(line);
    Objects.requireNonNull(revision, "revision");
  }

  /** A suite that has just been started; what is left of it if nothing ends it in order. */
  static SuiteRun starting(
      String suite, List<String> line, String revision, Instant now, double load) {
    return new SuiteRun(
        suite,
        State.INTERRUPTED,
        "it did not end, or whoever ran it ended before it",
        line,
        "",
        revision,
        now,
        Duration.ZERO,
        load);
  }

  /** A suite that is not run. */
  static SuiteRun leftOut(
      String suite, List<String> line, String reason, String revision, Instant now) {
    return new SuiteRun(suite, State.LEFT_OUT, reason, line, "", revision, now, Duration.ZERO, -1);
  }

  SuiteRun ended(State how, String why, Instant now) {
    return new SuiteRun(
        suite, how, why, line, data, revision, started, Duration.between(started, now), load);
  }

  /** The same, which reads files of a folder. */
  SuiteRun reading(String folder) {
    return new SuiteRun(suite, state, reason, line, folder, revision, started, took, load);
  }

  /**
   * Whether it has the figures that this command at this revision would give; nobody knows of a
   * revision that is unknown.
   */
  boolean answers(List<String> line, String revision) {
    return state == State.FINISHED
        && this.line.equals(line)
        && this.revision.equals(revision)
        && !revision.equals(Revision.UNKNOWN);
  }

  /** What to type to run it alone; {@value #DATA} is the folder of {@code --data}. */
  String command() {
    List<String> words = new ArrayList<>(List.of("benchmarks/run"));
    for (String given : line) {
      String word =
          !data.isEmpty() && given.startsWith(data + File.separator)
              ? DATA + given.substring(data.length())
              : given;
      words.add(word.matches("[\\w./,:=+@-]+") ? word : "'" + word.replace("'", "'\\''") + "'");
    }
    return String.join(" ", words);
  }

  String json() {
    ObjectNode json =
        JSON.createObjectNode()
            .put("suite", suite)
            .put("state", state.name())
            .put("reason", reason)
            .put("data", data)
            .put("revision", revision)
            .put("started", started.toString())
            .put("millis", took.toMillis())
            .put("load", load);
    line.forEach(json.putArray("line")::add);
    return json.toPrettyString() + "\n";
  }

  static SuiteRun of(String text) {
    JsonNode json;
    try {
      json = JSON.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException("A file of runs/ is no JSON; delete it and run again", e);
    }
    List<String> line = new ArrayList<>();
    json.path("line").forEach(word -> line.add(word.asText()));
    return new SuiteRun(
        json.path("suite").asText(),
        State.valueOf(json.path("state").asText()),
        json.path("reason").asText(),
        line,
        json.path("data").asText(),
        json.path("revision").asText(),
        Instant.parse(json.path("started").asText()),
        Duration.ofMillis(json.path("millis").asLong()),
        json.path("load").asDouble());
  }
}
