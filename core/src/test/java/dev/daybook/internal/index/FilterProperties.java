package dev.daybook.internal.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.daybook.event.Actor;
import dev.daybook.event.CallOutcome;
import dev.daybook.event.Envelope;
import dev.daybook.event.Envelope.Stream;
import dev.daybook.event.Event;
import dev.daybook.event.EventId;
import dev.daybook.event.Handoff;
import dev.daybook.event.HandoffEvent.HandoffDeclined;
import dev.daybook.event.HandoffEvent.HandoffOffered;
import dev.daybook.event.PlanEvent.ApproachRejected;
import dev.daybook.event.PlanEvent.NoteAdded;
import dev.daybook.event.SessionId;
import dev.daybook.event.TaskStatus;
import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent.Message;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.event.TraceEvent.ToolCallStarted;
import dev.daybook.event.Vcs;
import dev.daybook.internal.entry.Masker;
import dev.daybook.internal.entry.Row;
import dev.daybook.internal.index.Found.Order;
import dev.daybook.internal.index.Found.Ref;
import dev.daybook.recall.Embedder;
import dev.daybook.recall.Filter;
import dev.daybook.recall.Filter.Field;
import dev.daybook.recall.Hit;
import dev.daybook.recall.Leg;
import dev.daybook.recall.Query;
import dev.daybook.recall.WordVectorTestEmbedder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * Every kind of filter, alone and together, with phrases, as of a moment, through each leg and
 * both, over up to four segments and a tail: the answer is what one gets by going through the
 * events with a finger. What an event has to be filtered by is written down here as it is made;
 * nothing is asked of production code but hashes, whose texts are told apart here.
 */
class FilterProperties {
  private static final List<String> WORDS =
      List.of("token", "login", "crash", "queue", "retry", "paint", "graph", "socket");
  private static final String WORKTREE = "/home/x/repo";
  private static final List<String> PATHS =
      List.of(
          "a.txt",
          "src/a.java",
          "./src/a.java",
          "src/x/a.java",
          "src/x/y/b.java",
          "src/\uD83D\uDE00.java",
          WORKTREE + "/src/a.java",
          WORKTREE + "/docs/b.md",
          "/etc/a.java");
  private static final List<String> GLOBS =
      List.of(
          "*",
          "**",
          "src/*.java",
          "./src/*.java",
          "src/**/*.java",
          "**/a.java",
          "s?c/**",
          "src/?.java",
          "src/a.java",
          "./a.txt",
          WORKTREE + "/**",
          WORKTREE + "/docs/b.md",
          "src/**y/*",
          "none/*");
  private static final List<String> REVISIONS =
      List.of("", "abcdef1", "abcdef1234", "abc", "abcdef2");
  private static final List<String> REVISIONS_ASKED =
      List.of("abc", "abcdef", "abcdef1", "abcdef12", "abcdef2", "ABCDEF1");
  private static final List<String> ERRORS = List.of("disk full", "key expired", "route lost");
  private static final int ROWS_MAX = 160;

  private static Path folder;

  @BeforeContainer
  static void createFolder() throws IOException {
    folder = Files.createTempDirectory("filter");
  }

  @AfterContainer
  static void deleteFolder() throws IOException {
    TestRows.deleteFolder(folder);
  }

  /**
   * An event and what is known of it.
   *
   * @param has by kind of filter, in plain words
   * @param words of its text, in order
   */
  private record Fact(
      Row row, Map<Field, Set<String>> has, List<String> words, boolean isEmbedded) {
    EventId id() {
      return row.id();
    }

    Envelope envelope() {
      return row.envelope();
    }
  }

  /** What is asked, in plain words. */
  private record Asked(
      Map<Field, Set<String>> any, Instant from, Instant to, List<List<String>> phrases) {}

  /** A history that a seed repeats, and where its events lie. */
  private static final class History {
    private final Random random;
    private final List<Fact> facts = new ArrayList<>();
    private final Map<String, String> hashes = new HashMap<>();
    private final List<List<Row>> places = new ArrayList<>();

    History(long seed, int size) {
      random = new Random(seed);
      int segments = random.nextInt(5);
      for (int i = 0; i <= segments; i++) {
        places.add(new ArrayList<>());
      }
      for (int n = 0; n < size; n++) {
        Fact fact = fact(n, size);
        facts.add(fact);
        places.get(random.nextInt(places.size())).add(fact.row());
      }
      places.forEach(rows -> Collections.shuffle(rows, random));
    }

