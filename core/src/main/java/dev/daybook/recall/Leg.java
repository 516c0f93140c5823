package dev.daybook.recall;

/** One ranked source of recall. */
public enum Leg {
  /** Words, paths and symbols: BM25. */
  LEXICAL,
  /** Likeness in meaning: the cosine of two vectors. */
  VECTOR
}
