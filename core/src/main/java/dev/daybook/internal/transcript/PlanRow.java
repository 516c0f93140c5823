package dev.daybook.internal.transcript;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.daybook.internal.entry.Masker;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * A row of another program's plan in the format {@code {seq, ts, op, id, set}}: fields of an item
 * that change, of which a null takes one off.
 *
 * @param seq its number; of two rows of an item the higher is the later
 * @param time when it happened
 * @param op what it does
 * @param id the item
 * @param set the fields; not to be changed
 */
public record PlanRow(long seq, Instant time, Op op, String id, ObjectNode set) {
  /** What a row does. */
  public enum Op {
    /** Adds an item. */
    CREATE,
    /** Changes one that is there. */
    UPDATE
  }

  /**
   * Reads a row.
   *
   * @throws IllegalArgumentException if it is none, with the reason
   */
  public static PlanRow parse(byte[] line) {
    JsonNode row = TraceRow.json(line);
    JsonNode seq = row.path("seq");
    if (!seq.isIntegralNumber() || !seq.canConvertToLong() || seq.longValue() < 0) {
      throw new IllegalArgumentException(
          "seq is " + described(seq) + ", expected a whole number from 0");
    }
    JsonNode ts = row.path("ts");
    if (!ts.isNumber() && !ts.isTextual()) {
      throw new IllegalArgumentException("ts is " + described(ts) + ", expected a time");
    }
    JsonNode id = row.path("id");
    if (!id.isTextual() || id.textValue().isBlank()) {
      throw new IllegalArgumentException("id is " + described(id) + ", expected a text");
    }
    if (!(row.path("set") instanceof ObjectNode set)) {
      throw new IllegalArgumentException(
          "set is " + described(row.path("set")) + ", expected an object");
    }
    return new PlanRow(
        seq.longValue(),
        HostTime.of(ts).truncatedTo(ChronoUnit.MICROS),
        op(row.path("op")),
        id.textValue(),
        set);
  }

  /** The same row without secrets: in the names of its fields, in their values, in its id. */
  public PlanRow masked(Masker masker, Consumer<String> replaced) {
    ObjectNode maskedSet = JsonNodeFactory.instance.objectNode();
    mask(set, maskedSet, masker, replaced);
    return new PlanRow(seq, time, op, masker.text(id, replaced), maskedSet);
  }

  private static void mask(
      ObjectNode from, ObjectNode into, Masker masker, Consumer<String> replaced) {
    from.properties()
        .forEach(field ->
            into.set(
                masker.text(field.getKey(), replaced),
                masked(field.getKey(), field.getValue(), masker, replaced)));
  }

  private static JsonNode masked(
      String name, JsonNode value, Masker masker, Consumer<String> replaced) {
    return switch (value) {
      case TextNode text -> TextNode.valueOf(masker.named(name, text.textValue(), replaced));
      case ObjectNode object -> {
        ObjectNode all = JsonNodeFactory.instance.objectNode();
        mask(object, all, masker, replaced);
        yield all;
      }
      case ArrayNode array -> {
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        array.forEach(one -> all.add(masked(name, one, masker, replaced)));
        yield all;
      }
      default -> value;
    };
  }

  private static Op op(JsonNode op) {
    for (Op known : Op.values()) {
      if (known.name().toLowerCase(Locale.ROOT).equals(op.textValue())) {
        return known;
      }
    }
    throw new IllegalArgumentException(
        "op is " + described(op) + ", expected \"create\" or \"update\"");
  }

  private static String described(JsonNode node) {
    return node.isMissingNode() ? "missing" : node.toString();
  }

  /** Puts the fields into an item. */
  void into(ObjectNode item) {
    set.properties()
        .forEach(field -> {
          if (field.getValue().isNull()) {
            item.remove(field.getKey());
          } else {
            item.set(field.getKey(), field.getValue());
          }
        });
  }
}