    Searcher searcher(Embedder embedder) throws IOException {
      Map<EventId, Boolean> embedded =
          facts.stream().collect(Collectors.toMap(Fact::id, Fact::isEmbedded));
      return TestRows.searcher(
          folder,
          embedder,
          places.subList(1, places.size()),
          places.getFirst(),
          row -> embedded.get(row.id()));
    }

    private <T> T pick(List<T> of) {
      return of.get(random.nextInt(of.size()));
    }

    private List<String> words(int min, int max) {
      List<String> words = new ArrayList<>();
      for (int i = min + random.nextInt(max - min + 1); i > 0; i--) {
        words.add(pick(WORDS));
      }
      return words;
    }

    private Fact fact(int n, int size) {
      Map<Field, Set<String>> has = new EnumMap<>(Field.class);
      List<String> words = new ArrayList<>();
      Event event = event(has, words);
      boolean isPlan = has.get(Field.STREAM).contains("PLAN");
      String agent = "agent-" + random.nextInt(4);
      Actor actor =
          pick(List.of(Actor.agent(agent), Actor.human("maria"), Actor.system("nightly")));
      String session = random.nextInt(5) == 0 ? "" : "s-" + random.nextInt(4);
      String task = random.nextInt(4) == 0 ? "" : "T-" + random.nextInt(4);
      EventId cause = random.nextInt(3) == 0 ? TestRows.id(random.nextInt(size + 1)) : EventId.NONE;
      String revision = pick(REVISIONS);
      String worktree = random.nextInt(3) == 0 ? "" : WORKTREE;
      say(has, Field.TYPE, event.getClass().getSimpleName());
      say(has, Field.AGENT, actor.id());
      say(has, Field.ACTOR_KIND, actor.kind().name());
      say(has, Field.SESSION, session);
      say(has, Field.TASK, task);
      say(has, Field.CAUSE, cause.isPresent() ? cause.toString() : "");
      say(has, Field.REVISION, revision);
      for (Field paths : List.of(Field.PATH, Field.PATH_READ, Field.PATH_WRITTEN)) {
        Set<String> given = has.getOrDefault(paths, Set.of());
        has.remove(paths);
        for (String path : given) {
          say(has, paths, undotted(path));
          if (!worktree.isEmpty() && path.startsWith(worktree + "/")) {
            say(has, paths, path.substring(worktree.length() + 1));
          }
        }
      }
      Row row =
          Row.of(
              Masker.NONE.event(
                  new Envelope(
                      TestRows.id(n),
                      isPlan ? Stream.PLAN : Stream.TRACE,
                      TestRows.START.plusMillis(random.nextInt(size)),
                      TestRows.START.plusMillis(random.nextInt(size)),
                      actor,
                      session.isEmpty() ? SessionId.NONE : SessionId.of(session),
                      SessionId.NONE,
                      task,
                      cause,
                      "",
                      "",
                      "",
                      new Vcs("", "", worktree, revision, Vcs.State.UNKNOWN),
                      Map.of(),
                      isPlan ? n + 1 : 0),
                  event));
      has.getOrDefault(Field.ARGUMENTS_HASH, Set.of())
          .forEach(text -> hashes.put(text, row.promoted().argumentsHash()));
      has.getOrDefault(Field.ERROR_FINGERPRINT, Set.of())
          .forEach(text -> hashes.put(text, row.promoted().errorFingerprint()));
      return new Fact(row, has, words, random.nextInt(4) > 0);
    }

