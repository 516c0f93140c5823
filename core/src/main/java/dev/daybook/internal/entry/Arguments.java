package dev.daybook.internal.entry;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The arguments of a call, taken apart.
 *
 * @param values the values of JSON, in order, or the text if it is none
 * @param names the names of JSON's fields; empty if it is none
 */
public record Arguments(List<String> values, List<String> names) {
  /** As JSON that is longer is not worth reading. */
  private static final int JSON_CHARS_MAX = 1 << 20;

  /** Copies the lists. */
  public Arguments {
    values = List.copyOf(values);
    names = List.copyOf(names);
  }

  /** Takes arguments apart. */
  public static Arguments of(String text) {
    List<String> values = new ArrayList<>();
    List<String> names = new ArrayList<>();
    tree(text).ifPresentOrElse(tree -> collect(tree, values, names), () -> values.add(text));
    return new Arguments(values, names);
  }

  /** The JSON object or list that a text is; empty if it is none, or longer than 1 MiB. */
  static Optional<JsonNode> tree(String text) {
    String stripped = text.strip();
    boolean mayBeJson =
        stripped.length() <= JSON_CHARS_MAX
            && (stripped.startsWith("{") || stripped.startsWith("["));
    return mayBeJson ? Json.whole(stripped) : Optional.empty();
  }

  private static void collect(JsonNode node, List<String> values, List<String> names) {
    if (node.isValueNode()) {
      if (!node.isNull()) {
        values.add(node.asText());
      }
      return;
    }
    node.fieldNames().forEachRemaining(names::add);
    node.forEach(child -> collect(child, values, names));
  }
}
