/**
 * What a coding agent does, recorded without its doing: events of hooks by way of a spool, answers
 * to hooks, and transcripts. The same event from a hook and from a transcript is one event. Knows
 * nothing of the files that make a client call hooks.
 */
package dev.daybook.mcp.capture;
