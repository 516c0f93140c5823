package dev.daybook.internal.segment;

import dev.daybook.event.ToolCall;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The columns of a segment, in their order in the file. FORMAT.md says what each holds. */
public enum Column {
  EVENT_ID(Kind.REQUIRED_TEXT),
  WORKSPACE(Kind.REQUIRED_TEXT),
  STREAM(Kind.REQUIRED_TEXT),
  TYPE(Kind.REQUIRED_TEXT),
  SCHEMA_VERSION(Kind.REQUIRED_INT),
  TIME(Kind.REQUIRED_TIME),
  RECORDED_TIME(Kind.REQUIRED_TIME),
  ACTOR_KIND(Kind.REQUIRED_TEXT),
  ACTOR_ID(Kind.REQUIRED_TEXT),
  ACTOR_NAME(Kind.TEXT),
  ROLE(Kind.TEXT),
  MODEL(Kind.TEXT),
  CLIENT(Kind.TEXT),
  SESSION(Kind.TEXT),
  PARENT_SESSION(Kind.TEXT),
  TASK(Kind.TEXT),
  CAUSE(Kind.TEXT),
  SOURCE(Kind.TEXT),
  TRACE_ID(Kind.TEXT),
  SPAN_ID(Kind.TEXT),
  VCS_REPOSITORY(Kind.TEXT),
  VCS_BRANCH(Kind.TEXT),
  VCS_WORKTREE(Kind.TEXT),
  VCS_REVISION(Kind.TEXT),
  VCS_STATE(Kind.TEXT),
  LABELS(Kind.TEXT),
  PLAN_VERSION(Kind.LONG, 0),
  TOOL(Kind.TEXT),
  OUTCOME(Kind.TEXT),
  EXIT_CODE(Kind.INT, ToolCall.NO_EXIT_CODE),
  DURATION_US(Kind.LONG, -1),
  ERROR_FINGERPRINT(Kind.TEXT),
  ARGUMENTS_HASH(Kind.TEXT),
  PATHS(Kind.TEXTS),
  STATUS(Kind.TEXT),
  HANDOFF(Kind.TEXT),
  ADDRESSEE(Kind.TEXT),
  APPROACH(Kind.TEXT),
  TEXT(Kind.TEXT),
  PAYLOAD(Kind.REQUIRED_TEXT),
  MANIFEST(Kind.REQUIRED_LONG),
  WRITER_LOG(Kind.TEXT),
  BATCH(Kind.LONG, 0),
  BATCH_ROW(Kind.INT, -1);

  /** All columns. */
  public static final List<Column> ALL = List.of(values());

  /** Columns that segments written before there were any do not have. */
  static final Set<Column> LATER = EnumSet.of(WRITER_LOG, BATCH, BATCH_ROW);

  /** What a column holds. A column that is not required holds NULL for "does not apply". */
  public enum Kind {
    REQUIRED_TEXT,
    TEXT,
    TEXTS,
    REQUIRED_INT,
    INT,
    REQUIRED_LONG,
    LONG,
    REQUIRED_TIME;

    /** Whether every row has a value. */
    public boolean isRequired() {
      return name().startsWith("REQUIRED");
    }
  }

  private final Kind kind;
  private final long absent;
  private final String columnName = name().toLowerCase(Locale.ROOT);

  Column(Kind kind) {
    this(kind, 0);
  }

  Column(Kind kind, long absent) {
    this.kind = kind;
    this.absent = absent;
  }

  /** What it holds. */
  public Kind kind() {
    return kind;
  }

  /** Bytes a value; 0 of texts, which differ. */
  int width() {
    return switch (kind) {
      case INT, REQUIRED_INT -> Integer.BYTES;
      case LONG, REQUIRED_LONG, REQUIRED_TIME -> Long.BYTES;
      case TEXT, REQUIRED_TEXT, TEXTS -> 0;
    };
  }

  /** The number that a row carries where the file has NULL. */
  long absent() {
    return absent;
  }

  /** What it is called in the file. */
  public String columnName() {
    return columnName;
  }
}
