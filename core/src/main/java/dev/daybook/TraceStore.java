package dev.daybook;

import dev.daybook.event.CallOutcome;
import dev.daybook.event.Entry;
import dev.daybook.event.Envelope;
import dev.daybook.event.EventId;
import dev.daybook.event.PlanEvent.ApproachRejected;
import dev.daybook.event.SessionId;
import dev.daybook.event.ToolCall;
import dev.daybook.event.Vcs;
import dev.daybook.internal.entry.Fingerprint;
import dev.daybook.internal.workspace.ById;
import dev.daybook.internal.workspace.ByPlace;
import dev.daybook.internal.workspace.OpenWorkspace;
import dev.daybook.internal.workspace.PastReads;
import dev.daybook.internal.workspace.View;
import dev.daybook.recall.Filter;
import dev.daybook.recall.Hit;
import dev.daybook.recall.Leg;
import dev.daybook.recall.Query;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * The traces of a workspace: every recorded event, by filter, by session, and by likeness to what
 * is about to be tried. Reads are at most five seconds behind other processes and never behind this
 * handle. A started call and its end are shown as one call. Those of {@link Workspace.Past} are
 * bound to a moment and show nothing newer. Safe for use by any number of threads.
 */
public final class TraceStore {
  /** The most entries of a page. */
  public static final int PAGE_ENTRIES_MAX = 1_000;

  /** The most commits that {@link #commits} gives. */
  public static final int COMMITS_MAX = 100;

  /** The most events of one sort that {@link Commit} and {@link About} name. */
  public static final int NAMED_MAX = 20;

  private static final int PRIOR_ATTEMPTS_MAX = 5;

  private static final Duration RECENT = Duration.ofSeconds(5);

  /**
   * The share of a description's words that an attempt must hold to be called similar without a
   * vector.
   */
  private static final double WORDS_SHARED_MIN = 0.6;

  /** The cosine from which two texts are taken to mean the same thing to try. */
  private static final double COSINE_MIN = 0.55;

  private static final Set<String> EMPTY_WORDS =
      Set.of(
          "the", "a", "an", "in", "on", "of", "to", "for", "and", "or", "is", "it", "with", "by",
          "at", "be", "this");

  private final OpenWorkspace workspace;
  private final Function<Duration, View> views;

  /** What was recorded after this is not shown; {@link Instant#MAX} for the present. */
  private final Instant recordedTo;

  TraceStore(OpenWorkspace workspace) {
    this.workspace = workspace;
    this.views = workspace::view;
    this.recordedTo = Instant.MAX;
  }

  /** The traces as of a moment. */
  TraceStore(OpenWorkspace workspace, PastReads past) {
    this.workspace = workspace;
    this.views = past::view;
    this.recordedTo = past.recorded();
  }

  private View view() {
    return views.apply(RECENT);
  }

  /** The first page of what a filter lets pass, newest first. */
  public EntryPage find(Filter filter) {
    return find(filter, EventId.NONE, 100);
  }

  /**
   * A page of what a filter lets pass, newest first.
   *
   * @param cursor where the page before this one said to go on; {@link EventId#NONE} for the first
   * @param limit at most this many entries, from 1 to {@value #PAGE_ENTRIES_MAX}
   */
  public EntryPage find(Filter filter, EventId cursor, int limit) {
    checkLimit(limit);
    return page(view().find(filter, cursor, limit + 1), limit);
  }

  static void checkLimit(int limit) {
    if (limit < 1 || limit > PAGE_ENTRIES_MAX) {
      throw new IllegalArgumentException(
          "A page of "
              + limit
              + " entries was asked for; from 1 to "
              + PAGE_ENTRIES_MAX
              + " are possible");
    }
  }

  /** A page of entries of which one more than its limit was asked for. */
  static EntryPage page(List<Entry> entries, int limit) {
    boolean more = entries.size() > limit;
    List<Entry> page = more ? entries.subList(0, limit) : entries;
    return new EntryPage(page, more ? page.getLast().id() : EventId.NONE);
  }

  /** How many events a filter lets pass; a started call and its end count once. */
  public long count(Filter filter) {
    return view().count(filter);
  }

  /**
   * The whole output of a call, also where the event carries only its head and tail. May be read
   * from the store.
   *
   * @throws CorruptDataException if it is missing or not what was written
   * @throws IllegalArgumentException if the call is of another workspace, or newer than the moment
   *     these traces are bound to
   */
  public String output(ToolCall call) {
    Objects.requireNonNull(call, "call");
    if (recordedTo.isBefore(Instant.MAX) && call.stored().isPresent()) {
      EventId id = workspace.eventOfOutput(call);
      if (!view().contains(id)) {
        throw new IllegalArgumentException(
            "Call %s is no event of '%s' as of %s, so its output is not known there; ask workspace.traces()"
                .formatted(id, workspace.name(), recordedTo));
      }
    }
    return workspace.output(call);
  }

  /** The event of this id; empty if the workspace has none. */
  public Optional<Entry> entry(EventId id) {
    return view().entry(id);
  }

  /** Everything a session recorded, traces and plan events, in order. */
  public List<Entry> timeline(SessionId session) {
    return view().timeline(session);
  }

