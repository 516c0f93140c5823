package dev.daybook.mcp.command;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which streams a person sits at. The launcher finds out, in no time, and says it in {@value
 * #VARIABLE}: {@code in}, {@code out} and {@code err}, and how many columns there are. Asking Java
 * would take longer than most commands, and tells streams apart only since Java 22.
 *
 * @param streams which of {@code in}, {@code out}, {@code err} are terminals
 * @param columns how wide it is
 */
record Terminal(Set<String> streams, int columns) {
  static final String VARIABLE = "DAYBOOK_TERMINAL";
  private static final int COLUMNS_DEFAULT = 80;
  private static final int COLUMNS_MIN = 40;
  private static final int COLUMNS_MAX = 1_000;

  Terminal {
    streams = Set.copyOf(streams);
  }

  static Terminal of(Map<String, String> environment) {
    Set<String> words =
        Arrays.stream(environment.getOrDefault(VARIABLE, "").strip().split("\\s+", -1))
            .collect(Collectors.toSet());
    int columns =
        words.stream()
            .filter(word -> word.matches("[1-9][0-9]{0,4}"))
            .mapToInt(Integer::parseInt)
            .findFirst()
            .orElse(COLUMNS_DEFAULT);
    return new Terminal(words, Math.clamp(columns, COLUMNS_MIN, COLUMNS_MAX));
  }

  boolean isIn() {
    return streams.contains("in");
  }

  boolean isOut() {
    return streams.contains("out");
  }

  boolean isErr() {
    return streams.contains("err");
  }
}
