package dev.daybook.benchmarks.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.daybook.event.ToolCall;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.lance.Dataset;
import org.lance.Session;
import org.lance.WriteParams.WriteMode;

/** Appends to a table of LanceDB's engine, all in one session, so that what it caches is kept. */
final class LanceAppends implements Appends {
  private static final Schema SCHEMA =
      new Schema(
          Stream.concat(
                  Stream.of(
                      required("id", new ArrowType.Int(64, true)),
                      required("time", new ArrowType.Int(64, true))),
                  Stream.concat(
                      Stream.of(
                              "session",
                              "actor",
                              "task",
                              "type",
                              "tool",
                              "arguments",
                              "approach",
                              "outcome",
                              "error",
                              "output",
                              "text",
                              "paths")
                          .map(name -> Field.nullable(name, ArrowType.Utf8.INSTANCE)),
                      Stream.of(Field.nullable("exit_code", new ArrowType.Int(32, true)))))
              .toList());

  private final String uri;
  private final BufferAllocator allocator = new RootAllocator();
  private final Session session = Session.builder().build();

  /** A table in a folder that is not there yet. */
  LanceAppends(Path folder) {
    uri = folder.toString();
    Dataset.write()
        .allocator(allocator)
        .uri(uri)
        .schema(SCHEMA)
        .mode(WriteMode.CREATE)
        .session(session)
        .execute()
        .close();
  }

  private static Field required(String name, ArrowType type) {
    return new Field(name, FieldType.notNullable(type), List.of());
  }

  @Override
  public void append(List<PeerRow> rows) throws IOException {
    try (ArrowReader reader = new OneBatch(allocator, rows);
        Dataset appended =
            Dataset.write()
                .allocator(allocator)
                .reader(reader)
                .uri(uri)
                .mode(WriteMode.APPEND)
                .session(session)
                .execute()) {
      if (appended.version() < 2) {
        throw new IOException("LanceDB's engine has version " + appended.version() + " after it");
      }
    }
  }

  @Override
  public long rows() {
    try (Dataset dataset = Dataset.open().allocator(allocator).uri(uri).build()) {
      return dataset.countRows();
    }
  }

  @Override
  public void close() {
    session.close();
    allocator.close();
  }

  /** Rows as one record batch. */
  private static final class OneBatch extends ArrowReader {
    private final List<PeerRow> rows;
    private boolean isRead;

    OneBatch(BufferAllocator allocator, List<PeerRow> rows) {
      super(allocator);
      this.rows = rows;
    }

    @Override
    public boolean loadNextBatch() throws IOException {
      if (isRead) {
        return false;
      }
      isRead = true;
      VectorSchemaRoot root = getVectorSchemaRoot();
      root.clear();
      for (int i = 0; i < rows.size(); i++) {
        PeerRow row = rows.get(i);
        ((BigIntVector) root.getVector("id")).setSafe(i, row.id());
        ((BigIntVector) root.getVector("time")).setSafe(i, row.micros());
        text(root, "session", i, row.session());
        text(root, "actor", i, row.actor());
        text(root, "task", i, row.task());
        text(root, "type", i, row.type());
        text(root, "tool", i, row.tool());
        text(root, "arguments", i, row.arguments());
        text(root, "approach", i, row.approach());
        text(root, "outcome", i, row.outcome());
        text(root, "error", i, row.error());
        text(root, "output", i, row.output());
        text(root, "text", i, row.text());
        text(root, "paths", i, row.paths());
        if (row.exitCode() != ToolCall.NO_EXIT_CODE) {
          ((IntVector) root.getVector("exit_code")).setSafe(i, row.exitCode());
        }
      }
      root.setRowCount(rows.size());
      return true;
    }

    private static void text(VectorSchemaRoot root, String column, int row, String text) {
      if (!text.isEmpty()) {
        ((VarCharVector) root.getVector(column)).setSafe(row, text.getBytes(UTF_8));
      }
    }

    @Override
    public long bytesRead() {
      return 0;
    }

    @Override
    protected void closeReadSource() {}

    @Override
    protected Schema readSchema() {
      return SCHEMA;
    }
  }
}
