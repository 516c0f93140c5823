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
 * What a hit shows of its event, and the part of its text that snippets are cut from: the head and,
 * of a long text, the tail.
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
    String text) {
  private static final int HEAD_CHARS_MAX = 1_500;
  private static final int TAIL_CHARS_MAX = 500;

  /** The bytes kept of a row. */
  static BytesRef encode(Row row) {
    Envelope envelope = row.envelope();
    Actor actor = envelope.actor();
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
            shown(row.text())
          }) {
        out.writeString(text);
      }
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
          in.readString());
    } catch (RuntimeException e) {
      throw new IOException(
          "A stored hit of " + bytes.length + " bytes cannot be read; rebuild the index", e);
    }
  }

  private static String shown(String text) {
    if (text.length() <= HEAD_CHARS_MAX + TAIL_CHARS_MAX) {
      return text;
    }
    int head = onCharacter(text, HEAD_CHARS_MAX);
    int tail = onCharacter(text, text.length() - TAIL_CHARS_MAX);
    return text.substring(0, head) + "\n…\n" + text.substring(tail);
  }

  private static int onCharacter(String text, int at) {
    return Character.isLowSurrogate(text.charAt(at)) ? at - 1 : at;
  }
}
