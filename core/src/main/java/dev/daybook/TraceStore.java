package dev.daybook;

import dev.daybook.event.Entry;
import dev.daybook.event.EventId;
import dev.daybook.event.SessionId;
import dev.daybook.event.ToolCall;
import dev.daybook.event.Vcs;
import dev.daybook.internal.workspace.Attempts;
import dev.daybook.internal.workspace.ById;
import dev.daybook.internal.workspace.ByPlace;
import dev.daybook.internal.workspace.OpenWorkspace;
import dev.daybook.internal.workspace.PastReads;
import dev.daybook.internal.workspace.TraceViews;
import dev.daybook.internal.workspace.View;
import dev.daybook.recall.Filter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
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

  /** The most attempts that are given. */
  public static final int PRIOR_ATTEMPTS_MAX = 5;

  private static final Duration RECENT = Duration.ofSeconds(5);

  static {
    TraceViews.openBy(traces -> traces.view());
  }

  private final OpenWorkspace workspace;
  private final Function<Duration, View> views;
  private final Function<SessionId, List<Entry>> timelines;

  /** What was recorded after this is not shown; {@link Instant#MAX} for the present. */
  private final Instant recordedTo;

  TraceStore(OpenWorkspace workspace) {
    this.workspace = workspace;
    this.views = workspace::view;
    this.timelines = workspace::timeline;
    this.recordedTo = Instant.MAX;
  }

  /** The traces as of a moment. */
  TraceStore(OpenWorkspace workspace, PastReads past) {
    this.workspace = workspace;
    this.views = past::view;
    this.timelines = session -> view().timeline(session);
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

  /**
   * Everything a session recorded, traces and plan events, in order. A handle of the present that
   * has asked nothing else of the traces reads little more than these events: of each segment the
   * footer, and the pages that hold them and those beside. It opens all indexes, as every other
   * question does, if only they can tell: if the session started a call whose end is not among its
   * own events, or not yet compacted events of it have a source id, or a segment cannot be read in
   * parts.
   */
  public List<Entry> timeline(SessionId session) {
    Objects.requireNonNull(session, "session");
    return timelines.apply(workspace.masker().record(session));
  }

  /**
   * Who tried this before, or met the same failure. In this order:
   *
   * <ol>
   *   <li>calls of the same tool with the same arguments: those that failed, newest first (each
   *       says whether the call {@linkplain PriorAttempt#workedSince() has worked since}), then
   *       those that went well; at most three;
   *   <li>rejected approaches in force that say just what the call is {@linkplain
   *       ToolCall#approach() trying}, or its arguments;
   *   <li>if the given call has failed, calls with the same error, whatever they were: what was
   *       done {@linkplain PriorAttempt#next() next} may help;
   *   <li>failed calls and rejected approaches that say the same in other words, as {@link
   *       #priorAttempts(String)} finds them.
   * </ol>
   *
   * A call that is recorded already finds itself.
   *
   * @return at most {@value #PRIOR_ATTEMPTS_MAX}; empty when nobody did, as far as can be told
   */
  public List<PriorAttempt> priorAttempts(ToolCall call) {
    return Attempts.in(view()).of(call);
  }

  /**
   * Who tried what this describes before and did not get on: failed calls of which this is the
   * arguments (JSON whatever the order of its keys), rejected approaches in force of which this is
   * the wording, then failed calls and rejected approaches that say the same in other words.
   *
   * <p>What was never tried yields nothing: likeness alone is not enough. Of a call whose arguments
   * are JSON, the description must hold every value and no other identifier or number, and without
   * other words the values in the same order. Of anything else, every identifier and number of the
   * description must stand in the attempt, and 80 % of its words by weight (70 % if an embedder
   * finds the two alike), at least two of them telling ones.
   *
   * <p>Measured: of 120 calls of an airline agent that were never tried before, described by their
   * values, none had an answer, and all 8 that had failed before were found first, with and without
   * an embedder; of 60 descriptions in prose of what a coding agent never tried none had an answer,
   * and of 26 it had tried in vain 77 % were found in the first five ({@code benchmarks/run
   * prior-attempts}; the files are made by {@code prior-attempts-set}).
   *
   * @param description what is about to be tried: in words, or the arguments of a call
   * @return best first, at most {@value #PRIOR_ATTEMPTS_MAX}; empty when nobody did, as far as can
   *     be told
   * @throws IllegalArgumentException if the description is blank
   */
  public List<PriorAttempt> priorAttempts(String description) {
    checkDescription(description);
    return Attempts.in(view()).of(description);
  }

  /**
   * The same within a task: calls made for it, and rejected approaches that belong to it or to no
   * task; see {@link #priorAttempts(ToolCall)}.
   *
   * @throws IllegalArgumentException if the task is blank
   */
  public List<PriorAttempt> priorAttemptsFor(String task, ToolCall call) {
    checkId(task);
    return Attempts.in(view()).within(task).of(call);
  }

  /**
   * The same within a task: calls made for it, and rejected approaches that belong to it or to no
   * task; see {@link #priorAttempts(String)}.
   *
   * @throws IllegalArgumentException if the task or the description is blank
   */
  public List<PriorAttempt> priorAttemptsFor(String task, String description) {
    checkId(task);
    checkDescription(description);
    return Attempts.in(view()).within(task).of(description);
  }

  private static void checkDescription(String description) {
    if (description.isBlank()) {
      throw new IllegalArgumentException("Say what is about to be tried; the description is blank");
    }
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
    return ById.commits(view(), workspace.masker().text(id));
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
    return ByPlace.about(view(), workspace.masker().text(path));
  }
}
