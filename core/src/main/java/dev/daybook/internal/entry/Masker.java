package dev.daybook.internal.entry;

import dev.daybook.event.Envelope;
import dev.daybook.event.Event;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Replaces secrets in every text of a record, found by the types of its parts: of an event, of the
 * records it holds, of lists, sets and maps. So an event of a new type is masked without being
 * named anywhere. What holds no secret is not copied. Safe for use by any number of threads.
 */
@SuppressWarnings("ReferenceEquality") // what is the same object holds no secret
public final class Masker {
  /** Leaves every text as it is. */
  public static final Masker NONE = new Masker((text, replaced) -> text);

  private static final ClassValue<Shape> SHAPES =
      new ClassValue<>() {
        @Override
        protected Shape computeValue(Class<?> type) {
          return Shape.of(type);
        }
      };

  @SuppressWarnings("UnnecessaryLambda") // made once, not for each text
  private static final Consumer<String> UNCOUNTED = kind -> {};

  private final Rule rule;

  /** Finds secrets in a text. */
  @FunctionalInterface
  public interface Rule {
    /**
     * The text without its secrets, the text itself if it has none.
     *
     * @param replaced is told the kind of each
     */
    String mask(String text, Consumer<String> replaced);
  }

  /** Counts secrets by their kind. For one thread. */
  public static final class Tally implements Consumer<String> {
    private Map<String, Long> counts = Map.of();

    @Override
    public void accept(String kind) {
      if (counts.isEmpty()) {
        counts = new TreeMap<>();
      }
      counts.merge(kind, 1L, Long::sum);
    }

    /** How many there were, by kind. */
    public Map<String, Long> counts() {
      return counts.isEmpty() ? Map.of() : Collections.unmodifiableMap(counts);
    }
  }

  /** What holds no text; anything else that is neither a record nor looked into is refused. */
  private static final List<Class<?>> PLAIN =
      List.of(Enum.class, Number.class, Boolean.class, Instant.class, Duration.class);

  /** Which parts of a record may hold texts, and how it is made again. */
  private record Shape(List<Method> parts, List<Integer> texts, List<Constructor<?>> maker) {
    Shape {
      parts = List.copyOf(parts);
      texts = List.copyOf(texts);
      maker = List.copyOf(maker);
    }

    static Shape of(Class<?> type) {
      if (!type.isRecord()) {
        return new Shape(List.of(), List.of(), List.of());
      }
      RecordComponent[] components = type.getRecordComponents();
      List<Method> parts = Arrays.stream(components).map(RecordComponent::getAccessor).toList();
      List<Integer> texts = new ArrayList<>();
      for (int i = 0; i < components.length; i++) {
        if (mayHoldText(components[i].getType())) {
          texts.add(i);
        }
      }
      Class<?>[] types =
          Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
      try {
        return new Shape(parts, texts, List.of(type.getDeclaredConstructor(types)));
      } catch (NoSuchMethodException e) {
        throw new IllegalStateException("A record has a canonical constructor, " + type, e);
      }
    }

    private static boolean mayHoldText(Class<?> type) {
      return type.isRecord() ? !SHAPES.get(type).texts().isEmpty() : !isPlain(type);
    }

    private static boolean isPlain(Class<?> type) {
      return type.isPrimitive() || PLAIN.stream().anyMatch(plain -> plain.isAssignableFrom(type));
    }
  }

  /** A masker by this rule. */
  public Masker(Rule rule) {
    this.rule = Objects.requireNonNull(rule, "rule");
  }

  /** A text without its secrets, not counted. */
  public String text(String text) {
    return text(text, UNCOUNTED);
  }

  /** A record without its secrets, not counted; the record itself if it has none. */
  public <T extends Record> T record(T value) {
    return same(masked(value, UNCOUNTED));
  }

  /** An event that is to be asked about, not recorded. */
  public <T extends Event> T event(T event) {
    return same(masked(event, UNCOUNTED));
  }

  /** An event as it is to be recorded. */
  public MaskedEvent event(Envelope envelope, Event event) {
    Tally tally = new Tally();
    Event maskedEvent = same(masked(event, tally));
    Envelope maskedEnvelope = same(masked(envelope, tally));
    return new MaskedEvent(maskedEnvelope, maskedEvent, tally.counts());
  }

