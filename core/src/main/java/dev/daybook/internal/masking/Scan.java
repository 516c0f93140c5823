package dev.daybook.internal.masking;

import java.util.Arrays;
import java.util.List;

/**
 * One pass over a text. Every shape has two characters next to each other that are rare; where such
 * a pair stands, a cheap look says whether the shape may be there, and only then the rule is asked.
 * What a rule reads is bounded or is not read again, so that the time is linear. For one thread.
 */
final class Scan {
  private static final int NO_TRIGGER = 0;
  private static final int NAMED = 1;
  private static final int OPTION = 2;
  private static final int ARMOR = 3;
  private static final int USER_INFO = 4;
  private static final int WEB_TOKEN = 5;
  private static final int SCHEME = 6;
  private static final int SEND_GRID = 7;
  private static final int WEB_HOOK = 8;
  private static final int AZURE = 9;
  private static final int ESCAPE = 10;
  private static final int TELEGRAM = 11;
  private static final int USER_OPTION = 12;
  private static final int LOGIN = 13;
  private static final int ARMOR_END = 14;
  private static final int SETTING = 15;

  /** From here on the groups of {@link Tokens}. */
  private static final int TOKENS = 16;

  private static final int PAIRS = 128 * 128;

  /** What the two characters of a pair, as 7 bits each, may belong to. */
  private static final byte[] TRIGGERS = new byte[PAIRS];

  static {
    for (char c : new char[] {'=', ':', '>'}) {
      Arrays.fill(TRIGGERS, c << 7, (c + 1) << 7, (byte) NAMED);
    }
    TRIGGERS[':' << 7 | 'A'] = TELEGRAM;
    set("--", OPTION);
    set("-B", ARMOR);
    set("-E", ARMOR_END);
    set("-u", USER_OPTION);
    set("sw", LOGIN);
    set("_k", SETTING);
    set("//", USER_INFO);
    set("yJ", WEB_TOKEN);
    set("Be", SCHEME);
    set("Ba", SCHEME);
    set("SG", SEND_GRID);
    set("k.", WEB_HOOK);
    set("bh", WEB_HOOK);
    set("Q~", AZURE);
    set("\\u", ESCAPE);
    set("\\/", ESCAPE);
    List<String> beginnings = Tokens.beginnings();
    for (int group = 0; group < beginnings.size(); group++) {
      set(beginnings.get(group), TOKENS + group);
    }
  }

  /** Alphabets in which a token can begin within what another one reads. */
  private static final int[] RUNS = {Chars.URL, Chars.WORD, Chars.BASE64};

  /** The quotes that a header may stand in, and none. */
  private static final String HEADER_QUOTES = " \"'`";

  /** An address that is as good as a password, and where in it the two characters stand. */
  private record WebHook(String address, int pair, String kind) {
    boolean beginsAt(String text, int i) {
      return text.startsWith(address, i - pair);
    }
  }

  private static final List<WebHook> WEB_HOOKS =
      List.of(
          new WebHook("hooks.slack.com/services/", 10, "slack-webhook"),
          new WebHook("hooks.slack.com/workflows/", 10, "slack-webhook"),
          new WebHook("hooks.slack.com/triggers/", 10, "slack-webhook"),
          new WebHook("discord.com/api/webhooks/", 18, "discord-webhook"),
          new WebHook("discordapp.com/api/webhooks/", 21, "discord-webhook"));

  private static final int URL_CHARS_MAX = 512;
  private static final int AZURE_CHARS_MAX = 40;
  private static final int TELEGRAM_CHARS = 35;

  /** What documents write for the password of an address. */
  private static final List<String> WORDS =
      List.of("password", "passwd", "pass", "pwd", "pw", "secret", "token", "apikey", "api_key");

  private final String text;
  private final Unescaped plain;
  private final Spans spans;
  private boolean hasEscapes;

  /** Where the last secret ends. */
  private int floor;

  /** The runs that were looked at last, of each of {@link #RUNS}. */
  private final int[] runFrom = new int[RUNS.length];

  private final int[] runTo = new int[RUNS.length];

  /** Where the first part ends that was followed last, where the last, and how many there are. */
  private int webTokenHead = -1;

  private int webTokenEnd;
  private int webTokenParts;

