package dev.daybook.storage.local;

import dev.daybook.crash.CrashContract;
import dev.daybook.crash.CrashWriter;
import dev.daybook.storage.ObjectStore;
import java.nio.file.Path;

/** Processes that are killed while they write to one directory. */
class KillTest extends CrashContract {
  @Override
  protected Class<?> program() {
    return Child.class;
  }

  @Override
  protected String freshPlace(Path folder) {
    return folder.resolve("store").toString();
  }

  @Override
  protected ObjectStore open(String place) {
    return LocalObjectStore.at(Path.of(place));
  }

  /** A process that writes. */
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) throws Exception {
      try (LocalObjectStore store = LocalObjectStore.at(Path.of(arguments[0]))) {
        CrashWriter.run(store, arguments);
      }
    }
  }
}
