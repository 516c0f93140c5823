package dev.daybook.internal.index;

import dev.daybook.event.ToolCall;
import dev.daybook.internal.entry.Promoted;
import dev.daybook.internal.entry.Row;
import dev.daybook.recall.Embedder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which pieces of an event's text are embedded. A tool call gives its head (what was called, on
 * which files, how it ended, what went wrong, the first lines) and its tail, where errors stand;
 * everything else up to four pieces from the beginning.
 */
public final class EmbeddingText {
  /** Changes whenever pieces do; part of what a vector depends on. */
  public static final int CHUNKER_VERSION = 1;

  /** The most tokens of a piece; models look at fewer than 130 best. */
  static final int TOKENS_MAX = 126;

  /** The most pieces of an event. */
  static final int CHUNKS_MAX = 4;

  private static final int TAIL_CHARS_MAX = 480;
  private static final int FILES_MAX = 3;

  /** What a type is called in front of its text, where the text does not say it. */
  private static final Map<String, String> KINDS =
      Map.of(
          "GoalSet", "goal",
          "DecisionMade", "decision",
          "ApproachRejected", "rejected approach",
          "HandoffOffered", "handoff");

  private static final Pattern ERROR =
      Pattern.compile("(?i)\\b\\w*(?:error|exception|fatal|failed|failure|traceback|panic)\\b");

  private EmbeddingText() {}

  /** The pieces of a row, to be embedded one by one; empty if there is nothing to embed. */
  public static List<String> chunks(Row row, Embedder embedder) {
    if (!embedder.isPresent()) {
      return List.of();
    }
    int tokens = Math.min(TOKENS_MAX, embedder.maxTokens());
    return switch (row.type()) {
      case "ToolCall", "ToolCallStarted" -> ofCall(row, embedder, tokens);
      default -> {
        String kind = KINDS.getOrDefault(row.type(), "");
        String text =
            kind.isEmpty() || row.text().isBlank() ? row.text() : kind + ": " + row.text();
        yield embedder.split(text, tokens, CHUNKS_MAX);
      }
    };
  }

  private static List<String> ofCall(Row row, Embedder embedder, int tokens) {
    String text = row.text().strip();
    String header = header(row.promoted(), text);
    List<String> head = embedder.split(header.isEmpty() ? text : header + "\n" + text, tokens, 2);
    if (head.size() < 2) {
      return head;
    }
    List<String> chunks = new ArrayList<>(head.subList(0, 1));
    chunks.add(tail(row.promoted(), text, embedder, tokens));
    return chunks;
  }

  /** Files, outcome and first error line; the text itself begins with tool and arguments. */
  private static String header(Promoted promoted, String text) {
    List<String> parts = new ArrayList<>();
    promoted.paths().stream().limit(FILES_MAX).forEach(parts::add);
    if (!promoted.errorFingerprint().isEmpty()) {
      parts.add(promoted.outcome().toLowerCase(Locale.ROOT).replace('_', ' '));
      firstErrorLine(text).ifPresent(parts::add);
    }
    return String.join(" ", parts);
  }

  private static Optional<String> firstErrorLine(String text) {
    return text.lines()
        .skip(1)
        .map(String::strip)
        .filter(line -> ERROR.matcher(line).find())
        .map(line -> line.length() > 200 ? line.substring(0, 200) : line)
        .findFirst();
  }

  /** The end of the text in one piece, from the beginning of a line if there is one. */
  private static String tail(Promoted promoted, String text, Embedder embedder, int tokens) {
    String exit =
        promoted.exitCode() == ToolCall.NO_EXIT_CODE || promoted.exitCode() == 0
            ? ""
            : "exit code " + promoted.exitCode() + "\n";
    List<String> pieces = List.of();
    for (int chars = TAIL_CHARS_MAX; chars >= 1; chars = chars * 2 / 3) {
      int from = Math.max(0, text.length() - chars);
      int line = text.indexOf('\n', from);
      if (line >= 0 && line < text.length() - chars / 2) {
        from = line + 1;
      }
      if (from > 0 && Character.isLowSurrogate(text.charAt(from))) {
        from++;
      }
      pieces = embedder.split(exit + text.substring(from), tokens, 2);
      if (pieces.size() < 2) {
        break;
      }
    }
    return pieces.getFirst();
  }
}
