/**
 * How an event is written down: its JSON, the flat row that logs and segments carry, the columns
 * promoted out of it, and the text that is searched. Knows nothing of where rows are kept.
 */
package dev.daybook.internal.entry;
