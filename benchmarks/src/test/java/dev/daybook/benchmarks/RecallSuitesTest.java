package dev.daybook.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The commands that judge recall, on folders of a few rows. */
class RecallSuitesTest {
  @TempDir Path set;

  private String out = "";
  private String err = "";

  @BeforeEach
  void writeTheSet() throws IOException {
    write(
        "corpus.jsonl",
        """
        {"id": "d1", "text": "the lexer tokens", "meta": {"conv": "a", "type": "Message"}}
        {"id": "d2", "text": "the parser builds trees", "meta": {"conv": "a", "type": "Message"}}
        {"id": "d3", "text": "the lexer was slow on long inputs", "meta": {"conv": "b", "type": "Message"}}
        {"id": "q2", "text": "who builds trees", "meta": {"conv": "a", "ts": 1763510640}}
        """);
    write(
        "queries.jsonl",
        """
        {"id": "q1", "text": "lexer", "meta": {"conv": "b"}}
        {"id": "q2", "text": "who builds trees", "meta": {"conv": "a"}}
        {"id": "q3", "text": "nobody judged this"}
        """);
    write("qrels.tsv", "query\tdocument\tgrade\nq1\td3\t1\nq2\td2\t2\nq2\td1\t0\n");
  }

  private void write(String file, String text) throws IOException {
    Files.writeString(set.resolve(file), text);
  }

  private int run(String... arguments) {
    ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
    ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
    PrintStream outBefore = System.out;
    PrintStream errBefore = System.err;
    try (PrintStream newOut = new PrintStream(outBytes, true, StandardCharsets.UTF_8);
        PrintStream newErr = new PrintStream(errBytes, true, StandardCharsets.UTF_8)) {
      System.setOut(newOut);
      System.setErr(newErr);
      return new CommandLine(new Benchmarks()).execute(arguments);
    } finally {
      System.setOut(outBefore);
      System.setErr(errBefore);
      out = outBytes.toString(StandardCharsets.UTF_8);
      err = errBytes.toString(StandardCharsets.UTF_8);
    }
  }

  private int quality(String... more) {
    List<String> arguments = new ArrayList<>(List.of("recall-quality", "--set", set.toString()));
    arguments.addAll(List.of(more));
    return run(arguments.toArray(String[]::new));
  }

  @Test
  void printsOneLineForEachLegAndForBoth() {
    assertThat(quality()).isZero();

    String pattern =
        "nDCG@10 %1$s MAP %1$s MRR %1$s R@5 %1$s R@10 %1$s R@100 %1$s".formatted("[01]\\.[0-9]{4}");
    assertThat(out.lines().toList())
        .satisfiesExactly(
            line -> assertThat(line).matches("lexical " + pattern),
            line -> assertThat(line).matches("vector " + pattern),
            line -> assertThat(line).matches("fused " + pattern));
    assertThat(err).contains("JDK " + Runtime.version(), "3 questions, 2 of them judged");
  }

  @Test
  void withoutAnEmbedderPrintsTheLexicalLegAndSaysSo() {
    assertThat(quality("--embedder", "none")).isZero();

    assertThat(out.lines()).hasSize(1).allMatch(line -> line.startsWith("lexical nDCG@10 "));
    assertThat(err).contains("--embedder none: the lexical leg alone");
    assertThat(quality("--embedder", "some")).isEqualTo(2);
    assertThat(err).contains("'some' is neither minilm nor none");
  }

  @Test
  void searchesWithinTheValueOfTheQuestionOnly() {
    quality("--embedder", "none", "--exclude-self");
    String anywhere = out;
    quality("--embedder", "none", "--exclude-self", "--within", "conv");

    assertThat(anywhere).doesNotContain("MRR 1.0000");
    assertThat(out).startsWith("lexical nDCG@10 1.0000 MAP 1.0000 MRR 1.0000 R@5 1.0000");
  }

  @Test
  void leavesOutTheDocumentOfTheQuestionsOwnId() {
    quality("--embedder", "none", "--within", "conv");

    assertThat(out).contains("MRR 0.7500");
  }

