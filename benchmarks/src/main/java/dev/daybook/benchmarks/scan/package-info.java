/**
 * Reading much of a history at once: columns of all its events, and all events of one session.
 * Knows Parquet and DuckDB, and nothing of search.
 */
package dev.daybook.benchmarks.scan;
