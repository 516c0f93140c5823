package dev.daybook;

import dev.daybook.event.Actor;
import dev.daybook.event.EventId;
import dev.daybook.event.Handoff;
import dev.daybook.internal.workspace.View;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToIntFunction;

/**
 * What an actor should know before it acts, within a budget of tokens that is never exceeded: lines
 * in sections, the most telling first, each cited with its date, author and event. It is about the
 * task that the session is narrowed to; else about the tasks that the actor holds or is assigned;
 * else about those its inbox offers.
 *
 * <p>The same history, looked at by the same actor at the same moment, gives the same briefing,
 * whatever was compacted. It does not grow with history: every section has an end, and there are
 * never more than {@value #LINES_MAX} lines and {@value #CHARS_MAX} characters. Nor does the work:
 * at most 16 queries of the index and 400 traces read, and a few passes over what the plan holds in
 * memory.
 *
 * <p>Each section has a share of the budget; what one does not use goes to the others, a line at a
 * time. Where room is short, the task, the handoffs and the goal come first, and the first line of
 * a section is cut at a word, with an ellipsis, rather than left out.
 *
 * @param text all of it for a model: a line each, the most telling first; empty if nothing fits
 * @param lines the same as objects
 * @param inbox the handoffs this actor could accept, at most {@value #INBOX_MAX}: those of its task
 *     first, then those meant for it alone, then the oldest; {@link PlanRecord#inbox(Actor)} has
 *     all
 * @param tokens what the text takes by the counter in use; 0 for an empty text
 * @param tokensMax the budget
 * @param leftOut how many things a section knows that the text does not tell; sections that tell
 *     all are missing. Of traces only those that were looked at count
 */
public record Briefing(
    String text,
    List<Line> lines,
    List<Handoff> inbox,
    int tokens,
    int tokensMax,
    Map<Section, Integer> leftOut) {
  /** The smallest budget. */
  public static final int TOKENS_MIN = 50;

  /** The most lines, whatever the budget. */
  public static final int LINES_MAX = 118;

  /** The most characters of the text, whatever the budget. */
  public static final int CHARS_MAX = 60_000;

  /** The most handoffs of the inbox. */
  public static final int INBOX_MAX = 6;

  private static final int AUTHOR_CHARS_MAX = 60;
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd").withZone(ZoneOffset.UTC);

  /** Copies the collections. */
  public Briefing {
    Objects.requireNonNull(text, "text");
    lines = List.copyOf(lines);
    inbox = List.copyOf(inbox);
    Map<Section, Integer> counts = new EnumMap<>(Section.class);
    counts.putAll(leftOut);
    leftOut = Collections.unmodifiableMap(counts);
  }

  /** What a line is about, in the order of the text. */
  public enum Section {
    /** What the plan is for. */
    GOAL(1),
    /** What the whole work must keep to. */
    CONSTRAINT(8),
    /** The task at hand, what it is a part of, and what it waits for. */
    TASK(16),
    /** What must hold before that task can be closed. */
    CRITERION(12),
    /** A handoff the actor has accepted, could accept, or should know of for its task. */
    HANDOFF(8),
    /** Something outside that holds a task up. */
    BLOCKER(6),
    /** A question nobody has answered. */
    QUESTION(6),
    /** What waits for a person's approval, or did not get it. */
    APPROVAL(5),
    /** An approach not to be tried again; those near the task and its files first. */
    REJECTED(12),
    /** A decision in force: of the task, of what it belongs to or depends on, of the whole plan. */
    DECISION(12),
    /** What was taken to be true and is not. */
    ASSUMPTION(5),
    /** A task that could be taken; only if the actor has none. */
    READY(5),
    /** A call that failed, on the task or its files first; the work of others before one's own. */
    FAILURE(8),
    /** A call that went well, chosen likewise. */
    CALL(6),
    /** A remark, an observation or how a session ended. */
    NOTE(8);

    private final int linesMax;

    Section(int linesMax) {
      this.linesMax = linesMax;
    }

    /** The most lines of this section. */
    int linesMax() {
      return linesMax;
    }
  }

  /**
   * One line.
   *
   * @param section what it is about
   * @param event the event it comes from
   * @param time when that happened
   * @param actor who said it
   * @param text what it says, without the citation; ends in an ellipsis if it was cut
   */
  public record Line(Section section, EventId event, Instant time, Actor actor, String text) {
    /** Checks the parts. */
    public Line {
      Objects.requireNonNull(section, "section");
      Objects.requireNonNull(event, "event");
      Objects.requireNonNull(time, "time");
      Objects.requireNonNull(actor, "actor");
      Objects.requireNonNull(text, "text");
    }

    /**
     * The line as it stands in the text: what it says, then the date (UTC), the author (an id of
     * over 60 characters is cut) and the event.
     */
    public String cited() {
      return text
          + " ["
          + DATE.format(time)
          + " "
          + BriefingText.cut(BriefingText.oneLine(actor.id()), AUTHOR_CHARS_MAX)
          + " "
          + event
          + "]";
    }

    Line saying(String newText) {
      return new Line(section, event, time, actor, newText);
    }
  }

  /** How many lines a section has. */
  public long count(Section section) {
    return lines.stream().filter(line -> line.section() == section).count();
  }

  /**
   * The token counter without {@link Daybook.Builder#tokenCounter}: a guess from above by the sorts
   * of characters. Against cl100k_base it is 1.7 to 2 times the count for English and code, 1.1 to
   * 1.4 times for ids, hexadecimal and base 64, 1.2 to 2.5 times for other languages; o200k_base
   * counts less than that. It may be below, by a fifth, for rare Chinese characters and for random
   * lower-case letters, and for tokenizers older than these outside of English.
   */
  public static int tokens(String text) {
    return TokenEstimate.of(text);
  }

  static Briefing write(
      View view,
      Actor actor,
      String task,
      Instant now,
      int tokensMax,
      ToIntFunction<String> counter) {
    if (tokensMax < TOKENS_MIN) {
      throw new IllegalArgumentException(
          "A briefing of " + tokensMax + " tokens says nothing; give it at least " + TOKENS_MIN);
    }
    return new BriefingRoom(tokensMax, counter)
        .fit(new BriefingContent(view, actor, task, now).gather());
  }
}
