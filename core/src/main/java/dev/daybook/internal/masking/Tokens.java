package dev.daybook.internal.masking;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Tokens that are known by what they begin with. Lengths and alphabets are those that their makers
 * publish or that are seen, with some room, since makers lengthen them.
 */
final class Tokens {
  /**
   * A shape: a prefix, then so many characters of an alphabet.
   *
   * @param prefix in just these letters
   * @param alphabet of what follows
   * @param min the fewest characters that follow
   * @param max the most
   * @param kind what it is called
   */
  private record Shape(String prefix, int alphabet, int min, int max, String kind) {}

  private static final int UPPER_DIGIT = Chars.UPPER | Chars.DIGIT;
  private static final int LONG = 4_096;

  /** Tools wrap base64 at 64 or 76 characters. */
  private static final int LINE_CHARS_MAX = 76;

  private static final String PACKED_KEY = "private-key";

  /** A prefix of another stands behind it. */
  private static final List<Shape> SHAPES =
      List.of(
          new Shape("AKIA", UPPER_DIGIT, 16, 16, "aws-access-key-id"),
          new Shape("ASIA", UPPER_DIGIT, 16, 16, "aws-access-key-id"),
          new Shape("ABIA", UPPER_DIGIT, 16, 16, "aws-access-key-id"),
          new Shape("ACCA", UPPER_DIGIT, 16, 16, "aws-access-key-id"),
          new Shape("A3T", UPPER_DIGIT, 17, 17, "aws-access-key-id"),
          new Shape("AIza", Chars.URL, 35, 39, "gcp-api-key"),
          new Shape("ya29.", Chars.URL, 20, LONG, "google-oauth-token"),
          new Shape("GOCSPX-", Chars.URL, 24, 40, "google-oauth-secret"),
          new Shape("github_pat_", Chars.WORD, 22, 255, "github-token"),
          new Shape("ghp_", Chars.WORD, 30, 255, "github-token"),
          new Shape("gho_", Chars.WORD, 30, 255, "github-token"),
          new Shape("ghu_", Chars.WORD, 30, 255, "github-token"),
          new Shape("ghs_", Chars.WORD, 30, 1_024, "github-token"),
          new Shape("ghr_", Chars.WORD, 30, 255, "github-token"),
          new Shape("glpat-", Chars.URL, 20, 300, "gitlab-token"),
          new Shape("gldt-", Chars.URL, 20, 300, "gitlab-token"),
          new Shape("glrt-", Chars.URL, 20, 300, "gitlab-token"),
          new Shape("glptt-", Chars.URL, 20, 300, "gitlab-token"),
          new Shape("glcbt-", Chars.URL, 20, 300, "gitlab-token"),
          new Shape("glsoat-", Chars.URL, 20, 300, "gitlab-token"),
          new Shape("gloas-", Chars.URL, 20, 300, "gitlab-token"),
          new Shape("glft-", Chars.URL, 20, 300, "gitlab-token"),
          new Shape("glimt-", Chars.URL, 20, 300, "gitlab-token"),
          new Shape("glagent-", Chars.URL, 20, 300, "gitlab-token"),
          new Shape("xoxb-", Chars.URL, 10, 255, "slack-token"),
          new Shape("xoxp-", Chars.URL, 10, 255, "slack-token"),
          new Shape("xoxa-", Chars.URL, 10, 255, "slack-token"),
          new Shape("xoxo-", Chars.URL, 10, 255, "slack-token"),
          new Shape("xoxr-", Chars.URL, 10, 255, "slack-token"),
          new Shape("xoxs-", Chars.URL, 10, 255, "slack-token"),
          new Shape("xoxc-", Chars.URL, 10, 255, "slack-token"),
          new Shape("xoxd-", Chars.URL, 10, 1_024, "slack-token"),
          new Shape("xoxe-", Chars.URL, 10, 400, "slack-token"),
          new Shape("xoxe.xoxb-", Chars.URL, 10, 400, "slack-token"),
          new Shape("xoxe.xoxp-", Chars.URL, 10, 400, "slack-token"),
          new Shape("xapp-", Chars.URL, 20, 255, "slack-token"),
          new Shape("sk_live_", Chars.ALNUM, 10, 255, "stripe-key"),
          new Shape("sk_test_", Chars.ALNUM, 10, 255, "stripe-key"),
          new Shape("rk_live_", Chars.ALNUM, 10, 255, "stripe-key"),
          new Shape("rk_test_", Chars.ALNUM, 10, 255, "stripe-key"),
          new Shape("whsec_", Chars.BASE64, 24, 255, "stripe-key"),
          new Shape("sk-ant-", Chars.URL, 20, 255, "anthropic-key"),
          new Shape("sk-proj-", Chars.URL, 20, 300, "openai-key"),
          new Shape("sk-svcacct-", Chars.URL, 20, 300, "openai-key"),
          new Shape("sk-admin-", Chars.URL, 20, 300, "openai-key"),
          new Shape("sk-None-", Chars.URL, 20, 300, "openai-key"),
          new Shape("sk-or-v1-", Chars.ALNUM, 32, 128, "openrouter-key"),
          new Shape("sk-", Chars.ALNUM, 32, 255, "openai-key"),
          new Shape("npm_", Chars.ALNUM, 36, 36, "npm-token"),
          new Shape("pypi-", Chars.URL, 50, 1_024, "pypi-token"),
          new Shape("hf_", Chars.ALNUM, 30, 64, "huggingface-token"),
          new Shape("SK", Chars.HEX, 32, 32, "twilio-key"),
          new Shape("dop_v1_", Chars.HEX, 64, 64, "digitalocean-token"),
          new Shape("doo_v1_", Chars.HEX, 64, 64, "digitalocean-token"),
          new Shape("dor_v1_", Chars.HEX, 64, 64, "digitalocean-token"),
          new Shape("shpat_", Chars.ALNUM, 32, 32, "shopify-token"),
          new Shape("shpss_", Chars.ALNUM, 32, 32, "shopify-token"),
          new Shape("shpca_", Chars.ALNUM, 32, 32, "shopify-token"),
          new Shape("shppa_", Chars.ALNUM, 32, 32, "shopify-token"),
          new Shape("dckr_pat_", Chars.URL, 27, 40, "docker-token"),
          new Shape("dckr_oat_", Chars.URL, 27, 40, "docker-token"),
          new Shape("hvs.", Chars.URL, 24, 300, "vault-token"),
          new Shape("hvb.", Chars.URL, 90, 300, "vault-token"),
          new Shape("dapi", Chars.HEX, 32, 32, "databricks-token"),
          new Shape("ATATT3", Chars.URL, 100, 255, "atlassian-token"),
          new Shape("AGE-SECRET-KEY-1", UPPER_DIGIT, 58, 58, "private-key"),
          new Shape("gsk_", Chars.ALNUM, 40, 64, "groq-key"),
          new Shape("xai-", Chars.ALNUM, 60, 120, "xai-key"),
          new Shape("glsa_", Chars.WORD, 40, 50, "grafana-token"),
          new Shape("lin_api_", Chars.ALNUM, 40, 40, "linear-key"),
          new Shape("ntn_", Chars.ALNUM, 40, 60, "notion-token"),
          // Base64 of what a private key in armour begins with, as in the configuration of
          // clusters.
          packedKey("LS0tLS1CRUdJTiBQUklWQVRFIEtFW"),
          packedKey("LS0tLS1CRUdJTiBSU0EgUFJJVkFUR"),
          packedKey("LS0tLS1CRUdJTiBFQyBQUklWQVRFI"),
          packedKey("LS0tLS1CRUdJTiBFTkNSWVBURUQgU"),
          packedKey("LS0tLS1CRUdJTiBPUEVOU1NIIFBSS"));

