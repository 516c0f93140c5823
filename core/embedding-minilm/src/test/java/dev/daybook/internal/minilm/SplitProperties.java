package dev.daybook.internal.minilm;

import static dev.daybook.internal.minilm.Tokens.TOKENIZER;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;

class SplitProperties {
  /** No word of {@link #sentences} has more tokens. */
  private static final int WORD_TOKENS_MAX = 8;

  @Property(tries = 300)
  void piecesAreTheBeginningOfTheText(
      @ForAll("texts") String text,
      @ForAll @IntRange(min = 1, max = 40) int tokensMax,
      @ForAll @IntRange(min = 1, max = 6) int chunksMax) {
    List<String> pieces = TOKENIZER.split(text, tokensMax, chunksMax);

    assertThat(pieces).hasSizeLessThanOrEqualTo(chunksMax);
    int from = 0;
    for (String piece : pieces) {
      int at = text.indexOf(piece, from);
      assertThat(at).isNotNegative();
      assertThat(text.substring(from, at)).isBlank();
      from = at + piece.length();
    }
    if (pieces.size() < chunksMax) {
      assertThat(Tokens.of(text.substring(from))).isEmpty();
    }
  }

  @Property(tries = 300)
  void piecesFitWhenEncodedAlone(
      @ForAll("texts") String text, @ForAll @IntRange(min = 3, max = 40) int tokensMax) {
    for (String piece : TOKENIZER.split(text, tokensMax, Integer.MAX_VALUE)) {
      assertThat(Tokens.of(piece)).hasSizeBetween(1, tokensMax);
    }
  }

  @Property(tries = 300)
  void tokensOfThePiecesAreTheFirstTokensOfTheText(
      @ForAll("sentences") String text,
      @ForAll @IntRange(min = WORD_TOKENS_MAX, max = 40) int tokensMax,
      @ForAll @IntRange(min = 1, max = 20) int chunksMax) {
    List<String> whole = Tokens.of(text);
    List<String> pieces = TOKENIZER.split(text, tokensMax, chunksMax);
    List<String> joined = pieces.stream().flatMap(piece -> Tokens.of(piece).stream()).toList();

    assertThat(joined).isEqualTo(whole.subList(0, joined.size()));
    if (pieces.size() < chunksMax) {
      assertThat(joined).hasSameSizeAs(whole);
    }
  }

  @Provide
  Arbitrary<String> texts() {
    Arbitrary<String> parts =
        Arbitraries.frequencyOf(
            Tuple.of(6, words()),
            Tuple.of(3, spaces()),
            Tuple.of(2, Arbitraries.strings().ofMaxLength(8)),
            Tuple.of(1, Arbitraries.strings().alpha().numeric().ofLength(60)));
    return parts.list().ofMaxSize(40).map(list -> String.join("", list));
  }

  @Provide
  Arbitrary<String> sentences() {
    return Arbitraries.oneOf(words(), spaces())
        .list()
        .ofMaxSize(80)
        .map(list -> String.join(" ", list));
  }

  private static Arbitrary<String> words() {
    return Arbitraries.of(
        "the",
        "Compaction",
        "unaffable",
        "café",
        "日本",
        "한",
        "🙂",
        "src/main/App.java",
        "don't",
        "…",
        "\u0007",
        "x\u0301",
        "\ud83d",
        "NullPointerException");
  }

  private static Arbitrary<String> spaces() {
    return Arbitraries.of(" ", "\n", "\t  ", "\u00a0", "\u3000", "\u2028");
  }
}
