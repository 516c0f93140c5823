package dev.daybook.internal.minilm;

import static dev.daybook.internal.minilm.Tokens.TOKENIZER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Expected tokens were taken from the reference implementation of the model's tokenizer.json. */
class WordPieceTokenizerTest {
  @Test
  void splitsWordsAndPunctuationInLowerCase() {
    assertThat(Tokens.of("Hello, World!")).containsExactly("hello", ",", "world", "!");
    assertThat(Tokens.of("unaffable embeddings"))
        .containsExactly("una", "##ffa", "##ble", "em", "##bed", "##ding", "##s");
    assertThat(Tokens.of("java.lang.NullPointerException at Plan.java:42"))
        .containsExactly(
            "java",
            ".",
            "lang",
            ".",
            "null",
            "##point",
            "##ere",
            "##x",
            "##ception",
            "at",
            "plan",
            ".",
            "java",
            ":",
            "42");
  }

  @Test
  void asciiSymbolsAreWordsOfTheirOwn() {
    assertThat(Tokens.of("a$b+c<d>e=f^g`h|i~j"))
        .containsExactly(
            "a", "$", "b", "+", "c", "<", "d", ">", "e", "=", "f", "^", "g", "`", "h", "|", "i",
            "~", "j");
  }

  @Test
  void stripsAccentsAndFoldsCase() {
    assertThat(Tokens.of("Überprüfung café naïve"))
        .containsExactly("uber", "##pr", "##uf", "##ung", "cafe", "naive");
    assertThat(Tokens.of("cafe\u0301")).containsExactly("cafe");
    assertThat(Tokens.of("İstanbul ΣΊΣΥΦΟΣ"))
        .containsExactly("istanbul", "σ", "##ι", "##σ", "##υ", "##φ", "##ο", "##σ");
    assertThat(Tokens.of("≠ \u037e")).containsExactly("=", ";");
  }

  @Test
  void ideographsStandAloneAndHangulFallsIntoLetters() {
    assertThat(Tokens.of("日本語とkanji")).containsExactly("日", "本", "語", "と", "##kan", "##ji");
    assertThat(Tokens.of("한글")).containsExactly("ᄒ", "##ᅡ", "##ᆫ", "##ᄀ", "##ᅳ", "##ᆯ");
  }

  @Test
  void unknownCharactersMakeTheirWordUnknown() {
    assertThat(Tokens.of("I love 🙂 emoji👍🏽")).containsExactly("i", "love", "[UNK]", "[UNK]");
  }

  @Test
  void wordsOverAHundredCharactersAreUnknown() {
    assertThat(Tokens.of("x".repeat(100))).hasSize(50).startsWith("xx", "##xx");
    assertThat(Tokens.of("x".repeat(101))).containsExactly("[UNK]");
    assertThat(Tokens.of("🙂".repeat(101) + " end")).containsExactly("[UNK]", "end");
    assertThat(Tokens.of("a" + "b".repeat(100_000) + "\tc")).containsExactly("[UNK]", "c");
  }

  @Test
  void dropsControlCharactersAndKeepsWhiteSpace() {
    assertThat(Tokens.of("a\u0000b\u0007c\u200bd\ufffde")).containsExactly("abc", "##de");
    assertThat(Tokens.of("a\tb\nc\rd\u00a0e\u3000f\u2028g"))
        .containsExactly("a", "b", "c", "d", "e", "f", "g");
    assertThat(Tokens.of("\u0000\u0007\ufeff")).isEmpty();
  }

  @Test
  void dropsUnpairedSurrogates() {
    assertThat(Tokens.of("a\ud83db \ude00c \ud83d")).containsExactly("ab", "c");
  }

  @Test
  void emptyAndBlankTextsHaveNoTokens() {
    assertThat(Tokens.of("")).isEmpty();
    assertThat(Tokens.of(" \n\t ")).isEmpty();
  }

  @Test
  void namesOfSpecialTokensArePlainText() {
    assertThat(Tokens.of("[SEP]")).containsExactly("[", "sep", "]");
    assertThat(Tokens.of("##ing")).containsExactly("#", "#", "ing");
  }

  @Test
  void encodesUpToTheLimitBetweenSpecialTokens() {
    assertThat(Tokens.named(TOKENIZER.encode("one two three", 2)))
        .containsExactly("[CLS]", "one", "two", "[SEP]");
    assertThat(Tokens.named(TOKENIZER.encode("unaffable", 2)))
        .containsExactly("[CLS]", "una", "##ffa", "[SEP]");
    assertThat(TOKENIZER.encode("word ".repeat(1_000), 126)).hasSize(128);
  }

  @Test
  void splitsAtWhiteSpaceBeforeItSplitsElsewhere() {
    assertThat(TOKENIZER.split("one two, three; four...", 4, 9))
        .containsExactly("one two,", "three;", "four...");
    assertThat(TOKENIZER.split("read a/b/c/d/e", 6, 9)).containsExactly("read a/b/c", "/d/e");
    assertThat(TOKENIZER.split("write the file a/b/c", 6, 9))
        .containsExactly("write the file", "a/b/c");
  }

  @Test
  void splitsInsideAWordThatDoesNotFitAlone() {
    assertThat(TOKENIZER.split("an unaffable one", 2, 9))
        .containsExactly("an", "unaffa", "ble", "one");
    assertThat(TOKENIZER.split("한글", 1, 9)).containsExactly("한", "글");
  }

  @Test
  void splitDropsWhatHasNoTokenAndWhatIsLeftOver() {
    assertThat(TOKENIZER.split("", 5, 9)).isEmpty();
    assertThat(TOKENIZER.split(" \u0000 \n", 5, 9)).isEmpty();
    assertThat(TOKENIZER.split("one two three", 1, 2)).containsExactly("one", "two");
    assertThat(TOKENIZER.split("\n one  two \n", 5, 9)).containsExactly("one  two");
  }

  @Test
  void readsOnlyAFileWithAVocabulary() {
    byte[] json = "{\"model\": {}}".getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> WordPieceTokenizer.read(json))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("no object 'vocab'");
  }
}