  /** Counts added up. */
  public static Map<String, Long> sum(Map<String, Long> some, Map<String, Long> more) {
    if (some.isEmpty() || more.isEmpty()) {
      return some.isEmpty() ? more : some;
    }
    Map<String, Long> all = new TreeMap<>(some);
    more.forEach((kind, count) -> all.merge(kind, count, Long::sum));
    return Collections.unmodifiableMap(all);
  }

  // A record is made again by its own constructor.
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T> T same(Object masked) {
    return (T) masked;
  }

  /** A text without its secrets. */
  public String text(String text, Consumer<String> replaced) {
    return Objects.requireNonNull(
        rule.mask(text, replaced), "Masking gave no text; it gives the text itself for no secret");
  }

  private Object masked(Object value, Consumer<String> replaced) {
    return switch (value) {
      case String text -> text(text, replaced);
      case List<?> list -> list(list, replaced);
      case Set<?> set -> set(set, replaced);
      case Map<?, ?> map -> map(map, replaced);
      case Record part -> parts(part, replaced);
      default -> {
        if (!Shape.isPlain(value.getClass())) {
          throw new IllegalStateException(
              "Secrets are not looked for in a "
                  + value.getClass().getName()
                  + "; keep texts in strings, lists, sets, maps or records");
        }
        yield value;
      }
    };
  }

  private Object parts(Record value, Consumer<String> replaced) {
    Shape shape = SHAPES.get(value.getClass());
    Object[] changed = null;
    for (int i : shape.texts()) {
      Object part = part(value, shape.parts().get(i));
      Object masked = masked(part, replaced);
      if (masked != part) {
        changed = changed == null ? all(value, shape) : changed;
        changed[i] = masked;
      }
    }
    return changed == null ? value : made(shape, changed);
  }

  private static Object[] all(Record value, Shape shape) {
    return shape.parts().stream().map(part -> part(value, part)).toArray();
  }

  private static Object part(Record value, Method part) {
    try {
      return part.invoke(value);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("Cannot read " + part, e);
    }
  }

  private static Object made(Shape shape, Object[] parts) {
    try {
      return shape.maker().getFirst().newInstance(parts);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException refused) {
        throw new IllegalArgumentException(
            "With its secrets masked it is not allowed: "
                + refused.getMessage()
                + "; keep secrets out of ids, or let your own masking leave them",
            refused);
      }
      throw new IllegalStateException("Cannot make " + shape.maker().getFirst(), e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("Cannot make " + shape.maker().getFirst(), e);
    }
  }

  private Object list(List<?> list, Consumer<String> replaced) {
    List<Object> changed = null;
    for (int i = 0; i < list.size(); i++) {
      Object part = list.get(i);
      Object masked = masked(part, replaced);
      if (masked != part) {
        changed = changed == null ? new ArrayList<>(list) : changed;
        changed.set(i, masked);
      }
    }
    return changed == null ? list : changed;
  }

  private Object set(Set<?> set, Consumer<String> replaced) {
    Set<Object> all = new LinkedHashSet<>();
    boolean isSame = true;
    for (Object part : set) {
      Object masked = masked(part, replaced);
      isSame &= masked == part;
      all.add(masked);
    }
    return isSame ? set : all;
  }

  private Object map(Map<?, ?> map, Consumer<String> replaced) {
    Map<Object, Object> all = new LinkedHashMap<>();
    boolean isSame = true;
    for (Map.Entry<?, ?> pair : map.entrySet()) {
      Object key = masked(pair.getKey(), replaced);
      Object value = value(pair, replaced);
      isSame &= key == pair.getKey() && value == pair.getValue();
      all.put(key, value);
    }
    return isSame ? map : all;
  }

  private Object value(Map.Entry<?, ?> pair, Consumer<String> replaced) {
    return pair.getKey() instanceof String name && pair.getValue() instanceof String text
        ? named(name, text, replaced)
        : masked(pair.getValue(), replaced);
  }

  /** The text of a name without its secrets; it may be one only because of its name. */
  public String named(String name, String text, Consumer<String> replaced) {
    String alone = text(text, replaced);
    if (text.isEmpty() || !alone.equals(text)) {
      return alone;
    }
    String beginning = name + "=";
    Tally tally = new Tally();
    String together = text(beginning + text, tally);
    if (tally.counts().isEmpty() || !together.startsWith(beginning)) {
      return alone;
    }
    tally
        .counts()
        .forEach((kind, count) -> {
          for (long i = 0; i < count; i++) {
            replaced.accept(kind);
          }
        });
    return together.substring(beginning.length());
  }
}
