package dev.daybook.benchmarks.ingest;

import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent;
import dev.daybook.event.TraceEvent.Message;
import dev.daybook.event.TraceEvent.Observation;
import java.time.Instant;

/**
 * An event as a row of a table, as a user would lay it out who keeps it elsewhere. What does not
 * apply is empty.
 *
 * @param id its number, from 1
 * @param micros when it happened, in microseconds since 1970
 * @param session the session's id
 * @param actor the actor's id
 * @param task the task's id
 * @param type its type
 * @param tool the tool called
 * @param arguments of the call
 * @param approach what was tried
 * @param outcome how the call ended
 * @param exitCode of the call; {@link ToolCall#NO_EXIT_CODE} if there is none
 * @param error what went wrong
 * @param output of the call
 * @param text of a message or an observation
 * @param paths files read and written, a line each
 */
record PeerRow(
    long id,
    long micros,
    String session,
    String actor,
    String task,
    String type,
    String tool,
    String arguments,
    String approach,
    String outcome,
    int exitCode,
    String error,
    String output,
    String text,
    String paths) {
  static PeerRow of(long id, ImportedEvent imported) {
    TraceEvent event = imported.event();
    return event instanceof ToolCall call
        ? new PeerRow(
            id,
            micros(imported.time()),
            imported.session().value(),
            imported.actor().id(),
            imported.task(),
            event.type(),
            call.tool(),
            call.arguments(),
            call.approach(),
            call.outcome().name(),
            call.exitCode(),
            call.error(),
            call.output(),
            "",
            paths(call))
        : new PeerRow(
            id,
            micros(imported.time()),
            imported.session().value(),
            imported.actor().id(),
            imported.task(),
            event.type(),
            "",
            "",
            "",
            "",
            ToolCall.NO_EXIT_CODE,
            "",
            "",
            text(event),
            "");
  }

  private static String text(TraceEvent event) {
    return switch (event) {
      case Message message -> message.text();
      case Observation observation -> observation.text();
      default -> throw new IllegalArgumentException("No such event is imported: " + event.type());
    };
  }

  private static String paths(ToolCall call) {
    String written = String.join("\n", call.filesWritten());
    String read = String.join("\n", call.filesRead());
    return written.isEmpty() || read.isEmpty() ? written + read : written + "\n" + read;
  }

  private static long micros(Instant time) {
    return time.getEpochSecond() * 1_000_000 + time.getNano() / 1_000;
  }
}
