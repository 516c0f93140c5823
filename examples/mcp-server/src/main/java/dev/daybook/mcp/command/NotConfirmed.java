package dev.daybook.mcp.command;

/** What cannot be undone was not confirmed. */
@SuppressWarnings("serial") // thrown, never sent
final class NotConfirmed extends RuntimeException {
  NotConfirmed(String message) {
    super(message);
  }
}
