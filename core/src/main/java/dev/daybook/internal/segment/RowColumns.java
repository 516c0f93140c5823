package dev.daybook.internal.segment;

import com.fasterxml.jackson.databind.JsonNode;
import dev.daybook.event.Actor;
import dev.daybook.event.Entry;
import dev.daybook.event.Envelope;
import dev.daybook.event.EventId;
import dev.daybook.event.SessionId;
import dev.daybook.event.Vcs;
import dev.daybook.internal.entry.Json;
import dev.daybook.internal.entry.Promoted;
import dev.daybook.internal.entry.Row;
import java.io.IOException;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Puts rows together from the columns of the pages that were read. */
final class RowColumns {
  /** The columns that {@link #nextEntry} asks for. */
  static final Set<Column> OF_ENTRY =
      EnumSet.of(
          Column.EVENT_ID,
          Column.STREAM,
          Column.TIME,
          Column.RECORDED_TIME,
          Column.ACTOR_KIND,
          Column.ACTOR_ID,
          Column.ACTOR_NAME,
          Column.ROLE,
          Column.MODEL,
          Column.CLIENT,
          Column.SESSION,
          Column.PARENT_SESSION,
          Column.TASK,
          Column.CAUSE,
          Column.SOURCE,
          Column.TRACE_ID,
          Column.SPAN_ID,
          Column.VCS_REPOSITORY,
          Column.VCS_BRANCH,
          Column.VCS_WORKTREE,
          Column.VCS_REVISION,
          Column.VCS_STATE,
          Column.LABELS,
          Column.PLAN_VERSION,
          Column.TYPE,
          Column.SCHEMA_VERSION,
          Column.PAYLOAD);

  private final Map<Column, ColumnValues> columns;
  private String lastLabelsText = "";
  private Map<String, String> lastLabels = Map.of();

  /** Rows from the columns of a row group that have values. */
  RowColumns(Map<Column, ColumnValues> columns) {
    this.columns = columns;
  }

  /** Moves forward to a row of the row group. */
  void moveTo(long row) {
    columns.values().forEach(column -> column.moveTo(row));
  }

  /** The next row. Each column must be asked exactly once a row, which is what moves it on. */
  Row next() throws IOException {
    text(Column.WORKSPACE);
    return new Row(
        envelope(),
        text(Column.TYPE),
        Math.toIntExact(number(Column.SCHEMA_VERSION)),
        promoted(),
        text(Column.TEXT),
        text(Column.PAYLOAD),
        number(Column.MANIFEST),
        place());
  }

  /** The next row, of which only the columns are read that say where it belongs. */
  SegmentReader.Located nextLocated(int row) {
    return new SegmentReader.Located(
        row,
        EventId.parse(text(Column.EVENT_ID)),
        number(Column.PLAN_VERSION),
        number(Column.MANIFEST),
        place());
  }

  /** The next row as an entry, from {@link #OF_ENTRY} and no other columns. */
  Entry nextEntry() throws IOException {
    return Row.entry(
        envelope(),
        text(Column.TYPE),
        Math.toIntExact(number(Column.SCHEMA_VERSION)),
        text(Column.PAYLOAD));
  }

  private Row.Place place() {
    Row.Place place =
        new Row.Place(
            text(Column.WRITER_LOG),
            number(Column.BATCH),
            Math.toIntExact(number(Column.BATCH_ROW)));
    return place.isPresent() ? place : Row.Place.NONE;
  }

  private Envelope envelope() throws IOException {
    return new Envelope(
        EventId.parse(text(Column.EVENT_ID)),
        Envelope.Stream.valueOf(text(Column.STREAM).toUpperCase(Locale.ROOT)),
        time(Column.TIME),
        time(Column.RECORDED_TIME),
        actor(),
        new SessionId(text(Column.SESSION)),
        new SessionId(text(Column.PARENT_SESSION)),
        text(Column.TASK),
        cause(text(Column.CAUSE)),
        text(Column.SOURCE),
        text(Column.TRACE_ID),
        text(Column.SPAN_ID),
        vcs(),
        labels(text(Column.LABELS)),
        number(Column.PLAN_VERSION));
  }

  private Actor actor() {
    return new Actor(
        Actor.Kind.valueOf(text(Column.ACTOR_KIND)),
        text(Column.ACTOR_ID),
        text(Column.ACTOR_NAME),
        text(Column.ROLE),
        text(Column.MODEL),
        text(Column.CLIENT));
  }

  private Vcs vcs() {
    return new Vcs(
        text(Column.VCS_REPOSITORY),
        text(Column.VCS_BRANCH),
        text(Column.VCS_WORKTREE),
        text(Column.VCS_REVISION),
        state(text(Column.VCS_STATE)));
  }

  private Promoted promoted() {
    return new Promoted(
        text(Column.TOOL),
        text(Column.OUTCOME),
        Math.toIntExact(number(Column.EXIT_CODE)),
        number(Column.DURATION_US),
        text(Column.ERROR_FINGERPRINT),
        text(Column.ARGUMENTS_HASH),
        texts(Column.PATHS),
        text(Column.STATUS),
        text(Column.HANDOFF),
        text(Column.ADDRESSEE),
        text(Column.APPROACH));
  }

  private String text(Column column) {
    ColumnValues values = columns.get(column);
    return values == null ? "" : values.nextText();
  }

  private List<String> texts(Column column) {
    ColumnValues values = columns.get(column);
    return values == null ? List.of() : values.nextTexts();
  }

  private long number(Column column) {
    ColumnValues values = columns.get(column);
    return values == null ? column.absent() : values.nextNumber();
  }

  private Instant time(Column column) {
    long micros = number(column);
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000);
  }

  private static EventId cause(String text) {
    return text.isEmpty() ? EventId.NONE : EventId.parse(text);
  }

  private static Vcs.State state(String text) {
    return text.isEmpty() ? Vcs.State.UNKNOWN : Vcs.State.valueOf(text);
  }

  private Map<String, String> labels(String text) throws IOException {
    if (text.isEmpty()) {
      return Map.of();
    }
    if (!text.equals(lastLabelsText)) {
      Map<String, String> labels = new HashMap<>();
      for (Map.Entry<String, JsonNode> label : Json.tree(text).properties()) {
        labels.put(label.getKey(), label.getValue().asText());
      }
      lastLabels = labels;
      lastLabelsText = text;
    }
    return lastLabels;
  }
}
