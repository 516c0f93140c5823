package dev.daybook.internal.manifest;

import dev.daybook.CorruptDataException;
import dev.daybook.internal.entry.Fingerprint;
import dev.daybook.internal.entry.Json;
import dev.daybook.internal.log.EventIds;
import dev.daybook.internal.log.Frame;
import dev.daybook.internal.log.Keys;
import dev.daybook.internal.log.Keys.BatchRef;
import dev.daybook.internal.log.Store;
import dev.daybook.internal.log.Zstd;
import dev.daybook.internal.manifest.Manifest.FileRef;
import dev.daybook.internal.manifest.Manifest.Watermark;
import dev.daybook.internal.manifest.Manifest.WatermarkFile;
import dev.daybook.storage.ObjectKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How far segments cover each log. No watermark is ever forgotten, since an object of a log that
 * nobody knows would be taken for new. The manifest itself holds those of the logs that moved last;
 * the others are in files it names, which are read when a log in their range is asked for. A log in
 * none of them is new. Safe for use by any number of threads.
 */
public final class Watermarks {
  /** How many watermarks a manifest holds at most. */
  public static final int IN_MANIFEST_MAX = 1_024;

  private static final int FILES_MAX = 16;

  private final Store store;
  private final Keys keys;
  private final String workspaceId;
  private final int inManifestMax;

  /** Where the next search for the newest begins; it is asked for each time all the same. */
  private volatile Manifest lastAsked = Manifest.NONE;

  private final Map<String, Map<String, Watermark>> files = new ConcurrentHashMap<>();

  private record Line(String log, long batch, String operation, long moved) {}

  /** The watermarks of a workspace, with room for so many in a manifest. */
  public Watermarks(Store store, Keys keys, String workspaceId, int inManifestMax) {
    this.store = store;
    this.keys = keys;
    this.workspaceId = workspaceId;
    this.inManifestMax = inManifestMax;
  }

  /**
   * How far the segments of a manifest cover a log; empty if they cover nothing of it.
   *
   * @throws FileGoneException if a file is gone because the manifest is no longer in force
   */
  public Optional<Watermark> of(Manifest manifest, String log) {
    Watermark mark = manifest.watermarks().get(log);
    if (mark != null) {
      return Optional.of(mark);
    }
    if (files.size() > 2 * FILES_MAX) {
      // Most of them are of manifests long replaced.
      files
          .keySet()
          .retainAll(manifest.watermarkFiles().stream().map(file -> file.file().key()).toList());
    }
    return manifest.watermarkFiles().stream()
        .filter(file -> file.mayHold(log))
        .map(file -> marks(file).get(log))
        .filter(found -> found != null)
        .max(Comparator.comparingLong(Watermark::batch));
  }

  /** Whether the segments of a manifest cover a batch. */
  public boolean cover(Manifest manifest, BatchRef batch) {
    return of(manifest, batch.log()).filter(mark -> batch.number() <= mark.batch()).isPresent();
  }

  /**
   * The operation id of a batch that segments cover, asked of the newest manifest there is now.
   *
   * @return empty if they do not cover it, or cover later ones of that log too
   */
  public Optional<String> operationOf(Manifests manifests, String log, long number) {
    Manifest newest = manifests.newest(lastAsked);
    while (true) {
      lastAsked = newest;
      try {
        return of(newest, log).filter(mark -> mark.batch() == number).map(Watermark::operation);
      } catch (FileGoneException e) {
        Manifest newer = manifests.newest(newest);
        if (newer.number() == newest.number()) {
          throw e;
        }
        newest = newer;
      }
    }
  }

  /**
   * Moves those that have not moved for longest out of a manifest that holds too many, half of what
   * it may hold stays. Where there are too many files, they become one.
   */
  public void makeRoom(Manifest.Draft draft, Manifest read, EventIds ids) {
    Map<String, Watermark> all = draft.watermarks();
    if (all.size() <= inManifestMax) {
      return;
    }
    List<String> moved =
        all.entrySet().stream()
            .sorted(Comparator.comparingLong(entry -> entry.getValue().moved()))
            .limit(all.size() - inManifestMax / 2)
            .map(Map.Entry::getKey)
            .toList();
    TreeMap<String, Watermark> out = new TreeMap<>();
    List<WatermarkFile> kept = new ArrayList<>(read.watermarkFiles());
    if (kept.size() >= FILES_MAX) {
      for (WatermarkFile file : kept) {
        marks(file).forEach((log, mark) -> out.merge(log, mark, Watermarks::further));
      }
      kept.clear();
    }
    moved.forEach(log -> out.merge(log, all.get(log), Watermarks::further));
    kept.add(write(read, out, ids));
    draft.watermarkFiles(moved, kept);
  }

  private static Watermark further(Watermark a, Watermark b) {
    return a.batch() >= b.batch() ? a : b;
  }

  private WatermarkFile write(Manifest read, SortedMap<String, Watermark> marks, EventIds ids) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    marks.forEach((log, mark) -> {
      body.writeBytes(Json.writeBytes(new Line(log, mark.batch(), mark.operation(), mark.moved())));
      body.write('\n');
    });
    byte[] bytes =
        Zstd.compress(
            new Frame(Frame.Kind.WATERMARKS, ids.nextName(), body.toByteArray())
                .encode(workspaceId));
    ObjectKey key = keys.watermarks(read.number(), ids.nextName());
    store.create(key, bytes);
    return new WatermarkFile(
        new FileRef(key.path(), bytes.length, Fingerprint.sha256Hex(bytes)),
        marks.firstKey(),
        marks.lastKey(),
        marks.size());
  }

  private Map<String, Watermark> marks(WatermarkFile file) {
    Map<String, Watermark> known = files.get(file.file().key());
    if (known == null) {
      known = read(file);
      files.put(file.file().key(), known);
    }
    return known;
  }

  private Map<String, Watermark> read(WatermarkFile file) {
    ObjectKey key = ObjectKey.of(file.file().key());
    byte[] bytes =
        store.get(key).orElseThrow(() -> new FileGoneException(key, store.describe())).bytes();
    Frame frame =
        Frame.decode(key, Zstd.decompress(key, bytes), Frame.Kind.WATERMARKS, workspaceId);
    Map<String, Watermark> marks = new TreeMap<>();
    for (String text : new String(frame.body(), StandardCharsets.UTF_8).split("\n", -1)) {
      if (!text.isEmpty()) {
        try {
          Line line = Json.read(text, Line.class);
          marks.put(line.log(), new Watermark(line.batch(), line.operation(), line.moved()));
        } catch (IOException e) {
          throw new CorruptDataException(
              key + " holds no watermarks: " + e.getMessage() + "; restore it from a backup", e);
        }
      }
    }
    return marks;
  }
}
