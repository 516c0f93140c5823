/** Closed to users: how Daybook does what its public packages say. May change in any release. */
package dev.daybook.internal;
