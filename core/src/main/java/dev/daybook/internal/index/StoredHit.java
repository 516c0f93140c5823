package dev.daybook.internal.index;

import dev.daybook.event.Actor;
import dev.daybook.event.Envelope;
import dev.daybook.event.Envelope.Stream;
import dev.daybook.event.SessionId;
import dev.daybook.internal.entry.Row;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import org.apache.lucene.store.ByteArrayDataInput;
import org.apache.lucene.store.ByteBuffersDataOutput;
import org.apache.lucene.util.BytesRef;

/**
 * What a hit shows of its event, and the head of its text, which most snippets are cut from.
 *
 * @param text the text or, of a long one, its head
 * @param rest how many characters of the text are not here
 */
record StoredHit(
    Stream stream,
    String type,
    Instant time,
    Actor actor,
    SessionId session,
    String task,
    String outcome,
    String tool,
    String text,
    int rest) {
  /** As much as a snippet of the head needs; each 100 characters cost up to 50 bytes an event. */
  private static final int HEAD_CHARS_MAX = 320;

  /** The bytes kept of a row. */
  static BytesRef encode(Row row) {
    Envelope envelope = row.envelope();
    Actor actor = envelope.actor();
    String head = head(row.text());
    ByteBuffersDataOutput out = new ByteBuffersDataOutput();
    try {
      out.writeString(envelope.stream().name());
      out.writeString(actor.kind().name());
      out.writeString(row.type());
      Instant time = envelope.time();
      out.writeZLong(time.getEpochSecond());
      out.writeVInt(time.getNano());
      for (String text :
          new String[] {
            actor.id(),
            actor.name(),
            actor.role(),
            actor.model(),
            actor.client(),
            envelope.session().value(),
            envelope.task(),
            row.promoted().outcome(),
            row.promoted().tool(),
            head
          }) {
        out.writeString(text);
      }
      out.writeVInt(row.text().length() - head.length());
    } catch (IOException e) {
      throw new UncheckedIOException("Writing to memory failed", e);
    }
    return new BytesRef(out.toArrayCopy());
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws IOException if the bytes are something else
   */
  static StoredHit decode(BytesRef bytes) throws IOException {
    try {
      ByteArrayDataInput in = new ByteArrayDataInput(bytes.bytes, bytes.offset, bytes.length);
      Stream stream = Stream.valueOf(in.readString());
      Actor.Kind kind = Actor.Kind.valueOf(in.readString());
      String type = in.readString();
      Instant time = Instant.ofEpochSecond(in.readZLong(), in.readVInt());
      Actor actor =
          new Actor(
              kind,
              in.readString(),
              in.readString(),
              in.readString(),
              in.readString(),
              in.readString());
      return new StoredHit(
          stream,
          type,
          time,
          actor,
          new SessionId(in.readString()),
          in.readString(),
          in.readString(),
          in.readString(),
          in.readString(),
          in.readVInt());
    } catch (RuntimeException e) {
      throw new IOException(
          "A stored hit of " + bytes.length + " bytes cannot be read; rebuild the index", e);
    }
  }

  private static String head(String text) {
    if (text.length() <= HEAD_CHARS_MAX) {
      return text;
    }
    return text.substring(
        0, HEAD_CHARS_MAX - (Character.isLowSurrogate(text.charAt(HEAD_CHARS_MAX)) ? 1 : 0));
  }
}
