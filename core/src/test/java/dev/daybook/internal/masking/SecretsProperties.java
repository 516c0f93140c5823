package dev.daybook.internal.masking;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What holds of masking any text; {@code -Dsim.texts=N} looks at more of them. */
class SecretsProperties {
  private static final long SEED = Long.getLong("sim.seed", 1);
  private static final int TEXTS = Integer.getInteger("sim.texts", 5_000);

  /** Pieces of what rules look for, in any order. */
  private static final List<String> PIECES =
      List.of(
          "password",
          "PASSWORD",
          "token",
          "secret",
          "api_key",
          "Authorization",
          "Cookie",
          "sig",
          "Bearer ",
          "Basic ",
          "=",
          ":",
          ": ",
          " = ",
          ":=",
          "=>",
          ">",
          "<",
          "</",
          "\"",
          "'",
          "`",
          "\\",
          "\\\"",
          "\\n",
          "\\u003d",
          "\\u",
          "\\/",
          "\n",
          " ",
          "--password ",
          "--user ",
          "://",
          "@",
          "/",
          "?",
          "&",
          ";",
          ",",
          ".",
          "-",
          "_",
          "(",
          "[",
          "]",
          "{",
          "}",
          "$",
          "%",
          "#",
          "5",
          "a1b2c3d4e5",
          "hunter22",
          "-----BEGIN ",
          "-----END ",
          "PRIVATE KEY-----",
          "[masked:",
          "[masked:token]",
          "eyJ",
          "hooks.slack.com/services/",
          "Q~",
          "SG.",
          "AKIA",
          "é",
          "\uD83D",
          "\u001b[32m");

  private static final List<MadeUp.Secret> SECRETS = secrets(11);

  /** So much of the end of a secret is none of it by chance. */
  private static final int TAIL_CHARS = 12;

  /**
   * With so many characters, at most, a private key of many lines ends that are the same in all.
   */
  private static final int LABEL_CHARS = 60;

  private static List<MadeUp.Secret> secrets(long seed) {
    return List.copyOf(new MadeUp(seed).tokens().values());
  }

