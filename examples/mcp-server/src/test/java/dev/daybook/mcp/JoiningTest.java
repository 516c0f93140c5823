package dev.daybook.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.daybook.mcp.Cli.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How agents join: {@code connect}, {@code serve}, {@code hook} and the import of transcripts. */
class JoiningTest {
  private static final String HELLO =
      """
      {"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}
      {"jsonrpc":"2.0","method":"notifications/initialized"}
      {"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"note","arguments":{"text":"said by an agent"}}}
      """;

  @TempDir Path root;
  private Cli cli;

  @BeforeEach
  void makeProject() throws IOException {
    cli = new Cli(root);
    assertThat(cli.run("workspace", "create", "demo").exit()).isZero();
  }

  private JsonNode server() throws IOException {
    return new ObjectMapper()
        .readTree(cli.project().resolve(".mcp.json").toFile())
        .at("/mcpServers/daybook");
  }

  @Test
  void connectsAClientThatThenStartsTheServerFromAnywhere() throws IOException {
    Files.writeString(
        cli.project().resolve(".mcp.json"), "{\"mcpServers\":{\"other\":{\"command\":\"x\"}}}");
    Result printed = cli.run("connect", "claude-code", "--print");
    assertThat(printed.exit()).as(printed.err()).isZero();
    assertThat(server().isMissingNode()).as("nothing is written").isTrue();

    Result connected = cli.run("connect", "claude-code");

    assertThat(connected.exit()).as(connected.err()).isZero();
    assertThat(connected.out())
        .contains(".mcp.json")
        .contains("allow the server when it asks; it is an agent of 'demo' then");
    assertThat(server().get("command").asText())
        .isEqualTo(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    List<String> words = server().get("args").valueStream().map(JsonNode::asText).toList();
    assertThat(words.subList(words.indexOf("serve"), words.size()))
        .containsExactly(
            "serve",
            "--project",
            cli.project().toString(),
            "--workspace",
            "demo",
            "--store",
            cli.store().toString(),
            "--actor",
            "claude-code");
    assertThat(cli.project().resolve(".mcp.json")).content().contains("\"other\"");
    assertThat(
            cli.run("connect", "claude-code", "--json").json().at("/files/0/changes").asBoolean())
        .as("twice is as once")
        .isFalse();

    // As the client starts it.
    Result served =
        cli.in(root)
            .answering(
                HELLO, words.subList(words.indexOf("serve"), words.size()).toArray(String[]::new));
    assertThat(served.exit()).as(served.err()).isZero();
    assertThat(served.out().lines()).hasSize(2).allMatch(line -> line.startsWith("{\"jsonrpc\""));
    JsonNode note = cli.in(cli.project()).run("plan", "--json").json().at("/notes/0");
    assertThat(note.get("text").asText()).isEqualTo("said by an agent");
    assertThat(note.at("/actor/kind").asText()).isEqualTo("AGENT");
    assertThat(note.at("/actor/id").asText()).isEqualTo("claude-code");
    assertThat(note.at("/actor/client").asText())
        .as("the client says what it is")
        .isEqualTo("test");

    assertThat(cli.run("connect", "claude-code", "--remove").exit()).isZero();
    assertThat(server().isMissingNode()).isTrue();
    assertThat(cli.project().resolve(".mcp.json")).content().contains("\"other\"");
    assertThat(cli.run("connect", "claude-code").exit()).isZero();
    assertThat(cli.run("workspace", "delete", "demo", "--yes").exit()).isZero();
    Result orphaned = cli.run("connect", "claude-code", "--remove", "--json");
    assertThat(orphaned.exit()).as(orphaned.err()).isZero();
    assertThat(orphaned.json().get("workspace").asText()).isEmpty();
    assertThat(server().isMissingNode()).isTrue();
  }

  @Test
  void otherClientsAreToldInTheirOwnFilesOrShown() throws IOException {
    assertThat(cli.run("connect", "codex", "--actor", "codex-7").exit()).isZero();
    assertThat(cli.project().resolve(".codex/config.toml")).content().contains("codex-7");
    assertThat(cli.run("connect", "cursor", "--user").exit()).isZero();
    assertThat(cli.home().resolve(".cursor/mcp.json")).exists();
    assertThat(cli.run("connect", "generic").out()).contains("mcpServers").contains("serve");
    Result unknown = cli.run("connect", "emacs");
    assertThat(unknown.exit()).isEqualTo(2);
    assertThat(unknown.err()).contains("claude-code, codex, cursor, generic");
    assertThat(cli.run("connect", "cursor", "-w", "nope").exit()).isEqualTo(3);
    assertThat(cli.project().resolve(".cursor")).doesNotExist();
  }

  @Test
  void saysWhatWaitsForTheAgentThatWasConnectedBefore() throws IOException {
    assertThat(cli.run("connect", "claude-code").err()).isEmpty();
    Path spool = cli.project().resolve(".daybook/spool/demo.claude-code");
    Files.writeString(Files.createDirectories(spool).resolve("1.json"), "{}");
    assertThat(cli.run("connect", "claude-code").err()).isEmpty();
    assertThat(cli.run("connect", "claude-code", "--actor", "other").err())
        .contains("Calls wait in " + spool + " (1)");
    assertThat(cli.run("connect", "claude-code", "--remove").err()).contains(spool + " (1)");
    assertThat(cli.run("connect", "claude-code", "--name", "memory").exit()).isEqualTo(2);
  }

  @Test
  void servingWhatIsNotThereEndsWithWords() {
    Result none = cli.answering(HELLO, "serve", "-w", "nope");
    assertThat(none.exit()).isEqualTo(3);
    assertThat(none.out()).isEmpty();
    assertThat(none.err()).contains("No workspace 'nope'");
    Result open = cli.with("DAYBOOK_TOKEN", "short").run("serve", "--http");
    assertThat(open.exit()).isEqualTo(2);
    assertThat(open.err()).contains("DAYBOOK_TOKEN: The token has 5 characters, expected at least");
  }

  @Test
  void aHookAnswersAndNeverFails() {
    Result briefed =
        cli.answering(
            "{\"hook_event_name\":\"SessionStart\",\"session_id\":\"c-1\",\"cwd\":\"%s\",\"source\":\"startup\"}"
                .formatted(cli.project()),
            "hook",
            "SessionStart");
    assertThat(briefed.exit()).isZero();
    for (Result broken :
        List.of(
            cli.answering("{}", "hook", "PreToolUse", "--of-a-later-version"),
            cli.answering("no JSON", "hook", "SessionStart"),
            cli.answering("{}", "hook", "PreToolUse", "-w", "nope"),
            cli.with("DAYBOOK_STORE", "ftp://x").answering("{}", "hook", "SessionEnd"))) {
      assertThat(broken.exit()).isZero();
      assertThat(broken.out()).isEmpty();
      assertThat(broken.err()).containsPattern("the hook got no answer: |Unknown option");
    }
  }

  @Test
  void importsTranscriptsOfClaudeCode() throws IOException {
    Path transcript =
        Files.writeString(
            cli.project().resolve("c-2.jsonl"),
            """
            {"type":"summary","summary":"A day","leafUuid":"u-0"}
            {"type":"user","sessionId":"c-2","uuid":"u-1","timestamp":"2026-11-20T10:00:00.000Z","cwd":"/p","message":{"role":"user","content":"Rotate the keys"}}
            """);
    Result imported = cli.run("import", transcript.toString(), "--json");
    assertThat(imported.json().at("/files/0/format").asText()).isEqualTo("CLAUDE_CODE");
    assertThat(imported.json().at("/files/0/recorded").asInt()).isPositive();
    assertThat(cli.run("recall", "rotate keys").out()).contains("Rotate the keys");

    Path agents = Files.createDirectories(cli.project().resolve("all/c-2/subagents"));
    Files.copy(transcript, cli.project().resolve("all/c-2.jsonl"));
    Files.writeString(
        agents.resolve("agent-a1.jsonl"),
        Files.readString(transcript).lines().toList().getLast().replace("u-1", "u-2") + "\n");
    JsonNode files = cli.run("import", "all", "--json").json().get("files");
    assertThat(files.findValuesAsText("file"))
        .extracting(file -> Path.of(file).getFileName().toString())
        .containsExactly("c-2.jsonl", "agent-a1.jsonl");
    assertThat(files.at("/0/recorded").asInt()).isZero();
    assertThat(files.at("/1/recorded").asInt()).isPositive();
  }
}
