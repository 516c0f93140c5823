/**
 * Which characters of a text are a secret? Finds well-known shapes of credentials in one pass over
 * a text and replaces them. Knows nothing of events, and nothing of where texts go.
 */
package dev.daybook.internal.masking;
