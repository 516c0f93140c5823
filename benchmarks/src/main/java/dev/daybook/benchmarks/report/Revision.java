package dev.daybook.benchmarks.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Which state of the sources is measured, as git tells it. */
final class Revision {
  /** Of sources that git cannot tell the state of. */
  static final String UNKNOWN = "unknown";

  private static final Pattern NUL = Pattern.compile("\0", Pattern.LITERAL);

  private Revision() {}

  /**
   * The commit of the sources a folder is among, and a sum of what was changed since, if anything
   * was, files among it that git does not know; {@value #UNKNOWN} where there is no git, or no
   * repository of this project.
   */
  static String of(Path folder) {
    Optional<Path> top = top(folder);
    return top.isPresent() ? ofTop(top.get()) : UNKNOWN;
  }

  /** The folder of the work tree, if it is this project's and not one that the project lies in. */
  private static Optional<Path> top(Path folder) {
    return git(
            Files.isDirectory(folder) ? folder : folder.resolveSibling("."),
            "rev-parse",
            "--show-toplevel")
        .map(name -> Path.of(new String(name, UTF_8).strip()))
        .filter(top -> Files.exists(top.resolve("benchmarks").resolve("run")));
  }

  private static String ofTop(Path folder) {
    Optional<byte[]> commit = git(folder, "rev-parse", "HEAD");
    Optional<byte[]> status = git(folder, "status", "--porcelain");
    Optional<byte[]> diff = git(folder, "diff", "HEAD");
    Optional<byte[]> unknown = git(folder, "ls-files", "-z", "--others", "--exclude-standard");
    if (commit.isEmpty() || status.isEmpty() || diff.isEmpty() || unknown.isEmpty()) {
      return UNKNOWN;
    }
    String name = new String(commit.get(), UTF_8).strip();
    if (status.get().length == 0) {
      return name + ", clean";
    }
    MessageDigest sum = sha256();
    sum.update(status.get());
    sum.update(diff.get());
    try {
      for (String file : NUL.split(new String(unknown.get(), UTF_8), -1)) {
        if (Files.isRegularFile(folder.resolve(file))) {
          sum.update(file.getBytes(UTF_8));
          sum.update(Files.readAllBytes(folder.resolve(file)));
        }
      }
    } catch (IOException e) {
      return UNKNOWN;
    }
    return name + ", changed (" + HexFormat.of().formatHex(sum.digest(), 0, 4) + ")";
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JDK has SHA-256", e);
    }
  }

  private static Optional<byte[]> git(Path folder, String... arguments) {
    List<String> words = new ArrayList<>(List.of("git", "-C", folder.toString()));
    words.addAll(List.of(arguments));
    try {
      Process process =
          new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      byte[] output = process.getInputStream().readAllBytes();
      return process.waitFor() == 0 ? Optional.of(output) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
