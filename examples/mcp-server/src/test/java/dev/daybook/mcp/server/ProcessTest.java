package dev.daybook.mcp.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.Daybook;
import dev.daybook.Workspace;
import dev.daybook.event.Entry;
import dev.daybook.event.PlanEvent.NoteAdded;
import dev.daybook.event.ToolCall;
import dev.daybook.recall.Filter;
import dev.daybook.storage.local.LocalObjectStore;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.ServerParameters;
import io.modelcontextprotocol.client.transport.StdioClientTransport;
import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two servers, each a process of its own, on one workspace at once; each has a client of the SDK.
 */
class ProcessTest {
  private static final int ROUNDS = Integer.getInteger("sim.turns", 4);

  @TempDir Path folder;

  static ServerParameters.Builder server(Path folder, String agent) {
    // The class path goes by the environment: it can be longer than a command line may be.
    return new ServerParameters.Builder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString())
        .args(
            "--enable-native-access=ALL-UNNAMED",
            "-XX:TieredStopAtLevel=1",
            ServerMain.class.getName(),
            "stdio",
            folder.resolve("store").toString(),
            "shop",
            agent,
            folder.resolve("cache").toString())
        .addEnvVar("CLASSPATH", System.getProperty("java.class.path"));
  }

  private McpSyncClient client(String agent) {
    return McpClient.sync(
            new StdioClientTransport(server(folder, agent).build(), McpJsonDefaults.getMapper()))
        .requestTimeout(Duration.ofSeconds(60))
        .initializationTimeout(Duration.ofSeconds(60))
        .build();
  }

  @Test
  void twoServersAtOnceLoseAndDoubleNothing()
      throws IOException, InterruptedException, ExecutionException {
    List<String> claimed = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<List<String>> one = threads.submit(() -> work("coder-1"));
      Future<List<String>> two = threads.submit(() -> work("coder-2"));
      claimed.addAll(one.get());
      claimed.addAll(two.get());
    }

    try (LocalObjectStore store = LocalObjectStore.at(folder.resolve("store"));
        Daybook engine = Wire.engine(store, folder.resolve("cache"));
        Workspace workspace = engine.open("shop")) {
      Set<String> expected = new HashSet<>();
      for (String agent : List.of("coder-1", "coder-2")) {
        for (int i = 0; i < ROUNDS; i++) {
          expected.add(agent + " " + i);
        }
      }
      List<Entry> calls = workspace.traces().find(Filter.any().type("ToolCall")).entries();
      assertThat(calls)
          .extracting(entry -> ((ToolCall) entry.event()).arguments())
          .containsExactlyInAnyOrderElementsOf(expected);
      assertThat(workspace.plan().notes())
          .extracting(note -> note.note().text())
          .containsExactlyInAnyOrderElementsOf(expected);
      assertThat(workspace.traces().find(Filter.any().type("NoteAdded")).entries())
          .extracting(entry -> ((NoteAdded) entry.event()).text())
          .containsExactlyInAnyOrderElementsOf(expected);
      assertThat(workspace.plan().tasks()).hasSize(2 * ROUNDS);
      assertThat(claimed).hasSize(2 * ROUNDS).doesNotHaveDuplicates();
      // Each ended its session when its client went away.
      assertThat(workspace.traces().count(Filter.any().type("SessionEnded"))).isEqualTo(2);
      assertThat(workspace.verify(progress -> {}).problems()).isEmpty();
    }
  }

  /** Records, notes, adds a task without an id, and claims whichever is next. */
  private List<String> work(String agent) {
    List<String> claimed = new ArrayList<>();
    McpSyncClient client = client(agent);
    try {
      var unused = client.initialize();
      for (int i = 0; i < ROUNDS; i++) {
        String said = agent + " " + i;
        call(client, "record_tool_call", Map.of("tool", "bash", "arguments", said));
        call(client, "note", Map.of("text", said));
        call(client, "task_add", Map.of("title", said));
        claimed.add((String) call(client, "task_claim", Map.of()).get("task"));
      }
    } finally {
      boolean unused = client.closeGracefully();
    }
    return claimed;
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> call(
      McpSyncClient client, String tool, Map<String, Object> arguments) {
    CallToolResult result =
        client.callTool(CallToolRequest.builder(tool).arguments(arguments).build());
    assertThat(result.isError()).as(String.valueOf(result.content())).isFalse();
    return (Map<String, Object>) result.structuredContent();
  }
}
