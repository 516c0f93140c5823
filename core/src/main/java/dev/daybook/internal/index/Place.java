package dev.daybook.internal.index;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.lucene.util.automaton.CharacterRunAutomaton;

/**
 * A file, a folder or a glob, as people write it, and whether a path or a text is about it. A path
 * without wildcards stands for the file and, if it is a folder, for everything below it. Safe from
 * any thread.
 */
public final class Place {
  private static final Pattern BETWEEN_PATHS = Pattern.compile("[^\\p{L}\\p{N}_./+@~$\\-]+");

  private final String path;
  private final List<String> globs;
  private final List<CharacterRunAutomaton> automatons;

  private Place(String path) {
    this.path = path;
    List<String> all = new ArrayList<>(List.of(path));
    if (!PathGlob.isPattern(path)) {
      all.add(path + "/**");
    } else if (path.endsWith("/**") && path.length() > 3) {
      all.add(path.substring(0, path.length() - 3));
    }
    this.globs = List.copyOf(all);
    this.automatons =
        globs.stream().map(glob -> new CharacterRunAutomaton(PathGlob.automaton(glob))).toList();
  }

  /**
   * The place of this path or glob; {@code ./} before it and {@code /} behind it say nothing.
   *
   * @throws IllegalArgumentException if nothing is left, or the glob is too involved
   */
  public static Place of(String path) {
    String plain = withoutDots(path.strip());
    while (plain.endsWith("/")) {
      plain = plain.substring(0, plain.length() - 1);
    }
    if (plain.isEmpty() || plain.equals(".")) {
      throw new IllegalArgumentException(
          "'"
              + path
              + "' names no file; give a path as calls name it, such as src/auth/Token.java, or a"
              + " glob such as src/auth/**");
    }
    return new Place(plain);
  }

  /** The path as it is looked for. */
  public String path() {
    return path;
  }

  /** Globs that match the paths of this place. */
  public String[] globs() {
    return globs.toArray(String[]::new);
  }

  /**
   * The longest part of the path that has no wildcard, which every text about it holds; empty if
   * every part has one.
   */
  public Optional<String> words() {
    String longest = "";
    StringBuilder run = new StringBuilder();
    for (String part : (path + "/*").split("/", -1)) {
      if (PathGlob.isPattern(part)) {
        longest = run.length() > longest.length() ? run.toString() : longest;
        run.setLength(0);
      } else {
        run.append(run.isEmpty() ? "" : "/").append(part);
      }
    }
    return longest.isBlank() ? Optional.empty() : Optional.of(longest);
  }

  /** Whether a path is of this place. */
  public boolean has(String other) {
    String plain = withoutDots(other);
    return automatons.stream().anyMatch(automaton -> automaton.run(plain));
  }

  /**
   * Whether a text names a path of this place: whole, not as a part of a longer name.
   *
   * @param worktree the folder that absolute paths in the text may begin with; may be empty
   */
  public boolean isNamedIn(String text, String worktree) {
    String relative = worktree.isEmpty() ? text : text.replace(worktree + "/", "");
    if (!PathGlob.isPattern(path)) {
      return isIn(relative);
    }
    for (String token : BETWEEN_PATHS.split(relative, -1)) {
      String name = token;
      while (name.endsWith(".") || name.endsWith("/")) {
        name = name.substring(0, name.length() - 1);
      }
      if (!name.isEmpty() && has(name)) {
        return true;
      }
    }
    return false;
  }

  private boolean isIn(String text) {
    for (int at = text.indexOf(path); at >= 0; at = text.indexOf(path, at + 1)) {
      int before = text.startsWith("./", at - 2) ? at - 2 : at;
      if (!continues(text, before - 1, -1) && !continues(text, at + path.length(), 1)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a name goes on at an index, to the left or to the right. */
  private static boolean continues(String text, int at, int step) {
    if (at < 0 || at >= text.length()) {
      return false;
    }
    char c = text.charAt(at);
    return switch (c) {
      case '_', '-' -> true;
      case '/' -> step < 0;
      case '.' -> step < 0 || (at + 1 < text.length() && isName(text.charAt(at + 1)));
      default -> isName(c);
    };
  }

  private static boolean isName(char c) {
    return Character.isLetterOrDigit(c) || c == '_' || Character.isSurrogate(c);
  }

  /**
   * A path as it is looked for: without {@code ./} before it and without the work tree it is in.
   *
   * @param worktree the folder; may be empty
   */
  public static String plain(String path, String worktree) {
    boolean isInside = !worktree.isEmpty() && path.startsWith(worktree + "/");
    return withoutDots(isInside ? path.substring(worktree.length() + 1) : path);
  }

  private static String withoutDots(String path) {
    String plain = path;
    while (plain.startsWith("./")) {
      plain = plain.substring(2);
    }
    return plain;
  }
}
