/**
 * What Daybook asks of a place that keeps bytes: {@link dev.daybook.storage.ObjectStore}, its keys,
 * its answers and an in-memory store. Knows nothing of plans, traces or segments.
 */
package dev.daybook.storage;
