/**
 * Local copies of immutable objects, named by their content, so that indexes can be memory-mapped.
 */
package dev.daybook.internal.cache;
