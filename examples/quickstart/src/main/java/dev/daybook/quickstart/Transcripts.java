package dev.daybook.quickstart;

import dev.daybook.Daybook;
import dev.daybook.TraceImport;
import dev.daybook.Workspace;
import dev.daybook.recall.Filter;
import dev.daybook.recall.Query;
import dev.daybook.storage.ObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Takes real transcripts in and answers questions on them. */
final class Transcripts {
  /** The workspace they go into; it keeps what earlier runs imported. */
  static final String WORKSPACE = "transcripts";

  /** What is asked if nothing else is: questions that fit any agent at work. */
  static final List<String> QUESTIONS =
      List.of(
          "why did the tests fail",
          "the command took too long",
          "a package is not installed",
          "which file has to be changed to fix the bug",
          "the user is not allowed to do this");

  private static final int HITS_MAX = 3;
  private static final int BAD_ROWS_SHOWN_MAX = 5;
  private static final int ROWS_THAT_TAKE_MINUTES = 5_000;

  private final Screen screen;

  Transcripts(Screen screen) {
    this.screen = screen;
  }

  /** Imports the files, brings index and vectors up to date, and asks. */
  void run(Place place, List<Path> files, List<String> questions) throws IOException {
    try (ObjectStore store = place.open();
        Daybook daybook = place.on(store);
        Workspace workspace = workspace(place, store, daybook, files)) {
      long recorded = 0;
      for (Path file : files) {
        recorded += take(file, workspace);
      }
      if (recorded >= ROWS_THAT_TAKE_MINUTES && place.isEmbedding()) {
        screen.line("embedding takes minutes once; --no-embeddings leaves it out");
      }
      index(workspace);
      Answers answers = new Answers(workspace, screen);
      questions.forEach(question -> answers.askSessions(Query.of(question).limit(HITS_MAX)));
      screen.line("%nFiles  %s", Place.shown(workspace.location()));
    }
  }

  private static Workspace workspace(
      Place place, ObjectStore store, Daybook daybook, List<Path> files) {
    boolean isNew = !files.isEmpty() && !place.workspaces(store).contains(WORKSPACE);
    return isNew ? daybook.create(WORKSPACE) : daybook.open(WORKSPACE);
  }

  private void index(Workspace workspace) {
    long began = System.nanoTime();
    try (ProgressBar bar = screen.progressBar()) {
      workspace.compact(bar);
    }
    long events = workspace.traces().count(Filter.any());
    screen.line("indexed   %,d events   %.1f s", events, seconds(began));
  }

  private long take(Path file, Workspace workspace) throws IOException {
    long began = System.nanoTime();
    TraceImport.Report report;
    try (ProgressBar bar = screen.progressBar()) {
      report = TraceImport.of(file).into(workspace, bar);
    }
    show(report, file, seconds(began));
    return report.recorded();
  }

  private void show(TraceImport.Report report, Path file, double seconds) {
    screen.line(
        "imported  %s: %,d rows read, %,d new, %,d already there, %,d bad   %.1f s",
        file.getFileName(),
        report.read(),
        report.recorded(),
        report.alreadyThere(),
        report.bad(),
        seconds);
    report.badRows().stream().limit(BAD_ROWS_SHOWN_MAX).forEach(bad -> screen.line("  %s", bad));
    if (report.bad() > BAD_ROWS_SHOWN_MAX) {
      screen.line("  and %,d more", report.bad() - BAD_ROWS_SHOWN_MAX);
    }
  }

  private static double seconds(long began) {
    return (System.nanoTime() - began) / 1e9;
  }
}
