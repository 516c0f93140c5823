package dev.daybook.internal.masking;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What holds of masking any text. */
class SecretsProperties {
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

  @Provide
  Arbitrary<String> texts() {
    List<String> secrets =
        new MadeUp(11).tokens().values().stream().map(MadeUp.Secret::text).toList();
    Arbitrary<String> piece = Arbitraries.of(PIECES);
    Arbitrary<String> secret = Arbitraries.of(secrets);
    Arbitrary<String> noise = Arbitraries.strings().ofMaxLength(12);
    return Arbitraries.frequencyOf(
            net.jqwik.api.Tuple.of(8, piece),
            net.jqwik.api.Tuple.of(1, secret),
            net.jqwik.api.Tuple.of(2, noise))
        .list()
        .ofMaxSize(24)
        .map(parts -> String.join("", parts));
  }

  private static String masked(String text) {
    return Secrets.mask(text, kind -> {});
  }

  @Property(tries = 20_000)
  void masksWhatIsMaskedNoFurther(@ForAll("texts") String text) {
    String once = masked(text);
    assertThat(masked(once)).isSameAs(once);
  }

  @Property(tries = 20_000)
  void givesTheTextItselfIfNothingIsFoundAndElseReplacesPartsOfIt(@ForAll("texts") String text) {
    List<String> kinds = new ArrayList<>();
    String masked = Secrets.mask(text, kinds::add);
    if (kinds.isEmpty()) {
      assertThat(masked).isSameAs(text);
      return;
    }
    // What stands between the replacements stands in the text, in the same order.
    String rest = text;
    for (String part : masked.split("\\[masked:[a-z0-9-]*\\]?", -1)) {
      int at = rest.indexOf(part);
      assertThat(at).as("'%s' of '%s'", part, text).isNotNegative();
      rest = rest.substring(at + part.length());
    }
  }

  @Property(tries = 3_000)
  void keepsJsonJson(@ForAll("texts") String text, @ForAll("texts") String other) throws Exception {
    ObjectMapper mapper = new ObjectMapper();
    String json =
        mapper.writeValueAsString(
            Map.of("password", text, "a", List.of(other, Map.of(other, text))));
    assertThat(mapper.readTree(masked(json))).isNotNull();
  }

  /** A secret that is found stands nowhere in what is left. */
  @Property(tries = 2_000)
  void leavesNothingOfASecretBetweenAnyWords(
      @ForAll Random random, @ForAll("texts") String before, @ForAll("texts") String after) {
    List<MadeUp.Secret> secrets = List.copyOf(new MadeUp(random.nextLong()).tokens().values());
    MadeUp.Secret secret = secrets.get(random.nextInt(secrets.size()));
    String masked = masked(before + " " + secret.text() + " " + after);
    assertThat(masked).doesNotContain(secret.secret());
  }

  /** Ten times the text takes about ten times the time, also of what is made to be slow. */
  @Example
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
            "token=x&"));
    for (String piece : hard) {
      long small = nanos(piece.repeat(100_000 / piece.length()));
      long large = nanos(piece.repeat(1_000_000 / piece.length()));
      assertThat(large)
          .as("of '%s' repeated: %d ns, then %d", piece, small, large)
          .isLessThan(Math.max(400_000_000L, 60 * small));
    }
  }

  private static long nanos(String text) {
    long best = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      long begin = System.nanoTime();
      String unused = masked(text);
      best = Math.min(best, System.nanoTime() - begin);
    }
    return best;
  }
}
