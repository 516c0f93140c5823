package dev.daybook.mcp;

import dev.daybook.Daybook;
import dev.daybook.WorkspaceStateException;
import dev.daybook.event.Actor;
import dev.daybook.recall.Embedder;
import dev.daybook.storage.ObjectStore;
import dev.daybook.storage.local.LocalObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * What a command works on: the store, the workspace and the actor. Each setting comes from the
 * first of these that has it: a flag, the environment, the project's file {@code
 * .daybook/daybook.properties}, the user's file, a default; each remembers which. The project is
 * the nearest folder, from the working folder upwards, that has a {@code .daybook} folder. For one
 * thread; closing it closes the stores it opened, so close engines first.
 */
public final class Target implements AutoCloseable {
  /** The folder of a project that holds its settings, its store, and what serves it. */
  public static final String HOME = ".daybook";

  /** The name of a file of settings. */
  public static final String FILE = "daybook.properties";

  /** What can be set. */
  public enum Key {
    /** Where workspaces are kept: a folder, or {@code s3://bucket/prefix}. */
    STORE,
    /** The name of the workspace. */
    WORKSPACE,
    /** The id of whoever speaks. */
    ACTOR,
    /** {@code on} or {@code off}: whether texts are compared by meaning, too. */
    EMBEDDINGS,
    /** Where a server answers that speaks S3 and is not Amazon's, as an address. */
    ENDPOINT;

    /** The name in files. */
    public String property() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** The name in the environment. */
    public String variable() {
      return "DAYBOOK_" + name();
    }

    /** The name on the command line. */
    public String flag() {
      return "--" + property();
    }
  }

  /**
   * A value and where it is from.
   *
   * @param key what it sets
   * @param value the value; empty if nothing sets it
   * @param origin where it is from, in words for messages, such as {@code --store}
   */
  public record Setting(Key key, String value, String origin) {
    /** Checks the parts. */
    public Setting {
      Objects.requireNonNull(key, "key");
      Objects.requireNonNull(value, "value");
      Objects.requireNonNull(origin, "origin");
    }

    /** Whether anything sets it. */
    public boolean isSet() {
      return !value.isEmpty();
    }
  }

  /** The variables by which coding agents mark the shells they run, and who is then speaking. */
  private static final List<String[]> AGENTS =
      List.of(
          new String[] {"CLAUDECODE", "claude-code"},
          new String[] {"CODEX_THREAD_ID", "codex"},
          new String[] {"CODEX_SANDBOX", "codex"},
          new String[] {"CURSOR_AGENT", "cursor"},
          new String[] {"GEMINI_CLI", "gemini-cli"},
          new String[] {"AI_AGENT", "agent"});

  private static final String S3 = "s3://";

  private final Map<String, String> environment;
  private final Path folder;
  private final Path home;
  private final Map<Key, Setting> settings;
  private final Deque<ObjectStore> opened = new ArrayDeque<>();

  private Target(
      Map<String, String> environment, Path folder, Path home, Map<Key, Setting> settings) {
    this.environment = environment;
    this.folder = folder;
    this.home = home;
    this.settings = settings;
  }

  /**
   * Finds out what is meant. Reads the two files at most, and makes nothing.
   *
   * @param flags what the command line says; a key that is missing or empty is not set there
   * @param environment the variables
   * @param folder the working folder, absolute
   * @throws IllegalArgumentException if a file cannot be read or names a setting there is not
   */
  public static Target resolve(
      Map<Key, String> flags, Map<String, String> environment, Path folder) {
    Path home = homeOf(folder);
    Settings project = Settings.read(home.resolve(FILE));
    Settings user = Settings.read(userFile(environment));
    Map<Key, Setting> settings = new EnumMap<>(Key.class);
    for (Key key : Key.values()) {
      settings.put(key, setting(key, flags, environment, List.of(project, user)));
    }
    return new Target(Map.copyOf(environment), folder, home, settings);
  }

