package dev.daybook.benchmarks.quality;

import dev.daybook.benchmarks.JudgedSet.Text;
import java.util.List;

/** What ranks the documents of a set for a question. */
@FunctionalInterface
interface Contestant {
  /**
   * Ids of documents, the best first; those that the question may not be answered by are left out.
   */
  List<String> ranked(Text question) throws Exception;
}
