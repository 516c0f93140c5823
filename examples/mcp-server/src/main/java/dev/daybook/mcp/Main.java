package dev.daybook.mcp;

import dev.daybook.mcp.command.Commands;
import dev.daybook.mcp.command.Exit;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/**
 * The command {@code daybook}: shows and changes a workspace for people, serves it to agents, and
 * connects them. What it ends with is a {@link dev.daybook.mcp.command.Exit}.
 */
public final class Main {
  private Main() {}

  /** Runs one command on the streams of this process and ends it. */
  public static void main(String[] arguments) {
    System.exit(
        run(
            arguments,
            new FileInputStream(FileDescriptor.in),
            new FileOutputStream(FileDescriptor.out),
            new FileOutputStream(FileDescriptor.err),
            System.getenv(),
            Path.of("").toAbsolutePath()));
  }

  /**
   * Runs one command and returns when it has ended. Nothing of the process but its clock, its user,
   * the user's folders and, for a bucket, what Amazon's SDK goes by is looked at besides these;
   * safe to call from several threads at once.
   *
   * @param in what the command may read; not closed
   * @param out where results go, in UTF-8; not closed
   * @param err where messages, questions and progress go, in UTF-8; not closed
   * @param environment the variables, such as {@code DAYBOOK_STORE}
   * @param folder the working folder, absolute
   * @return the code of an {@link dev.daybook.mcp.command.Exit}
   */
  public static int run(
      String[] arguments,
      InputStream in,
      OutputStream out,
      OutputStream err,
      Map<String, String> environment,
      Path folder) {
    try {
      return Commands.run(arguments, in, out, err, environment, folder);
    } catch (Error e) {
      // The JVM would end with the code of what was not found.
      PrintStream told = new PrintStream(err, true, StandardCharsets.UTF_8);
      told.println("error: daybook cannot go on; if its build has changed, remove target/app");
      e.printStackTrace(told);
      return Exit.BUG.code();
    }
  }
}
