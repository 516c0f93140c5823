package dev.daybook.internal.workspace;

import dev.daybook.internal.cache.LocalCopies;
import dev.daybook.internal.entry.Row;
import dev.daybook.internal.index.EmbeddingText;
import dev.daybook.internal.index.VectorFile;
import dev.daybook.internal.segment.RowCursor;
import dev.daybook.internal.segment.SegmentReader;
import dev.daybook.recall.Embedder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Embeds the rows of a segment, some at a time. */
final class SegmentEmbedding {
  private static final int ROWS_AT_ONCE = 64;

  /** So many rows have their vectors on the heap as they come from the model. */
  private static final int ROWS_A_PART = 4_096;

  private final Embedder embedder;
  private final IntConsumer rowsDone;
  private int done;

  private SegmentEmbedding(Embedder embedder, IntConsumer rowsDone) {
    this.embedder = embedder;
    this.rowsDone = rowsDone;
  }

  /**
   * A vector file of the rows of a segment.
   *
   * @param rowsDone is told how far it has come before each step; it may throw to end it
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
          return part;
        }
        while (true) {
          Path file = Files.write(work.file("part-" + parts.size()), part);
          int first = parts.size() * ROWS_A_PART;
          int[] newRow = IntStream.range(first, embedding.done).toArray();
          parts.add(new VectorFile.Moved(VectorFile.open(file), newRow));
          if (embedding.done == segment.rowCount()) {
            return VectorFile.merge(parts);
          }
          part = embedding.part(rows);
        }
      } finally {
        parts.forEach(part -> part.file().close());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot embed " + segment + "; check the cache folder", e);
    }
  }

  /** The vectors of the next rows, numbered from 0. */
  private byte[] part(RowCursor rows) throws IOException {
    List<VectorFile.Chunk> chunks = new ArrayList<>();
    List<Row> some = new ArrayList<>();
    int first = done;
    boolean more = true;
    while (more && done - first < ROWS_A_PART) {
      more = rows.next();
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

  private void embed(List<Row> rows, int firstRow, List<VectorFile.Chunk> chunks) {
    List<Integer> rowOf = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    for (int row = 0; row < rows.size(); row++) {
      for (String text : EmbeddingText.chunks(rows.get(row), embedder)) {
        rowOf.add(firstRow + row);
        texts.add(text);
      }
    }
    List<float[]> vectors = embedder.embedDocuments(texts);
    for (int i = 0; i < vectors.size(); i++) {
      chunks.add(new VectorFile.Chunk(rowOf.get(i), vectors.get(i)));
    }
  }
}
