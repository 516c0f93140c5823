/**
 * Importing the same events into Daybook and into what a user would pick instead, in one run; and
 * what the parts that Daybook is made of need for the same when each is used by itself.
 */
package dev.daybook.benchmarks.ingest;
