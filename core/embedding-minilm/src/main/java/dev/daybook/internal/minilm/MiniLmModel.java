package dev.daybook.internal.minilm;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The network: token ids to a vector of unit length. One sequence a run and one thread a run,
 * because the int8 kernels let batch mates and padding change a vector. Thread-safe; as many runs
 * at once as there are callers.
 */
public final class MiniLmModel implements AutoCloseable {
  /** Components of a vector. */
  public static final int DIMENSION = 384;

  /** Token ids in a sequence, the two special ones included. */
  public static final int SEQUENCE_MAX = 128;

  private static final int BUFFERS_KEPT = 2 * Runtime.getRuntime().availableProcessors();

  private final OrtEnvironment environment;
  private final OrtSession session;
  private final BlockingQueue<Buffers> idle = new ArrayBlockingQueue<>(BUFFERS_KEPT);
  private final ReadWriteLock lifetime = new ReentrantReadWriteLock();

  /** Refuses new runs; {@link #freed} is set when the last one ended. */
  private volatile boolean closed;

  private boolean freed;

  private MiniLmModel(OrtEnvironment environment, OrtSession session) {
    this.environment = environment;
    this.session = session;
  }

  /**
   * Starts ONNX Runtime if need be and loads the network.
   *
   * @throws IllegalStateException if that is impossible here, saying why
   */
  public static MiniLmModel open(byte[] weights) {
    OrtEnvironment environment = OnnxRuntimeStart.environment();
    try (var options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
      return new MiniLmModel(environment, environment.createSession(weights, options));
    } catch (OrtException e) {
      throw new IllegalStateException(
          "ONNX Runtime "
              + environment.getVersion()
              + " cannot load the MiniLM network ("
              + e.getMessage()
              + "); use the onnxruntime version that daybook-embedding-minilm depends on",
          e);
    }
  }

  /**
   * The vector of a sequence of token ids, one a {@code char}, special ones included.
   *
   * @throws IllegalStateException if the model is closed
   */
  public float[] embed(String tokenIds) {
    lifetime.readLock().lock();
    try {
      requireOpen();
      Buffers buffers = idle.poll();
      if (buffers == null) {
        buffers = new Buffers();
      }
      float[] vector = run(tokenIds, buffers);
      idle.offer(buffers);
      return vector;
    } catch (OrtException e) {
      throw new IllegalStateException(
          "The MiniLM network failed on a sequence of " + tokenIds.length() + " tokens", e);
    } finally {
      lifetime.readLock().unlock();
    }
  }

  /**
   * Returns if the model is open.
   *
   * @throws IllegalStateException if it is closed
   */
  public void requireOpen() {
    if (closed) {
      throw new IllegalStateException("The MiniLM embedder is closed; load another");
    }
  }

  /** Waits for the runs under way, then frees the network; later runs are refused. */
  @Override
  public void close() {
    closed = true;
    lifetime.writeLock().lock();
    try {
      if (!freed) {
        freed = true;
        session.close();
      }
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime could not free the MiniLM network", e);
    } finally {
      lifetime.writeLock().unlock();
    }
  }

  private float[] run(String tokenIds, Buffers buffers) throws OrtException {
    int tokens = tokenIds.length();
    for (int i = 0; i < tokens; i++) {
      buffers.ids.put(i, tokenIds.charAt(i));
    }
    long[] shape = {1, tokens};
    long[] outputShape = {1, tokens, DIMENSION};
    try (var ids = OnnxTensor.createTensor(environment, buffers.ids.slice(0, tokens), shape);
        var mask = OnnxTensor.createTensor(environment, buffers.mask.slice(0, tokens), shape);
        var types = OnnxTensor.createTensor(environment, buffers.types.slice(0, tokens), shape);
        var states =
            OnnxTensor.createTensor(
                environment, buffers.states.slice(0, tokens * DIMENSION), outputShape)) {
      var inputs = Map.of("input_ids", ids, "attention_mask", mask, "token_type_ids", types);
      // The output goes to our own memory, so the result owns nothing but its bookkeeping.
      session.run(inputs, Map.of("last_hidden_state", states)).close();
      return pool(buffers.states, tokens);
    }
  }

  /** The mean over the tokens, scaled to length 1. */
  private static float[] pool(FloatBuffer states, int tokens) {
    float[] vector = new float[DIMENSION];
    float[] state = new float[DIMENSION];
    for (int token = 0; token < tokens; token++) {
      states.get(token * DIMENSION, state);
      for (int i = 0; i < DIMENSION; i++) {
        vector[i] += state[i];
      }
    }
    double squares = 0;
    for (float component : vector) {
      squares += (double) component * component;
    }
    float scale = (float) (1 / Math.sqrt(squares));
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] *= scale;
    }
    return vector;
  }

  /** Native memory of one run: 3 KB of inputs, 192 KB of outputs. */
  private static final class Buffers {
    final LongBuffer ids = longs();
    final LongBuffer mask = longs();
    final LongBuffer types = longs();
    final FloatBuffer states =
        ByteBuffer.allocateDirect(SEQUENCE_MAX * DIMENSION * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();

    Buffers() {
      for (int i = 0; i < SEQUENCE_MAX; i++) {
        mask.put(i, 1);
      }
    }

    private static LongBuffer longs() {
      return ByteBuffer.allocateDirect(SEQUENCE_MAX * Long.BYTES)
          .order(ByteOrder.nativeOrder())
          .asLongBuffer();
    }
  }
}
