package dev.daybook.benchmarks.recall;

import dev.daybook.benchmarks.ClusteredEmbedder;
import dev.daybook.benchmarks.OneVectorEmbedder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Stands in for a model where texts are real: the words of a text, rare ones weighing more, thrown
 * onto the components by a seeded sign for each word and component (a random projection, also known
 * as feature hashing). Texts that share rare words are near, those that say the same in other words
 * are not: nothing here was learnt. It is in this place because a model takes minutes for what this
 * does in seconds, and what is measured is how near vectors are found, not how good they are.
 * Immutable; safe from any thread.
 */
final class WordVectors extends OneVectorEmbedder {
  /** As many components as vectors of other histories have. */
  static final int DIMENSION = ClusteredEmbedder.DIMENSION;

  private static final long SEED = 384;

  private final int texts;
  private final Map<Long, Integer> textsOfWord;

  private WordVectors(int texts, Map<Long, Integer> textsOfWord, Map<String, float[]> questions) {
    super(questions);
    this.texts = texts;
    this.textsOfWord = textsOfWord;
  }

  /** Weighs words by how few of these texts have them. */
  static WordVectors over(List<String> texts) {
    Map<Long, Integer> textsOfWord = new HashMap<>();
    for (String text : texts) {
      words(text).keySet().forEach(word -> textsOfWord.merge(word, 1, Integer::sum));
    }
    return new WordVectors(texts.size(), textsOfWord, Map.of());
  }

  /** The same, whose questions have the vectors they were given beforehand. */
  WordVectors knowing(Map<String, float[]> asked) {
    return new WordVectors(texts, textsOfWord, asked);
  }

  /** The words of a text, as hashes, and how often it has each. */
  private static Map<Long, Integer> words(String text) {
    Map<Long, Integer> words = new HashMap<>();
    long hash = 0;
    boolean isWord = false;
    for (int i = 0; i <= text.length(); i++) {
      char c = i < text.length() ? text.charAt(i) : ' ';
      if (Character.isLetterOrDigit(c)) {
        hash = hash * 31 + Character.toLowerCase(c);
        isWord = true;
      } else if (isWord) {
        words.merge(hash, 1, Integer::sum);
        hash = 0;
        isWord = false;
      }
    }
    return words;
  }

  /** The vector of a text, of length 1. */
  float[] of(String text) {
    float[] vector = new float[DIMENSION];
    words(text)
        .forEach((word, count) -> {
          int having = textsOfWord.getOrDefault(word, 0);
          if (having > 0) {
            double rare = Math.log((texts + 1.0) / having);
            add(vector, word, (float) ((1 + Math.log(count)) * rare));
          }
        });
    float squares = squares(vector);
    if (squares == 0) {
      // Of words that no text has, or of none: it lies somewhere by itself.
      add(vector, text.hashCode(), 1);
      squares = squares(vector);
    }
    float scale = (float) (1 / Math.sqrt(squares));
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] *= scale;
    }
    return vector;
  }

  private static float squares(float[] vector) {
    float squares = 0;
    for (float component : vector) {
      squares += component * component;
    }
    return squares;
  }

  private static void add(float[] vector, long word, float weight) {
    SplittableRandom random = new SplittableRandom(SEED ^ word * 0x9E3779B97F4A7C15L);
    for (int from = 0; from < DIMENSION; from += Long.SIZE) {
      long signs = random.nextLong();
      for (int i = 0; i < Long.SIZE; i++) {
        vector[from + i] += (signs >>> i & 1) == 0 ? weight : -weight;
      }
    }
  }

  @Override
  public String modelKey() {
    return "projected-words-1";
  }

  @Override
  protected float[] vector(String text) {
    return of(text);
  }
}
