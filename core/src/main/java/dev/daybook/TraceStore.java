package dev.daybook;

import dev.daybook.event.CallOutcome;
import dev.daybook.event.Entry;
import dev.daybook.event.Envelope;
import dev.daybook.event.EventId;
import dev.daybook.event.PlanEvent.ApproachRejected;
import dev.daybook.event.SessionId;
import dev.daybook.event.ToolCall;
import dev.daybook.internal.entry.Fingerprint;
import dev.daybook.internal.workspace.OpenWorkspace;
import dev.daybook.internal.workspace.View;
import dev.daybook.recall.Filter;
import dev.daybook.recall.Hit;
import dev.daybook.recall.Leg;
import dev.daybook.recall.Query;
import java.time.Duration;
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

/**
 * The traces of a workspace: every recorded event, by filter, by session, and by likeness to what
 * is about to be tried. Reads are at most five seconds behind other processes and never behind this
 * handle. A started call and its end are shown as one call. Safe for use by any number of threads.
 */
public final class TraceStore {
  /** The most entries of a page. */
  public static final int PAGE_ENTRIES_MAX = 1_000;

  private static final int PRIOR_ATTEMPTS_MAX = 5;

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

  TraceStore(OpenWorkspace workspace) {
    this.workspace = workspace;
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
    if (limit < 1 || limit > PAGE_ENTRIES_MAX) {
      throw new IllegalArgumentException(
          "A page of "
              + limit
              + " entries was asked for; from 1 to "
              + PAGE_ENTRIES_MAX
              + " are possible");
    }
    List<Entry> entries = workspace.recent().find(filter, cursor, limit + 1);
    boolean more = entries.size() > limit;
    List<Entry> page = more ? entries.subList(0, limit) : entries;
    return new EntryPage(page, more ? page.getLast().id() : EventId.NONE);
  }

  /** How many events a filter lets pass; a started call and its end count once. */
  public long count(Filter filter) {
    return workspace.recent().count(filter);
  }

  /**
   * The whole output of a call, also where the event carries only its head and tail. May be read
   * from the store.
   *
   * @throws CorruptDataException if it is missing or not what was written
   * @throws IllegalArgumentException if the call is of another workspace
   */
  public String output(ToolCall call) {
    return workspace.output(Objects.requireNonNull(call, "call"));
  }

  /** The event of this id; empty if the workspace has none. */
  public Optional<Entry> entry(EventId id) {
    return workspace.recent().entry(id);
  }

  /** Everything a session recorded, traces and plan events, in order. */
  public List<Entry> timeline(SessionId session) {
    return workspace.recent().timeline(session);
  }

  /**
   * Who tried this before. A call of the same tool with the same arguments comes first, whatever
   * its outcome; then failed calls and rejected approaches that say the same in other words.
   *
   * @return best first; empty when nobody did, as far as can be told
   */
  public List<PriorAttempt> priorAttempts(ToolCall call) {
    View view = workspace.recent();
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
    View view = workspace.recent();
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
