package dev.daybook.internal.workspace;

import dev.daybook.StorageAccessException;
import dev.daybook.internal.cache.LocalCopies;
import dev.daybook.internal.entry.Row;
import dev.daybook.internal.index.EmbeddingText;
import dev.daybook.internal.index.VectorFile;
import dev.daybook.internal.segment.RowCursor;
import dev.daybook.internal.segment.SegmentReader;
import dev.daybook.recall.Embedder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Embeds the rows of a segment, some at a time. */
final class SegmentEmbedding {
  private static final int ROWS_AT_ONCE = 64;

  /** So many rows have their vectors on the heap as they come from the model. */
  private static final int ROWS_A_PART = 4_096;

  private final Embedder embedder;
  private final IntConsumer rowsDone;
  private int done;
  private int refused;
  private String refusal = "";

  private SegmentEmbedding(Embedder embedder, IntConsumer rowsDone) {
    this.embedder = embedder;
    this.rowsDone = rowsDone;
  }

  /**
   * A vector file of the rows of a segment. Rows whose text the embedder refuses have no vector.
   *
   * @param rowsDone is told how far it has come before each step; it may throw to end it
   * @throws StorageAccessException if the cache folder cannot be written
   * @throws RuntimeException of the embedder, if it refuses any text
   */
  static byte[] of(
      SegmentReader segment, Embedder embedder, LocalCopies copies, IntConsumer rowsDone) {
    SegmentEmbedding embedding = new SegmentEmbedding(embedder, rowsDone);
    List<VectorFile.Moved> parts = new ArrayList<>();
    try (RowCursor rows = segment.rows();
        LocalCopies.Work work = copies.newWork()) {
      try {
        byte[] part = embedding.part(rows);
        if (embedding.done == segment.rowCount()) {
          return embedding.whole(segment, part);
        }
        while (true) {
          Path file = Files.write(work.file("part-" + parts.size()), part);
          int first = parts.size() * ROWS_A_PART;
          int[] newRow = IntStream.range(first, embedding.done).toArray();
          parts.add(new VectorFile.Moved(VectorFile.open(file), newRow));
          if (embedding.done == segment.rowCount()) {
            return embedding.whole(segment, VectorFile.merge(parts));
          }
          part = embedding.part(rows);
        }
      } finally {
        parts.forEach(part -> part.file().close());
      }
    } catch (IOException e) {
      throw LibraryFiles.unmade("embed " + segment, e);
    }
  }

  /** The vectors of the next rows, numbered from 0. */
  private byte[] part(RowCursor rows) {
    List<VectorFile.Chunk> chunks = new ArrayList<>();
    List<Row> some = new ArrayList<>();
    int first = done;
    boolean more = true;
    while (more && done - first < ROWS_A_PART) {
      more = next(rows);
      if (more) {
        some.add(rows.row());
      }
      if (some.size() == ROWS_AT_ONCE || !more) {
        rowsDone.accept(done);
        embed(some, done - first, chunks);
        done += some.size();
        some.clear();
      }
    }
    return VectorFile.write(embedder.dimension(), chunks);
  }

  private static boolean next(RowCursor rows) {
    try {
      return rows.next();
    } catch (IOException e) {
      throw Library.unreadable(e);
    }
  }

  private void embed(List<Row> rows, int firstRow, List<VectorFile.Chunk> chunks) {
    try {
      chunks.addAll(embedded(rows, firstRow));
      return;
    } catch (RuntimeException e) {
      requireWorking(embedder, e);
    }
    for (int row = 0; row < rows.size(); row++) {
      try {
        chunks.addAll(embedded(rows.subList(row, row + 1), firstRow + row));
      } catch (RuntimeException e) {
        requireWorking(embedder, e);
        refused++;
        refusal = rows.get(row).id() + ": " + e;
      }
    }
  }

  private List<VectorFile.Chunk> embedded(List<Row> rows, int firstRow) {
    List<Integer> rowOf = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    for (int row = 0; row < rows.size(); row++) {
      for (String text : EmbeddingText.chunks(rows.get(row), embedder)) {
        rowOf.add(firstRow + row);
        texts.add(text);
      }
    }
    List<VectorFile.Chunk> chunks = new ArrayList<>();
    List<float[]> vectors = vectors(embedder, texts);
    for (int i = 0; i < vectors.size(); i++) {
      chunks.add(new VectorFile.Chunk(rowOf.get(i), vectors.get(i)));
    }
    return chunks;
  }

  /** Vectors of texts; a model is not asked for none. */
  static List<float[]> vectors(Embedder embedder, List<String> texts) {
    return texts.isEmpty() ? List.of() : embedder.embedDocuments(texts);
  }

  /**
   * Makes sure that it is a text that was refused, and not that the embedder does not work any
   * more: then nothing is to be left out.
   *
   * @throws RuntimeException the failure, if it is the embedder's
   */
  static void requireWorking(Embedder embedder, RuntimeException failure) {
    if (Thread.currentThread().isInterrupted()) {
      throw failure;
    }
    try {
      List<float[]> unused = embedder.embedDocuments(List.of("text"));
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
      throw failure;
    }
  }

  /** Says what was left out. */
  private byte[] whole(SegmentReader segment, byte[] file) {
    if (refused > 0) {
      log()
          .warn(
              "{} events of {} have no vector, since the embedder refuses them; the last was {}",
              refused,
              segment,
              refusal);
    }
    return file;
  }

  /** Asked for when there is something to say: opening is not to wait for a logging system. */
  private static Logger log() {
    return LoggerFactory.getLogger(SegmentEmbedding.class);
  }
}
