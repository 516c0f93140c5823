package dev.daybook.internal.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.event.Envelope.Stream;
import dev.daybook.event.EventId;
import dev.daybook.event.PlanEvent.NoteAdded;
import dev.daybook.event.SessionId;
import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent.Message;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.event.TraceEvent.ToolCallStarted;
import dev.daybook.internal.entry.Row;
import dev.daybook.recall.Embedder;
import dev.daybook.recall.Filter;
import dev.daybook.recall.Hit;
import dev.daybook.recall.Leg;
import dev.daybook.recall.Query;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each rule of {@link Fusion}, with vectors chosen by hand: the question is {1, 0}. */
class FusionTest {
  private static final float[] QUESTION = {1, 0};

  @TempDir Path folder;

  /** A vector of this cosine with the question. */
  private static float[] at(double cosine) {
    return new float[] {(float) cosine, (float) Math.sqrt(1 - cosine * cosine)};
  }

  /** Searches rows of one segment, the vectors of a row by its number; rows may have none. */
  private List<String> ranked(List<Row> rows, Map<Integer, List<float[]>> vectors, Query query)
      throws IOException {
    return hits(rows, vectors, query).stream().map(Hit::snippet).toList();
  }

  private List<Hit> hits(List<Row> rows, Map<Integer, List<float[]>> vectors, Query query)
      throws IOException {
    List<VectorFile.Chunk> chunks = new ArrayList<>();
    for (int row = 0; row < rows.size(); row++) {
      for (float[] vector : vectors.getOrDefault(row, List.of())) {
        chunks.add(new VectorFile.Chunk(row, vector));
      }
    }
    Path file = Files.createTempFile(folder, "vectors", ".npy");
    Files.write(file, VectorFile.write(2, chunks));
    try (PackedIndex index = TestRows.index(folder, rows);
        VectorFile vectorFile = VectorFile.open(file);
        TailIndex tail = new TailIndex(2);
        Searcher searcher = Searcher.over(List.of(new Searcher.Part(index, vectorFile)), tail)) {
      return searcher.search(query, QUESTION).hits();
    }
  }

  private static Map<Integer, List<float[]>> cosines(double... cosines) {
    Map<Integer, List<float[]>> vectors = new java.util.HashMap<>();
    for (int i = 0; i < cosines.length; i++) {
      vectors.put(i, List.of(at(cosines[i])));
    }
    return vectors;
  }

  @Test
  void wordsTipTheScalesAsMuchAsLeanSays() throws IOException {
    List<Row> rows = TestRows.texts("login crash today", "the sea is blue");
    Map<Integer, List<float[]>> vectors = cosines(0.5, 0.7);
    Query query = Query.of("login crash report");

    assertThat(ranked(rows, vectors, query).getFirst()).isEqualTo("login crash today");
    assertThat(ranked(rows, vectors, query.lean(0)).getFirst()).isEqualTo("the sea is blue");
    assertThat(ranked(rows, vectors, query.lean(Stream.TRACE, 0)).getFirst())
        .isEqualTo("the sea is blue");
    assertThat(ranked(rows, vectors, query.lean(Stream.PLAN, 0)).getFirst())
        .isEqualTo("login crash today");
  }

  @Test
  void eachStreamHasItsOwnWeight() throws IOException {
    List<Row> rows =
        List.of(
            TestRows.row(0, Observation.of("login crash today")),
            TestRows.row(1, NoteAdded.of("login crash today")));
    Query query = Query.of("login crash report");

    assertThat(hits(rows, cosines(0.5, 0.5), query.lean(Stream.PLAN, 1)).getFirst().stream())
        .isEqualTo(Stream.PLAN);
    assertThat(hits(rows, cosines(0.5, 0.5), query.lean(Stream.PLAN, 0.1)).getFirst().stream())
        .isEqualTo(Stream.TRACE);
  }

  @Test
  void holdingEveryWordCountsBeyondBm25() throws IOException {
    String often = "lease lease lease lease lease lease";
    List<Row> rows = TestRows.texts(often, "a lease and a long text of which one is the poll");
    Query query = Query.of("poll lease").lean(0.2);

    List<Hit> hits = hits(rows, cosines(0.3, 0.3), query);

    double words = hits.getFirst().leg(Leg.LEXICAL).score() / Math.log(3);
    assertThat(hits.getFirst().id()).isEqualTo(TestRows.id(1));
    assertThat(hits.getFirst().score())
        .isCloseTo(
            0.3 + 0.2 * (words + Fusion.ALL_WORDS), org.assertj.core.api.Assertions.within(0.01));
  }