    private Event event(Map<Field, Set<String>> has, List<String> words) {
      // Some events are long enough for several vectors, and turn to another subject half way.
      List<String> said = words(1, 5);
      if (said.size() > 1 && random.nextInt(3) == 0) {
        said.add(1 + random.nextInt(said.size() - 1), "the");
      }
      if (random.nextInt(20) == 0) {
        said = new ArrayList<>(Collections.nCopies(130, pick(WORDS)));
        said.addAll(Collections.nCopies(130, pick(WORDS)));
      }
      String text = String.join(" ", said);
      int sort = random.nextInt(12);
      say(has, Field.STREAM, sort < 8 ? "TRACE" : "PLAN");
      return switch (sort) {
        case 0, 1 -> {
          words.add("bash");
          words.addAll(said);
          say(has, Field.TOOL, "bash");
          say(has, Field.OUTCOME, "UNKNOWN");
          say(has, Field.ARGUMENTS_HASH, "arguments " + text);
          yield new ToolCallStarted("bash", text);
        }
        case 2, 3, 4, 5 -> {
          String tool = pick(List.of("bash", "edit", "grep"));
          CallOutcome outcome = pick(List.of(CallOutcome.values()));
          String error = outcome.isFailure() ? pick(ERRORS) : "";
          String written = pick(PATHS);
          String read = pick(PATHS);
          words.add(tool);
          words.addAll(said);
          if (outcome.isFailure()) {
            words.addAll(List.of(outcome.name().toLowerCase(Locale.ROOT).split("_")));
            words.addAll(List.of(error.split(" ")));
            say(has, Field.ERROR_FINGERPRINT, "error " + error);
          }
          say(has, Field.TOOL, tool);
          say(has, Field.OUTCOME, outcome.name());
          say(has, Field.ARGUMENTS_HASH, "arguments " + text);
          ToolCall call =
              error.isEmpty() ? ToolCall.of(tool, text) : ToolCall.of(tool, text).softFail(error);
          if (random.nextBoolean()) {
            call = call.touching(written);
            say(has, Field.PATH, written);
            say(has, Field.PATH_WRITTEN, written);
          }
          if (random.nextBoolean()) {
            call = call.reading(read);
            say(has, Field.PATH, read);
            say(has, Field.PATH_READ, read);
          }
          yield call.outcome(outcome);
        }
        case 6 -> {
          words.addAll(said);
          yield new Message("assistant", text);
        }
        case 7 -> {
          words.addAll(said);
          yield Observation.of(text);
        }
        case 8 -> {
          words.addAll(said);
          yield new NoteAdded(text, "");
        }
        case 9 -> {
          String path = pick(PATHS);
          words.addAll(said);
          say(has, Field.PATH, path);
          yield ApproachRejected.of(text).about(path);
        }
        case 10 -> {
          String path = pick(PATHS);
          String handoff = "H-" + random.nextInt(3);
          words.addAll(said);
          say(has, Field.PATH, path);
          say(has, Field.HANDOFF, handoff);
          Handoff offered =
              Handoff.of("T-1")
                  .toRole("coder")
                  .status(TaskStatus.IN_PROGRESS)
                  .summary(text)
                  .touched(path)
                  .build();
          yield new HandoffOffered(handoff, offered, List.of());
        }
        default -> {
          String handoff = "H-" + random.nextInt(3);
          words.addAll(List.of("maria", "declined", "the", "handoff"));
          words.addAll(said);
          say(has, Field.HANDOFF, handoff);
          yield new HandoffDeclined(handoff, "maria", text);
        }
      };
    }

    private static void say(Map<Field, Set<String>> has, Field field, String value) {
      if (!value.isEmpty()) {
        has.computeIfAbsent(field, key -> new HashSet<>()).add(value);
      }
    }

    /** Something that at least one event has, more often than not; of three kinds at most. */
    Asked asked() {
      Map<Field, Set<String>> any = new EnumMap<>(Field.class);
      for (int kinds = random.nextInt(4); kinds > 0; kinds--) {
        Field field = pick(List.of(Field.values()));
        for (int values = 1 + random.nextInt(3); values > 0; values--) {
          String value =
              switch (field) {
                case PATH, PATH_READ, PATH_WRITTEN -> pick(GLOBS);
                case REVISION -> pick(REVISIONS_ASKED);
                default -> {
                  Set<String> of = pick(facts).has().getOrDefault(field, Set.of());
                  yield of.isEmpty() ? "" : of.iterator().next();
                }
              };
          say(any, field, value);
        }
      }
      int size = facts.size();
      int from = random.nextInt(size);
      int to = from + 1 + random.nextInt(size);
      List<List<String>> phrases = new ArrayList<>();
      if (random.nextInt(3) == 0) {
        List<String> of = pick(facts).words();
        int start = random.nextInt(of.size());
        int end = start + 1 + random.nextInt(4);
        if (of.contains("the")) {
          start = Math.max(0, of.indexOf("the") - 1);
          end = start + 3;
        }
        phrases.add(of.subList(start, Math.min(of.size(), end)));
      }
      return new Asked(
          any,
          random.nextInt(3) == 0 ? TestRows.START.plusMillis(from) : Instant.MIN,
          random.nextInt(3) == 0 ? TestRows.START.plusMillis(to) : Instant.MAX,
          phrases);
    }

