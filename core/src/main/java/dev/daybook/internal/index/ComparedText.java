package dev.daybook.internal.index;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * How a text is worded, to hold two texts against each other.
 *
 * @param stems of its words, as they are searched: identifiers in parts, without stop words
 * @param tokens what white space, quotes, brackets and the like set apart, in lower case, in order
 * @param specific those tokens that name one thing: with a digit, in capitals, or of several parts
 *     such as {@code auth/Token.java} and {@code keyExpired}
 */
public record ComparedText(Set<String> stems, List<String> tokens, Set<String> specific) {
  private static final int TOKENS_MAX = 4_000;
  private static final Pattern BETWEEN = Pattern.compile("[\\s\"'`\\[\\]{}(),;=<>|]+");
  private static final Pattern EDGE = Pattern.compile("^[.:!?*&$#-]+|[.:!?*&$#-]+$");
  private static final Pattern SPECIFIC =
      Pattern.compile(
          "\\d|^[\\p{Lu}]{2,}$|[\\p{L}\\p{N}][._/\\\\:@]+[\\p{L}\\p{N}]|\\p{Ll}\\p{Lu}");

  /** Copies the collections. */
  public ComparedText {
    stems = Set.copyOf(stems);
    tokens = List.copyOf(tokens);
    specific = Set.copyOf(specific);
  }

  /** Takes a text apart. */
  public static ComparedText of(String text) {
    Set<String> stems = new LinkedHashSet<>();
    TextAnalysis.with(analysis -> analysis.stemsOf(text)).forEach(stem -> stems.add(stem.text()));
    List<String> tokens = new ArrayList<>();
    Set<String> specific = new LinkedHashSet<>();
    for (String part : BETWEEN.split(text, TOKENS_MAX)) {
      String token = EDGE.matcher(part).replaceAll("");
      if (!token.isEmpty()) {
        tokens.add(token.toLowerCase(Locale.ROOT));
        if (SPECIFIC.matcher(token).find()) {
          specific.add(token.toLowerCase(Locale.ROOT));
        }
      }
    }
    return new ComparedText(stems, tokens, specific);
  }
}
