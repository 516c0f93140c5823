package dev.daybook.internal.index;

import static dev.daybook.recall.Filter.Field.REVISION;
import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.event.CallOutcome;
import dev.daybook.event.Envelope.Stream;
import dev.daybook.event.EventId;
import dev.daybook.event.PlanEvent.NoteAdded;
import dev.daybook.event.SessionId;
import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.event.TraceEvent.ToolCallStarted;
import dev.daybook.internal.entry.Row;
import dev.daybook.internal.index.Found.Order;
import dev.daybook.internal.index.Found.Ref;
import dev.daybook.internal.index.TopRows.Scored;
import dev.daybook.recall.Embedder;
import dev.daybook.recall.Filter;
import dev.daybook.recall.Hit;
import dev.daybook.recall.Leg;
import dev.daybook.recall.Query;
import dev.daybook.recall.WordVectorTestEmbedder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Under any filter, what is found is what a scan over the rows would give. */
class SearcherProperties {
  private static final List<String> WORDS =
      List.of("token", "login", "crash", "queue", "retry", "paint");
  private static final List<String> PATHS =
      List.of("a.txt", "src/a.java", "src/x/a.java", "src/x/y/b.java", "lib/src/c.py", "src/a.jav");
  private static final List<String> GLOBS =
      List.of(
          "*",
          "**",
          "src/*.java",
          "src/**/*.java",
          "**/src/*",
          "s?c/**",
          "src/a.java",
          "**/?.py",
          "src/**y/*");

  private static final List<String> REVISIONS = List.of("", "abcdef1", "abcdef1234", "abc");

  private static final List<CallOutcome> OUTCOMES =
      List.of(CallOutcome.OK, CallOutcome.SOFT_FAIL, CallOutcome.UNKNOWN);

  private static Path folder;

  @BeforeContainer
  static void createFolder() throws IOException {
    folder = Files.createTempDirectory("searcher");
  }

  @AfterContainer
  static void deleteFolder() throws IOException {
    TestRows.deleteFolder(folder);
  }

  /** Up to 30 rows over three sources; calls may end starts of any source. */
  @Provide
  Arbitrary<List<Row>> rows() {
    Arbitrary<int[]> dice = Arbitraries.integers().between(0, 9_999).array(int[].class).ofSize(8);
    return dice.list().ofMinSize(1).ofMaxSize(30).map(SearcherProperties::rowsOf);
  }

  private static List<Row> rowsOf(List<int[]> dice) {
    List<Row> rows = new ArrayList<>();
    for (int n = 0; n < dice.size(); n++) {
      int[] d = dice.get(n);
      String text = WORDS.get(d[0] % 6) + " " + WORDS.get(d[1] % 6);
      EventId cause = d[2] % 3 == 0 ? TestRows.id(d[3] % dice.size()) : EventId.NONE;
      var event =
          switch (d[4] % 5) {
            case 0 -> new ToolCallStarted("bash", text);
            case 1, 2 ->
                ToolCall.of(d[5] % 2 == 0 ? "bash" : "edit", text)
                    .outcome(OUTCOMES.get(d[5] % 3))
                    .touching(PATHS.get(d[6] % 6))
                    .reading(PATHS.get(d[7] % 6));
            case 3 -> new NoteAdded(text, "");
            default -> Observation.of(text);
          };
      rows.add(
          TestRows.row(
              n,
              TestRows.START.plusMillis(d[3] % 30),
              REVISIONS.get(d[5] % 4),
              "agent-" + d[6] % 3,
              "s-" + d[7] % 4,
              "T-" + d[1] % 3,
              cause,
              event));
    }
    return rows;
  }

