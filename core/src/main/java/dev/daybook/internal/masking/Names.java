package dev.daybook.internal.masking;

/** Names after which a secret may stand. */
enum Names {
  /** No such name. */
  NONE(""),
  /** Chosen by people. */
  PASSWORD("password"),
  /** Anything called a secret. */
  SECRET("secret"),
  /** Made by machines. */
  TOKEN("token"),
  /** Of which the word before it says that it is secret. */
  KEY("api-key"),
  /** The header. */
  AUTHORIZATION("authorization"),
  /** User and password as in a header of the scheme Basic. */
  BASIC("authorization"),
  /** The headers. */
  COOKIE("cookie"),
  /** What signs an address. */
  SIGNATURE("signature");

  /** So many characters are looked at for a name. */
  static final int CHARS_MAX = 80;

  /** Before {@code key}: what makes it a secret one. */
  private static final String[] SECRET_KEYS = {
    "api",
    "access",
    "secret",
    "private",
    "account",
    "auth",
    "encryption",
    "signing",
    "master",
    "storage",
    "shared",
    "subscription",
    "app",
    "admin",
    "deploy",
    "functions",
    "consumer"
  };

  /** Before {@code token}: what says where to go on, and is none. */
  private static final String[] OPEN_TOKENS = {"next", "page", "continuation", "sync", "resume"};

  private final String kind;

  Names(String kind) {
    this.kind = kind;
  }

  /** What a secret of this name is called. */
  String kind() {
    return kind;
  }

  /** Whether people choose what stands behind it. */
  boolean isPassword() {
    return this == PASSWORD;
  }

  /** The name that ends before a place. */
  static Names before(String text, int end) {
    if (end < 2) {
      return NONE;
    }
    // The last two letters, as small ones, rule out most words at once.
    return switch ((text.charAt(end - 2) | ' ') << 8 | (text.charAt(end - 1) | ' ')) {
      case 'r' << 8 | 'd' -> ends(text, end, "password") ? PASSWORD : NONE;
      case 'w' << 8 | 'd' ->
          ends(text, end, "passwd") || (ends(text, end, "pwd") && !isFolder(text, end))
              ? PASSWORD
              : NONE;
      case 's' << 8 | 's' -> ends(text, end, "pass") && isPart(text, end - 4) ? PASSWORD : NONE;
      case 's' << 8 | 'e' ->
          ends(text, end, "passphrase")
              ? PASSWORD
              : ends(text, end, "secret_key_base") ? SECRET : NONE;
      case 'e' << 8 | 't' -> ends(text, end, "secret") ? SECRET : NONE;
      case 'e' << 8 | 'n' ->
          ends(text, end, "token") && !hasBefore(text, end - 5, OPEN_TOKENS) ? TOKEN : NONE;
      case 'e' << 8 | 'y' ->
          ends(text, end, "key") && hasBefore(text, end - 3, SECRET_KEYS) ? KEY : NONE;
      case 't' << 8 | 'h' -> ofAuth(text, end);
      case 'o' << 8 | 'n' -> isHeader(text, end, "authorization", "proxy-") ? AUTHORIZATION : NONE;
      case 'i' << 8 | 'e' -> isHeader(text, end, "cookie", "set-") ? COOKIE : NONE;
      case 'i' << 8 | 'g' -> ends(text, end, "sig") && isQuery(text, end - 4) ? SIGNATURE : NONE;
      case 'r' << 8 | 'e' ->
          ends(text, end, "x-amz-signature") || ends(text, end, "x-goog-signature")
              ? SIGNATURE
              : NONE;
      default -> NONE;
    };
  }

  private static Names ofAuth(String text, int end) {
    if (end < 5 || !ends(text, end, "auth")) {
      return NONE;
    }
    if (text.charAt(end - 5) == '_') {
      return Chars.at(text, end - 6, Chars.WORD) ? NONE : TOKEN;
    }
    // Docker's configuration has both in the field of that name.
    return Chars.isQuote(text.charAt(end - 5)) ? BASIC : NONE;
  }

  private static boolean isHeader(String text, int end, String name, String before) {
    return ends(text, end, name)
        && (ends(text, end - name.length(), before)
            || !Chars.at(text, end - name.length() - 1, Chars.URL));
  }

  private static boolean ends(String text, int end, String name) {
    return text.regionMatches(true, end - name.length(), name, 0, name.length());
  }

  private static boolean hasBefore(String text, int end, String[] words) {
    int last = end > 0 && "_- .".indexOf(text.charAt(end - 1)) >= 0 ? end - 1 : end;
    for (String word : words) {
      if (ends(text, last, word)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a short name is a part of its own: {@code DB_PASS}, {@code dbPass}. */
  private static boolean isPart(String text, int from) {
    return Chars.at(text, from - 1, Chars.UNDERSCORE | Chars.DASH)
        || (Chars.at(text, from, Chars.UPPER) && Chars.at(text, from - 1, Chars.LOWER));
  }

  private static boolean isQuery(String text, int before) {
    return before >= 0 && "?&;".indexOf(text.charAt(before)) >= 0;
  }

  /** Shells call the working folder so; after a semicolon it is that of a connection. */
  private static boolean isFolder(String text, int end) {
    return text.startsWith("PWD", end - 3) && (end == 3 || "_;".indexOf(text.charAt(end - 4)) < 0);
  }

  /** Where the whole word begins that ends at a place. */
  static int beginning(String text, int end) {
    int i = end;
    while (i > 0 && i > end - CHARS_MAX && Chars.is(text.charAt(i - 1), Chars.URL)) {
      i--;
    }
    return i;
  }
}
