package dev.daybook.benchmarks.quality;

import dev.daybook.benchmarks.JudgedSet.Text;
import dev.daybook.benchmarks.SetWorkspace;
import java.util.List;

/** Which documents a question may be answered by, for contestants that Daybook does not filter. */
record Candidates(List<Text> documents, String within, boolean excludesSelf) {
  /** Those of a set that are not blank, read as it is asked. */
  static Candidates of(SetWorkspace set, SetWorkspace.Asking asking) {
    return new Candidates(
        set.set().documents().stream().filter(document -> !document.text().isBlank()).toList(),
        asking.within(),
        asking.excludesSelf());
  }

  /** Whether a document counts as an answer. */
  boolean counts(Text question, Text document) {
    return (within.isEmpty() || document.meta(within).equals(question.meta(within)))
        && !(excludesSelf && document.id().equals(question.id()));
  }

  /** The session of a document, as far as its meta says; else it is one by itself. */
  static String session(Text document) {
    String said = document.firstOf("session", "conv", "conversation");
    return said.isEmpty() ? "document " + document.id() : "session " + said;
  }
}
