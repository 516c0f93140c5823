package dev.daybook.mcp.command;

import dev.daybook.Workspace;
import dev.daybook.mcp.Target;
import dev.daybook.mcp.connect.Client;
import dev.daybook.mcp.connect.Connection;
import dev.daybook.mcp.connect.Repeats;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code daybook connect}. */
@Command(
    name = "connect",
    description = {
      "Tell an agent's client of the workspace: it is merged into the client's own files.",
      "Claude Code gets hooks, too, which record what the agent does and brief it."
    },
    sortOptions = false)
final class ConnectCommand extends BaseCommand {
  /** What is completed. */
  static final class Clients extends ArrayList<String> {
    private static final long serialVersionUID = 1;

    Clients() {
      super(Arrays.stream(Client.values()).map(Client::label).toList());
    }
  }

  @Parameters(
      paramLabel = "CLIENT",
      completionCandidates = Clients.class,
      description = "claude-code, codex, cursor, or generic, which only shows what to say.")
  private String client;

  @Option(
      names = "--print",
      description = "Show what would be written, and write nothing; with --json, too.")
  private boolean print;

  @Option(names = "--remove", description = "Take it out again.")
  private boolean remove;

  @Option(
      names = "--user",
      description = "In the user's files, for all projects; not of claude-code.")
  private boolean user;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description =
          "What the server is called there, not of claude-code (default: ${DEFAULT-VALUE}).")
  private String name = "daybook";

  @Option(
      names = "--repeats",
      paramLabel = "WHAT",
      description =
          "Before a call that failed before: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Repeats repeats = Repeats.WARN;

  ConnectCommand(Root root) {
    super(root);
  }

  @Override
  Exit run() throws IOException {
    return onTarget(target -> {
      // To take it out again needs no name, and works when the workspace is gone.
      String workspace =
          remove && !target.setting(Target.Key.WORKSPACE).isSet() ? "" : target.workspace();
      Connection connection = connection(target, workspace.isEmpty() ? "none" : workspace);
      if (!remove) {
        // A name that is wrong is found now, not when the agent starts.
        Object unused = withWorkspace(target, Workspace::name);
      }
      List<Connection.Step> steps = remove ? connection.removing() : connection.connecting();
      if (!print) {
        if (!remove) {
          target.makeHome();
        }
        Connection.write(steps);
      }
      show(connection, workspace, steps);
      if (!print) {
        for (Map.Entry<Path, Integer> left : connection.leftBehind().entrySet()) {
          screen()
              .message(
                  Plain.line(
                      "Calls wait in %s (%d) for the workspace and the agent in its name: they are recorded when 'daybook serve' runs as that agent; else delete the folder"
                          .formatted(left.getKey(), left.getValue())));
        }
      }
      return Exit.DONE;
    });
  }

  private Connection connection(Target target, String workspace) {
    String home = target.environment().getOrDefault("HOME", "");
    Connection connection =
        Connection.of(
                Client.of(client),
                target.project(),
                workspace,
                program(target),
                words(target, workspace))
            .server(name)
            .repeats(repeats)
            .scope(user ? Connection.Scope.USER : Connection.Scope.PROJECT);
    if (target.setting(Target.Key.ACTOR).isSet()) {
      connection = connection.agent(target.setting(Target.Key.ACTOR).value());
    }
    return home.isEmpty() ? connection : connection.user(Path.of(home).toAbsolutePath());
  }

  /** The Java that runs this, by its absolute path, and what the launcher gave it. */
  private static List<String> program(Target target) {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    String arguments = target.environment().getOrDefault("DAYBOOK_ARGS", "");
    if (arguments.isEmpty()) {
      words.addAll(List.of("-cp", System.getProperty("java.class.path")));
    } else {
      words.add("@" + arguments);
    }
    words.add("dev.daybook.mcp.Main");
    return words;
  }

  /** A client starts its server in any folder, and with an environment of its own. */
  private static List<String> words(Target target, String workspace) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "--project",
                target.project().toString(),
                "--workspace",
                workspace,
                "--store",
                target.store()));
    if (!target.endpoint().isEmpty()) {
      words.addAll(List.of("--endpoint", target.endpoint()));
    }
    return words;
  }

  private void show(Connection connection, String workspace, List<Connection.Step> steps) {
    if (isJson()) {
      screen()
          .json(json ->
              json.put("client", connection.client().label())
                  .put("workspace", workspace)
                  .put("written", !print)
                  .list(
                      "files",
                      steps,
                      (step, part) ->
                          part.put("file", step.file())
                              .put("changes", !step.isDone())
                              .put("text", print ? step.after() : ""))
                  .texts("command", connection.command())
                  .put("snippet", connection.snippet()));
      return;
    }
    if (steps.isEmpty()) {
      screen().line("Add this to the settings of the client:");
      screen().line(Plain.lines(connection.snippet()));
      return;
    }
    for (Connection.Step step : steps) {
      screen().line((print ? "would be: " : "") + Plain.line(step.toString()));
      if (print && !step.isDone()) {
        screen().line(Plain.lines(step.after()));
      }
    }
    if (!print && !remove) {
      screen()
          .line(
              "Start %s anew in %s%s; it is an agent of '%s' then."
                  .formatted(
                      connection.client().label(),
                      connection.project(),
                      permission(connection),
                      connection.workspace()));
    }
  }

  /** What the client wants to be told once by the person, before it starts a project's server. */
  private static String permission(Connection connection) {
    return switch (connection.client()) {
      case CLAUDE_CODE -> " and allow the server when it asks";
      case CODEX ->
          connection.scope() == Connection.Scope.PROJECT
              ? " and trust the project, since it reads the settings of no other"
              : "";
      case CURSOR, GENERIC -> "";
    };
  }
}
