/**
 * How events get durable: framed objects, writer logs with group commit, retries with operation
 * ids, fences and settling. Knows the object store and rows; knows nothing of segments or recall.
 */
package dev.daybook.internal.log;
