package dev.daybook.benchmarks.ingest;

import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.util.List;

/** A table that grows by appends, each a version of its own. For one thread. */
interface Appends extends AutoCloseable {
  /** The class that does it with LanceDB's engine, which only the profile of the peers compiles. */
  String LANCE = "dev.daybook.benchmarks.ingest.LanceAppends";

  /** Appends rows as one version. */
  void append(List<PeerRow> rows) throws Exception;

  /** How many rows there are. */
  long rows();

  @Override
  void close();

  /** A table of LanceDB's engine in a folder. */
  static Appends lance(Path folder) throws Exception {
    try {
      return Class.forName(LANCE)
          .asSubclass(Appends.class)
          .getDeclaredConstructor(Path.class)
          .newInstance(folder);
    } catch (InvocationTargetException e) {
      throw new IllegalStateException("LanceDB's engine cannot be used: " + e.getCause(), e);
    }
  }
}
