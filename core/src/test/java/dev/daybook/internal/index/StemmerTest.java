package dev.daybook.internal.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.core.WhitespaceTokenizer;
import org.apache.lucene.analysis.en.PorterStemFilter;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.TermToBytesRefAttribute;
import org.junit.jupiter.api.Test;

class StemmerTest {
  private static final List<String> ENDINGS =
      List.of("", "s", "ed", "ing", "ational", "izations", "fulness", "y", "ies", "eed");

  @Test
  void bothFormsOfATermAreThePorterStem() throws IOException {
    List<String> words = words();
    List<String> expected = porter(words);
    Stemmer stemmer = new Stemmer();

    assertThat(asChars(stemmer, words)).isEqualTo(expected);
    assertThat(asBytes(stemmer, words)).isEqualTo(expected);
    assertThat(asBytes(new Stemmer(), words)).isEqualTo(expected);
  }

  /** More than the table has room for, each of them twice, those among them it keeps nothing of. */
  private static List<String> words() {
    Random random = new Random(7);
    List<String> words = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      int length = 1 + random.nextInt(i % 100 == 0 ? 40 : 12);
      StringBuilder word = new StringBuilder();
      while (word.length() < length) {
        word.append((char) ('a' + random.nextInt(26)));
      }
      words.add(word + ENDINGS.get(random.nextInt(ENDINGS.size())));
    }
    words.addAll(List.of("größen", "\u0080", "naïveness", "x".repeat(24), "x".repeat(25), "a1"));
    words.addAll(List.copyOf(words));
    return words;
  }

  private static List<String> porter(List<String> words) throws IOException {
    WhitespaceTokenizer tokenizer = new WhitespaceTokenizer();
    tokenizer.setReader(new StringReader(String.join(" ", words)));
    List<String> stems = new ArrayList<>();
    try (TokenStream stream = new PorterStemFilter(tokenizer)) {
      CharTermAttribute term = stream.getAttribute(CharTermAttribute.class);
      stream.reset();
      while (stream.incrementToken()) {
        stems.add(term.toString());
      }
      stream.end();
    }
    return stems;
  }

  private static List<String> asChars(Stemmer stemmer, List<String> words) {
    CharTermAttribute term = new WhitespaceTokenizer().getAttribute(CharTermAttribute.class);
    List<String> stems = new ArrayList<>();
    for (String word : words) {
      stemmer.put(("-" + word).toCharArray(), 1, word.length(), term);
      stems.add(term.toString());
    }
    return stems;
  }

  private static List<String> asBytes(Stemmer stemmer, List<String> words) {
    ReadyTerms ready = new ReadyTerms();
    for (String word : words) {
      stemmer.put(("-" + word).toCharArray(), 1, word.length(), 1, ready);
    }
    List<String> stems = new ArrayList<>();
    TermToBytesRefAttribute term = ready.getAttribute(TermToBytesRefAttribute.class);
    while (ready.incrementToken()) {
      stems.add(term.getBytesRef().utf8ToString());
    }
    assertThat(ready.size())
        .isEqualTo(
            8 * stems.size()
                + stems.stream()
                    .mapToInt(stem -> stem.getBytes(StandardCharsets.UTF_8).length)
                    .sum());
    return stems;
  }
}
