package dev.daybook.internal.minilm;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The tokenizer of uncased BERT models: words by {@link WordScanner}, each cut greedily into the
 * longest pieces of the vocabulary. Names of special tokens in a text ({@code [SEP]}) are plain
 * text. Immutable and thread-safe.
 */
public final class WordPieceTokenizer {
  private final Vocabulary vocabulary;
  private final char begin;
  private final char end;
  private final char unknown;

  private WordPieceTokenizer(Vocabulary vocabulary) {
    this.vocabulary = vocabulary;
    this.begin = (char) vocabulary.id("[CLS]");
    this.end = (char) vocabulary.id("[SEP]");
    this.unknown = (char) vocabulary.id("[UNK]");
  }

  /** Reads a {@code tokenizer.json} whose ids are below 65,536. */
  public static WordPieceTokenizer read(byte[] tokenizerJson) throws IOException {
    return new WordPieceTokenizer(Vocabulary.read(tokenizerJson));
  }

  /**
   * The ids of {@code [CLS]}, at most {@code tokensMax} tokens of the text, {@code [SEP]}. Each id
   * is one {@code char}: the string is the shortest exact key of what the model sees.
   */
  public String encode(String text, int tokensMax) {
    StringBuilder ids = new StringBuilder().append(begin);
    Pieces pieces = new Pieces(text, 0);
    while (ids.length() <= tokensMax && pieces.next()) {
      int room = tokensMax + 1 - ids.length();
      ids.append(pieces.ids, 0, Math.min(room, pieces.count));
    }
    return ids.append(end).toString();
  }

  /**
   * Parts of the text, in order, of at most {@code tokensMax} tokens each when encoded alone (but
   * at least one character), at most {@code chunksMax} of them. They are cut at white space if some
   * stands in their second half, else between words, and inside a word only if it does not fit
   * alone.
   */
  public List<String> split(String text, int tokensMax, int chunksMax) {
    List<String> parts = new ArrayList<>();
    int from = 0;
    while (from < text.length() && parts.size() < chunksMax) {
      int to = nextCut(text, from, tokensMax);
      if (to < 0) {
        break;
      }
      parts.add(text.substring(from, to).strip());
      from = to;
    }
    return List.copyOf(parts);
  }

  /** Where the part that begins here ends; negative if there is no token left. */
  private int nextCut(String text, int from, int tokensMax) {
    Pieces pieces = new Pieces(text, from);
    int tokens = 0;
    int wordEnd = -1;
    int spaceCut = -1;
    while (pieces.next()) {
      if (pieces.words.isAfterSpace() && 2 * tokens >= tokensMax) {
        spaceCut = wordEnd;
      }
      if (tokens + pieces.count > tokensMax) {
        if (tokens == 0) {
          return pieces.cutInside(tokensMax);
        }
        return spaceCut > 0 ? spaceCut : wordEnd;
      }
      tokens += pieces.count;
      wordEnd = pieces.words.end();
    }
    return tokens == 0 ? -1 : text.length();
  }

  /** The tokens of one word after the other. */
  private final class Pieces {
    final WordScanner words;
    final char[] ids = new char[2 * WordScanner.WORD_CODE_POINTS_MAX];
    final int[] ends = new int[ids.length];
    int count;

    Pieces(String text, int from) {
      words = new WordScanner(text, from);
    }

    boolean next() {
      if (!words.next()) {
        return false;
      }
      count = 0;
      int from = 0;
      while (from < words.length() && !words.isTooLong()) {
        long match = vocabulary.longest(words.word(), from, words.length(), from > 0);
        if (match < 0) {
          break;
        }
        ids[count] = (char) Vocabulary.id(match);
        ends[count] = Vocabulary.end(match);
        from = ends[count];
        count++;
      }
      if (from < words.length()) {
        ids[0] = unknown;
        ends[0] = words.length();
        count = 1;
      }
      return true;
    }

    /**
     * The offset behind as many of the word's first tokens as fit, or behind its first character.
     */
    int cutInside(int tokensMax) {
      int tokens = tokensMax;
      while (tokens > 0 && words.isInsideCharacter(ends[tokens - 1])) {
        tokens--;
      }
      return tokens > 0 ? words.sourceEnd(ends[tokens - 1]) : words.sourceEnd(1);
    }
  }
}
