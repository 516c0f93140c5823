package dev.daybook.benchmarks.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.daybook.benchmarks.Figure;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Why bars are missed, as people wrote it down in {@value #FILE}: a list of entries, each with the
 * cause in a sentence or two and the fields of the figures it is of. A field that an entry does not
 * have may be anything; where several entries fit, the one with the most fields is taken, of equals
 * the first.
 *
 * @param all in the order of the file, without those that cannot be read
 * @param faults what cannot be read of the file and what to do about it, a sentence each
 */
record Causes(List<Cause> all, List<String> faults) {
  /** The resource they are in. */
  static final String FILE = "causes.json";

  /** What stands for a cause that nobody wrote down. */
  static final String MISSING = "cause not written down yet";

  private static final String SUITE = "suite";
  private static final String LINE = "line";
  private static final String CAUSE = "cause";

  /** By what a figure is named, or a line of a suite that only prints. */
  private static final List<String> FIELDS =
      List.of(SUITE, "workload", "contender", "measure", "beside", LINE);

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  Causes {
    all = List.copyOf(all);
    faults = List.copyOf(faults);
  }

  /**
   * One entry.
   *
   * @param number which of the file, from 1
   * @param wanted what a figure must have, by field; of a line a part
   * @param text the cause
   */
  record Cause(int number, Map<String, String> wanted, String text) {
    private boolean fits(Map<String, String> named) {
      return wanted.entrySet().stream()
          .allMatch(field ->
              field.getKey().equals(LINE)
                  ? named.getOrDefault(LINE, "").contains(spaced(field.getValue()))
                  : field.getValue().equals(named.get(field.getKey())));
    }

    private boolean isOf(String suite) {
      return wanted.getOrDefault(SUITE, suite).equals(suite);
    }

    private String fault(String what) {
      return "%s, entry %d (%s): %s"
          .formatted(
              FILE,
              number,
              wanted.entrySet().stream()
                  .map(field -> field.getKey() + " '" + field.getValue() + "'")
                  .collect(Collectors.joining(", ")),
              what);
    }
  }

  /** Those that are written down. */
  static Causes written() {
    try (InputStream in =
        Objects.requireNonNull(Causes.class.getResourceAsStream(FILE), "no " + FILE)) {
      return of(new String(in.readAllBytes(), UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + FILE + "; build again", e);
    }
  }

  /** Those of the text of a file. */
  static Causes of(String text) {
    List<Cause> all = new ArrayList<>();
    List<String> faults = new ArrayList<>();
    JsonNode root = JSON.missingNode();
    try {
      root = JSON.readTree(text);
      if (!root.isArray()) {
        faults.add(FILE + " is no list; write entries between [ and ]");
      }
    } catch (JsonProcessingException e) {
      JsonLocation at = Objects.requireNonNullElse(e.getLocation(), JsonLocation.NA);
      faults.add(
          "%s is no JSON at line %d, column %d: %s; correct it there, until then no bar has a cause"
              .formatted(FILE, at.getLineNr(), at.getColumnNr(), e.getOriginalMessage()));
    }
    int number = 0;
    for (JsonNode entry : root) {
      number++;
      List<String> found = faults(entry);
      for (String fault : found) {
        faults.add("%s, entry %d: %s".formatted(FILE, number, fault));
      }
      if (found.isEmpty()) {
        all.add(cause(number, entry));
      }
    }
    return new Causes(all, faults);
  }

  private static List<String> faults(JsonNode entry) {
    if (!entry.isObject()) {
      return List.of("it is %s; write fields between { and }".formatted(entry));
    }
    List<String> faults = new ArrayList<>();
    entry
        .properties()
        .forEach(field -> {
          String name = field.getKey();
          if (!FIELDS.contains(name) && !name.equals(CAUSE)) {
            faults.add(
                "'%s' is no field; there are %s and %s"
                    .formatted(name, String.join(", ", FIELDS), CAUSE));
          } else if (!field.getValue().isTextual()) {
            faults.add("'%s' is %s; write a text".formatted(name, field.getValue()));
          }
        });
    if (entry.path(CAUSE).asText().isBlank()) {
      faults.add(
          "it has no '%s'; write in a sentence or two why the bar is missed".formatted(CAUSE));
    }
    if (FIELDS.stream().noneMatch(entry::has)) {
      faults.add("it is of every figure; give at least one of " + String.join(", ", FIELDS));
    }
    return faults;
  }

  private static Cause cause(int number, JsonNode entry) {
    Map<String, String> wanted = new TreeMap<>(Comparator.comparingInt(FIELDS::indexOf));
    for (String field : FIELDS) {
      if (entry.has(field)) {
        wanted.put(field, entry.path(field).asText());
      }
    }
    return new Cause(number, wanted, entry.path(CAUSE).asText().strip());
  }

  private static Map<String, String> named(String suite, Figure figure) {
    return Map.of(
        SUITE,
        suite,
        "workload",
        figure.workload(),
        "contender",
        figure.contender(),
        "measure",
        figure.measure(),
        "beside",
        figure.beside());
  }

  private static Map<String, String> named(String suite, String line) {
    return Map.of(SUITE, suite, LINE, spaced(line));
  }

  /** A line whose columns may be as wide as they like. */
  static String spaced(String line) {
    return line.strip().replaceAll("\\s+", " ");
  }

  /** Why a figure misses its bar, or {@value #MISSING}. */
  String of(String suite, Figure figure) {
    return of(named(suite, figure));
  }

  /** Why a line that was printed says that a bar is missed, or {@value #MISSING}. */
  String ofLine(String suite, String line) {
    return of(named(suite, line));
  }

  private String of(Map<String, String> named) {
    return all.stream()
        .filter(cause -> cause.fits(named))
        .max(Comparator.comparingInt(cause -> cause.wanted().size()))
        .map(Cause::text)
        .orElse(MISSING);
  }

  /**
   * What is wrong with entries that are of nothing, a sentence each: of no suite there is, or of
   * nothing that a suite measured or printed which was run to its end.
   *
   * @param suites the names of those that a report knows
   */
  List<String> stale(List<Section> sections, List<String> suites) {
    return all.stream().flatMap(cause -> stale(cause, sections, suites).stream()).toList();
  }

  private static Optional<String> stale(Cause cause, List<Section> sections, List<String> suites) {
    if (Stream.concat(suites.stream(), sections.stream().map(one -> one.run().suite()))
        .noneMatch(cause::isOf)) {
      return Optional.of(
          cause.fault("a report has no such suite; there are " + String.join(", ", suites)));
    }
    List<Section> run =
        sections.stream()
            .filter(section -> section.run().state() == SuiteRun.State.FINISHED)
            .filter(section -> cause.isOf(section.run().suite()))
            .toList();
    return run.isEmpty() || run.stream().flatMap(Causes::named).anyMatch(cause::fits)
        ? Optional.empty()
        : Optional.of(
            cause.fault(
                "it is of nothing that %s measured; correct it to what the tables show, or remove it"
                    .formatted(
                        run.stream()
                            .map(section -> section.run().suite())
                            .collect(Collectors.joining(", ")))));
  }

  private static Stream<Map<String, String>> named(Section section) {
    String suite = section.run().suite();
    return section.isPrinted()
        ? section.output().lines().map(line -> named(suite, line))
        : section.figures().stream().map(figure -> named(suite, figure));
  }
}
