package dev.daybook.mcp.server;

import dev.daybook.event.Event;
import dev.daybook.event.EventId;
import dev.daybook.event.SessionId;
import dev.daybook.event.ToolCall;
import dev.daybook.event.UnknownEvent;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What an event says, in lines of name and value; empty parts are left out. */
final class EventText {
  private EventText() {}

  static String of(Event event) {
    return switch (event) {
      case UnknownEvent unknown -> unknown.payload();
      case ToolCall call -> call(call);
      default -> String.join("\n", parts((Record) event));
    };
  }

  private static String call(ToolCall call) {
    List<String> lines = new ArrayList<>();
    lines.add(call.tool() + " " + call.arguments());
    lines.add(
        "outcome: " + call.outcome() + (call.hasExitCode() ? " (" + call.exitCode() + ")" : ""));
    add(lines, "trying", call.approach());
    add(lines, "error", call.error());
    add(lines, "read", String.join(", ", call.filesRead()));
    add(lines, "changed", String.join(", ", call.filesWritten()));
    add(lines, "output", call.output());
    return String.join("\n", lines);
  }

  private static void add(List<String> lines, String name, String value) {
    if (!value.isEmpty()) {
      lines.add(name + ": " + value);
    }
  }

  private static List<String> parts(Record record) {
    List<String> lines = new ArrayList<>();
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      Object value = value(record, component);
      if (!isEmpty(value)) {
        lines.add(Texts.snake(component.getName()) + ": " + told(value));
      }
    }
    return lines;
  }

  private static Object value(Record record, RecordComponent component) {
    try {
      return component.getAccessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean isEmpty(Object value) {
    return switch (value) {
      case String text -> text.isEmpty();
      case List<?> list -> list.isEmpty();
      case Map<?, ?> map -> map.isEmpty();
      case EventId id -> !id.isPresent();
      case SessionId id -> !id.isPresent();
      case Duration duration -> duration.isZero();
      case Instant time -> time.equals(Instant.MAX) || time.equals(Instant.EPOCH);
      case Record record -> parts(record).isEmpty();
      case Long number -> number == 0;
      default -> false;
    };
  }

  private static String told(Object value) {
    return switch (value) {
      case EventId id -> id.toString();
      case SessionId id -> id.value();
      case Record record -> String.join("; ", parts(record));
      case List<?> list ->
          list.stream().map(EventText::told).reduce((a, b) -> a + " | " + b).orElse("");
      default -> String.valueOf(value);
    };
  }
}
