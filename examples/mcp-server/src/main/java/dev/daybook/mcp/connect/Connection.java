package dev.daybook.mcp.connect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What makes a client join a workspace: which of its files say what. Nothing is written before
 * {@link #write}. What is there already is merged with, other servers, other hooks and unknown keys
 * stay, and connecting twice is as connecting once. Immutable; start from {@link #of}.
 *
 * @param client the program that is told
 * @param project the folder it works in, absolute
 * @param user the home folder of whoever uses it, absolute
 * @param scope whose file is written
 * @param server what the server is called there; {@code daybook} in Claude Code, whose hooks do not
 *     record its calls again
 * @param workspace the name of the workspace
 * @param agent the id of the agent that the client is to be
 * @param program the words that start our command line, the first an absolute path: a launcher, or
 *     a {@code java} of a JDK from 21 on with its options and the main class
 * @param target the words after a command that say where the workspace is, such as {@code
 *     --workspace NAME --store DIR}; who the agent is is added to them
 * @param repeats what happens before a call that failed before
 */
public record Connection(
    Client client,
    Path project,
    Path user,
    Scope scope,
    String server,
    String workspace,
    String agent,
    List<String> program,
    List<String> target,
    Repeats repeats) {
  private static final String SERVER = "daybook";

  /** Whose file says it. */
  public enum Scope {
    /** The project's, so that other projects do not see the workspace. */
    PROJECT,
    /** The user's, for all projects. */
    USER
  }

  /**
   * A file as it is and as it is to be.
   *
   * @param file which, absolute; the file itself, not a link to it
   * @param before what is in it; empty if it does not exist
   * @param after what is to be in it; empty for one that is to go
   */
  public record Step(Path file, String before, String after) {
    /** Checks the parts. */
    public Step {
      Objects.requireNonNull(file, "file");
      Objects.requireNonNull(before, "before");
      Objects.requireNonNull(after, "after");
    }

    /** Whether it is as it is to be already. */
    public boolean isDone() {
      return before.equals(after);
    }

    /** What is done, such as {@code creates /p/.mcp.json}. */
    @Override
    public String toString() {
      String verb =
          isDone()
              ? "leaves"
              : before.isEmpty() ? "creates" : after.isEmpty() ? "removes" : "changes";
      return verb + " " + file;
    }
  }

  /** Copies the lists and checks the parts. */
  public Connection {
    Objects.requireNonNull(client, "client");
    requireAbsolute(project);
    requireAbsolute(user);
    Objects.requireNonNull(scope, "scope");
    Objects.requireNonNull(workspace, "workspace");
    Objects.requireNonNull(agent, "agent");
    Objects.requireNonNull(repeats, "repeats");
    program = List.copyOf(program);
    target = List.copyOf(target);
    if (client == Client.CLAUDE_CODE && scope == Scope.USER) {
      throw new IllegalArgumentException(
          "Claude Code is connected project by project, since its hooks are; leave out that it is"
              + " for the user");
    }
    if (!TomlFile.isBare(server)) {
      throw new IllegalArgumentException(
          "A server cannot be called '%s'; letters, digits, '_' and '-' are possible"
              .formatted(server));
    }
    if (client == Client.CLAUDE_CODE && !server.equals(SERVER)) {
      throw new IllegalArgumentException(
          "The server cannot be called '%s' in Claude Code, whose hooks know its calls by the name '%s'; leave the name out"
              .formatted(server, SERVER));
    }
    if (!TomlFile.isBare(workspace)) {
      throw new IllegalArgumentException(
          "A workspace cannot be called '%s'; letters, digits, '_' and '-' are possible"
              .formatted(workspace));
    }
    if (program.isEmpty() || !Path.of(program.getFirst()).isAbsolute()) {
      throw new IllegalArgumentException(
          "The program is %s; its first word must be an absolute path, since clients start it from anywhere"
              .formatted(program));
    }
  }

  private static void requireAbsolute(Path folder) {
    if (!folder.isAbsolute()) {
      throw new IllegalArgumentException(
          "The folder '%s' is relative; an absolute one is needed".formatted(folder));
    }
  }

  /** A connection of a project, as the server {@code daybook}, that only warns. */
  public static Connection of(
      Client client, Path project, String workspace, List<String> program, List<String> target) {
    return new Connection(
        client,
        project,
        Path.of(System.getProperty("user.home")).toAbsolutePath(),
        Scope.PROJECT,
        SERVER,
        workspace,
        client == Client.GENERIC ? "agent" : client.label(),
        program,
        target,
        Repeats.WARN);
  }

  /** The same for a user of this home folder. */
  public Connection user(Path newUser) {
    return new Connection(
        client, project, newUser, scope, server, workspace, agent, program, target, repeats);
  }

  /**
   * The same in the files of this scope.
   *
   * @throws IllegalArgumentException if it is the user's and the client Claude Code
   */
  public Connection scope(Scope newScope) {
    return new Connection(
        client, project, user, newScope, server, workspace, agent, program, target, repeats);
  }

  /**
   * The same under another name of the server.
   *
   * @throws IllegalArgumentException if it is not {@code daybook} and the client Claude Code
   */
  public Connection server(String newServer) {
    return new Connection(
        client, project, user, scope, newServer, workspace, agent, program, target, repeats);
  }

  /** The same as another agent than one that is called as the client is. */
  public Connection agent(String newAgent) {
    return new Connection(
        client, project, user, scope, server, workspace, newAgent, program, target, repeats);
  }

  /** The same with this before a call that failed before. */
  public Connection repeats(Repeats newRepeats) {
    return new Connection(
        client, project, user, scope, server, workspace, agent, program, target, newRepeats);
  }

  /** The words that start the server: the program, {@code serve}, the target and the agent. */
  public List<String> command() {
    List<String> command = new ArrayList<>(program);
    command.add("serve");
    command.addAll(where());
    return List.copyOf(command);
  }

  private List<String> where() {
    List<String> where = new ArrayList<>(target);
    where.addAll(List.of("--actor", agent));
    return List.copyOf(where);
  }

  /**
   * What the client's configuration has to say, alone: for a person who adds it by hand, and all
   * there is for {@link Client#GENERIC}.
   */
  public String snippet() {
    return client == Client.CODEX
        ? TomlFile.of(Path.of("config.toml"), "").with(server, command())
        : withServer(Path.of("mcp.json"), "");
  }

  /**
   * The files that are to be written, in order; none for {@link Client#GENERIC}.
   *
   * @throws IOException if one of them cannot be read
   * @throws IllegalArgumentException if one of them cannot be merged with, saying where and why
   */
  public List<Step> connecting() throws IOException {
    List<Step> steps = new ArrayList<>();
    if (client == Client.CLAUDE_CODE) {
      // First the script, so that no hook names one that is not there.
      Step script = step(place().script());
      steps.add(
          new Step(
              script.file(), script.before(), HookScript.text(place().name(), program, where())));
      Step hooks = step(hooks());
      steps.add(
          new Step(
              hooks.file(),
              hooks.before(),
              ClaudeHooks.with(hooks.file(), hooks.before(), repeats)));
    }
    if (client != Client.GENERIC) {
      Step config = step(config());
      String after =
          client == Client.CODEX
              ? TomlFile.of(config.file(), config.before()).with(server, command())
              : withServer(config.file(), config.before());
      steps.add(new Step(config.file(), config.before(), after));
    }
    return List.copyOf(steps);
  }

  /**
   * The files that are to be written or removed so that the client does not know the server any
   * more, in order. What this did not write stays.
   *
   * @throws IOException if one of them cannot be read
   * @throws IllegalArgumentException if one of them cannot be understood, saying where and why
   */
  public List<Step> removing() throws IOException {
    List<Step> steps = new ArrayList<>();
    if (client != Client.GENERIC) {
      Step config = step(config());
      String after =
          client == Client.CODEX
              ? TomlFile.of(config.file(), config.before()).without(server)
              : withoutServer(config.file(), config.before());
      steps.add(new Step(config.file(), config.before(), after));
    }
    if (client == Client.CLAUDE_CODE) {
      Step hooks = step(hooks());
      steps.add(
          new Step(
              hooks.file(),
              hooks.before(),
              emptied(ClaudeHooks.without(hooks.file(), hooks.before()))));
      Step script = step(place().script());
      steps.add(new Step(script.file(), script.before(), ""));
    }
    return List.copyOf(steps);
  }

  /**
   * Where calls wait that hooks left for another workspace or agent than this connection's, or for
   * any where it was removed: the folder of each place, and how many there are. Nobody records them
   * until that agent is served again.
   *
   * @throws IOException if a folder cannot be read
   */
  public Map<Path, Integer> leftBehind() throws IOException {
    boolean isConnected = client == Client.CLAUDE_CODE && place().isConnected();
    Map<Path, Integer> left = place().waiting();
    if (isConnected) {
      left.remove(place().spool());
    }
    return left;
  }

  private Path config() {
    Path base = scope == Scope.USER ? user : project;
    return switch (client) {
      case CLAUDE_CODE -> project.resolve(".mcp.json");
      case CODEX -> base.resolve(".codex").resolve("config.toml");
      case CURSOR -> base.resolve(".cursor").resolve("mcp.json");
      case GENERIC -> throw new IllegalStateException("There is no file for any client");
    };
  }

  /** Of this machine alone, as the script is. */
  private Path hooks() {
    return project.resolve(".claude").resolve("settings.local.json");
  }

  private HookPlace place() {
    return HookPlace.of(project.resolve(".daybook"), workspace, agent);
  }

  private String withServer(Path file, String before) {
    JsonFile json = JsonFile.of(file, before);
    ObjectNode entry = json.object(json.object(json.root(), "mcpServers"), server);
    entry.put("type", "stdio");
    entry.put("command", command().getFirst());
    entry.putArray("args");
    command().stream().skip(1).forEach(entry.withArray("args")::add);
    // An entry that named a server elsewhere would be neither.
    entry.remove("url");
    return json.text();
  }

  private String withoutServer(Path file, String before) {
    JsonFile json = JsonFile.of(file, before);
    if (json.root().get("mcpServers") instanceof ObjectNode servers
        && servers.remove(server) != null
        && servers.isEmpty()) {
      json.root().remove("mcpServers");
    }
    return emptied(json.text());
  }

  /** A file that holds nothing any more goes. */
  private static String emptied(String text) {
    return text.strip().equals("{}") ? "" : text;
  }

  private static Step step(Path file) throws IOException {
    if (Files.notExists(file)) {
      return new Step(file, "", "");
    }
    // A link, as dotfiles often are, stays a link.
    Path real = file.toRealPath();
    try {
      return new Step(real, Files.readString(real), "");
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(
          "%s is not UTF-8, so it cannot be merged with; nothing was changed".formatted(real), e);
    }
  }

  /**
   * Writes files as steps say, each at once or not at all. A file that has changed since its step
   * was made is not touched.
   *
   * @throws IOException if a file cannot be written; those before it are
   * @throws IllegalStateException if a file is no longer as its step says
   */
  public static void write(List<Step> steps) throws IOException {
    for (Step step : steps) {
      if (!step.isDone()) {
        write(step);
      }
    }
  }

  private static void write(Step step) throws IOException {
    if (!step(step.file()).before().equals(step.before())) {
      throw new IllegalStateException(
          "%s has changed meanwhile, so it was not written; connect again".formatted(step.file()));
    }
    if (step.after().isEmpty()) {
      Files.deleteIfExists(step.file());
      return;
    }
    Path folder = step.file().getParent();
    Files.createDirectories(folder);
    Path draft = Files.createTempFile(folder, "." + step.file().getFileName(), ".tmp");
    try {
      Files.writeString(draft, step.after());
      if (draft.getFileSystem().supportedFileAttributeViews().contains("posix")) {
        Files.setPosixFilePermissions(draft, permissions(step.file()));
      }
      Files.move(
          draft, step.file(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  private static Set<PosixFilePermission> permissions(Path file) throws IOException {
    Set<PosixFilePermission> permissions =
        Files.exists(file)
            ? EnumSet.copyOf(Files.getPosixFilePermissions(file))
            : EnumSet.copyOf(PosixFilePermissions.fromString("rw-r--r--"));
    if (file.endsWith(HookScript.NAME)) {
      permissions.add(PosixFilePermission.OWNER_EXECUTE);
    }
    return permissions;
  }
}
