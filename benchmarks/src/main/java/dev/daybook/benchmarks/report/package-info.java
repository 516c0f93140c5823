/**
 * Answers: what do all suites say, on this machine, at this commit, on one page? Runs each in a JVM
 * of its own and renders what they left in a folder. Knows suites by their names and options only.
 */
package dev.daybook.benchmarks.report;
