package dev.daybook.benchmarks.recall;

import dev.daybook.benchmarks.ClusteredEmbedder;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.lance.Dataset;
import org.lance.index.DistanceType;
import org.lance.index.Index;
import org.lance.index.IndexOptions;
import org.lance.index.IndexParams;
import org.lance.index.IndexType;
import org.lance.index.scalar.InvertedIndexParams;
import org.lance.index.vector.HnswBuildParams;
import org.lance.index.vector.IvfBuildParams;
import org.lance.index.vector.PQBuildParams;
import org.lance.index.vector.SQBuildParams;
import org.lance.index.vector.VectorIndexParams;
import org.lance.ipc.FullTextQuery;
import org.lance.ipc.LanceScanner;
import org.lance.ipc.Query;
import org.lance.ipc.ScanOptions;

/** A table of a history's texts and vectors: id, text, vector. For one thread. */
final class LanceTable implements AutoCloseable {
  private static final String ID = "id";
  private static final String TEXT = "text";
  private static final String VECTOR = "vector";
  private static final int BATCH = 5_000;

  /**
   * How its index of vectors is asked.
   *
   * @param probes how many of its partitions are looked through
   * @param refine how many times the wanted number are compared with by whole vectors; 0 for none
   * @param ef how many candidates the graphs keep; 0 where there are none
   */
  record Effort(int probes, int refine, int ef) {
    static Effort of(String text) {
      String[] parts = text.split(",", -1);
      return new Effort(
          Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
    }

    @Override
    public String toString() {
      return probes + "," + refine + "," + ef;
    }
  }

  private final Dataset dataset;
  private final Optional<Effort> effort;

  private LanceTable(Dataset dataset, Optional<Effort> effort) {
    this.dataset = dataset;
    this.effort = effort;
  }

  /** Opens a table, to be looked through whole unless it is told how to ask its index. */
  static LanceTable open(Path folder, BufferAllocator allocator, Optional<Effort> effort) {
    return new LanceTable(
        Dataset.open().allocator(allocator).uri(folder.toString()).build(), effort);
  }

