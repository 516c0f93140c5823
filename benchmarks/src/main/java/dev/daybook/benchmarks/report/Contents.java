package dev.daybook.benchmarks.report;

import dev.daybook.benchmarks.Figure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * All that is on a page, whatever it is written in.
 *
 * @param causes why bars are missed, as far as it is known
 */
record Contents(Head head, List<Section> sections, Causes causes) {
  /** What a page says that it is. */
  static final String ABOUT =
      """
      What the suites of Daybook measured, each in a JVM of its own, one after the other. A ratio \
      is to the contender named beside it, on the same work in the same run, and the bar is asked \
      of the ratio if there is one, else of the value. Trust ratios; values are those of this \
      machine and of what else it did.\
      """;

  Contents {
    sections = List.copyOf(sections);
  }

  /** A figure with a bar. */
  record Held(String suite, Figure figure, String note) {
    boolean isMet() {
      return figure.isMet().orElseThrow();
    }
  }

  /** A bar that is missed, by what, and why. */
  record Missed(String what, String cause) {}

  static Contents of(Folder folder, List<Suite> order, Head head, Causes causes)
      throws IOException {
    List<Section> sections = new ArrayList<>();
    for (SuiteRun run : folder.runs(order)) {
      sections.add(Section.of(run, folder));
    }
    return new Contents(head, sections, causes);
  }

  /** Every bar, those first that are missed. */
  List<Held> bars() {
    return sections.stream()
        .flatMap(section ->
            section.figures().stream()
                .filter(figure -> figure.bar().isPresent())
                .map(figure -> new Held(section.run().suite(), figure, section.note(figure))))
        .sorted(Comparator.comparing(Held::isMet))
        .toList();
  }

  /** In one line: how many bars are met, how many are missed. */
  String score() {
    List<Held> bars = bars();
    long met = bars.stream().filter(Held::isMet).count();
    int printedMet = sections.stream().mapToInt(Section::printedMet).sum();
    int printedMissed = sections.stream().mapToInt(Section::printedMissed).sum();
    String score = "Bars missed: %d, met: %d.".formatted(bars.size() - met, met);
    return printedMet + printedMissed == 0
        ? score
        : "%s In what suites without figures print, missed: %d, met: %d."
            .formatted(score, printedMissed, printedMet);
  }

  /** Suites that gave less than they should. */
  List<SuiteRun> unfinished() {
    return sections.stream()
        .map(Section::run)
        .filter(run -> run.state() != SuiteRun.State.FINISHED)
        .toList();
  }

  /** Every bar that is missed: those of figures, then those that suites without figures print. */
  List<Missed> missed() {
    List<Missed> missed = new ArrayList<>();
    for (Held held : bars()) {
      if (!held.isMet()) {
        missed.add(
            new Missed(
                Words.ofMissed(held.suite(), held.figure()),
                causes.of(held.suite(), held.figure())));
      }
    }
    for (Section section : sections) {
      String suite = section.run().suite();
      for (String line : section.linesThatMiss()) {
        missed.add(new Missed(suite + ": " + Causes.spaced(line), causes.ofLine(suite, line)));
      }
    }
    return missed;
  }
}
