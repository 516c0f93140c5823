package dev.daybook.internal.log;

import dev.daybook.CorruptDataException;
import dev.daybook.event.EventId;
import dev.daybook.event.ToolCall;
import dev.daybook.event.ToolCall.StoredOutput;
import dev.daybook.internal.entry.Fingerprint;
import dev.daybook.internal.entry.MaskedEvent;
import dev.daybook.internal.entry.Row;
import dev.daybook.internal.entry.SearchText;
import dev.daybook.storage.ObjectKey;
import java.nio.charset.StandardCharsets;

/**
 * A tool call whose output is too large for its event. The output becomes an object of its own,
 * under a name that says which batch is to name it, and is written before that batch; once the
 * batch is settled without naming it, it is an orphan.
 *
 * @param event a call with its whole output
 */
public record LargeOutput(MaskedEvent event) {
  private static final String NO_LOG = "0".repeat(26);

  /** The call with its whole output. */
  ToolCall call() {
    return (ToolCall) event.event();
  }

  private EventId id() {
    return event.envelope().id();
  }

  /** The event without the output, as long as it will be in whatever batch. */
  EntryLines.Encoded event(Keys keys) {
    return event(keys, NO_LOG, 0);
  }

  /** The event without the output, for a batch. */
  EntryLines.Encoded event(Keys keys, String log, long number) {
    byte[] bytes = call().output().getBytes(StandardCharsets.UTF_8);
    StoredOutput stored =
        new StoredOutput(
            keys.output(log, number, id()).path(), bytes.length, Fingerprint.sha256Hex(bytes));
    return EntryLines.encode(Row.of(event.cut(SearchText.excerpt(call().output()), stored)));
  }

  /** Writes the object of a batch; repeating it is harmless. */
  void write(Store store, Keys keys, String workspaceId, String log, long number) {
    byte[] body = call().output().getBytes(StandardCharsets.UTF_8);
    Frame frame = new Frame(Frame.Kind.OUTPUT, id().toString(), body);
    store.create(keys.output(log, number, id()), Zstd.compress(frame.encode(workspaceId)));
  }

  /**
   * Reads an output.
   *
   * @throws CorruptDataException if it is missing or not what was written
   */
  public static String read(Store store, String workspaceId, StoredOutput stored) {
    ObjectKey key = ObjectKey.of(stored.key());
    byte[] bytes =
        store
            .get(key)
            .orElseThrow(() ->
                new CorruptDataException(
                    key
                        + " is missing from "
                        + store.describe()
                        + "; restore the object from a backup"))
            .bytes();
    Frame frame = Frame.decode(key, Zstd.decompress(key, bytes), Frame.Kind.OUTPUT, workspaceId);
    if (!Fingerprint.sha256Hex(frame.body()).equals(stored.sha256())) {
      throw new CorruptDataException(
          key + " is not the output that its event names; restore the object from a backup");
    }
    return new String(frame.body(), StandardCharsets.UTF_8);
  }
}