    Filter filter(Asked asked) {
      Filter filter = Filter.any();
      for (Map.Entry<Field, Set<String>> one : asked.any().entrySet()) {
        for (String value : one.getValue()) {
          filter =
              switch (one.getKey()) {
                case STREAM -> filter.stream(Stream.valueOf(value));
                case TYPE -> filter.type(value);
                case TOOL -> filter.tool(value);
                case AGENT -> filter.agent(value);
                case ACTOR_KIND -> filter.actorKind(Actor.Kind.valueOf(value));
                case SESSION -> filter.session(SessionId.of(value));
                case TASK -> filter.task(value);
                case OUTCOME -> filter.outcome(CallOutcome.valueOf(value));
                case PATH -> filter.path(value);
                case PATH_READ -> filter.pathRead(value);
                case PATH_WRITTEN -> filter.pathWritten(value);
                case ERROR_FINGERPRINT -> filter.errorFingerprint(hashes.get(value));
                case ARGUMENTS_HASH -> filter.argumentsHash(hashes.get(value));
                case CAUSE -> filter.cause(EventId.parse(value));
                case HANDOFF -> filter.handoff(value);
                case REVISION -> filter.revision(value);
              };
        }
      }
      filter = asked.from().equals(Instant.MIN) ? filter : filter.from(asked.from());
      return asked.to().equals(Instant.MAX) ? filter : filter.to(asked.to());
    }

    /** What was there at a moment. */
    List<Fact> at(Moment moment) {
      return facts.stream()
          .filter(fact ->
              fact.envelope().stream() == Stream.PLAN
                  ? fact.envelope().planVersion() <= moment.planVersion()
                  : !fact.envelope().recordedAt().isAfter(moment.recorded()))
          .toList();
    }

    Moment moment() {
      return new Moment(
          random.nextInt(facts.size() + 1),
          TestRows.START.plusMillis(random.nextInt(facts.size() + 1) - 1));
    }
  }

  /** Those that pass and are not starts of calls whose end is there as well. */
  private static List<Fact> passing(List<Fact> there, Asked asked) {
    Set<EventId> ended = new HashSet<>();
    for (Fact fact : there) {
      if (fact.row().type().equals("ToolCall")) {
        ended.add(fact.envelope().cause());
      }
    }
    return there.stream()
        .filter(fact -> !fact.row().type().equals("ToolCallStarted") || !ended.contains(fact.id()))
        .filter(fact -> passes(fact, asked))
        .toList();
  }

  private static boolean passes(Fact fact, Asked asked) {
    for (Map.Entry<Field, Set<String>> one : asked.any().entrySet()) {
      Field field = one.getKey();
      boolean any = false;
      for (String has : fact.has().getOrDefault(field, Set.of())) {
        for (String wanted : one.getValue()) {
          any |= isAskedFor(field, wanted, has);
        }
      }
      if (!any) {
        return false;
      }
    }
    Instant time = fact.envelope().time();
    return !time.isBefore(asked.from())
        && time.isBefore(asked.to())
        && asked.phrases().stream().allMatch(phrase -> holds(fact.words(), phrase));
  }

  private static boolean isAskedFor(Field field, String wanted, String has) {
    return switch (field) {
      case PATH, PATH_READ, PATH_WRITTEN -> matches(undotted(wanted), has);
      case REVISION -> wanted.length() >= 7 ? has.startsWith(wanted) : has.equals(wanted);
      default -> has.equals(wanted);
    };
  }

  /**
   * A common word stands for any word between two others, and for nothing at the beginning or the
   * end of a phrase.
   */
  private static boolean holds(List<String> words, List<String> phrase) {
    int from = phrase.getFirst().equals("the") ? 1 : 0;
    int to = phrase.getLast().equals("the") ? phrase.size() - 1 : phrase.size();
    boolean any = false;
    for (int start = 0; from < to && start + to - from <= words.size(); start++) {
      boolean here = true;
      for (int i = from; i < to; i++) {
        here &= phrase.get(i).equals("the") || phrase.get(i).equals(words.get(start + i - from));
      }
      any |= here;
    }
    return any;
  }

