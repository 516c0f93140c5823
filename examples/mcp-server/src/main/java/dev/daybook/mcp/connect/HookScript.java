package dev.daybook.mcp.connect;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/** The shell script that a client calls as its hook. */
final class HookScript {
  static final String NAME = "daybook-hook";

  private HookScript() {}

  /**
   * The script of a project.
   *
   * @param place the name of the place whose hooks it serves
   * @param program the words that start the command line, before its command
   * @param target the words that say where the workspace is, after the command
   */
  static String text(String place, List<String> program, List<String> target) {
    try (InputStream in = HookScript.class.getResourceAsStream("daybook-hook.sh")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .replace("@PLACE@", quoted(place))
          .replace("@PROGRAM@", quoted(program))
          .replace("@TARGET@", quoted(target));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read the hook's script out of the class path", e);
    }
  }

  /** Whether the text of a script is of this place. */
  static boolean isOf(String text, String place) {
    return text.contains("\nplace=" + quoted(place) + "\n");
  }

  private static String quoted(List<String> words) {
    return words.stream().map(HookScript::quoted).collect(Collectors.joining(" "));
  }

  /** A word as a shell reads it, whatever is in it. */
  static String quoted(String word) {
    return "'" + word.replace("'", "'\\''") + "'";
  }
}
