package dev.daybook.internal.entry;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the JSON that opening a workspace needs, without the mapper of {@link Json}, whose classes
 * take longer to load than everything else together. Jackson's streaming parser would do as well,
 * but its classes add 60 ms to the 300 ms in which a large plan is to be open; see
 * benchmarks/README.md. For one thread.
 */
public final class LightJson {
  private static final int DEPTH_MAX = 100;

  private final byte[] bytes;
  private final int end;
  private int at;
  private int depth;

  private LightJson(byte[] bytes, int from, int to) {
    this.bytes = bytes;
    this.at = from;
    this.end = to;
  }

  /**
   * Reads an object.
   *
   * @throws IOException if there is anything else than one object
   */
  public static Fields read(byte[] bytes, int from, int to) throws IOException {
    LightJson reader = new LightJson(bytes, from, to);
    Object value = reader.value();
    reader.space();
    if (!(value instanceof Fields fields) || reader.at != to) {
      throw reader.wrong("expected one JSON object");
    }
    return fields;
  }

  /**
   * Reads an object.
   *
   * @throws IOException if there is anything else than one object
   */
  public static Fields read(byte[] bytes) throws IOException {
    return read(bytes, 0, bytes.length);
  }

  /**
   * An object. What is missing, null or of another kind is empty or zero.
   *
   * @param values texts, longs, other numbers as doubles, booleans, lists, {@code Fields}; not null
   */
  public record Fields(Map<String, Object> values) {
    /** A text. */
    public String text(String name) {
      return values.get(name) instanceof String text ? text : "";
    }

    /** A whole number; another if it is not there. */
    public long number(String name, long other) {
      return values.get(name) instanceof Long number ? number : other;
    }

    /** A whole number. */
    public long number(String name) {
      return number(name, 0);
    }

    /** Whether there is anything of this name. */
    public boolean has(String name) {
      return values.containsKey(name);
    }

    /**
     * A time.
     *
     * @throws IOException if it is none
     */
    public Instant time(String name) throws IOException {
      try {
        return Instant.parse(text(name));
      } catch (DateTimeException e) {
        throw new IOException(name + " '" + text(name) + "' is no time", e);
      }
    }

    /** An object. */
    public Fields object(String name) {
      return values.get(name) instanceof Fields fields ? fields : new Fields(Map.of());
    }

    /** The objects of a list. */
    public List<Fields> objects(String name) {
      return list(name, Fields.class);
    }

    /** The texts of a list. */
    public List<String> texts(String name) {
      return list(name, String.class);
    }

    /** The whole numbers of a list. */
    public int[] ints(String name) {
      if (!(values.get(name) instanceof List<?> list)) {
        return new int[0];
      }
      int[] all = new int[list.size()];
      int count = 0;
      for (Object one : list) {
        if (one instanceof Long number) {
          all[count++] = number.intValue();
        }
      }
      return count == all.length ? all : Arrays.copyOf(all, count);
    }

    private <T> List<T> list(String name, Class<T> type) {
      if (!(values.get(name) instanceof List<?> list)) {
        return List.of();
      }
      List<T> all = new ArrayList<>(list.size());
      for (Object one : list) {
        if (type.isInstance(one)) {
          all.add(type.cast(one));
        }
      }
      return all;
    }
  }

  private Object value() throws IOException {
    space();
    if (at >= end) {
      throw wrong("it ends too early");
    }
    return switch (bytes[at]) {
      case '{' -> object();
      case '[' -> list();
      case '"' -> text();
      case 't' -> {
        word("true");
        yield true;
      }
      case 'f' -> {
        word("false");
        yield false;
      }
      case 'n' -> {
        word("null");
        yield null;
      }
      default -> number();
    };
  }

  private Fields object() throws IOException {
    Map<String, Object> values = new LinkedHashMap<>();
    enter();
    if (!leaves('}')) {
      do {
        space();
        if (at >= end || bytes[at] != '"') {
          throw wrong("expected the name of a field");
        }
        String name = text();
        space();
        expect(':');
        Object value = value();
        if (value != null) {
          values.put(name, value);
        }
      } while (goesOn('}'));
    }
    return new Fields(values);
  }

