package dev.daybook.mcp.command;

/** What was asked for by name is not there. */
@SuppressWarnings("serial") // thrown, never sent
final class NotFound extends RuntimeException {
  NotFound(String message) {
    super(message);
  }
}
