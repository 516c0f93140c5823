package dev.daybook.quickstart;

import dev.daybook.Workspace;
import dev.daybook.storage.ObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Shows Daybook's main job: what one agent wrote down in one process, another reads in another
 * process, a week later. With {@code --traces} it imports real transcripts and answers questions.
 */
@Command(
    name = "mvn -q -Dquickstart",
    customSynopsis = "mvn -q -Dquickstart [-Dargs=\"OPTIONS\"]",
    description = {
      "",
      "Two agents in two JVMs share one workspace: the first runs commands in the",
      "current folder and writes down what it learned, the second is told before it",
      "repeats a mistake. With --traces: imports transcripts and answers questions.",
      ""
    },
    sortOptions = false)
public final class Quickstart implements Callable<Integer> {
  @Mixin private Place place;

  @Option(
      names = "--traces",
      paramLabel = "FILE",
      description =
          "Import transcripts (JSON Lines, may be gzip) instead, and ask about them. Importing a"
              + " file again adds nothing. May be given several times.")
  private List<Path> traces = List.of();

  @Option(
      names = "--ask",
      paramLabel = "QUESTION",
      description =
          "Ask this of the transcripts imported now or before, instead of five prepared questions."
              + " May be given several times.")
  private List<String> questions = List.of();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this.")
  @SuppressWarnings("UnusedVariable") // picocli acts on it
  private boolean help;

  /** Runs it; exits with 0, with 1 after an error that was shown, with 2 on wrong arguments. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Quickstart()).execute(arguments));
  }

  @Override
  public Integer call() {
    return Week.orError(() -> {
      Screen screen = new Screen(System.out);
      if (traces.isEmpty() && questions.isEmpty()) {
        return twoWeeks(screen);
      }
      screen.line("Daybook quickstart   workspace %s   %s%n", Transcripts.WORKSPACE, place);
      new Transcripts(screen)
          .run(place, traces, questions.isEmpty() ? Transcripts.QUESTIONS : questions);
      return 0;
    });
  }

  private int twoWeeks(Screen screen) throws IOException, InterruptedException {
    boolean isAgain = startAnew();
    screen.line(
        "Daybook quickstart   workspace %s   %s%s%n",
        Week.WORKSPACE, place, isAgain ? "   (that of the last run was deleted)" : "");
    for (Class<?> week : List.of(WeekOne.class, WeekTwo.class)) {
      int exit = inNewJvm(week);
      if (exit != 0) {
        System.err.println(
            "error: the process of " + week.getSimpleName() + " ended with exit code " + exit);
        return 1;
      }
    }
    return 0;
  }

  /** Deletes what the last run left, if there is anything. */
  private boolean startAnew() throws IOException {
    try (ObjectStore store = place.open()) {
      boolean isAgain = place.workspaces(store).contains(Week.WORKSPACE);
      if (isAgain) {
        Workspace.delete(store, Week.WORKSPACE);
      }
      return isAgain;
    }
  }

  /**
   * Runs a main class in a JVM like this one. The class path goes by a variable, since a long
   * command line is too long for some systems.
   */
  private int inNewJvm(Class<?> main) throws IOException, InterruptedException {
    List<String> line =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                main.getName()));
    line.addAll(place.arguments());
    ProcessBuilder builder = new ProcessBuilder(line).inheritIO();
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    Process process = builder.start();
    try {
      return process.waitFor();
    } finally {
      process.destroy();
    }
  }
}
