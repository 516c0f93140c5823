package dev.daybook.benchmarks;

import dev.daybook.Daybook;
import dev.daybook.Session;
import dev.daybook.Workspace;
import dev.daybook.benchmarks.JudgedSet.Text;
import dev.daybook.event.Actor;
import dev.daybook.event.Context;
import dev.daybook.event.Event;
import dev.daybook.event.EventId;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.SessionId;
import dev.daybook.event.TraceEvent;
import dev.daybook.recall.Coverage;
import dev.daybook.recall.Embedder;
import dev.daybook.recall.Filter;
import dev.daybook.recall.Hit;
import dev.daybook.recall.Hits;
import dev.daybook.recall.Leg;
import dev.daybook.recall.Query;
import dev.daybook.storage.MemoryObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Option;

/**
 * A judged set in a workspace of its own, compacted: each document an event, in the order of the
 * file, in the session that its meta names.
 */
public final class SetWorkspace implements AutoCloseable {
  /** Where vectors come from. */
  public enum Embedding {
    /** The model on the class path. */
    MINILM,
    /** Nowhere: the lexical leg alone. */
    NONE
  }

  /** How a set is read and asked. */
  public static final class Asking {
    @Option(
        names = "--within",
        paramLabel = "META_KEY",
        description = "a question searches only documents whose value under this key is its own")
    String within = "";

    @Option(
        names = "--exclude-self",
        description = "a document with the question's id is not counted among the hits")
    boolean excludesSelf;

    @Option(
        names = "--embedder",
        description = "${COMPLETION-CANDIDATES}: where vectors come from; none for words alone",
        converter = EmbeddingNames.class,
        completionCandidates = EmbeddingNames.class)
    Embedding embedder = Embedding.MINILM;

    /** For picocli. */
    public Asking() {}

    /** The key of meta whose value a question searches within; empty if it searches all. */
    public String within() {
      return within;
    }

    /** Whether a document with the question's id is left out of what is found. */
    public boolean excludesSelf() {
      return excludesSelf;
    }

    /** Where vectors come from. */
    public Embedding embedder() {
      return embedder;
    }
  }

  private static final int PLAN_EVENTS_AT_ONCE = 500;
  private static final int EVENT_BYTES_MAX = 64 << 20;
  private static final int QUERY_CHARS_MAX = 10_000;

  private final JudgedSet set;
  private final Asking asking;
  private final Path scratch;
  private final Daybook daybook;
  private final Workspace workspace;
  private final Map<EventId, String> documents = new HashMap<>();
  private final Map<String, SessionId> sessions = new HashMap<>();

  private SetWorkspace(
      JudgedSet set, Asking asking, Path scratch, Daybook daybook, Workspace workspace) {
    this.set = set;
    this.asking = asking;
    this.scratch = scratch;
    this.daybook = daybook;
    this.workspace = workspace;
  }

  /** Reads a folder and makes its workspace; says on the way what it does and with what. */
  public static SetWorkspace of(Path folder, Asking asking) throws IOException {
    return of(folder, asking, Optional.empty());
  }

  /** The same with an embedder that is given, and closed by who gave it. */
  public static SetWorkspace of(Path folder, Asking asking, Embedder embedder) throws IOException {
    return of(folder, asking, Optional.of(embedder));
  }

  private static SetWorkspace of(Path folder, Asking asking, Optional<Embedder> given)
      throws IOException {
    JudgedSet set = JudgedSet.read(folder);
    Path scratch = Files.createTempDirectory("daybook-benchmark-");
    Daybook.Builder builder =
        Daybook.on(new MemoryObjectStore())
            .cache(scratch, 4L << 30)
            .eventBytesMax(EVENT_BYTES_MAX)
            .compactAt(Integer.MAX_VALUE, Long.MAX_VALUE);
    if (asking.embedder == Embedding.NONE) {
      builder.embedder(Embedder.none());
    } else {
      given.ifPresent(builder::embedder);
    }
    Daybook daybook = builder.open();
    SetWorkspace made =
        new SetWorkspace(set, asking, scratch, daybook, daybook.create("judged-set"));
    made.record();
    return made;
  }

  /** The set. */
  public JudgedSet set() {
    return set;
  }

