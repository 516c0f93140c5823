/**
 * Events as Apache Arrow record batches, for engines that take columns. The only package whose
 * signatures name Arrow; it is used through {@link dev.daybook.arrow.EventBatches} and knows
 * nothing of how columns are stored.
 */
package dev.daybook.arrow;
