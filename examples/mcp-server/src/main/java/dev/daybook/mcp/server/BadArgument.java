package dev.daybook.mcp.server;

/** What a client gave is not what a tool takes; the message names it and says what was expected. */
@SuppressWarnings("serial") // thrown, never sent
final class BadArgument extends RuntimeException {
  BadArgument(String message) {
    super(message);
  }
}
