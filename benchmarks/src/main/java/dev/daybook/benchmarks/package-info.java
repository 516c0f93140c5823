/**
 * Measures Daybook through its public API, one subcommand a suite; the figures in the documents
 * come from here.
 */
package dev.daybook.benchmarks;
