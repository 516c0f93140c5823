package dev.daybook.embedding.minilm;

import dev.daybook.internal.minilm.MiniLmModel;
import dev.daybook.internal.minilm.ModelFiles;
import dev.daybook.internal.minilm.VectorCache;
import dev.daybook.internal.minilm.WordPieceTokenizer;
import dev.daybook.recall.Embedder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * all-MiniLM-L6-v2 with int8 weights on ONNX Runtime: 384 dimensions, mean of the token states,
 * questions and documents alike. English; accents and case are ignored.
 *
 * <p>A text costs 1 to 10 ms of one core by its length; one seen among the latest of about 17,000
 * (32 MiB) costs nothing. Calls of {@link #embedDocuments} compute on their own thread and on as
 * many helpers as leave no processor idle, shared by all calls. The same text has the same vector,
 * to the bit, at any time on the same kind of processor.
 *
 * <p>Needs native code: start the JVM with {@code --enable-native-access=ALL-UNNAMED} to be spared
 * a warning. ONNX Runtime's libraries are unpacked once into {@code daybook} under the user's cache
 * folder; the system property {@code daybook.onnxruntime.folder} names another folder, or {@code
 * none} to have them unpacked into {@code java.io.tmpdir} at each start.
 */
public final class MiniLmEmbedder implements Embedder {
  private static final int TOKENS_MAX = MiniLmModel.SEQUENCE_MAX - 2;
  private static final long CACHE_BYTES = 32L << 20;
  private static final String MODEL_KEY = "minilm-l6-v2-int8-" + fingerprint();
  private static final ThreadFactory HELPERS =
      Thread.ofPlatform().daemon().name("daybook-minilm-", 0).factory();

  private final WordPieceTokenizer tokenizer;
  private final MiniLmModel model;
  private final VectorCache cache = new VectorCache(CACHE_BYTES);
  private final Semaphore helpers = new Semaphore(Runtime.getRuntime().availableProcessors() - 1);

  private MiniLmEmbedder(WordPieceTokenizer tokenizer, MiniLmModel model) {
    this.tokenizer = tokenizer;
    this.model = model;
  }

  /**
   * Loads the model: about half a second, 60 MB of native memory beside ONNX Runtime's own 30 MB.
   * The embedder is meant to be shared; each load holds its own copy.
   *
   * @throws IllegalStateException if this platform cannot run it, or the model's files are not the
   *     ones expected, saying which and what to do
   */
  public static MiniLmEmbedder load() {
    ClassLoader classPath = MiniLmEmbedder.class.getClassLoader();
    requireRuntime(classPath);
    try {
      var tokenizer = WordPieceTokenizer.read(ModelFiles.readTokenizer(classPath));
      return new MiniLmEmbedder(tokenizer, MiniLmModel.open(ModelFiles.readWeights(classPath)));
    } catch (IOException e) {
      throw new IllegalStateException("Cannot parse the tokenizer.json of the MiniLM model", e);
    }
  }

  /** Before any class is touched that cannot be linked without it. */
  private static void requireRuntime(ClassLoader classPath) {
    try {
      Class.forName("ai.onnxruntime.OrtEnvironment", false, classPath);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(
          "The MiniLM embedder needs ONNX Runtime, which is not on the class path; put"
              + " com.microsoft.onnxruntime:onnxruntime on it",
          e);
    }
  }

  @Override
  public String modelKey() {
    return MODEL_KEY;
  }

  @Override
  public int dimension() {
    return MiniLmModel.DIMENSION;
  }

  @Override
  public int maxTokens() {
    return TOKENS_MAX;
  }

  @Override
  public List<float[]> embedDocuments(List<String> texts) {
    model.requireOpen();
    List<String> sequences =
        texts.stream().map(text -> tokenizer.encode(text, TOKENS_MAX)).toList();
    Map<String, float[]> vectors = new HashMap<>();
    SequencedSet<String> unknown = new LinkedHashSet<>();
    for (String sequence : sequences) {
      cache
          .find(sequence)
          .ifPresentOrElse(vector -> vectors.put(sequence, vector), () -> unknown.add(sequence));
    }
    List<String> computed = List.copyOf(unknown);
    float[][] results = computeAll(computed);
    for (int i = 0; i < results.length; i++) {
      vectors.put(computed.get(i), results[i]);
    }
    return sequences.stream().map(sequence -> vectors.get(sequence).clone()).toList();
  }

  @Override
  public float[] embedQuery(String text) {
    model.requireOpen();
    String sequence = tokenizer.encode(text, TOKENS_MAX);
    return cache.find(sequence).orElseGet(() -> compute(sequence)).clone();
  }

  @Override
  public List<String> split(String text, int tokensMax, int chunksMax) {
    requireAtLeastOne("tokensMax", tokensMax);
    requireAtLeastOne("chunksMax", chunksMax);
    return tokenizer.split(text, tokensMax, chunksMax);
  }

  @Override
  public void close() {
    model.close();
  }

  private float[] compute(String sequence) {
    float[] vector = model.embed(sequence);
    cache.put(sequence, vector);
    return vector;
  }

  /** Computes on this thread and, as far as other calls leave them free, on helpers. */
  private float[][] computeAll(List<String> sequences) {
    float[][] vectors = new float[sequences.size()][];
    AtomicInteger next = new AtomicInteger();
    Runnable work =
        () -> {
          try {
            for (int i = next.getAndIncrement(); i < vectors.length; i = next.getAndIncrement()) {
              vectors[i] = compute(sequences.get(i));
            }
          } catch (RuntimeException | Error e) {
            next.set(vectors.length);
            throw e;
          }
        };
    int helping = takeHelpers(vectors.length - 1);
    if (helping == 0) {
      work.run();
      return vectors;
    }
    List<Future<?>> others = new ArrayList<>();
    try (var executor = Executors.newFixedThreadPool(helping, HELPERS)) {
      for (int i = 0; i < helping; i++) {
        others.add(executor.submit(work));
      }
      work.run();
    } finally {
      helpers.release(helping);
    }
    for (Future<?> other : others) {
      if (other.state() == Future.State.FAILED) {
        throw new IllegalStateException(other.exceptionNow().getMessage(), other.exceptionNow());
      }
    }
    return vectors;
  }

  private int takeHelpers(int wanted) {
    int taken = 0;
    while (taken < wanted && helpers.tryAcquire()) {
      taken++;
    }
    return taken;
  }

  /** Of everything a vector depends on; count the last part up with each change of the code. */
  private static String fingerprint() {
    String parts =
        String.join(
            " ", ModelFiles.WEIGHTS_SHA256, ModelFiles.TOKENIZER_SHA256, "mean", "126", "v1");
    return ModelFiles.sha256(parts.getBytes(StandardCharsets.US_ASCII)).substring(0, 8);
  }

  private static void requireAtLeastOne(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " is " + value + ", expected at least 1");
    }
  }
}