  private static Setting setting(
      Key key, Map<Key, String> flags, Map<String, String> environment, List<Settings> files) {
    String flag = flags.getOrDefault(key, "");
    if (!flag.isEmpty()) {
      return new Setting(key, flag, key.flag());
    }
    String variable = environment.getOrDefault(key.variable(), "");
    if (!variable.isEmpty()) {
      return new Setting(key, variable, key.variable());
    }
    for (Settings file : files) {
      if (!file.value(key).isEmpty()) {
        return new Setting(key, file.value(key), file.path().toString());
      }
    }
    return new Setting(key, "", "nothing");
  }

  /** The folder {@value #HOME} that is nearest, or where the project would have one. */
  private static Path homeOf(Path folder) {
    return nearest(folder, HOME).or(() -> nearest(folder, ".git")).orElse(folder).resolve(HOME);
  }

  private static Optional<Path> nearest(Path folder, String name) {
    for (Path at = folder; at != null; at = at.getParent()) {
      if (Files.exists(at.resolve(name))) {
        return Optional.of(at);
      }
    }
    return Optional.empty();
  }

  private static Path userFile(Map<String, String> environment) {
    String xdg = environment.getOrDefault("XDG_CONFIG_HOME", "");
    Path config = xdg.isEmpty() ? userHome(environment).resolve(".config") : Path.of(xdg);
    return config.resolve("daybook").resolve(FILE);
  }

  private static Path userHome(Map<String, String> environment) {
    return Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")));
  }

  /** The working folder. */
  public Path folder() {
    return folder;
  }

  /** The project: where {@link #home()} is. */
  public Path project() {
    return home.getParent();
  }

  /**
   * The project's {@value #HOME} folder, where its settings, spool and sockets are. It may not
   * exist yet; see {@link #makeHome()}.
   */
  public Path home() {
    return home;
  }

  /** The variables. */
  public Map<String, String> environment() {
    return environment;
  }

  /** A setting as it was found, without its default. */
  public Setting setting(Key key) {
    return settings.get(key);
  }

  /** What the project's file says now, read again; nothing else is asked. */
  public Setting fileSetting(Key key) {
    Settings file = Settings.read(home.resolve(FILE));
    return new Setting(key, file.value(key), file.path().toString());
  }

  /**
   * The store's address: an absolute path, or {@code s3://bucket/prefix}; {@code store} in {@link
   * #home()} if nothing sets it. A path in a file is relative to the project, or to the user's home
   * if it begins with {@code ~/}, any other to the working folder.
   *
   * @throws IllegalArgumentException if it cannot be a path
   */
  public String store() {
    Setting store = setting(Key.STORE);
    return isBucket() ? store.value() : storeFolder().toString();
  }

  private boolean isBucket() {
    return setting(Key.STORE).value().startsWith(S3);
  }

  /** Where the server of a bucket answers, as an address; empty for Amazon's, and for a folder. */
  public String endpoint() {
    return !isBucket()
        ? ""
        : Stream.of(
                setting(Key.ENDPOINT).value(),
                environment.getOrDefault("AWS_ENDPOINT_URL_S3", ""),
                environment.getOrDefault("AWS_ENDPOINT_URL", ""))
            .filter(address -> !address.isEmpty())
            .findFirst()
            .orElse("");
  }

  private Path storeFolder() {
    Setting store = setting(Key.STORE);
    if (!store.isSet()) {
      return home.resolve("store");
    }
    if (store.value().contains("://")) {
      throw new IllegalArgumentException(
          "Store '%s' (from %s) is neither a folder nor s3://bucket/prefix"
              .formatted(store.value(), store.origin()));
    }
    try {
      boolean isTyped =
          store.origin().equals(Key.STORE.flag()) || store.origin().equals(Key.STORE.variable());
      Path path =
          store.value().startsWith("~/")
              ? userHome(environment).resolve(store.value().substring(2))
              : (isTyped ? folder : project()).resolve(store.value());
      return path.normalize();
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException(
          "Store '%s' (from %s) is no path: %s"
              .formatted(store.value(), store.origin(), e.getReason()),
          e);
    }
  }

  /**
   * The name of the workspace that is meant.
   *
   * @throws WorkspaceStateException if nothing names one
   */
  public String workspace() {
    Setting workspace = setting(Key.WORKSPACE);
    if (!workspace.isSet()) {
      throw new WorkspaceStateException(
          "No workspace is named; give --workspace NAME, set %s, or create one with 'daybook workspace create NAME' (looked in %s and %s)"
              .formatted(Key.WORKSPACE.variable(), home.resolve(FILE), userFile(environment)));
    }
    return workspace.value();
  }

