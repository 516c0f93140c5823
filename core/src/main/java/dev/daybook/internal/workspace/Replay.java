package dev.daybook.internal.workspace;

import dev.daybook.event.Entry;
import dev.daybook.event.EventId;
import dev.daybook.event.SessionId;
import dev.daybook.internal.entry.Row;
import dev.daybook.internal.log.Store;
import dev.daybook.internal.manifest.FileGoneException;
import dev.daybook.internal.manifest.Manifest;
import dev.daybook.internal.segment.RemoteSegment;
import dev.daybook.internal.segment.RemoteSegment.Range;
import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything of one session, for who has no indexes: out of segments of which only the ranges are
 * read that hold it, and the tail. Says nothing where only indexes would tell. Safe for use by any
 * number of threads.
 */
final class Replay {
  private static final String STARTED = "ToolCallStarted";
  private static final String ENDED = "ToolCall";

  /** A segment of at most so many bytes is read whole: one request, and it stays. */
  private static final long WHOLE_BYTES_MAX = 256 << 10;

  private final Store store;
  private final String workspaceId;
  private final Library library;
  private final Map<String, Ranged> ranged = new HashMap<>();

  /** Ranges of several segments together are no more requests than the store may be asked. */
  private final Semaphore atOnce;

  Replay(Store store, String workspaceId, Library library) {
    this.store = store;
    this.workspaceId = workspaceId;
    this.library = library;
    this.atOnce = new Semaphore(store.atOnce());
  }

  /** A segment of which ranges are read, and how many bytes of it were. */
  private record Ranged(Manifest.Segment ref, AtomicLong bytesRead, Lazy segment) {
    /** Whether it would have been better to read it whole. */
    boolean isReadEnough() {
      return bytesRead.get() >= ref.file().bytes();
    }
  }

  /** Opened by the first who needs it. */
  private static final class Lazy {
    private Optional<RemoteSegment> opened = Optional.empty();

    synchronized RemoteSegment get(Callable<RemoteSegment> opener) throws Exception {
      if (opened.isEmpty()) {
        opened = Optional.of(opener.call());
      }
      return opened.get();
    }

    synchronized void forget() {
      opened = Optional.empty();
    }
  }

  /**
   * The events of a session, oldest first; started calls that have ended are left out. Empty if
   * that cannot be told without indexes: an event that was given by a source id may be in a segment
   * under another session, a call that seems not to have ended may have in another session, and of
   * a segment that cannot be read its hash says more.
   *
   * @throws FileGoneException if the store does not have a segment of the manifest
   */
  Optional<List<Entry>> of(Snapshot snapshot, SessionId session) {
    if (session.value().isEmpty()) {
      return Optional.empty();
    }
    List<Manifest.Segment> segments = snapshot.manifest().segments();
    forgetAllBut(segments);
    Tail tail = new Tail();
    snapshot.tail().forEach(row -> tail.add(row, session));
    if (!segments.isEmpty() && tail.needsSegments()) {
      return Optional.empty();
    }
    List<Entry> events;
    try {
      events = read(segments, session.value());
    } catch (Unreadable e) {
      log().debug("A session is found by the index, since {}", e.getMessage());
      return Optional.empty();
    }
    Set<EventId> ended = new HashSet<>(segments.isEmpty() ? tail.allEnded : tail.ended);
    events.forEach(entry -> addEnded(entry.type(), entry.envelope().cause(), ended));
    events.addAll(tail.events);
    events.removeIf(entry -> entry.type().equals(STARTED) && ended.contains(entry.id()));
    if (!segments.isEmpty() && events.stream().anyMatch(entry -> entry.type().equals(STARTED))) {
      return Optional.empty();
    }
    events.sort(Comparator.comparing(Entry::id));
    return Optional.of(events);
  }

  /** What the tail has of a session, and what it says of calls that any has started. */
  private static final class Tail {
    private final Set<EventId> seen = new HashSet<>();
    private final List<Entry> events = new ArrayList<>();

    /** Started calls that ended for sure: of an end with a source a segment may have another. */
    private final Set<EventId> ended = new HashSet<>();

    private final Set<EventId> allEnded = new HashSet<>();
    private boolean hasSources;

