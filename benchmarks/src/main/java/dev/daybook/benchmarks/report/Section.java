package dev.daybook.benchmarks.report;

import dev.daybook.benchmarks.Figure;
import dev.daybook.benchmarks.Figures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What is on a page of one suite.
 *
 * @param run how it was run
 * @param figures what it measured, as far as it came
 * @param output what it printed
 * @param last the last lines it said, if it did not finish
 */
record Section(SuiteRun run, List<Figure> figures, String output, List<String> last) {
  private static final int LAST_LINES = 15;
  private static final Pattern MET = Pattern.compile("\\bmet\\b");
  private static final Pattern MISSED = Pattern.compile("\\bmissed\\b");

  Section {
    figures = List.copyOf(figures);
    last = List.copyOf(last);
  }

  static Section of(SuiteRun run, Folder folder) throws IOException {
    if (run.state() == SuiteRun.State.LEFT_OUT) {
      return new Section(run, List.of(), "", List.of());
    }
    List<String> last =
        run.state() == SuiteRun.State.FINISHED
            ? List.of()
            : text(folder.progress(run.suite())).lines().toList();
    return new Section(
        run,
        Figures.read(folder.figures(run.suite())),
        text(folder.output(run.suite())),
        last.subList(Math.max(0, last.size() - LAST_LINES), last.size()));
  }

  /** Bytes that are no text, as of a line cut in two, are shown as such. */
  private static String text(Path file) throws IOException {
    return Files.exists(file)
        ? new String(Files.readAllBytes(file), StandardCharsets.UTF_8).stripTrailing()
        : "";
  }

  /** What is to be said of a figure: its note, and those of whom it is compared with. */
  String note(Figure figure) {
    Stream<String> ofOther =
        figures.stream()
            .filter(other -> other.workload().equals(figure.workload()))
            .filter(other -> other.contender().equals(figure.beside()))
            .map(Figure::note)
            .filter(note -> !note.isEmpty())
            .distinct()
            .map(note -> figure.beside() + ": " + note);
    return Stream.concat(Stream.of(figure.note()).filter(note -> !note.isEmpty()), ofOther)
        .collect(Collectors.joining("; "));
  }

  /** Whether the printed output stands for the figures, since there are none. */
  boolean isPrinted() {
    return figures.isEmpty() && !output.isEmpty();
  }

  /** How many bars the printed output says are met. */
  int printedMet() {
    return isPrinted() ? count(MET) : 0;
  }

  /** How many bars the printed output says are missed. */
  int printedMissed() {
    return isPrinted() ? count(MISSED) : 0;
  }

  private int count(Pattern word) {
    int count = 0;
    for (Matcher matcher = word.matcher(output); matcher.find(); ) {
      count++;
    }
    return count;
  }

  /** The lines of the printed output that miss a bar. */
  List<String> linesThatMiss() {
    return isPrinted()
        ? output.lines().filter(line -> MISSED.matcher(line).find()).toList()
        : List.of();
  }
}
