package dev.daybook.benchmarks.scan;

/**
 * What is left of all values of three columns of all events, so that each is looked at and
 * contenders can be compared. The order of events does not matter.
 *
 * @param rows how many
 * @param numbers the sum of all numbers
 * @param bytes how many bytes all texts have in UTF-8
 * @param texts how many texts there were; the others are null
 */
record Scanned(long rows, long numbers, long bytes, long texts) {}
