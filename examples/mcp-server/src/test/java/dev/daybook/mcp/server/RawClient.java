package dev.daybook.mcp.server;

import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.json.TypeRef;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A client that sends what it likes, line by line, and reads what comes back. */
final class RawClient {
  private static final int SECONDS_MAX = 20;
  private static final TypeRef<Map<String, Object>> OBJECT = new TypeRef<>() {};

  private final McpJsonMapper json = McpJsonDefaults.getMapper();
  private final OutputStream out;
  private final BlockingQueue<Map<String, Object>> came = new LinkedBlockingQueue<>();

  RawClient(InputStream in, OutputStream out) {
    this.out = out;
    Thread.ofPlatform().daemon().start(() -> read(in));
  }

  private void read(InputStream in) {
    try {
      BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        came.add(json.readValue(line, OBJECT));
      }
    } catch (IOException e) {
      // The server is gone.
    }
    came.add(Map.of("closed", true));
  }

  RawClient line(String line) throws IOException {
    synchronized (out) {
      out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
      out.flush();
    }
    return this;
  }

  RawClient initialize() throws IOException, InterruptedException {
    line(
        """
        {"jsonrpc":"2.0","id":"init","method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"raw","version":"1"}}}\
        """);
    Map<String, Object> unused = next();
    return line("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");
  }

  RawClient call(int id, String tool, Map<String, Object> arguments) throws IOException {
    return line(
        json.writeValueAsString(
            Map.of(
                "jsonrpc",
                "2.0",
                "id",
                id,
                "method",
                "tools/call",
                "params",
                Map.of("name", tool, "arguments", arguments))));
  }

  /** The next message, whatever it is. */
  Map<String, Object> next() throws InterruptedException {
    Map<String, Object> message = came.poll(SECONDS_MAX, TimeUnit.SECONDS);
    if (message == null) {
      throw new AssertionError("Nothing came for " + SECONDS_MAX + " s");
    }
    return message;
  }

  /** The text of the next message, which must be a result of a tool. */
  String nextText() throws InterruptedException {
    Map<String, Object> message = next();
    if (message.get("result") instanceof Map<?, ?> result
        && result.get("content") instanceof List<?> content
        && content.getFirst() instanceof Map<?, ?> first) {
      return String.valueOf(first.get("text"));
    }
    throw new AssertionError("No result of a tool: " + message);
  }

  /** Whether nothing more is there now. */
  boolean isQuiet() {
    return came.isEmpty();
  }
}
