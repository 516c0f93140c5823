package dev.daybook.mcp.command;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Writes one object of JSON in one line. Times are ISO 8601 in UTC, names of constants as they are
 * in Java; what does not apply is an empty string, a zero or an empty list, never missing and never
 * null. For one thread.
 */
final class Json {
  /** Nothing beyond ASCII is written as it is, so that no terminal acts on it. */
  private static final int CHARACTER_MAX = 0x7E;

  private static final JsonFactory FACTORY = new JsonFactory();

  private final JsonGenerator out;

  private Json(JsonGenerator out) {
    this.out = out;
  }

  /** An object of what the writer puts into it. */
  static String text(Consumer<Json> writer) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = FACTORY.createGenerator(text)) {
      JsonGenerator unused = out.setHighestNonEscapedChar(CHARACTER_MAX);
      new Json(out).object(writer);
    } catch (IOException e) {
      throw new UncheckedIOException("A string could not be written", e);
    }
    return text.toString();
  }

  private interface Writing {
    void write() throws IOException;
  }

  private Json doing(Writing writing) {
    try {
      writing.write();
    } catch (IOException e) {
      throw new UncheckedIOException("A string could not be written", e);
    }
    return this;
  }

  private void object(Consumer<Json> writer) {
    Json unused = doing(out::writeStartObject);
    writer.accept(this);
    unused = doing(out::writeEndObject);
  }

  Json put(String name, String value) {
    return doing(() -> out.writeStringField(name, value));
  }

  Json put(String name, Object value) {
    return put(name, value.toString());
  }

  Json put(String name, long value) {
    return doing(() -> out.writeNumberField(name, value));
  }

  Json put(String name, double value) {
    return doing(() -> out.writeNumberField(name, Math.round(value * 10_000) / 10_000.0));
  }

  Json put(String name, boolean value) {
    return doing(() -> out.writeBooleanField(name, value));
  }

  /** A time; an empty string for one that means never. */
  Json put(String name, Instant time) {
    boolean isNever =
        time.equals(Instant.MAX) || time.equals(Instant.MIN) || time.equals(Instant.EPOCH);
    return put(name, isNever ? "" : time.toString());
  }

  Json put(String name, Consumer<Json> writer) {
    return doing(() -> {
      out.writeFieldName(name);
      object(writer);
    });
  }

  /** A list of strings. */
  Json texts(String name, Collection<?> values) {
    return doing(() -> {
      out.writeArrayFieldStart(name);
      for (Object value : values) {
        out.writeString(value.toString());
      }
      out.writeEndArray();
    });
  }

  /** An object of strings. */
  Json texts(String name, Map<String, String> values) {
    return put(name, json -> values.forEach(json::put));
  }

  /** A list of objects. */
  <T> Json list(String name, Collection<? extends T> values, BiConsumer<T, Json> writer) {
    return doing(() -> {
      out.writeArrayFieldStart(name);
      for (T value : values) {
        object(json -> writer.accept(value, json));
      }
      out.writeEndArray();
    });
  }
}
