package dev.daybook.internal.masking;

import dev.daybook.internal.masking.Values.Evidence;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Secrets that are known by the name before them: settings, fields of JSON and YAML, arguments of
 * calls, options of commands, headers of requests, elements of XML.
 */
final class Named {
  private static final int BLANKS_MAX = 8;
  private static final int HEADER_CHARS_MAX = 1 << 13;

  /** So much is looked at again of cookies that are a part of others. */
  private static final int COOKIE_AGAIN_CHARS_MAX = 256;

  private static final int VALUE_CHARS_MAX = 1 << 16;

  /** Headers whose secret is all that follows. */
  private static final Set<String> PARAMETERS =
      Set.of("digest", "oauth", "hawk", "signature", "sharedkey", "negotiate", "ntlm");

  private static final Set<String> SCHEMES =
      Set.of(
          "basic",
          "bearer",
          "token",
          "apikey",
          "api-key",
          "key",
          "jwt",
          "ssws",
          "bot",
          "genie-key",
          "googlelogin");

  /** Where a value without quotes ends, beside blanks. */
  enum Ends {
    /** Of an argument. */
    ARGUMENT(0, "\"'`,;|<>(){}[]\\&"),
    /** Of a setting in capitals. */
    SETTING(1, "\"'`,;|<>(){}[]\\"),
    /** A word of a header. */
    WORD(2, "\"'`,;<>(){}[]\\");

    private final int place;
    private final String marks;

    Ends(int place, String marks) {
      this.place = place;
      this.marks = marks;
    }

    /** Which of all it is, from 0. */
    int place() {
      return place;
    }

    /** Whether it ends at a character. */
    boolean at(char c) {
      return c <= ' ' || marks.indexOf(c) >= 0;
    }
  }

  /** What may stand before the first word of a line, beside numbers. */
  private static final String MARGIN = " \t-+|>:→";

  private static final List<String> OPTION_NAMES = List.of("user", "proxy-user");

  /** A value and the marks around it. */
  private record Value(int from, int to, boolean isQuoted) {
    boolean isNone() {
      return from < 0;
    }

    static final Value NONE = new Value(-1, -1, false);
  }

  /** What may stand before the sign: the last letter of a name, a quote, a bracket, a blank. */
  private static final boolean[] MAY_END = new boolean[128];

  static {
    "deghnstyDEGHNSTY\"'`] \t".chars().forEach(c -> MAY_END[c] = true);
  }

  private Named() {}

  /** Whether the sign at a place may stand behind a name. */
  static boolean mayBeAt(String text, int i) {
    return i >= 3
        && MAY_END[text.charAt(i - 1) & 127]
        && Names.before(text, endOfName(text, i)) != Names.NONE;
  }

  /** Where the name before a sign ends: before blanks, a bracket and a quote. */
  private static int endOfName(String text, int sign) {
    int i = sign;
    char c = text.charAt(i - 1);
    if (Chars.is(c, Chars.ALNUM)) {
      return i;
    }
    while (i > 0 && i > sign - BLANKS_MAX && Chars.isBlank(text.charAt(i - 1))) {
      i--;
    }
    if (i > 0 && text.charAt(i - 1) == ']') {
      i--;
    }
    if (i > 0 && Chars.isQuote(text.charAt(i - 1))) {
      i--;
      while (i > 0 && i > sign - 2 * BLANKS_MAX && text.charAt(i - 1) == '\\') {
        i--;
      }
    }
    return i;
  }

