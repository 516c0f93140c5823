package dev.daybook.internal.workspace;

import static dev.daybook.TraceStore.NAMED_MAX;
import static dev.daybook.TraceStore.PRIOR_ATTEMPTS_MAX;

import dev.daybook.PlanRecord.Rejection;
import dev.daybook.PriorAttempt;
import dev.daybook.PriorAttempt.ChangedSince;
import dev.daybook.PriorAttempt.Match;
import dev.daybook.event.CallOutcome;
import dev.daybook.event.Entry;
import dev.daybook.event.Envelope.Stream;
import dev.daybook.event.EventId;
import dev.daybook.event.PlanEvent.ApproachRejected;
import dev.daybook.event.ToolCall;
import dev.daybook.internal.entry.ErrorText;
import dev.daybook.internal.entry.Fingerprint;
import dev.daybook.recall.Filter;
import dev.daybook.recall.Query;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Looks in a view for earlier attempts: by what is the same first, then by likeness; see {@link
 * dev.daybook.TraceStore#priorAttempts(ToolCall)}.
 */
public final class Attempts {
  private static final int SAME_CALLS_MAX = 3;

  /** How many that recall finds are held against the description. */
  private static final int CANDIDATES = 30;

  /** Of a longer description the beginning is looked for. */
  private static final int QUERY_CHARS_MAX = 2_000;

  private final View view;
  private final String task;

  /** What was found, by event, the better match first. */
  private final Map<EventId, Found> found = new LinkedHashMap<>();

  private record Found(Entry entry, Match match, double score, List<EventId> repeats) {}

  private Attempts(View view, String task) {
    this.view = view;
    this.task = task;
  }

  /** Attempts among all that a view has; for one question. */
  public static Attempts in(View view) {
    return new Attempts(view, "");
  }

  /** The same within a task. */
  public Attempts within(String newTask) {
    return new Attempts(view, view.masker().text(newTask));
  }

  /** Attempts at a call. */
  public List<PriorAttempt> of(ToolCall given) {
    ToolCall call = view.masker().event(given);
    if (!call.arguments().isBlank()) {
      sameCalls(calls().tool(call.tool()), call.arguments());
    }
    List<Likeness> saying = new ArrayList<>();
    if (!call.approach().isBlank()) {
      saying.add(Likeness.to(call.approach()));
    }
    if (!call.arguments().isBlank()) {
      saying.add(Likeness.toArguments(call.arguments()));
    }
    rejected(saying);
    if (call.outcome().isFailure()) {
      sameErrors(call);
    }
    saying.forEach(this::similar);
    return told();
  }

  /** Attempts at what is described. */
  public List<PriorAttempt> of(String given) {
    String description = view.masker().text(given);
    failedBefore(calls().failures(), description);
    Likeness likeness = Likeness.to(description);
    rejected(List.of(likeness));
    similar(likeness);
    return told();
  }

  private Filter calls() {
    Filter calls = Filter.any().type("ToolCall");
    return task.isEmpty() ? calls : calls.task(task);
  }

  private void sameCalls(Filter ofTool, String arguments) {
    Filter same = ofTool.argumentsHash(Fingerprint.ofArguments(arguments));
    List<List<Entry>> failed = newest(same.failures());
    Filter others = same.outcome(CallOutcome.OK, CallOutcome.UNKNOWN);
    List<List<Entry>> well = newest(others);
    // One place is kept for a call that went well, as far as is known.
    int failures = Math.min(failed.size(), well.isEmpty() ? SAME_CALLS_MAX : SAME_CALLS_MAX - 1);
    addSame(failed.subList(0, failures));
    addSame(well.subList(0, Math.min(well.size(), SAME_CALLS_MAX - failures)));
  }

  private void failedBefore(Filter failed, String arguments) {
    List<List<Entry>> same = newest(failed.argumentsHash(Fingerprint.ofArguments(arguments)));
    addSame(same.subList(0, Math.min(same.size(), SAME_CALLS_MAX)));
  }

  /** The newest calls, those that are told as one together. */
  private List<List<Entry>> newest(Filter filter) {
    Map<Object, List<Entry>> distinct = new LinkedHashMap<>();
    for (Entry entry : view.newest(filter, CANDIDATES)) {
      distinct.computeIfAbsent(sameness(entry), same -> new ArrayList<>()).add(entry);
    }
    return List.copyOf(distinct.values());
  }

  private void addSame(List<List<Entry>> calls) {
    calls.forEach(repeats -> repeats.forEach(entry -> add(entry, Match.SAME_CALL, 1)));
  }

  private List<Rejection> rejections() {
    return view.plan().rejectedInForce().stream()
        .filter(rejection -> isInTask(rejection.approach()))
        .toList();
  }

  private boolean isInTask(ApproachRejected rejected) {
    return task.isEmpty() || rejected.task().isEmpty() || rejected.task().equals(task);
  }

  private void rejected(List<Likeness> saying) {
    List<EventId> same =
        rejections().stream()
            .filter(
                rejection -> saying.stream().anyMatch(said -> said.isSame(rejection.approach())))
            .map(rejection -> rejection.origin().id())
            .sorted(Comparator.reverseOrder())
            .limit(PRIOR_ATTEMPTS_MAX)
            .toList();
    view.load(same).forEach(entry -> add(entry, Match.REJECTED_APPROACH, 1));
  }

  private void sameErrors(ToolCall call) {
    String fingerprint = Fingerprint.ofError(ErrorText.of(call));
    if (!fingerprint.isEmpty()) {
      view.newest(calls().errorFingerprint(fingerprint), CANDIDATES)
          .forEach(entry -> add(entry, Match.SAME_ERROR, 1));
    }
  }

  private void similar(Likeness likeness) {
    String description = beginning(likeness.text());
    Filter failures = Filter.any().stream(Stream.TRACE).failures();
    Map<EventId, Double> cosines =
        candidates(description, task.isEmpty() ? failures : failures.task(task), CANDIDATES);
    Set<EventId> inForce = new LinkedHashSet<>();
    rejections().forEach(rejection -> inForce.add(rejection.origin().id()));
    if (!inForce.isEmpty()) {
      Filter rejected = Filter.any().type("ApproachRejected");
      long others = Math.max(0, view.count(rejected) - inForce.size());
      int most = (int) Math.min(Query.LIMIT_MAX, CANDIDATES + others);
      candidates(description, rejected, most)
          .forEach((id, cosine) -> {
            if (inForce.contains(id)) {
              cosines.put(id, cosine);
            }
          });
    }
    for (Entry entry : view.load(List.copyOf(cosines.keySet()))) {
      double cosine = cosines.get(entry.id());
      double score =
          switch (entry.event()) {
            case ToolCall call -> likeness.of(call, cosine);
            case ApproachRejected rejected -> likeness.of(rejected, cosine);
            default -> 0;
          };
      if (score > 0) {
        add(entry, Match.SIMILAR, score);
      }
    }
  }

  /** Of what is longer than a query may be: whole words that are enough to find it by. */
  private static String beginning(String text) {
    String plain = text.strip();
    if (plain.length() <= QUERY_CHARS_MAX) {
      return plain;
    }
    int end = QUERY_CHARS_MAX;
    while (end > 0 && !Character.isWhitespace(plain.charAt(end))) {
      end--;
    }
    int inPair = Character.isLowSurrogate(plain.charAt(QUERY_CHARS_MAX)) ? 1 : 0;
    return plain.substring(0, end > 0 ? end : QUERY_CHARS_MAX - inPair);
  }

  /** What recall finds, and how alike it is in meaning. */
  private Map<EventId, Double> candidates(String description, Filter filter, int most) {
    return view.cosines(Query.of(description).filter(filter).limit(most));
  }

  /** Adds an attempt, unless it is there by a better match. */
  private void add(Entry entry, Match match, double score) {
    Found before = found.get(entry.id());
    if (before == null || (before.match() == match && before.score() < score)) {
      found.put(entry.id(), new Found(entry, match, score, List.of()));
    }
  }

  private List<PriorAttempt> told() {
    Comparator<Found> order =
        Comparator.comparing(Found::match)
            .thenComparing(Comparator.comparingDouble(Found::score).reversed())
            .thenComparingInt(one -> isFailure(one.entry()) ? 0 : 1)
            .thenComparing(one -> one.entry().id(), Comparator.reverseOrder());
    Map<Object, Found> distinct = new LinkedHashMap<>();
    found.values().stream()
        .sorted(order)
        .forEach(one -> distinct.merge(sameness(one.entry()), one, Attempts::withRepeat));
    return distinct.values().stream().limit(PRIOR_ATTEMPTS_MAX).map(this::attempt).toList();
  }

  private static boolean isFailure(Entry entry) {
    return !(entry.event() instanceof ToolCall call) || call.outcome().isFailure();
  }

  private record Sameness(
      String session, String task, String tool, String arguments, String error) {}

  /** What the same session did again with the same end is told once. */
  private static Object sameness(Entry entry) {
    if (!(entry.event() instanceof ToolCall call)) {
      return entry.id();
    }
    return new Sameness(
        entry.session().value(),
        entry.task(),
        call.tool(),
        Fingerprint.ofArguments(call.arguments()),
        call.outcome() + " " + Fingerprint.ofError(ErrorText.of(call)));
  }

  private static Found withRepeat(Found first, Found repeat) {
    List<EventId> repeats = new ArrayList<>(first.repeats());
    repeats.add(repeat.entry().id());
    return new Found(first.entry(), first.match(), first.score(), repeats);
  }

  private PriorAttempt attempt(Found one) {
    Entry entry = one.entry();
    Set<EventId> evidence = new LinkedHashSet<>(List.of(entry.id()));
    evidence.addAll(one.repeats());
    return switch (entry.event()) {
      case ToolCall call ->
          attempt(
              one,
              call.arguments(),
              call.outcome().name(),
              call.outcome() == CallOutcome.OK ? "" : ErrorText.reason(call),
              List.copyOf(evidence),
              entry.envelope().vcs().revision(),
              workedSince(entry, call),
              next(entry),
              changedSince(entry, filesOf(call, entry), entry.envelope().vcs().revision()));
      case ApproachRejected rejected -> {
        evidence.addAll(rejected.evidence());
        String revision =
            rejected.revision().isEmpty() ? entry.envelope().vcs().revision() : rejected.revision();
        yield attempt(
            one,
            rejected.approach(),
            "REJECTED",
            rejected.reason(),
            List.copyOf(evidence),
            revision,
            EventId.NONE,
            EventId.NONE,
            changedSince(entry, rejected.paths(), revision));
      }
      default -> throw new IllegalStateException("An attempt is no " + entry.type());
    };
  }

  private static PriorAttempt attempt(
      Found one,
      String what,
      String outcome,
      String reason,
      List<EventId> evidence,
      String revision,
      EventId workedSince,
      EventId next,
      ChangedSince changedSince) {
    Entry entry = one.entry();
    return new PriorAttempt(
        entry.id(),
        one.match(),
        entry.actor(),
        entry.time(),
        entry.session(),
        entry.task(),
        what,
        outcome,
        reason,
        one.score(),
        evidence,
        revision,
        workedSince,
        next,
        changedSince);
  }

  private EventId workedSince(Entry entry, ToolCall call) {
    if (!call.outcome().isFailure() || call.arguments().isBlank()) {
      return EventId.NONE;
    }
    Filter same =
        calls().tool(call.tool()).argumentsHash(Fingerprint.ofArguments(call.arguments()));
    return view.newestIds(same.outcome(CallOutcome.OK), 1).stream()
        .filter(well -> well.compareTo(entry.id()) > 0)
        .findFirst()
        .orElse(EventId.NONE);
  }

  private EventId next(Entry entry) {
    Filter session = Filter.any().type("ToolCall").session(entry.session());
    return view.oldestIds(session, entry.id(), 1).stream().findFirst().orElse(EventId.NONE);
  }

  private static List<String> filesOf(ToolCall call, Entry entry) {
    String worktree = entry.envelope().vcs().worktree();
    Set<String> files = new LinkedHashSet<>();
    call.filesRead().forEach(file -> files.add(ByPlace.plain(file, worktree)));
    call.filesWritten().forEach(file -> files.add(ByPlace.plain(file, worktree)));
    return List.copyOf(files);
  }

  private ChangedSince changedSince(Entry entry, List<String> files, String revision) {
    if (!files.isEmpty()) {
      List<EventId> changes = changes(entry, files);
      if (!changes.isEmpty()) {
        return new ChangedSince.Yes(changes);
      }
    }
    Optional<EventId> moved = revision.isEmpty() ? Optional.empty() : moved(entry, revision);
    if (moved.isPresent()) {
      return new ChangedSince.Yes(List.of(moved.orElseThrow()));
    }
    return files.isEmpty() && revision.isEmpty()
        ? new ChangedSince.Unknown()
        : new ChangedSince.No();
  }

  /** Later calls that changed one of these files, or what is below them. */
  private List<EventId> changes(Entry entry, List<String> files) {
    String[] globs =
        files.stream().flatMap(file -> ByPlace.globs(file)).distinct().toArray(String[]::new);
    return view.newestIds(Filter.any().pathWritten(globs), NAMED_MAX).stream()
        .filter(change -> change.compareTo(entry.id()) > 0)
        .toList();
  }

  /** The first later event that was recorded on another commit. */
  private Optional<EventId> moved(Entry entry, String revision) {
    Filter later = Filter.any().from(entry.time());
    return view.firstWith(
        later,
        entry.id(),
        Filter.Field.REVISION,
        other -> !other.isEmpty() && !isSame(other, revision));
  }

  private static boolean isSame(String one, String other) {
    return one.startsWith(other) || other.startsWith(one);
  }
}