  /** The shapes that begin with the same two characters, by their number in {@link #GROUPS}. */
  private static final List<List<Shape>> GROUPS = new ArrayList<>();

  /** What the shapes of a group begin with. */
  private static final List<String> BEGINNINGS = new ArrayList<>();

  /**
   * Which third characters the shapes of a group have, those of the alphabet if it is the first.
   */
  private static final boolean[][] THIRDS;

  static {
    for (Shape shape : SHAPES) {
      String two = shape.prefix().substring(0, 2);
      if (!BEGINNINGS.contains(two)) {
        BEGINNINGS.add(two);
        GROUPS.add(new ArrayList<>());
      }
      GROUPS.get(BEGINNINGS.indexOf(two)).add(shape);
    }
    THIRDS = new boolean[GROUPS.size()][128];
    for (int group = 0; group < THIRDS.length; group++) {
      for (Shape shape : GROUPS.get(group)) {
        for (char c = 0; c < 128; c++) {
          THIRDS[group][c] |=
              shape.prefix().length() > 2
                  ? shape.prefix().charAt(2) == c
                  : Chars.is(c, shape.alphabet());
        }
      }
    }
  }

  private Tokens() {}

  private static Shape packedKey(String prefix) {
    return new Shape(prefix, Chars.BASE64, 24, Integer.MAX_VALUE, PACKED_KEY);
  }

