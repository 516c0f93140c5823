/**
 * Judges recall beside what a user would take instead, on the same documents and questions. Knows a
 * judged set and its measures, and nothing of what time anything takes.
 */
package dev.daybook.benchmarks.quality;
