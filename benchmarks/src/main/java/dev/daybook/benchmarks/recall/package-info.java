/**
 * Recall beside what a user would pick instead: Lucene by itself, SQLite with FTS5, the engine of
 * LanceDB. What needs the classes of LanceDB is in the sources for peers, in a process of its own.
 */
package dev.daybook.benchmarks.recall;