  /**
   * Who tried this before. A call of the same tool with the same arguments comes first, whatever
   * its outcome; then failed calls and rejected approaches that say the same in other words.
   *
   * @return best first; empty when nobody did, as far as can be told
   */
  public List<PriorAttempt> priorAttempts(ToolCall call) {
    View view = view();
    Map<EventId, PriorAttempt> found = new LinkedHashMap<>();
    Filter same = Filter.any().type("ToolCall").tool(call.tool());
    if (!call.arguments().isBlank()) {
      for (Entry entry :
          view.newest(
              same.argumentsHash(Fingerprint.ofArguments(call.arguments())), PRIOR_ATTEMPTS_MAX)) {
        found.put(entry.id(), attempt(entry, PriorAttempt.Match.SAME_CALL, 1));
      }
      addSimilar(found, view, call.arguments() + " " + call.approach());
    }
    return best(found);
  }

  /**
   * Who tried what this describes before: rejected approaches and failed calls that say the same.
   *
   * @param description what is about to be tried, in words
   * @return best first; empty when nobody did, as far as can be told
   */
  public List<PriorAttempt> priorAttempts(String description) {
    if (description.isBlank()) {
      throw new IllegalArgumentException("Say what is about to be tried; the description is blank");
    }
    View view = view();
    Map<EventId, PriorAttempt> found = new LinkedHashMap<>();
    for (PlanRecord.Rejection rejection :
        new PlanRecord(view.plan(), workspace.clock().instant()).rejected()) {
      if (words(rejection.approach().approach()).equals(words(description))) {
        found.put(
            rejection.origin().id(),
            new PriorAttempt(
                rejection.origin().id(),
                PriorAttempt.Match.REJECTED_APPROACH,
                rejection.origin().actor(),
                rejection.origin().time(),
                rejection.approach().approach(),
                "REJECTED",
                rejection.approach().reason(),
                1));
      }
    }
    addSimilar(found, view, description);
    return best(found);
  }

  /**
   * A commit that was checked out when events were recorded.
   *
   * @param vcs the state of version control of the newest of them; its revision is the commit
   * @param first when the first of them happened
   * @param last when the newest of them happened
   * @param events how many there are
   * @param newest the newest {@value #NAMED_MAX} of them, the newest first
   */
  public record Commit(Vcs vcs, Instant first, Instant last, long events, List<EventId> newest) {
    /** Copies the list. */
    public Commit {
      Objects.requireNonNull(vcs, "vcs");
      Objects.requireNonNull(first, "first");
      Objects.requireNonNull(last, "last");
      newest = List.copyOf(newest);
    }
  }

  /**
   * The commits of a task, a handoff or an event: those checked out when it, what refers to it, and
   * what was done for it were recorded. An event carries the commit that was checked out, so work
   * is carried by the first commit seen after it: commit, narrow the session with {@link
   * Session#at(java.nio.file.Path)}, and close the task through that. The other way, from a commit
   * to all that belongs to it, is {@code find(Filter.any().revision(commit))}; with {@code
   * type("DecisionMade", "TaskClosed")} it gives decisions and finished tasks alone.
   *
   * <ul>
   *   <li>Of a task: every event of the task, of both streams.
   *   <li>Of a handoff: every event of the handoff.
   *   <li>Of an event: the event and what names it as its cause; of a plan event on a task, such as
   *       a decision, also what happened for that task since.
   * </ul>
   *
   * @param id of the task, handoff or event
   * @return one for each commit, the one with the newest event first, at most {@value
   *     #COMMITS_MAX}; empty if there is nothing of that id or nothing had a commit
   * @throws IllegalArgumentException if the id is blank
   */
  public List<Commit> commits(String id) {
    checkId(id);
    return ById.commits(view(), id);
  }

  static void checkId(String id) {
    if (id.isBlank()) {
      throw new IllegalArgumentException(
          "The id is blank; give the id of a task, of a handoff or of an event");
    }
  }

  /**
   * What is known about a file or a folder. Every list has the newest first and at most {@value
   * #NAMED_MAX} entries.
   *
   * @param path the file, folder or glob, as it was looked for
   * @param reads how many calls read something there
   * @param changes how many calls changed something there
   * @param readBy the newest calls that read there
   * @param changedBy the newest calls that changed something there
   * @param actors who read or changed something there, the last to do so first
   * @param notes notes, observations, questions, tasks and the like whose text names the place
   * @param decisions decisions whose text names it
   * @param rejections rejected approaches about it, or whose text names it
   * @param handoffs handoffs that changed something there, or whose text names it
   * @param failures calls that failed there, or whose text names it
   */
  public record About(
      String path,
      long reads,
      long changes,
      List<Entry> readBy,
      List<Entry> changedBy,
      List<Visits> actors,
      List<Entry> notes,
      List<Entry> decisions,
      List<Entry> rejections,
      List<Entry> handoffs,
      List<Entry> failures) {
    /** Copies the lists. */
    public About {
      Objects.requireNonNull(path, "path");
      readBy = List.copyOf(readBy);
      changedBy = List.copyOf(changedBy);
      actors = List.copyOf(actors);
      notes = List.copyOf(notes);
      decisions = List.copyOf(decisions);
      rejections = List.copyOf(rejections);
      handoffs = List.copyOf(handoffs);
      failures = List.copyOf(failures);
    }

    /** Whether nothing is known: nobody was there and nothing names the place. */
    public boolean isEmpty() {
      return reads == 0
          && changes == 0
          && notes.isEmpty()
          && decisions.isEmpty()
          && rejections.isEmpty()
          && handoffs.isEmpty()
          && failures.isEmpty();
    }
  }

