/**
 * Daybook: the shared memory of a software factory. Start at {@link dev.daybook.Workspace}; many
 * workspaces on one engine are {@link dev.daybook.Daybook}.
 */
package dev.daybook;
