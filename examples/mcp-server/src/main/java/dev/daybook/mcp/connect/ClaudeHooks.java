package dev.daybook.mcp.connect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The hooks in a settings file of Claude Code. Ours are those whose command names our script, so
 * that they are known again whatever stands around them; hooks of others are not touched.
 *
 * <p>Built on Claude Code's documentation of hooks as of November 2026: {@code hooks} has an array
 * for each event, of objects with a {@code matcher} of tool names (left out for sessions) and an
 * array of hooks of type {@code command} with a {@code timeout} in seconds. A call that fails comes
 * as {@code PostToolUseFailure}, not as {@code PostToolUse}. {@code SessionEnd} has a second and a
 * half, or as long as the longest timeout that its hooks name.
 */
final class ClaudeHooks {
  private static final String HOOKS = "hooks";
  private static final String COMMAND = "command";

  /**
   * Each event with the most seconds its hook may take; the script itself mostly stops far earlier.
   */
  private static final Map<String, Integer> EVENTS = new LinkedHashMap<>();

  static {
    EVENTS.put("SessionStart", 20);
    EVENTS.put("PreToolUse", 2);
    EVENTS.put("PostToolUse", 5);
    EVENTS.put("PostToolUseFailure", 5);
    EVENTS.put("SessionEnd", 3);
  }

  private ClaudeHooks() {}

  /** The text of a settings file with our hooks. */
  static String with(Path file, String text, Repeats repeats) {
    JsonFile settings = JsonFile.of(file, text);
    ObjectNode hooks = settings.object(settings.root(), HOOKS);
    EVENTS.forEach((event, seconds) -> put(file, hooks, event, seconds, command(event, repeats)));
    return settings.text();
  }

  /** The text of a settings file without our hooks. */
  static String without(Path file, String text) {
    JsonFile settings = JsonFile.of(file, text);
    if (settings.root().get(HOOKS) instanceof ObjectNode hooks) {
      boolean had = false;
      for (Iterator<Map.Entry<String, JsonNode>> i = hooks.properties().iterator(); i.hasNext(); ) {
        if (i.next().getValue() instanceof ArrayNode groups && remove(groups)) {
          had = true;
          if (groups.isEmpty()) {
            i.remove();
          }
        }
      }
      if (had && hooks.isEmpty()) {
        settings.root().remove(HOOKS);
      }
    }
    return settings.text();
  }

  private static String command(String event, Repeats repeats) {
    String blocking =
        event.equals("PreToolUse") && repeats != Repeats.WARN ? " " + repeats.label() : "";
    // A shell that finds no script ends with 2, by which the client would block every call.
    return "sh \"$CLAUDE_PROJECT_DIR\"/.daybook/hooks/%s %s%s || :"
        .formatted(HookScript.NAME, event, blocking);
  }

  private static void put(Path file, ObjectNode hooks, String event, int seconds, String command) {
    JsonNode groups = hooks.get(event);
    if (groups != null && !groups.isArray()) {
      throw new IllegalArgumentException(
          "%s has hooks for %s that are %s, not an array; nothing was changed. Mend it by hand"
              .formatted(file, event, groups.getNodeType()));
    }
    ArrayNode array = groups == null ? hooks.putArray(event) : (ArrayNode) groups;
    for (JsonNode group : array) {
      for (JsonNode hook : group.path(HOOKS)) {
        if (isOurs(hook)) {
          // In its place, with whatever else somebody has said of it.
          ((ObjectNode) hook).put(COMMAND, command);
          return;
        }
      }
    }
    ObjectNode group = array.addObject();
    if (event.contains("Tool")) {
      group.put("matcher", "*");
    }
    group
        .putArray(HOOKS)
        .addObject()
        .put("type", COMMAND)
        .put(COMMAND, command)
        .put("timeout", seconds);
  }

  private static boolean remove(ArrayNode groups) {
    boolean had = false;
    for (Iterator<JsonNode> i = groups.iterator(); i.hasNext(); ) {
      if (i.next().path(HOOKS) instanceof ArrayNode hooks) {
        boolean found = false;
        for (Iterator<JsonNode> j = hooks.iterator(); j.hasNext(); ) {
          if (isOurs(j.next())) {
            j.remove();
            found = true;
          }
        }
        if (found && hooks.isEmpty()) {
          i.remove();
        }
        had |= found;
      }
    }
    return had;
  }

  private static boolean isOurs(JsonNode hook) {
    return hook.isObject() && hook.path(COMMAND).asText("").contains("/hooks/" + HookScript.NAME);
  }
}
