package dev.daybook.mcp.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.Daybook;
import dev.daybook.Workspace;
import dev.daybook.recall.Filter;
import dev.daybook.storage.MemoryObjectStore;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server over HTTP: who gets in, and that it serves who does. */
class HttpTest {
  private static final String TOKEN = "0123456789abcdef0123456789abcdef";
  private static final String INITIALIZE =
      """
      {"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"raw","version":"1"}}}\
      """;

  private static final String PING =
      """
      {"jsonrpc":"2.0","id":2,"method":"ping"}\
      """;

  @TempDir static Path cache;
  private static Daybook engine;
  private static Workspace workspace;
  private static MemoryServer server;

  @BeforeAll
  static void start() throws IOException {
    engine = Wire.engine(new MemoryObjectStore(), cache);
    workspace = engine.create("shop");
    MemoryServer.Settings settings =
        MemoryServer.Settings.of(Wire.CODER).sizes(new MemoryServer.Sizes(20_000, 100, 1_000));
    server = MemoryServer.overHttp(workspace, settings, 0, TOKEN);
  }

  @AfterAll
  static void stop() {
    server.close();
    engine.close();
  }

  /** The answer to a request written by hand, since Java's client sends no Host of one's choice. */
  private static String post(String body, String... headers) throws IOException {
    return request("POST", body, headers);
  }

