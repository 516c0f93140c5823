package dev.daybook.mcp.capture;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.daybook.Daybook;
import dev.daybook.Session;
import dev.daybook.Workspace;
import dev.daybook.event.Actor;
import dev.daybook.event.ToolCall;
import dev.daybook.mcp.connect.Client;
import dev.daybook.mcp.connect.Connection;
import dev.daybook.mcp.connect.HookPlace;
import dev.daybook.mcp.connect.Repeats;
import dev.daybook.recall.Embedder;
import dev.daybook.storage.local.LocalObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Measures what hooks cost their client: the script from its start to its end, as a process that
 * this one starts, in turns with a shell that does nothing. Not among the tests, since nothing is
 * held to a time: {@code -Dtest=HookBench} runs it, with {@code -Dhook.runs} and {@code
 * -Dhook.events}.
 */
final class HookBench {
  private static final String WORKSPACE = "bench";

  private final int runs = Integer.getInteger("hook.runs", 200);
  private final int events = Integer.getInteger("hook.events", 10_000);
  private final Map<String, List<Double>> millis = new LinkedHashMap<>();
  @TempDir private Path project;

  @Test
  void hooksBesideAShellThatDoesNothing() throws Exception {
    Path home = project.resolve(".daybook");
    Connection.write(
        Connection.of(Client.CLAUDE_CODE, project, WORKSPACE, List.of("/bin/true"), List.of())
            .connecting());
    try (LocalObjectStore store = LocalObjectStore.at(home.resolve("store"));
        Daybook daybook = Daybook.on(store).embedder(Embedder.none()).open();
        Workspace workspace = daybook.openOrCreate(WORKSPACE)) {
      history(workspace, events);
      measure(workspace, home);
    }
  }

  private static void history(Workspace workspace, int events) {
    Random random = new Random(7);
    try (Session session = workspace.startSession(Actor.agent("past"))) {
      for (int i = 0; i < events; i++) {
        ToolCall call = ToolCall.of("Bash", "mvn -pl module-" + i % 997 + " test -Dtest=T" + i);
        session.record(
            random.nextInt(5) == 0
                ? call.softFail("module-" + i % 997 + ": test T" + i + " failed, expected " + i)
                : call.output("ok " + i));
      }
    }
    workspace.compact();
  }

  private void measure(Workspace workspace, Path home) throws Exception {
    String small = Scene.worked("toolu_1", "git status", "clean\n".repeat(300)).toString();
    String large = Scene.worked("toolu_2", "cat big", "x".repeat(2 << 20)).toString();
    for (int i = 0; i < runs; i++) {
      run("sh that does nothing", small, "sh", "-c", "exec cat >/dev/null");
      hook("PostToolUse, " + small.length() / 1024 + " KiB", small, "PostToolUse");
      if (i % 10 == 0) {
        hook("PostToolUse, 2 MiB", large, "PostToolUse");
        empty(home);
      }
      hook(
          "PreToolUse, no server",
          Scene.bash("PreToolUse", "t", "git status").toString(),
          "PreToolUse");
    }
    empty(home);
    int answered = 0;
    try (HookServer server =
        HookServer.start(workspace, Scene.AGENT, home, message -> System.err.println(message))) {
      while (!Files.exists(server.file())) {
        Thread.sleep(10);
      }
      Capture capture = Capture.of(workspace, Scene.AGENT, home);
      Hooks hooks = new Hooks(workspace, Scene.AGENT, capture);
      for (int i = 0; i < runs; i++) {
        String in = Scene.bash("PreToolUse", "t", "mvn -pl module-2 verify -Dx=" + i).toString();
        long start = System.nanoTime();
        var unused = hooks.answer(in.getBytes(UTF_8), Repeats.WARN);
        millis
            .computeIfAbsent("  the answer alone, new call", first -> new ArrayList<>())
            .add((System.nanoTime() - start) / 1e6);
      }
      for (int i = 0; i < runs; i++) {
        int tried = i * 37 % 9_000;
        String known = "mvn -pl module-" + tried % 997 + " test -Dtest=T" + tried;
        answered +=
            hook(
                    "PreToolUse, a call of before",
                    Scene.bash("PreToolUse", "t", known).toString(),
                    "PreToolUse")
                ? 1
                : 0;
        hook(
            "PreToolUse, a new call",
            Scene.bash("PreToolUse", "t", "mvn -pl module-1 verify -Dx=" + i).toString(),
            "PreToolUse");
        hook("PostToolUse, server drains", small.replace("toolu_1", "toolu_" + i), "PostToolUse");
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%-30s %6s %8s %8s %8s %8s%n",
        "ms, load " + Files.readString(Path.of("/proc/loadavg")).substring(0, 4),
        "runs",
        "p50",
        "p95",
        "p99",
        "max");
    millis.forEach((what, all) -> {
      double[] sorted = all.stream().mapToDouble(x -> x).sorted().toArray();
      System.out.printf(
          Locale.ROOT,
          "%-30s %6d %8.1f %8.1f %8.1f %8.1f%n",
          what,
          sorted.length,
          at(sorted, 50),
          at(sorted, 95),
          at(sorted, 99),
          at(sorted, 100));
    });
    System.out.println(
        answered + " of " + runs + " calls of before had an answer; about a fifth failed");
  }

  private static void empty(Path home) throws IOException {
    Path spool = HookPlace.of(home, WORKSPACE, Scene.AGENT.id()).spool();
    try (var files = Files.newDirectoryStream(spool, "*.json")) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
  }

  private static double at(double[] sorted, int percent) {
    return sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)];
  }

  private boolean hook(String what, String input, String event) throws Exception {
    return run(what, input, "sh", project + "/.daybook/hooks/daybook-hook", event);
  }

  private boolean run(String what, String input, String... command) throws Exception {
    Path given = Files.writeString(project.resolve("given"), input);
    ProcessBuilder builder =
        new ProcessBuilder(new ArrayList<>(Arrays.asList(command))).redirectInput(given.toFile());
    long start = System.nanoTime();
    Process process = builder.start();
    int bytes = process.getInputStream().readAllBytes().length;
    int unused = process.waitFor();
    millis.computeIfAbsent(what, first -> new ArrayList<>()).add((System.nanoTime() - start) / 1e6);
    return bytes > 0;
  }
}