  /** The first two characters of each group. */
  static List<String> beginnings() {
    return List.copyOf(BEGINNINGS);
  }

  /** Whether the third character of a token of a group stands at a place; the cheapest look. */
  static boolean goesOnAt(String text, int i, int group) {
    return i < text.length() && THIRDS[group][text.charAt(i) & 127];
  }

  /** Whether a token of a group may begin at a place. */
  static boolean mayBeAt(String text, int i, int group) {
    List<Shape> shapes = GROUPS.get(group);
    for (int s = 0; s < shapes.size(); s++) {
      if (text.startsWith(shapes.get(s).prefix(), i)) {
        return Chars.isStart(text, i);
      }
    }
    return false;
  }

  /** Finds the token of a group at a place; where it ends, or -1 if there is none. */
  static int find(Scan scan, int i, int group) {
    String text = scan.text();
    for (Shape shape : GROUPS.get(group)) {
      if (text.startsWith(shape.prefix(), i)) {
        int from = i + shape.prefix().length();
        int end = scan.runEnd(from, shape.alphabet());
        if (isToken(text, shape, from, end)) {
          int whole =
              shape.alphabet() == Chars.BASE64 && shape.kind().equals(PACKED_KEY)
                  ? endOfLines(text, i, end)
                  : withTail(text, shape, end);
          scan.found(i, whole, shape.kind());
          return whole;
        }
      }
    }
    return -1;
  }

  /** The kind of the token of a group that a value is as a whole. */
  static Optional<String> kindOf(String text, int from, int to, int group) {
    return GROUPS.get(group).stream()
        .filter(shape -> text.startsWith(shape.prefix(), from))
        .filter(shape -> to - from >= shape.prefix().length() + shape.min())
        .map(Shape::kind)
        .findFirst();
  }

  private static boolean isToken(String text, Shape shape, int from, int end) {
    int chars = end - from;
    boolean isCut = Chars.at(text, end, Chars.ALNUM);
    if (chars < shape.min() || chars > shape.max() || isCut) {
      return false;
    }
    if (shape.alphabet() == UPPER_DIGIT && text.startsWith("EXAMPLE", end - 7)) {
      return false;
    }
    return shape.alphabet() == UPPER_DIGIT
        ? Values.different(text, from, end) >= 6
        : Values.isRandom(text, from, end);
  }

  /** Where base64 ends whose first line is this: further ones are as long, the last is shorter. */
  private static int endOfLines(String text, int from, int firstEnd) {
    int chars = firstEnd - from;
    int end = firstEnd;
    boolean goesOn = chars <= LINE_CHARS_MAX;
    while (goesOn && text.charAt(end - 1) != '=') {
      int next = Armor.skipLineEnds(text, end);
      int line = next == end ? 0 : Chars.end(text, next, Chars.BASE64, chars + 1) - next;
      // Base64 comes in fours, a word behind it seldom does.
      boolean isLine = line > 0 && line <= chars && line % 4 == 0;
      end = isLine ? next + line : end;
      goesOn = isLine && line == chars;
    }
    return end;
  }

  /** Newer tokens of GitLab, and those of Vault, go on after a dot. */
  private static int withTail(String text, Shape shape, int end) {
    boolean mayGoOn = shape.alphabet() == Chars.URL && Chars.at(text, end + 1, Chars.ALNUM);
    if (mayGoOn && text.charAt(end) == '.' && shape.kind().equals("gitlab-token")) {
      int tail = Chars.end(text, end + 1, Chars.ALNUM);
      return tail - end - 1 == 9 ? tail : end;
    }
    return end;
  }
}
