package dev.daybook.benchmarks;

import dev.daybook.event.Envelope.Stream;
import dev.daybook.event.Event;
import dev.daybook.event.PlanEvent;
import dev.daybook.internal.entry.SearchText;
import dev.daybook.internal.index.LuceneTerms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnByteVectorField;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LogDocMergePolicy;
import org.apache.lucene.index.MultiReader;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnByteVectorQuery;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.MMapDirectory;

/**
 * What a program does that uses Lucene itself: one index of words, one HNSW graph of vectors, the
 * best hundred of each, joined by rank. Document n is event n.
 *
 * <p>Words and vectors are in folders of their own, with the documents in the same order, so that
 * graphs, which take most of the time, are kept when the words change. Searching does not notice.
 * Safe from any thread.
 */
public final class RawLucene implements AutoCloseable {
  private static final String VECTOR = "vector";
  private static final int THREADS = 2;
  private static final int RRF_K = 60;
  private static final int TEXTS_COMPARED = 200;

  /** What a byte of a vector stands for: components beyond a quarter are cut, one in a million. */
  private static final float BYTE_SCALE = 127 / 0.25f;

  /** How a graph keeps its vectors. */
  public enum Vectors {
    /** Four bytes a component. */
    FLOAT32,
    /** A byte a component, all of one scale, and nothing else. */
    INT8
  }

  /** What is indexed, by number from 0 on. */
  public interface Documents {
    /** Tells its folders from those of others. */
    String name();

    /** How many there are. */
    long count();

    /** One of them. */
    Event event(long number);

    /** Its vector, of length 1. */
    float[] vector(long number);

    /** The number of the first of a part. */
    default long firstOf(int part, int parts) {
      return count() * part / parts;
    }
  }

  private record OfHistory(SyntheticHistory history) implements Documents {
    @Override
    public String name() {
      return "history-" + SyntheticHistory.VERSION;
    }

    @Override
    public long count() {
      return history.events();
    }

    @Override
    public Event event(long number) {
      return history.event(number);
    }

    @Override
    public float[] vector(long number) {
      return ClusteredEmbedder.of(SearchText.of(event(number)));
    }

    @Override
    public long firstOf(int part, int parts) {
      return history.firstOf(part, parts);
    }
  }

  private final Vectors kind;
  private final List<IndexReader> readers = new ArrayList<>();
  private final IndexSearcher words;
  private final IndexSearcher vectors;

  private RawLucene(Vectors kind, Path wordFolder, Path vectorFolder, int segments)
      throws IOException {
    this.kind = kind;
    this.words = new IndexSearcher(open(wordFolder, segments));
    words.setSimilarity(LuceneTerms.similarity());
    this.vectors = new IndexSearcher(open(vectorFolder, segments));
  }

  private IndexReader open(Path folder, int segments) throws IOException {
    IndexReader[] parts = new IndexReader[segments];
    for (int i = 0; i < segments; i++) {
      parts[i] = DirectoryReader.open(new MMapDirectory(folder.resolve(part(i))));
    }
    IndexReader all = segments == 1 ? parts[0] : new MultiReader(parts);
    readers.add(all);
    return all;
  }

  /** The events of a history, whose vectors are those of {@link ClusteredEmbedder}. */
  public static Documents documents(SyntheticHistory history) {
    return new OfHistory(history);
  }

  /**
   * Opens the indexes of a history, built first where they are not there.
   *
   * @param folder for the indexes of all histories
   * @param segments how many parts of equal size
   */
  public static RawLucene of(Path folder, SyntheticHistory history, Vectors kind, int segments)
      throws Exception {
    return of(folder, documents(history), kind, segments);
  }

  /** The same for other documents. */
  public static RawLucene of(Path folder, Documents documents, Vectors kind, int segments)
      throws Exception {
    String about = "-%d-in-%d-%s".formatted(documents.count(), segments, documents.name());
    Path words = folder.resolve("words-" + termsOf(documents) + about);
    Path vectors = folder.resolve(kind.name().toLowerCase(Locale.ROOT) + about);
    build(words, documents, segments, number -> List.of());
    build(vectors, documents, segments, number -> List.of(kind));
    return new RawLucene(kind, words, vectors, segments);
  }

  /** So that words are indexed anew when their analysis changes, and only then. */
  private static String termsOf(Documents documents) {
    List<String> texts = new ArrayList<>();
    for (long number = 0; number < Math.min(TEXTS_COMPARED, documents.count()); number++) {
      texts.add(SearchText.of(documents.event(number)));
    }
    return LuceneTerms.fingerprint(texts);
  }

  /** What is made of an event: its vectors, or if there are none its words. */
  private interface Content {
    List<Vectors> of(long number);
  }

  private static void build(Path folder, Documents documents, int segments, Content content)
      throws Exception {
    long start = System.nanoTime();
    List<Integer> missing = new ArrayList<>();
    for (int i = 0; i < segments; i++) {
      if (!Files.isDirectory(folder.resolve(part(i)))) {
        missing.add(i);
      }
    }
    try (ExecutorService pool = Executors.newFixedThreadPool(THREADS)) {
      List<Future<?>> parts = new ArrayList<>();
      for (int part : missing) {
        parts.add(
            pool.submit(() -> {
              build(folder, documents, part, segments, content);
              return null;
            }));
      }
      for (Future<?> part : parts) {
        part.get();
      }
    }
    if (!missing.isEmpty()) {
      Console.progress(
          "built %d of %d parts of raw %s in %.0f s",
          missing.size(), segments, folder.getFileName(), (System.nanoTime() - start) / 1e9);
    }
  }

