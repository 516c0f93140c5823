package dev.daybook.internal.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.daybook.event.EventId;
import dev.daybook.event.PlanEvent.NoteAdded;
import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent.Message;
import dev.daybook.event.TraceEvent.ToolCallStarted;
import dev.daybook.internal.entry.Row;
import dev.daybook.recall.Embedder;
import dev.daybook.recall.Filter;
import dev.daybook.recall.Hit;
import dev.daybook.recall.Leg;
import dev.daybook.recall.Query;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.lucene.search.ScoreDoc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LexicalLegTest {
  private static final float[] NO_VECTOR = {};

  @TempDir Path folder;

  private static Row turn(int n, String text) {
    return TestRows.row(n, new Message("user", text));
  }

  private static List<EventId> ids(Searcher searcher, Query query) throws IOException {
    return searcher.search(query, NO_VECTOR).ids();
  }

  private static Hit first(Searcher searcher, Query query, Map<EventId, String> texts)
      throws IOException {
    return searcher.search(query, NO_VECTOR).hits(refs -> texts).getFirst();
  }

  /** What Lucene gives the same question: pairs as phrases that allow one word between. */
  private static Map<Integer, Float> asLuceneScores(PackedIndex index, Query query)
      throws IOException {
    var whole = LuceneTerms.query(query, LuceneTerms.Neighbours.COUNTED).orElseThrow();
    Map<Integer, Float> scores = new LinkedHashMap<>();
    for (ScoreDoc doc :
        new LexicalStatistics(index.reader()).search(whole, index.rows()).scoreDocs) {
      scores.put(doc.doc, doc.score);
    }
    return scores;
  }

  @Test
  void scoresAreThoseOfTheSameLuceneQueryButForRepeatedPairs() throws IOException {
    Random random = new Random(5);
    String[] words = {"token", "refresh", "the", "login", "a.b", "retry", "queue", "src/x.java"};
    List<Row> rows = new ArrayList<>();
    for (int n = 0; n < 300; n++) {
      StringBuilder text = new StringBuilder();
      for (int left = 1 + random.nextInt(12); left > 0; left--) {
        text.append(words[random.nextInt(words.length)]).append(left % 5 == 0 ? "\n" : " ");
      }
      String said = text.toString();
      rows.add(
          n % 4 == 0
              ? TestRows.row(n, NoteAdded.of(said.isBlank() ? "x" : said))
              : TestRows.text(n, said));
    }
    try (PackedIndex index = TestRows.index(folder, rows);
        Searcher searcher = TestRows.searcher(folder, Embedder.none(), List.of(rows), List.of())) {
      for (String text :
          List.of(
              "token refresh the login",
              "a.b queue",
              "src/x.java retry token retry",
              "login",
              "retry queue token refresh login a.b src/x.java")) {
        Query query = Query.of(text).legs(Leg.LEXICAL).limit(300);
        Map<Integer, Float> expected = asLuceneScores(index, query);
        List<Hit> hits = searcher.search(query, NO_VECTOR).hits();

        assertThat(hits).hasSize(expected.size()).isNotEmpty();
        for (Hit hit : hits) {
          assertThat(hit.score())
              .as("%s in %s", text, hit)
              .isCloseTo(expected.get(index.rowOf(hit.id())), within(0.04));
        }
      }
    }
  }

  @Test
  void shortTurnsAreSearchedLikeAllElse() throws IOException {
    List<Row> rows =
        List.of(
            turn(0, "where is the token refresh handled"),
            TestRows.text(1, "the token refresh is in src/auth/Token.java"),
            turn(2, "refresh the page, then the token"),
            turn(3, "see src/auth/Token.java"),
            TestRows.text(4, "green paint"));
    for (int split : List.of(0, 2, 5)) {
      try (Searcher searcher =
          TestRows.searcher(
              folder,
              Embedder.none(),
              List.of(rows.subList(0, split)),
              rows.subList(split, rows.size()))) {
        assertThat(ids(searcher, Query.of("token refresh")))
            .hasSize(4)
            .startsWith(TestRows.id(0))
            .contains(TestRows.id(1), TestRows.id(2), TestRows.id(3));
        assertThat(ids(searcher, Query.ofPhrase("token refresh")))
            .containsExactlyInAnyOrder(TestRows.id(0), TestRows.id(1));
        assertThat(ids(searcher, Query.ofPhrase("paint"))).containsExactly(TestRows.id(4));
        assertThat(ids(searcher, Query.of("paint").phrase("page, then the token")))
            .containsExactly(TestRows.id(2));
        assertThat(ids(searcher, Query.of("src/auth/Token.java")))
            .contains(TestRows.id(3), TestRows.id(1));
      }
    }
  }

  @Test
  void howRareAWordIsCountsOverTurnsAndAllElse() throws IOException {
    List<Row> rows = new ArrayList<>();
    IntStream.range(0, 50).forEach(n -> rows.add(TestRows.text(n, "common words of a log " + n)));
    rows.add(turn(50, "common words"));
    rows.add(turn(51, "rare words"));
    try (Searcher searcher = TestRows.searcher(folder, Embedder.none(), List.of(rows), List.of())) {
      List<Hit> hits = searcher.search(Query.of("common rare").limit(60), NO_VECTOR).hits();

      assertThat(hits.getFirst().id()).isEqualTo(TestRows.id(51));
      double common = hits.get(1).score();
      assertThat(hits.getFirst().score()).isGreaterThan(20 * common);
    }
  }

  @Test
  void anyTokenIsFoundFirstWhereverItLies() throws IOException {
    String blob = "a1B2c3D4".repeat(40);
    List<String> tokens =
        List.of(
            "zebrafish",
            "3fb9a59c1",
            "f47ac10b-58cc-4372-a567-0e02b2c3d479",
            "build/out/trace_9f8e7d6c.log",
            "REQ-20417-ab12",
            "com.example.RefreshTokenRotationException",
            blob + "X",
            "y".repeat(200));
    String filler = "some words of the log that say nothing ".repeat(18);
    List<Row> rows = new ArrayList<>();
    for (String token : tokens) {
      rows.add(TestRows.text(rows.size(), filler + token + " " + filler));
      rows.add(turn(rows.size(), "build/out/trace.log REQ-x com.example.Refresh " + filler));
    }
    rows.add(TestRows.text(rows.size(), filler + blob + " " + "y".repeat(201) + " " + filler));
    for (int split : List.of(0, 3, rows.size())) {
      try (Searcher searcher =
          TestRows.searcher(
              folder,
              Embedder.none(),
              List.of(rows.subList(0, split)),
              rows.subList(split, rows.size()))) {
        for (int n = 0; n < tokens.size(); n++) {
          assertThat(ids(searcher, Query.of(tokens.get(n))).getFirst())
              .as(tokens.get(n))
              .isEqualTo(TestRows.id(2 * n));
        }
      }
    }
  }

  @Test
  void aMatchBehindTheHeadIsShownFromTheEventItself() throws IOException {
    String text = "nothing to see here ".repeat(60) + "needle in hay " + "at the end ".repeat(60);
    for (Row row : List.of(TestRows.text(0, text), turn(0, text))) {
      Map<EventId, String> texts = Map.of(row.id(), row.text());
      for (List<Row> tail : List.of(List.<Row>of(), List.of(row))) {
        List<Row> segment = tail.isEmpty() ? List.of(row) : List.of();
        try (Searcher searcher =
            TestRows.searcher(folder, Embedder.none(), List.of(segment), tail)) {
          assertThat(first(searcher, Query.of("needle"), texts).snippet())
              .startsWith("…")
              .contains("needle in hay");
          assertThat(first(searcher, Query.ofPhrase("needle in hay"), texts).snippet())
              .contains("needle in hay");
          assertThat(first(searcher, Query.of("needle"), Map.of()).snippet())
              .startsWith("nothing to see")
              .endsWith("…");
          assertThat(
                  searcher
                      .search(Query.of("see"), NO_VECTOR)
                      .hits(refs -> {
                        throw new AssertionError("asked for " + refs);
                      })
                      .getFirst()
                      .snippet())
              .startsWith("nothing to see here");
        }
      }
    }
  }

  @Test
  void severalSegmentsBehindOneTailAreToldApart() throws IOException {
    Row start = TestRows.row(0, new ToolCallStarted("bash", "make all"));
    Row end = TestRows.row(1, "a", "s", "", start.id(), ToolCall.of("bash", "make all"));
    try (PackedIndex starts = TestRows.index(folder, List.of(start));
        PackedIndex ends = TestRows.index(folder, List.of(end));
        TailIndex tail = new TailIndex(0)) {
      for (List<PackedIndex> segments :
          List.of(List.of(starts), List.of(starts, ends), List.of(ends), List.of(starts))) {
        List<Searcher.Part> parts =
            segments.stream().map(index -> new Searcher.Part(index, Vectors.none())).toList();
        try (Searcher searcher = Searcher.over(parts, tail)) {
          assertThat(searcher.count(Filter.any())).isEqualTo(1);
          assertThat(searcher.search(Query.of("make"), NO_VECTOR).coverage().events()).isEqualTo(1);
        }
      }
    }
  }
}
