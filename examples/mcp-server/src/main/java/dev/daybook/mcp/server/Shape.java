package dev.daybook.mcp.server;

import dev.daybook.event.EventId;
import dev.daybook.event.SessionId;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A record as JSON: its schema, an instance made from parsed JSON, an instance as what is to be
 * written. All three come from the record itself, so they cannot say different things.
 *
 * @param <T> the record
 */
final class Shape<T extends Record> {
  private final Class<T> type;

  private Shape(Class<T> type) {
    this.type = type;
  }

  static <T extends Record> Shape<T> of(Class<T> type) {
    return new Shape<>(type);
  }

  /**
   * The JSON schema of what is taken: an object with these properties and no others. Limits of
   * length are left to {@link #read}, which says them when they matter: clients put every schema
   * before their model.
   */
  Map<String, Object> schema() {
    return objectSchema(type, Optional.empty());
  }

  /**
   * The JSON schema of what is answered. What a part is, its name has to say; parts that are
   * records stand under {@code $defs}, once each.
   */
  Map<String, Object> outputSchema() {
    Map<String, Object> defs = new LinkedHashMap<>();
    Map<String, Object> schema = objectSchema(type, Optional.of(defs));
    if (!defs.isEmpty()) {
      schema.put("$defs", defs);
    }
    return schema;
  }

  /** The schema of a record; of an answer if there are definitions to add its parts to. */
  private static Map<String, Object> objectSchema(
      Class<?> record, Optional<Map<String, Object>> defs) {
    Map<String, Object> properties = new LinkedHashMap<>();
    List<String> required = new ArrayList<>();
    for (RecordComponent component : record.getRecordComponents()) {
      Field field = field(component);
      String name = Texts.snake(component.getName());
      Map<String, Object> schema = typeSchema(component.getGenericType(), defs);
      if (defs.isEmpty()) {
        limit(component.getType(), field, schema);
      }
      if (isRequired(field)) {
        required.add(name);
      } else if (defs.isEmpty() && !field.byDefault().isEmpty()) {
        schema.put("default", parseDefault(component.getType(), field.byDefault()));
      }
      properties.put(name, schema);
    }
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("type", "object");
    object.put("properties", properties);
    if (!required.isEmpty()) {
      object.put("required", required);
    }
    object.put("additionalProperties", false);
    return object;
  }

  private static void limit(Class<?> type, Field field, Map<String, Object> schema) {
    schema.put("description", field.value());
    if (type == int.class || type == long.class) {
      schema.put("minimum", field.min());
      if (field.max() != Long.MAX_VALUE) {
        schema.put("maximum", field.max());
      }
    }
  }

  private static Map<String, Object> typeSchema(Type type, Optional<Map<String, Object>> defs) {
    Map<String, Object> schema = new LinkedHashMap<>();
    if (type instanceof ParameterizedType list) {
      schema.put("type", "array");
      schema.put("items", typeSchema(list.getActualTypeArguments()[0], defs));
      return schema;
    }
    Class<?> plain = (Class<?>) type;
    if (type == String.class || type == SessionId.class || type == EventId.class) {
      schema.put("type", "string");
    } else if (type == Instant.class) {
      schema.put("type", "string");
      schema.put("format", "date-time");
    } else if (type == int.class || type == long.class) {
      schema.put("type", "integer");
    } else if (type == boolean.class) {
      schema.put("type", "boolean");
    } else if (type == double.class) {
      schema.put("type", "number");
    } else if (plain.isEnum()) {
      schema.put("type", "string");
      schema.put("enum", names(plain));
    } else if (plain.isRecord() && defs.isEmpty()) {
      return objectSchema(plain, defs);
    } else if (plain.isRecord()) {
      String name = plain.getSimpleName();
      if (!defs.get().containsKey(name)) {
        defs.get().put(name, objectSchema(plain, defs));
      }
      schema.put("$ref", "#/$defs/" + name);
    } else {
      throw new IllegalStateException("No JSON for " + type);
    }
    return schema;
  }

  private static List<String> names(Class<?> enumeration) {
    return Arrays.stream(enumeration.getEnumConstants())
        .map(one -> ((Enum<?>) one).name())
        .toList();
  }

  private static Field field(RecordComponent component) {
    return Optional.ofNullable(component.getAnnotation(Field.class))
        .orElseThrow(() -> new IllegalStateException("Nothing says what " + component + " is"));
  }

  private static boolean isRequired(Field field) {
    return field.byDefault().equals(Field.REQUIRED);
  }

  private static Object parseDefault(Class<?> type, String text) {
    if (type == int.class || type == long.class) {
      return Long.parseLong(text);
    }
    return type == boolean.class ? (Object) Boolean.valueOf(text) : text;
  }