  @Test
  void addsALineOfPlainLuceneWhereAsked() {
    quality("--embedder", "none", "--reference", "english");

    assertThat(out.lines()).hasSize(2).last().asString().matches("reference nDCG@10 .* P@30 0.0.*");
    assertThat(quality("--reference", "french")).isEqualTo(2);
  }

  @Test
  void saysFileLineAndWhatIsWrongWithARow() throws IOException {
    write("corpus.jsonl", "{\"id\": \"a\", \"text\": \"x\"}\n\n{\"id\": \"b\", \"tex\n");
    assertThat(quality()).isEqualTo(1);
    assertThat(err).contains("corpus.jsonl:3: no JSON");

    write("corpus.jsonl", "{\"id\": \"a\", \"text\": 7}\n");
    assertThat(quality()).isEqualTo(1);
    assertThat(err).contains("corpus.jsonl:1: text is 7, expected a text");

    write("corpus.jsonl", "{\"id\": \"a\", \"text\": \"x\"}\n{\"id\": \"a\", \"text\": \"y\"}\n");
    assertThat(quality()).isEqualTo(1);
    assertThat(err).contains("corpus.jsonl:2: id 'a' was there before");

    write("corpus.jsonl", "{\"id\": \"d3\", \"text\": \"x\", \"meta\": []}\n");
    assertThat(quality()).isEqualTo(1);
    assertThat(err).contains("corpus.jsonl:1: meta is [], expected an object");

    write("corpus.jsonl", "{\"id\": \"d3\", \"text\": \"x\"}\n");
    write("qrels.tsv", "q1\td3\t1\nq1 d3 1\n");
    assertThat(quality()).isEqualTo(1);
    assertThat(err).contains("qrels.tsv:2: 'q1 d3 1' is not query, document and grade");
    assertThat(out).isEmpty();
  }

  @Test
  void saysWhichFileIsMissingOrEmpty() throws IOException {
    write("qrels.tsv", "q1\td3\t0\n");
    assertThat(quality()).isEqualTo(1);
    assertThat(err).contains("qrels.tsv has no grade above 0");

    Files.delete(set.resolve("queries.jsonl"));
    assertThat(quality()).isEqualTo(1);
    assertThat(err).contains("No file " + set.resolve("queries.jsonl"));
  }

  @Test
  void warnsOfGradesOfWhatIsNotThereAndCountsThem() throws IOException {
    write("qrels.tsv", "q1\td3\t1\nq1\tgone\t1\n");
    quality("--embedder", "none");

    assertThat(err).contains("1 grades name a question or document that is not there");
    assertThat(out).contains("R@100 0.5000");
  }

  @Test
  void tuneFindsAWeightAndDoesNotAdviseOnTwoQuestions() {
    assertThat(run("tune", "--set", set.toString())).isZero();

    assertThat(out.lines().map(line -> line.substring(0, (line + " ").indexOf(' '))))
        .contains("lean", "0.00", "0.36", "4.00", "legs", "best", "held", "keep");
    assertThat(out).contains("2 questions are too few to tell");
    assertThat(run("tune", "--set", set.toString(), "--embedder", "none")).isEqualTo(2);
  }

  @Test
  void ablationPrintsATableOfAllWaysAndAllSets() {
    assertThat(run("ablation", "--set", set.toString(), "--set", set.toString())).isZero();

    String name = set.getFileName().toString();
    assertThat(out.lines().findFirst().orElseThrow())
        .isEqualTo(
            "| nDCG@10 | " + name + " | " + name + " | mean | worst against the better leg |");
    assertThat(out.lines())
        .anyMatch(line -> line.startsWith("| lexical |"))
        .anyMatch(line -> line.startsWith("| **fused** |"))
        .anyMatch(line -> line.startsWith("| ranks, k = 60 |"))
        .allMatch(line -> line.chars().filter(c -> c == '|').count() == 6);
  }
}
