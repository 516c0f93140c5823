package dev.daybook.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** States of a fixed number of ints each, in the order in which they were found, each once. */
final class StateSet {
  private static final int FREE = -1;

  /** States stand in pieces, so that growing copies nothing. */
  private static final int PIECE_BITS = 14;

  private static final int PIECE_MASK = (1 << PIECE_BITS) - 1;

  private final int width;
  private final List<int[]> states = new ArrayList<>();
  private final List<int[]> parents = new ArrayList<>();
  private int[] table = new int[1 << 11];
  private int size;

  StateSet(int width) {
    this.width = width;
    Arrays.fill(table, FREE);
  }

  int size() {
    return size;
  }

  /** Copies a state. */
  void load(int index, int[] into) {
    System.arraycopy(states.get(index >> PIECE_BITS), offset(index), into, 0, width);
  }

  /** The state from which one was found first; -1 of the first. */
  int parent(int index) {
    return parents.get(index >> PIECE_BITS)[index & PIECE_MASK];
  }

  /** Whether this is that state. */
  boolean is(int index, int[] state) {
    int from = offset(index);
    return Arrays.equals(states.get(index >> PIECE_BITS), from, from + width, state, 0, width);
  }

  /** Adds a state; {@code false} if it is known. */
  boolean add(int[] state, int parent) {
    int at = hash(state, 0) & (table.length - 1);
    while (table[at] != FREE) {
      if (is(table[at], state)) {
        return false;
      }
      at = (at + 1) & (table.length - 1);
    }
    if (size >> PIECE_BITS == states.size()) {
      states.add(new int[width << PIECE_BITS]);
      parents.add(new int[1 << PIECE_BITS]);
    }
    System.arraycopy(state, 0, states.getLast(), offset(size), width);
    parents.getLast()[size & PIECE_MASK] = parent;
    table[at] = size;
    size++;
    if (size * 2 > table.length) {
      grow();
    }
    return true;
  }

  private int offset(int index) {
    return (index & PIECE_MASK) * width;
  }

  private void grow() {
    table = new int[table.length * 2];
    Arrays.fill(table, FREE);
    for (int index = 0; index < size; index++) {
      int at = hash(states.get(index >> PIECE_BITS), offset(index)) & (table.length - 1);
      while (table[at] != FREE) {
        at = (at + 1) & (table.length - 1);
      }
      table[at] = index;
    }
  }

  private int hash(int[] from, int offset) {
    long hash = 0x9E3779B97F4A7C15L;
    for (int i = offset; i < offset + width; i++) {
      hash = (hash ^ from[i]) * 0xff51afd7ed558ccdL;
      hash ^= hash >>> 32;
    }
    return (int) hash;
  }
}
