package dev.daybook.internal.log;

import dev.daybook.CorruptDataException;
import dev.daybook.UnsupportedFormatException;
import dev.daybook.internal.entry.Fingerprint;
import dev.daybook.internal.entry.Json;
import dev.daybook.internal.entry.LightJson;
import dev.daybook.internal.entry.LightJson.Fields;
import dev.daybook.storage.ObjectKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The form of every object that is not a columnar or index file: one line of JSON that says what it
 * is, then the body.
 *
 * @param kind what the body is
 * @param operation the write that made it; how a writer recognises its own object
 * @param body the content; empty for a tombstone
 */
@SuppressWarnings("ArrayRecordComponent") // read once and handed on; never compared
public record Frame(Kind kind, String operation, byte[] body) {
  /** The format this library writes, and the newest it reads. */
  public static final int FORMAT = 1;

  /** What an object is. */
  public enum Kind {
    /** The object that makes a workspace. */
    WORKSPACE,
    /** A plan version. */
    PLAN,
    /** A batch of a writer log. */
    BATCH,
    /** A manifest. */
    MANIFEST,
    /** A folded plan. */
    CHECKPOINT,
    /** Watermarks outside a manifest. */
    WATERMARKS,
    /** A large output. */
    OUTPUT,
    /** Keeps a key taken. */
    TOMBSTONE
  }

  private record Header(int format, Kind kind, String workspace, String operation, String sha256) {
    /** The sum of everything else in the object, so that a changed header is noticed too. */
    static String sum(long format, String kind, String workspace, String operation, byte[] body) {
      byte[] head =
          (format + "\n" + kind + "\n" + workspace + "\n" + operation + "\n")
              .getBytes(StandardCharsets.UTF_8);
      return Fingerprint.sha256Hex(head, body);
    }
  }

  /** The tombstone of a write. */
  public static Frame tombstone(String operation) {
    return new Frame(Kind.TOMBSTONE, operation, new byte[0]);
  }

  /** This frame as the bytes of an object of that workspace. */
  public byte[] encode(String workspaceId) {
    byte[] header =
        Json.writeBytes(
            new Header(
                FORMAT,
                kind,
                workspaceId,
                operation,
                Header.sum(FORMAT, kind.name(), workspaceId, operation, body)));
    byte[] bytes = Arrays.copyOf(header, header.length + 1 + body.length);
    bytes[header.length] = '\n';
    System.arraycopy(body, 0, bytes, header.length + 1, body.length);
    return bytes;
  }

  /**
   * Reads an object of a workspace.
   *
   * @param expected what the object must be; a tombstone is accepted in place of any kind
   * @param workspaceId the workspace it must belong to; empty if that is what is being read
   * @throws UnsupportedFormatException if a newer library wrote it
   * @throws CorruptDataException if it is anything else than was written there
   */
  public static Frame decode(ObjectKey key, byte[] bytes, Kind expected, String workspaceId) {
    int end = headerEnd(key, bytes);
    byte[] body = Arrays.copyOfRange(bytes, end + 1, bytes.length);
    Fields header = header(key, bytes, end);
    checkSum(key, header, body);
    Kind kind = kind(key, header, expected, workspaceId);
    return new Frame(kind, header.text("operation"), body);
  }

  /**
   * Where the body begins, for bytes whose own SHA-256 the caller compares with what a manifest
   * says, and which are too many to be copied.
   *
   * @throws UnsupportedFormatException if a newer library wrote it
   * @throws CorruptDataException if it is no object of that kind and workspace
   */
  public static int bodyOfKnown(ObjectKey key, byte[] bytes, Kind expected, String workspaceId) {
    int end = headerEnd(key, bytes);
    Kind kind = kind(key, header(key, bytes, end), expected, workspaceId);
    if (kind != expected) {
      throw corrupt(key, "it is a " + kind + ", expected a " + expected);
    }
    return end + 1;
  }

  private static int headerEnd(ObjectKey key, byte[] bytes) {
    int end = 0;
    while (end < bytes.length && bytes[end] != '\n') {
      end++;
    }
    if (end == bytes.length) {
      throw corrupt(key, "it has no header line in its " + bytes.length + " bytes");
    }
    return end;
  }

  private static Fields header(ObjectKey key, byte[] bytes, int end) {
    try {
      return LightJson.read(bytes, 0, end);
    } catch (IOException e) {
      throw unknownHeader(key, e);
    }
  }

  private static CorruptDataException unknownHeader(ObjectKey key, IOException e) {
    return corrupt(key, "its header is no JSON this library knows: " + firstLine(e.getMessage()));
  }

  private static Kind kind(ObjectKey key, Fields header, Kind expected, String workspaceId) {
    long format = header.number("format");
    if (format > FORMAT) {
      throw new UnsupportedFormatException(
          "%s has format version %d, this library reads up to %d; use a newer release of Daybook"
              .formatted(key, format, FORMAT));
    }
    Kind kind;
    try {
      kind = kind(header.text("kind"));
    } catch (IOException e) {
      throw unknownHeader(key, e);
    }
    if (!workspaceId.isEmpty() && !workspaceId.equals(header.text("workspace"))) {
      throw corrupt(
          key, "it belongs to workspace " + header.text("workspace") + ", not to " + workspaceId);
    }
    if (kind != expected && kind != Kind.TOMBSTONE) {
      throw corrupt(key, "it is a " + kind + ", expected a " + expected);
    }
    return kind;
  }

  private static Kind kind(String name) throws IOException {
    for (Kind known : Kind.values()) {
      if (known.name().equals(name)) {
        return known;
      }
    }
    throw new IOException("unknown kind '" + name + "'");
  }

  /** Every format has this sum, so that damage to the number is not taken for a newer format. */
  private static void checkSum(ObjectKey key, Fields header, byte[] body) {
    String sum =
        Header.sum(
            header.number("format", -1),
            header.text("kind"),
            header.text("workspace"),
            header.text("operation"),
            body);
    if (!sum.equals(header.text("sha256"))) {
      throw corrupt(
          key,
          "its format, kind, workspace, operation and body of "
              + body.length
              + " bytes have SHA-256 "
              + sum
              + ", its header says "
              + header.text("sha256"));
    }
  }

  /** Whether this only keeps its key taken. */
  public boolean isTombstone() {
    return kind == Kind.TOMBSTONE;
  }

  private static String firstLine(String message) {
    return message == null ? "no message" : message.lines().findFirst().orElse("");
  }

  private static CorruptDataException corrupt(ObjectKey key, String why) {
    return new CorruptDataException(
        key + " is damaged: " + why + "; restore the object from a backup");
  }
}
