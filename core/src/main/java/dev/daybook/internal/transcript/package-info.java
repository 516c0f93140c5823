/**
 * What do transcripts of other programs say? Files into lines, lines into rows, rows into trace
 * events. Knows nothing of workspaces.
 */
package dev.daybook.internal.transcript;
