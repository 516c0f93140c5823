package dev.daybook.factory;

import dev.daybook.Session;
import java.io.IOException;

/** Where the tasks come from. */
@FunctionalInterface
interface PlanSource {
  /** Label of a task: the source file it is about, as seen from the tree. */
  String FILE = "file";

  /** The kind of a task that looks through one file. */
  String KIND_FILE = "file";

  /** The kind of a task that sums up its children. */
  String KIND_PACKAGE = "package";

  /** The kind of the last task. */
  String KIND_REPORT = "report";

  /** The kind of a task that was found on the way. */
  String KIND_FOUND = "found";

  /** Puts the whole plan into a workspace that has none, in one plan version. */
  void write(Session session, Notebook notebook) throws IOException;
}
