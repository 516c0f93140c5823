/**
 * Benchmarks of the hot paths, one class a subject, run by JMH in JVMs of their own. What they need
 * is made before the measured time in a folder that goes with them; see {@link
 * dev.daybook.benchmarks.jmh.JmhSuite} for how they are run.
 */
package dev.daybook.benchmarks.jmh;
