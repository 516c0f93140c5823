package dev.daybook.internal.workspace;

import dev.daybook.event.EventId;
import dev.daybook.internal.entry.Row;
import dev.daybook.internal.log.Keys;
import dev.daybook.internal.manifest.Manifest;
import dev.daybook.internal.manifest.Watermarks;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * How far somebody has followed a workspace. Delivered is: every plan version up to one; every
 * trace that manifests up to one took into segments, and of later ones those up to a cursor; and of
 * each log what is at or below its mark. Whatever compaction does later, what is delivered stays
 * so: a row keeps its place, and the number of the manifest that first took it in.
 *
 * @param workspace the id of the workspace; empty for the very beginning of any
 * @param plan the plan version
 * @param manifest the number of the manifest
 * @param cursor how far the rows of later manifests are delivered
 * @param marks by log id, how far batches were delivered that no segment held then
 */
public record FollowPosition(
    String workspace, long plan, long manifest, Cursor cursor, SortedMap<String, Mark> marks) {
  /** Nothing is delivered. */
  public static final FollowPosition START =
      new FollowPosition("", 0, 0, Cursor.NONE, Collections.emptySortedMap());

  private static final String KIND = "follow-";
  private static final int VERSION = 1;
  private static final int FIELDS = 7;
  private static final int SHOWN_CHARS_MAX = 60;

  /** Copies the map. */
  public FollowPosition {
    marks = Collections.unmodifiableSortedMap(new TreeMap<>(marks));
  }

  /**
   * A row of a segment in the order of delivery: by the manifest that took it in, then by its
   * place. Rows whose place is not known come first, by event id.
   *
   * @param manifest the number of the manifest; 0 for before all rows
   * @param place in its log
   * @param id its event
   */
  record Cursor(long manifest, Row.Place place, EventId id) implements Comparable<Cursor> {
    /** Before all rows. */
    static final Cursor NONE = new Cursor(0, Row.Place.NONE, EventId.NONE);

    @Override
    public int compareTo(Cursor other) {
      int byManifest = Long.compare(manifest, other.manifest);
      int byPlace = byManifest != 0 ? byManifest : place.compareTo(other.place);
      return byPlace != 0 ? byPlace : id.compareTo(other.id);
    }
  }

  /**
   * How far a log is delivered.
   *
   * @param batch the number of the first batch that is not delivered whole, as far as is known
   * @param rows how many rows of it are delivered
   */
  record Mark(long batch, int rows) {
    /** Everything up to this batch is delivered. */
    static Mark through(long batch) {
      return new Mark(batch + 1, 0);
    }

    /** The last batch of which anything is delivered. */
    long last() {
      return rows == 0 ? batch - 1 : batch;
    }

    /** Whether a row of the log is delivered. */
    boolean reaches(Row.Place place) {
      return place.batch() < batch || (place.batch() == batch && place.index() < rows);
    }
  }

  /** Everything that a snapshot shows is delivered. */
  static FollowPosition at(String workspace, Snapshot snapshot) {
    SortedMap<String, Mark> marks = new TreeMap<>();
    for (Snapshot.Batch batch : snapshot.batches()) {
      marks.put(batch.ref().log(), Mark.through(batch.ref().number()));
    }
    return new FollowPosition(
        workspace,
        snapshot.plan().plan().version(),
        snapshot.manifest().number(),
        Cursor.NONE,
        marks);
  }

  FollowPosition in(String workspaceId) {
    return new FollowPosition(workspaceId, plan, manifest, cursor, marks);
  }

  FollowPosition withPlan(long version) {
    return version <= plan ? this : new FollowPosition(workspace, version, manifest, cursor, marks);
  }

  FollowPosition withCursor(Cursor newCursor) {
    return new FollowPosition(workspace, plan, manifest, newCursor, marks);
  }

  FollowPosition withManifest(long number) {
    return new FollowPosition(workspace, plan, number, Cursor.NONE, marks);
  }

  FollowPosition withMark(String log, Mark mark) {
    SortedMap<String, Mark> more = new TreeMap<>(marks);
    more.put(log, mark);
    return new FollowPosition(workspace, plan, manifest, cursor, more);
  }

  /** Whether everything that a manifest took in is delivered, as far as its watermarks say. */
  boolean reaches(Manifest newer, Keys keys) {
    return newer.planThrough() <= plan
        && newer.watermarkFiles().stream()
            .allMatch(file -> keys.firstManifest(file.file().key()) <= manifest)
        && newer.watermarks().entrySet().stream()
            .allMatch(log ->
                log.getValue().moved() <= manifest
                    || (marks.containsKey(log.getKey())
                        && log.getValue().batch() < marks.get(log.getKey()).batch()));
  }

  /** Whether a row of a log was delivered while no segment held it. */
  boolean marks(Row.Place place) {
    Mark mark = marks.get(place.log());
    return mark != null && mark.reaches(place);
  }

  /**
   * Refuses a position that is not in what a snapshot shows of a workspace.
   *
   * @throws IllegalArgumentException if it is of another workspace or ahead of this one
   */
  void requireIn(OpenWorkspace open, Snapshot snapshot, Watermarks watermarks) {
    if (!workspace.isEmpty() && !workspace.equals(open.id())) {
      throw new IllegalArgumentException(
          "The position is of workspace %s, '%s' in %s is %s; give it to the workspace it is from, or begin from Following.Position.START"
              .formatted(workspace, open.name(), open.location(), open.id()));
    }
    requireNotAhead(open, "plan version", plan, snapshot.plan().plan().version());
    long newest = snapshot.manifest().number();
    requireNotAhead(open, "manifest", Math.max(manifest, cursor.manifest()), newest);
    Map<String, Long> last = new TreeMap<>();
    snapshot.batches().forEach(batch -> last.put(batch.ref().log(), batch.ref().number()));
    marks.forEach((log, mark) -> {
      Long shown = last.get(log);
      long covered =
          watermarks.of(snapshot.manifest(), log).map(Manifest.Watermark::batch).orElse(0L);
      requireNotAhead(open, "batch of log " + log, mark.last(), shown == null ? covered : shown);
    });
  }

  private static void requireNotAhead(OpenWorkspace open, String what, long said, long there) {
    if (said > there) {
      throw new IllegalArgumentException(
          "The position is ahead of workspace '%s' in %s: it says %s %d, the last there is %d. If the workspace was restored from a backup, begin from workspace.position() or Following.Position.START"
              .formatted(open.name(), open.location(), what, said, there));
    }
  }

  /** As text, which {@link #parse} reads; of letters, digits and {@code . , ~ -}. */
  public String encode() {
    StringBuilder text = new StringBuilder();
    text.append(KIND).append(VERSION).append('~').append(workspace);
    text.append('~').append(plan).append('~').append(manifest).append('~');
    if (!cursor.equals(Cursor.NONE)) {
      Row.Place place = cursor.place();
      text.append(cursor.manifest()).append('.').append(place.log());
      text.append('.').append(place.batch()).append('.').append(place.index());
      text.append('.').append(cursor.id());
    }
    text.append('~');
    String between = "";
    for (Map.Entry<String, Mark> mark : marks.entrySet()) {
      text.append(between).append(mark.getKey());
      text.append('.').append(mark.getValue().batch()).append('.').append(mark.getValue().rows());
      between = ",";
    }
    return text.append('~').append(checksum(text.toString())).toString();
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws IllegalArgumentException if it did not write this
   */
  public static FollowPosition parse(String token) {
    List<String> fields = List.of(token.split("~", -1));
    if (!fields.getFirst().startsWith(KIND)) {
      throw refused(token, "is no position of a following");
    }
    if (!fields.getFirst().equals(KIND + VERSION)) {
      throw refused(
          token, "was not made by this release of Daybook, which reads " + KIND + VERSION);
    }
    int end = token.lastIndexOf('~');
    if (fields.size() != FIELDS
        || !fields.getLast().equals(checksum(token.substring(0, end + 1)))) {
      throw refused(token, "is cut off or was changed");
    }
    try {
      FollowPosition position =
          new FollowPosition(
              fields.get(1),
              Long.parseLong(fields.get(2)),
              Long.parseLong(fields.get(3)),
              cursor(fields.get(4)),
              marks(fields.get(5)));
      if (position.encode().equals(token)) {
        return position;
      }
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw refused(token, "was changed: " + e.getMessage());
    }
    throw refused(token, "was changed");
  }

  private static Cursor cursor(String text) {
    if (text.isEmpty()) {
      return Cursor.NONE;
    }
    List<String> part = List.of(text.split("\\.", -1));
    Row.Place place =
        new Row.Place(part.get(1), Long.parseLong(part.get(2)), Integer.parseInt(part.get(3)));
    return new Cursor(Long.parseLong(part.get(0)), place, EventId.parse(part.get(4)));
  }

  private static SortedMap<String, Mark> marks(String text) {
    SortedMap<String, Mark> marks = new TreeMap<>();
    for (String mark : text.isEmpty() ? List.<String>of() : List.of(text.split(",", -1))) {
      List<String> part = List.of(mark.split("\\.", -1));
      marks.put(part.get(0), new Mark(Long.parseLong(part.get(1)), Integer.parseInt(part.get(2))));
    }
    return marks;
  }

  private static IllegalArgumentException refused(String token, String why) {
    String shown =
        token.length() > SHOWN_CHARS_MAX ? token.substring(0, SHOWN_CHARS_MAX) + "…" : token;
    return new IllegalArgumentException(
        "'%s' (%d characters) %s; give what Following.Position.token() said, or begin from workspace.position() or Following.Position.START"
            .formatted(shown, token.length(), why));
  }

  private static String checksum(String text) {
    CRC32C sum = new CRC32C();
    sum.update(text.getBytes(StandardCharsets.UTF_8));
    return "%08x".formatted(sum.getValue());
  }
}
