package dev.daybook.internal.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.event.CallOutcome;
import dev.daybook.event.EventId;
import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent.ToolCallStarted;
import dev.daybook.internal.entry.Row;
import dev.daybook.internal.index.Found.More;
import dev.daybook.internal.index.Found.Order;
import dev.daybook.internal.index.Found.Ref;
import dev.daybook.recall.Embedder;
import dev.daybook.recall.Filter;
import dev.daybook.recall.Hit;
import dev.daybook.recall.Leg;
import dev.daybook.recall.Query;
import dev.daybook.recall.WordVectorTestEmbedder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SearcherTest {
  private static final float[] NO_VECTOR = {};

  @TempDir Path folder;

  private final Embedder embedder = new WordVectorTestEmbedder();

  private static List<String> snippets(Ranking ranking) {
    return ranking.hits().stream().map(Hit::snippet).toList();
  }

  private static List<EventId> ids(Ranking ranking) {
    return ranking.hits().stream().map(Hit::id).toList();
  }

  @Test
  void bothLegsFindAndTheFusedScoreIsTheirSum() throws IOException {
    List<Row> rows =
        TestRows.texts(
            "login crash in the morning",
            "authentication failure at night",
            "green paint dries slowly");
    try (Searcher searcher = TestRows.searcher(folder, embedder, List.of(rows), List.of())) {
      Query query = Query.of("login crash").lean(0.5);
      Ranking found = searcher.search(query, embedder.embedQuery("login crash"));

      Hit best = found.hits().getFirst();
      assertThat(best.snippet()).isEqualTo("login crash in the morning");
      assertThat(best.leg(Leg.LEXICAL).rank()).isEqualTo(1);
      assertThat(best.score())
          .isCloseTo(
              best.leg(Leg.VECTOR).score()
                  + 0.5 * (best.leg(Leg.LEXICAL).score() / Math.log(4) + Fusion.ALL_WORDS),
              org.assertj.core.api.Assertions.within(1e-6));
      Hit second = found.hits().get(1);
      assertThat(second.snippet()).isEqualTo("authentication failure at night");
      assertThat(second.leg(Leg.LEXICAL)).isEqualTo(Hit.LegScore.NONE);
      assertThat(second.leg(Leg.VECTOR).score()).isGreaterThan(0.5);
      assertThat(found.coverage().legs()).containsExactly(Leg.LEXICAL, Leg.VECTOR);
      assertThat(found.coverage().isComplete()).isTrue();
    }
  }

  @Test
  void aLegAloneRanksByItsOwnScore() throws IOException {
    List<Row> rows = TestRows.texts("login crash", "authentication failure", "green paint");
    try (Searcher searcher = TestRows.searcher(folder, embedder, List.of(rows), List.of())) {
      Ranking words = searcher.search(Query.of("login").legs(Leg.LEXICAL), NO_VECTOR);
      assertThat(snippets(words)).containsExactly("login crash");
      assertThat(words.hits().getFirst().legs()).containsOnlyKeys(Leg.LEXICAL);
      assertThat(words.hits().getFirst().score())
          .isEqualTo(words.hits().getFirst().leg(Leg.LEXICAL).score());
      assertThat(words.coverage().note()).isEmpty();

      Ranking meaning =
          searcher.search(
              Query.of("signin").legs(Leg.VECTOR).limit(2), embedder.embedQuery("signin"));
      assertThat(snippets(meaning))
          .containsExactlyInAnyOrder("login crash", "authentication failure");
      assertThat(meaning.hits().getFirst().legs()).containsOnlyKeys(Leg.VECTOR);
    }
  }

  @Test
  void coverageSaysWhatDidNotRunAndWhatWasNotSeen() throws IOException {
    List<Row> rows = TestRows.texts("login crash", "green paint");
    List<Row> tailRows = List.of(TestRows.text(2, "login works"));
    try (PackedIndex index = TestRows.index(folder, rows);
        VectorFile vectors = TestRows.vectors(folder, rows, embedder);
        TailIndex tail = new TailIndex(embedder.dimension())) {
      tail.add(tailRows);
      try (Searcher searcher = Searcher.over(List.of(new Searcher.Part(index, vectors)), tail)) {
        var partial = searcher.search(Query.of("login"), embedder.embedQuery("login"));
        assertThat(partial.coverage().events()).isEqualTo(3);
        assertThat(partial.coverage().withoutVector()).isEqualTo(1);
        assertThat(partial.coverage().isComplete()).isFalse();
        assertThat(snippets(partial)).contains("login works");

        var filtered =
            searcher.search(
                Query.of("login").filter(Filter.any().from(TestRows.START.plusMillis(2))),
                embedder.embedQuery("login"));
        assertThat(filtered.coverage().events()).isEqualTo(1);
        assertThat(filtered.coverage().withoutVector()).isEqualTo(1);
        assertThat(snippets(filtered)).containsExactly("login works");

        var noEmbedder = searcher.search(Query.of("login"), NO_VECTOR);
        assertThat(noEmbedder.coverage().legs()).containsExactly(Leg.LEXICAL);
        assertThat(noEmbedder.coverage().note()).isEqualTo("vector: there is no embedder");

        var noWords = searcher.search(Query.of("the"), embedder.embedQuery("the"));
        assertThat(noWords.coverage().legs()).containsExactly(Leg.VECTOR);
        assertThat(noWords.coverage().note())
            .isEqualTo("lexical: the query has no word that is searched");
      }
      try (Searcher bare = Searcher.over(List.of(new Searcher.Part(index, Vectors.none())), tail)) {
        assertThat(bare.search(Query.of("login"), new float[64]).coverage().note())
            .isEqualTo("vector: no event has a vector yet");
      }
    }
  }

  @Test
  void whereRowsLieDoesNotChangeTheRanking() throws IOException {
    String[] words = {"login", "crash", "token", "refresh", "paint", "queue", "retry", "cache"};
    List<Row> rows =
        IntStream.range(0, 200)
            .mapToObj(n ->
                TestRows.text(
                    n,
                    words[n % 8]
                        + " "
                        + words[n * 5 % 7]
                        + " "
                        + words[n / 9 % 8]
                        + " note ".repeat(n % 4)))
            .toList();
    try (Searcher one = TestRows.searcher(folder, embedder, List.of(rows), List.of());
        Searcher five =
            TestRows.searcher(
                folder,
                embedder,
                List.of(
                    rows.subList(0, 3),
                    rows.subList(3, 90),
                    List.of(),
                    rows.subList(90, 120),
                    rows.subList(120, 180)),
                rows.subList(180, 200))) {
      for (String text : List.of("login crash", "refresh token retry", "paint", "cache queue")) {
        for (Query query :
            List.of(
                Query.of(text).limit(70),
                Query.of(text).legs(Leg.LEXICAL).limit(20),
                Query.of(text).legs(Leg.VECTOR).limit(200))) {
          float[] question = embedder.embedQuery(text);
          Ranking expected = one.search(query, question);
          Ranking found = five.search(query, question);
          assertThat(found.hits()).isEqualTo(expected.hits()).isNotEmpty();
          assertThat(found.coverage()).isEqualTo(expected.coverage());
        }
      }
    }
  }

  @Test
  void equalScoresGoOldestFirstAlsoAtTheLimit() throws IOException {
    List<Row> newest =
        IntStream.range(60, 120).mapToObj(n -> TestRows.text(n, "the same words")).toList();
    List<Row> oldest =
        IntStream.range(0, 60).mapToObj(n -> TestRows.text(n, "the same words")).toList();
    try (Searcher searcher =
        TestRows.searcher(folder, Embedder.none(), List.of(newest, oldest), List.of())) {
      Ranking found = searcher.search(Query.of("same words").limit(5), NO_VECTOR);

      assertThat(ids(found)).isEqualTo(IntStream.range(0, 5).mapToObj(TestRows::id).toList());
    }
  }

  @Test
  void aStartedCallIsShownOnlyUntilItEndsAnywhere() throws IOException {
    Row ended = TestRows.row(0, new ToolCallStarted("bash", "make all"));
    Row open = TestRows.row(1, new ToolCallStarted("bash", "make clean"));
    Row endedInTail = TestRows.row(2, new ToolCallStarted("bash", "make test"));
    Row end = TestRows.row(3, "a", "s", "", ended.id(), ToolCall.of("bash", "make all"));
    Row endInTail =
        TestRows.row(4, "a", "s", "", endedInTail.id(), ToolCall.of("bash", "make test"));
    Row startInTail = TestRows.row(5, new ToolCallStarted("bash", "make late"));
    Row earlyEnd = TestRows.row(6, "a", "s", "", TestRows.id(5), ToolCall.of("bash", "make late"));
    try (Searcher searcher =
        TestRows.searcher(
            folder,
            Embedder.none(),
            List.of(List.of(ended, end, open), List.of(endedInTail, earlyEnd)),
            List.of(endInTail, startInTail))) {
      List<EventId> shown = List.of(open.id(), end.id(), endInTail.id(), earlyEnd.id());

      assertThat(searcher.count(Filter.any())).isEqualTo(4);
      assertThat(searcher.count(Filter.any().outcome(CallOutcome.UNKNOWN))).isEqualTo(1);
      assertThat(
              searcher.find(Filter.any().tool("bash"), EventId.NONE, 10, Order.OLDEST_FIRST).refs())
          .extracting(Ref::id)
          .isEqualTo(shown);
      assertThat(ids(searcher.search(Query.of("make"), NO_VECTOR)))
          .containsExactlyInAnyOrderElementsOf(shown);
      assertThat(searcher.lookup(ended.id())).contains(new Ref(0, 0, ended.id()));
      assertThat(searcher.lookup(startInTail.id())).contains(new Ref(2, 1, startInTail.id()));
    }
  }

  private static Row by(String agent, int number) {
    return TestRows.row(number, agent, "s", "", EventId.NONE, ToolCall.of("bash", "make"));
  }

  @Test
  void theFirstBehindAnEventThatHasAWantedValueIsFoundWhereverItStands() throws IOException {
    List<Row> one = List.of(by("ann", 5), by("bob", 1), by("ann", 3));
    List<Row> two = List.of(by("bob", 2), by("cid", 7));
    List<Row> tail = List.of(by("cid", 6), by("cid", 8));
    try (Searcher searcher = TestRows.searcher(folder, Embedder.none(), List.of(one, two), tail)) {
      Filter calls = Filter.any().tool("bash");
      Filter.Field agent = Filter.Field.AGENT;
      assertThat(searcher.firstWith(calls, TestRows.id(2), agent, "ann"::equals))
          .contains(TestRows.id(3));
      assertThat(searcher.firstWith(calls, TestRows.id(3), agent, "ann"::equals))
          .contains(TestRows.id(5));
      assertThat(searcher.firstWith(calls, TestRows.id(5), agent, "ann"::equals)).isEmpty();
      assertThat(searcher.firstWith(calls, TestRows.id(1), agent, "cid"::equals))
          .contains(TestRows.id(6));
      assertThat(searcher.firstWith(calls, TestRows.id(1), agent, "dan"::equals)).isEmpty();
      assertThat(
              searcher.firstWith(Filter.any().tool("grep"), TestRows.id(1), agent, "ann"::equals))
          .isEmpty();
    }
  }

  @Test
  void theFirstWithAWantedValueIsNeitherAStartThatEndedNorBeyondTheMoment() throws IOException {
    Row start = TestRows.row(1, "ann", "s", "", EventId.NONE, new ToolCallStarted("bash", "make"));
    Row other = by("bob", 2);
    Row end = TestRows.row(3, "ann", "s", "", start.id(), ToolCall.of("bash", "make"));
    Row late = by("cid", 4);
    try (Searcher present =
            TestRows.searcher(
                folder, Embedder.none(), List.of(List.of(start, other)), List.of(end, late));
        Searcher past = present.asOf(new Moment(0, TestRows.START.plusMillis(2)))) {
      Filter calls = Filter.any().tool("bash");
      Filter.Field agent = Filter.Field.AGENT;
      EventId first = TestRows.id(0);
      for (Filter filter : List.of(Filter.any(), calls)) {
        assertThat(present.firstWith(filter, first, agent, "ann"::equals)).contains(end.id());
        assertThat(past.firstWith(filter, first, agent, "ann"::equals)).contains(start.id());
        assertThat(present.firstWith(filter, first, agent, "cid"::equals)).contains(late.id());
        assertThat(past.firstWith(filter, first, agent, "cid"::equals)).isEmpty();
        assertThat(past.firstWith(filter, start.id(), agent, "ann"::equals)).isEmpty();
      }
    }
  }

  @Test
  void aPhraseMustBeThereInBothLegs() throws IOException {
    List<Row> rows =
        TestRows.texts(
            "exit code 137 from the runner",
            "code 137 means exit",
            "the runner crashed",
            "Exit-Code: 137!");
    try (Searcher searcher = TestRows.searcher(folder, embedder, List.of(rows), List.of())) {
      Query query = Query.of("runner").phrase("exit code 137");
      assertThat(ids(searcher.search(query, embedder.embedQuery("runner"))))
          .containsExactlyInAnyOrder(TestRows.id(0), TestRows.id(3));
      assertThat(ids(searcher.search(Query.ofPhrase("runner"), NO_VECTOR)))
          .containsExactlyInAnyOrder(TestRows.id(0), TestRows.id(2));
      assertThat(searcher.search(Query.of("runner").phrase("!="), NO_VECTOR).hits()).isEmpty();
    }
  }

  @Test
  void exactPathsAndSymbolsWinOverTheirParts() throws IOException {
    List<Row> rows =
        TestRows.texts(
            "java Token auth main src and other words of src auth",
            "changed src/main/auth/Token.java today again",
            "src main java auth Token today again");
    try (Searcher searcher = TestRows.searcher(folder, Embedder.none(), List.of(rows), List.of())) {
      Ranking found = searcher.search(Query.of("src/main/auth/Token.java"), NO_VECTOR);
      assertThat(ids(found).getFirst()).isEqualTo(TestRows.id(1));
    }
  }

  @Test
  void listsPagesInBothDirections() throws IOException {
    List<Row> rows = new ArrayList<>(TestRows.texts("a", "b", "c", "d", "e", "f", "g"));
    java.util.Collections.reverse(rows);
    try (Searcher searcher =
        TestRows.searcher(
            folder,
            Embedder.none(),
            List.of(rows.subList(0, 2), rows.subList(2, 5)),
            rows.subList(5, 7))) {
      for (Order order : Order.values()) {
        List<EventId> all = new ArrayList<>();
        EventId after = EventId.NONE;
        Found page;
        do {
          page = searcher.find(Filter.any(), after, 3, order);
          page.refs().forEach(ref -> all.add(ref.id()));
          after = page.refs().getLast().id();
        } while (page.hasMore() == More.YES);
        List<EventId> expected =
            new ArrayList<>(IntStream.range(0, 7).mapToObj(TestRows::id).toList());
        if (order == Order.NEWEST_FIRST) {
          java.util.Collections.reverse(expected);
        }
        assertThat(all).isEqualTo(expected);
        assertThat(searcher.find(Filter.any(), after, 3, order))
            .isEqualTo(new Found(List.of(), More.NO));
      }
    }
  }

  @Test
  void staysUsableWhileHeldAndRefusesClosedParts() throws IOException {
    PackedIndex index = TestRows.index(folder, TestRows.texts("login"));
    Searcher searcher;
    try (TailIndex tail = new TailIndex(0)) {
      searcher = Searcher.over(List.of(new Searcher.Part(index, Vectors.none())), tail);
      index.close();
    }
    assertThat(searcher.retain()).isTrue();
    searcher.close();
    assertThat(searcher.search(Query.of("login"), NO_VECTOR).hits()).hasSize(1);
    searcher.close();
    assertThat(searcher.retain()).isFalse();

    try (TailIndex tail = new TailIndex(0)) {
      assertThatThrownBy(
              () -> Searcher.over(List.of(new Searcher.Part(index, Vectors.none())), tail))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageEndingWith("is closed");
    }
  }

  @Test
  void refusesVectorsOfAnotherModel() throws IOException {
    try (Searcher searcher =
        TestRows.searcher(folder, embedder, List.of(TestRows.texts("login")), List.of())) {
      assertThatThrownBy(() -> searcher.search(Query.of("login"), new float[3]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("has 3 components, those of the events 64");
    }
  }

  @Test
  void hitsSayWhoWhenAndWhere() throws IOException {
    Row row =
        TestRows.row(
            7,
            "coder-7",
            "s-1",
            "AUTH-42",
            EventId.NONE,
            ToolCall.of("bash", "mvn verify").softFail("TokenIT.refresh: key expired"));
    try (Searcher searcher = TestRows.searcher(folder, Embedder.none(), List.of(), List.of(row))) {
      Hit hit = searcher.search(Query.of("key expired"), NO_VECTOR).hits().getFirst();

      assertThat(hit.id()).isEqualTo(row.id());
      assertThat(hit.type()).isEqualTo("ToolCall");
      assertThat(hit.stream()).isEqualTo(row.envelope().stream());
      assertThat(hit.time()).isEqualTo(row.envelope().time());
      assertThat(hit.actor()).isEqualTo(row.envelope().actor());
      assertThat(hit.session()).isEqualTo(row.envelope().session());
      assertThat(hit.task()).isEqualTo("AUTH-42");
      assertThat(hit.outcome()).isEqualTo("SOFT_FAIL");
      assertThat(hit.tool()).isEqualTo("bash");
      assertThat(hit.snippet()).contains("key expired");
    }
  }
}
