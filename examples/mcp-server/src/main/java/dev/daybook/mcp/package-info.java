/** Daybook on the command line, and as a server of the Model Context Protocol. */
package dev.daybook.mcp;