  @Provide
  Arbitrary<Filter> filters() {
    Arbitrary<UnaryOperator<Filter>> step =
        Arbitraries.oneOf(
            Arbitraries.of("bash", "edit", "none").map(v -> f -> f.tool(v)),
            Arbitraries.of("agent-0", "agent-1").map(v -> f -> f.agent(v)),
            Arbitraries.of("s-0", "s-1", "s-9").map(v -> f -> f.session(SessionId.of(v))),
            Arbitraries.of("T-0", "T-1").map(v -> f -> f.task(v)),
            Arbitraries.of(Stream.values()).map(v -> f -> f.stream(v)),
            Arbitraries.of("ToolCall", "ToolCallStarted", "NoteAdded").map(v -> f -> f.type(v)),
            Arbitraries.of(CallOutcome.values()).map(v -> f -> f.outcome(v)),
            Arbitraries.of(GLOBS).map(v -> f -> f.path(v)),
            Arbitraries.of(GLOBS).map(v -> f -> f.pathRead(v)),
            Arbitraries.of(GLOBS).map(v -> f -> f.pathWritten(v)),
            Arbitraries.of("abc", "abcdef", "abcdef1", "abcdef123", "b")
                .map(v -> f -> f.revision(v)),
            Arbitraries.integers().between(0, 30).map(v -> f -> f.cause(TestRows.id(v))),
            Arbitraries.integers()
                .between(0, 15)
                .map(v -> f -> f.from(TestRows.START.plusMillis(v))),
            Arbitraries.integers()
                .between(16, 31)
                .map(v -> f -> f.to(TestRows.START.plusMillis(v))));
    return step.list()
        .ofMaxSize(4)
        .map(steps -> {
          Filter filter = Filter.any();
          for (UnaryOperator<Filter> one : steps) {
            filter = one.apply(filter);
          }
          return filter;
        });
  }

  private static Searcher over(List<Row> rows, Embedder embedder) throws IOException {
    int third = rows.size() / 3;
    return TestRows.searcher(
        folder,
        embedder,
        List.of(rows.subList(0, third), rows.subList(third, 2 * third)),
        rows.subList(2 * third, rows.size()));
  }

  @Property(tries = 60)
  void findAndCountEqualAScan(@ForAll("rows") List<Row> rows, @ForAll("filters") Filter filter)
      throws IOException {
    List<EventId> expected = scan(rows, filter).stream().map(Row::id).toList();
    try (Searcher searcher = over(rows, Embedder.none())) {
      List<Ref> found = searcher.find(filter, EventId.NONE, rows.size(), Order.OLDEST_FIRST).refs();

      assertThat(found).extracting(Ref::id).isEqualTo(expected);
      assertThat(searcher.count(filter)).isEqualTo(expected.size());
    }
  }

  @Property(tries = 100)
  void asOfAMomentNothingNewerIsThere(
      @ForAll("rows") List<Row> all,
      @ForAll("filters") Filter filter,
      @ForAll @IntRange(min = -1, max = 31) int time,
      @ForAll @IntRange(min = 0, max = 31) int version)
      throws IOException {
    Moment moment = new Moment(version, TestRows.START.plusMillis(time));
    List<Row> rows =
        all.stream()
            .filter(row ->
                row.envelope().stream() == Stream.PLAN
                    ? row.envelope().planVersion() <= version
                    : !row.envelope().recordedAt().isAfter(moment.recorded()))
            .toList();
    List<EventId> expected = scan(rows, filter).stream().map(Row::id).toList();
    try (Searcher present = over(all, Embedder.none());
        Searcher searcher = present.asOf(moment)) {
      assertThat(searcher.find(filter, EventId.NONE, all.size(), Order.OLDEST_FIRST).refs())
          .extracting(Ref::id)
          .isEqualTo(expected);
      assertThat(searcher.count(filter)).isEqualTo(expected.size());
      assertThat(searcher.count(Filter.any())).isEqualTo(scan(rows, Filter.any()).size());
      for (Row row : all) {
        assertThat(searcher.lookup(row.id()).isPresent()).isEqualTo(rows.contains(row));
      }
      List<Row> plan = all.stream().filter(row -> row.envelope().planVersion() > 0).toList();
      long firstLater =
          plan.stream()
              .filter(row -> row.envelope().recordedAt().isAfter(moment.recorded()))
              .mapToLong(row -> row.envelope().planVersion())
              .min()
              .orElse(Long.MAX_VALUE);
      assertThat(present.planVersionAt(moment.recorded()))
          .isEqualTo(
              plan.stream()
                  .mapToLong(row -> row.envelope().planVersion())
                  .filter(at -> at < firstLater)
                  .max()
                  .orElse(0));
      assertThat(present.planRecordedAt(version))
          .isEqualTo(
              plan.stream()
                  .filter(row -> row.envelope().planVersion() <= version)
                  .map(row -> row.envelope().recordedAt())
                  .max(Comparator.naturalOrder())
                  .orElse(Instant.MIN));
    }
  }