  @Test
  void whatManyHoldAlikeByWordsDoesNotOutweighMeaning() throws IOException {
    List<Row> rows = new ArrayList<>();
    double[] cosines = new double[121];
    for (int i = 0; i < 120; i++) {
      rows.add(TestRows.text(i, "build number " + i + " went through"));
      cosines[i] = 0.2;
    }
    rows.add(TestRows.text(120, "compilation succeeded"));
    cosines[120] = 0.3;

    assertThat(ranked(rows, cosines(cosines), Query.of("did a build pass")).getFirst())
        .isEqualTo("compilation succeeded");
  }

  @Test
  void theFirstChunkHasAShare() throws IOException {
    List<Row> rows = TestRows.texts("one", "two");
    Map<Integer, List<float[]>> vectors =
        Map.of(0, List.of(at(0.1), at(0.6)), 1, List.of(at(0.6), at(0.1)));

    List<Hit> hits = hits(rows, vectors, Query.of("three"));

    assertThat(hits).extracting(Hit::snippet).containsExactly("two", "one");
    assertThat(hits.get(0).score() - hits.get(1).score())
        .isCloseTo(Fusion.FIRST_CHUNK_SHARE * 0.5, org.assertj.core.api.Assertions.within(0.01));
  }

  @Test
  void whatHasNoVectorStandsAmongTheRestByItsWords() throws IOException {
    List<Row> rows = TestRows.texts("login crash", "sea", "sky", "login page");
    Map<Integer, List<float[]>> vectors =
        Map.of(1, List.of(at(0.35)), 2, List.of(at(0.2)), 3, List.of(at(0.3)));

    assertThat(ranked(rows, vectors, Query.of("login crash")))
        .containsExactly("login crash", "login page", "sea", "sky");
  }

  @Test
  void ofEqualScoresTheOlderGoesFirst() throws IOException {
    List<Row> rows = TestRows.texts("same words", "same words", "same words");

    assertThat(hits(rows, cosines(0.5, 0.5, 0.5), Query.of("same words now")))
        .extracting(Hit::id)
        .containsExactly(TestRows.id(0), TestRows.id(1), TestRows.id(2));
  }

