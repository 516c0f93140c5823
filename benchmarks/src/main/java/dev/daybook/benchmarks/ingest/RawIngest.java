package dev.daybook.benchmarks.ingest;

import dev.daybook.benchmarks.Scratch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The limits: what the disk needs for the bytes of the logs, parquet-java for the rows of the
 * segment, and Lucene for its index, each by itself, one after the other, with all it needs in
 * memory before.
 */
final class RawIngest implements Ingest {
  static final String FSYNC = "raw fsync of the bytes of the logs";
  static final String PARQUET = "raw parquet-java";
  static final String LUCENE = "raw Lucene";

  private final int events;
  private final List<byte[]> logs;
  private final RawParquet table;

  private RawIngest(int events, List<byte[]> logs, RawParquet table) {
    this.events = events;
    this.logs = logs;
    this.table = table;
  }

  /**
   * What Daybook makes of the events, found out by an import into a folder, which is removed. So
   * Daybook has had its turn at warming up when this is there.
   */
  static RawIngest of(List<ImportedEvent> events, Path folder) throws Exception {
    List<byte[]> logs = new ArrayList<>();
    List<RawParquet> segments = new ArrayList<>();
    new DaybookIngest(events)
        .run(
            folder,
            new Clock(),
            store -> {
              for (Path log : under(store, "log")) {
                logs.add(Files.readAllBytes(log));
              }
            },
            store -> {
              for (Path segment : under(store, "segment")) {
                segments.add(RawParquet.read(segment));
              }
            });
    Scratch.delete(folder);
    if (segments.size() != 1) {
      throw new IllegalStateException(
          "Compaction left %d segments, expected 1".formatted(segments.size()));
    }
    return new RawIngest(events.size(), logs, segments.getFirst());
  }

  /** The objects of a kind in a store, in the order of their keys. */
  static List<Path> under(Path store, String kind) throws IOException {
    try (Stream<Path> files = Files.walk(store)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> {
            Path key = store.relativize(file);
            return key.getNameCount() > 2 && key.getName(2).toString().equals(kind);
          })
          .sorted()
          .toList();
    }
  }

  @Override
  public void run(Path folder, Clock clock) throws Exception {
    Files.createDirectories(folder);
    Path bytes = Files.createDirectory(folder.resolve("bytes"));
    clock.keep(FSYNC, Clock.time(events, () -> force(bytes)).leaving(Scratch.bytes(bytes)));
    Path parquet = folder.resolve("rows.parquet");
    clock.keep(
        PARQUET, Clock.time(events, () -> table.write(parquet)).leaving(Files.size(parquet)));
    Path lucene = folder.resolve("lucene");
    RawWords words = new RawWords(table);
    clock.keep(
        LUCENE, Clock.time(events, () -> words.write(lucene)).leaving(Scratch.bytes(lucene)));
  }

  /** A file for each object of the logs; it and its name are on disk before the next is begun. */
  private void force(Path folder) throws IOException {
    for (int i = 0; i < logs.size(); i++) {
      try (FileChannel file =
          FileChannel.open(
              folder.resolve("log-" + i),
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.WRITE)) {
        ByteBuffer left = ByteBuffer.wrap(logs.get(i));
        while (left.hasRemaining()) {
          int unused = file.write(left);
        }
        file.force(true);
      }
      try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
        names.force(true);
      }
    }
  }
}
