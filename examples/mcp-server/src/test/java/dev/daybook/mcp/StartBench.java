package dev.daybook.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Measures how long a client waits for a server that it starts: as {@code connect} tells it to,
 * from the start of the process to each answer. Not among the tests, since nothing is held to a
 * time: {@code -Dtest=StartBench} runs it, with {@code -Dstart.runs}, on what the launcher built.
 */
final class StartBench {
  private static final Path LAUNCHER = Path.of("daybook").toAbsolutePath();
  private static final JsonMapper JSON = new JsonMapper();

  private final int runs = Integer.getInteger("start.runs", 11);
  private final Map<String, List<Double>> seconds = new LinkedHashMap<>();
  @TempDir private Path project;

  @Test
  void fromTheStartOfTheProcessToEachAnswer() throws Exception {
    assumeThat(Path.of("target/app/java.args"))
        .as("build what the launcher starts: examples/mcp-server/daybook --version")
        .exists();
    daybook("workspace", "create", "bench", "--goal", "Start soon");
    daybook("note", "TokenIT.refresh fails while keys are rotated in place");
    daybook("connect", "claude-code");
    JsonNode server =
        JSON.readTree(project.resolve(".mcp.json").toFile()).at("/mcpServers/daybook");
    List<String> command = new ArrayList<>(List.of(server.get("command").asText()));
    server.get("args").forEach(word -> command.add(word.asText()));
    for (int i = 0; i < runs; i++) {
      serve("archive of classes, no embeddings", command, "off");
      serve("archive of classes, embeddings", command, "on");
      List<String> bare = new ArrayList<>(command);
      bare.add(1, "-Xshare:off");
      serve("no archive, no embeddings", bare, "off");
    }
    System.out.printf(
        Locale.ROOT,
        "%-52s %5s %7s %7s   load %s%n",
        "seconds",
        "runs",
        "median",
        "max",
        Files.readString(Path.of("/proc/loadavg")).substring(0, 4));
    seconds.forEach((what, all) -> {
      double[] sorted = all.stream().mapToDouble(one -> one).sorted().toArray();
      System.out.printf(
          Locale.ROOT,
          "%-52s %5d %7.3f %7.3f%n",
          what,
          sorted.length,
          sorted[sorted.length / 2],
          sorted[sorted.length - 1]);
    });
  }

  private void serve(String how, List<String> command, String embeddings) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command).directory(project.toFile());
    builder.environment().put("DAYBOOK_EMBEDDINGS", embeddings);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    long start = System.nanoTime();
    Process process = builder.start();
    try (Writer out = process.outputWriter();
        BufferedReader in = process.inputReader()) {
      ask(
          out,
          in,
          """
          {"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"bench","version":"1"}}}
          """);
      told(how + ": initialize", start);
      out.write("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n");
      ask(
          out,
          in,
          """
          {"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"brief","arguments":{}}}
          """);
      told(how + ": brief", start);
    }
    assertThat(process.waitFor()).isZero();
  }

  private static void ask(Writer out, BufferedReader in, String line) throws IOException {
    out.write(line);
    out.flush();
    assertThat(in.readLine()).contains("\"result\"").doesNotContain("\"isError\":true");
  }

  private void told(String what, long start) {
    seconds
        .computeIfAbsent(what, first -> new ArrayList<>())
        .add((System.nanoTime() - start) / 1e9);
  }

  private void daybook(String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of(LAUNCHER.toString()));
    command.addAll(Arrays.asList(words));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(project.toFile())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    assertThat(builder.start().waitFor()).as("%s", command).isZero();
  }
}
