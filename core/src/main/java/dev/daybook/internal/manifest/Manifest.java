package dev.daybook.internal.manifest;

import dev.daybook.internal.entry.LightJson;
import dev.daybook.internal.entry.LightJson.Fields;
import dev.daybook.internal.log.Keys;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The state of a workspace's files at one commit.
 *
 * @param number from 1, dense; 0 for {@link #NONE}
 * @param committedAt by the clock of the committer
 * @param features what a reader must understand; an unknown one is refused
 * @param planThrough the last plan version that segments cover; 0 for none
 * @param watermarks of the logs that moved last: the last covered batch; {@link Watermarks} knows
 *     the others
 * @param watermarkFiles where the watermarks of all other logs are
 * @param segments in force, oldest first
 * @param checkpoint the plan folded up to {@code planThrough}; empty or one
 * @param taken every event that was ever taken into a segment
 * @param retired files that are not in force any more, as long as their objects are there
 * @param oldestKept manifests below this number have expired, unless they are pinned
 * @param pins by name, manifests that do not expire
 */
public record Manifest(
    long number,
    Instant committedAt,
    List<String> features,
    long planThrough,
    Map<String, Watermark> watermarks,
    List<WatermarkFile> watermarkFiles,
    List<Segment> segments,
    List<FileRef> checkpoint,
    Balance taken,
    List<Retired> retired,
    long oldestKept,
    Map<String, Long> pins) {
  /** What is in force before the first commit. */
  public static final Manifest NONE =
      new Manifest(
          0,
          Instant.EPOCH,
          List.of(),
          0,
          Map.of(),
          List.of(),
          List.of(),
          List.of(),
          Balance.ZERO,
          List.of(),
          0,
          Map.of());

  /** Copies the collections; maps in the order of their keys. */
  public Manifest {
    features = List.copyOf(features);
    watermarks = ordered(watermarks);
    watermarkFiles = List.copyOf(watermarkFiles);
    segments = List.copyOf(segments);
    checkpoint = List.copyOf(checkpoint);
    retired = List.copyOf(retired);
    pins = ordered(pins);
  }

  /**
   * Reads what {@code Json} wrote; whoever adds a field adds it here, too.
   *
   * @throws IOException if it is no manifest
   */
  static Manifest read(byte[] json) throws IOException {
    Fields body = LightJson.read(json);
    for (RecordComponent needed : Manifest.class.getRecordComponents()) {
      if (!body.has(needed.getName())) {
        throw new IOException("it has no " + needed.getName());
      }
    }
    Map<String, Watermark> watermarks = new TreeMap<>();
    for (String log : body.object("watermarks").values().keySet()) {
      Fields mark = body.object("watermarks").object(log);
      watermarks.put(
          log, new Watermark(mark.number("batch"), mark.text("operation"), mark.number("moved")));
    }
    Map<String, Long> pins = new TreeMap<>();
    for (String name : body.object("pins").values().keySet()) {
      pins.put(name, body.object("pins").number(name));
    }
    Fields taken = body.object("taken");
    return new Manifest(
        body.number("number"),
        body.time("committedAt"),
        body.texts("features"),
        body.number("planThrough"),
        watermarks,
        body.objects("watermarkFiles").stream()
            .map(one ->
                new WatermarkFile(
                    FileRef.of(one.object("file")),
                    one.text("lowest"),
                    one.text("highest"),
                    one.number("logs")))
            .toList(),
        segments(body),
        body.objects("checkpoint").stream().map(FileRef::of).toList(),
        new Balance(taken.number("events"), taken.text("sum")),
        body.objects("retired").stream()
            .map(one -> new Retired(one.text("key"), one.number("last")))
            .toList(),
        body.number("oldestKept"),
        pins);
  }

  private static List<Segment> segments(Fields body) throws IOException {
    List<Segment> segments = new ArrayList<>();
    for (Fields one : body.objects("segments")) {
      Map<String, FileRef> vectors = new TreeMap<>();
      for (String model : one.object("vectors").values().keySet()) {
        vectors.put(model, FileRef.of(one.object("vectors").object(model)));
      }
      try {
        segments.add(
            new Segment(
                FileRef.of(one.object("file")),
                one.number("rows"),
                one.number("planRows"),
                one.text("sum"),
                FileRef.of(one.object("index")),
                vectors));
      } catch (IllegalArgumentException e) {
        throw new IOException(e.getMessage(), e);
      }
    }
    return segments;
  }

  private static <V> Map<String, V> ordered(Map<String, V> map) {
    return Collections.unmodifiableMap(new TreeMap<>(map));
  }

  /**
   * How far segments cover a log.
   *
   * @param batch the last covered batch number
   * @param operation of that batch; of a fence the tombstone's
   * @param moved the number of the manifest that moved it last
   */
  public record Watermark(long batch, String operation, long moved) {}

  /**
   * Watermarks in an object of their own.
   *
   * @param file the object
   * @param lowest the first log id in it
   * @param highest the last log id in it
   * @param logs how many there are
   */
  public record WatermarkFile(FileRef file, String lowest, String highest, long logs) {
    /** Whether it may hold the watermark of this log. */
    boolean mayHold(String log) {
      return lowest.compareTo(log) <= 0 && log.compareTo(highest) <= 0;
    }
  }

  /**
   * An object by its key, its length and its content.
   *
   * @param key the whole key
   * @param bytes its length
   * @param sha256 of its content, in hexadecimal
   */
  public record FileRef(String key, long bytes, String sha256) {
    static FileRef of(Fields file) {
      return new FileRef(file.text("key"), file.number("bytes"), file.text("sha256"));
    }
  }

  /**
   * A file that was in force.
   *
   * @param key the whole key
   * @param last the number of the last manifest that named it
   */
  public record Retired(String key, long last) {}

  /**
   * A segment and what was built from it.
   *
   * @param file the Parquet object
   * @param rows how many events, at least 1
   * @param planRows how many of them are of the plan
   * @param sum over the ids of its events, as in {@link Balance}
   * @param index its lexical index
   * @param vectors by model key, its vectors
   */
  public record Segment(
      FileRef file,
      long rows,
      long planRows,
      String sum,
      FileRef index,
      Map<String, FileRef> vectors) {
    /** Copies the map. */
    public Segment {
      vectors = ordered(vectors);
      if (rows < 1) {
        throw new IllegalArgumentException(
            "Segment " + file.key() + " has " + rows + " rows, expected at least 1");
      }
    }

    /** The same segment with the vectors of one more model. */
    public Segment withVectors(String modelKey, FileRef vectorFile) {
      Map<String, FileRef> more = new TreeMap<>(vectors);
      more.put(modelKey, vectorFile);
      return new Segment(file, rows, planRows, sum, index, more);
    }

    /** The same segment with another index. */
    public Segment withIndex(FileRef newIndex) {
      return new Segment(file, rows, planRows, sum, newIndex, vectors);
    }

    /** Its events. */
    public Balance balance() {
      return new Balance(rows, sum);
    }

    /** Its own file and those built from it. */
    public List<FileRef> files() {
      List<FileRef> files = new ArrayList<>(List.of(file, index));
      files.addAll(vectors.values());
      return files;
    }
  }

  /** How many events the segments hold. */
  public long rows() {
    return segments.stream().mapToLong(Segment::rows).sum();
  }

  /** Every file in force. */
  public List<FileRef> files() {
    List<FileRef> files = new ArrayList<>(checkpoint);
    segments.forEach(segment -> files.addAll(segment.files()));
    watermarkFiles.forEach(marks -> files.add(marks.file()));
    return files;
  }

  /** The keys of every file that this manifest or one that is kept names, or may have named. */
  public Set<String> keysKept(Keys keys) {
    Set<String> kept = new TreeSet<>();
    files().forEach(file -> kept.add(file.key()));
    for (Retired file : retired) {
      long first = keys.firstManifest(file.key());
      if (file.last() >= oldestKept
          || pins.values().stream().anyMatch(pin -> first <= pin && pin <= file.last())) {
        kept.add(file.key());
      }
    }
    return kept;
  }

  /** Whether the content of that manifest has expired. */
  public boolean hasExpired(long other) {
    return other < oldestKept && !pins.containsValue(other);
  }

  /** A manifest that comes after this one, to be changed. */
  public Draft next(Instant now) {
    return new Draft(this, now);
  }

  /**
   * The next manifest in the making. Whatever way it changes, no file is forgotten: one that is no
   * longer in force is retired.
   */
  public static final class Draft {
    private final Manifest before;
    private final Instant now;
    private long planThrough;
    private final Map<String, Watermark> watermarks;
    private List<WatermarkFile> watermarkFiles;
    private List<Segment> segments;
    private List<FileRef> checkpoint;
    private Balance taken;
    private Set<String> gone = Set.of();
    private long oldestKept;
    private final Map<String, Long> pins;

    private Draft(Manifest before, Instant now) {
      this.before = before;
      this.now = now;
      this.planThrough = before.planThrough;
      this.watermarks = new TreeMap<>(before.watermarks);
      this.watermarkFiles = before.watermarkFiles;
      this.segments = before.segments;
      this.checkpoint = before.checkpoint;
      this.taken = before.taken;
      this.oldestKept = before.oldestKept;
      this.pins = new TreeMap<>(before.pins);
    }

    /** The number it will have. */
    public long number() {
      return before.number + 1;
    }

    /** These segments in place of the present ones. */
    public Draft segments(List<Segment> newSegments) {
      segments = List.copyOf(newSegments);
      return this;
    }

    /** Takes in a segment of events that were in none. */
    public Draft takeIn(Segment added) {
      List<Segment> all = new ArrayList<>(segments);
      all.add(added);
      taken = taken.plus(added.balance());
      return segments(all);
    }

    /** Covers a log up to this batch. */
    public Draft cover(String log, long batch, String operation) {
      watermarks.put(log, new Watermark(batch, operation, number()));
      return this;
    }

    /** Covers the plan up to a version, with a checkpoint of it. */
    public Draft coverPlan(long version, FileRef newCheckpoint) {
      planThrough = version;
      checkpoint = List.of(newCheckpoint);
      return this;
    }

    /** The watermarks in the manifest itself. */
    Map<String, Watermark> watermarks() {
      return Collections.unmodifiableMap(watermarks);
    }

    /** Moves the watermarks of these logs into files, which are all the files there then are. */
    Draft watermarkFiles(Collection<String> moved, List<WatermarkFile> files) {
      watermarks.keySet().removeAll(moved);
      watermarkFiles = List.copyOf(files);
      return this;
    }

    /** Lets manifests below a number expire. */
    public Draft keepFrom(long oldest) {
      oldestKept = Math.max(oldestKept, Math.min(oldest, number()));
      return this;
    }

    /** Forgets retired files of which the objects are gone. */
    public Draft forget(Set<String> goneKeys) {
      gone = Set.copyOf(goneKeys);
      return this;
    }

    /** Keeps this manifest, and every file it names, until the name is taken off. */
    public Draft pin(String name) {
      pins.put(name, number());
      return this;
    }

    /** Takes a name off. */
    public Draft unpin(String name) {
      pins.remove(name);
      return this;
    }

    /**
     * The manifest.
     *
     * @throws IllegalStateException if its segments do not hold exactly what was taken in
     */
    public Manifest build() {
      Balance held = segments.stream().map(Segment::balance).reduce(Balance.ZERO, Balance::plus);
      if (!held.equals(taken)) {
        throw new IllegalStateException(
            "Manifest %d is not written: its segments hold %d events (%s), taken in were %d (%s); run workspace.verify() and report this"
                .formatted(number(), held.events(), held.sum(), taken.events(), taken.sum()));
      }
      return new Manifest(
          number(),
          now,
          before.features,
          planThrough,
          watermarks,
          watermarkFiles,
          segments,
          checkpoint,
          taken,
          retired(),
          oldestKept,
          pins);
    }

    private List<Retired> retired() {
      Set<String> inForce = new TreeSet<>();
      checkpoint.forEach(file -> inForce.add(file.key()));
      watermarkFiles.forEach(marks -> inForce.add(marks.file().key()));
      segments.forEach(segment -> segment.files().forEach(file -> inForce.add(file.key())));
      List<Retired> all = new ArrayList<>(before.retired);
      all.removeIf(file -> gone.contains(file.key()));
      for (FileRef file : before.files()) {
        if (!inForce.contains(file.key())) {
          all.add(new Retired(file.key(), before.number));
        }
      }
      return all;
    }
  }
}