    /** Of rows with the same id only the first counts, whichever session it is of. */
    void add(Row row, SessionId session) {
      if (!seen.add(row.id())) {
        return;
      }
      boolean hasSource = !row.envelope().source().isEmpty();
      addEnded(row.type(), row.envelope().cause(), allEnded);
      if (!hasSource) {
        addEnded(row.type(), row.envelope().cause(), ended);
      }
      if (row.envelope().session().equals(session)) {
        events.add(row.entry());
        hasSources |= hasSource;
      }
    }

    /** Whether only all segments together can tell what is to be seen of the tail. */
    boolean needsSegments() {
      return hasSources
          || events.stream()
              .anyMatch(entry -> entry.type().equals(STARTED) && !ended.contains(entry.id()));
    }
  }

  private static void addEnded(String type, EventId cause, Set<EventId> ended) {
    if (type.equals(ENDED) && cause.isPresent()) {
      ended.add(cause);
    }
  }

  private synchronized void forgetAllBut(List<Manifest.Segment> segments) {
    ranged.values().removeIf(one -> !segments.contains(one.ref()));
  }

  private synchronized Ranged ranged(Manifest.Segment ref) {
    return ranged.computeIfAbsent(
        ref.file().key(), key -> new Ranged(ref, new AtomicLong(), new Lazy()));
  }

  /** Lets go of what is known of segments, for who has an index from now on. */
  synchronized void forget() {
    ranged.clear();
  }

  /** The events of a session in some segments, in no order. */
  private List<Entry> read(List<Manifest.Segment> segments, String session) {
    List<Manifest.Segment> whole = new ArrayList<>();
    List<Callable<List<Entry>>> parts = new ArrayList<>();
    for (Manifest.Segment ref : segments) {
      if (isReadWhole(ref)) {
        whole.add(ref);
      } else {
        parts.add(() -> inRanges(ref, session));
      }
    }
    // A whole segment is in memory while it is fetched, which the library bounds.
    library.fetchRows(whole);
    List<Entry> events = new ArrayList<>();
    for (Manifest.Segment ref : whole) {
      try {
        events.addAll(library.reader(ref).session(session));
      } catch (IOException e) {
        throw new Unreadable(e);
      }
    }
    store.allOf(parts).forEach(events::addAll);
    return events;
  }

  private boolean isReadWhole(Manifest.Segment ref) {
    return ref.file().bytes() <= WHOLE_BYTES_MAX
        || ranged(ref).isReadEnough()
        || library.copies().has(ref.file().sha256());
  }

  private List<Entry> inRanges(Manifest.Segment ref, String session) throws Exception {
    Ranged one = ranged(ref);
    try {
      return one.segment()
          .get(() ->
              RemoteSegment.open(
                  ref.file().key(),
                  ref.file().bytes(),
                  workspaceId,
                  ranges -> read(ref, one.bytesRead(), ranges)))
          .session(session);
    } catch (IOException e) {
      throw new Unreadable(e);
    } finally {
      if (one.isReadEnough()) {
        one.segment().forget();
      }
    }
  }

  private List<byte[]> read(Manifest.Segment ref, AtomicLong bytesRead, List<Range> ranges)
      throws IOException {
    ObjectKey key = ObjectKey.of(ref.file().key());
    List<Callable<byte[]>> reads = new ArrayList<>();
    for (Range range : ranges) {
      bytesRead.addAndGet(range.bytes());
      reads.add(() -> {
        atOnce.acquire();
        try {
          return store
              .getRange(key, range.offset(), range.bytes())
              .map(ObjectStore.Stored::bytes)
              .orElseThrow(() -> new FileGoneException(key, store.describe()));
        } finally {
          atOnce.release();
        }
      });
    }
    List<byte[]> parts = store.allOf(reads);
    for (int i = 0; i < parts.size(); i++) {
      if (parts.get(i).length != ranges.get(i).bytes()) {
        throw new IOException(
            "%s has %d bytes of %s".formatted(key, parts.get(i).length, ranges.get(i)));
      }
    }
    return parts;
  }

  /** Some segment cannot be read in ranges. */
  @SuppressWarnings("serial") // caught here
  private static final class Unreadable extends RuntimeException {
    Unreadable(IOException cause) {
      super(cause.getMessage(), cause);
    }
  }

  /** Asked for when there is something to say: opening is not to wait for a logging system. */
  private static Logger log() {
    return LoggerFactory.getLogger(Replay.class);
  }
}
