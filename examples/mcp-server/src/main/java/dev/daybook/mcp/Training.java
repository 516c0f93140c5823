package dev.daybook.mcp;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Does a little of all that commands do, in a folder of its own that is gone afterwards, so that a
 * JVM that watches sees what they load. The launcher runs it once after a build.
 */
final class Training {
  private Training() {}

  /** Runs it; the exit code is that of the first command that failed. */
  public static void main(String[] arguments) throws IOException {
    Path folder = Files.createTempDirectory("daybook-training");
    int exit;
    try {
      exit = run(folder);
    } finally {
      delete(folder);
    }
    System.exit(exit);
  }

  private static int run(Path folder) {
    for (List<String> command : COMMANDS) {
      int exit =
          Main.run(
              command.toArray(String[]::new),
              new ByteArrayInputStream(INPUT.getBytes(StandardCharsets.UTF_8)),
              OutputStream.nullOutputStream(),
              System.err,
              Map.of(
                  "HOME",
                  folder.toString(),
                  "USER",
                  "training",
                  "DAYBOOK_EMBEDDINGS",
                  "off",
                  "DAYBOOK_STORE",
                  folder.resolve("store").toString()),
              folder);
      if (exit > 1) {
        return exit;
      }
    }
    return 0;
  }

  /** What a client says first to the server; other commands do not read it. */
  private static final String INPUT =
      """
      {"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"training","version":"1"}}}
      {"jsonrpc":"2.0","method":"notifications/initialized"}
      {"jsonrpc":"2.0","id":2,"method":"tools/list"}
      {"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"brief","arguments":{}}}
      {"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"note","arguments":{"text":"trained"}}}
      {"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"recall","arguments":{"question":"what is fast"}}}
      """;

  private static final List<List<String>> COMMANDS =
      List.of(
          List.of("workspace", "create", "training", "--goal", "Start fast"),
          List.of("task", "add", "Load what is needed", "--criterion", "It is fast"),
          List.of("task", "edit", "T-1", "--met", "1", "--label", "kind=start"),
          List.of("note", "A remark", "--task", "T-1"),
          List.of("plan"),
          List.of("plan", "--json"),
          List.of("ready"),
          List.of("recall", "what is fast", "--words"),
          List.of("tried", "load nothing"),
          List.of("about", "src"),
          List.of("brief"),
          List.of("task", "show", "T-1"),
          List.of("timeline"),
          List.of("handoffs"),
          List.of("serve"),
          List.of("connect", "generic"),
          List.of("compact"),
          List.of("recall", "what is fast", "--words", "--json"),
          List.of("verify"),
          List.of("workspace", "list"),
          List.of("--help"));

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
