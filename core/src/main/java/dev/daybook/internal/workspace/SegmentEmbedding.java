package dev.daybook.internal.workspace;

import dev.daybook.internal.entry.Row;
import dev.daybook.internal.index.EmbeddingText;
import dev.daybook.internal.index.VectorFile;
import dev.daybook.recall.Embedder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/** Embeds the rows of a segment, some at a time. */
final class SegmentEmbedding {
  private static final int ROWS_AT_ONCE = 64;

  private SegmentEmbedding() {}

  /**
   * The vectors of rows, in the order of rows.
   *
   * @param rowsDone is told how far it has come before each step; it may throw to end it
   */
  static List<VectorFile.Chunk> of(List<Row> rows, Embedder embedder, IntConsumer rowsDone) {
    List<VectorFile.Chunk> chunks = new ArrayList<>();
    for (int from = 0; from < rows.size(); from += ROWS_AT_ONCE) {
      rowsDone.accept(from);
      List<Integer> rowOf = new ArrayList<>();
      List<String> texts = new ArrayList<>();
      for (int row = from; row < Math.min(rows.size(), from + ROWS_AT_ONCE); row++) {
        for (String text : EmbeddingText.chunks(rows.get(row), embedder)) {
          rowOf.add(row);
          texts.add(text);
        }
      }
      List<float[]> vectors = embedder.embedDocuments(texts);
      for (int i = 0; i < vectors.size(); i++) {
        chunks.add(new VectorFile.Chunk(rowOf.get(i), vectors.get(i)));
      }
    }
    return chunks;
  }
}
