package dev.daybook.internal.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.internal.index.TextAnalysis.Stem;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextAnalysisTest {
  private final TextAnalysis analysis = new TextAnalysis();

  private List<String> stems(String text) {
    return analysis.stemsOf(text).stream().map(Stem::text).toList();
  }

  @Test
  void splitsOnCaseDigitsAndDelimitersAndStems() {
    assertThat(stems("TokenIT.refreshKeys2024 failed"))
        .containsExactly("token", "refresh", "kei", "2024", "fail");
    assertThat(stems("src/main/java/dev_tools-x.py"))
        .containsExactly("src", "main", "java", "dev", "tool", "x", "py");
    assertThat(stems("HTTPServer")).containsExactly("httpserver");
  }

  @Test
  void stopWordsLeaveAGapAndPossessivesGo() {
    List<Stem> stems = analysis.stemsOf("the planner's key of the vault");

    assertThat(stems).extracting(Stem::text).containsExactly("planner", "kei", "vault");
    assertThat(stems).extracting(Stem::position).containsExactly(1, 2, 5);
    assertThat(stems.get(1).start()).isEqualTo(14);
    assertThat(stems.get(1).end()).isEqualTo(17);
  }

  @Test
  void keepsWholePathsAndSymbolsWithoutOuterPunctuation() {
    assertThat(analysis.wholesOf("see (src/Foo.java), \"E_404\" and plain words."))
        .containsExactly("src/foo.java", "e_404");
    assertThat(analysis.wholesOf("a/" + "bc/".repeat(50))).isEmpty();
  }

  @Test
  void aTokenThatIsCutIsKeptWhole() {
    String blob = "x".repeat(65);
    assertThat(stems(blob)).containsExactly("x".repeat(64));
    assertThat(analysis.wholesOf(blob + ", " + "x".repeat(64))).containsExactly(blob);
    assertThat(analysis.wholesOf("x".repeat(5_000))).isEmpty();
  }

  @Test
  void wholeTokensAreHashedToShortTerms() {
    analysis.read("src/Foo.java SRC/foo.java src/Fop.java");
    List<String> hashes = analysis.wholes(10);

    assertThat(hashes).hasSize(3).allMatch(hash -> hash.length() == 5);
    assertThat(hashes.get(1)).isEqualTo(hashes.get(0)).isNotEqualTo(hashes.get(2));
    assertThat(analysis.wholes(1)).hasSize(1);
  }

  @Test
  void aStemThatIsKeptIsTheStem() {
    String words = "running runner runs relational hopefulness generalizations keys ".repeat(2);
    List<String> stems = stems(words + "ba".repeat(15) + "ing");

    assertThat(stems.subList(0, 7))
        .isEqualTo(stems.subList(7, 14))
        .containsExactly("run", "runner", "run", "relat", "hope", "gener", "kei");
    assertThat(stems.getLast()).isEqualTo("ba".repeat(15));
  }

  @Test
  void hashesAndBlobsAreOneTerm() {
    assertThat(stems("commit 3fb9a59c1")).containsExactly("commit", "3fb9a59c1");
    assertThat(stems("a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0")).hasSize(1);
    assertThat(stems("f47ac10b-58cc-4372-a567-0e02b2c3d479")).contains("f47ac10b", "0e02b2c3d479");
    assertThat(stems("x".repeat(100_000)).getFirst()).hasSize(64);
  }

  @Test
  void otherScriptsAreSearchedToo() {
    assertThat(stems("Überprüfung ЖУРНАЛ")).containsExactly("überprüfung", "журнал");
    assertThat(stems("日本語テスト")).containsExactly("日", "本", "語", "テ", "ス", "ト");
    assertThat(stems("🙂 \ud83d done")).containsExactly("done");
  }

  @Test
  void knowsTheFirstLine() {
    analysis.read("\n fix the login\nand more");
    assertThat(analysis.hasSeveralLines()).isTrue();

    analysis.read("one line only\n");
    assertThat(analysis.hasSeveralLines()).isFalse();
  }

  @Test
  void emptyTextsHaveNoTerms() {
    assertThat(stems("")).isEmpty();
    assertThat(stems(" \n\t ... !? ")).isEmpty();
    assertThat(analysis.wholesOf("--")).isEmpty();
  }

  @Test
  void keepsWhatWasUsedWithLittleTextOnly() {
    TextAnalysis.IDLE.clear();
    TextAnalysis little = TextAnalysis.with(analysis -> readBy(analysis, "some words"));
    assertThat(TextAnalysis.IDLE).containsExactly(little);
    assertThat(little.hasSeveralLines()).isFalse();
    assertThat(TextAnalysis.countOf(little.stems())).as("terms of the text").isZero();

    TextAnalysis much =
        TextAnalysis.with(analysis -> readBy(analysis, "some words ".repeat(20_000)));
    assertThat(TextAnalysis.IDLE).doesNotContain(much);
  }

  @Test
  void doesNotKeepWhatFailed() {
    TextAnalysis.IDLE.clear();
    assertThatThrownBy(() ->
            TextAnalysis.with(analysis -> {
              throw new IllegalStateException("failed");
            }))
        .hasMessage("failed");
    assertThat(TextAnalysis.IDLE).isEmpty();
  }

  private static TextAnalysis readBy(TextAnalysis analysis, String text) {
    analysis.read(text);
    return analysis;
  }
}
