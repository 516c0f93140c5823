package dev.daybook.internal.log;

import dev.daybook.CorruptDataException;
import dev.daybook.DaybookException;
import dev.daybook.OutcomeUnknownException;
import dev.daybook.StorageUnavailableException;
import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One write to a key that others may write too, taken to one definite answer: it is ours, it is
 * somebody else's, or it failed and never will be there. The same bytes are sent until the store
 * answers; past the deadline a fence is put at the key, so that a late request of ours can do
 * nothing, and the key is read.
 */
public final class ConditionalWrite {
  private final Store store;

  /** Writes to this store. */
  public ConditionalWrite(Store store) {
    this.store = store;
  }

  /** What a write came to. */
  public sealed interface Outcome {}

  /** The object at the key is ours. */
  public record Ours() implements Outcome {}

  /**
   * The key holds what somebody else wrote.
   *
   * @param frame what is there
   */
  public record Theirs(Frame frame) implements Outcome {}

  /**
   * The object that was there is gone: compaction covered it. The watermark says whether it was
   * ours.
   */
  public record Gone() implements Outcome {}

  /**
   * It is not there and never will be.
   *
   * @param why what the caller is told
   */
  public record Failed(DaybookException why) implements Outcome {}

  /**
   * The deadline passed, and a fence stands or was not needed. Where keys become free again, what
   * stands at the key is not yet the answer: what compaction covered before decides first.
   *
   * @param standing what the key held after the fence: ours, somebody else's, nothing, or (failed)
   *     the fence
   * @param why what the caller is told if the write failed
   */
  public record Fenced(Outcome standing, DaybookException why) implements Outcome {}

  /** How to read what stands at a key. */
  @FunctionalInterface
  public interface Decoder {
    /** The frame in the bytes of an object. */
    Frame decode(byte[] bytes);
  }

  /**
   * Sends the write.
   *
   * @param what names it in messages
   * @param operation the id inside {@code bytes}
   * @param fence what to put at the key when the deadline has passed
   * @param decoder reads what is at the key
   * @throws OutcomeUnknownException if not even the fence was answered
   */
  public Outcome write(
      String what,
      ObjectKey key,
      byte[] bytes,
      String operation,
      Supplier<byte[]> fence,
      Decoder decoder) {
    Instant start = store.clock().instant();
    boolean mayHaveLanded = false;
    IOException last = null;
    int attempt = 1;
    do {
      try {
        ObjectStore.Created created = store.raw().createIfAbsent(key, bytes);
        if (created.isNew()) {
          return new Ours();
        }
      } catch (IOException e) {
        if (Store.isRefusal(e) && !mayHaveLanded) {
          return new Failed(store.refused(what, e));
        }
        mayHaveLanded |= !(e instanceof ObjectStore.NotWrittenException);
        last = e;
        attempt++;
        continue;
      }
      try {
        return standing(key, operation, decoder);
      } catch (DaybookException e) {
        if (!mayHaveLanded) {
          throw e;
        }
        // What stands there may be ours, so not being able to read it is no failure of the write.
        return fence(what, key, operation, fence.get(), decoder, e);
      }
    } while (store.mayRepeat(start, store.deadline()) && store.pause(attempt - 1));
    DaybookException failure = store.unavailable(what, attempt - 1, start, last);
    // What was never written cannot land later, and where there is no room there is none for a
    // fence.
    return mayHaveLanded
        ? fence(what, key, operation, fence.get(), decoder, failure)
        : new Failed(failure);
  }

  /**
   * Asks once more for a write that nobody sends any more: puts the fence at its key, so that it
   * cannot land later, and looks at what stands there.
   *
   * @throws OutcomeUnknownException if the fence was not answered
   */
  public Fenced ask(
      String what, ObjectKey key, String operation, Supplier<byte[]> fence, Decoder decoder) {
    DaybookException notThere = new StorageUnavailableException("it was asked for again");
    return fence(what, key, operation, fence.get(), decoder, notThere);
  }

  /** The error for a write of which nothing could be learned; it can be asked for again. */
  public static OutcomeUnknownException unanswered(
      ObjectKey key, String operation, DaybookException e) {
    return new OutcomeUnknownException(
        "%s may or may not be written: %s. Ask workspace.outcome(\"%s\") again"
            .formatted(key, e.getMessage(), token(key, operation)),
        e,
        token(key, operation));
  }

  /** What a user asks with for the outcome of a write. */
  static String token(ObjectKey key, String operation) {
    return key + "#" + operation;
  }

  private Fenced fence(
      String what,
      ObjectKey key,
      String operation,
      byte[] fence,
      Decoder decoder,
      DaybookException failure) {
    boolean interrupted = Thread.interrupted();
    try {
      Instant start = store.clock().instant();
      for (int attempt = 1; ; attempt++) {
        try {
          if (store.raw().createIfAbsent(key, fence).isNew()) {
            return new Fenced(new Failed(failure), failure);
          }
          Outcome standing = standing(key, operation, decoder);
          boolean fenceStands = standing instanceof Theirs(Frame frame) && frame.isTombstone();
          return new Fenced(fenceStands ? new Failed(failure) : standing, failure);
        } catch (IOException | DaybookException e) {
          boolean again = store.mayRepeat(start, store.deadline()) && store.pause(attempt);
          if (!again) {
            throw new OutcomeUnknownException(
                "%s may or may not have happened: %s, and the fence was not answered either. Ask workspace.outcome(\"%s\") before repeating it"
                    .formatted(what, failure.getMessage(), token(key, operation)),
                e,
                token(key, operation));
          }
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private Outcome standing(ObjectKey key, String operation, Decoder decoder) {
    Optional<ObjectStore.Stored> stored = store.get(key);
    if (stored.isEmpty()) {
      return new Gone();
    }
    Frame frame = decoder.decode(stored.get().bytes());
    return frame.operation().equals(operation) && !frame.isTombstone()
        ? new Ours()
        : new Theirs(frame);
  }

  /** The error for an object that only one writer can have made, found to be another's. */
  static CorruptDataException usedTwice(ObjectKey key, String operation) {
    return new CorruptDataException(
        key
            + " was written by another process with the same log id (expected operation "
            + operation
            + "); a running process or its memory was copied. Start the copy anew, and record again"
            + " what it had not yet acknowledged");
  }
}
