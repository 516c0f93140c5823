/**
 * Processes that are killed while they write: what each of them runs, what it was told, and whether
 * what is left in the store agrees with that. Any store can take part; see {@link
 * dev.daybook.crash.CrashContract}.
 */
package dev.daybook.crash;
