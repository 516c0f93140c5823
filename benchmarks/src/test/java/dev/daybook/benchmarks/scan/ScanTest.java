package dev.daybook.benchmarks.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.daybook.Daybook;
import dev.daybook.Workspace;
import dev.daybook.recall.Filter;
import dev.daybook.storage.ObjectStore;
import dev.daybook.storage.local.LocalObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is compared is the same: every contender sees every value. */
class ScanTest {
  private static final int EVENTS = 2_000;

  @TempDir private Path folder;
  private ObjectStore store;
  private Daybook daybook;
  private Workspace workspace;

  @BeforeEach
  void build() throws IOException {
    store = LocalObjectStore.at(folder.resolve("store"));
    daybook = ScanSuite.engine(store, folder.resolve("cache"));
    workspace = daybook.create("scanned");
    ScanSuite.record(workspace, EVENTS);
    workspace.compact();
  }

  @AfterEach
  void close() {
    workspace.close();
    daybook.close();
    store.close();
  }

  private List<Path> files() throws IOException {
    return ScanSuite.segments(folder.resolve("store"));
  }

  @Test
  void parquetJavaSeesTheEventsThatWereRecorded() throws Exception {
    for (Columns columns : List.of(Columns.WITH_TEXT, Columns.SMALL)) {
      try (Scan raw = new RawScan(files(), columns)) {
        Scanned scanned = raw.run();
        assertThat(scanned.rows()).isEqualTo(workspace.traces().count(Filter.any()));
        assertThat(scanned.numbers()).isPositive();
        assertThat(scanned.bytes()).isGreaterThan(scanned.texts());
      }
    }
  }

  @Test
  void theExportSeesWhatParquetJavaSees() throws Exception {
    assumeTrue(
        arrowHasItsFlag(),
        "Arrow needs --add-opens=java.base/java.nio=ALL-UNNAMED, which this JVM was started"
            + " without");
    for (Columns columns : List.of(Columns.WITH_TEXT, Columns.SMALL)) {
      for (ExportScan.Way as : ExportScan.Way.values()) {
        try (Scan raw = new RawScan(files(), columns);
            Scan export = new ExportScan(workspace.traces(), columns, Filter.any(), as)) {
          assertThat(export.check()).isEqualTo(raw.check());
        }
      }
    }
  }

  @Test
  void duckDbSeesWhatParquetJavaSees() throws Exception {
    assumeTrue(DuckScan.isThere(), "DuckDB is on the class path only with -Ppeers");
    for (Columns columns : List.of(Columns.WITH_TEXT, Columns.SMALL)) {
      for (DuckScan.Delivery delivery : DuckScan.Delivery.values()) {
        try (Scan raw = new RawScan(files(), columns);
            Scan duck = DuckScan.of(files(), columns, "", delivery, 1)) {
          assertThat(duck.check()).isEqualTo(raw.check());
        }
      }
    }
  }

  /** Whether a library of the class path may reach into buffers. */
  private static boolean arrowHasItsFlag() {
    return Object.class.getModule().isOpen("java.nio", ScanTest.class.getModule());
  }
}
