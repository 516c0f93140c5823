/**
 * What grows with a history, and how: the same measures at one size after the other, each in
 * processes that hold nothing else.
 */
package dev.daybook.benchmarks.curves;
