package dev.daybook.mcp.command;

import dev.daybook.mcp.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code daybook} itself: the options that every command has. */
@Command(
    name = "daybook",
    description = {
      "The shared memory of agents and people who work on one project.",
      "",
      "Settings come from flags, then the environment (DAYBOOK_STORE, DAYBOOK_WORKSPACE, ...),",
      "then .daybook/daybook.properties of the project, then that of the user.",
      ""
    },
    version = "daybook 0.1.0-SNAPSHOT",
    sortOptions = false,
    commandListHeading = "%nCommands:%n",
    optionListHeading = "%nOptions:%n",
    synopsisSubcommandLabel = "COMMAND")
final class Root implements Callable<Integer> {
  @Option(
      names = "--store",
      paramLabel = "DIR|s3://BUCKET/PREFIX",
      scope = ScopeType.INHERIT,
      description = "Where workspaces are kept (default: .daybook/store of the project).")
  private String store = "";

  @Option(
      names = {"-w", "--workspace"},
      paramLabel = "NAME",
      scope = ScopeType.INHERIT,
      description = "Which workspace.")
  private String workspace = "";

  @Option(
      names = "--endpoint",
      paramLabel = "ADDRESS",
      scope = ScopeType.INHERIT,
      description = "Where a server answers that speaks S3 and is not Amazon's.")
  private String endpoint = "";

  @Option(
      names = "--wait",
      paramLabel = "SECONDS",
      scope = ScopeType.INHERIT,
      description = "How long the store may fail to answer (default: ${DEFAULT-VALUE}).")
  private int wait = 30;

  @Option(
      names = "--project",
      paramLabel = "DIR",
      scope = ScopeType.INHERIT,
      description = "Work as if started in this folder.")
  private String project = "";

  @Option(
      names = "--actor",
      paramLabel = "ID",
      scope = ScopeType.INHERIT,
      description = "Who speaks (default: you).")
  private String actor = "";

  @Option(
      names = "--as-agent",
      scope = ScopeType.INHERIT,
      description = "Speak as an agent, not as a person.")
  private boolean asAgent;

  @Option(
      names = "--json",
      scope = ScopeType.INHERIT,
      description = "One object of JSON, for programs.")
  private boolean json;

  @Option(
      names = {"-v", "--verbose"},
      scope = ScopeType.INHERIT,
      description = "Say where settings are from, and show where an error came from.")
  private boolean verbose;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this.")
  @SuppressWarnings("UnusedVariable") // picocli acts on it
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show the version.")
  @SuppressWarnings("UnusedVariable") // picocli acts on it
  private boolean version;

  @Spec private CommandSpec spec;

  private final Invocation invocation;
  private final Screen screen;

  Root(Invocation invocation) {
    this.invocation = invocation;
    this.screen = invocation.screen();
  }

  @Override
  public Integer call() {
    throw new ParameterException(spec.commandLine(), "Name a command");
  }

  Invocation invocation() {
    return invocation;
  }

  Screen screen() {
    return screen;
  }

  /** How long a request to the store is repeated; some time, so that it is sent once. */
  Duration patience() {
    return wait > 0 ? Duration.ofSeconds(wait) : Duration.ofMillis(1);
  }

  boolean isJson() {
    return json;
  }

  boolean isVerbose() {
    return verbose;
  }

  boolean isAgent() {
    return asAgent;
  }

  /** What the command works on; to be closed. */
  Target target() {
    Map<Target.Key, String> flags = new EnumMap<>(Target.Key.class);
    flags.put(Target.Key.STORE, store);
    flags.put(Target.Key.WORKSPACE, workspace);
    flags.put(Target.Key.ACTOR, actor);
    flags.put(Target.Key.ENDPOINT, endpoint);
    Path folder = invocation.folder().resolve(project).normalize();
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException(
          "There is no folder '%s' (from --project)".formatted(folder));
    }
    return Target.resolve(flags, invocation.environment(), folder);
  }
}