  /** The values without quotes that were looked at last, of each sort. */
  private final int[] plainFrom = new int[Named.Ends.values().length];

  private final int[] plainTo = new int[Named.Ends.values().length];

  /** The headers that were looked at last, of each of {@link #HEADER_QUOTES}. */
  private final int[] headerFrom = new int[HEADER_QUOTES.length()];

  private final int[] headerTo = new int[HEADER_QUOTES.length()];

  /** Where the cookies end that were looked at last. */
  private int cookiesTo;

  private Scan(String text, Unescaped plain, Spans spans) {
    this.text = text;
    this.plain = plain;
    this.spans = spans;
  }

  private static void set(String pair, int rule) {
    int place = pair.charAt(0) << 7 | pair.charAt(1);
    if (TRIGGERS[place] != NO_TRIGGER) {
      throw new IllegalStateException("Two rules begin with '" + pair + "'");
    }
    TRIGGERS[place] = (byte) rule;
  }

  /** The secrets of a text. */
  static Spans of(String text) {
    int first = next(text, 0);
    if (first < 0) {
      return Spans.NONE;
    }
    Spans spans = new Spans(text);
    Scan scan = new Scan(text, Unescaped.NONE, spans);
    scan.from(first);
    if (scan.hasEscapes) {
      Unescaped plain = Unescaped.of(text);
      Scan again = new Scan(plain.text(), plain, spans);
      again.from(next(again.text, 0));
    }
    return spans;
  }

  /** The next place at which a shape may be; -1 if there is none. */
  private static int next(String text, int from) {
    int last = text.length() - 1;
    int here = from < last ? text.charAt(from) & 127 : 0;
    for (int i = from; i < last; i++) {
      int then = text.charAt(i + 1) & 127;
      int rule = TRIGGERS[here << 7 | then];
      here = then;
      if (rule != NO_TRIGGER
          && (rule < TOKENS || Tokens.goesOnAt(text, i + 2, rule - TOKENS))
          && mayBeAt(text, i, rule)) {
        return i;
      }
    }
    return -1;
  }

  private static int trigger(String text, int i) {
    return TRIGGERS[(text.charAt(i) & 127) << 7 | (text.charAt(i + 1) & 127)];
  }

  private static boolean mayBeAt(String text, int i, int rule) {
    return switch (rule) {
      case NAMED -> Named.mayBeAt(text, i);
      case OPTION -> Chars.at(text, i + 2, Chars.LOWER) && Named.isOption(text, i);
      case ARMOR -> Armor.mayBeAt(text, i);
      case ARMOR_END -> Armor.mayEndAt(text, i);
      case USER_OPTION -> Named.isUserOption(text, i);
      case LOGIN -> Named.mayBeLogin(text, i);
      case SETTING -> Named.isSetting(text, i);
      case USER_INFO -> i > 0 && text.charAt(i - 1) == ':';
      case WEB_TOKEN -> i > 0 && text.charAt(i - 1) == 'e' && Chars.isStart(text, i - 1);
      case SCHEME -> text.startsWith("Bearer ", i) || text.startsWith("Basic ", i);
      case SEND_GRID -> text.startsWith("SG.", i) && Chars.isStart(text, i);
      case WEB_HOOK -> WEB_HOOKS.stream().anyMatch(hook -> hook.beginsAt(text, i));
      case AZURE -> Chars.at(text, i - 1, Chars.DIGIT) && i > 3 && Chars.isStart(text, i - 4);
      case ESCAPE -> text.charAt(i + 1) == '/' || Unescaped.isPlain(text, i + 1);
      case TELEGRAM -> telegramFrom(text, i) >= 0 || Named.mayBeAt(text, i);
      default -> Tokens.mayBeAt(text, i, rule - TOKENS);
    };
  }

  private void from(int first) {
    for (int i = first; i >= 0; i = next(text, Math.max(i + 1, floor))) {
      int rule = trigger(text, i);
      switch (rule) {
        case NAMED -> Named.find(this, i);
        case OPTION -> Named.findOption(this, i);
        case ARMOR -> Armor.find(this, i);
        case ARMOR_END -> Armor.findEnd(this, i);
        case USER_OPTION -> Named.findUserOption(this, i);
        case LOGIN -> Named.findLogin(this, i);
        case SETTING -> Named.findSetting(this, i);
        case USER_INFO -> userInfo(i + 2);
        case WEB_TOKEN -> webToken(i - 1);
        case SCHEME -> Named.findScheme(this, i);
        case SEND_GRID -> sendGrid(i);
        case WEB_HOOK -> webHook(i);
        case AZURE -> azure(i);
        case ESCAPE -> hasEscapes = true;
        case TELEGRAM -> telegram(i);
        default -> {
          int unused = Tokens.find(this, i, rule - TOKENS);
        }
      }
    }
  }

