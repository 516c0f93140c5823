package dev.daybook.recall;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * For tests only: a bag of words hashed into 64 dimensions, with a table of synonyms, so that
 * "crash" is near "failure" without a model. Not a stand-in for a real embedder: measured, hashed
 * vectors make hybrid recall worse.
 *
 * <p>A token is a run of letters and digits or one other visible character; a word of the text is
 * what white space separates, and {@link #split} cuts between words, inside one only if it is too
 * long by itself. Deterministic across runs and machines; thread-safe.
 */
public final class WordVectorTestEmbedder implements Embedder {
  private static final int DIMENSION = 64;
  private static final int PLACES_PER_WORD = 4;

  /** Holds the length of texts without a word; no word hashes to it. */
  private static final int NO_WORD = DIMENSION - 1;

  private static final Pattern TOKEN = Pattern.compile("[\\p{L}\\p{N}\\p{M}]+|\\S");
  private static final Pattern VISIBLE = Pattern.compile("\\S+");
  private static final Set<String> IGNORED =
      Set.of("a", "an", "and", "as", "at", "by", "for", "in", "is", "it", "of", "on", "or", "the");
  private static final Map<String, String> SYNONYMS =
      Map.ofEntries(
          Map.entry("crash", "failure"),
          Map.entry("crashed", "failure"),
          Map.entry("error", "failure"),
          Map.entry("failed", "failure"),
          Map.entry("broken", "failure"),
          Map.entry("quick", "fast"),
          Map.entry("speedy", "fast"),
          Map.entry("remove", "delete"),
          Map.entry("removed", "delete"),
          Map.entry("deleted", "delete"),
          Map.entry("car", "automobile"),
          Map.entry("login", "authentication"),
          Map.entry("signin", "authentication"),
          Map.entry("auth", "authentication"),
          Map.entry("repair", "fix"),
          Map.entry("fixed", "fix"));

  private final String modelKey;
  private final Map<String, String> synonyms;
  private final AtomicLong textsEmbedded = new AtomicLong();
  private volatile boolean closed;

  /** An embedder with the built-in synonyms (crash, error, failed … all mean failure). */
  public WordVectorTestEmbedder() {
    this("word-vector-test", SYNONYMS);
  }

  /** An embedder of another model key or other synonyms (word to the word it stands for). */
  public WordVectorTestEmbedder(String modelKey, Map<String, String> synonyms) {
    this.modelKey = requireNonNull(modelKey, "modelKey");
    this.synonyms = Map.copyOf(synonyms);
  }

  /** How many texts were embedded so far, queries included: counts what a cache saves. */
  public long textsEmbedded() {
    return textsEmbedded.get();
  }

  @Override
  public String modelKey() {
    return modelKey;
  }

  @Override
  public int dimension() {
    return DIMENSION;
  }

  @Override
  public int maxTokens() {
    return 126;
  }

  @Override
  public List<float[]> embedDocuments(List<String> texts) {
    requireOpen();
    return texts.stream().map(this::embed).toList();
  }

  @Override
  public float[] embedQuery(String text) {
    requireOpen();
    return embed(text);
  }

  @Override
  public List<String> split(String text, int tokensMax, int chunksMax) {
    requireAtLeastOne("tokensMax", tokensMax);
    requireAtLeastOne("chunksMax", chunksMax);
    List<String> pieces = new ArrayList<>();
    int start = -1;
    int end = -1;
    int tokens = 0;
    Matcher words = VISIBLE.matcher(text);
    while (words.find() && pieces.size() < chunksMax) {
      int inWord = countTokens(words.group());
      if (start >= 0 && tokens + inWord > tokensMax) {
        pieces.add(text.substring(start, end));
        start = -1;
        tokens = 0;
      }
      if (inWord > tokensMax) {
        cutInside(words.group(), tokensMax, pieces);
        continue;
      }
      start = start < 0 ? words.start() : start;
      end = words.end();
      tokens += inWord;
    }
    if (start >= 0) {
      pieces.add(text.substring(start, end));
    }
    return List.copyOf(pieces.subList(0, Math.min(pieces.size(), chunksMax)));
  }

  @Override
  public void close() {
    closed = true;
  }

  private static void cutInside(String word, int tokensMax, List<String> pieces) {
    Matcher tokens = TOKEN.matcher(word);
    int start = 0;
    int end = 0;
    int count = 0;
    while (tokens.find()) {
      if (count == tokensMax) {
        pieces.add(word.substring(start, end));
        start = end;
        count = 0;
      }
      end = tokens.end();
      count++;
    }
    pieces.add(word.substring(start));
  }

  private static int countTokens(String text) {
    return (int) TOKEN.matcher(text).results().count();
  }

  private float[] embed(String text) {
    textsEmbedded.incrementAndGet();
    float[] vector = new float[DIMENSION];
    Matcher tokens = TOKEN.matcher(text);
    for (int seen = 0; seen < maxTokens() && tokens.find(); seen++) {
      String word = tokens.group().toLowerCase(Locale.ROOT);
      if (Character.isLetterOrDigit(word.codePointAt(0)) && !IGNORED.contains(word)) {
        add(synonyms.getOrDefault(word, word), vector);
      }
    }
    return toUnitLength(vector);
  }

  /** Adds ±1 at a few places of the hash, so that unlike words are nearly, not fully, apart. */
  private static void add(String word, float[] vector) {
    long bits = word.hashCode() * 0x9E3779B97F4A7C15L;
    for (int i = 0; i < PLACES_PER_WORD; i++) {
      bits = (bits ^ (bits >>> 29)) * 0xBF58476D1CE4E5B9L;
      int place = (int) Long.remainderUnsigned(bits >>> 8, NO_WORD);
      vector[place] += bits < 0 ? -1 : 1;
    }
  }

  private static float[] toUnitLength(float[] vector) {
    double squares = 0;
    for (float component : vector) {
      squares += component * component;
    }
    if (squares == 0) {
      vector[NO_WORD] = 1;
      return vector;
    }
    float scale = (float) (1 / Math.sqrt(squares));
    for (int i = 0; i < vector.length; i++) {
      vector[i] *= scale;
    }
    return vector;
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("Embedder " + modelKey + " is closed; open another");
    }
  }

  private static void requireAtLeastOne(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " is " + value + ", expected at least 1");
    }
  }
}
