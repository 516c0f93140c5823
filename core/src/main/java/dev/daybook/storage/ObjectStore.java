package dev.daybook.storage;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A place that keeps immutable objects under keys: a directory, an S3 bucket, memory.
 *
 * <p>Everything Daybook promises rests on {@link #createIfAbsent}: of all calls that name one key,
 * from any process, at most one is ever answered {@link Creation#CREATED}, and its bytes are what
 * every later read returns until the object is overwritten or deleted. Reads and listings begun
 * after an answered write see it.
 *
 * <p>What a store does <em>not</em> promise: that a call which threw had no effect (it may take
 * effect later, even after a long time), that a listing is a snapshot, or that several calls are
 * atomic together. Where it cannot keep two keys apart, because they differ only in case or one is
 * a folder of the other ({@code a} and {@code a/b}), it may refuse the second with an {@code
 * IOException}, never mix them up. A store does not retry a conditional create by itself; Daybook
 * does, and recognises its own object by the operation id inside.
 *
 * <p>Failures are {@link IOException}s: {@link java.nio.file.AccessDeniedException} when
 * credentials or permissions refuse, {@link java.nio.file.NoSuchFileException} when the bucket or
 * folder itself is missing, anything else when the store cannot be reached or does not know. Calls
 * block; interrupting the thread ends a call that waits in an {@code IOException}, and the
 * interrupt flag stays set. Misuse is an {@link IllegalArgumentException}.
 *
 * <p>Safe for use by any number of threads. A store is closed by whoever made it.
 */
public interface ObjectStore extends AutoCloseable {
  /** The most keys one page of a listing holds. */
  int PAGE_KEYS_MAX = 1_000;

  /** What a create-if-absent came to. */
  enum Creation {
    /** The object did not exist and now holds exactly these bytes, durably. */
    CREATED,
    /** The key was taken; nothing was written. */
    ALREADY_EXISTS
  }

  /**
   * The answer to a create-if-absent.
   *
   * @param creation whether the object was created
   * @param answeredAt the store's own clock when it answered
   */
  record Created(Creation creation, Instant answeredAt) {
    /** Checks the parts. */
    public Created {
      Objects.requireNonNull(creation, "creation");
      Objects.requireNonNull(answeredAt, "answeredAt");
    }

    /** Whether this call made the object. */
    public boolean isNew() {
      return creation == Creation.CREATED;
    }
  }

  /**
   * An object that was read.
   *
   * @param bytes its content, or the asked part of it; owned by the caller
   * @param storedAt when the object was last written, by the store's own clock
   * @param answeredAt the store's own clock when it answered
   */
  @SuppressWarnings(
      "ArrayRecordComponent") // a value that is read once and handed on; never compared
  record Stored(byte[] bytes, Instant storedAt, Instant answeredAt) {
    /** Checks the parts. */
    public Stored {
      Objects.requireNonNull(bytes, "bytes");
      Objects.requireNonNull(storedAt, "storedAt");
      Objects.requireNonNull(answeredAt, "answeredAt");
    }
  }

  /**
   * One line of a listing.
   *
   * @param key the object's key
   * @param size its length in bytes
   * @param storedAt when it was last written, by the store's own clock
   */
  record Listed(ObjectKey key, long size, Instant storedAt) {
    /** Checks the parts. */
    public Listed {
      Objects.requireNonNull(key, "key");
      Objects.requireNonNull(storedAt, "storedAt");
    }
  }

  /**
   * One page of a listing.
   *
   * @param objects in ascending key order, at most {@link #PAGE_KEYS_MAX}
   * @param more whether a further page, started after the last key of this one, may hold something
   * @param answeredAt the store's own clock when it answered
   */
  record Page(List<Listed> objects, boolean more, Instant answeredAt) {
    /** Copies the list and checks the parts. */
    public Page {
      objects = List.copyOf(objects);
      Objects.requireNonNull(answeredAt, "answeredAt");
    }
  }

  /**
   * A create-if-absent had no effect and never will have, though no permission was missing: there
   * is no room, or the store said that nothing was written. Repeating it may do better.
   */
  @SuppressWarnings("serial") // thrown, never sent
  final class NotWrittenException extends IOException {
    /** With this message and what it follows from. */
    public NotWrittenException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * Creates the object if its key is free, atomically and durably.
   *
   * @throws NotWrittenException if it was not created, for sure
   * @throws IOException if it is not known whether the object was created, or the store refused
   */
  Created createIfAbsent(ObjectKey key, byte[] bytes) throws IOException;

  /** Reads a whole object; empty if there is none. */
  Optional<Stored> get(ObjectKey key) throws IOException;

  /**
   * Reads part of an object; empty if there is none. Fewer bytes come back where the object ends
   * earlier, none where it ends before {@code offset}.
   *
   * @param offset of the first byte, from 0
   * @param length how many bytes, at least 1
   */
  Optional<Stored> getRange(ObjectKey key, long offset, int length) throws IOException;

  /**
   * One page of the objects whose keys begin with {@code prefix}, in ascending key order.
   *
   * @param prefix what the whole path begins with, not necessarily a whole part; empty for all
   * @param startAfter only keys greater than this; empty to begin at the start
   * @param keysMax at most this many, from 1 to {@link #PAGE_KEYS_MAX}
   */
  Page list(String prefix, String startAfter, int keysMax) throws IOException;

  /**
   * Writes the object whether or not it exists, atomically: a reader sees the old bytes or the new
   * ones. Daybook uses it only where every writer would write the same bytes (tombstones).
   */
  void overwrite(ObjectKey key, byte[] bytes) throws IOException;

  /** Removes the object; no error if there is none. */
  void delete(ObjectKey key) throws IOException;

  /** Where this is, for messages: {@code /srv/factory}, {@code s3://bucket/prefix}. */
  String describe();

  /** Frees what the store itself opened. */
  @Override
  void close();
}
