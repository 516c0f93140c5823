package dev.daybook.mcp.connect;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A TOML file of somebody else, in which the keys {@code command} and {@code args} of one table
 * {@code [mcp_servers.NAME]} are set, or that table is taken out. The text is changed in those
 * places only, so comments, order and everything else stay. A parser reads the text before and
 * after: what it finds must differ in that table alone, or nothing is written.
 */
final class TomlFile {
  private static final TomlMapper TOML = TomlMapper.builder().build();
  private static final String SERVERS = "mcp_servers";
  private static final Pattern BARE = Pattern.compile("[A-Za-z0-9_-]+");

  private final Path file;
  private final String text;
  private final List<Line> lines;

  /**
   * A statement: a header, a pair of key and value with all its lines, or a line of neither.
   *
   * @param text with its line end
   * @param header the dotted key of a table's header, in parts; empty for others
   * @param key the first part of a pair's key; empty for others
   */
  private record Line(String text, List<String> header, String key) {
    boolean isHeader() {
      return !header.isEmpty();
    }
  }

  private TomlFile(Path file, String text) {
    this.file = file;
    this.text = text;
    this.lines = lines(text);
  }

  /**
   * Reads a file.
   *
   * @throws IllegalArgumentException if it is no TOML
   */
  static TomlFile of(Path file, String text) {
    parse(file, text);
    return new TomlFile(file, text);
  }