  private List<Object> list() throws IOException {
    List<Object> values = new ArrayList<>();
    enter();
    if (!leaves(']')) {
      do {
        values.add(value());
      } while (goesOn(']'));
    }
    return values;
  }

  private void enter() throws IOException {
    at++;
    if (++depth > DEPTH_MAX) {
      throw wrong("it is nested more than " + DEPTH_MAX + " deep");
    }
  }

  private boolean leaves(char close) {
    space();
    if (at < end && bytes[at] == close) {
      at++;
      depth--;
      return true;
    }
    return false;
  }

  private boolean goesOn(char close) throws IOException {
    if (leaves(close)) {
      return false;
    }
    expect(',');
    return true;
  }

  private void expect(char c) throws IOException {
    if (at >= end || bytes[at] != c) {
      throw wrong("expected '" + c + "'");
    }
    at++;
  }

  private void word(String word) throws IOException {
    for (int i = 0; i < word.length(); i++) {
      expect(word.charAt(i));
    }
  }

  private void space() {
    while (at < end
        && (bytes[at] == ' ' || bytes[at] == '\n' || bytes[at] == '\r' || bytes[at] == '\t')) {
      at++;
    }
  }

  private Object number() throws IOException {
    int from = at;
    boolean whole = true;
    while (at < end
        && ((bytes[at] >= '0' && bytes[at] <= '9')
            || bytes[at] == '-'
            || bytes[at] == '+'
            || bytes[at] == '.'
            || bytes[at] == 'e'
            || bytes[at] == 'E')) {
      whole &= bytes[at] != '.' && bytes[at] != 'e' && bytes[at] != 'E';
      at++;
    }
    String text = new String(bytes, from, at - from, UTF_8);
    try {
      if (whole) {
        return Long.valueOf(text);
      }
      return Double.valueOf(text);
    } catch (NumberFormatException e) {
      at = from;
      throw wrong("expected a value");
    }
  }

  private String text() throws IOException {
    int from = ++at;
    int i = from;
    while (i < end && bytes[i] != '"' && bytes[i] != '\\') {
      i++;
    }
    at = i;
    if (i < end && bytes[i] == '"') {
      at++;
      return new String(bytes, from, i - from, UTF_8);
    }
    return escapedText(from);
  }

  private String escapedText(int from) throws IOException {
    ByteArrayOutputStream plain = new ByteArrayOutputStream(4 * (at - from) + 64);
    plain.write(bytes, from, at - from);
    while (at < end) {
      int start = at;
      while (at < end && bytes[at] != '"' && bytes[at] != '\\') {
        at++;
      }
      plain.write(bytes, start, at - start);
      if (at < end && bytes[at++] == '"') {
        return plain.toString(UTF_8);
      }
      if (at < end) {
        escape(plain);
      }
    }
    throw wrong("a text does not end");
  }

  private void escape(ByteArrayOutputStream plain) throws IOException {
    switch (bytes[at++]) {
      case '"' -> plain.write('"');
      case '\\' -> plain.write('\\');
      case '/' -> plain.write('/');
      case 'b' -> plain.write('\b');
      case 'f' -> plain.write('\f');
      case 'n' -> plain.write('\n');
      case 'r' -> plain.write('\r');
      case 't' -> plain.write('\t');
      case 'u' -> {
        char c = hex();
        boolean isPair =
            Character.isHighSurrogate(c)
                && at + 1 < end
                && bytes[at] == '\\'
                && bytes[at + 1] == 'u';
        if (isPair) {
          at += 2;
          plain.writeBytes(new String(new char[] {c, hex()}).getBytes(UTF_8));
        } else {
          plain.writeBytes(String.valueOf(c).getBytes(UTF_8));
        }
      }
      default -> {
        at--;
        throw wrong("unknown escape");
      }
    }
  }

  private char hex() throws IOException {
    int c = 0;
    for (int i = 0; i < 4; i++) {
      int digit = at < end ? Character.digit(bytes[at], 16) : -1;
      if (digit < 0) {
        throw wrong("expected four hexadecimal digits");
      }
      c = 16 * c + digit;
      at++;
    }
    return (char) c;
  }

  private IOException wrong(String why) {
    return new IOException("at byte " + at + ": " + why);
  }
}