  private static String request(String method, String body, String... headers) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(20_000);
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      String head =
          "%s /mcp HTTP/1.1\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\nConnection: close\r\nContent-Length: %d\r\n%s\r\n\r\n"
              .formatted(method, bytes.length, String.join("\r\n", headers));
      socket.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));
      try {
        socket.getOutputStream().write(bytes);
      } catch (IOException e) {
        // It answers before it has read everything.
      }
      InputStream in = socket.getInputStream();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static final String HOST = "Host: 127.0.0.1";
  private static final String AUTHORIZATION = "Authorization: Bearer " + TOKEN;

  @Test
  void letsInWhoKnowsTheTokenAndIsHere() throws IOException {
    assertThat(post(INITIALIZE, HOST, AUTHORIZATION))
        .startsWith("HTTP/1.1 200")
        .contains("daybook");
    assertThat(
            post(
                INITIALIZE,
                "Host: localhost:" + server.port(),
                AUTHORIZATION,
                "Origin: http://localhost:3000"))
        .startsWith("HTTP/1.1 200");
    assertThat(post(INITIALIZE, HOST))
        .startsWith("HTTP/1.1 401")
        .contains("WWW-Authenticate: Bearer")
        .contains("token is missing");
    assertThat(post(INITIALIZE, HOST, AUTHORIZATION + "0")).startsWith("HTTP/1.1 401");
    assertThat(post(INITIALIZE, HOST, "Authorization: Basic " + TOKEN)).startsWith("HTTP/1.1 401");
    assertThat(post(INITIALIZE, "Host: evil.example", AUTHORIZATION)).startsWith("HTTP/1.1 403");
    assertThat(post(INITIALIZE, "Host: localhost.evil.example", AUTHORIZATION))
        .startsWith("HTTP/1.1 403");
    assertThat(post(INITIALIZE, HOST, AUTHORIZATION, "Origin: http://evil.example"))
        .startsWith("HTTP/1.1 403");
    assertThat(post(INITIALIZE, HOST, AUTHORIZATION, "Origin: null")).startsWith("HTTP/1.1 403");
    assertThat(post(INITIALIZE, HOST, AUTHORIZATION, "Origin: http://localhost.evil.example"))
        .startsWith("HTTP/1.1 403");
  }

  @Test
  void answersWhatIsNoMessageOrTooLong() throws IOException {
    assertThat(post("{\"jsonrpc\":", HOST, AUTHORIZATION))
        .startsWith("HTTP/1.1 400")
        .contains(
            "\"error\":{\"code\":-32600,\"message\":\"Invalid message format: it is no JSON-RPC");
    assertThat(post(PING, HOST, AUTHORIZATION))
        .startsWith("HTTP/1.1 400")
        .contains("Session ID required");
    assertThat(post(PING, HOST, AUTHORIZATION, "Mcp-Session-Id: gone"))
        .startsWith("HTTP/1.1 404")
        .contains("Session not found");
    assertThat(post("null", HOST, AUTHORIZATION)).startsWith("HTTP/1.1 400");
    assertThat(post("x".repeat(30_000), HOST, AUTHORIZATION))
        .startsWith("HTTP/1.1 413")
        .contains("at most 20,000 are taken");
    assertThat(post(INITIALIZE, HOST, AUTHORIZATION)).startsWith("HTTP/1.1 200");
  }

  @Test
  void noErrorShowsAStackWhoeverAsks() throws IOException {
    String token = "ghp_" + "abcdefghijklmnopqrstuvwxyz0123456789";
    String session = "Mcp-Session-Id: " + sessionOf(post(INITIALIZE, HOST, AUTHORIZATION));
    for (String answer :
        List.of(
            post("{\"jsonrpc\":", HOST, AUTHORIZATION),
            post("[]", HOST, AUTHORIZATION),
            post("null", HOST, AUTHORIZATION),
            post(
                "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"ping\"}",
                HOST,
                AUTHORIZATION,
                session),
            post(PING, HOST, AUTHORIZATION),
            post(PING, HOST, AUTHORIZATION, "Mcp-Session-Id: gone"),
            post(
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":\""
                    + token
                    + "\"}",
                HOST,
                AUTHORIZATION),
            post(
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":\""
                    + token
                    + "\"}",
                HOST,
                AUTHORIZATION,
                session),
            post("{}", "Host: 127.0.0.1", "not a header"),
            post("{}", "Host: 127.0.0.1", "Host: evil.example"))) {
      assertThat(answer)
          .doesNotContain(token, "stackTrace", "Exception", "\tat ", "jackson", "Tomcat");
    }
  }

  @Test
  void aSessionHasAStreamAndEndsWhenItIsDeleted() throws IOException {
    String session = "Mcp-Session-Id: " + sessionOf(post(INITIALIZE, HOST, AUTHORIZATION));
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(20_000);
      String get =
          String.join(
              "\r\n",
              "GET /mcp HTTP/1.1",
              "Accept: text/event-stream",
              "Connection: close",
              HOST,
              AUTHORIZATION,
              session,
              "",
              "");
      socket.getOutputStream().write(get.getBytes(StandardCharsets.UTF_8));
      assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.UTF_8))
          .isEqualTo("HTTP/1.1 200");
      assertThat(post(PING, HOST, AUTHORIZATION, session)).startsWith("HTTP/1.1 200");
      assertThat(request("DELETE", "", HOST, AUTHORIZATION, session)).startsWith("HTTP/1.1 200");
      assertThat(post(PING, HOST, AUTHORIZATION, session)).startsWith("HTTP/1.1 404");
      assertThat(socket.getInputStream().readAllBytes()).isNotEmpty();
    }
  }

  private static String sessionOf(String answer) {
    return answer
        .lines()
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("mcp-session-id: "))
        .map(line -> line.substring(16))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void refusesARevisionOfTheProtocolThatIsNotSpoken() throws IOException {
    String known = "Mcp-Session-Id: " + sessionOf(post(INITIALIZE, HOST, AUTHORIZATION));
    assertThat(post(PING, HOST, AUTHORIZATION, known, "MCP-Protocol-Version: 2025-06-18"))
        .startsWith("HTTP/1.1 200");
    assertThat(post(PING, HOST, AUTHORIZATION, known)).startsWith("HTTP/1.1 200");
    assertThat(post(PING, HOST, AUTHORIZATION, known, "MCP-Protocol-Version: 1999-01-01"))
        .startsWith("HTTP/1.1 400")
        .contains("it speaks 2025-03-26, 2025-06-18, 2025-11-25");
  }

  @Test
  void servesSeveralClientsAsOneAgent() {
    try (McpSyncClient one = client(TOKEN);
        McpSyncClient two = client(TOKEN)) {
      var unused = one.initialize();
      unused = two.initialize();
      assertThat(text(one, "task_add", Map.of("title", "Over HTTP"))).contains("Added");
      assertThat(text(two, "plan_show", Map.of())).contains("Over HTTP");
      assertThat(two.listTools().tools()).hasSize(24);
      assertThat(workspace.traces().count(Filter.any().type("SessionStarted"))).isEqualTo(1);
    }
    assertThatThrownBy(() -> client("another-token-0123456789").initialize());
  }

  private static McpSyncClient client(String token) {
    return McpClient.sync(
            HttpClientStreamableHttpTransport.builder("http://127.0.0.1:" + server.port())
                .requestBuilder(HttpRequest.newBuilder().header("Authorization", "Bearer " + token))
                .build())
        .requestTimeout(Duration.ofSeconds(20))
        .build();
  }

  private static String text(McpSyncClient client, String tool, Map<String, Object> arguments) {
    CallToolResult result =
        client.callTool(CallToolRequest.builder(tool).arguments(arguments).build());
    return ((TextContent) result.content().getFirst()).text();
  }

  @Test
  void aPortThatIsTakenAndATokenThatIsShortAreTold() {
    assertThatThrownBy(() ->
            MemoryServer.overHttp(
                workspace, MemoryServer.Settings.of(Wire.CODER), server.port(), TOKEN))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Cannot listen on 127.0.0.1:" + server.port())
        .hasMessageContaining("0 for one that is free");
    assertThatThrownBy(() ->
            MemoryServer.overHttp(workspace, MemoryServer.Settings.of(Wire.CODER), 0, "short"))
        .hasMessageContaining("expected at least 16");
  }
}
