package dev.daybook.internal.masking;

import java.util.List;
import java.util.Locale;

/** Tells a secret from a word, a reference, a placeholder or a piece of code. */
final class Values {
  /** How sure it is that a value stands for itself, the surest first. */
  enum Evidence {
    /** {@code NAME=value}: a setting of an environment. */
    SETTING,
    /** In quotes, or the content of an element. */
    QUOTED,
    /** {@code name=value} without blanks, or the value of an option. */
    ADJACENT,
    /** After a blank: YAML, or code. */
    PLAIN
  }

  /** A value looked at once. */
  private record Look(
      int letters, int digits, int uppers, int specials, int others, int turns, int cases) {}

  /** Fewer different characters are somebody's placeholder. */
  private static final int DIFFERENT_MIN = 6;

  /** So much of a token says whether it is one. */
  private static final int RANDOM_CHARS_MAX = 128;

  static final int PASSWORD_CHARS_MIN = 6;
  static final int TOKEN_CHARS_MIN = 8;

  /** So much of a value says what it is. */
  private static final int LOOK_CHARS_MAX = 128;

  /** So many letters at random are no name. */
  private static final int LETTERS_MIN = 20;

  /** What longer values hold by chance says nothing. */
  private static final int PLACEHOLDER_CHARS_MAX = 64;

  /** What somebody writes in place of a secret. */
  private static final List<String> PLACEHOLDERS =
      List.of(
          "example",
          "placeholder",
          "your",
          "changeme",
          "change_me",
          "change-me",
          "redacted",
          "masked",
          "xxxx",
          "****",
          "....",
          "…",
          "dummy",
          "sample",
          "insert",
          "replace",
          "todo",
          "undefined",
          "required",
          "nullable",
          "optional",
          "-here",
          "_here",
          "process.env",
          "os.environ",
          "getenv");

  /** The same within a token, where shorter ones may stand by chance. */
  private static final List<String> TOKEN_PLACEHOLDERS =
      List.of(
          "example",
          "placeholder",
          "redacted",
          "xxxxxx",
          "your-",
          "your_",
          "-here",
          "_here",
          "token-");

  /** What joins words in a name. */
  private static final String JOINS = "_-.:/,";

  private Values() {}

