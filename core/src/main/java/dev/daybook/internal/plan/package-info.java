/**
 * The plan: what each event does to it, what is not allowed, and the log of plan versions whose
 * creation is the compare-and-set. Knows the store and rows; nothing of segments.
 */
package dev.daybook.internal.plan;
