package dev.daybook.benchmarks.recall;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.daybook.benchmarks.SqliteFts;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.lucene.util.VectorUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The suite on a history of a few hundred events, and what its contenders are made of. */
final class RecallPeersTest {
  @TempDir Path folder;

  @Test
  void measuresDaybookBesideLuceneAndKeepsWhatItBuilt() throws Exception {
    String said = run("--events=600", "--queries=20", "--only", "lucene", "lucene_at_once");
    assertThat(said)
        .containsPattern("quality of the part by vectors +600 Lucene +recall@10 +(1|0\\.9\\d) ")
        .containsPattern("fused recall, limit 10 +600 Daybook +p50, times its .* Lucene +none")
        .containsPattern(
            "fused recall, limit 10 +600 Daybook +p50, times its .* Lucene, both legs at once"
                + " +none")
        .containsPattern("its part by words +600 Lucene +p50 ")
        .doesNotContainPattern("its part by words +600 Lucene, both")
        .contains("one after the other on one thread")
        .doesNotContain("p99", "SQLite", "LanceDB");
    assertThat(folder).isDirectoryContaining("glob:**/workspace-*");
    try (Stream<Path> copies = Files.walk(folder, 2)) {
      assertThat(copies).noneMatch(file -> file.getFileName().toString().startsWith("copy-"));
    }
    assertThat(run("--events=600", "--queries=20", "--only", "lucene"))
        .containsPattern("building +600 Lucene +time ");
  }

  @Test
  void asksSqliteWhatItAsksDaybook() throws Exception {
    assumeTrue(SqliteFts.isThere(), "no SQLite on the class path; it comes with -Ppeers");
    String said = run("--events=600", "--queries=20", "--only", "sqlite_column", "sqlite_heap");
    assertThat(said)
        .containsPattern("vectors +600 SQLite FTS5, vectors in a column +recall@10 +1 ")
        .containsPattern("vectors +600 SQLite FTS5, vectors in the heap +recall@10 +1 ")
        .containsPattern("words +600 SQLite FTS5, vectors in a column +tokens found +1 ")
        .containsPattern(
            "fused recall, limit 10 +600 Daybook +p50, x faster .* SQLite FTS5, vectors in a column"
                + " +none");
  }

  @Test
  void comparesWithinARoundWhatBothWereAsked() {
    Turns turns = new Turns();
    turns.add(Contender.DAYBOOK, List.of(10L, 10L, 1L, 1L, 1L));
    turns.add(Contender.SQLITE_HEAP, List.of(50L, 50L));
    // Everything took ten times as long in this round.
    turns.add(Contender.DAYBOOK, List.of(100L, 100L, 10L, 10L, 10L));
    turns.add(Contender.SQLITE_HEAP, List.of(600L, 600L));
    turns.add(Contender.DAYBOOK, List.of(10L, 10L, 1L, 1L, 1L));
    turns.add(Contender.SQLITE_HEAP, List.of(900L, 900L));

    assertThat(turns.ratio(Contender.SQLITE_HEAP, Contender.DAYBOOK)).isCloseTo(6, within(1e-9));
    assertThat(turns.all(Contender.DAYBOOK).count()).isEqualTo(15);
  }

  @Test
  void warmsUpTheQuickUntilTheyAreCompiledHoweverFewQuestionsThereAre() {
    assertThat(Contender.DAYBOOK.warmUp(20, 4)).isEqualTo(2_000);
    assertThat(Contender.LUCENE.warmUp(40_000, 1)).isEqualTo(10_000);
    assertThat(Contender.LANCE_INDEX.warmUp(2_000, 1)).isEqualTo(125);
    assertThat(Contender.SQLITE_COLUMN.warmUp(2_000, 4)).isEqualTo(3);
    assertThat(Contender.SQLITE_COLUMN.warmUp(1, 4)).isEqualTo(1);
  }