  /**
   * The record that parsed JSON says.
   *
   * @throws ToolError if it says none, naming every argument that is wrong
   */
  T read(Map<String, Object> arguments) {
    List<String> problems = new ArrayList<>();
    Object made = readObject(type, arguments, "", problems);
    if (!problems.isEmpty()) {
      throw new ToolError(String.join("\n", problems.subList(0, Math.min(8, problems.size()))));
    }
    return type.cast(made);
  }

  private static Object readObject(
      Class<?> record, Map<?, ?> arguments, String path, List<String> problems) {
    RecordComponent[] components = record.getRecordComponents();
    List<String> names = Arrays.stream(components).map(one -> Texts.snake(one.getName())).toList();
    for (Object given : arguments.keySet()) {
      if (!(given instanceof String name) || !names.contains(name)) {
        problems.add(
            "There is no argument '%s'; expected %s"
                .formatted(
                    path + Texts.brief(String.valueOf(given), 60),
                    names.isEmpty() ? "none at all" : "one of " + String.join(", ", names)));
      }
    }
    Object[] values = new Object[components.length];
    Class<?>[] types = new Class<?>[components.length];
    int before = problems.size();
    for (int i = 0; i < components.length; i++) {
      Field field = field(components[i]);
      String name = path + names.get(i);
      Object given = arguments.get(names.get(i));
      types[i] = components[i].getType();
      if (given == null && isRequired(field)) {
        problems.add("Argument '%s' is missing; expected %s".formatted(name, field.value()));
      } else if (given == null) {
        values[i] = absent(components[i].getType(), field);
      } else {
        values[i] = readValue(components[i].getGenericType(), field, given, name, problems);
      }
    }
    return problems.size() > before ? null : make(record, types, values, path, problems);
  }

