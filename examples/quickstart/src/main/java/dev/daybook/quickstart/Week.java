package dev.daybook.quickstart;

import dev.daybook.Daybook;
import dev.daybook.DaybookException;
import dev.daybook.Workspace;
import dev.daybook.storage.ObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;

/** What an agent does in a process of its own. */
@FunctionalInterface
interface Week {
  /** The workspace that both weeks share, and the only thing they share. */
  String WORKSPACE = "build-the-checkout";

  /** Kept, since the settings of a logger that nobody holds are lost. */
  Logger LUCENE = Logger.getLogger("org.apache.lucene");

  /** Does it. */
  void work(Workspace workspace, Screen screen) throws IOException, InterruptedException;

  /** Opens the workspace at the place the arguments name, and does the week's work in it. */
  static int run(String[] arguments, Week week) {
    Place place = new Place();
    new CommandLine(place).parseArgs(arguments);
    return orError(() -> {
      try (ObjectStore store = place.open();
          Daybook daybook = place.on(store);
          Workspace workspace = daybook.openOrCreate(WORKSPACE)) {
        week.work(workspace, new Screen(System.out));
      }
      return 0;
    });
  }

  /** Something that ends in an exit code. */
  @FunctionalInterface
  interface Step {
    /** Does it. */
    int run() throws IOException, InterruptedException;
  }

  /** Does it, and says in a line what went wrong if it does not succeed. */
  static int orError(Step step) {
    LUCENE.setLevel(Level.SEVERE);
    try {
      return step.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      System.err.println("error: interrupted");
    } catch (DaybookException | UncheckedIOException | IOException | IllegalArgumentException e) {
      System.err.println("error: " + e.getMessage());
    }
    return 1;
  }
}