  @Test
  void closesAllWhateverOneThrows() {
    List<String> closed = new ArrayList<>();
    Deque<Closeable> open = new ArrayDeque<>();
    open.push(() -> closed.add("first opened"));
    open.push(() -> {
      throw new IOException("cannot be closed");
    });
    open.push(() -> {
      throw new IllegalStateException("was not meant to be");
    });

    assertThatThrownBy(() -> Peers.closeAll(open))
        .isInstanceOf(IllegalStateException.class)
        .hasSuppressedException(new IOException("cannot be closed"));
    assertThat(closed).containsExactly("first opened");
  }

  @Test
  void keepsTheNearestWithTheLowerNumberFirstOfEqualOnes() {
    SplittableRandom random = new SplittableRandom(1);
    float[] scores = new float[1_000];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = random.nextInt(-50, 50) / 50f;
    }
    Nearest nearest = new Nearest(30);
    IntStream.range(0, scores.length).forEach(number -> nearest.offer(number, scores[number]));
    int[] sorted =
        IntStream.range(0, scores.length)
            .boxed()
            .sorted((a, b) -> {
              int byScore = Float.compare(scores[b], scores[a]);
              return byScore != 0 ? byScore : Integer.compare(a, b);
            })
            .limit(30)
            .mapToInt(Integer::intValue)
            .toArray();
    assertThat(nearest.best()).containsExactly(sorted);
  }

  @Test
  void joinsByRanksWhateverTheScores() {
    assertThat(ReciprocalRanks.join(new int[] {7, 5, 3}, new int[] {5, 9}, 3))
        .containsExactly(5, 7, 9);
    assertThat(ReciprocalRanks.join(new int[0], new int[] {4, 2}, 10)).containsExactly(4, 2);
  }

  @Test
  void asksSqliteForSingleWordsWithoutStopWords() {
    assertThat(
            SqlitePeer.match(
                "The keys, of src/main/Foo.java \"quoted\" in main", SqlitePeer.Paths.AS_WORDS))
        .isEqualTo("\"keys\" OR \"src\" OR \"main\" OR \"foo\" OR \"java\" OR \"quoted\"");
    assertThat(SqlitePeer.match("«Größe» of_the_naïve.py", SqlitePeer.Paths.AS_WORDS))
        .isEqualTo("\"größe\" OR \"naïve\" OR \"py\"");
    assertThat(SqlitePeer.match("to the ...", SqlitePeer.Paths.AS_WORDS)).isEqualTo("\"\"");
  }

  @Test
  void asksSqliteForPathsOfMadeUpEventsAsPhrases() {
    assertThat(
            SqlitePeer.match(
                "The keys, of src/main/Foo.java \"quoted\"", SqlitePeer.Paths.AS_PHRASES))
        .isEqualTo("\"keys\" OR \"src/main/foo.java\" OR \"quoted\"");
    assertThat(SqlitePeer.Paths.of(MadeUp.of(100))).isEqualTo(SqlitePeer.Paths.AS_PHRASES);
  }

  @Test
  void findsInSqliteWhatHasAnyWordOfAPath() throws Exception {
    assumeTrue(SqliteFts.isThere(), "no SQLite on the class path; it comes with -Ppeers");
    RecallData data = RecallData.of(traces(150), 1_000, 20);
    Path file = folder.resolve("words.db");
    SqlitePeer.build(file, data);
    try (SqlitePeer peer = SqlitePeer.open(file, SqlitePeer.Vectors.IN_COLUMN, data)) {
      RecallData.Question path =
          new RecallData.Question(0, "/nowhere/part7/x.py", new float[0], new int[0]);
      int[] found = peer.ask(Peer.Part.WORDS, path).events();
      assertThat(found).isNotEmpty();
      for (int number : found) {
        assertThat(data.text(number)).contains("part7");
      }
    }
  }

  @Test
  void hasQuestionsThatSurviveBeingWrittenDown() throws Exception {
    RecallData data = RecallData.of(200, 1);
    assertThat(data.questions()).hasSize(RecallData.JUDGED);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    data.writeQuestions(new DataOutputStream(bytes));
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      assertThat(in.readInt()).isEqualTo(data.questions().size() + data.tokens().size());
      RecallData.Question first = RecallData.Question.read(0, in);
      assertThat(first).usingRecursiveComparison().isEqualTo(data.questions().getFirst());
    }
  }

  @Test
  void measuresRowsOfTracesInPlaceOfMadeUpEvents() throws Exception {
    Path traces = traces(150);
    String said =
        run(
            "--traces=" + traces,
            "--events=120",
            "--queries=20",
            "--only",
            "lucene",
            "sqlite_heap");
    assertThat(said)
        .containsPattern("events +120, rows of traces.jsonl; .* not made by a model")
        .containsPattern("quality of the part by words +120 Daybook +tokens found +1 .*none")
        .containsPattern("quality of the part by words +120 Lucene +tokens found +1 ")
        .containsPattern("fused recall, limit 10 +120 Daybook +p50, times its .* Lucene +none")
        .doesNotContain("not judged below");
  }

  @Test
  void asksTracesTheSameEachTimeAndTakesTiesForRight() throws Exception {
    Path traces = traces(150);
    RecallData data = RecallData.of(traces, 1_000, 60);
    assertThat(data.events()).isEqualTo(150);
    assertThat(data.questions())
        .usingRecursiveFieldByFieldElementComparator()
        .isEqualTo(RecallData.of(traces, 1_000, 60).questions());
    assertThat(data.questions())
        .extracting(RecallData.Question::text)
        .contains("Error: cannot build", "make part3")
        .doesNotHaveDuplicates();
    // All failed calls gave the same line, and nothing else tells them apart.
    RecallData.Question error =
        data.questions().stream()
            .filter(question -> question.text().equals("Error: cannot build"))
            .findFirst()
            .orElseThrow();
    assertThat(error.right()).hasSizeGreaterThanOrEqualTo(RecallData.WANTED);
    for (RecallData.Question token : data.tokens()) {
      int[] having =
          IntStream.range(0, data.events())
              .filter(number -> (data.text(number) + " ").contains(token.text() + " "))
              .toArray();
      assertThat(having).as(token.text()).isEqualTo(token.right());
    }
    assertThat(data.tokens()).hasSize(RecallData.TOKENS);
  }

  @Test
  void cutsLongLinesOfTracesToQuestionsOfAFewHundredCharacters() throws Exception {
    // The 300th character of the output is the first half of one outside the basic plane.
    String word = "x".repeat(30) + ",";
    Path traces =
        Files.writeString(
            traces(150),
            row(150, "error", word.repeat(9) + "y".repeat(20) + "\uD83D\uDE00".repeat(40_000))
                + "\n",
            StandardOpenOption.APPEND);
    RecallData data = RecallData.of(traces, 1_000, 60);
    assertThat(data.questions())
        .extracting(RecallData.Question::text)
        .contains(word.repeat(9) + "y".repeat(20))
        .allMatch(text -> text.length() <= Traces.QUESTION_CHARS_MAX);
  }

  @Test
  void writesTextsOfAnyLengthForAnotherProcess() throws Exception {
    RecallData.Question question =
        new RecallData.Question(
            7, "größer ".repeat(20_000), new float[WordVectors.DIMENSION], new int[] {3, 4});
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    question.write(new DataOutputStream(bytes));
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      assertThat(RecallData.Question.read(7, in)).usingRecursiveComparison().isEqualTo(question);
      assertThat(in.available()).isZero();
    }
  }

  @Test
  void refusesTracesWithNothingToLookFor() throws Exception {
    Path traces = Files.writeString(folder.resolve("few.jsonl"), row(0, "ok", "out") + "\n");
    assertThatThrownBy(() -> RecallData.of(traces, 1_000, 10))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("few.jsonl gives 1 events");
  }

  @Test
  void putsTextsNearThatShareRareWords() {
    WordVectors words =
        WordVectors.over(
            List.of("the build of alpha", "the build of beta", "the test of alpha", "the end"));
    assertThat(words.of("Alpha")).isEqualTo(words.of("alpha"));
    float shared = VectorUtil.dotProduct(words.of("the build of alpha"), words.of("build alpha"));
    float common = VectorUtil.dotProduct(words.of("the build of beta"), words.of("the end"));
    assertThat(shared).isGreaterThan(common + 0.2f);
    for (String text : List.of("the build of alpha", "", "unheard", "the")) {
      float[] vector = words.of(text);
      assertThat(VectorUtil.dotProduct(vector, vector)).as(text).isCloseTo(1, within(1e-4f));
    }
  }

  @Test
  void saysWhichKindsOfIndexItsBestIsTheBestOf() {
    Peers.Lance all = new Peers.Lance(Peers.LANCE_KINDS, Duration.ofMinutes(1));
    assertThat(all.tried(new LinkedHashSet<>(Peers.LANCE_KINDS)))
        .isEqualTo("tried: IVF_HNSW_SQ, IVF_PQ, IVF_FLAT");
    Peers.Lance some = new Peers.Lance(List.of("IVF_HNSW_SQ", "IVF_FLAT"), Duration.ofMinutes(1));
    assertThat(some.tried(Set.of("IVF_FLAT")))
        .isEqualTo(
            "tried: IVF_FLAT; IVF_HNSW_SQ was not built within 1 minute, IVF_PQ was left out, so"
                + " x faster is an upper bound");
  }

  @Test
  void givesUpATableOfLanceThatTakesTooLongAndBuildsTheNext() throws Exception {
    assumeTrue(LanceChild.isThere(), "no LanceDB on the class path; it comes with -Ppeers");
    Path tables = Files.createDirectory(folder.resolve("tables"));
    try (LanceChild child = new LanceChild(tables, RecallData.of(200, 1))) {
      child.prepare();
      assertThat(child.build("PLAIN", Duration.ofNanos(1))).isFalse();
      assertThat(tables).isEmptyDirectory();
      assertThat(child.build("PLAIN", Duration.ofMinutes(5))).isTrue();
      assertThat(child.tell("open PLAIN")).containsExactly("ok", "200");
    }
  }

  /** Calls of which every third failed in the same words, each with a name of its own. */
  private Path traces(int count) throws IOException {
    List<String> rows = new ArrayList<>();
    for (int number = 0; number < count; number++) {
      rows.add(
          number % 3 == 0
              ? row(number, "error", "Error: cannot build")
              : row(number, "ok", "wrote only_here_" + number + " and more"));
    }
    return Files.write(folder.resolve("traces.jsonl"), rows);
  }

  private static String row(int number, String status, String output) {
    String call = status.equals("ok") ? "make part" + number % 20 : "make all";
    return """
    {"session": "s%d", "agent": "a", "seq": %d, "task": "t", "tool": "bash", "input": "%s",\
     "output": "%s", "status": "%s"}\
    """
        .formatted(number / 50, number, call, output, status);
  }

  private String run(String... options) {
    PrintStream console = System.out;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    try (PrintStream out = new PrintStream(said, true, UTF_8)) {
      System.setOut(out);
      CommandLine command =
          new CommandLine(new RecallPeersSuite()).setCaseInsensitiveEnumValuesAllowed(true);
      int code =
          command.execute(
              Stream.concat(Stream.of("--store=" + folder), Stream.of(options))
                  .toArray(String[]::new));
      assertThat(code).isZero();
    } finally {
      System.setOut(console);
    }
    return said.toString(UTF_8);
  }
}