  private static Object make(
      Class<?> record, Class<?>[] types, Object[] values, String path, List<String> problems) {
    try {
      var constructor = record.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      problems.add(
          path.isEmpty()
              ? e.getCause().getMessage()
              : "Argument '%s': %s".formatted(path, e.getCause().getMessage()));
      return null;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Object absent(Class<?> type, Field field) {
    String text = field.byDefault();
    if (type == List.class) {
      return List.of();
    } else if (type == int.class) {
      return text.isEmpty() ? Field.NOT_GIVEN : Integer.parseInt(text);
    } else if (type == long.class) {
      return text.isEmpty() ? Field.NOT_GIVEN : Long.parseLong(text);
    } else if (type == boolean.class) {
      return Boolean.valueOf(text);
    } else if (type == EventId.class) {
      return EventId.NONE;
    } else if (type == SessionId.class) {
      return SessionId.NONE;
    } else if (type == Instant.class) {
      return Instant.MIN;
    } else if (type.isEnum()) {
      return constant(type, text).orElseThrow();
    }
    return text;
  }

  private static Optional<Object> constant(Class<?> enumeration, String name) {
    return Arrays.stream(enumeration.getEnumConstants())
        .filter(one -> ((Enum<?>) one).name().equals(name))
        .map(Object.class::cast)
        .findFirst();
  }

  private static Object readValue(
      Type type, Field field, Object given, String name, List<String> problems) {
    if (type instanceof ParameterizedType listType) {
      if (!(given instanceof List<?> list)) {
        problems.add(expected(name, given, "a list"));
        return List.of();
      }
      if (list.size() > field.max()) {
        problems.add(
            "Argument '%s' has %,d elements, expected at most %,d"
                .formatted(name, list.size(), field.max()));
        return List.of();
      }
      List<Object> values = new ArrayList<>();
      for (int i = 0; i < list.size(); i++) {
        String element = name + "[" + i + "]";
        Object value =
            readPlain(
                (Class<?>) listType.getActualTypeArguments()[0],
                Place.ELEMENT,
                field,
                list.get(i),
                element,
                problems);
        if (value != null) {
          values.add(value);
        }
      }
      return List.copyOf(values);
    }
    return readPlain((Class<?>) type, Place.ALONE, field, given, name, problems);
  }

  /** Where a value stands: what a list holds is never left out, and its length is another. */
  private enum Place {
    ALONE,
    ELEMENT;

    boolean isRequired(Field field) {
      return this == ELEMENT || Shape.isRequired(field);
    }

    long charsMax(Field field) {
      return this == ELEMENT ? field.eachMax() : field.max();
    }
  }

  private static Object readPlain(
      Class<?> type, Place place, Field field, Object given, String name, List<String> problems) {
    if (type == String.class) {
      return readText(place, field, given, name, problems);
    } else if (type == int.class || type == long.class) {
      return readNumber(type, field, given, name, problems);
    } else if (type == boolean.class) {
      if (!(given instanceof Boolean)) {
        problems.add(expected(name, given, "true or false"));
        return false;
      }
      return given;
    } else if (type.isEnum()) {
      Optional<Object> constant =
          given instanceof String text ? constant(type, text) : Optional.empty();
      if (constant.isEmpty()) {
        problems.add(expected(name, given, "one of " + String.join(", ", names(type))));
      }
      return constant.orElse(null);
    } else if (type.isRecord() && type != EventId.class && type != SessionId.class) {
      if (!(given instanceof Map<?, ?> map)) {
        problems.add(expected(name, given, "an object"));
        return null;
      }
      return readObject(type, map, name + ".", problems);
    }
    return readName(type, place, field, given, name, problems);
  }

  private static Object readText(
      Place place, Field field, Object given, String name, List<String> problems) {
    if (!(given instanceof String text)) {
      problems.add(expected(name, given, "a string"));
      return "";
    }
    if (text.length() > place.charsMax(field)) {
      problems.add(
          "Argument '%s' has %,d characters, expected at most %,d; shorten it"
              .formatted(name, text.length(), place.charsMax(field)));
    }
    if (text.isBlank() && place.isRequired(field)) {
      problems.add("Argument '%s' is blank; expected %s".formatted(name, field.value()));
    }
    return text;
  }

  private static Object readNumber(
      Class<?> type, Field field, Object given, String name, List<String> problems) {
    long max = type == int.class ? Math.min(field.max(), Integer.MAX_VALUE) : field.max();
    boolean isWhole =
        given instanceof Integer
            || given instanceof Long
            || (given instanceof Number some
                && some.doubleValue() == Math.rint(some.doubleValue())
                && Math.abs(some.doubleValue()) < 1e15);
    long number = isWhole ? ((Number) given).longValue() : 0;
    if (!isWhole || number < field.min() || number > max) {
      problems.add(
          expected(
              name,
              given,
              max == Long.MAX_VALUE || max == Integer.MAX_VALUE
                  ? "a whole number of at least " + field.min()
                  : "a whole number from %d to %d".formatted(field.min(), max)));
    }
    return type == int.class ? (Object) (int) number : (Object) number;
  }

  /** An id or a time. */
  private static Object readName(
      Class<?> type, Place place, Field field, Object given, String name, List<String> problems) {
    if (given instanceof String text && text.isEmpty() && !place.isRequired(field)) {
      return absent(type, field);
    }
    try {
      if (given instanceof String text && type == EventId.class) {
        return EventId.parse(text);
      } else if (given instanceof String text && type == SessionId.class) {
        return SessionId.of(text);
      } else if (given instanceof String text) {
        return Instant.parse(text);
      }
    } catch (IllegalArgumentException | DateTimeParseException e) {
      // Said below, in words that fit what was asked for.
    }
    problems.add(
        expected(
            name,
            given,
            type == EventId.class
                ? "the id of an event: 26 characters, as other tools gave it"
                : type == SessionId.class
                    ? "the id of a session, as other tools gave it"
                    : "a time such as 2026-01-31T12:00:00Z"));
    return null;
  }

  private static String expected(String name, Object given, String what) {
    return "Argument '%s' is %s, expected %s".formatted(name, told(given), what);
  }

  private static String told(Object given) {
    return switch (given) {
      case null -> "null";
      case String text -> "the string '" + Texts.brief(text, 60) + "'";
      case List<?> list -> "a list";
      case Map<?, ?> map -> "an object";
      default -> "the value " + Texts.brief(String.valueOf(given), 60);
    };
  }

  /**
   * What is to be written of a record: texts cleaned and cut, what is optional and empty left out.
   */
  Map<String, Object> write(T record, int textCharsMax) {
    return writeObject(record, textCharsMax);
  }

  private static Map<String, Object> writeObject(Record record, int textCharsMax) {
    Map<String, Object> written = new LinkedHashMap<>();
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      Field field = field(component);
      Object value = value(record, component);
      if (isRequired(field) || !isEmpty(value)) {
        written.put(
            Texts.snake(component.getName()),
            writeValue(value, field.max() == Long.MAX_VALUE ? textCharsMax : (int) field.max()));
      }
    }
    return written;
  }

  private static Object value(Record record, RecordComponent component) {
    try {
      var accessor = component.getAccessor();
      accessor.setAccessible(true);
      return accessor.invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean isEmpty(Object value) {
    return switch (value) {
      case String text -> text.isEmpty();
      case List<?> list -> list.isEmpty();
      case EventId id -> !id.isPresent();
      case SessionId id -> !id.isPresent();
      case Instant time -> time.equals(Instant.MIN) || time.equals(Instant.MAX);
      case Integer number -> number == Field.NOT_GIVEN;
      case Long number -> number == Field.NOT_GIVEN;
      default -> false;
    };
  }

  private static Object writeValue(Object value, int textCharsMax) {
    return switch (value) {
      case String text -> Texts.cut(text, textCharsMax, "");
      case List<?> list -> list.stream().map(one -> writeValue(one, textCharsMax)).toList();
      case EventId id -> id.toString();
      case SessionId id -> Texts.clean(id.value());
      case Record record -> writeObject(record, textCharsMax);
      case Instant time -> time.toString();
      case Enum<?> constant -> constant.name();
      default -> value;
    };
  }
}
