package dev.daybook.internal.segment;

import static org.apache.parquet.schema.LogicalTypeAnnotation.stringType;
import static org.apache.parquet.schema.LogicalTypeAnnotation.timestampType;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BINARY;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT32;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT64;

import java.util.List;
import org.apache.parquet.hadoop.metadata.ColumnPath;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;

/** The schema of a segment and the names in its footer. */
final class SegmentSchema {
  /** The format this library writes, and the newest it reads. */
  static final int FORMAT = 1;

  static final String FORMAT_KEY = "daybook.format";
  static final String WORKSPACE_KEY = "daybook.workspace";
  static final String ROWS_KEY = "daybook.rows";

  static final String LIST = "list";
  static final String ELEMENT = "element";

  /** All columns. */
  static final MessageType ALL = of(Column.ALL);

  private SegmentSchema() {}

  /** The schema of some columns. */
  static MessageType of(List<Column> columns) {
    Types.MessageTypeBuilder message = Types.buildMessage();
    for (Column column : columns) {
      message.addField(type(column));
    }
    return message.named("daybook_row");
  }

  /** Where the values of a column are. */
  static ColumnPath path(Column column) {
    return column.kind() == Column.Kind.TEXTS
        ? ColumnPath.get(column.columnName(), LIST, ELEMENT)
        : ColumnPath.get(column.columnName());
  }

  private static Type type(Column column) {
    String name = column.columnName();
    return switch (column.kind()) {
      case REQUIRED_TEXT -> Types.required(BINARY).as(stringType()).named(name);
      case TEXT -> Types.optional(BINARY).as(stringType()).named(name);
      case TEXTS ->
          Types.optionalList()
              .setElementType(Types.required(BINARY).as(stringType()).named(ELEMENT))
              .named(name);
      case REQUIRED_INT -> Types.required(INT32).named(name);
      case INT -> Types.optional(INT32).named(name);
      case REQUIRED_LONG -> Types.required(INT64).named(name);
      case LONG -> Types.optional(INT64).named(name);
      case REQUIRED_TIME ->
          Types.required(INT64)
              .as(timestampType(/* isAdjustedToUTC= */ true, TimeUnit.MICROS))
              .named(name);
    };
  }
}