  String text() {
    return text;
  }

  /** Where the last secret ends; nothing before is one. */
  int floor() {
    return floor;
  }

  /**
   * Notes a secret, unless it stands within one that is known. In JSON it ends with the text that
   * it begins in.
   */
  void found(int from, int to, String kind) {
    if (from >= floor && to > from) {
      int begin = plain.original(from);
      int most = plain.original(to);
      int end = spans.add(begin, most, kind);
      if (end > begin) {
        floor = end == most ? to : plain.here(end);
      }
    }
  }

  /** The same of one that goes on in the texts of JSON that follow. */
  void foundInParts(int from, int to, String kind) {
    if (from >= floor && to > from) {
      spans.addParts(plain.original(from), plain.original(to), kind);
      floor = to;
    }
  }

  /** The kind of the token that a value is, or what it is called otherwise. */
  String kindOf(int from, int to, String otherwise) {
    int rule = from + 1 < to ? trigger(text, from) : NO_TRIGGER;
    if (rule >= TOKENS) {
      return Tokens.kindOf(text, from, to, rule - TOKENS).orElse(otherwise);
    }
    return text.startsWith("eyJ", from) && text.indexOf('.', Math.min(from + 10, to), to) > 0
        ? "jwt"
        : otherwise;
  }

  /** Where characters of a set end; a run is read once, however often it is asked for. */
  int runEnd(int from, int set) {
    int which = 0;
    while (which < RUNS.length && RUNS[which] != set) {
      which++;
    }
    if (which == RUNS.length) {
      return Chars.end(text, from, set);
    }
    if (from < runFrom[which] || from >= runTo[which]) {
      runFrom[which] = from;
      runTo[which] = Chars.end(text, from, set);
    }
    return runTo[which];
  }

  /** Where a value without quotes ends; a run is read once, however often it is asked for. */
  int plainEnd(int from, Named.Ends ends) {
    int which = ends.place();
    if (from < plainFrom[which] || from >= plainTo[which]) {
      plainFrom[which] = from;
      int end = from;
      while (end < text.length() && !ends.at(text.charAt(end))) {
        end++;
      }
      plainTo[which] = end;
    }
    return plainTo[which];
  }

  /** Where a header ends; read once, however often it is asked for. */
  int headerEnd(int from, char quote) {
    int which = HEADER_QUOTES.indexOf(quote);
    if (from < headerFrom[which] || from >= headerTo[which]) {
      headerFrom[which] = from;
      headerTo[which] = Named.endOfHeader(text, from, quote);
    }
    return headerTo[which];
  }

  /** Whether these cookies were not looked at yet, as parts of others. */
  boolean areNewCookies(int from, int to) {
    boolean areNew = from >= cookiesTo;
    cookiesTo = Math.max(cookiesTo, to);
    return areNew;
  }

  /** {@code scheme://user:password@host}, the password alone. */
  private void userInfo(int from) {
    if (from < text.length() && text.charAt(from) == '[') {
      return;
    }
    int most = Math.min(text.length(), from + URL_CHARS_MAX);
    int colon = -1;
    int at = -1;
    int end = from;
    boolean isPort = true;
    for (; end < most; end++) {
      char c = text.charAt(end);
      if (c <= ' ' || c == '"' || c == '\'' || c == '`' || c == '<' || c == '>' || c == '\\') {
        break;
      }
      if (c == ':' && text.startsWith("//", end + 1)) {
        // Another address begins.
        break;
      }
      if (c == ':' && colon < 0 && at < 0) {
        colon = end;
      } else if (c == '@') {
        at = end;
      } else if (c == '/' || c == '?' || c == '#') {
        // Behind a port a path begins; anything else is a password that should have been encoded.
        if (at >= 0 || colon < 0 || isPort) {
          break;
        }
      } else if (colon >= 0 && at < 0) {
        isPort &= Chars.is(c, Chars.DIGIT);
      }
    }
    if (at < 0) {
      return;
    }
    int passwordFrom = colon >= 0 ? colon + 1 : from;
    boolean isName = colon < 0 && !Values.isSecret(text, from, at, Values.Evidence.PLAIN, false);
    if (!isName && !isPlaceholder(passwordFrom, at)) {
      found(passwordFrom, at, kindOf(passwordFrom, at, "url-password"));
    }
  }

