package dev.daybook.storage.local;

import dev.daybook.crash.CrashContract;
import dev.daybook.crash.CrashWriter;
import dev.daybook.storage.ObjectStore;
import java.nio.file.Path;

/**
 * Processes that are killed while they write to one directory: where there are hard links, and, in
 * every second workspace, where a lock has to stand in for them.
 */
class KillTest extends CrashContract {
  private int places;

  @Override
  protected Class<?> program() {
    return Child.class;
  }

  @Override
  protected String freshPlace(Path folder) {
    return folder.resolve(places++ % 2 == 0 ? "links" : "lock").toString();
  }

  @Override
  protected int roundsInOneWorkspace() {
    return 5;
  }

  @Override
  protected ObjectStore open(String place) {
    return at(Path.of(place));
  }

  private static LocalObjectStore at(Path place) {
    return place.endsWith("lock") ? TestStores.withoutLinks(place) : LocalObjectStore.at(place);
  }

  /** A process that writes. */
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) throws Exception {
      try (LocalObjectStore store = at(Path.of(arguments[0]))) {
        CrashWriter.run(store, arguments);
      }
    }
  }
}
