package dev.daybook.mcp.capture;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Lines as Claude Code's transcripts have them, made for tests. */
final class Transcripts {
  private Transcripts() {}

  static ObjectNode line(String type, String uuid, String time) {
    return HookInput.JSON
        .createObjectNode()
        .putNull("parentUuid")
        .put("isSidechain", false)
        .put("userType", "external")
        .put("cwd", "/work/project")
        .put("sessionId", Scene.SESSION)
        .put("version", "2.1.0")
        .put("gitBranch", "main")
        .put("type", type)
        .put("uuid", uuid)
        .put("timestamp", time);
  }

  static ObjectNode user(String uuid, String time, String text) {
    ObjectNode line = line("user", uuid, time);
    line.putObject("message").put("role", "user").put("content", text);
    return line;
  }

  static ObjectNode assistant(String uuid, String time, String text) {
    ObjectNode line = line("assistant", uuid, time);
    line.putObject("message")
        .put("role", "assistant")
        .put("model", "model-9")
        .putArray("content")
        .addObject()
        .put("type", "text")
        .put("text", text);
    return line;
  }

  static ObjectNode use(String uuid, String time, String call, String command) {
    ObjectNode line = line("assistant", uuid, time);
    line.putObject("message")
        .put("role", "assistant")
        .put("model", "model-9")
        .putArray("content")
        .addObject()
        .put("type", "tool_use")
        .put("id", call)
        .put("name", "Bash")
        .putObject("input")
        .put("command", command)
        .put("description", "say " + call);
    return line;
  }

  static ObjectNode result(String uuid, String time, String call, String text) {
    ObjectNode line = line("user", uuid, time);
    line.putObject("message")
        .put("role", "user")
        .putArray("content")
        .addObject()
        .put("tool_use_id", call)
        .put("type", "tool_result")
        .put("content", text);
    line.putObject("toolUseResult").put("stdout", text).put("interrupted", false);
    return line;
  }

  static ObjectNode error(String uuid, String time, String call, String text) {
    ObjectNode line = result(uuid, time, call, text).put("toolUseResult", "Error: " + text);
    ((ObjectNode) line.at("/message/content/0")).put("is_error", true);
    return line;
  }
}