  private static String part(int number) {
    return "part-" + number;
  }

  private static void build(
      Path folder, Documents documents, int part, int segments, Content content)
      throws IOException {
    Path done = folder.resolve(part(part));
    Path work = folder.resolve(part(part) + ".unfinished");
    if (Files.exists(work)) {
      Scratch.delete(work);
    }
    Files.createDirectories(work);
    long end = documents.firstOf(part + 1, segments);
    LuceneTerms terms = new LuceneTerms();
    try (ExecutorService merging = Executors.newFixedThreadPool(THREADS);
        MMapDirectory directory = new MMapDirectory(work);
        IndexWriter writer = new IndexWriter(directory, config(merging))) {
      for (long number = documents.firstOf(part, segments); number < end; number++) {
        writer.addDocument(document(documents, number, content.of(number), terms));
        if (number % 50_000 == 0) {
          Console.progress("raw %s: %,d of %,d", folder.getFileName(), number, documents.count());
        }
      }
      writer.forceMerge(1);
      writer.commit();
    }
    Files.move(work, done);
  }

  /** One thread adds and neighbours are merged, so that documents stay in order. */
  private static IndexWriterConfig config(ExecutorService merging) {
    LogDocMergePolicy neighbours = new LogDocMergePolicy();
    neighbours.setNoCFSRatio(0);
    IndexWriterConfig config =
        new IndexWriterConfig()
            .setSimilarity(LuceneTerms.similarity())
            .setMergePolicy(neighbours)
            .setMergeScheduler(new SerialMergeScheduler())
            .setUseCompoundFile(false)
            .setRAMBufferSizeMB(1_900);
    config.setRAMPerThreadHardLimitMB(1_900);
    config.setCodec(
        new Lucene104Codec() {
          private final KnnVectorsFormat graph =
              new Lucene99HnswVectorsFormat(
                  Lucene99HnswVectorsFormat.DEFAULT_MAX_CONN,
                  Lucene99HnswVectorsFormat.DEFAULT_BEAM_WIDTH,
                  THREADS,
                  merging);

          @Override
          public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
            return graph;
          }
        });
    return config;
  }

  private static Document document(
      Documents documents, long number, List<Vectors> kinds, LuceneTerms terms) {
    Document document = new Document();
    if (kinds.isEmpty()) {
      Event event = documents.event(number);
      terms
          .fields(SearchText.of(event), event instanceof PlanEvent ? Stream.PLAN : Stream.TRACE)
          .forEach(document::add);
    }
    for (Vectors kind : kinds) {
      float[] vector = documents.vector(number);
      document.add(
          switch (kind) {
            case FLOAT32 ->
                new KnnFloatVectorField(VECTOR, vector, VectorSimilarityFunction.DOT_PRODUCT);
            case INT8 ->
                new KnnByteVectorField(VECTOR, bytes(vector), VectorSimilarityFunction.DOT_PRODUCT);
          });
    }
    return document;
  }

  private static byte[] bytes(float[] vector) {
    byte[] bytes = new byte[vector.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) Math.max(-127, Math.min(127, Math.round(vector[i] * BYTE_SCALE)));
    }
    return bytes;
  }

  /** The question of a vector, made ready. */
  public Query near(float[] vector, int count) {
    return switch (kind) {
      case FLOAT32 -> new KnnFloatVectorQuery(VECTOR, vector, count);
      case INT8 -> new KnnByteVectorQuery(VECTOR, bytes(vector), count);
    };
  }

  /** The best by words. */
  public TopDocs byWords(Query query, int count) throws IOException {
    return words.search(query, count);
  }

  /** The best by vectors. */
  public TopDocs byVectors(Query query, int count) throws IOException {
    return vectors.search(query, count);
  }

  /** The best by ranks in both. */
  public TopDocs byBoth(Query wanted, Query near, int count) throws IOException {
    TopDocs[] both = {words.search(wanted, count), vectors.search(near, count)};
    return TopDocs.rrf(count, RRF_K, both);
  }

  /** The same, with words looked for on this thread and vectors on one of the executor's. */
  public TopDocs byBoth(Query wanted, Query near, int count, ExecutorService beside)
      throws IOException, InterruptedException, ExecutionException {
    Future<TopDocs> vectorDocs = beside.submit(() -> vectors.search(near, count));
    TopDocs wordDocs = words.search(wanted, count);
    return TopDocs.rrf(count, RRF_K, new TopDocs[] {wordDocs, vectorDocs.get()});
  }

  /** How many documents its indexes hold, each; empty if they do not hold the same. */
  public OptionalInt count() {
    int[] counts = readers.stream().mapToInt(IndexReader::numDocs).distinct().toArray();
    return counts.length == 1 ? OptionalInt.of(counts[0]) : OptionalInt.empty();
  }

  /** What it is called in a table. */
  public String name() {
    return "Lucene " + kind.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public void close() throws IOException {
    for (IndexReader reader : readers) {
      reader.close();
    }
  }
}
