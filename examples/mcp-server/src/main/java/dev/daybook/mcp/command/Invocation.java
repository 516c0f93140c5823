package dev.daybook.mcp.command;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/**
 * What a command runs in.
 *
 * @param in what it may read
 * @param out where results go
 * @param err where messages go
 * @param environment the variables
 * @param folder the working folder, absolute
 * @param terminal which of the streams a person sits at
 */
record Invocation(
    InputStream in,
    OutputStream out,
    OutputStream err,
    Map<String, String> environment,
    Path folder,
    Terminal terminal) {
  Invocation {
    Objects.requireNonNull(in, "in");
    Objects.requireNonNull(out, "out");
    Objects.requireNonNull(err, "err");
    environment = Map.copyOf(environment);
    if (!folder.isAbsolute()) {
      throw new IllegalArgumentException(
          "The working folder is '" + folder + "', which is not absolute");
    }
    Objects.requireNonNull(terminal, "terminal");
  }

  Screen screen() {
    return new Screen(out, err, terminal, environment);
  }
}
