package dev.daybook.mcp.connect;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A program that agents work in, by the way it is told of a server. */
public enum Client {
  /**
   * Claude Code: {@code .mcp.json} of the project, hooks in {@code .claude/settings.local.json}.
   */
  CLAUDE_CODE,
  /** Codex: {@code .codex/config.toml} of the project, if it trusts it, or of the user. */
  CODEX,
  /** Cursor: {@code .cursor/mcp.json} of the project or of the user. */
  CURSOR,
  /** Any other: nothing is written, only shown. */
  GENERIC;

  /** The name on the command line, such as {@code claude-code}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The client of a name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Client of(String label) {
    return Stream.of(values())
        .filter(client -> client.label().equals(label))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "No client is called '%s'; %s are known"
                    .formatted(
                        label,
                        Stream.of(values()).map(Client::label).collect(Collectors.joining(", ")))));
  }
}
