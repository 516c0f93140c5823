package dev.daybook.internal.index;

import dev.daybook.event.Actor;
import dev.daybook.event.Envelope;
import dev.daybook.event.Envelope.Stream;
import dev.daybook.event.Event;
import dev.daybook.event.EventId;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.SessionId;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.event.Vcs;
import dev.daybook.internal.entry.Masker;
import dev.daybook.internal.entry.Row;
import dev.daybook.recall.Embedder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Rows, and sources of them, for the tests of this package. */
final class TestRows {
  static final Instant START = Instant.parse("2026-03-01T10:00:00Z");

  private TestRows() {}

  /** A row of number n: its identity and time rise with n. */
  static Row row(int n, String actor, String session, String task, EventId cause, Event event) {
    return row(n, START.plusMillis(n), "", actor, session, task, cause, event);
  }

  /** The same, recorded at another time and at a commit. */
  static Row row(
      int n,
      Instant recordedAt,
      String revision,
      String actor,
      String session,
      String task,
      EventId cause,
      Event event) {
    Instant time = START.plusMillis(n);
    boolean isPlan = event instanceof PlanEvent;
    return Row.of(
        Masker.NONE.event(
            new Envelope(
                id(n),
                isPlan ? Stream.PLAN : Stream.TRACE,
                time,
                recordedAt,
                Actor.agent(actor),
                SessionId.of(session),
                SessionId.NONE,
                task,
                cause,
                "",
                "",
                "",
                new Vcs("", "", "", revision, Vcs.State.UNKNOWN),
                Map.of(),
                isPlan ? n + 1 : 0),
            event));
  }

  static Row row(int n, Event event) {
    return row(n, "agent", "session", "", EventId.NONE, event);
  }

  static Row text(int n, String text) {
    return row(n, Observation.of(text));
  }

  static List<Row> texts(String... texts) {
    List<Row> rows = new ArrayList<>();
    for (String text : texts) {
      rows.add(text(rows.size(), text));
    }
    return rows;
  }

  static EventId id(int n) {
    return new EventId(START.plusMillis(n).toEpochMilli() << 16, 1);
  }

  /** Removes a folder of files. */
  static void deleteFolder(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  static Path indexFile(Path folder, List<Row> rows) throws IOException {
    return Files.write(
        Files.createTempFile(folder, "index", ".lucene"), SegmentIndexWriter.build(rows));
  }

  static PackedIndex index(Path folder, List<Row> rows) throws IOException {
    return PackedIndex.open(indexFile(folder, rows));
  }

  static List<VectorFile.Chunk> chunks(List<Row> rows, Embedder embedder) {
    return chunks(rows, embedder, row -> true);
  }

  private static List<VectorFile.Chunk> chunks(
      List<Row> rows, Embedder embedder, Predicate<Row> embedded) {
    List<VectorFile.Chunk> chunks = new ArrayList<>();
    for (int row = 0; row < rows.size(); row++) {
      for (float[] vector : vectors(rows.get(row), embedder, embedded)) {
        chunks.add(new VectorFile.Chunk(row, vector));
      }
    }
    return chunks;
  }

  private static List<float[]> vectors(Row row, Embedder embedder, Predicate<Row> embedded) {
    return embedder.isPresent() && embedded.test(row)
        ? embedder.embedDocuments(EmbeddingText.chunks(row, embedder))
        : List.of();
  }

  static VectorFile vectors(Path folder, List<Row> rows, Embedder embedder) throws IOException {
    return vectorFile(folder, chunks(rows, embedder), embedder);
  }

  private static VectorFile vectorFile(
      Path folder, List<VectorFile.Chunk> chunks, Embedder embedder) throws IOException {
    Path file = Files.createTempFile(folder, "vectors", ".npy");
    Files.write(file, VectorFile.write(embedder.dimension(), chunks));
    return VectorFile.open(file);
  }

  /** Searches these rows; their files are held by the searcher alone. */
  static Searcher searcher(
      Path folder, Embedder embedder, List<List<Row>> segments, List<Row> tailRows)
      throws IOException {
    return searcher(folder, embedder, segments, tailRows, row -> true);
  }

  /** The same where only some rows have vectors; a segment of which none has has no such file. */
  static Searcher searcher(
      Path folder,
      Embedder embedder,
      List<List<Row>> segments,
      List<Row> tailRows,
      Predicate<Row> embedded)
      throws IOException {
    List<Searcher.Part> parts = new ArrayList<>();
    for (List<Row> rows : segments) {
      List<VectorFile.Chunk> chunks = chunks(rows, embedder, embedded);
      parts.add(
          new Searcher.Part(
              index(folder, rows),
              chunks.isEmpty() ? Vectors.none() : vectorFile(folder, chunks, embedder)));
    }
    try (TailIndex tail = new TailIndex(embedder.dimension())) {
      tail.add(tailRows);
      for (int row = 0; row < tailRows.size(); row++) {
        tail.addVectors(row, vectors(tailRows.get(row), embedder, embedded));
      }
      // Half of all, so that both ways of looking are tried by every test.
      return Searcher.over(parts, tail, tailRows.size() % 2 == 0 ? 0 : Integer.MAX_VALUE);
    } finally {
      for (Searcher.Part part : parts) {
        part.index().close();
        part.vectors().release();
      }
    }
  }
}