  /** Writes the events of a file. */
  static void write(Path folder, BufferAllocator allocator, Path file) {
    try (DataInputStream in =
            new DataInputStream(new BufferedInputStream(Files.newInputStream(file)));
        Events events = new Events(allocator, in);
        Dataset written =
            Dataset.write().allocator(allocator).reader(events).uri(folder.toString()).execute()) {
      if (written.countRows() != events.count) {
        throw new IllegalStateException(
            "%s has %,d rows of %,d".formatted(folder, written.countRows(), events.count));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Indexes the texts of a table by words and its vectors in one of three ways, of the sizes that
   * LanceDB's guide to vector indexes says to begin with: graphs in a partition for each 1,048,576
   * rows, product quantization of a byte for eight components in one for each 4,096. For IVF_FLAT,
   * of which it says nothing, there are as many as the reference of the API has by default, the
   * root of the rows.
   */
  static void index(Path folder, BufferAllocator allocator, IndexType kind) {
    try (Dataset dataset = Dataset.open().allocator(allocator).uri(folder.toString()).build()) {
      double rows = dataset.countRows();
      VectorIndexParams vectors =
          switch (kind) {
            case IVF_FLAT ->
                VectorIndexParams.ivfFlat(partitions(Math.sqrt(rows)), DistanceType.Cosine);
            case IVF_PQ ->
                VectorIndexParams.withIvfPqParams(
                    DistanceType.Cosine,
                    new IvfBuildParams.Builder().setNumPartitions(partitions(rows / 4_096)).build(),
                    new PQBuildParams.Builder()
                        .setNumSubVectors(ClusteredEmbedder.DIMENSION / 8)
                        .setNumBits(8)
                        .build());
            case IVF_HNSW_SQ ->
                VectorIndexParams.withIvfHnswSqParams(
                    DistanceType.Cosine,
                    new IvfBuildParams.Builder()
                        .setNumPartitions(partitions(rows / (1 << 20)))
                        .build(),
                    new HnswBuildParams.Builder().build(),
                    new SQBuildParams.Builder().build());
            default -> throw new IllegalArgumentException("No index of vectors here is " + kind);
          };
      Index unused =
          dataset.createIndex(
              IndexOptions.builder(
                      List.of(VECTOR),
                      kind,
                      IndexParams.builder().setVectorIndexParams(vectors).build())
                  .build());
      Index unusedToo =
          dataset.createIndex(
              IndexOptions.builder(
                      List.of(TEXT),
                      IndexType.INVERTED,
                      IndexParams.builder()
                          .setScalarIndexParams(
                              InvertedIndexParams.builder()
                                  .baseTokenizer("simple")
                                  .language("English")
                                  .lowerCase(true)
                                  .stem(true)
                                  .removeStopWords(true)
                                  .asciiFolding(true)
                                  .build())
                          .build())
                  .build());
    }
  }

  private static int partitions(double wanted) {
    return (int) Math.max(1, Math.round(wanted));
  }

  /** How many rows it has. */
  long rows() {
    return dataset.countRows();
  }

  /** The best by words. */
  int[] byWords(String question) throws Exception {
    return scan(
        new ScanOptions.Builder()
            .columns(List.of(ID, "_score"))
            .fullTextQuery(FullTextQuery.match(question, TEXT))
            .limit(RecallData.CANDIDATES)
            .build());
  }

  /** The nearest. */
  int[] byVectors(float[] question) throws Exception {
    Query.Builder query =
        new Query.Builder()
            .setColumn(VECTOR)
            .setKey(question)
            .setK(RecallData.CANDIDATES)
            .setDistanceType(DistanceType.Cosine)
            .setUseIndex(effort.isPresent());
    effort.ifPresent(how -> {
      query.setNprobes(how.probes());
      if (how.refine() > 0) {
        query.setRefineFactor(how.refine());
      }
      if (how.ef() > 0) {
        query.setEf(how.ef());
      }
    });
    return scan(
        new ScanOptions.Builder().columns(List.of(ID, "_distance")).nearest(query.build()).build());
  }

  /** The best by both, which look at the same time, as LanceDB's own joining has them do. */
  int[] byBoth(String question, float[] vector, ExecutorService beside) throws Exception {
    Future<int[]> near = beside.submit(() -> byVectors(vector));
    int[] words = byWords(question);
    return ReciprocalRanks.join(words, near.get(), RecallData.WANTED);
  }

  @SuppressWarnings("try") // that of a scanner declares every exception
  private int[] scan(ScanOptions options) throws Exception {
    int[] found = new int[RecallData.CANDIDATES];
    int count = 0;
    try (LanceScanner scanner = dataset.newScan(options);
        ArrowReader batches = scanner.scanBatches()) {
      while (batches.loadNextBatch()) {
        BigIntVector ids = (BigIntVector) batches.getVectorSchemaRoot().getVector(ID);
        for (int i = 0; i < ids.getValueCount() && count < found.length; i++) {
          found[count++] = (int) ids.get(i);
        }
      }
    }
    return Arrays.copyOf(found, count);
  }

  @Override
  public void close() {
    dataset.close();
  }

  /** The events of a file, batch by batch. */
  private static final class Events extends ArrowReader {
    private final DataInputStream in;
    private final int count;
    private int next;

    Events(BufferAllocator allocator, DataInputStream in) throws IOException {
      super(allocator);
      this.in = in;
      count = in.readInt();
    }

    @Override
    protected Schema readSchema() {
      return new Schema(
          List.of(
              Field.notNullable(ID, new ArrowType.Int(64, true)),
              Field.notNullable(TEXT, ArrowType.Utf8.INSTANCE),
              new Field(
                  VECTOR,
                  FieldType.notNullable(new ArrowType.FixedSizeList(ClusteredEmbedder.DIMENSION)),
                  List.of(
                      Field.notNullable(
                          "item", new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE))))));
    }

    @Override
    public boolean loadNextBatch() throws IOException {
      prepareLoadNextBatch();
      VectorSchemaRoot root = getVectorSchemaRoot();
      int rows = Math.min(BATCH, count - next);
      if (rows <= 0) {
        return false;
      }
      BigIntVector ids = (BigIntVector) root.getVector(ID);
      VarCharVector texts = (VarCharVector) root.getVector(TEXT);
      FixedSizeListVector vectors = (FixedSizeListVector) root.getVector(VECTOR);
      Float4Vector components = (Float4Vector) vectors.getDataVector();
      ids.allocateNew(rows);
      texts.allocateNew(rows);
      vectors.allocateNew();
      components.allocateNew(rows * ClusteredEmbedder.DIMENSION);
      for (int i = 0; i < rows; i++) {
        RecallData.Written event = RecallData.Written.read(in);
        float[] vector = event.vector();
        ids.set(i, next);
        texts.setSafe(i, event.text());
        vectors.setNotNull(i);
        for (int j = 0; j < vector.length; j++) {
          components.set(i * vector.length + j, vector[j]);
        }
        next++;
      }
      components.setValueCount(rows * ClusteredEmbedder.DIMENSION);
      root.setRowCount(rows);
      return true;
    }

    @Override
    public long bytesRead() {
      return 0;
    }

    @Override
    protected void closeReadSource() {
      // The file belongs to who opened it.
    }
  }
}
