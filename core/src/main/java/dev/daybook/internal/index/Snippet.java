package dev.daybook.internal.index;

import dev.daybook.internal.index.TextAnalysis.Stem;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The piece of a text that shows why it was found. */
final class Snippet {
  /** The most bytes of UTF-8. */
  static final int BYTES_MAX = 300;

  /** Stands where text was left out. */
  static final String CUT = "…";

  private static final int CUT_BYTES = 3;
  private static final int WINDOW_CHARS = 220;
  private static final int LEAD_CHARS = 40;

  private Snippet() {}

  /**
   * At most {@value #BYTES_MAX} bytes of the text: where most of the wanted stems stand together,
   * the head if none does.
   */
  static String of(String text, Set<String> wanted, TextAnalysis analysis) {
    String stripped = text.strip();
    int start = wanted.isEmpty() ? 0 : bestStart(analysis.stemsOf(stripped), wanted, stripped);
    boolean fits =
        bytesFrom(stripped, start, BYTES_MAX - (start > 0 ? CUT_BYTES : 0)) == stripped.length();
    int budget = BYTES_MAX - (start > 0 ? CUT_BYTES : 0) - (fits ? 0 : CUT_BYTES);
    int end = bytesFrom(stripped, start, budget);
    String piece = stripped.substring(start, end).strip();
    return (start > 0 ? CUT : "") + piece + (fits ? "" : CUT);
  }

  private static int bestStart(List<Stem> stems, Set<String> wanted, String text) {
    int best = -1;
    int most = 0;
    for (int i = 0; i < stems.size(); i++) {
      if (wanted.contains(stems.get(i).text())) {
        int here = distinctIn(stems, i, wanted);
        if (here > most) {
          most = here;
          best = i;
        }
      }
    }
    if (best < 0 || stems.get(best).start() <= LEAD_CHARS) {
      return 0;
    }
    return wordStart(text, stems.get(best).start() - LEAD_CHARS, stems.get(best).start());
  }

  private static int distinctIn(List<Stem> stems, int from, Set<String> wanted) {
    Set<String> seen = new HashSet<>();
    int until = stems.get(from).start() + WINDOW_CHARS;
    for (int i = from; i < stems.size() && stems.get(i).end() <= until; i++) {
      if (wanted.contains(stems.get(i).text())) {
        seen.add(stems.get(i).text());
      }
    }
    return Math.max(1, seen.size());
  }

  /** The first place between two where a word begins; the second if none does. */
  private static int wordStart(String text, int from, int to) {
    for (int at = from; at < to; at++) {
      if (Character.isWhitespace(text.charAt(at))) {
        return at + 1;
      }
    }
    return to;
  }

  /** How far a number of bytes of UTF-8 reaches. */
  private static int bytesFrom(String text, int start, int bytes) {
    int left = bytes;
    int at = start;
    while (at < text.length()) {
      int point = text.codePointAt(at);
      left -= point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
      if (left < 0) {
        return at;
      }
      at += Character.charCount(point);
    }
    return at;
  }
}
