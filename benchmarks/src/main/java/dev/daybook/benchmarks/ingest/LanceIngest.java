package dev.daybook.benchmarks.ingest;

import dev.daybook.benchmarks.Scratch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** LanceDB's engine: a version of the table for so many rows. */
final class LanceIngest implements Ingest {
  static final String NAME = "LanceDB's engine, 100 a version";

  private static final int VERSION_ROWS = 100;

  private final List<ImportedEvent> events;

  /**
   * Of these events, the first of so many versions.
   *
   * @param versions at most so many are written
   */
  LanceIngest(List<ImportedEvent> events, int versions) {
    this.events = events.subList(0, (int) Math.min(events.size(), (long) versions * VERSION_ROWS));
  }

  @Override
  public void run(Path folder, Clock clock) throws Exception {
    try (Appends table = Appends.lance(folder)) {
      Clock.Span span = Clock.time(events.size(), () -> append(table));
      Ingest.requireCount(NAME, events.size(), table.rows());
      clock.keep(NAME, span.leaving(Scratch.bytes(folder)));
    }
  }

  private void append(Appends table) throws Exception {
    List<PeerRow> rows = new ArrayList<>(VERSION_ROWS);
    for (int i = 0; i < events.size(); i++) {
      rows.add(PeerRow.of(i + 1, events.get(i)));
      if (rows.size() == VERSION_ROWS || i + 1 == events.size()) {
        table.append(rows);
        rows.clear();
      }
    }
  }
}
