package dev.daybook.mcp.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.daybook.mcp.connect.Connection.Scope;
import dev.daybook.mcp.connect.Connection.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConnectionTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final List<String> PROGRAM =
      List.of("/opt/jdk 21/bin/java", "-cp", "/lib/a.jar", "Main");
  private static final List<String> TARGET =
      List.of("--workspace", "auth", "--store", "/srv/it's here");

  @TempDir Path folder;

  private Connection connection(Client client) {
    return Connection.of(client, folder.resolve("project"), "auth", PROGRAM, TARGET)
        .user(folder.resolve("user"));
  }

  private String connect(Client client, String file, String before) throws IOException {
    Path path = folder.resolve("project").resolve(file);
    Files.createDirectories(path.getParent());
    if (!before.isEmpty()) {
      Files.writeString(path, before);
    }
    Connection.write(connection(client).connecting());
    return Files.readString(path);
  }

  @Test
  void writesTheServerOfAProjectForClaudeCode() throws IOException {
    JsonNode root = JSON.readTree(connect(Client.CLAUDE_CODE, ".mcp.json", ""));
    JsonNode server = root.at("/mcpServers/daybook");
    assertThat(server.path("type").asText()).isEqualTo("stdio");
    assertThat(server.path("command").asText()).isEqualTo("/opt/jdk 21/bin/java");
    assertThat(server.path("args"))
        .extracting(JsonNode::asText)
        .containsExactly(
            "-cp",
            "/lib/a.jar",
            "Main",
            "serve",
            "--workspace",
            "auth",
            "--store",
            "/srv/it's here",
            "--actor",
            "claude-code");
  }

  @Test
  void keepsWhatElseIsInAFileOfJson() throws IOException {
    String before =
        """
        {
            "zeta": 1.50,
            "mcpServers": {
                "other": {"command": "npx", "args": [], "env": {"K": "ü"}},
                "daybook": {"url": "http://old", "env": {"KEPT": "yes"}, "command": "old"}
            },
            "alpha": [1e400, null, true]
        }
        """;
    String after = connect(Client.CURSOR, ".cursor/mcp.json", before);
    JsonNode root = JSON.readTree(after);
    assertThat(root.fieldNames()).toIterable().containsExactly("zeta", "mcpServers", "alpha");
    assertThat(after)
        .contains("1.50")
        .contains("1E+400")
        .contains("\n    \"zeta\"")
        .endsWith("}\n");
    assertThat(root.at("/mcpServers").fieldNames())
        .toIterable()
        .containsExactly("other", "daybook");
    assertThat(root.at("/mcpServers/other"))
        .isEqualTo(JSON.readTree(before).at("/mcpServers/other"));
    assertThat(root.at("/mcpServers/daybook/env/KEPT").asText()).isEqualTo("yes");
    assertThat(root.at("/mcpServers/daybook").has("url")).isFalse();
  }

  @Test
  void refusesWhatIsNoPlainJsonAndTouchesNothing() throws IOException {
    for (String broken :
        List.of(
            "{\"mcpServers\": {},}",
            "{ // mine\n}",
            "{\"a\":1,\"a\":2}",
            "{",
            "[]",
            "{} {}",
            "{\"mcpServers\": []}",
            "{\"mcpServers\": {\"daybook\": \"x\"}}")) {
      Path file = folder.resolve("project/.mcp.json");
      Files.createDirectories(file.getParent());
      Files.writeString(file, broken);
      assertThatThrownBy(() -> connection(Client.CLAUDE_CODE).connecting())
          .as(broken)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(file.toRealPath().toString())
          .hasMessageContaining("nothing was changed");
      assertThat(Files.readString(file)).isEqualTo(broken);
      assertThat(folder.resolve("project/.daybook")).doesNotExist();
    }
  }

  @Test
  void connectingTwiceIsAsOnce() throws IOException {
    for (Client client : Client.values()) {
      Connection.write(connection(client).connecting());
      assertThat(connection(client).connecting()).as(client.label()).allMatch(Step::isDone);
    }
  }

  @Test
  void removingUndoesIt() throws IOException {
    for (Client client : Client.values()) {
      Connection.write(connection(client).connecting());
      Connection.write(connection(client).removing());
      assertThat(connection(client).removing()).as(client.label()).allMatch(Step::isDone);
    }
    try (var files = Files.walk(folder)) {
      assertThat(files.filter(Files::isRegularFile)).isEmpty();
    }
  }

  @Test
  void removingLeavesWhatOthersWrote() throws IOException {
    String settings =
        "{\"hooks\":{\"PreToolUse\":[{\"matcher\":\"Bash\",\"hooks\":[{\"type\":\"command\",\"command\":\"mine\"}]}]},\"model\":\"x\"}";
    connect(Client.CLAUDE_CODE, ".claude/settings.local.json", settings);
    Connection.write(connection(Client.CLAUDE_CODE).removing());
    assertThat(
            JSON.readTree(Files.readString(folder.resolve("project/.claude/settings.local.json"))))
        .isEqualTo(JSON.readTree(settings));
  }

  @Test
  void addsHooksBesideThoseOfOthers() throws IOException {
    String before =
        "{\"hooks\":{\"PreToolUse\":[{\"matcher\":\"Bash\",\"hooks\":[{\"type\":\"command\",\"command\":\"mine\"}]}]}}";
    JsonNode hooks =
        JSON.readTree(connect(Client.CLAUDE_CODE, ".claude/settings.local.json", before))
            .path("hooks");
    assertThat(hooks.fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder(
            "PreToolUse", "SessionStart", "PostToolUse", "PostToolUseFailure", "SessionEnd");
    assertThat(hooks.at("/PreToolUse/0/hooks/0/command").asText()).isEqualTo("mine");
    assertThat(hooks.at("/PreToolUse/1/hooks/0/command").asText())
        .isEqualTo("sh \"$CLAUDE_PROJECT_DIR\"/.daybook/hooks/daybook-hook PreToolUse || :");
    assertThat(hooks.at("/PreToolUse/1/matcher").asText()).isEqualTo("*");
    assertThat(hooks.at("/SessionStart/0").has("matcher")).isFalse();
  }

  @Test
  void changesAHookInItsPlaceWhenAskedToBlock() throws IOException {
    Connection.write(connection(Client.CLAUDE_CODE).connecting());
    Path settings = folder.resolve("project/.claude/settings.local.json");
    Files.writeString(
        settings,
        Files.readString(settings)
            .replace("\"timeout\" : 2", "\"timeout\": 9")
            .replace("\"timeout\": 2\n", "\"timeout\": 9\n"));
    Connection.write(connection(Client.CLAUDE_CODE).repeats(Repeats.DENY).connecting());
    JsonNode groups = JSON.readTree(Files.readString(settings)).at("/hooks/PreToolUse");
    assertThat(groups).hasSize(1);
    assertThat(groups.at("/0/hooks/0/command").asText()).endsWith("PreToolUse deny || :");
    assertThat(groups.at("/0/hooks/0/timeout").asInt()).isEqualTo(9);
  }

  @Test
  void theScriptIsExecutableAndNamesTheProgramWhateverIsInIt() throws IOException {
    Connection.write(connection(Client.CLAUDE_CODE).connecting());
    Path script = folder.resolve("project/.daybook/hooks/daybook-hook");
    assertThat(Files.isExecutable(script)).isTrue();
    assertThat(
            HookPlace.of(folder.resolve("project/.daybook"), "auth", "claude-code").isConnected())
        .isTrue();
    assertThat(Files.readString(script))
        .contains(
            "'/opt/jdk 21/bin/java' '-cp' '/lib/a.jar' 'Main' \"$@\" '--workspace' 'auth' '--store'"
                + " '/srv/it'\\''s here' '--actor' 'claude-code'")
        .contains("\nplace='auth.claude-code'\n")
        .doesNotContainPattern("@[A-Z]+@");
  }

  @Test
  void keepsLinksAndPermissions() throws IOException {
    Path dotfiles = Files.createDirectories(folder.resolve("dotfiles")).resolve("mcp.json");
    Files.writeString(dotfiles, "{}");
    Files.setPosixFilePermissions(dotfiles, PosixFilePermissions.fromString("rw-------"));
    Path link = Files.createDirectories(folder.resolve("project/.cursor")).resolve("mcp.json");
    Files.createSymbolicLink(link, dotfiles);
    Connection.write(connection(Client.CURSOR).connecting());
    assertThat(Files.isSymbolicLink(link)).isTrue();
    assertThat(Files.readString(dotfiles)).contains("daybook");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dotfiles)))
        .isEqualTo("rw-------");
  }

  @Test
  void doesNotWriteOverWhatChangedMeanwhile() throws IOException {
    List<Step> steps = connection(Client.CURSOR).connecting();
    Path file = folder.resolve("project/.cursor/mcp.json");
    Files.createDirectories(file.getParent());
    Files.writeString(file, "{\"mcpServers\":{}}");
    assertThatThrownBy(() -> Connection.write(steps)).hasMessageContaining("has changed meanwhile");
    assertThat(Files.readString(file)).isEqualTo("{\"mcpServers\":{}}");
  }

  @Test
  void writesATableForCodexAndNothingElse() throws IOException {
    String before =
        """
        # my settings
        model = "o9"   # keep
        notes = \"""
        [mcp_servers.daybook]
        command = "not this"
        \"""

        [mcp_servers.other]
        command = "npx"
        args = [
          "a", # first
          "]",
        ]

        # about the profile
        [profiles.fast]
        x = 1
        """;
    String after = connect(Client.CODEX, ".codex/config.toml", before);
    assertThat(after)
        .startsWith(before)
        .endsWith(
            """

            [mcp_servers.daybook]
            command = "/opt/jdk 21/bin/java"
            args = ["-cp", "/lib/a.jar", "Main", "serve", "--workspace", "auth", "--store", "/srv/it's here", "--actor", "codex"]
            """);
    Connection.write(connection(Client.CODEX).removing());
    assertThat(Files.readString(folder.resolve("project/.codex/config.toml"))).isEqualTo(before);
  }

  @Test
  void changesItsOwnTableOfCodexInPlace() throws IOException {
    String before =
        """
        [mcp_servers."daybook"] # ours
        args = [
          "old",
        ]
        startup_timeout_sec = 30 # mine
        command = 'old'

        [mcp_servers.daybook.env]
        A = "b"

        # next
        [other]
        """;
    String after = connect(Client.CODEX, ".codex/config.toml", before);
    assertThat(after)
        .startsWith(
            "[mcp_servers.\"daybook\"] # ours\ncommand = \"/opt/jdk 21/bin/java\"\nargs = [")
        .contains("startup_timeout_sec = 30 # mine")
        .doesNotContain("old")
        .endsWith("\n[mcp_servers.daybook.env]\nA = \"b\"\n\n# next\n[other]\n");
    Connection.write(connection(Client.CODEX).removing());
    assertThat(Files.readString(folder.resolve("project/.codex/config.toml")))
        .isEqualTo("\n# next\n[other]\n");
  }

  @Test
  void refusesTomlItCannotChangeSafely() throws IOException {
    for (String odd :
        List.of(
            "mcp_servers = { daybook = { command = \"old\" } }\n",
            "mcp_servers = { }\n",
            "[mcp_servers]\ndaybook.command = \"old\"\n",
            "[[mcp_servers]]\nx = 1\n",
            "a = \n",
            "a = 1\na = 2\n")) {
      Path file = folder.resolve("project/.codex/config.toml");
      Files.createDirectories(file.getParent());
      Files.writeString(file, odd);
      assertThatThrownBy(() -> connection(Client.CODEX).connecting())
          .as(odd)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("nothing was changed");
    }
  }

  @Test
  void readsTomlAsItsSpecificationSays() throws IOException {
    String before =
        """
        mcp_servers."day.book".command = "]"
        t = "\\"["
        u = \"""\\\"""
        [mcp_servers.daybook]
        command = 'not this'\"""
        [ mcp_servers . 'daybook' ] # "]
         "command" = "old"
        \t'args' = [ '\''
        [x]
        '\'', ["nested"], # "]
        ]
        env.A = \"""a\"""\""
        [mcp_servers.daybook.env.more]
        [[things]]
        command = "keep"
        """;
    String after = connect(Client.CODEX, ".codex/config.toml", before);
    assertThat(after)
        .contains("'daybook' ] # \"]\ncommand = \"/opt/jdk 21/bin/java\"\nargs = [")
        .contains("not this", "env.A = \"\"\"a\"\"\"\"\"\n", "command = \"keep\"")
        .doesNotContain("old", "nested", "[x]");
    Connection.write(connection(Client.CODEX).removing());
    assertThat(Files.readString(folder.resolve("project/.codex/config.toml")))
        .isEqualTo(
            before.substring(0, before.indexOf("[ mcp_servers"))
                + before.substring(before.indexOf("[[things]]")));
  }

  @Test
  void writesTheUsersFileIfAskedTo() throws IOException {
    assertThat(connection(Client.CODEX).scope(Scope.USER).connecting())
        .extracting(Step::file)
        .containsExactly(folder.resolve("user/.codex/config.toml"));
    assertThat(connection(Client.CURSOR).scope(Scope.USER).connecting())
        .extracting(Step::file)
        .containsExactly(folder.resolve("user/.cursor/mcp.json"));
    assertThatThrownBy(() -> connection(Client.CLAUDE_CODE).scope(Scope.USER))
        .hasMessageContaining("project by project");
  }

  @Test
  void saysWhatWaitsForOtherAgents() throws IOException {
    Connection before = connection(Client.CLAUDE_CODE);
    assertThat(before.leftBehind()).isEmpty();
    Connection.write(before.connecting());
    Path spool = HookPlace.of(folder.resolve("project/.daybook"), "auth", "claude-code").spool();
    Files.createDirectories(spool.resolve("rejected"));
    for (String file : List.of("1.json", "2.json", ".3.tmp", "rejected/4.json", "../turn")) {
      Files.createFile(spool.resolve(file));
    }
    assertThat(before.leftBehind()).isEmpty();
    Connection after = before.agent("other");
    Connection.write(after.connecting());
    assertThat(after.leftBehind()).isEqualTo(Map.of(spool, 2));
    Connection.write(before.connecting());
    Connection.write(before.removing());
    assertThat(before.leftBehind()).isEqualTo(Map.of(spool, 2));
  }

  @Test
  void callsTheServerOtherwiseExceptInClaudeCode() throws IOException {
    assertThat(connection(Client.CODEX).server("memory").snippet())
        .startsWith("[mcp_servers.memory]\n");
    assertThatThrownBy(() -> connection(Client.CLAUDE_CODE).server("memory"))
        .hasMessageContaining("'memory'")
        .hasMessageContaining("leave the name out");
  }

  @Test
  void showsWhatAnyClientNeeds() throws IOException {
    assertThat(connection(Client.GENERIC).connecting()).isEmpty();
    assertThat(
            JSON.readTree(connection(Client.GENERIC).snippet())
                .at("/mcpServers/daybook/args/3")
                .asText())
        .isEqualTo("serve");
    assertThat(connection(Client.CODEX).snippet()).startsWith("[mcp_servers.daybook]\n");
  }

  @Test
  void wantsAnAbsoluteProgram() {
    assertThatThrownBy(
            () -> Connection.of(Client.CURSOR, folder, "auth", List.of("java"), List.of()))
        .hasMessageContaining("absolute path");
  }

  @Test
  void namesClientsByTheirLabels() {
    assertThat(Client.of("claude-code")).isEqualTo(Client.CLAUDE_CODE);
    assertThatThrownBy(() -> Client.of("emacs"))
        .hasMessageContaining("claude-code, codex, cursor, generic");
  }
}
