/**
 * A directory as object store: {@link dev.daybook.storage.local.LocalObjectStore}. Answers how
 * create-if-absent, durability and ordered listings come from plain files. Knows nothing of plans,
 * traces or segments.
 */
package dev.daybook.storage.local;