  private boolean isPlaceholder(int from, int to) {
    return Values.refers(text, from, to)
        || Values.different(text, from, to) == 1
        || WORDS.stream()
            .anyMatch(word ->
                word.length() == to - from && text.regionMatches(true, from, word, 0, to - from));
  }

  /** {@code header.payload.signature}, or the five parts of an encrypted one. */
  private void webToken(int from) {
    int head = runEnd(from, Chars.URL);
    if (head != webTokenHead) {
      webTokenHead = head;
      webTokenEnd = head;
      webTokenParts = 1;
      while (webTokenParts < 5 && webTokenEnd < text.length() && text.charAt(webTokenEnd) == '.') {
        webTokenEnd = Chars.end(text, webTokenEnd + 1, Chars.URL);
        webTokenParts++;
      }
    }
    if (head - from >= 10 && webTokenParts >= 3 && webTokenEnd - from >= 36) {
      found(from, webTokenEnd, "jwt");
    }
  }

  private void telegram(int colon) {
    int from = telegramFrom(text, colon);
    if (from < 0) {
      Named.find(this, colon);
    } else if (Values.isRandom(text, colon + 1, colon + 1 + TELEGRAM_CHARS)) {
      found(from, colon + 1 + TELEGRAM_CHARS, "telegram-token");
    }
  }

  /** Where the number of a bot begins whose key begins behind a colon; -1 if there is none. */
  private static int telegramFrom(String text, int colon) {
    int from = colon;
    while (from > 0 && from > colon - 12 && Chars.is(text.charAt(from - 1), Chars.DIGIT)) {
      from--;
    }
    if (from > 0 && text.charAt(from - 1) == '%') {
      // The digits of a percent code are none of the number.
      from += 2;
    }
    boolean isBot = colon - from >= 8 && text.startsWith("AA", colon + 1);
    // In addresses the number stands behind "bot".
    boolean begins = Chars.isStart(text, from) || text.startsWith("bot", from - 3);
    int key = isBot && begins ? Chars.end(text, colon + 1, Chars.URL) - colon - 1 : 0;
    return key == TELEGRAM_CHARS ? from : -1;
  }

  private void sendGrid(int from) {
    int dot = runEnd(from + 3, Chars.URL);
    boolean has = dot - from - 3 >= 16 && dot < text.length() && text.charAt(dot) == '.';
    int end = has ? runEnd(dot + 1, Chars.URL) : dot;
    if (has && end - dot > 30 && Values.isRandom(text, from + 3, end)) {
      found(from, end, "sendgrid-key");
    }
  }

  private void webHook(int i) {
    for (WebHook hook : WEB_HOOKS) {
      if (hook.beginsAt(text, i)) {
        int from = i - hook.pair() + hook.address().length();
        int end = from;
        while (end < text.length()
            && (text.charAt(end) == '/' || Chars.is(text.charAt(end), Chars.URL))) {
          end++;
        }
        if (end - from >= 20 && Values.isRandom(text, from, end)) {
          found(from, end, hook.kind());
        }
      }
    }
  }

  /** Three characters and a digit, then these two, then 31 to 34. */
  private void azure(int i) {
    int from = i - 4;
    int end = i + 2;
    int most = Math.min(text.length(), end + AZURE_CHARS_MAX + 1);
    while (end < most
        && (Chars.is(text.charAt(end), Chars.URL) || "~.".indexOf(text.charAt(end)) >= 0)) {
      end++;
    }
    boolean has =
        Chars.end(text, from, Chars.URL) == i + 1
            && end - i - 2 >= 31
            && end - i - 2 <= AZURE_CHARS_MAX;
    if (has && Values.isRandom(text, i + 2, end)) {
      found(from, end, "azure-client-secret");
    }
  }
}
