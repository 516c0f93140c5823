package dev.daybook.mcp.connect;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A JSON file of somebody else: an object that is changed in places and written as it was indented.
 * Keys and their order, numbers as they are written, and everything that is not changed stay.
 * Comments, trailing commas and keys that stand twice are no JSON: such files are refused, since
 * what they hold would be lost.
 */
final class JsonFile {
  private static final Pattern INDENTED = Pattern.compile("\\{\\s*?\\n([ \\t]+)\"");
  private static final JsonMapper STRICT =
      JsonMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private final Path file;
  private final String before;
  private final ObjectNode root;

  private JsonFile(Path file, String before, ObjectNode root) {
    this.file = file;
    this.before = before;
    this.root = root;
  }

  /**
   * Reads a file.
   *
   * @param text what is in it; blank for a file that is to be made
   * @throws IllegalArgumentException if it is no JSON object
   */
  static JsonFile of(Path file, String text) {
    if (text.isBlank()) {
      return new JsonFile(file, text, STRICT.createObjectNode());
    }
    JsonNode root;
    try {
      // Text that was read as UTF-8 keeps the mark that some editors put before it.
      root = STRICT.readTree(text.startsWith("\ufeff") ? text.substring(1) : text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "%s is not plain JSON (line %d, column %d: %s); nothing was changed. Mend it, or add the entry that --print shows by hand"
              .formatted(
                  file,
                  e.getLocation() == null ? 0 : e.getLocation().getLineNr(),
                  e.getLocation() == null ? 0 : e.getLocation().getColumnNr(),
                  e.getOriginalMessage()),
          e);
    }
    if (!(root instanceof ObjectNode object)) {
      throw new IllegalArgumentException(
          "%s holds %s where a JSON object is expected; nothing was changed"
              .formatted(file, root.getNodeType()));
    }
    return new JsonFile(file, text, object);
  }

  /** The whole of it; what is changed in it is written. */
  ObjectNode root() {
    return root;
  }

  /** The object under a key, added if there is none. */
  ObjectNode object(ObjectNode in, String key) {
    JsonNode value = in.get(key);
    if (value == null || value.isNull()) {
      return in.putObject(key);
    }
    if (value instanceof ObjectNode object) {
      return object;
    }
    throw new IllegalArgumentException(
        "%s has '%s' that is %s, not an object; nothing was changed. Mend it by hand"
            .formatted(file, key, value.getNodeType()));
  }

  /** The text as it is to be written; the one that was read if nothing changed. */
  String text() {
    try {
      if (!before.isBlank() && of(file, before).root.equals(root)) {
        return before;
      }
      String text = STRICT.writer(printer()).writeValueAsString(root);
      return before.isBlank() || before.endsWith("\n") ? text + "\n" : text;
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Cannot write what was read from " + file, e);
    }
  }

  private DefaultPrettyPrinter printer() {
    Matcher indented = INDENTED.matcher(before);
    String indent = indented.find() ? indented.group(1) : "  ";
    String lineEnd = before.contains("\r\n") ? "\r\n" : "\n";
    DefaultIndenter indenter = new DefaultIndenter(indent, lineEnd);
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter(
            Separators.createDefaultInstance()
                .withObjectFieldValueSpacing(Separators.Spacing.AFTER)
                .withObjectEmptySeparator("")
                .withArrayEmptySeparator(""));
    printer.indentObjectsWith(indenter);
    printer.indentArraysWith(indenter);
    return printer;
  }
}
