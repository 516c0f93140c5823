package dev.daybook.internal.manifest;

import dev.daybook.CorruptDataException;
import dev.daybook.StorageAccessException;
import dev.daybook.UnsupportedFormatException;
import dev.daybook.internal.entry.Json;
import dev.daybook.internal.log.Frame;
import dev.daybook.internal.log.Keys;
import dev.daybook.internal.log.Store;
import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the newest manifest and commits the next. Numbers are dense and a key is never absent
 * again, so the newest is found by asking ahead in doubling steps from a number that is known to
 * exist, then halving.
 */
public final class Manifests {
  private static final int ASKED_AT_ONCE = 16;

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
   * The newest manifest there is now, for who knows none: with up to 1,000 of them two round trips.
   */
  public Manifest newest() {
    return newest(store.firstPage(keys.manifests()));
  }

  /** The newest manifest there is now, for who has the first page of a listing of them. */
  public Manifest newest(ObjectStore.Page page) {
    if (page.objects().isEmpty()) {
      return Manifest.NONE;
    }
    long listed = keys.manifestNumber(page.objects().getLast().key());
    long last = page.more() ? lastAfter(listed) : listed;
    List<Optional<ObjectStore.Stored>> stored =
        store.getAll(List.of(keys.manifest(last), keys.manifest(last + 1)));
    Optional<Manifest> manifest =
        stored.getFirst().flatMap(found -> parse(new Found(last, found.bytes())));
    // If it moved on meanwhile, one after the other finds the newest.
    return manifest.isPresent() && stored.getLast().isEmpty()
        ? manifest.get()
        : newest(manifest.orElse(Manifest.NONE));
  }

  /** The last number there is, at least one that is known, asking for several at once. */
  private long lastAfter(long known) {
    long low = known;
    long high = Long.MAX_VALUE;
    while (high - low > 1) {
      List<Long> asked = new ArrayList<>();
      for (int i = 1; i <= ASKED_AT_ONCE; i++) {
        long step =
            high == Long.MAX_VALUE ? 1L << i : Math.max(i, (high - low) * i / (ASKED_AT_ONCE + 1));
        if (low + step < high) {
          asked.add(low + step);
        }
      }
      List<Boolean> there =
          store.allOf(
              asked.stream()
                  .distinct()
                  .map(number ->
                      (Callable<Boolean>)
                          () -> store.getRange(keys.manifest(number), 0, 1).isPresent())
                  .toList());
      List<Long> numbers = asked.stream().distinct().toList();
      for (int i = 0; i < numbers.size(); i++) {
        if (there.get(i)) {
          low = Math.max(low, numbers.get(i));
        } else {
          high = Math.min(high, numbers.get(i));
        }
      }
      high = Math.max(high, low + 1);
    }
    return low;
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

  /**
   * Creates a manifest; sent once.
   *
   * @throws StorageAccessException if the store refuses it; it is not there then
   */
  public Commit commit(Manifest next, String operation) {
    Frame frame = new Frame(Frame.Kind.MANIFEST, operation, Json.writeBytes(next));
    try {
      ObjectStore.Created created =
          store.raw().createIfAbsent(keys.manifest(next.number()), frame.encode(workspaceId));
      return created.isNew() ? Commit.DONE : Commit.LOST;
    } catch (IOException e) {
      if (Store.isRefusal(e)) {
        throw store.refused("write " + keys.manifest(next.number()), e);
      }
      log()
          .warn(
              "Manifest {} may or may not be committed, so nothing is deleted: {}",
              next.number(),
              e.getMessage());
      return Commit.UNKNOWN;
    }
  }

  /** The manifest of a number; empty if there is none or its content has expired. */
  public Optional<Manifest> at(long number) {
    return read(number).flatMap(bytes -> parse(new Found(number, bytes)));
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
      manifest = Manifest.read(frame.body());
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

  /** Asked for when there is something to say: opening is not to wait for a logging system. */
  private static Logger log() {
    return LoggerFactory.getLogger(Manifests.class);
  }
}
