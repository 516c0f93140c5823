package dev.daybook.benchmarks.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** Which state of the sources is measured, as git tells it. */
final class Revision {
  private Revision() {}

  /**
   * The commit of the sources a folder is among, and a sum of what was changed since, if anything
   * was; {@code unknown} where there is no git, or no repository.
   */
  static String of(Path folder) {
    Optional<byte[]> commit = git(folder, "rev-parse", "HEAD");
    Optional<byte[]> status = git(folder, "status", "--porcelain");
    if (commit.isEmpty() || status.isEmpty()) {
      return "unknown";
    }
    String name = new String(commit.get(), UTF_8).strip();
    if (status.get().length == 0) {
      return name + ", clean";
    }
    MessageDigest sum = sha256();
    sum.update(status.get());
    sum.update(git(folder, "diff", "HEAD").orElse(new byte[0]));
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
