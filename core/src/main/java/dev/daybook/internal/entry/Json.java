package dev.daybook.internal.entry;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.KeyDeserializer;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.daybook.event.EventId;
import dev.daybook.event.SessionId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.function.Function;

/**
 * The one JSON mapper: records as objects, ids as strings, times and durations in ISO 8601, unknown
 * fields ignored on reading. Texts that are empty are written, so that a stored object shows every
 * field it has.
 */
public final class Json {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .addModule(
              new SimpleModule("daybook")
                  .addSerializer(EventId.class, asText(EventId.class, EventId::toString))
                  .addDeserializer(EventId.class, fromText(EventId.class, EventId::parse))
                  .addKeyDeserializer(EventId.class, keyFromText(EventId::parse))
                  .addSerializer(SessionId.class, asText(SessionId.class, SessionId::value))
                  .addDeserializer(SessionId.class, fromText(SessionId.class, SessionId::new)))
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .disable(MapperFeature.AUTO_DETECT_GETTERS, MapperFeature.AUTO_DETECT_IS_GETTERS)
          .visibility(PropertyAccessor.FIELD, Visibility.ANY)
          .build();

  /**
   * Leaves out what is empty, but no entry of a map; whoever reads has the same defaults. Made when
   * it is first needed.
   */
  private static final class Sparse {
    static final JsonMapper MAPPER =
        Json.MAPPER
            .rebuild()
            .defaultPropertyInclusion(
                JsonInclude.Value.construct(Include.NON_EMPTY, Include.ALWAYS))
            .build();
  }

  /**
   * Fills in what is absent or null, and takes no number for a constant of a list. Made when it is
   * first needed.
   */
  private static final class Filling {
    static final JsonMapper MAPPER =
        Json.MAPPER
            .rebuild()
            .addModule(new AbsentValues())
            .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .build();
  }

  private static final ObjectReader WHOLE =
      MAPPER.reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private Json() {}

  /** The value as compact JSON text. */
  public static String write(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(
          "Cannot write " + value.getClass().getSimpleName() + " as JSON", e);
    }
  }

  /** The value as compact UTF-8 JSON. */
  public static byte[] writeBytes(Object value) {
    try {
      return MAPPER.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(
          "Cannot write " + value.getClass().getSimpleName() + " as JSON", e);
    }
  }

  /** The value as compact UTF-8 JSON, without fields that are null or empty. */
  public static byte[] writeSparse(Object value) {
    try {
      return Sparse.MAPPER.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(
          "Cannot write " + value.getClass().getSimpleName() + " as JSON", e);
    }
  }

  /**
   * Reads a value.
   *
   * @throws IOException if the text is no JSON or does not fit the type
   */
  public static <T> T read(String json, Class<T> type) throws IOException {
    return MAPPER.readValue(json, type);
  }

  /**
   * Reads a value of which the events and envelopes may lack fields; see {@link AbsentValues}.
   *
   * @throws IOException if the text is no JSON or does not fit the type
   */
  public static <T> T readFilling(String json, Class<T> type) throws IOException {
    return Filling.MAPPER.readValue(json, type);
  }

  /**
   * Reads a value from UTF-8.
   *
   * @throws IOException if the bytes are no JSON or do not fit the type
   */
  public static <T> T read(byte[] json, Class<T> type) throws IOException {
    return MAPPER.readValue(json, type);
  }

  /**
   * Reads a value from a part of UTF-8.
   *
   * @throws IOException if the bytes are no JSON or do not fit the type
   */
  public static <T> T read(byte[] json, int offset, int length, Class<T> type) throws IOException {
    return MAPPER.readValue(json, offset, length, type);
  }

  /**
   * Reads a tree.
   *
   * @throws IOException if the text is no JSON
   */
  public static JsonNode tree(String json) throws IOException {
    return MAPPER.readTree(json);
  }

  /** The tree that a text is, if it is one JSON value and nothing else. */
  static Optional<JsonNode> whole(String text) {
    try {
      return Optional.of(WHOLE.readTree(text));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  /** A streaming parser over UTF-8 that can hold several values one after the other. */
  public static JsonParser parser(byte[] json, int offset, int length) throws IOException {
    return MAPPER.createParser(json, offset, length);
  }

  private static <T> StdSerializer<T> asText(Class<T> type, Function<T, String> text) {
    return new TextSerializer<>(type, text);
  }

  private static <T> StdDeserializer<T> fromText(Class<T> type, Function<String, T> parse) {
    return new TextDeserializer<>(type, parse);
  }

  private static KeyDeserializer keyFromText(Function<String, ?> parse) {
    return new KeyDeserializer() {
      @Override
      public Object deserializeKey(String key, DeserializationContext context) {
        return parse.apply(key);
      }
    };
  }

  @SuppressWarnings("serial") // Jackson's base class is Serializable; these are never serialised
  private static final class TextSerializer<T> extends StdSerializer<T> {
    private final transient Function<T, String> text;

    TextSerializer(Class<T> type, Function<T, String> text) {
      super(type);
      this.text = text;
    }

    @Override
    public void serialize(T value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeString(text.apply(value));
    }
  }

  @SuppressWarnings("serial") // Jackson's base class is Serializable; these are never serialised
  private static final class TextDeserializer<T> extends StdDeserializer<T> {
    private final transient Function<String, T> parse;

    TextDeserializer(Class<T> type, Function<String, T> parse) {
      super(type);
      this.parse = parse;
    }

    @Override
    public T deserialize(JsonParser in, DeserializationContext context) throws IOException {
      String text = in.getValueAsString();
      try {
        return parse.apply(text == null ? "" : text);
      } catch (IllegalArgumentException e) {
        throw new com.fasterxml.jackson.databind.exc.InvalidFormatException(
            in, e.getMessage(), text, handledType());
      }
    }
  }
}
