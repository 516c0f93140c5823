package dev.daybook.internal.manifest;

import dev.daybook.CorruptDataException;
import dev.daybook.UnsupportedFormatException;
import dev.daybook.internal.entry.Json;
import dev.daybook.internal.log.Frame;
import dev.daybook.internal.log.Keys;
import dev.daybook.internal.log.Store;
import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the newest manifest and commits the next. Numbers are dense and a key is never absent
 * again, so the newest is found by asking ahead in doubling steps from a number that is known to
 * exist, then halving.
 */
public final class Manifests {
  private static final Logger LOG = LoggerFactory.getLogger(Manifests.class);

  private final Store store;
  private final Keys keys;
  private final String workspaceId;

  @SuppressWarnings("ArrayRecordComponent") // read at once; never compared
  private record Found(long number, byte[] bytes) {}

  /** The manifests of a workspace. */
  public Manifests(Store store, Keys keys, String workspaceId) {
    this.store = store;
    this.keys = keys;
    this.workspaceId = workspaceId;
  }

  /** A manifest that comes after this one, to be changed. */
  public Manifest.Draft after(Manifest manifest) {
    return manifest.next(store.clock().instant());
  }

  /**
   * The newest manifest there is now, at least {@code known}; {@link Manifest#NONE} if there is
   * none.
   */
  public Manifest newest(Manifest known) {
    Optional<Found> found = search(known.number());
    while (found.isPresent()) {
      Optional<Manifest> manifest = parse(found.get());
      if (manifest.isPresent()) {
        return manifest.get();
      }
      // It was the newest when the one after it was not there; that was some time ago.
      long expired = found.get().number();
      found = search(expired);
      if (found.isEmpty()) {
        throw new CorruptDataException(
            keys.manifest(expired)
                + " is empty, and no manifest comes after it, though the newest never expires;"
                + " restore the objects that are missing from a backup");
      }
    }
    return known;
  }

  /** The last manifest after one of a number; empty if there is none. */
  private Optional<Found> search(long known) {
    long low = known;
    Optional<byte[]> newest = Optional.empty();
    long step = 1;
    Optional<byte[]> ahead = read(low + step);
    while (ahead.isPresent()) {
      newest = ahead;
      low += step;
      step *= 2;
      ahead = read(low + step);
    }
    long high = low + step;
    while (high - low > 1) {
      long middle = low + (high - low) / 2;
      Optional<byte[]> found = read(middle);
      if (found.isPresent()) {
        newest = found;
        low = middle;
      } else {
        high = middle;
      }
    }
    // Of those in between only the number counts; their content may have expired.
    long number = low;
    return newest.map(bytes -> new Found(number, bytes));
  }

  /** What a commit came to. */
  public enum Commit {
    /** The manifest stands. */
    DONE,
    /** Another one of that number stands. */
    LOST,
    /** The store did not say. Nothing may be deleted on the strength of this manifest. */
    UNKNOWN
  }

  /** Creates a manifest; sent once. */
  public Commit commit(Manifest next, String operation) {
    Frame frame = new Frame(Frame.Kind.MANIFEST, operation, Json.writeBytes(next));
    try {
      ObjectStore.Created created =
          store.raw().createIfAbsent(keys.manifest(next.number()), frame.encode(workspaceId));
      return created.isNew() ? Commit.DONE : Commit.LOST;
    } catch (IOException e) {
      LOG.warn(
          "Manifest {} may or may not be committed, so nothing is deleted: {}",
          next.number(),
          e.getMessage());
      return Commit.UNKNOWN;
    }
  }

  private Optional<byte[]> read(long number) {
    return store.get(keys.manifest(number)).map(ObjectStore.Stored::bytes);
  }

  /** The manifest; empty if its content has expired. */
  private Optional<Manifest> parse(Found found) {
    ObjectKey key = keys.manifest(found.number());
    Frame frame = Frame.decode(key, found.bytes(), Frame.Kind.MANIFEST, workspaceId);
    if (frame.isTombstone()) {
      return Optional.empty();
    }
    Manifest manifest;
    try {
      manifest = Json.read(frame.body(), Manifest.class);
    } catch (IOException e) {
      throw new CorruptDataException(
          key + " is no manifest: " + e.getMessage() + "; restore the object from a backup", e);
    }
    if (!manifest.features().isEmpty()) {
      throw new UnsupportedFormatException(
          key
              + " needs the features "
              + manifest.features()
              + ", this library knows none; use a newer release of Daybook");
    }
    return Optional.of(manifest);
  }
}
