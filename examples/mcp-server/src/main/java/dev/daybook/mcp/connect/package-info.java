/**
 * What a coding agent has to have in its own files to join a workspace: the entry of the server in
 * its configuration, and hooks. Writes into files of others, so it merges, and refuses what it does
 * not understand. Knows nothing of workspaces but their name.
 */
package dev.daybook.mcp.connect;
