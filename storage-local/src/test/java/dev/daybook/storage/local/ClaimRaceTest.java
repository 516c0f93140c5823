package dev.daybook.storage.local;

import dev.daybook.crash.ClaimRaceContract;
import dev.daybook.crash.ClaimRacer;
import dev.daybook.storage.ObjectStore;
import java.nio.file.Path;

/** Processes that race for tasks in one directory. */
class ClaimRaceTest extends ClaimRaceContract {
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

  /** A process that races. */
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) throws Exception {
      try (LocalObjectStore store = LocalObjectStore.at(Path.of(arguments[0]))) {
        ClaimRacer.run(store, arguments);
      }
    }
  }
}