  /** Up to 24 pieces, secrets and random characters. */
  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int parts = random.nextInt(25); parts > 0; parts--) {
      switch (random.nextInt(11)) {
        case 0 -> text.append(SECRETS.get(random.nextInt(SECRETS.size())).text());
        case 1, 2 -> {
          for (int chars = random.nextInt(13); chars > 0; chars--) {
            text.append((char) random.nextInt(random.nextBoolean() ? 128 : 0x10000));
          }
        }
        default -> text.append(PIECES.get(random.nextInt(PIECES.size())));
      }
    }
    return text.toString();
  }

  private static Random random(int number) {
    return new Random(SEED * 1_000_003 + number);
  }

  private static String masked(String text) {
    return Secrets.mask(text, kind -> {});
  }

  @Test
  void masksWhatIsMaskedNoFurther() {
    for (int i = 0; i < TEXTS; i++) {
      String text = text(random(i));
      String once = masked(text);
      assertThat(masked(once)).as(text).isSameAs(once);
    }
  }

  @Test
  void givesTheTextItselfIfNothingIsFoundAndElseReplacesPartsOfIt() {
    for (int i = 0; i < TEXTS; i++) {
      String text = text(random(i));
      List<String> kinds = new ArrayList<>();
      String masked = Secrets.mask(text, kinds::add);
      if (kinds.isEmpty()) {
        assertThat(masked).isSameAs(text);
        continue;
      }
      // What stands between the replacements stands in the text, in the same order.
      int from = 0;
      for (String part : masked.split("\\[masked:[a-z0-9-]*\\]?", -1)) {
        int at = text.indexOf(part, from);
        assertThat(at).as("'%s' of '%s'", part, text).isNotNegative();
        from = at + part.length();
      }
    }
  }

  @Test
  void keepsJsonJsonOfTheSameParts() throws Exception {
    ObjectMapper mapper = new ObjectMapper();
    for (int i = 0; i < TEXTS / 5; i++) {
      Random random = random(i);
      String text = text(random);
      String other = text(random);
      NavigableMap<String, Object> fields =
          new TreeMap<>(Map.of("password", text, "a", List.of(other, Map.of(other, text))));
      String json =
          mapper.writeValueAsString(random.nextBoolean() ? fields : fields.descendingMap());
      assertThat(parts(masked(json))).as(json).isEqualTo(parts(json));
    }
  }

  /** Cut down from texts in which a mask took a quote with it, or stood where no text was. */
  @Test
  void masksNoQuoteThatEndsATextOfJson() throws Exception {
    List<String> texts =
        List.of(
            """
            {"":[{"":"password:\\"\\\\"}],"":""}\
            """,
            """
            {"":[{"--pass \\"맕㮗\\\\":""}]}\
            """,
            """
            {"":[{"":"--user \\":\\\\"}],"":""}\
            """,
            """
            {"":"PRIVATEKEY\\u003d\\"?é\\\\\\\\","":[]}\
            """,
            """
            [["-----BEGIN PRIVATE KEY-----\\naB1c2D3e4F5g6H7i8J9k0L1m2N3o4"],"-----END PRIVATE KEY-----"]\
            """,
            """
            {"token":-1.5e+10,"":"\\u001B\\u00e9\\/"}\
            """,
            """
            ["\\u000aaB1c2D3e4F5g6H7i8J9k0L1m2N3o4\\n-----END PRIVATE KEY-----"]\
            """);
    for (String text : texts) {
      assertThat(parts(masked(text))).as(text).isEqualTo(parts(text));
    }
  }

  @Test
  void masksAKeyOfWhichEachLineIsATextOfJson() {
    String text =
        """
        ["-----BEGIN PRIVATE KEY-----", "aB1c2D3e4F5g6H7i8J9k0L1m2N3o4", "p5Q6==", "-----END PRIVATE KEY-----", "a"]\
        """;
    assertThat(masked(text))
        .isEqualTo(
            """
            ["[masked:private-key]", "[masked:private-key]", "[masked:private-key]", "[masked:private-key]", "a"]\
            """);
  }

  @Test
  void masksAWebTokenBehindTheBeginningOfAKeyAsAWhole() {
    String token =
        SECRETS.stream()
            .map(MadeUp.Secret::secret)
            .filter(secret -> secret.startsWith("eyJ"))
            .findFirst()
            .orElseThrow();
    assertThat(masked("-----BEGIN PRIVATE KEY----- " + token + " a"))
        .isEqualTo("-----BEGIN PRIVATE KEY----- [masked:jwt] a");
  }

  /** What brackets, names and values JSON is made of, in their order. */
  private static List<JsonToken> parts(String json) throws IOException {
    List<JsonToken> parts = new ArrayList<>();
    try (JsonParser parser = new JsonFactory().createParser(json)) {
      for (JsonToken part = parser.nextToken(); part != null; part = parser.nextToken()) {
        parts.add(part);
      }
    }
    return parts;
  }

  /** A secret that is found stands nowhere in what is left. */
  @Test
  void leavesNothingOfASecretBetweenAnyWords() {
    List<MadeUp.Secret> others = secrets(12);
    for (int i = 0; i < TEXTS / 5; i++) {
      Random random = random(i);
      MadeUp.Secret one = others.get(random.nextInt(others.size()));
      String secret = one.secret();
      String text = text(random) + " " + one.text() + " " + text(random);
      int end = secret.length() - (secret.length() > 1_000 ? LABEL_CHARS : 0);
      assertThat(masked(text)).as(text).doesNotContain(secret.substring(end - TAIL_CHARS, end));
    }
  }

  /**
   * Ten times the text takes about ten times the time, also of what is made to be slow. What takes
   * so little that this says nothing is not asked further.
   */
  @Test
  void takesTimeInProportionToTheText() {
    List<String> hard = new ArrayList<>(PIECES);
    hard.addAll(
        List.of(
            "token=",
            "token:'",
            "token:\\\"",
            "eyJ-",
            "sk-ant-",
            "://a:b/",
            "://a:",
            "cookie:a=b ",
            "set-cookie:",
            "`cookie:a=1 cookie:b=2 ",
            "secret_access_key ",
            "authorization:",
            "-----BEGIN PRIVATE KEY-----",
            "password: \"",
            "Basic a",
            "xoxb-",
            "a.",
            "--token ",
            "<token>",
            "ghp_a",
            "1Q~a",
            "\\\\",
            "\\u0041",
            "12345678:AA",
            "S" + "K0",
            "a",
            "token=x&",
            "--a_",
            "gh" + "p_",
            "github" + "_pat_",
            "LS0tLS1CRUdJTiBFQyBQUklWQVRFI/",
            "LS0tLS1CRUdJTiBFQyBQUklWQVRFI/a1B2c3D4e5F6g7H8i9J0k\n",
            "-----END PRIVATE KEY-----",
            "A".repeat(20) + "\n-----END PRIVATE KEY-----",
            " -u a:b",
            "{\"token\":-1.5e+10}",
            "[\"\\\\\\\\token=\\\\\\\\a1!b2?c3\"]",
            "login a password "));
    for (String piece : hard) {
      String large = piece.repeat(100_000 / piece.length());
      String huge = piece.repeat(1_000_000 / piece.length());
      boolean isLinear = false;
      String times = "";
      for (int i = 0; i < 3 && !isLinear; i++) {
        long few = nanos(large);
        long many = few < 20_000_000L ? 0 : nanos(huge);
        times += " %d ns, then %d;".formatted(few, many);
        isLinear = few < 1_000_000_000L && many < 30 * few;
      }
      assertThat(isLinear).as("'%s' repeated: %s", piece, times).isTrue();
    }
  }

  private static long nanos(String text) {
    long begin = System.nanoTime();
    String unused = masked(text);
    return System.nanoTime() - begin;
  }
}
