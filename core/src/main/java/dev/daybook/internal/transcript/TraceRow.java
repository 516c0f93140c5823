package dev.daybook.internal.transcript;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.daybook.event.Actor;
import dev.daybook.event.CallOutcome;
import dev.daybook.event.Context;
import dev.daybook.event.SessionId;
import dev.daybook.event.SourceId;
import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent;
import dev.daybook.internal.entry.Json;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A row of a transcript in the format {@code {session, agent, seq, ts?, task?, tool, note?, input?,
 * output?, status, rc?}}, as a trace event.
 *
 * @param writer who said it, in which session
 * @param event the call or message
 * @param context time, task, labels and source of the event
 */
public record TraceRow(Writer writer, TraceEvent event, Context context) {
  /** What rows call the program they come from. */
  public static final String CLIENT = "import";

  private static final int MILLIS_PER_SECOND = 1_000;

  /**
   * An agent in a session.
   *
   * @param session the session
   * @param actor the agent
   */
  public record Writer(SessionId session, Actor actor) {}

  /**
   * Reads a row.
   *
   * @throws IllegalArgumentException if it is none, with the reason
   */
  public static TraceRow parse(byte[] line) {
    JsonNode row = json(line);
    Writer writer =
        new Writer(SessionId.of(required(row, "session")), Actor.agent(required(row, "agent")));
    String agent = writer.actor().id();
    String seq = required(row, "seq");
    SourceId source = new SourceId(CLIENT, writer.session().value(), agent + "#" + seq);
    Context context = Context.none().source(source, time(row, seq)).task(text(row, "task"));
    String tool = required(row, "tool");
    CallOutcome outcome = outcome(required(row, "status"));
    String note = text(row, "note");
    if (!tool.equals("message")) {
      ToolCall call =
          ToolCall.of(tool, text(row, "input"))
              .output(text(row, "output"))
              .outcome(outcome)
              .trying(note);
      return new TraceRow(writer, withExit(call, row), context);
    }
    String said =
        Stream.of(text(row, "input"), text(row, "output"))
            .filter(text -> !text.isBlank())
            .collect(Collectors.joining("\n"));
    if (said.isEmpty()) {
      throw new IllegalArgumentException("the message is empty: neither input nor output has text");
    }
    Context remarked = note.isBlank() ? context : context.label("note", note);
    return new TraceRow(
        writer,
        new TraceEvent.Message(agent, said),
        outcome == CallOutcome.OK ? remarked : remarked.label("status", outcome.name()));
  }

  /** The JSON object that a line is. */
  static JsonNode json(byte[] line) {
    try (JsonParser parser = Json.parser(line, 0, line.length)) {
      JsonNode row = parser.readValueAsTree();
      if (row == null || !row.isObject()) {
        throw new IllegalArgumentException("not a JSON object");
      }
      if (parser.nextToken() != null) {
        throw new IllegalArgumentException("more than one JSON object on the line");
      }
      return row;
    } catch (JsonProcessingException e) {
      throw notJson(e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw notJson(e.getMessage(), e);
    }
  }

  private static IllegalArgumentException notJson(String why, IOException cause) {
    return new IllegalArgumentException("not JSON: " + why.lines().findFirst().orElse(why), cause);
  }

  private static String required(JsonNode row, String field) {
    String text = text(row, field);
    if (text.isBlank()) {
      throw new IllegalArgumentException(field + " is missing");
    }
    return text;
  }

  /**
   * A field as text: a text as it is, anything else as JSON; empty if it is missing or null. Half a
   * surrogate pair, which UTF-8 cannot hold, becomes a question mark.
   */
  private static String text(JsonNode row, String field) {
    JsonNode value = row.path(field);
    if (value.isMissingNode() || value.isNull()) {
      return "";
    }
    String text = value.isTextual() ? value.textValue() : value.toString();
    boolean mayBeBroken = text.chars().anyMatch(c -> Character.isSurrogate((char) c));
    return mayBeBroken ? new String(text.getBytes(UTF_8), UTF_8) : text;
  }

  private static CallOutcome outcome(String status) {
    return switch (status) {
      case "ok", "submit" -> CallOutcome.OK;
      case "error" -> CallOutcome.SOFT_FAIL;
      case "rejected" -> CallOutcome.DENIED;
      case "timeout" -> CallOutcome.TIMEOUT;
      default ->
          throw new IllegalArgumentException(
              "status '" + status + "' is none of ok, error, rejected, timeout, submit");
    };
  }

  private static ToolCall withExit(ToolCall call, JsonNode row) {
    String code = text(row, "rc");
    if (code.isEmpty()) {
      return call;
    }
    try {
      return call.exit(Integer.parseInt(code));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("rc '" + code + "' is no exit code", e);
    }
  }

  /**
   * When it happened. Events of one millisecond have no order, so a time given in whole seconds
   * takes its milliseconds from the number of the row, and a row without a time happened in the
   * millisecond of its number after 1970 began.
   */
  private static Instant time(JsonNode row, String seq) {
    long number = seq.matches("\\d{1,12}") ? Long.parseLong(seq) : 0;
    JsonNode ts = row.path("ts");
    if (ts.isMissingNode() || ts.isNull()) {
      return Instant.EPOCH.plusMillis(number + 1);
    }
    Instant time = HostTime.of(ts).truncatedTo(ChronoUnit.MICROS);
    return time.equals(time.truncatedTo(ChronoUnit.SECONDS))
        ? time.plusMillis(number % MILLIS_PER_SECOND)
        : time;
  }
}