  private void record() {
    long start = System.nanoTime();
    TextEvents events = new TextEvents(warning -> Console.progress("warning   %s", warning));
    int blank = 0;
    Map<String, Session> open = new HashMap<>();
    List<PlanEvent> planned = new ArrayList<>();
    List<String> plannedIds = new ArrayList<>();
    String plannedIn = "";
    for (Text document : set.documents()) {
      if (document.text().isBlank()) {
        blank++;
        continue;
      }
      String group = group(document);
      Session session = open.computeIfAbsent(group, this::session);
      Event event = events.of(document);
      boolean goesOn =
          event instanceof PlanEvent
              && group.equals(plannedIn)
              && planned.size() < PLAN_EVENTS_AT_ONCE;
      if (!goesOn && !planned.isEmpty()) {
        plan(open.get(plannedIn), planned, plannedIds);
      }
      switch (event) {
        case PlanEvent plan -> {
          planned.add(plan);
          plannedIds.add(document.id());
          plannedIn = group;
        }
        case TraceEvent trace ->
            documents.put(
                session
                    .record(trace, time(document).map(Context.none()::at).orElse(Context.none()))
                    .id(),
                document.id());
        default -> throw new IllegalStateException(event + " is of no stream");
      }
    }
    if (!planned.isEmpty()) {
      plan(open.get(plannedIn), planned, plannedIds);
    }
    open.values().forEach(Session::close);
    workspace.compact();
    Console.progress(
        "set       %s: %,d documents (%d blank, left out), %,d questions, %,d of them judged",
        set.folder(), set.documents().size(), blank, set.questions().size(), set.judged().size());
    Console.progress("events    %s in %d sessions", events.counts(), open.size());
    if (set.dangling() > 0) {
      Console.progress(
          "warning   %d grades name a question or document that is not there; a document counts as"
              + " not found",
          set.dangling());
    }
    Console.progress("recorded  in %.1f s", (System.nanoTime() - start) / 1e9);
  }

  private void plan(Session session, List<PlanEvent> planned, List<String> ids) {
    List<PlanEvent> together = List.copyOf(planned);
    List<EventId> recorded = session.updatePlan(plan -> together).events();
    for (int i = 0; i < recorded.size(); i++) {
      documents.put(recorded.get(i), ids.get(i));
    }
    planned.clear();
    ids.clear();
  }

  private Session session(String group) {
    SessionId id = SessionId.of(sessions.isEmpty() ? "set" : "set-" + sessions.size());
    sessions.put(group, id);
    return workspace.startSession(Actor.system("benchmark"), id);
  }

  /** What decides the session: what questions search within, else what meta calls one. */
  private String group(Text text) {
    return asking.within.isEmpty()
        ? text.firstOf("session", "conv", "conversation")
        : text.meta(asking.within);
  }

  /** The time meta gives, as seconds or milliseconds since 1970 or as ISO 8601. */
  private static Optional<Instant> time(Text document) {
    String given = document.firstOf("ts", "time", "timestamp", "created");
    try {
      if (given.matches("[0-9]{9,10}(\\.[0-9]+)?")) {
        return Optional.of(Instant.ofEpochMilli((long) (Double.parseDouble(given) * 1_000)));
      }
      if (given.matches("[0-9]{12,13}")) {
        return Optional.of(Instant.ofEpochMilli(Long.parseLong(given)));
      }
      return given.isEmpty()
          ? Optional.empty()
          : Optional.of(OffsetDateTime.parse(given).toInstant());
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  /** Why vectors are not searched, or are not all there; empty if all is well. */
  public String missing() {
    Coverage coverage = workspace.recall(Query.of("coverage").legs(Leg.VECTOR)).coverage();
    if (!coverage.legs().contains(Leg.VECTOR)) {
      return coverage.note().isEmpty() ? "vector: the leg did not run" : coverage.note();
    }
    return "";
  }

  /** How many events have no vector. */
  long withoutVector() {
    return workspace.recall(Query.of("coverage").legs(Leg.VECTOR)).coverage().withoutVector();
  }

  /** What a question finds; none if there is nothing to search or nothing to ask. */
  public List<Hit> ask(Text question, UnaryOperator<Query> how) {
    String text = question.text().strip();
    SessionId within = sessions.getOrDefault(group(question), SessionId.NONE);
    if (text.isEmpty() || (!asking.within.isEmpty() && !within.isPresent())) {
      return List.of();
    }
    Query query = Query.of(text.substring(0, Math.min(QUERY_CHARS_MAX, text.length())));
    if (!asking.within.isEmpty()) {
      query = query.filter(Filter.any().session(within));
    }
    Hits hits = workspace.recall(how.apply(query));
    return hits.stream()
        .filter(hit -> documents.containsKey(hit.id()))
        .filter(hit -> !asking.excludesSelf || !document(hit).equals(question.id()))
        .toList();
  }

  /** How many events there are. */
  long events() {
    return documents.size();
  }

  /** The document a hit stands for. */
  String document(Hit hit) {
    return documents.get(hit.id());
  }

  /** The documents of hits, in their order. */
  public List<String> documents(List<Hit> hits) {
    return hits.stream().map(this::document).toList();
  }

  /** The grades of a question, without the document that is not counted. */
  public Map<String, Integer> grades(Text question) {
    Map<String, Integer> grades = new HashMap<>(set.grades().get(question.id()));
    if (asking.excludesSelf) {
      grades.remove(question.id());
    }
    return grades;
  }

  /** The questions that some document answers. */
  public List<Text> judged() {
    return set.judged().stream().filter(question -> !grades(question).isEmpty()).toList();
  }

  @Override
  public void close() throws IOException {
    try {
      workspace.close();
      daybook.close();
    } finally {
      Scratch.delete(scratch);
    }
  }
}