  static void find(Scan scan, int sign) {
    String text = scan.text();
    int end = endOfName(text, sign);
    int from = valueFrom(text, sign, end);
    Names name = from < 0 ? Names.NONE : Names.before(text, end);
    if (name == Names.NONE) {
      return;
    }
    if (name == Names.AUTHORIZATION || name == Names.COOKIE) {
      header(scan, name, end, from);
      return;
    }
    boolean isElement = text.charAt(sign) == '>';
    int begin = Names.beginning(text, end);
    boolean isSetting =
        text.charAt(sign) == '=' && sign == end && from == sign + 1 && isUpper(text, begin, end);
    Value value = isElement ? element(text, from, begin) : value(scan, from, isSetting);
    if (value.isNone()) {
      return;
    }
    Evidence evidence =
        isSetting
            ? Evidence.SETTING
            : value.isQuoted()
                ? Evidence.QUOTED
                : text.charAt(sign) == '=' && sign == end && from == sign + 1
                    ? Evidence.ADJACENT
                    : name.isPassword() && isLine(text, begin, value.to())
                        ? Evidence.QUOTED
                        : Evidence.PLAIN;
    found(scan, name, begin, end, value, evidence);
  }

  private static void found(
      Scan scan, Names name, int begin, int end, Value value, Evidence evidence) {
    String text = scan.text();
    boolean isName =
        end - begin == value.to() - value.from()
            && text.regionMatches(true, begin, text, value.from(), end - begin);
    boolean isSecret =
        switch (name) {
          case BASIC -> isUserAndPassword(text, value.from(), value.to());
          case SIGNATURE ->
              value.to() - value.from() >= 32
                  && Values.isSecret(text, value.from(), value.to(), evidence, false);
          default -> Values.isSecret(text, value.from(), value.to(), evidence, name.isPassword());
        };
    if (isSecret && !isName) {
      scan.found(
          value.from(),
          value.to(),
          scan.kindOf(value.from(), value.to(), kind(text, name, begin, end, value)));
    }
  }

  private static String kind(String text, Names name, int begin, int end, Value value) {
    String whole = text.substring(begin, end).toLowerCase(Locale.ROOT);
    int chars = value.to() - value.from();
    if (name == Names.KEY) {
      if (whole.contains("secret") && chars == 40) {
        return "aws-secret-key";
      }
      if (chars >= 44 && text.charAt(value.to() - 1) == '=') {
        return "azure-storage-key";
      }
    }
    return name == Names.SIGNATURE && whole.equals("sig") ? "azure-sas" : name.kind();
  }

  /** Whether name and value are a line of their own, as in YAML; also of a diff, or numbered. */
  private static boolean isLine(String text, int begin, int to) {
    int i = begin;
    while (i > 0
        && (MARGIN.indexOf(text.charAt(i - 1)) >= 0 || Chars.at(text, i - 1, Chars.DIGIT))) {
      i--;
    }
    boolean begins = i == 0 || text.charAt(i - 1) == '\n' || text.startsWith("\\n", i - 2);
    boolean ends = to == text.length() || "\r\n\\".indexOf(text.charAt(to)) >= 0;
    return begins && ends;
  }

