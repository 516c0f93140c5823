/**
 * Hybrid recall over sealed segments and the tail of the logs: text analysis, packed Lucene
 * indexes, vectors, filters, fusion. Knows rows, but not where objects are kept or which of them
 * are live.
 */
package dev.daybook.internal.index;
