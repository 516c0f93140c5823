package dev.daybook.internal.segment;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.daybook.event.Actor;
import dev.daybook.event.Envelope;
import dev.daybook.event.EventId;
import dev.daybook.event.Vcs;
import dev.daybook.internal.entry.Json;
import dev.daybook.internal.entry.Promoted;
import dev.daybook.internal.entry.Row;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;

/** Takes a row apart into its columns. */
final class RowWriteSupport extends WriteSupport<Row> {
  private final String workspaceId;
  private RecordConsumer out;
  private long rows;

  RowWriteSupport(String workspaceId) {
    this.workspaceId = workspaceId;
  }

  @Override
  @Deprecated
  public WriteContext init(Configuration hadoop) {
    throw new UnsupportedOperationException("Segments are written without Hadoop");
  }

  @Override
  public WriteContext init(ParquetConfiguration configuration) {
    return new WriteContext(
        SegmentSchema.ALL,
        Map.of(
            SegmentSchema.FORMAT_KEY,
            Integer.toString(SegmentSchema.FORMAT),
            SegmentSchema.WORKSPACE_KEY,
            workspaceId));
  }

  @Override
  public void prepareForWrite(RecordConsumer consumer) {
    out = consumer;
  }

  @Override
  public FinalizedWriteContext finalizeWrite() {
    return new FinalizedWriteContext(Map.of(SegmentSchema.ROWS_KEY, Long.toString(rows)));
  }

  @Override
  public void write(Row row) {
    EventId id = row.id();
    Envelope envelope = row.envelope();
    out.startMessage();
    text(Column.EVENT_ID, id, id.toString());
    text(Column.WORKSPACE, id, workspaceId);
    text(Column.STREAM, id, envelope.stream().name().toLowerCase(Locale.ROOT));
    text(Column.TYPE, id, row.type());
    number(Column.SCHEMA_VERSION, row.schemaVersion());
    number(Column.TIME, micros(id, "time", envelope.time()));
    number(Column.RECORDED_TIME, micros(id, "recorded time", envelope.recordedAt()));
    actor(id, envelope.actor());
    text(Column.SESSION, id, envelope.session().value());
    text(Column.PARENT_SESSION, id, envelope.parentSession().value());
    text(Column.TASK, id, envelope.task());
    text(Column.CAUSE, id, envelope.cause().isPresent() ? envelope.cause().toString() : "");
    text(Column.SOURCE, id, envelope.source());
    text(Column.TRACE_ID, id, envelope.traceId());
    text(Column.SPAN_ID, id, envelope.spanId());
    vcs(id, envelope.vcs());
    text(Column.LABELS, id, labels(envelope.labels()));
    number(Column.PLAN_VERSION, envelope.planVersion());
    promoted(id, row.promoted());
    text(Column.TEXT, id, row.text());
    text(Column.PAYLOAD, id, row.payload());
    number(Column.MANIFEST, row.manifest());
    text(Column.WRITER_LOG, id, row.place().log());
    number(Column.BATCH, row.place().batch());
    number(Column.BATCH_ROW, row.place().index());
    out.endMessage();
    rows++;
  }

  private void actor(EventId id, Actor actor) {
    text(Column.ACTOR_KIND, id, actor.kind().name());
    text(Column.ACTOR_ID, id, actor.id());
    text(Column.ACTOR_NAME, id, actor.name());
    text(Column.ROLE, id, actor.role());
    text(Column.MODEL, id, actor.model());
    text(Column.CLIENT, id, actor.client());
  }

  private void vcs(EventId id, Vcs vcs) {
    text(Column.VCS_REPOSITORY, id, vcs.repository());
    text(Column.VCS_BRANCH, id, vcs.branch());
    text(Column.VCS_WORKTREE, id, vcs.worktree());
    text(Column.VCS_REVISION, id, vcs.revision());
    text(Column.VCS_STATE, id, vcs.state() == Vcs.State.UNKNOWN ? "" : vcs.state().name());
  }

  private void promoted(EventId id, Promoted promoted) {
    text(Column.TOOL, id, promoted.tool());
    text(Column.OUTCOME, id, promoted.outcome());
    number(Column.EXIT_CODE, promoted.exitCode());
    number(Column.DURATION_US, promoted.durationMicros());
    text(Column.ERROR_FINGERPRINT, id, promoted.errorFingerprint());
    text(Column.ARGUMENTS_HASH, id, promoted.argumentsHash());
    texts(Column.PATHS, id, promoted.paths());
    text(Column.STATUS, id, promoted.status());
    text(Column.HANDOFF, id, promoted.handoff());
    text(Column.ADDRESSEE, id, promoted.addressee());
    text(Column.APPROACH, id, promoted.approach());
  }

  /** JSON whose keys are sorted, since a map has no order and equal rows must give equal bytes. */
  private static String labels(Map<String, String> labels) {
    return labels.isEmpty() ? "" : Json.write(new TreeMap<>(labels));
  }

  private void text(Column column, EventId id, String value) {
    if (value.isEmpty() && !column.kind().isRequired()) {
      return;
    }
    start(column);
    out.addBinary(utf8(column, id, value));
    end(column);
  }

  private void texts(Column column, EventId id, List<String> values) {
    if (values.isEmpty()) {
      return;
    }
    start(column);
    out.startGroup();
    out.startField(SegmentSchema.LIST, 0);
    for (String value : values) {
      out.startGroup();
      out.startField(SegmentSchema.ELEMENT, 0);
      out.addBinary(utf8(column, id, value));
      out.endField(SegmentSchema.ELEMENT, 0);
      out.endGroup();
    }
    out.endField(SegmentSchema.LIST, 0);
    out.endGroup();
    end(column);
  }

  private void number(Column column, long value) {
    if (value == column.absent() && !column.kind().isRequired()) {
      return;
    }
    start(column);
    switch (column.kind()) {
      case INT, REQUIRED_INT -> out.addInteger(Math.toIntExact(value));
      case LONG, REQUIRED_LONG, REQUIRED_TIME -> out.addLong(value);
      case TEXT, REQUIRED_TEXT, TEXTS -> throw new IllegalStateException(column + " is a text");
    }
    end(column);
  }

  private void start(Column column) {
    out.startField(column.columnName(), index(column));
  }

  private void end(Column column) {
    out.endField(column.columnName(), index(column));
  }

  @SuppressWarnings("EnumOrdinal") // the schema is built from the constants in their order
  private static int index(Column column) {
    return column.ordinal();
  }

  private static Binary utf8(Column column, EventId id, String value) {
    byte[] bytes = value.getBytes(UTF_8);
    // The encoder replaces what is no character; only reading back shows that nothing was.
    if (!new String(bytes, UTF_8).equals(value)) {
      throw new IllegalArgumentException(
          "Event %s has half a surrogate pair in %s, which UTF-8 cannot hold; replace it when the event is recorded"
              .formatted(id, column.columnName()));
    }
    return Binary.fromConstantByteArray(bytes);
  }

  private static long micros(EventId id, String field, Instant instant) {
    if (instant.getNano() % 1_000 != 0) {
      throw new IllegalArgumentException(
          "Event %s has %s %s, finer than a microsecond; cut it when the event is recorded, or it would change on its way into a segment"
              .formatted(id, field, instant));
    }
    try {
      return Math.addExact(
          Math.multiplyExact(instant.getEpochSecond(), 1_000_000L), instant.getNano() / 1_000);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "Event %s has %s %s, beyond the years that 64 bits of microseconds hold"
              .formatted(id, field, instant),
          e);
    }
  }
}