  private static String undotted(String path) {
    return path.startsWith("./") ? path.substring(2) : path;
  }

  private static boolean matches(String glob, String path) {
    String quoted =
        Pattern.compile("\\*\\*/|\\*\\*|\\*|\\?|[^*?]+")
            .matcher(glob)
            .replaceAll(part ->
                Matcher.quoteReplacement(
                    switch (part.group()) {
                      case "**/" ->
                          part.start() == 0 || glob.charAt(part.start() - 1) == '/'
                              ? "(?:.*/)?"
                              : ".*/";
                      case "**" -> ".*";
                      case "*" -> "[^/]*";
                      case "?" -> "[^/]";
                      default -> Pattern.quote(part.group());
                    }));
    return Pattern.compile(quoted, Pattern.DOTALL).matcher(path).matches();
  }

  private static Set<EventId> ids(List<Fact> facts) {
    return facts.stream().map(Fact::id).collect(Collectors.toSet());
  }

  private static List<EventId> ids(Ranking ranking) {
    return ranking.hits().stream().map(Hit::id).toList();
  }

  private static Query query(String text, Asked asked, Filter filter) {
    Query query = Query.of(text).filter(filter).limit(Query.LIMIT_MAX);
    for (List<String> phrase : asked.phrases()) {
      query = query.phrase(String.join(" ", phrase));
    }
    return query;
  }

