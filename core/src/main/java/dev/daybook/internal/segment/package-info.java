/**
 * The segment: an immutable Parquet file of rows, in order of session and event id, which any SQL
 * engine reads. How it is written, scanned, and read at single rows. Knows nothing of where
 * segments are kept or which of them are live, and uses no Hadoop class at run time.
 */
package dev.daybook.internal.segment;
