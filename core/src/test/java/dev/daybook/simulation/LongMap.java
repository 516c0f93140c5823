package dev.daybook.simulation;

import java.util.Arrays;

/** From a pair of non-negative ints to a long that is not negative; open addressing. */
final class LongMap {
  private static final long FREE = -1;

  private long[] keys = new long[1 << 10];
  private long[] values = new long[1 << 10];
  private int size;

  LongMap() {
    Arrays.fill(keys, FREE);
  }

  /** The value of a pair; -1 if it has none. */
  long find(int left, int right) {
    long key = ((long) left << 32) | right;
    int at = place(key, keys.length);
    while (keys[at] != FREE) {
      if (keys[at] == key) {
        return values[at];
      }
      at = (at + 1) & (keys.length - 1);
    }
    return FREE;
  }

  /** Gives a pair that has none its value. */
  void put(int left, int right, long value) {
    if (size * 2 > keys.length) {
      grow();
    }
    insert(((long) left << 32) | right, value);
    size++;
  }

  private void insert(long key, long value) {
    int at = place(key, keys.length);
    while (keys[at] != FREE) {
      at = (at + 1) & (keys.length - 1);
    }
    keys[at] = key;
    values[at] = value;
  }

  private void grow() {
    long[] oldKeys = keys;
    long[] oldValues = values;
    keys = new long[oldKeys.length * 2];
    values = new long[oldKeys.length * 2];
    Arrays.fill(keys, FREE);
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldKeys[i] != FREE) {
        insert(oldKeys[i], oldValues[i]);
      }
    }
  }

  private static int place(long key, int length) {
    long mixed = key * 0x9E3779B97F4A7C15L;
    return (int) (mixed >>> 33) & (length - 1);
  }
}
