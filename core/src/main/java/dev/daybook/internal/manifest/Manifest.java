package dev.daybook.internal.manifest;

import dev.daybook.internal.log.Keys.BatchRef;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The state of a workspace's files at one commit.
 *
 * @param number from 1, dense; 0 for {@link #NONE}
 * @param committedAt by the clock of the committer
 * @param features what a reader must understand; an unknown one is refused
 * @param planThrough the last plan version that segments cover; 0 for none
 * @param watermarks of each log its last covered batch and that batch's operation id
 * @param segments in force, oldest first
 * @param checkpoint the plan folded up to {@code planThrough}; empty or one
 */
public record Manifest(
    long number,
    Instant committedAt,
    List<String> features,
    long planThrough,
    Map<String, Watermark> watermarks,
    List<Segment> segments,
    List<FileRef> checkpoint) {
  /** What is in force before the first commit. */
  public static final Manifest NONE =
      new Manifest(0, Instant.EPOCH, List.of(), 0, Map.of(), List.of(), List.of());

  /** Copies the collections. */
  public Manifest {
    features = List.copyOf(features);
    watermarks = Map.copyOf(watermarks);
    segments = List.copyOf(segments);
    checkpoint = List.copyOf(checkpoint);
  }

  /**
   * How far segments cover a log.
   *
   * @param batch the last covered batch number
   * @param operation of that batch; of a fence the tombstone's
   */
  public record Watermark(long batch, String operation) {}

  /**
   * An object by its key below the workspace, its length and its content.
   *
   * @param key the whole key
   * @param bytes its length
   * @param sha256 of its content, in hexadecimal
   */
  public record FileRef(String key, long bytes, String sha256) {}

  /**
   * A segment and what was built from it.
   *
   * @param file the Parquet object
   * @param rows how many events, at least 1
   * @param planRows how many of them are of the plan
   * @param index its lexical index
   * @param vectors by model key, its vectors
   */
  public record Segment(
      FileRef file, long rows, long planRows, FileRef index, Map<String, FileRef> vectors) {
    /** Copies the map. */
    public Segment {
      vectors = Map.copyOf(vectors);
      if (rows < 1) {
        throw new IllegalArgumentException(
            "Segment " + file.key() + " has " + rows + " rows, expected at least 1");
      }
    }

    /** The same segment with the vectors of one more model. */
    public Segment withVectors(String modelKey, FileRef file) {
      Map<String, FileRef> more = new TreeMap<>(vectors);
      more.put(modelKey, file);
      return new Segment(this.file, rows, planRows, index, more);
    }

    /** The same segment with another index. */
    public Segment withIndex(FileRef newIndex) {
      return new Segment(file, rows, planRows, newIndex, vectors);
    }
  }

  /** Whether segments cover this batch. */
  public boolean covers(BatchRef batch) {
    Watermark mark = watermarks.get(batch.log());
    return mark != null && batch.number() <= mark.batch();
  }

  /** How far segments cover this log; empty if they cover nothing of it. */
  public Optional<Watermark> watermark(String log) {
    return Optional.ofNullable(watermarks.get(log));
  }

  /** How many events the segments hold. */
  public long rows() {
    return segments.stream().mapToLong(Segment::rows).sum();
  }

  /** The next manifest with these segments in place of the present ones. */
  public Manifest next(Instant now, List<Segment> newSegments) {
    return new Manifest(
        number + 1, now, features, planThrough, watermarks, newSegments, checkpoint);
  }

  /** The next manifest after a segment took in batches and plan versions. */
  public Manifest next(
      Instant now,
      List<Segment> added,
      Map<String, Watermark> moved,
      long newPlanThrough,
      List<FileRef> newCheckpoint) {
    Map<String, Watermark> marks = new TreeMap<>(watermarks);
    marks.putAll(moved);
    List<Segment> all = new ArrayList<>(segments);
    all.addAll(added);
    return new Manifest(number + 1, now, features, newPlanThrough, marks, all, newCheckpoint);
  }
}
