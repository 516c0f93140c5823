package dev.daybook.benchmarks;

import java.util.Map;
import java.util.SplittableRandom;

/**
 * Stands in for a model: vectors that lie together where texts end in the same two words, as those
 * of {@link SyntheticHistory} do. The last but one names a field, the last a topic within it; the
 * end of the text is what tells events of one topic apart. Two events of a topic have a cosine of
 * about 0.6, of a field 0.3, others 0, each give or take 0.05. Takes a microsecond a vector. Safe
 * from any thread.
 */
public final class ClusteredEmbedder extends OneVectorEmbedder {
  /** Components of a vector. */
  public static final int DIMENSION = 384;

  /** Of the field, the topic and the text itself; the squares add up to one. */
  private static final float FIELD = 0.55f;

  private static final float TOPIC = 0.55f;
  private static final float ITSELF = 0.6285f;

  /** How much of the end of a text tells it apart; the same whatever stands in front. */
  private static final int TAIL_CHARS = 100;

  private static final int POOL_BITS = 20;

  /** Normally distributed, with room for one vector more. */
  private static final float[] POOL = pool();

  /** Embeds texts, and questions as they were embedded beforehand. */
  public ClusteredEmbedder(Map<String, float[]> questions) {
    super(questions);
  }

  private static float[] pool() {
    SplittableRandom random = new SplittableRandom(384);
    float[] pool = new float[(1 << POOL_BITS) + DIMENSION];
    for (int i = 0; i < pool.length; i++) {
      pool[i] = (float) random.nextGaussian();
    }
    return pool;
  }

  /** The vector of a text. */
  public static float[] of(String text) {
    String plain = text.strip();
    return near(plain, hash(plain.substring(Math.max(0, plain.length() - TAIL_CHARS))));
  }

  /** A vector as near to that of a text as those of its topic are. */
  public static float[] near(String text, long salt) {
    String plain = text.strip();
    int last = plain.lastIndexOf(' ');
    int before = plain.lastIndexOf(' ', last - 1);
    String topic = plain.substring(last + 1);
    String field = last < 0 ? topic : plain.substring(before + 1, last);
    float[] vector = new float[DIMENSION];
    add(vector, hash(field), FIELD);
    add(vector, hash(topic), TOPIC);
    add(vector, SyntheticHistory.mix(salt), ITSELF);
    float squares = 0;
    for (float component : vector) {
      squares += component * component;
    }
    float scale = (float) (1 / Math.sqrt(squares));
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] *= scale;
    }
    return vector;
  }

  /** Two stretches of the pool added up, so that there are as many as squares of its length. */
  private static void add(float[] vector, long hash, float weight) {
    int first = (int) (hash & ((1 << POOL_BITS) - 1));
    int second = (int) ((hash >>> POOL_BITS) & ((1 << POOL_BITS) - 1));
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] += weight * (POOL[first + i] + POOL[second + i]);
    }
  }

  private static long hash(String text) {
    long hash = 0;
    for (int i = 0; i < text.length(); i++) {
      hash = hash * 31 + text.charAt(i);
    }
    return SyntheticHistory.mix(hash);
  }

  @Override
  public String modelKey() {
    return "synthetic-clusters-1";
  }

  @Override
  protected float[] vector(String text) {
    return of(text);
  }
}
