package dev.daybook.internal.minilm;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Arrays;

/**
 * The pieces of a WordPiece model as two tries in one hash table, one for pieces that begin a word
 * and one for those that continue it ({@code ##ing}), so that the longest match is one walk without
 * a substring. Immutable.
 */
final class Vocabulary {
  private static final String CONTINUES = "##";
  private static final int BEGIN_ROOT = 1;
  private static final int CONTINUE_ROOT = 2;
  private static final int NOT_A_PIECE = -1;
  private static final long NO_MATCH = -1;

  /** {@code node << 16 | char} of each edge, 0 where free; open addressing. */
  private long[] edges = new long[1 << 18];

  private int[] targets = new int[edges.length];
  private int[] pieceOfNode = new int[1 << 16];
  private int nodes = CONTINUE_ROOT;

  private Vocabulary() {
    Arrays.fill(pieceOfNode, NOT_A_PIECE);
  }

  /**
   * Reads the vocabulary of a {@code tokenizer.json}.
   *
   * @throws IllegalStateException if there is none in it
   */
  static Vocabulary read(byte[] tokenizerJson) throws IOException {
    JsonFactory factory =
        JsonFactory.builder().disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES).build();
    try (JsonParser json = factory.createParser(tokenizerJson)) {
      while (json.nextToken() != null) {
        if (json.currentToken() == JsonToken.FIELD_NAME
            && json.currentName().equals("vocab")
            && json.nextToken() == JsonToken.START_OBJECT) {
          return readPieces(json);
        }
      }
    }
    throw new IllegalStateException(
        "The tokenizer.json of " + tokenizerJson.length + " bytes has no object 'vocab'");
  }

  private static Vocabulary readPieces(JsonParser json) throws IOException {
    Vocabulary vocabulary = new Vocabulary();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String piece = json.currentName();
      vocabulary.add(piece, json.nextIntValue(NOT_A_PIECE));
    }
    return vocabulary;
  }

  /**
   * The id of a piece as written in the file.
   *
   * @throws IllegalStateException if there is no such piece
   */
  int id(String piece) {
    boolean continues = piece.startsWith(CONTINUES);
    String letters = continues ? piece.substring(CONTINUES.length()) : piece;
    long match = longest(letters.toCharArray(), 0, letters.length(), continues);
    if (match == NO_MATCH || end(match) < letters.length()) {
      throw new IllegalStateException("The vocabulary has no piece '" + piece + "'");
    }
    return id(match);
  }

  /**
   * The longest piece at {@code from}, as a value for {@link #id(long)} and {@link #end}; negative
   * if no piece begins like that.
   */
  long longest(char[] word, int from, int to, boolean continues) {
    int node = continues ? CONTINUE_ROOT : BEGIN_ROOT;
    long match = NO_MATCH;
    for (int i = from; i < to; i++) {
      long edge = edge(node, word[i]);
      int slot = slot(edge);
      if (edges[slot] != edge) {
        break;
      }
      node = targets[slot];
      if (pieceOfNode[node] != NOT_A_PIECE) {
        match = ((long) pieceOfNode[node] << 32) | (i + 1);
      }
    }
    return match;
  }

  static int id(long match) {
    return (int) (match >>> 32);
  }

  static int end(long match) {
    return (int) match;
  }

  private void add(String piece, int id) {
    boolean continues = piece.startsWith(CONTINUES);
    int node = continues ? CONTINUE_ROOT : BEGIN_ROOT;
    for (int i = continues ? CONTINUES.length() : 0; i < piece.length(); i++) {
      node = child(node, piece.charAt(i));
    }
    pieceOfNode[node] = id;
  }

  private int child(int node, char c) {
    long edge = edge(node, c);
    int slot = slot(edge);
    if (edges[slot] == edge) {
      return targets[slot];
    }
    nodes++;
    if (nodes == pieceOfNode.length) {
      int from = pieceOfNode.length;
      pieceOfNode = Arrays.copyOf(pieceOfNode, 2 * from);
      Arrays.fill(pieceOfNode, from, pieceOfNode.length, NOT_A_PIECE);
    }
    if (2 * nodes > edges.length) {
      growEdges();
      slot = slot(edge);
    }
    edges[slot] = edge;
    targets[slot] = nodes;
    return nodes;
  }

  private void growEdges() {
    long[] oldEdges = edges;
    int[] oldTargets = targets;
    edges = new long[2 * oldEdges.length];
    targets = new int[edges.length];
    for (int i = 0; i < oldEdges.length; i++) {
      if (oldEdges[i] != 0) {
        int slot = slot(oldEdges[i]);
        edges[slot] = oldEdges[i];
        targets[slot] = oldTargets[i];
      }
    }
  }

  private static long edge(int node, char c) {
    return ((long) node << 16) | c;
  }

  /** Where this edge is, or the free place where it would go. */
  private int slot(long edge) {
    int mask = edges.length - 1;
    int slot = (int) ((edge * 0x9E3779B97F4A7C15L) >>> 32) & mask;
    while (edges[slot] != 0 && edges[slot] != edge) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }
}