  /**
   * What one actor did in a place.
   *
   * @param actor the actor's id
   * @param reads how many calls read something there
   * @param lastRead the newest of them
   * @param changes how many calls changed something there
   * @param lastChange the newest of them
   */
  public record Visits(
      String actor,
      long reads,
      Optional<Entry> lastRead,
      long changes,
      Optional<Entry> lastChange) {
    /** Checks the parts. */
    public Visits {
      Objects.requireNonNull(actor, "actor");
      Objects.requireNonNull(lastRead, "lastRead");
      Objects.requireNonNull(lastChange, "lastChange");
    }
  }

  /**
   * What is known about a file or a folder: ask before reading it, so that nobody maps the same
   * files again. A path without wildcards is the file and, if it is a folder, all below it; a glob
   * is as {@link Filter#path} says. Calls count by the files they say they read and changed,
   * however they ended. A text counts if it names the whole path, or a path the glob matches;
   * absolute ones if they are in the work tree of the event. Texts are looked for by the longest
   * part of the path without wildcards, so for {@code *.md} there are none, and among the newest
   * 512 that hold its words.
   *
   * @param path relative to the work tree, as calls name it
   * @throws IllegalArgumentException if it is blank or a glob too involved
   */
  public About about(String path) {
    return ByPlace.about(view(), path);
  }

  private void addSimilar(Map<EventId, PriorAttempt> found, View view, String description) {
    Set<String> wanted = words(description);
    List<Filter> places =
        List.of(
            Filter.any().stream(Envelope.Stream.TRACE).failures(),
            Filter.any().type("ApproachRejected"));
    for (Filter place : places) {
      Query query =
          Query.of(description)
              .filter(place)
              .limit(PRIOR_ATTEMPTS_MAX)
              .freshness(Duration.ofSeconds(5));
      List<Hit> hits = view.recall(query).list();
      for (Entry entry : view.load(hits.stream().map(Hit::id).toList())) {
        Hit hit = hits.stream().filter(h -> h.id().equals(entry.id())).findFirst().orElseThrow();
        double likeness = Math.max(shared(wanted, words(what(entry))), hit.leg(Leg.VECTOR).score());
        if (shared(wanted, words(what(entry))) >= WORDS_SHARED_MIN
            || hit.leg(Leg.VECTOR).score() >= COSINE_MIN) {
          found.putIfAbsent(
              entry.id(), attempt(entry, PriorAttempt.Match.SIMILAR, Math.min(0.99, likeness)));
        }
      }
    }
  }

  private static List<PriorAttempt> best(Map<EventId, PriorAttempt> found) {
    List<PriorAttempt> attempts = new ArrayList<>(found.values());
    attempts.sort(
        Comparator.comparingDouble(PriorAttempt::score)
            .reversed()
            .thenComparing(PriorAttempt::id, Comparator.reverseOrder()));
    return attempts.subList(0, Math.min(attempts.size(), PRIOR_ATTEMPTS_MAX));
  }

  private static PriorAttempt attempt(Entry entry, PriorAttempt.Match match, double score) {
    return switch (entry.event()) {
      case ToolCall call ->
          new PriorAttempt(
              entry.id(),
              match,
              entry.actor(),
              entry.time(),
              call.arguments(),
              call.outcome().name(),
              call.outcome() == CallOutcome.OK ? "" : Outcomes.reason(call),
              score);
      case ApproachRejected rejected ->
          new PriorAttempt(
              entry.id(),
              match,
              entry.actor(),
              entry.time(),
              rejected.approach(),
              "REJECTED",
              rejected.reason(),
              score);
      default ->
          new PriorAttempt(
              entry.id(), match, entry.actor(), entry.time(), entry.type(), "UNKNOWN", "", score);
    };
  }

  private static String what(Entry entry) {
    return switch (entry.event()) {
      case ToolCall call -> call.arguments() + " " + call.approach();
      case ApproachRejected rejected -> rejected.approach();
      default -> "";
    };
  }

  private static Set<String> words(String text) {
    Set<String> words = new TreeSet<>();
    for (String word : text.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}]+", -1)) {
      if (!word.isEmpty() && !EMPTY_WORDS.contains(word)) {
        words.add(word);
      }
    }
    return words;
  }

  /** How large a share of all words of both stands in both. */
  private static double shared(Set<String> a, Set<String> b) {
    Set<String> both = new HashSet<>(a);
    both.retainAll(b);
    int all = a.size() + b.size() - both.size();
    return all == 0 ? 0 : (double) both.size() / all;
  }
}
