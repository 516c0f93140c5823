package dev.daybook.mcp.server;

/** What a tool answers in place of a result, in words for a model: what, where and what to do. */
@SuppressWarnings("serial") // thrown, never sent
final class ToolError extends RuntimeException {
  ToolError(String message) {
    super(message);
  }
}