  @Property(tries = 60)
  void groupsAreWhatAScanGathers(@ForAll("rows") List<Row> rows, @ForAll("filters") Filter filter)
      throws IOException {
    try (Searcher searcher = over(rows, Embedder.none())) {
      List<Group> groups =
          searcher.groups(Selection.of(filter, Filter.any().agent("agent-2")), REVISION, 2);

      Map<String, List<EventId>> expected =
          scan(rows, Filter.any()).stream()
              .filter(row -> passes(filter, row) || passes(Filter.any().agent("agent-2"), row))
              .filter(row -> !row.envelope().vcs().revision().isEmpty())
              .collect(
                  Collectors.groupingBy(
                      row -> row.envelope().vcs().revision(),
                      Collectors.mapping(Row::id, Collectors.toList())));
      assertThat(groups).extracting(Group::value).doesNotHaveDuplicates().hasSize(expected.size());
      assertThat(groups)
          .isSortedAccordingTo(
              (a, b) -> b.newest().getFirst().id().compareTo(a.newest().getFirst().id()));
      for (Group group : groups) {
        List<EventId> ids = expected.get(group.value());
        assertThat(group.events()).isEqualTo(ids.size());
        assertThat(group.oldest().id()).isEqualTo(ids.getFirst());
        assertThat(group.newest())
            .extracting(Ref::id)
            .isEqualTo(ids.reversed().subList(0, Math.min(2, ids.size())));
      }
    }
  }

  @Property(tries = 60)
  void wordsFindExactlyWhatHoldsOneOfThemAndPasses(
      @ForAll("rows") List<Row> rows, @ForAll("filters") Filter filter) throws IOException {
    Set<EventId> expected =
        scan(rows, filter).stream()
            .filter(row -> row.text().contains("token") || row.text().contains("crash"))
            .map(Row::id)
            .collect(Collectors.toSet());
    try (Searcher searcher = over(rows, Embedder.none())) {
      Query query = Query.of("token crash").filter(filter).legs(Leg.LEXICAL).limit(30);
      Ranking ranking = searcher.search(query, new float[0]);

      assertThat(ranking.hits()).extracting(Hit::id).doesNotHaveDuplicates();
      assertThat(ranking.hits().stream().map(Hit::id).collect(Collectors.toSet()))
          .isEqualTo(expected);
      assertThat(ranking.coverage().events()).isEqualTo(scan(rows, filter).size());
    }
  }

  @Property(tries = 30)
  void noLegShowsWhatDoesNotPass(@ForAll("rows") List<Row> rows, @ForAll("filters") Filter filter)
      throws IOException {
    Embedder embedder = new WordVectorTestEmbedder();
    Set<EventId> passing = scan(rows, filter).stream().map(Row::id).collect(Collectors.toSet());
    try (Searcher searcher = over(rows, embedder)) {
      Ranking fused =
          searcher.search(
              Query.of("token crash").filter(filter).limit(30), embedder.embedQuery("token crash"));

      assertThat(fused.hits().stream().map(Hit::id).collect(Collectors.toSet())).isEqualTo(passing);
      assertThat(fused.coverage().withoutVector()).isZero();
      assertThat(fused.hits()).isSortedAccordingTo((a, b) -> Double.compare(b.score(), a.score()));
    }
  }

  @Property(tries = 20)
  void fusionDoesNotDependOnTheOrderOfLegs(@ForAll("rows") List<Row> rows) throws IOException {
    Embedder embedder = new WordVectorTestEmbedder();
    try (PackedIndex index = TestRows.index(folder, rows);
        VectorFile vectors = TestRows.vectors(folder, rows, embedder);
        var reader =
            new org.apache.lucene.index.MultiReader(
                new org.apache.lucene.index.IndexReader[] {index.reader()}, false)) {
      Sources sources = new Sources(List.of(index.table()), List.of(vectors));
      LexicalLeg lexical = new LexicalLeg(reader, sources);
      Query query = Query.of("token crash");
      var words = lexical.prepare(query);
      var meaning = new VectorLeg(sources).prepare(embedder.embedQuery("token crash"));
      Map<Leg, List<Scored>> found = new LinkedHashMap<>();
      found.put(Leg.LEXICAL, words.orElseThrow().best(null, 5, List.of()));
      found.put(Leg.VECTOR, meaning.best(null, 5));
      Map<Leg, List<Scored>> reversed = new LinkedHashMap<>();
      reversed.put(Leg.VECTOR, found.get(Leg.VECTOR));
      reversed.put(Leg.LEXICAL, found.get(Leg.LEXICAL));

      assertThat(Fusion.rank(query, reversed, words, Optional.of(meaning), null, sources))
          .isEqualTo(Fusion.rank(query, found, words, Optional.of(meaning), null, sources));
    }
  }

  private static List<Row> scan(List<Row> rows, Filter filter) {
    Set<EventId> ended =
        rows.stream()
            .filter(row -> row.type().equals("ToolCall"))
            .map(row -> row.envelope().cause())
            .collect(Collectors.toSet());
    return rows.stream()
        .filter(row -> !(row.type().equals("ToolCallStarted") && ended.contains(row.id())))
        .filter(row -> passes(filter, row))
        .toList();
  }

