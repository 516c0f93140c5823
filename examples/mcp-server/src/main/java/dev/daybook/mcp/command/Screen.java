package dev.daybook.mcp.command;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Where results and messages go. Results are gathered and written at once, so that a command that
 * fails half-way shows no half of them. For one thread.
 */
final class Screen {
  /** How something is shown where there are colours. */
  enum Style {
    PLAIN(""),
    HEAD("1"),
    FAINT("2"),
    GOOD("32"),
    BAD("31"),
    WAITING("33");

    private final String code;

    Style(String code) {
      this.code = code;
    }
  }

  /** Thrown where nobody reads the output any more, or it cannot be written. */
  @SuppressWarnings("serial") // never sent
  static final class Unwritable extends RuntimeException {
    Unwritable(IOException cause) {
      super(cause);
    }

    /** Whether a reader, such as {@code head}, had enough. */
    boolean isClosedPipe() {
      String message = String.valueOf(getCause().getMessage());
      return message.contains("Broken pipe") || message.contains("Pipe closed");
    }
  }

  private final OutputStream out;
  private final OutputStream err;
  private final Terminal terminal;
  private final boolean hasColours;
  private final StringBuilder text = new StringBuilder();

  Screen(OutputStream out, OutputStream err, Terminal terminal, Map<String, String> environment) {
    this.out = out;
    this.err = err;
    this.terminal = terminal;
    this.hasColours =
        terminal.isOut()
            && environment.getOrDefault("NO_COLOR", "").isEmpty()
            && !environment.getOrDefault("TERM", "").equals("dumb");
  }

  Terminal terminal() {
    return terminal;
  }

  boolean hasColours() {
    return hasColours;
  }

  /** A line of the result, of our own words and of {@link Plain} text. */
  void line(String line) {
    text.append(line).append('\n');
  }

  /** A line of the result that a terminal need not show whole. */
  void cutLine(String line) {
    line(terminal.isOut() ? Plain.cut(line, terminal.columns()) : line);
  }

  /** A heading, with an empty line before it unless it is the first. */
  void heading(String heading) {
    if (!text.isEmpty()) {
      text.append('\n');
    }
    line(styled(Style.HEAD, heading));
  }

  /** A name and what it has in one line; nothing if it has none. */
  void field(String name, String value) {
    if (!value.isEmpty()) {
      line("%-11s%s".formatted(name, Plain.line(value)));
    }
  }

  /** What is written as it is. */
  void raw(String raw) {
    text.append(raw);
  }

  /** A table, each row with as many cells as there are columns. */
  void table(List<Table.Column> columns, List<List<Table.Cell>> rows) {
    new Table(columns, rows).write(this);
  }

  String styled(Style style, String words) {
    return !hasColours || style == Style.PLAIN || words.isEmpty()
        ? words
        : "\u001b[" + style.code + "m" + words + "\u001b[0m";
  }

  /** Something to programs. */
  void json(Consumer<Json> writer) {
    text.append(Json.text(writer)).append('\n');
  }

  /** Writes the result. */
  void flush() {
    try {
      out.write(text.toString().getBytes(StandardCharsets.UTF_8));
      out.flush();
      text.setLength(0);
    } catch (IOException e) {
      throw new Unwritable(e);
    }
  }

  /** Something to whoever runs the command, now; it is lost if nobody can see it. */
  void message(String message) {
    messageText(message + "\n");
  }

  /** The same, as it is. */
  void messageText(String message) {
    try {
      err.write(message.getBytes(StandardCharsets.UTF_8));
      err.flush();
    } catch (IOException e) {
      // Whoever closed it does not want to hear of it.
      return;
    }
  }
}
