package dev.daybook.internal.workspace;

import dev.daybook.event.Vcs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Reads the version control state of a folder by running git there; what git does not say stays
 * empty.
 */
public final class GitState {
  private static final long SECONDS_MAX = 10;

  private GitState() {}

  /**
   * The state of the work tree that holds this folder; {@link Vcs#NONE} if there is none or no git.
   */
  public static Vcs of(Path folder) {
    Optional<String> worktree = git(folder, "rev-parse", "--show-toplevel");
    if (worktree.isEmpty()) {
      return Vcs.NONE;
    }
    Vcs.State state =
        git(folder, "status", "--porcelain")
            .map(changes -> changes.isEmpty() ? Vcs.State.CLEAN : Vcs.State.DIRTY)
            .orElse(Vcs.State.UNKNOWN);
    return new Vcs(
        git(folder, "config", "--get", "remote.origin.url").orElse(""),
        git(folder, "rev-parse", "--abbrev-ref", "HEAD").orElse(""),
        worktree.get(),
        git(folder, "rev-parse", "HEAD").orElse(""),
        state);
  }

  private static Optional<String> git(Path folder, String... arguments) {
    String[] command = new String[arguments.length + 1];
    command[0] = "git";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      process.getOutputStream().close();
      String answer =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return Optional.empty();
      }
      return process.exitValue() == 0 ? Optional.of(answer) : Optional.empty();
    } catch (IOException e) {
      // There is no git on this machine, or no such folder: then nothing is known, which is what
      // empty says.
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
