package dev.daybook;

import dev.daybook.PlanRecord.HandoffState;
import dev.daybook.event.Actor;
import dev.daybook.event.CallOutcome;
import dev.daybook.event.Entry;
import dev.daybook.event.Envelope;
import dev.daybook.event.EventId;
import dev.daybook.event.Handoff;
import dev.daybook.event.ToolCall;
import dev.daybook.internal.workspace.View;
import dev.daybook.recall.Filter;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What an actor should know before it acts: lines in order of weight, each with its date, author
 * and event id, within a budget of tokens that is never exceeded. The same history gives the same
 * briefing.
 *
 * @param lines most telling first
 * @param inbox the handoffs this actor could accept
 * @param tokens what {@link #text()} takes, by {@link #tokens(String)}
 * @param tokensMax the budget
 * @param leftOut how many lines there was no room for
 */
public record Briefing(
    List<Line> lines, List<Handoff> inbox, int tokens, int tokensMax, int leftOut) {
  private static final int CALLS_MAX = 10;
  private static final int ITEM_CHARS_MAX = 280;
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm").withZone(ZoneOffset.UTC);

  /** Copies the lists. */
  public Briefing {
    lines = List.copyOf(lines);
    inbox = List.copyOf(inbox);
  }

  /** What a line is about. */
  public enum Section {
    /** What the plan is for. */
    GOAL,
    /** A handoff for this actor. */
    HANDOFF,
    /** A decision in force. */
    DECISION,
    /** An approach not to be tried again. */
    REJECTED,
    /** A task that is not closed. */
    TASK,
    /** A call that failed. */
    FAILURE,
    /** A call on the files of the handoffs, or a recent one. */
    CALL,
    /** A remark. */
    NOTE
  }

  /**
   * One line.
   *
   * @param section what it is about
   * @param event the event it comes from; {@link EventId#NONE} for the goal
   * @param text the whole line
   */
  public record Line(Section section, EventId event, String text) {
    /** Checks the parts. */
    public Line {
      Objects.requireNonNull(section, "section");
      Objects.requireNonNull(event, "event");
      Objects.requireNonNull(text, "text");
    }
  }

  /** The briefing as text for a model. */
  public String text() {
    return String.join("\n", lines.stream().map(Line::text).toList());
  }

  /** How many lines a section has. */
  public long count(Section section) {
    return lines.stream().filter(line -> line.section() == section).count();
  }

  /**
   * About how many tokens a text takes: a third of its UTF-8 bytes, which common tokenizers stay
   * below for prose.
   */
  public static int tokens(String text) {
    return (text.getBytes(java.nio.charset.StandardCharsets.UTF_8).length + 2) / 3;
  }

  static Briefing write(View view, Actor actor, Instant now, int tokensMax) {
    if (tokensMax < 50) {
      throw new IllegalArgumentException(
          "A briefing of " + tokensMax + " tokens says nothing; give it at least 50");
    }
    PlanRecord plan = new PlanRecord(view.plan(), now);
    List<HandoffState> inbox = plan.inbox(actor);
    List<Line> all = new ArrayList<>();
    if (!plan.goal().isEmpty()) {
      all.add(line(Section.GOAL, EventId.NONE, "goal: " + cut(plan.goal())));
    }
    for (HandoffState state : inbox) {
      all.add(ofHandoff(state));
    }
    for (PlanRecord.Rejection rejection : plan.rejected().reversed()) {
      all.add(
          ofPlan(
              Section.REJECTED,
              rejection.origin(),
              "rejected: "
                  + rejection.approach().approach()
                  + because(rejection.approach().reason())));
    }
    for (PlanRecord.Decision decision : plan.decisionsInForce().reversed()) {
      all.add(
          ofPlan(
              Section.DECISION,
              decision.origin(),
              "decided: " + decision.made().chosen() + because(decision.made().rationale())));
    }
    for (PlanRecord.Task task : plan.tasks().values()) {
      if (!task.status().isClosed()) {
        all.add(
            ofPlan(
                Section.TASK,
                task.added(),
                "task " + task.id() + " " + task.status() + ": " + task.title()));
      }
    }
    addCalls(all, view, inbox);
    for (PlanRecord.Note note : plan.notes().reversed()) {
      all.add(ofPlan(Section.NOTE, note.origin(), "note: " + note.note().text()));
    }
    return fit(all, inbox.stream().map(HandoffState::handoff).toList(), tokensMax);
  }

  private static void addCalls(List<Line> all, View view, List<HandoffState> inbox) {
    Filter calls = Filter.any().stream(Envelope.Stream.TRACE).type("ToolCall");
    List<Entry> seen = new ArrayList<>(view.newest(calls.failures(), CALLS_MAX));
    String[] files =
        inbox.stream()
            .flatMap(state -> state.handoff().files().stream())
            .map(f -> f.path())
            .distinct()
            .toArray(String[]::new);
    if (files.length > 0) {
      seen.addAll(view.newest(calls.path(files), CALLS_MAX));
    }
    seen.addAll(view.newest(calls, CALLS_MAX));
    for (Entry entry : seen.stream().distinct().toList()) {
      if (entry.event() instanceof ToolCall call) {
        boolean failed = call.outcome().isFailure();
        all.add(
            line(
                failed ? Section.FAILURE : Section.CALL,
                entry.id(),
                cut(
                        (failed ? "failed: " : "ran: ")
                            + call.arguments()
                            + (failed
                                ? because(Outcomes.reason(call))
                                : call.outcome() == CallOutcome.OK
                                    ? ""
                                    : " (" + call.outcome() + ")"))
                    + by(entry.time(), entry.actor(), entry.id())));
      }
    }
  }

  private static Briefing fit(List<Line> all, List<Handoff> inbox, int tokensMax) {
    List<Line> kept = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    for (Line line : all) {
      String longer = text + (text.isEmpty() ? "" : "\n") + line.text();
      if (tokens(longer) <= tokensMax) {
        text = new StringBuilder(longer);
        kept.add(line);
      }
    }
    return new Briefing(kept, inbox, tokens(text.toString()), tokensMax, all.size() - kept.size());
  }

  private static Line ofHandoff(HandoffState state) {
    Handoff handoff = state.handoff();
    StringBuilder text =
        new StringBuilder(
            "handoff of "
                + handoff.task()
                + " from "
                + handoff.from()
                + ": "
                + cut(handoff.summary()));
    if (!handoff.nextAction().isEmpty()) {
      text.append("; next: ").append(cut(handoff.nextAction()));
    }
    for (String question : handoff.questions()) {
      text.append("; open: ").append(cut(question));
    }
    for (String contradiction : state.contradictions()) {
      text.append("; BUT the traces say: ").append(cut(contradiction));
    }
    return line(
        Section.HANDOFF,
        state.origin().id(),
        text + by(state.origin().time(), state.origin().actor(), state.origin().id()));
  }

  private static Line ofPlan(Section section, PlanRecord.Origin origin, String text) {
    return line(section, origin.id(), cut(text) + by(origin.time(), origin.actor(), origin.id()));
  }

  private static Line line(Section section, EventId event, String text) {
    return new Line(section, event, text.replace('\n', ' '));
  }

  private static String because(String reason) {
    return reason.isBlank() ? "" : ", because " + reason;
  }

  private static String by(Instant time, Actor actor, EventId id) {
    return "  (" + DATE.format(time) + ", " + actor.id() + ", " + id + ")";
  }

  private static String cut(String text) {
    String one = text.strip().replaceAll("\\s+", " ");
    if (one.length() <= ITEM_CHARS_MAX) {
      return one;
    }
    int end =
        Character.isLowSurrogate(one.charAt(ITEM_CHARS_MAX)) ? ITEM_CHARS_MAX - 1 : ITEM_CHARS_MAX;
    return one.substring(0, end) + "…";
  }
}