  @Test
  void aTokenIsLookedUpWhateverVectorsSay() throws IOException {
    Random random = new Random(7);
    List<Row> rows = new ArrayList<>();
    double[] cosines = new double[400];
    List<String> tokens = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      String token =
          switch (i % 5) {
            case 0 -> "src/main/java/p" + i + "/File" + (i * 7) + ".java";
            case 1 -> "ERR_" + (1000 + i);
            case 2 -> "Class" + i + ".method" + (i % 9);
            case 3 ->
                "qz" + Character.toString('a' + i % 26) + Character.toString('a' + i / 26) + "x";
            default -> Integer.toHexString(0xabc000 + i * 31) + "f" + i;
          };
      tokens.add(token);
      rows.add(
          TestRows.text(
              i, "words of every day, file " + i % 13 + " and " + token + " java method"));
      cosines[i] = random.nextDouble() * 1.9 - 0.95;
    }
    Map<Integer, List<float[]>> vectors = cosines(cosines);
    for (int i = 0; i < 400; i += 7) {
      assertThat(hits(rows, vectors, Query.of(tokens.get(i))).getFirst().id())
          .as(tokens.get(i))
          .isEqualTo(TestRows.id(i));
    }
  }

  @Test
  void aTokenWithinALongerOneIsFoundToo() throws IOException {
    List<Row> rows =
        TestRows.texts("opened /srv/a/unique9173.log today", "unique 5 and 9173 apart");

    assertThat(ranked(rows, cosines(-0.9, 0.95), Query.of("unique9173")).getFirst())
        .startsWith("opened");
  }

  @Test
  void aPlainWordOfManyEventsIsNoLookUp() throws IOException {
    List<Row> rows = TestRows.texts("login a", "login b", "login c", "login d", "authentication");

    assertThat(ranked(rows, cosines(0, 0, 0, 0, 0.95), Query.of("login")).getFirst())
        .isEqualTo("authentication");
  }

  @Test
  void aLookUpShowsNothingOutsideTheFilter() throws IOException {
    List<Row> rows =
        List.of(
            TestRows.row(0, "a", "one", "", EventId.NONE, Observation.of("ERR_4711 here")),
            TestRows.row(1, "a", "two", "", EventId.NONE, Observation.of("nothing")));
    Query query = Query.of("ERR_4711").filter(Filter.any().session(SessionId.of("two")));

    assertThat(ranked(rows, cosines(0.5, 0.1), query)).containsExactly("nothing");
  }

  @Test
  void aTurnGainsByTheTurnsBesideItInItsSessionOnly() throws IOException {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      String session = i == 3 ? "other" : "talk";
      rows.add(TestRows.row(i, "a", session, "", EventId.NONE, new Message("user", "turn " + i)));
    }
    // Turns 1 and 4 are alike; beside 1 stands 0, which is near, beside 4 (across 3) 2 and 5.
    Map<Integer, List<float[]>> vectors = cosines(0.8, 0.5, 0.1, 0.9, 0.5, 0.1);

    List<String> ranked = ranked(rows, vectors, Query.of("question"));

    assertThat(ranked.indexOf("turn 1")).isLessThan(ranked.indexOf("turn 4"));
    assertThat(
            ranked(
                rows.stream().map(row -> TestRows.text((int) rowNumber(row), row.text())).toList(),
                vectors,
                Query.of("question").limit(4)))
        .containsExactly("turn 3", "turn 0", "turn 1", "turn 4");
  }

  private static long rowNumber(Row row) {
    return java.time.Duration.between(TestRows.START, row.envelope().time()).toMillis();
  }

  @Test
  void theBestAreAmongTheBestHoweverManyAreEqualToTheLast() {
    int[] rows = java.util.stream.IntStream.range(100, 150).toArray();
    double[] scores = new double[50];
    scores[49] = 1;
    scores[20] = 2;
    int[] best = Fusion.best(rows, scores);
    assertThat(best).hasSize(Fusion.TURNS_MAX).isSorted().contains(149, 120, 100, 128);
    assertThat(best).doesNotContain(129);
  }

  @Test
  void onlyEventsThatAreShownDecideHowATokenIsLookedUp() throws IOException {
    List<Row> rows = new ArrayList<>();
    rows.add(in("one", 0, "unique9173 as a whole"));
    rows.add(in("two", 1, "opened /srv/a/unique9173.log today"));
    rows.add(in("two", 2, "unique 5 and 9173 apart"));
    rows.add(in("two", 3, "the sea zebra"));
    rows.add(in("two", 4, "the sky"));
    double[] near = new double[155];
    java.util.Arrays.fill(near, 0.2);
    near[1] = -0.9;
    near[2] = 0.95;
    near[3] = -0.9;
    for (int i = 5; i < 155; i++) {
      rows.add(in("one", i, "opened /srv/b/unique9173.log and a zebra"));
    }
    Filter two = Filter.any().session(SessionId.of("two"));

    assertThat(ranked(rows, cosines(near), Query.of("unique9173").filter(two)).getFirst())
        .startsWith("opened /srv/a/");
    assertThat(ranked(rows, cosines(near), Query.of("zebra").filter(two)).getFirst())
        .isEqualTo("the sea zebra");
  }

  private static Row in(String session, int n, String text) {
    return TestRows.row(n, "a", session, "", EventId.NONE, Observation.of(text));
  }

  @Test
  void startsOfCallsThatEndedDoNotMakeAWordFrequent() throws IOException {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      rows.add(TestRows.row(2 * i, new ToolCallStarted("bash", "quux " + i)));
      rows.add(
          TestRows.row(
              2 * i + 1, "a", "s", "", TestRows.id(2 * i), ToolCall.of("bash", "quux " + i)));
    }
    rows.add(TestRows.text(6, "the sea"));

    assertThat(hits(rows, cosines(-0.9, -0.9, -0.9, -0.9, -0.9, -0.9, 0.95), Query.of("quux")))
        .extracting(Hit::id)
        .hasSize(4)
        .endsWith(TestRows.id(6));
  }

  @Test
  void aTokenIsLookedUpByWordsAloneToo() throws IOException {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      rows.add(TestRows.text(i, i < 6 ? "user login user login\nuser login" : "sea and sky " + i));
    }
    rows.add(
        TestRows.text(600, "a long text about the sea and the moon ".repeat(100) + "userLogin"));
    try (Searcher searcher = TestRows.searcher(folder, Embedder.none(), List.of(rows), List.of())) {
      List<Hit> hits = searcher.search(Query.of("userLogin").limit(3), new float[0]).hits();

      assertThat(hits.getFirst().id()).isEqualTo(TestRows.id(600));
      assertThat(hits.getFirst().score()).isGreaterThan(hits.get(1).score());
      assertThat(hits.getFirst().leg(Leg.LEXICAL).score()).isLessThan(hits.get(1).score());
      assertThat(hits.get(1).score()).isEqualTo(hits.get(1).leg(Leg.LEXICAL).score());
      assertThat(searcher.search(Query.of("userLogin").limit(1), new float[0]).ids())
          .containsExactly(TestRows.id(600));
    }
  }
}
