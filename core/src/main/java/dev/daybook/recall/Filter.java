package dev.daybook.recall;

import dev.daybook.event.Actor;
import dev.daybook.event.CallOutcome;
import dev.daybook.event.Envelope.Stream;
import dev.daybook.event.EventId;
import dev.daybook.event.SessionId;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * Which events are looked at. Several values of one kind mean any of them, several kinds mean all
 * of them; a kind without values lets everything pass. Every method that adds returns a changed
 * copy, so {@code Filter.any().tool("bash").tool("git").failures()} is every failed call of either
 * tool. Immutable; safe from any thread.
 */
public final class Filter {
  /** What an event is filtered by, beside its time. */
  public enum Field {
    /** The stream, as the name of a {@link Stream}. */
    STREAM,
    /** The name of the event's type. */
    TYPE,
    /** The tool of a call. */
    TOOL,
    /** The id of the actor. */
    AGENT,
    /** The sort of actor, as the name of an {@link Actor.Kind}. */
    ACTOR_KIND,
    /** The session. */
    SESSION,
    /** The task. */
    TASK,
    /** How a call ended, as the name of a {@link CallOutcome}. */
    OUTCOME,
    /** A file read, written or named, as a glob. */
    PATH,
    /** A file a call read, as a glob. */
    PATH_READ,
    /** A file a call changed, as a glob. */
    PATH_WRITTEN,
    /** The fingerprint of a call's error. */
    ERROR_FINGERPRINT,
    /** The hash of a call's arguments. */
    ARGUMENTS_HASH,
    /** The event that was followed, as the text of its id. */
    CAUSE,
    /** The handoff the event is about. */
    HANDOFF,
    /** The commit that was checked out, or the beginning of its name. */
    REVISION
  }

  /** From so many characters on the beginning of a commit's name stands for the commit. */
  public static final int REVISION_PREFIX_CHARS_MIN = 7;

  private static final Set<Field> TEXTS =
      EnumSet.of(
          Field.TOOL,
          Field.AGENT,
          Field.SESSION,
          Field.TASK,
          Field.PATH,
          Field.PATH_READ,
          Field.PATH_WRITTEN,
          Field.HANDOFF,
          Field.REVISION);

  private static final Filter ANY =
      new Filter(new EnumMap<>(Field.class), Instant.MIN, Instant.MAX);

  private final Map<Field, Set<String>> values;
  private final Instant from;
  private final Instant to;

  private Filter(Map<Field, Set<String>> values, Instant from, Instant to) {
    this.values = values;
    this.from = from;
    this.to = to;
  }

  /** The filter that every event passes. */
  public static Filter any() {
    return ANY;
  }

  /** Events of one of these streams. */
  public Filter stream(Stream... streams) {
    return with(Field.STREAM, names(streams));
  }

  /** Events of one of these types, such as {@code DecisionMade}. */
  public Filter type(String... types) {
    return with(Field.TYPE, types);
  }

  /** Calls of one of these tools. */
  public Filter tool(String... tools) {
    return with(Field.TOOL, tools);
  }

  /** Events of one of these actors, named by id. */
  public Filter agent(String... actors) {
    return with(Field.AGENT, actors);
  }

  /** Events of actors of one of these sorts. */
  public Filter actorKind(Actor.Kind... kinds) {
    return with(Field.ACTOR_KIND, names(kinds));
  }

  /** Events of one of these sessions. */
  public Filter session(SessionId... sessions) {
    return with(Field.SESSION, texts(sessions));
  }

  /** Events of one of these tasks. */
  public Filter task(String... tasks) {
    return with(Field.TASK, tasks);
  }

  /** Calls that ended in one of these ways. */
  public Filter outcome(CallOutcome... outcomes) {
    return with(Field.OUTCOME, names(outcomes));
  }

  /** Calls that did not do what they were asked; see {@link CallOutcome#isFailure()}. */
  public Filter failures() {
    return outcome(
        EnumSet.allOf(CallOutcome.class).stream()
            .filter(CallOutcome::isFailure)
            .toArray(CallOutcome[]::new));
  }

  /**
   * Events that name a file one of these globs matches in full. {@code *} stands for any characters
   * within one part of a path, {@code **} also across parts, {@code **}{@code /} for any number of
   * leading parts (none as well), {@code ?} for one character within a part; everything else for
   * itself, upper and lower case told apart: {@code src/}{@code **}{@code /*.java}.
   */
  public Filter path(String... globs) {
    return with(Field.PATH, globs);
  }

  /** Calls that say they read a file one of these globs matches; see {@link #path}. */
  public Filter pathRead(String... globs) {
    return with(Field.PATH_READ, globs);
  }

