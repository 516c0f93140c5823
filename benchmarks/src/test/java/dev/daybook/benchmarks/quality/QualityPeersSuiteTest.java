package dev.daybook.benchmarks.quality;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.daybook.benchmarks.JudgedSet.Text;
import dev.daybook.benchmarks.quality.SubstringUnion.Pattern;
import dev.daybook.recall.Embedder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command on sets of a few rows, and the rankings that recall is held beside. */
class QualityPeersSuiteTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  /** Texts are near to questions that begin with the same letters, never as near as can be. */
  private static final class FirstLetters implements Embedder {
    @Override
    public String modelKey() {
      return "first-letters";
    }

    @Override
    public int dimension() {
      return 26;
    }

    @Override
    public int maxTokens() {
      return 100;
    }

    @Override
    public List<float[]> embedDocuments(List<String> texts) {
      return texts.stream().map(text -> vector(text, 1)).toList();
    }

    @Override
    public float[] embedQuery(String text) {
      return vector(text, 0.9f);
    }

    private static float[] vector(String text, float length) {
      float[] vector = new float[26];
      vector[text.charAt(0) - 'a'] = 0.8f * length;
      vector[text.charAt(1) - 'a'] += 0.6f * length;
      return vector;
    }

    @Override
    public List<String> split(String text, int tokensMax, int chunksMax) {
      return List.of(text);
    }

    @Override
    public void close() {
      // Nothing is held.
    }
  }

  private static Text text(String id, String text, String session) throws IOException {
    return new Text(id, text, JSON.readTree("{\"session\": \"%s\"}".formatted(session)));
  }

  private static Candidates candidates() throws IOException {
    return new Candidates(
        List.of(
            text("z", "lexer of old", "one"),
            text("a", "parser with LEXERS", "two"),
            text("b", "parser of trees", "two"),
            text("c", "printer", "")),
        "",
        false);
  }

  private static List<String> ranked(String question, Pattern pattern) throws IOException {
    Candidates candidates = candidates();
    Cosines cosines = new Cosines(candidates, new FirstLetters());
    return new SubstringUnion(candidates, pattern, Optional.of(cosines))
        .ranked(text("q", question, ""));
  }

  @Test
  void substringsStandInFrontOfMeaningAndEachSessionIsToldOnce() throws IOException {
    assertThat(ranked("prints by lexer", Pattern.WORDS)).containsExactly("z", "a", "c");
    assertThat(ranked("lexer", Pattern.WHOLE)).containsExactly("z", "a", "c");
  }

  @Test
  void aWholeQuestionThatIsNoSubstringLeavesMeaningAlone() throws IOException {
    assertThat(ranked("prints by lexer", Pattern.WHOLE)).startsWith("c");
  }

  @Test
  void withoutVectorsSubstringsComeInTheOrderOfTheirPaths() throws IOException {
    assertThat(
            new SubstringUnion(candidates(), Pattern.WORDS, Optional.empty())
                .ranked(text("q", "the printer parser", "")))
        .containsExactly("c", "a");
  }

  @Test
  void aQuestionBecomesItsWordsInQuotes() {
    assertThat(SqliteRanking.anyOf("why \"not\" foo_bar?"))
        .isEqualTo("\"why\" OR \"not\" OR \"foo_bar\"");
    assertThat(SqliteRanking.anyOf("?!")).isEmpty();
  }

  @Test
  void whatMayBeChanceIsToldFromWhatIsNot() {
    double[] alike = new double[200];
    double[] apart = new double[200];
    for (int i = 0; i < alike.length; i++) {
      alike[i] = i % 2 == 0 ? 0.3 : -0.3;
      apart[i] = i % 4 == 0 ? -0.3 : 0.3;
    }

    assertThat(Judged.chance(alike)).isEqualTo(1);
    assertThat(Judged.chance(apart)).isLessThan(0.001);
  }

  @Test
  void theSyntheticSetIsTheSameEachTime() throws IOException {
    SyntheticSet.write(folder.resolve("one"));
    SyntheticSet.write(folder.resolve("two"));

    for (String file : List.of("corpus.jsonl", "queries.jsonl", "qrels.tsv")) {
      assertThat(folder.resolve("one").resolve(file))
          .hasSameTextualContentAs(folder.resolve("two").resolve(file));
    }
  }

  @Test
  void judgesASetByWordsAloneAndSaysWhatIsLeftOut() throws IOException {
    Files.writeString(
        folder.resolve("corpus.jsonl"),
        """
        {"id": "d1", "text": "the lexer is slow"}
        {"id": "d2", "text": "the parser builds trees"}
        """);
    Files.writeString(folder.resolve("queries.jsonl"), "{\"id\": \"q1\", \"text\": \"lexer\"}\n");
    Files.writeString(folder.resolve("qrels.tsv"), "q1\td1\t1\n");

    String said = run("--set", folder.toString(), "--embedder", "none");

    assertThat(said)
        .contains("Daybook lexical nDCG@10 1.0000")
        .contains("left out  everything with vectors: --embedder none")
        .containsPattern("substrings, four words, no vectors +nDCG@10 +1 ")
        .doesNotContain("fused");
  }

  @Test
  void aSetThatIsNoFolderIsNamed() {
    PrintStream console = System.err;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    try (PrintStream err = new PrintStream(said, true, UTF_8)) {
      System.setErr(err);
      assertThat(
              new CommandLine(new QualityPeersSuite())
                  .execute("--set", folder.resolve("nowhere").toString()))
          .isEqualTo(CommandLine.ExitCode.USAGE);
    } finally {
      System.setErr(console);
    }
    assertThat(said.toString(UTF_8)).contains("nowhere is no folder; expected one with corpus");
  }

  private static String run(String... options) {
    List<String> arguments = new ArrayList<>(List.of(options));
    PrintStream console = System.out;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    try (PrintStream out = new PrintStream(said, true, UTF_8)) {
      System.setOut(out);
      assertThat(
              new CommandLine(new QualityPeersSuite())
                  .setCaseInsensitiveEnumValuesAllowed(true)
                  .execute(arguments.toArray(String[]::new)))
          .isZero();
    } finally {
      System.setOut(console);
    }
    return said.toString(UTF_8);
  }
}
