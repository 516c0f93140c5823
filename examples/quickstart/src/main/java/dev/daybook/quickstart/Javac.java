package dev.daybook.quickstart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The compiler of the JDK this runs on, and a class to try it on. */
final class Javac {
  /** A release that no JDK since 9 compiles for. */
  static final int RELEASE_TRIED = 5;

  /** A release that every JDK this runs on compiles for. */
  static final int RELEASE_DECIDED = 21;

  /** The class, in a scratch folder. */
  static final String PROBE = "Probe.java";

  private static final Path SCRATCH = Path.of("target", "quickstart");
  private static final String SOURCE = "class Probe {\n  Iterable<String> names;\n}\n";

  private Javac() {}

  /** Writes the class to the scratch folder and returns its source. */
  static String writeProbe() throws IOException {
    Files.writeString(Files.createDirectories(SCRATCH).resolve(PROBE), SOURCE);
    return SOURCE;
  }

  /** What a person would type to compile it for this release. */
  static String command(int release) {
    return Shell.typed(words(release));
  }

  /**
   * Compiles it for this release.
   *
   * @throws IOException if this Java has no compiler
   */
  static Shell.Ran run(int release) throws IOException, InterruptedException {
    String program = Path.of(System.getProperty("java.home"), "bin", "javac").toString();
    return Shell.run(SCRATCH, program, words(release))
        .orElseThrow(
            () -> new IOException("There is no " + program + "; run the quickstart with a JDK"));
  }

  private static List<String> words(int release) {
    return List.of("javac", "--release", String.valueOf(release), PROBE);
  }
}
