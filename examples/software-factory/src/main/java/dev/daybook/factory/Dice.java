package dev.daybook.factory;

import java.util.SplittableRandom;

/**
 * What takes the place of a language model's judgement: the same seed and the same words always
 * give the same number, in whichever process.
 */
final class Dice {
  private Dice() {}

  /** A number from 0 to 1 for these words. */
  static double of(long seed, String... words) {
    return random(seed, words).nextDouble();
  }

  /** A generator for these words. */
  static SplittableRandom random(long seed, String... words) {
    long state = seed;
    for (String word : words) {
      state = new SplittableRandom(state * 31 + word.hashCode()).nextLong();
    }
    return new SplittableRandom(state);
  }
}