  /** How many different characters there are, counted to 64. */
  static int different(String text, int from, int to) {
    long low = 0;
    long high = 0;
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if ((c & 64) == 0) {
        low |= 1L << (c & 63);
      } else {
        high |= 1L << (c & 63);
      }
    }
    return Long.bitCount(low) + Long.bitCount(high);
  }

  /** Whether a value is no secret of its own: see {@link #refers}; or the same few characters. */
  static boolean isStandIn(String text, int from, int to) {
    return refers(text, from, to) || different(text, from, to) < 4;
  }

  /** Whether a value refers to a secret, stands in for one, or is one that was masked. */
  static boolean refers(String text, int from, int to) {
    if (from >= to || text.startsWith(Secrets.MASKED, from)) {
      return true;
    }
    char first = text.charAt(from);
    boolean refers =
        switch (first) {
          case '$' ->
              from + 1 < to
                  && (Chars.is(text.charAt(from + 1), Chars.WORD)
                      || "{(".indexOf(text.charAt(from + 1)) >= 0);
          case '%' -> text.charAt(to - 1) == '%' || to - from <= 3;
          case '<', '{', '(', '[' -> true;
          case '@', '#', '.', '&', '!' -> Chars.at(text, from + 1, Chars.LOWER);
          case '^' -> text.charAt(to - 1) == '$';
          default -> false;
        };
    return refers
        || holds(text, from, to, "${")
        || holds(text, from, to, "{{")
        || holds(text, from, to, "$(")
        || holds(text, from, to, "://")
        || isPlaceholder(text, from, to);
  }

  /** Whether what a header gives is worth hiding: more than a word. */
  static boolean isGiven(String text, int from, int end) {
    int to = Math.min(end, from + LOOK_CHARS_MAX);
    if (to - from < PASSWORD_CHARS_MIN || isStandIn(text, from, to)) {
      return false;
    }
    Look look = look(text, from, to);
    return to - from >= 16 || look.digits() > 0 || look.specials() > 0;
  }

  private static boolean holds(String text, int from, int to, String part) {
    int at = text.indexOf(part, from, to);
    return at >= 0;
  }

  private static boolean isPlaceholder(String text, int from, int to) {
    return to - from <= PLACEHOLDER_CHARS_MAX && holdsAny(text, from, to, PLACEHOLDERS);
  }

  private static boolean holdsAny(String text, int from, int to, List<String> words) {
    String value = text.substring(from, to).toLowerCase(Locale.ROOT);
    return words.stream().anyMatch(value::contains);
  }

  /** Whether what follows the prefix of a token was made at random, not written by a person. */
  static boolean isRandom(String text, int from, int end) {
    int to = Math.min(end, from + RANDOM_CHARS_MAX);
    int sets = 0;
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      sets |=
          Chars.is(c, Chars.DIGIT)
              ? Chars.DIGIT
              : Chars.is(c, Chars.LOWER) ? Chars.LOWER : Chars.is(c, Chars.UPPER) ? Chars.UPPER : 0;
    }
    return Integer.bitCount(sets) > 1
        && different(text, from, to) >= DIFFERENT_MIN
        && !holdsAny(text, from, to, TOKEN_PLACEHOLDERS);
  }

  private static Look look(String text, int from, int to) {
    int letters = 0;
    int digits = 0;
    int uppers = 0;
    int specials = 0;
    int others = 0;
    int turns = 0;
    int cases = 0;
    int last = 0;
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      int now;
      if (Chars.is(c, Chars.DIGIT)) {
        digits++;
        now = Chars.DIGIT;
      } else if (Chars.is(c, Chars.UPPER)) {
        letters++;
        uppers++;
        now = Chars.UPPER;
      } else if (Chars.is(c, Chars.LOWER) || Character.isLetter(c)) {
        letters++;
        now = Chars.LOWER;
      } else if (JOINS.indexOf(c) >= 0) {
        others++;
        now = 0;
      } else {
        specials++;
        now = 0;
      }
      boolean turned = now != 0 && last != 0 && now != last;
      if (turned && (now == Chars.DIGIT || last == Chars.DIGIT)) {
        turns++;
      } else if (turned) {
        cases++;
      }
      last = now;
    }
    return new Look(letters, digits, uppers, specials, others, turns, cases);
  }

  /**
   * Whether a value is a secret.
   *
   * @param isPassword whether people choose such values; else machines make them
   */
  static boolean isSecret(String text, int from, int end, Evidence evidence, boolean isPassword) {
    int to = Math.min(end, from + LOOK_CHARS_MAX);
    int chars = to - from;
    if (chars < (isPassword ? PASSWORD_CHARS_MIN : TOKEN_CHARS_MIN)) {
      return false;
    }
    for (int i = from; i < to; i++) {
      if (text.charAt(i) <= ' ') {
        return false;
      }
    }
    // What costs more is asked of what looks like one.
    return looksSecret(text, from, to, evidence, isPassword)
        && !isPath(text, from, to)
        && !isStandIn(text, from, to);
  }

  private static boolean looksSecret(
      String text, int from, int to, Evidence evidence, boolean isPassword) {
    int chars = to - from;
    Look look = look(text, from, to);
    boolean isBare = evidence == Evidence.ADJACENT || evidence == Evidence.PLAIN;
    if (isBare && isCode(text, from, to, look)) {
      return false;
    }
    if (look.digits() == 0 && look.specials() == 0 && look.others() == 0) {
      return (isPassword && evidence == Evidence.SETTING && look.letters() > look.uppers())
          || isRandomWord(chars, look);
    }
    if (look.letters() == 0 && look.specials() == 0) {
      return isPassword && look.others() == 0 && evidence != Evidence.PLAIN;
    }
    if (look.others() > 0 && look.specials() == 0 && isWordy(text, from, to)) {
      return isPassword
          && look.digits() > 0
          && (evidence == Evidence.SETTING || evidence == Evidence.QUOTED);
    }
    return switch (evidence) {
      case SETTING, QUOTED -> look.turns() >= 1 || look.specials() >= 1 || look.digits() > 0;
      case ADJACENT ->
          isPassword
              ? look.turns() >= 1 || look.specials() >= 1
              : look.turns() >= 2 || (look.specials() >= 1 && look.digits() >= 1);
      case PLAIN ->
          chars >= TOKEN_CHARS_MIN
              && (look.turns() >= 3 || (look.specials() >= 1 && look.turns() >= 1));
    };
  }

  /** Letters that change between large and small as no name does. */
  private static boolean isRandomWord(int chars, Look look) {
    return chars >= LETTERS_MIN && look.cases() >= chars / 4;
  }

  private static boolean isPath(String text, int from, int to) {
    char first = text.charAt(from);
    boolean begins =
        first == '/'
            || first == '~'
            || text.startsWith("./", from)
            || text.startsWith("../", from)
            || (Chars.is(first, Chars.ALNUM) && text.startsWith(":\\", from + 1));
    return begins && isWordy(text, from + 1, to);
  }

  /** A call, an index, or names joined by dots. */
  private static boolean isCode(String text, int from, int to, Look look) {
    if (to < text.length() && "([".indexOf(text.charAt(to)) >= 0) {
      return true;
    }
    int dot = text.indexOf('.', from, to);
    return dot > from
        && Chars.is(text.charAt(from), Chars.LOWER | Chars.UPPER | Chars.UNDERSCORE)
        && look.specials() == 0
        && look.turns() < 4;
  }

  /**
   * Whether every part between joints is a word or a number, or a word with a number at its end.
   */
  private static boolean isWordy(String text, int from, int to) {
    int part = from;
    for (int i = from; i <= to; i++) {
      if (i == to || JOINS.indexOf(text.charAt(i)) >= 0 || text.charAt(i) == '\\') {
        if (!isWord(text, part, i)) {
          return false;
        }
        part = i + 1;
      }
    }
    return true;
  }

  private static boolean isWord(String text, int from, int to) {
    int i = from;
    int small = 0;
    while (i < to && Chars.is(text.charAt(i), Chars.LOWER | Chars.UPPER)) {
      small += Chars.is(text.charAt(i), Chars.LOWER) ? 1 : 0;
      i++;
    }
    boolean isRandom = i - from >= LETTERS_MIN && isRandomWord(i - from, look(text, from, i));
    int letters = i - from;
    i = Chars.end(text, i, Chars.DIGIT);
    boolean isNumbered = letters == 0 || i - from - letters <= 4;
    boolean isName = small == letters || small >= letters / 2 || small == 0;
    return i >= to && isNumbered && isName && !isRandom;
  }
}
