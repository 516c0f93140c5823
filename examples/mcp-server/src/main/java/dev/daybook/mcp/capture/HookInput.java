package dev.daybook.mcp.capture;

import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.daybook.event.SessionId;
import dev.daybook.event.SourceId;
import java.io.IOException;
import java.time.Duration;

/**
 * What Claude Code gives a hook on its standard input. Built on its documentation as of November
 * 2026; what a version does not give is empty.
 *
 * @param event the name of the event, such as {@code PostToolUse}
 * @param hostSession the client's session
 * @param agent the client's id of a sub-agent; empty if the session's own agent speaks
 * @param json all of it
 */
record HookInput(String event, String hostSession, String agent, JsonNode json) {
  /** What source ids and actors name as the client. */
  static final String CLIENT = "claude-code";

  /** Texts of any length: it is the client's own. */
  static final JsonMapper JSON =
      JsonMapper.builder(
              new JsonFactoryBuilder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxStringLength(64 << 20)
                          .maxNestingDepth(500)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /**
   * Reads it.
   *
   * @throws IllegalArgumentException if it is not such an input, saying why
   */
  static HookInput parse(byte[] bytes) {
    JsonNode json;
    try {
      json = JSON.readTree(bytes);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("no JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new IllegalArgumentException("no JSON: " + e.getMessage(), e);
    }
    if (json == null || !json.isObject()) {
      throw new IllegalArgumentException("no JSON object");
    }
    String session = text(json, "session_id");
    String event = text(json, "hook_event_name");
    if (session.isBlank() || event.isBlank()) {
      throw new IllegalArgumentException(
          "'%s' is missing".formatted(session.isBlank() ? "session_id" : "hook_event_name"));
    }
    HookInput input = new HookInput(event, session, text(json, "agent_id"), json);
    SessionId unused = input.session();
    return input;
  }

  private static String text(JsonNode json, String field) {
    return json.path(field).isTextual() ? json.path(field).textValue() : "";
  }

  String text(String field) {
    return text(json, field);
  }

  JsonNode input() {
    return json.path("tool_input");
  }

  /** The session it belongs to: a sub-agent has one of its own. */
  SessionId session() {
    return agent.isEmpty() ? main() : sub(hostSession, agent);
  }

  /** The session that the client shows to its user. */
  SessionId main() {
    return SessionId.of(hostSession);
  }

  static SessionId sub(String hostSession, String agent) {
    return SessionId.of(hostSession + "/" + agent);
  }

  /**
   * What the client calls this call. A version that does not say it gets an id from what it does
   * say, so that the same input is the same call.
   */
  SourceId source() {
    String call = text("tool_use_id");
    return source(
        hostSession, call.isBlank() ? "content " + ClaudeCalls.sha256(json.toString()) : call);
  }

  static SourceId source(String hostSession, String call) {
    return new SourceId(CLIENT, hostSession, call);
  }

  /** How long the tool took; zero if nobody says. */
  Duration duration() {
    return duration(json, json.path("tool_response"));
  }

  static Duration duration(JsonNode... places) {
    for (JsonNode place : places) {
      for (String field : new String[] {"duration_ms", "durationMs", "totalDurationMs"}) {
        if (place.path(field).isNumber() && place.path(field).asLong() > 0) {
          return Duration.ofMillis(place.path(field).asLong());
        }
      }
      if (place.path("durationSeconds").isNumber()
          && place.path("durationSeconds").asDouble() > 0) {
        return Duration.ofMillis((long) (place.path("durationSeconds").asDouble() * 1_000));
      }
    }
    return Duration.ZERO;
  }

  /** Whether it is a call of this server itself, whose effects are recorded by what it does. */
  boolean isOurs() {
    return isOurs(text("tool_name"));
  }

  static boolean isOurs(String tool) {
    return tool.startsWith("mcp__daybook__");
  }
}
