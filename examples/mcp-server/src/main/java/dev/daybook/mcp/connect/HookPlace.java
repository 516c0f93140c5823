package dev.daybook.mcp.connect;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Where the hooks of a project meet whoever serves them. Each workspace and each agent has a place
 * of its own: what hooks tell is recorded in the workspace, and as the agent, that their client was
 * connected as, whichever other servers run in the project.
 *
 * @param home the project's {@code .daybook} folder, absolute
 * @param name what the files of the place are called
 */
public record HookPlace(Path home, String name) {
  private static final int AGENT_CHARS_MAX = 100;

  /** Checks the parts. */
  public HookPlace {
    Objects.requireNonNull(home, "home");
    Objects.requireNonNull(name, "name");
  }

  /**
   * The place of a workspace and an agent.
   *
   * @param home the project's {@code .daybook} folder; it may not exist
   * @param agent the id of whoever calls are said to be of
   */
  public static HookPlace of(Path home, String workspace, String agent) {
    return new HookPlace(home.toAbsolutePath().normalize(), workspace + "." + fileName(agent));
  }

  /** A name of its own for every id, whatever is in it and however long it is. */
  private static String fileName(String id) {
    String name = URLEncoder.encode(id, UTF_8);
    if (name.length() <= AGENT_CHARS_MAX) {
      return name;
    }
    try {
      byte[] sum = MessageDigest.getInstance("SHA-256").digest(id.getBytes(UTF_8));
      return name.substring(0, AGENT_CHARS_MAX / 2) + "~" + HexFormat.of().formatHex(sum, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JDK has SHA-256", e);
    }
  }

  /** The script that the client calls; one for a project. */
  Path script() {
    return home.resolve("hooks").resolve(HookScript.NAME);
  }

  /** The file that says where the server of this place answers. */
  public Path server() {
    return home.resolve("hooks").resolve(name + ".server");
  }

  /** The folder in which hooks leave what they were given. */
  public Path spool() {
    return home.resolve("spool").resolve(name);
  }

  /** How many files wait in each spool of the project, this place's or another's. */
  Map<Path, Integer> waiting() throws IOException {
    Map<Path, Integer> waiting = new TreeMap<>();
    Path all = spool().getParent();
    if (Files.isDirectory(all)) {
      try (Stream<Path> files = Files.find(all, 2, (file, about) -> isWaiting(all, file))) {
        files.forEach(file -> waiting.merge(file.getParent(), 1, Integer::sum));
      } catch (UncheckedIOException e) {
        throw e.getCause();
      }
    }
    return waiting;
  }

  private static boolean isWaiting(Path all, Path file) {
    String name = file.getFileName().toString();
    return all.equals(file.getParent().getParent())
        && name.endsWith(".json")
        && !name.startsWith(".");
  }

  /**
   * Whether a client is connected here: whether the script of the project is for this place.
   *
   * @throws IOException if the script cannot be read
   */
  public boolean isConnected() throws IOException {
    try {
      return HookScript.isOf(Files.readString(script()), name);
    } catch (NoSuchFileException e) {
      return false;
    }
  }
}
