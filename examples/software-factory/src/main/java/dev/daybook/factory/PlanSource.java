package dev.daybook.factory;

import dev.daybook.Session;
import dev.daybook.Workspace;
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

  /** The kind of a task that was found on the way. Tasks of any other kind are researched. */
  String KIND_FOUND = "found";

  /**
   * A plan that can be worked on.
   *
   * @param aside how many of its tasks are not to be done, since they were closed before or are
   *     DEFERRED
   * @param said what was done, in a line
   */
  record Begun(int aside, String said) {}

  /** Puts the plan into a workspace that has none, and says what of it is to be done. */
  Begun write(Workspace workspace, Session person, Notebook notebook) throws IOException;
}