  @Property(tries = 40)
  void listsAndCountsWhatPasses(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = ROWS_MAX) int size) throws IOException {
    History history = new History(seed, size);
    Moment moment = history.moment();
    try (Searcher present = history.searcher(Embedder.none());
        Searcher past = present.asOf(moment)) {
      for (int i = 0; i < 12; i++) {
        Asked asked = history.asked();
        Asked plain = new Asked(asked.any(), asked.from(), asked.to(), List.of());
        Filter filter = history.filter(plain);
        listsAndCounts(present, filter, passing(history.facts, plain));
        listsAndCounts(past, filter, passing(history.at(moment), plain));
      }
    }
  }

  private static void listsAndCounts(Searcher searcher, Filter filter, List<Fact> expected)
      throws IOException {
    assertThat(searcher.find(filter, EventId.NONE, ROWS_MAX, Order.OLDEST_FIRST).refs())
        .as("%s", filter)
        .extracting(Ref::id)
        .isEqualTo(expected.stream().map(Fact::id).toList());
    assertThat(searcher.count(filter)).as("%s", filter).isEqualTo(expected.size());
  }

  @Property(tries = 40)
  void eachLegAndBothFindExactlyWhatPasses(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = ROWS_MAX) int size) throws IOException {
    History history = new History(seed, size);
    Moment moment = history.moment();
    Embedder embedder = new WordVectorTestEmbedder();
    try (Searcher present = history.searcher(embedder);
        Searcher past = present.asOf(moment)) {
      for (int i = 0; i < 2; i++) {
        Asked asked = history.asked();
        List<String> text = history.words(1, 3);
        recalls(present, embedder, text, asked, history, history.facts);
        recalls(past, embedder, text, asked, history, history.at(moment));
      }
    }
  }

  private static void recalls(
      Searcher searcher,
      Embedder embedder,
      List<String> text,
      Asked asked,
      History history,
      List<Fact> there)
      throws IOException {
    Query all = query(String.join(" ", text), asked, history.filter(asked));
    List<Fact> passing = passing(there, asked);
    long without = passing.stream().filter(fact -> !fact.isEmbedded()).count();
    // Whoever holds a phrase that is asked for is said to by its words as well.
    Set<EventId> said =
        ids(
            passing.stream()
                .filter(fact ->
                    !asked.phrases().isEmpty() || fact.words().stream().anyMatch(text::contains))
                .toList());
    Set<EventId> meant = ids(passing.stream().filter(Fact::isEmbedded).toList());
    Set<EventId> either = new HashSet<>(said);
    either.addAll(meant);
    boolean anyVector = history.facts.stream().anyMatch(Fact::isEmbedded);
    float[] question = embedder.embedQuery(all.question());
    for (Set<Leg> legs : List.of(Set.of(Leg.LEXICAL), Set.of(Leg.VECTOR), Set.of(Leg.values()))) {
      Query query = all.legs(legs.toArray(Leg[]::new));
      Set<EventId> expected = legs.size() == 2 ? either : legs.contains(Leg.LEXICAL) ? said : meant;
      Ranking whole = searcher.search(query, question);

      assertThat(ids(whole)).as("%s %s", legs, query).doesNotHaveDuplicates();
      assertThat(Set.copyOf(ids(whole))).as("%s %s", legs, query).isEqualTo(expected);
      assertThat(whole.hits()).isSortedAccordingTo((a, b) -> Double.compare(b.score(), a.score()));
      assertThat(whole.coverage().events()).as("%s", query).isEqualTo(passing.size());
      assertThat(whole.coverage().withoutVector()).as("%s", query).isEqualTo(without);
      Set<Leg> ran = EnumSet.noneOf(Leg.class);
      ran.addAll(legs);
      if (!anyVector) {
        ran.remove(Leg.VECTOR);
      }
      assertThat(whole.coverage().legs()).isEqualTo(ran);
      int limit = history.pick(List.of(1, 3, 50, 70));
      Ranking some = searcher.search(query.limit(limit), question);
      assertThat(expected).as("%s %s", legs, query).containsAll(ids(some));
      assertThat(ids(some))
          .as("%s %s limit %s", legs, query, limit)
          .doesNotHaveDuplicates()
          .hasSize(Math.min(limit, expected.size()));
      assertThat(some.coverage()).isEqualTo(whole.coverage());
      if (legs.size() == 1) {
        assertThat(ids(some)).isEqualTo(ids(whole).subList(0, some.hits().size()));
      }
    }
  }

  /**
   * What is filtered away takes no place among the candidates, and what is left keeps its score.
   */
  @Property(tries = 40)
  void filtersComeBeforeRanking(
      @ForAll long seed, @ForAll @IntRange(min = 60, max = ROWS_MAX) int size) throws IOException {
    History history = new History(seed, size);
    Embedder embedder = new WordVectorTestEmbedder();
    try (Searcher searcher = history.searcher(embedder)) {
      Asked asked = history.asked();
      Query filtered = query(history.pick(WORDS), asked, history.filter(asked));
      float[] question = embedder.embedQuery(filtered.question());
      for (Leg leg : Leg.values()) {
        Map<EventId, Double> scores = new HashMap<>();
        List<EventId> order = new ArrayList<>();
        Query one = filtered.legs(leg);
        for (Hit hit : searcher.search(one.filter(Filter.any()), question).hits()) {
          scores.put(hit.id(), hit.score());
          order.add(hit.id());
        }
        Ranking found = searcher.search(one, question);
        order.retainAll(ids(found));
        assertThat(ids(found)).as("%s", one).isEqualTo(order);
        for (Hit hit : found.hits()) {
          assertThat(hit.score()).as("%s", one).isEqualTo(scores.get(hit.id()));
        }
      }
    }
  }

  /** By the vectors themselves: the nearest chunk counts, and only it. */
  @Property(tries = 10)
  void theNearestAreThoseOfTheNearestChunk(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = ROWS_MAX) int size) throws IOException {
    History history = new History(seed, size);
    Embedder embedder = new WordVectorTestEmbedder();
    try (Searcher searcher = history.searcher(embedder)) {
      Asked asked = history.asked();
      Query query = query(history.pick(WORDS), asked, history.filter(asked)).legs(Leg.VECTOR);
      float[] question = embedder.embedQuery(query.question());
      Map<EventId, Double> nearest = new HashMap<>();
      for (Fact fact : passing(history.facts, asked)) {
        embedder.embedDocuments(EmbeddingText.chunks(fact.row(), embedder)).stream()
            .mapToDouble(vector -> dot(vector, question))
            .max()
            .ifPresent(cosine -> {
              if (fact.isEmbedded()) {
                nearest.put(fact.id(), cosine);
              }
            });
      }
      List<Hit> hits = searcher.search(query.limit(20), question).hits();
      for (Hit hit : hits) {
        assertThat(hit.score()).as("%s", query).isCloseTo(nearest.remove(hit.id()), within(0.02));
      }
      for (double leftOut : nearest.values()) {
        assertThat(leftOut).as("%s", query).isLessThan(hits.getLast().score() + 0.02);
      }
    }
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