  private static boolean isUpper(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      if (Chars.is(text.charAt(i), Chars.LOWER)) {
        return false;
      }
    }
    return true;
  }

  /** Where the value behind a sign begins; -1 if the sign is no assignment. */
  private static int valueFrom(String text, int sign, int end) {
    char c = text.charAt(sign);
    int from = sign + 1;
    char next = from < text.length() ? text.charAt(from) : ' ';
    if (c == '>') {
      return sign == end ? from : -1;
    }
    if ((c == '=' && next == '>') || (c == ':' && next == '=')) {
      from++;
    } else if (next == '=' || next == '~' || next == ':') {
      return -1;
    }
    return Chars.skipBlanks(text, from, BLANKS_MAX);
  }

  /** The content of {@code <name>…</}. */
  private static Value element(String text, int from, int begin) {
    int close = begin > 0 && text.charAt(begin - 1) == '<' ? 0 : -1;
    int most = Math.min(text.length(), from + VALUE_CHARS_MAX);
    int to = close < 0 ? -1 : text.indexOf('<', from, most);
    boolean isOne = to >= 0 && text.startsWith("</", to) && text.indexOf('"', from, to) < 0;
    return !isOne ? Value.NONE : new Value(from, to, true);
  }

  /** The value that begins at a place, in quotes or to the next blank or bracket. */
  private static Value value(Scan scan, int start, boolean isSetting) {
    String text = scan.text();
    int from = start;
    // A letter may stand before the quote: b"…", f"…".
    if (Chars.at(text, from, Chars.LOWER | Chars.UPPER)
        && from + 1 < text.length()
        && Chars.isQuote(text.charAt(from + 1))) {
      from++;
    }
    int quote = from;
    while (quote < text.length() && text.charAt(quote) == '\\') {
      quote++;
    }
    if (quote < text.length() && Chars.isQuote(text.charAt(quote))) {
      if (closes(text, quote, quote - from)) {
        return Value.NONE;
      }
      int to = endOfQuoted(text, quote + 1, text.charAt(quote), quote - from);
      return to < 0 ? Value.NONE : new Value(quote + 1, to, true);
    }
    int to = scan.plainEnd(from, isSetting ? Ends.SETTING : Ends.ARGUMENT);
    int next = Chars.skipBlanks(text, to, BLANKS_MAX);
    boolean isTyped =
        next < text.length() && text.charAt(next) == '=' && Chars.end(text, from, Chars.WORD) == to;
    if (isTyped && to > from) {
      int given = Chars.skipBlanks(text, next + 1, BLANKS_MAX);
      boolean isText = given < text.length() && Chars.isQuote(text.charAt(given));
      return isText ? value(scan, given, false) : Value.NONE;
    }
    return new Value(from, to, false);
  }

  /**
   * Whether a quote behind so many backslashes ends the text of JSON it stands in. One that begins
   * a text within has none or an odd number of them, at any depth.
   */
  private static boolean closes(String text, int quote, int backslashes) {
    return text.charAt(quote) == '"' && backslashes > 0 && depth(backslashes) == 0;
  }

  /**
   * How deep in texts of JSON within texts of JSON a double quote behind so many backslashes begins
   * or ends one. At each depth its own escape doubles those before it and adds one; what is left is
   * of backslashes that stand for themselves.
   */
  private static int depth(int backslashes) {
    return Integer.numberOfTrailingZeros(~backslashes);
  }

  /**
   * Where a text in quotes ends that begin with so many backslashes; -1 if it does not on its line.
   */
  private static int endOfQuoted(String text, int from, char quote, int backslashes) {
    int most = Math.min(text.length(), from + VALUE_CHARS_MAX);
    int before = 0;
    for (int i = from; i < most; i++) {
      char c = text.charAt(i);
      boolean isOuter = c == '"' && quote != '"' && depth(before) == 0;
      if (c == '\n' || isOuter) {
        // It was an apostrophe, or the text of JSON that it stands in ends.
        return -1;
      }
      if (c == quote && quote == '"' && depth(before) <= depth(backslashes)) {
        // The backslashes of the quote itself are none of the value.
        return i - (1 << depth(before)) + 1;
      }
      if (c == quote
          && quote != '"'
          && (backslashes == 0 ? before % 2 == 0 : before <= backslashes)) {
        return backslashes == 0 ? i : i - before;
      }
      before = c == '\\' ? before + 1 : 0;
    }
    return -1;
  }

  /** Whether an option of a command that takes a secret begins at two dashes. */
  static boolean isOption(String text, int dashes) {
    boolean isInside = Chars.at(text, dashes - 1, Chars.DASH) || !Chars.isStart(text, dashes);
    if (isInside) {
      return false;
    }
    int end = Chars.end(text, dashes + 2, Chars.URL, Names.CHARS_MAX);
    return end < text.length()
        && text.charAt(end) != '='
        && !Chars.at(text, end, Chars.URL)
        && (Names.before(text, end) != Names.NONE || isUser(text, dashes + 2, end));
  }

  /** Whether {@code -u} stands at a dash, as curl names user and password. */
  static boolean isUserOption(String text, int dash) {
    return (dash == 0 || text.charAt(dash - 1) <= ' ' || Chars.isQuote(text.charAt(dash - 1)))
        && dash + 2 < text.length()
        && " \t\"'\\".indexOf(text.charAt(dash + 2)) >= 0;
  }

  private static boolean isUser(String text, int from, int end) {
    return OPTION_NAMES.stream()
        .anyMatch(name -> name.length() == end - from && text.startsWith(name, from));
  }

  /** {@code --password value}, also as two texts of a list. */
  static void findOption(Scan scan, int dashes) {
    findOption(scan, dashes + 2, Chars.end(scan.text(), dashes + 2, Chars.URL));
  }

  /** {@code -u user:password}, likewise. */
  static void findUserOption(Scan scan, int dash) {
    findOption(scan, dash + 1, dash + 2);
  }

  /** Whether the two characters are those of the name of a secret key, and no sign follows. */
  static boolean isSetting(String text, int i) {
    return text.startsWith("secret_access_key", i - 13)
        && i + 4 < text.length()
        && Chars.isBlank(text.charAt(i + 4));
  }

  /** {@code aws configure set aws_secret_access_key VALUE}. */
  static void findSetting(Scan scan, int i) {
    findOption(scan, Names.beginning(scan.text(), i + 4), i + 4);
  }

  private static void findOption(Scan scan, int begin, int end) {
    String text = scan.text();
    int from = end;
    int quote = from;
    while (quote < text.length() && text.charAt(quote) == '\\') {
      quote++;
    }
    if (quote < text.length() && Chars.isQuote(text.charAt(quote))) {
      from = Chars.skipBlanks(text, quote + 1, BLANKS_MAX);
      if (from >= text.length() || text.charAt(from) != ',') {
        return;
      }
      from = Chars.skipBlanks(text, from + 1, BLANKS_MAX);
    } else {
      from = Chars.skipBlanks(text, from, BLANKS_MAX);
      if (from == end) {
        return;
      }
    }
    Value value = value(scan, from, false);
    if (value.isNone() || value.from() >= value.to() || text.charAt(value.from()) == '-') {
      return;
    }
    if (end - begin == 1) {
      int colon = value.from();
      while (colon < value.to() && isOfUser(text.charAt(colon))) {
        colon++;
      }
      if (Chars.at(text, value.from(), Chars.LOWER | Chars.UPPER)) {
        user(scan, colon, value.to(), Evidence.ADJACENT);
      }
      return;
    }
    if (isUser(text, begin, end)) {
      user(scan, text.indexOf(':', value.from(), value.to()), value.to(), Evidence.QUOTED);
      return;
    }
    Names name = Names.before(text, end);
    if (name == Names.AUTHORIZATION || name == Names.COOKIE) {
      header(scan, name, end, from);
      return;
    }
    found(scan, name, begin, end, value, Evidence.ADJACENT);
  }

  private static boolean isOfUser(char c) {
    return Chars.is(c, Chars.URL) || c == '.' || c == '@' || c == '+';
  }

  /** {@code user:password}, the password alone. */
  private static void user(Scan scan, int colon, int to, Evidence evidence) {
    String text = scan.text();
    boolean has = colon >= 0 && colon < to && text.charAt(colon) == ':';
    if (has && Values.isSecret(text, colon + 1, to, evidence, true)) {
      scan.found(colon + 1, to, scan.kindOf(colon + 1, to, "password"));
    }
  }

  /** Whether the two characters are those of a password in a file of logins. */
  static boolean mayBeLogin(String text, int i) {
    if (!text.startsWith("password", i - 3) || !Chars.isStart(text, i - 3)) {
      return false;
    }
    int from = Chars.skipBlanks(text, i + 5, BLANKS_MAX);
    return from > i + 5 && from < text.length() && "=:>".indexOf(text.charAt(from)) < 0;
  }

  /** {@code login NAME password VALUE}, as in .netrc, in one line or in several. */
  static void findLogin(Scan scan, int i) {
    String text = scan.text();
    int name = beforeBlanks(text, i - 3);
    int most = Math.max(0, name - Names.CHARS_MAX);
    int begin = name;
    while (begin > most && text.charAt(begin - 1) > ' ') {
      begin--;
    }
    int login = beforeBlanks(text, begin);
    boolean isLogin =
        name < i - 3 && begin < name && login < begin && text.startsWith("login", login - 5);
    Value value =
        isLogin ? value(scan, Chars.skipBlanks(text, i + 5, BLANKS_MAX), false) : Value.NONE;
    if (!value.isNone() && Values.isSecret(text, value.from(), value.to(), Evidence.QUOTED, true)) {
      scan.found(
          value.from(), value.to(), scan.kindOf(value.from(), value.to(), Names.PASSWORD.kind()));
    }
  }

  /** Where blanks and line ends begin that end at a place, also those written as escapes. */
  private static int beforeBlanks(String text, int end) {
    int i = end;
    while (i > 0 && i > end - Names.CHARS_MAX) {
      if (text.charAt(i - 1) <= ' ') {
        i--;
      } else if (i > 1 && text.charAt(i - 2) == '\\' && "nrt".indexOf(text.charAt(i - 1)) >= 0) {
        i -= 2;
      } else {
        return i;
      }
    }
    return i;
  }

  /** The value of a header, its scheme kept. */
  private static void header(Scan scan, Names name, int end, int start) {
    String text = scan.text();
    int begin = Names.beginning(text, end);
    int from = start;
    int to;
    int quote = from;
    while (quote < text.length() && text.charAt(quote) == '\\') {
      quote++;
    }
    // A letter may stand before the quote.
    if (Chars.at(text, quote, Chars.LOWER | Chars.UPPER)
        && quote + 1 < text.length()
        && Chars.isQuote(text.charAt(quote + 1))) {
      quote++;
    }
    if (quote < text.length() && Chars.isQuote(text.charAt(quote))) {
      int backslashes = 0;
      while (quote - backslashes > from && text.charAt(quote - backslashes - 1) == '\\') {
        backslashes++;
      }
      if (closes(text, quote, backslashes)) {
        return;
      }
      from = quote + 1;
      to = endOfQuoted(text, from, text.charAt(quote), backslashes);
    } else {
      char before = begin > 0 ? text.charAt(begin - 1) : ' ';
      to = scan.headerEnd(from, Chars.isQuote(before) ? before : ' ');
    }
    if (to <= from) {
      return;
    }
    if (name == Names.COOKIE) {
      if (isCookie(scan, from, Math.min(to, from + HEADER_CHARS_MAX))) {
        scan.found(from, endOfWhole(scan, from, to), name.kind());
      }
      return;
    }
    int word = Math.min(to, scan.plainEnd(from, Ends.WORD));
    String scheme = text.substring(from, Math.min(word, from + 20)).toLowerCase(Locale.ROOT);
    int rest = Chars.skipBlanks(text, word, BLANKS_MAX);
    if (rest < to && (PARAMETERS.contains(scheme) || scheme.startsWith("aws4-"))) {
      if (Values.isGiven(text, rest, to)) {
        scan.found(rest, endOfWhole(scan, from, to), name.kind());
      }
    } else if (rest < to && SCHEMES.contains(scheme)) {
      credentials(scan, rest, to);
    } else if (Values.isSecret(text, from, word, Evidence.QUOTED, false)) {
      scan.found(from, word, scan.kindOf(from, word, name.kind()));
    }
  }

  /**
   * Where a header ends that is a secret as a whole. A line without an end does not go for one, but
   * no word of it is cut.
   */
  private static int endOfWhole(Scan scan, int from, int to) {
    int most = from + HEADER_CHARS_MAX;
    return to <= most ? to : Math.min(to, scan.plainEnd(most, Ends.WORD));
  }

  private static void credentials(Scan scan, int from, int most) {
    String text = scan.text();
    int to = Math.min(most, scan.plainEnd(from, Ends.WORD));
    if (Values.isGiven(text, from, to)) {
      scan.found(from, to, scan.kindOf(from, to, "authorization"));
    }
  }

  /** A header without quotes of its own ends with its line, or with the quote it stands in. */
  static int endOfHeader(String text, int from, char open) {
    boolean isParameter = false;
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"') {
        if (!isParameter && !opensParameter(text, i)) {
          return i;
        }
        isParameter = !isParameter;
      }
      boolean isEscape =
          c == '\\' && i + 1 < text.length() && "nr\"'\\".indexOf(text.charAt(i + 1)) >= 0;
      if (c == '\n' || c == '\r' || isEscape || (open != ' ' && c == open)) {
        return i;
      }
    }
    return text.length();
  }

  /** Whether a quote opens the value of a parameter; else it closes the text that they stand in. */
  private static boolean opensParameter(String text, int quote) {
    boolean isLast =
        quote + 1 >= text.length()
            || text.charAt(quote + 1) <= ' '
            || ",:;)]}".indexOf(text.charAt(quote + 1)) >= 0;
    return text.charAt(quote - 1) == '=' && !isLast;
  }

  /** {@code name=value}, of which some value is long enough to be worth something. */
  private static boolean isCookie(Scan scan, int from, int to) {
    String text = scan.text();
    int name = Chars.end(text, from, Chars.URL);
    if (name == from || name >= to || text.charAt(name) != '=') {
      return false;
    }
    int most = scan.areNewCookies(from, to) ? to : Math.min(to, from + COOKIE_AGAIN_CHARS_MAX);
    int start = from;
    for (int i = from; i <= most; i++) {
      if (i == most || text.charAt(i) == ';') {
        int value = text.indexOf('=', start, i) + 1;
        boolean isAttribute = startsWithAttribute(text, start);
        if (value > 0 && !isAttribute && i - value >= 8 && Values.isGiven(text, value, i)) {
          return true;
        }
        start = i + 1;
      }
    }
    return false;
  }

  private static boolean startsWithAttribute(String text, int from) {
    int word = Chars.skipBlanks(text, from, BLANKS_MAX);
    return text.regionMatches(true, word, "expires=", 0, 8)
        || text.regionMatches(true, word, "path=", 0, 5)
        || text.regionMatches(true, word, "domain=", 0, 7)
        || text.regionMatches(true, word, "max-age=", 0, 8);
  }

  /** {@code Bearer …} and {@code Basic …} wherever they stand. */
  static void findScheme(Scan scan, int i) {
    String text = scan.text();
    int from = text.indexOf(' ', i) + 1;
    int to = scan.plainEnd(from, Ends.WORD);
    boolean isBasic = text.startsWith("Basic", i);
    boolean isSecret =
        isBasic
            ? isUserAndPassword(text, from, to)
            : to - from >= 16 && Values.isSecret(text, from, to, Evidence.QUOTED, false);
    if (isSecret) {
      scan.found(from, to, scan.kindOf(from, to, "authorization"));
    }
  }

  private static boolean isUserAndPassword(String text, int from, int to) {
    if (to - from < 8 || Chars.end(text, from, Chars.BASE64, to - from) < to) {
      return false;
    }
    try {
      byte[] plain = Base64.getDecoder().decode(text.substring(from, to));
      boolean isText = true;
      boolean hasColon = false;
      for (byte b : plain) {
        isText &= b >= ' ';
        hasColon |= b == ':';
      }
      return isText && hasColon;
    } catch (IllegalArgumentException e) {
      // No base64, so no user and password.
      return false;
    }
  }
}
