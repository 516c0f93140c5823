/**
 * What a caller asks of the history and what comes back: queries, hits, coverage, and the embedder
 * behind the vector leg.
 */
package dev.daybook.recall;
