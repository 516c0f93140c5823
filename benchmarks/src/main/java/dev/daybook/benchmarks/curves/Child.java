package dev.daybook.benchmarks.curves;

import dev.daybook.benchmarks.ChildJvm;
import dev.daybook.benchmarks.SyntheticHistory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How the suite and its processes talk: a line a measured value, and one that says that this is
 * all. A process ends when the suite that started it does, however that ended.
 */
final class Child {
  private static final String END = "end";
  private static final long SEED = 1;

  private Child() {}

  /** A process ended before it had said all. */
  static final class Failed extends IOException {
    private static final long serialVersionUID = 1;

    Failed(Class<?> main, List<String> flags, IOException why) {
      super("%s under %s: %s".formatted(main.getSimpleName(), flags, why.getMessage()), why);
    }
  }

  /** A value that a process measured. */
  record Measured(String measure, double value, String unit) {}

  /** The history of a size, which is the same in all processes. */
  static SyntheticHistory history(long events) {
    return new SyntheticHistory(events, SEED);
  }

  /** How many segments a history of a size is in when all is merged. */
  static int segments(long events) {
    return Math.toIntExact(Math.max(1, events / 1_000_000));
  }

  /** The flags of a process that is as a host would be, with so much heap, and more of them. */
  static List<String> flags(String heap, List<String> more) {
    List<String> flags = new ArrayList<>(List.of("-Xmx" + heap));
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()) {
      flags.add("--add-modules=jdk.incubator.vector");
    }
    flags.addAll(more);
    return flags;
  }

  /**
   * Runs a process to its end.
   *
   * @throws Failed if it ends before it has said all
   */
  static List<Measured> run(List<String> flags, Class<?> main, Object... arguments)
      throws IOException {
    List<String> words = new ArrayList<>();
    for (Object argument : arguments) {
      words.add(argument.toString());
    }
    try (ChildJvm jvm = new ChildJvm(flags, main, words.toArray(String[]::new))) {
      List<Measured> all = new ArrayList<>();
      for (String line = heard(jvm, main, flags);
          !line.equals(END);
          line = heard(jvm, main, flags)) {
        List<String> parts = List.of(line.split("\t", -1));
        if (parts.size() != 3) {
          // A JVM that cannot start says why in place of values.
          throw new Failed(main, flags, new IOException("it said '" + line + "'"));
        }
        all.add(new Measured(parts.get(0), Double.parseDouble(parts.get(1)), parts.get(2)));
      }
      return all;
    }
  }

  private static String heard(ChildJvm jvm, Class<?> main, List<String> flags) throws Failed {
    try {
      return jvm.hear();
    } catch (IOException e) {
      throw new Failed(main, flags, e);
    }
  }

  /** Says a value, in a process. */
  static void tell(String measure, double value, String unit) {
    System.out.printf(Locale.ROOT, "%s\t%.6g\t%s%n", measure, value, unit);
  }

  /** Ends a process that has said all. */
  static void end() {
    System.out.println(END);
    System.out.flush();
    // Closing would merge, and nobody waits for that.
    Runtime.getRuntime().halt(0);
  }

  /** Ends a process when who started it is gone. */
  static void endWithTheSuite() {
    Thread unused = Thread.ofPlatform().daemon().start(Child::awaitTheEnd);
  }

  private static void awaitTheEnd() {
    try {
      while (System.in.read() >= 0) {
        // Nothing is told; what counts is the end.
      }
    } catch (IOException e) {
      // The suite is gone as well.
    }
    Runtime.getRuntime().halt(1);
  }
}
