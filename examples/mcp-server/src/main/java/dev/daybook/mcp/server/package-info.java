/**
 * What does a program that speaks the Model Context Protocol see of a workspace? Tools, resources
 * and prompts of one workspace for one agent, over standard input and output or over HTTP on the
 * machine itself. Uses the public API alone, and knows nothing of commands, hooks and clients'
 * settings.
 */
package dev.daybook.mcp.server;