  private static ObjectNode parse(Path file, String text) {
    try {
      JsonNode root = TOML.readTree(text);
      return root instanceof ObjectNode object ? object : TOML.createObjectNode();
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "%s is not TOML (line %d: %s); nothing was changed. Mend it, or add the table that --print shows by hand"
              .formatted(
                  file,
                  e.getLocation() == null ? 0 : e.getLocation().getLineNr(),
                  e.getOriginalMessage()),
          e);
    }
  }

  /** The text with a server's command and arguments; the one that was read if it says them. */
  String with(String server, List<String> command) {
    ObjectNode before = parse(file, text);
    String program = command.getFirst();
    List<String> arguments = command.subList(1, command.size());
    ObjectNode wanted = before.deepCopy();
    ObjectNode entry = object(object(wanted, SERVERS, server), server, server);
    entry.put("command", program);
    ArrayNode list = entry.putArray("args");
    arguments.forEach(list::add);
    if (wanted.equals(before)) {
      return text;
    }
    String pairs =
        "command = " + quoted(program) + lineEnd() + "args = " + quoted(arguments) + lineEnd();
    StringBuilder after = new StringBuilder();
    Optional<Integer> at = header(server);
    if (at.isPresent()) {
      for (int i = 0; i < lines.size(); i++) {
        boolean replaced =
            i > at.get()
                && i < end(at.get())
                && (lines.get(i).key().equals("command") || lines.get(i).key().equals("args"));
        if (!replaced) {
          after.append(lines.get(i).text());
        }
        if (i == at.get()) {
          endLine(after);
          after.append(pairs);
        }
      }
    } else {
      after.append(text);
      endLine(after);
      after.append(text.isBlank() ? "" : lineEnd());
      after.append("[%s.%s]".formatted(SERVERS, server)).append(lineEnd()).append(pairs);
    }
    return checked(after.toString(), wanted, server);
  }

  /** The text without a server; the one that was read if it has none. */
  String without(String server) {
    ObjectNode before = parse(file, text);
    if (before.path(SERVERS).path(server).isMissingNode()) {
      return text;
    }
    ObjectNode wanted = before.deepCopy();
    ObjectNode servers = object(wanted, SERVERS, server);
    servers.remove(server);
    if (servers.isEmpty()
        && lines.stream().noneMatch(line -> line.header().equals(List.of(SERVERS)))) {
      wanted.remove(SERVERS);
    }
    boolean[] gone = new boolean[lines.size()];
    for (int i = 0; i < lines.size(); i++) {
      if (isOf(lines.get(i).header(), server)) {
        for (int j = i; j < end(i); j++) {
          gone[j] = true;
        }
        // The blank line that was put before it.
        if (i > 0 && !gone[i - 1] && lines.get(i - 1).text().isBlank()) {
          gone[i - 1] = true;
        }
      }
    }
    StringBuilder after = new StringBuilder();
    for (int i = 0; i < lines.size(); i++) {
      after.append(gone[i] ? "" : lines.get(i).text());
    }
    return checked(after.toString(), wanted, server);
  }

  private ObjectNode object(ObjectNode in, String key, String server) {
    JsonNode value = in.get(key);
    if (value == null) {
      return in.putObject(key);
    }
    if (value instanceof ObjectNode object) {
      return object;
    }
    throw unclear(server, null);
  }

  private String checked(String after, ObjectNode wanted, String server) {
    ObjectNode found;
    try {
      found = parse(file, after);
    } catch (IllegalArgumentException e) {
      throw unclear(server, e);
    }
    if (!found.equals(wanted)) {
      throw unclear(server, null);
    }
    return after;
  }

  private IllegalArgumentException unclear(String server, Exception cause) {
    return new IllegalArgumentException(
        "%s says what belongs to the server '%s' in a way that cannot be changed safely, such as an inline table; nothing was changed. Write it as a table [%s.%s], or change it by hand as --print shows"
            .formatted(file, server, SERVERS, server),
        cause);
  }

  private Optional<Integer> header(String server) {
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).header().equals(List.of(SERVERS, server))) {
        return Optional.of(i);
      }
    }
    return Optional.empty();
  }

  private static boolean isOf(List<String> header, String server) {
    return header.size() >= 2 && header.subList(0, 2).equals(List.of(SERVERS, server));
  }

  /**
   * Where the table of a header ends: after its last pair, so that what is said of the next stays.
   */
  private int end(int header) {
    int end = header + 1;
    for (int i = header + 1; i < lines.size() && !lines.get(i).isHeader(); i++) {
      if (!lines.get(i).key().isEmpty()) {
        end = i + 1;
      }
    }
    return end;
  }

  private void endLine(StringBuilder to) {
    if (!to.isEmpty() && to.charAt(to.length() - 1) != '\n') {
      to.append(lineEnd());
    }
  }

  private String lineEnd() {
    return text.contains("\r\n") ? "\r\n" : "\n";
  }

  static String quoted(List<String> values) {
    return values.stream().map(TomlFile::quoted).collect(Collectors.joining(", ", "[", "]"));
  }

  static String quoted(String value) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"' -> quoted.append("\\\"");
        case '\\' -> quoted.append("\\\\");
        case '\n' -> quoted.append("\\n");
        case '\t' -> quoted.append("\\t");
        default -> {
          if (c < ' ' || c == 0x7f) {
            quoted.append("\\u%04X".formatted((int) c));
          } else {
            quoted.append(c);
          }
        }
      }
    }
    return quoted.append('"').toString();
  }

  private static List<Line> lines(String text) {
    List<Line> lines = new ArrayList<>();
    int start = 0;
    while (start < text.length()) {
      int content = start;
      while (content < text.length()
          && (text.charAt(content) == ' ' || text.charAt(content) == '\t')) {
        content++;
      }
      char first = content < text.length() ? text.charAt(content) : '\n';
      boolean plain = first == '#' || first == '\n' || first == '\r';
      int end = plain || first == '[' ? lineEnd(text, content) : statementEnd(text, content);
      String line = text.substring(start, end);
      List<String> header = first == '[' ? headerParts(line.strip()) : List.of();
      String key = plain || first == '[' ? "" : parts(line.strip(), '=').getFirst();
      lines.add(new Line(line, header, key));
      start = end;
    }
    return lines;
  }

  private static int lineEnd(String text, int from) {
    int end = text.indexOf('\n', from);
    return end < 0 ? text.length() : end + 1;
  }

  /** Where a pair ends: the line end that is in no string, comment or bracket. */
  private static int statementEnd(String text, int from) {
    int depth = 0;
    int i = from;
    while (i < text.length()) {
      char c = text.charAt(i);
      if (c == '"' || c == '\'') {
        i = stringEnd(text, i);
      } else if (c == '#') {
        i = lineEnd(text, i) - 1;
        if (i < 0 || text.charAt(i) != '\n') {
          return text.length();
        }
      } else if (c == '\n' && depth == 0) {
        return i + 1;
      } else {
        depth += c == '[' || c == '{' ? 1 : c == ']' || c == '}' ? -1 : 0;
        i++;
      }
    }
    return text.length();
  }

  /** The place behind a string that begins here. */
  private static int stringEnd(String text, int from) {
    String quote = text.substring(from, from + 1);
    boolean escapes = quote.equals("\"");
    String close = text.startsWith(quote.repeat(3), from) ? quote.repeat(3) : quote;
    int i = from + close.length();
    while (i < text.length() && !text.startsWith(close, i)) {
      i += escapes && text.charAt(i) == '\\' ? 2 : 1;
    }
    i = Math.min(text.length(), i + close.length());
    // A long string may end with quotes of its own before the three that close it.
    while (close.length() == 3 && i < text.length() && text.charAt(i) == quote.charAt(0)) {
      i++;
    }
    return i;
  }

  /** The parts of a table's header; of an array of tables none, since it is no table of ours. */
  private static List<String> headerParts(String line) {
    if (line.startsWith("[[")) {
      return List.of("[[");
    }
    List<String> parts = parts(line.substring(1), ']');
    return parts.isEmpty() ? List.of("[") : Collections.unmodifiableList(parts);
  }

  /** The parts of a dotted key up to a character that ends it. */
  private static List<String> parts(String text, char end) {
    List<String> parts = new ArrayList<>();
    StringBuilder part = new StringBuilder();
    int i = 0;
    while (i < text.length() && text.charAt(i) != end) {
      char c = text.charAt(i);
      if (c == '"' || c == '\'') {
        int close = stringEnd(text, i);
        part.append(text, i + 1, Math.max(i + 1, close - 1));
        i = close;
      } else {
        if (c == '.') {
          parts.add(part.toString());
          part.setLength(0);
        } else if (!Character.isWhitespace(c)) {
          part.append(c);
        }
        i++;
      }
    }
    parts.add(part.toString());
    return parts;
  }

  /** Whether a name can be a part of a header as it is. */
  static boolean isBare(String name) {
    return BARE.matcher(name).matches();
  }
}
