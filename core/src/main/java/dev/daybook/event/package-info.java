/**
 * The vocabulary: what an actor can say, as records in sealed families, and the envelope every
 * event travels in. Knows nothing of storage, segments or recall. Records check themselves when
 * they are built.
 */
package dev.daybook.event;
