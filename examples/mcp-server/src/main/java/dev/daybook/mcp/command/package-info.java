/**
 * The commands of {@code daybook}, one class each: what they take, what they do, and how it is
 * shown to people and to programs. They know nothing of the protocol that {@code serve} speaks.
 */
package dev.daybook.mcp.command;
