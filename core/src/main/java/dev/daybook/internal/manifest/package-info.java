/**
 * Which segments, indexes, vectors and watermarks are in force: numbered manifests, each the full
 * state. Knows the store; does not know what is in a segment.
 */
package dev.daybook.internal.manifest;