  private static boolean passes(Filter filter, Row row) {
    return Arrays.stream(Filter.Field.values())
            .allMatch(field -> {
              Set<String> wanted = filter.values(field);
              return wanted.isEmpty()
                  || valuesOf(row, field).stream()
                      .anyMatch(value ->
                          switch (field) {
                            case PATH, PATH_READ, PATH_WRITTEN ->
                                wanted.stream().anyMatch(glob -> matches(glob, value));
                            case REVISION ->
                                wanted.stream()
                                    .anyMatch(name ->
                                        name.length() < 7
                                            ? value.equals(name)
                                            : value.startsWith(name));
                            default -> wanted.contains(value);
                          });
            })
        && !row.envelope().time().isBefore(filter.from())
        && row.envelope().time().isBefore(filter.to());
  }

  private static List<String> valuesOf(Row row, Filter.Field field) {
    return switch (field) {
      case STREAM -> List.of(row.envelope().stream().name());
      case TYPE -> List.of(row.type());
      case TOOL -> List.of(row.promoted().tool());
      case AGENT -> List.of(row.envelope().actor().id());
      case ACTOR_KIND -> List.of(row.envelope().actor().kind().name());
      case SESSION -> List.of(row.envelope().session().value());
      case TASK -> List.of(row.envelope().task());
      case OUTCOME -> List.of(row.promoted().outcome());
      case PATH -> row.promoted().paths();
      case ERROR_FINGERPRINT -> List.of(row.promoted().errorFingerprint());
      case ARGUMENTS_HASH -> List.of(row.promoted().argumentsHash());
      case CAUSE -> List.of(row.envelope().cause().toString());
      case HANDOFF -> List.of(row.promoted().handoff());
      case PATH_READ -> call(row).map(ToolCall::filesRead).orElse(List.of());
      case PATH_WRITTEN -> call(row).map(ToolCall::filesWritten).orElse(List.of());
      case REVISION -> List.of(row.envelope().vcs().revision());
    };
  }

  private static Optional<ToolCall> call(Row row) {
    return row.entry().event() instanceof ToolCall call ? Optional.of(call) : Optional.empty();
  }

  /** The glob's meaning said once more, by trying every split. */
  private static boolean matches(String glob, String path) {
    return matches(glob, path, true);
  }

  private static boolean matches(String glob, String path, boolean atPartStart) {
    if (glob.isEmpty()) {
      return path.isEmpty();
    }
    if (glob.startsWith("**/") && atPartStart) {
      for (int i = 0; i < path.length(); i++) {
        if (path.charAt(i) == '/' && matches(glob.substring(3), path.substring(i + 1), true)) {
          return true;
        }
      }
      return matches(glob.substring(3), path, true);
    }
    if (glob.startsWith("**")) {
      for (int i = 0; i <= path.length(); i++) {
        if (matches(glob.substring(2), path.substring(i), false)) {
          return true;
        }
      }
      return false;
    }
    if (glob.startsWith("*")) {
      for (int i = 0; i <= path.length(); i++) {
        if (matches(glob.substring(1), path.substring(i), false)) {
          return true;
        }
        if (i < path.length() && path.charAt(i) == '/') {
          return false;
        }
      }
      return false;
    }
    if (path.isEmpty()) {
      return false;
    }
    boolean same =
        glob.charAt(0) == path.charAt(0) || (glob.charAt(0) == '?' && path.charAt(0) != '/');
    return same && matches(glob.substring(1), path.substring(1), path.charAt(0) == '/');
  }

  @Property(tries = 300)
  void globsMeanWhatTheySay(@ForAll("globs") String glob, @ForAll("paths") String path) {
    var automaton = PathGlob.automaton(glob);
    assertThat(org.apache.lucene.util.automaton.Operations.run(automaton, path))
        .as("%s on %s", glob, path)
        .isEqualTo(matches(glob, path));
  }

  @Provide
  Arbitrary<String> globs() {
    return Arbitraries.of("a", "b", "/", "*", "**", "?", "/**/")
        .list()
        .ofMinSize(1)
        .ofMaxSize(6)
        .map(parts -> String.join("", parts).toLowerCase(Locale.ROOT));
  }

  @Provide
  Arbitrary<String> paths() {
    return Arbitraries.of("a", "b", "/").list().ofMaxSize(7).map(parts -> String.join("", parts));
  }
}