  /** The agent whose shell this is by the marks it leaves in the environment; empty if none. */
  public Optional<String> agentOfShell() {
    for (String[] agent : AGENTS) {
      if (!environment.getOrDefault(agent[0], "").isEmpty()) {
        return Optional.of(agent[1]);
      }
    }
    return Optional.empty();
  }

  /**
   * Who speaks in commands: a person, named by the setting or as the user of this machine. In the
   * shell of a coding agent it is that agent, so that it does not speak as a person by accident.
   */
  public Actor speaker() {
    return agentOfShell().map(this::agent).orElseGet(() -> named(Actor.human(userName())));
  }

  /** An agent: named by the setting, else this. */
  public Actor agent(String fallback) {
    return named(Actor.agent(fallback));
  }

  private Actor named(Actor actor) {
    Setting id = setting(Key.ACTOR);
    Actor through = actor.client("daybook");
    return id.isSet()
        ? new Actor(
            through.kind(),
            id.value(),
            through.name(),
            through.role(),
            through.model(),
            through.client())
        : through;
  }

  private String userName() {
    String user = environment.getOrDefault("USER", environment.getOrDefault("LOGNAME", ""));
    if (!user.isBlank()) {
      return user;
    }
    String property = System.getProperty("user.name", "");
    return property.isBlank() || property.equals("?") ? "someone" : property;
  }

  /**
   * An engine on the store, which has to exist.
   *
   * @param more sets up what else the engine is to have
   * @return the engine; close it before this
   * @throws WorkspaceStateException if the store is a folder that does not exist
   */
  public Daybook openEngine(Consumer<Daybook.Builder> more) {
    if (!isBucket() && !Files.isDirectory(storeFolder())) {
      Setting store = setting(Key.STORE);
      throw new WorkspaceStateException(
          "There is no store in %s (%s); make one with 'daybook workspace create NAME', or give --store"
              .formatted(
                  storeFolder(),
                  store.isSet() ? "from " + store.origin() : "the default for this folder"));
    }
    return makeEngine(more);
  }

  /** An engine on the store, which is made if it is a folder that does not exist. */
  public Daybook makeEngine(Consumer<Daybook.Builder> more) {
    Daybook.Builder builder = Daybook.on(openStore());
    if (!hasEmbeddings()) {
      builder.embedder(Embedder.none());
    }
    more.accept(builder);
    return builder.open();
  }

  /**
   * Whether texts are compared by meaning: unless switched off.
   *
   * @throws IllegalArgumentException if the setting is neither {@code on} nor {@code off}
   */
  public boolean hasEmbeddings() {
    Setting embeddings = setting(Key.EMBEDDINGS);
    return switch (embeddings.value()) {
      case "", "on" -> true;
      case "off" -> false;
      default ->
          throw new IllegalArgumentException(
              "Embeddings are '%s' (from %s); 'on' and 'off' are possible"
                  .formatted(embeddings.value(), embeddings.origin()));
    };
  }

  private ObjectStore openStore() {
    ObjectStore store = isBucket() ? Bucket.open(this) : LocalObjectStore.at(storeFolder());
    opened.push(store);
    return store;
  }

  @Override
  public void close() {
    while (!opened.isEmpty()) {
      opened.pop().close();
    }
  }

  /**
   * Makes {@link #home()} if it is missing, with a {@code .gitignore} that keeps what changes out
   * of version control and the settings in.
   */
  public void makeHome() throws IOException {
    Files.createDirectories(home);
    Path ignore = home.resolve(".gitignore");
    if (Files.notExists(ignore)) {
      Files.writeString(
          ignore,
          """
          # Everything but the settings: the store, the spool, sockets and caches.
          *
          !.gitignore
          !%s
          """
              .formatted(FILE));
    }
  }

  /**
   * Writes a setting into the project's file, which is made with {@link #makeHome()} if it is
   * missing; an empty value takes the setting off. Everything else in the file stays as it is.
   */
  public void keep(Key key, String value) throws IOException {
    makeHome();
    Settings.write(home.resolve(FILE), key, value);
  }
}