  /** Calls that say they changed a file one of these globs matches; see {@link #path}. */
  public Filter pathWritten(String... globs) {
    return with(Field.PATH_WRITTEN, globs);
  }

  /** Calls whose error has one of these fingerprints. */
  public Filter errorFingerprint(String... fingerprints) {
    return with(Field.ERROR_FINGERPRINT, fingerprints);
  }

  /** Calls whose arguments have one of these hashes. */
  public Filter argumentsHash(String... hashes) {
    return with(Field.ARGUMENTS_HASH, hashes);
  }

  /** Events that follow from one of these. */
  public Filter cause(EventId... causes) {
    return with(Field.CAUSE, texts(causes));
  }

  /** Events about one of these handoffs. */
  public Filter handoff(String... handoffs) {
    return with(Field.HANDOFF, handoffs);
  }

  /**
   * Events recorded while one of these commits was checked out. A name of at least {@value
   * #REVISION_PREFIX_CHARS_MIN} characters stands for every commit whose name begins with it, so
   * short hashes will do; a shorter one must be the whole name. Upper and lower case are told
   * apart.
   */
  public Filter revision(String... revisions) {
    return with(Field.REVISION, revisions);
  }

  /**
   * Events that happened at this time or later.
   *
   * @throws IllegalArgumentException if {@link #to()} is not later
   */
  public Filter from(Instant inclusive) {
    return new Filter(values, inclusive, to).checkTimes();
  }

  /**
   * Events that happened before this time.
   *
   * @throws IllegalArgumentException if {@link #from()} is not earlier
   */
  public Filter to(Instant exclusive) {
    return new Filter(values, from, exclusive).checkTimes();
  }

  /**
   * The same filter with every text changed that a host chooses: names of tools, actors, sessions,
   * tasks, paths, handoffs and commits. This filter if none changes.
   */
  public Filter withTexts(UnaryOperator<String> change) {
    Filter changed = this;
    for (Field field : TEXTS) {
      for (String value : values(field)) {
        String other = change.apply(value);
        if (!other.equals(value)) {
          changed = changed.replaced(field, value, other);
        }
      }
    }
    return changed;
  }

  private Filter replaced(Field field, String value, String other) {
    Set<String> all = new TreeSet<>(values(field));
    all.remove(value);
    all.add(other);
    EnumMap<Field, Set<String>> changed = new EnumMap<>(values);
    changed.put(field, Collections.unmodifiableSet(all));
    return new Filter(changed, from, to);
  }

  /** The values of a kind, any of which passes; empty if the kind is not filtered by. */
  public Set<String> values(Field field) {
    return values.getOrDefault(field, Set.of());
  }

  /** The first time that passes; {@link Instant#MIN} if not filtered by. */
  public Instant from() {
    return from;
  }

  /** The first time that does not pass any more; {@link Instant#MAX} if not filtered by. */
  public Instant to() {
    return to;
  }

  /** Whether every event passes. */
  public boolean isAny() {
    return equals(ANY);
  }

  private Filter checkTimes() {
    if (!from.isBefore(to)) {
      throw new IllegalArgumentException(
          "Filter takes times from " + from + " to before " + to + ", which is none; swap them");
    }
    return this;
  }

  private Filter with(Field field, String... added) {
    if (added.length == 0) {
      throw new IllegalArgumentException(
          "Filter by " + field + " got no value; leave the call out to let every event pass");
    }
    Set<String> all = new TreeSet<>(values(field));
    for (String value : added) {
      if (value.isBlank()) {
        throw new IllegalArgumentException(
            "Filter by "
                + field
                + " got a blank value; leave the call out to let every event pass");
      }
      all.add(value);
    }
    EnumMap<Field, Set<String>> changed = new EnumMap<>(Field.class);
    changed.putAll(values);
    changed.put(field, Collections.unmodifiableSet(all));
    return new Filter(changed, from, to);
  }

  private static String[] names(Enum<?>[] constants) {
    return Arrays.stream(constants).map(Enum::name).toArray(String[]::new);
  }

  private static String[] texts(Object[] ids) {
    return Arrays.stream(ids).map(Object::toString).toArray(String[]::new);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Filter filter
        && values.equals(filter.values)
        && from.equals(filter.from)
        && to.equals(filter.to);
  }

  @Override
  public int hashCode() {
    return Objects.hash(values, from, to);
  }

  @Override
  public String toString() {
    return "Filter"
        + values
        + (from.equals(Instant.MIN) ? "" : " from " + from)
        + (to.equals(Instant.MAX) ? "" : " to " + to);
  }
}
