package dev.daybook.internal.log;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import dev.daybook.CorruptDataException;
import dev.daybook.event.Envelope;
import dev.daybook.internal.entry.EventJson;
import dev.daybook.internal.entry.Json;
import dev.daybook.internal.entry.Row;
import dev.daybook.storage.ObjectKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows as lines of JSON: the envelope, the type, the payload as an object. The body of batches and
 * plan versions.
 */
public final class EntryLines {
  private record Read(Envelope envelope, String type, int schema, Place payload) {}

  /** Where a value stands in its line. */
  @JsonDeserialize(using = PlaceReader.class)
  private record Place(int from, int to) {}

  @SuppressWarnings("serial") // Jackson's base class is Serializable; this is never serialised
  private static final class PlaceReader extends StdDeserializer<Place> {
    PlaceReader() {
      super(Place.class);
    }

    @Override
    public Place deserialize(JsonParser in, DeserializationContext context) throws IOException {
      long from = in.currentTokenLocation().getCharOffset();
      in.skipChildren();
      // A text is only read to its end when somebody asks for it.
      in.finishToken();
      return new Place((int) from, (int) in.currentLocation().getCharOffset());
    }
  }

  private EntryLines() {}

  /**
   * A row and its line.
   *
   * @param row as everyone will read it
   * @param line with its line feed
   */
  @SuppressWarnings("ArrayRecordComponent") // handed on once; never compared
  public record Encoded(Row row, byte[] line) {}

  /**
   * One row as a line, and as it will be read back: text that UTF-8 cannot hold (half a surrogate
   * pair) is replaced, here and for every reader alike.
   */
  public static Encoded encode(Row row) {
    String json = json(row);
    byte[] line = json.getBytes(StandardCharsets.UTF_8);
    if (new String(line, StandardCharsets.UTF_8).equals(json)) {
      return new Encoded(row, line);
    }
    ObjectKey unsent = ObjectKey.of("event/" + row.id());
    return new Encoded(rows(unsent, line).getFirst(), line);
  }

  /** One row as a line, with its line feed. */
  public static byte[] line(Row row) {
    return json(row).getBytes(StandardCharsets.UTF_8);
  }

  private static String json(Row row) {
    return EventJson.line(row) + "\n";
  }

  /** Several rows as lines. */
  public static byte[] lines(List<Row> rows) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Row row : rows) {
      out.writeBytes(line(row));
    }
    return out.toByteArray();
  }

  private static Row row(String line) throws IOException {
    Read read = Json.readFilling(line, Read.class);
    if (read == null || read.envelope() == null || !read.envelope().id().isPresent()) {
      throw new IOException("it has no envelope with the id of an event");
    }
    if (read.type() == null || read.type().isBlank()) {
      throw new IOException("it has no type");
    }
    // Just as it was written: a newer library may mean more by it than this one sees.
    String payload =
        read.payload() == null
            ? "null"
            : line.substring(read.payload().from(), read.payload().to());
    return Row.read(read.envelope(), read.type(), read.schema(), payload);
  }

  /**
   * The rows of a body. An event that does not fit its type is a row like any other.
   *
   * @throws CorruptDataException if a line is no entry
   */
  public static List<Row> rows(ObjectKey key, byte[] body) {
    List<Row> rows = new ArrayList<>();
    int number = 1; // after the header line
    for (String line : new String(body, StandardCharsets.UTF_8).split("\n", -1)) {
      number++;
      if (line.isEmpty()) {
        continue;
      }
      try {
        rows.add(row(line));
      } catch (IOException | IllegalArgumentException e) {
        throw new CorruptDataException(
            key
                + ": line "
                + number
                + " is no entry: "
                + e.getMessage()
                + "; restore the object from a backup",
            e);
      }
    }
    return rows;
  }
}
