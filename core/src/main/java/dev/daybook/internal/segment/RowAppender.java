package dev.daybook.internal.segment;

import dev.daybook.internal.entry.Row;
import java.util.List;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;

/**
 * Appends single rows to columns, with the values that a segment would have of them. Not safe for
 * several threads.
 */
public final class RowAppender {
  private final RowWriteSupport rows;

  /**
   * Appends rows of a workspace to some columns.
   *
   * @param workspaceId what the column of that name holds
   */
  public RowAppender(String workspaceId, List<ColumnWriter> columns) {
    rows = new RowWriteSupport(workspaceId);
    rows.prepareForWrite(new Fields(columns));
  }

  /** Appends one row. */
  public void add(Row row) {
    rows.write(row);
  }

  /** Takes what a segment would be written from. */
  private static final class Fields extends RecordConsumer {
    private final List<ColumnWriter> columns;
    private final ColumnWriter[] byField = new ColumnWriter[Column.ALL.size()];
    private ColumnWriter current;
    private int depth;
    private int rows;

    @SuppressWarnings("EnumOrdinal") // the schema is built from the constants in their order
    Fields(List<ColumnWriter> columns) {
      this.columns = List.copyOf(columns);
      this.columns.forEach(column -> byField[column.column().ordinal()] = column);
      this.rows = this.columns.isEmpty() ? 0 : this.columns.getFirst().rows();
    }

    @Override
    public void startMessage() {
      depth = 0;
    }

    @Override
    public void endMessage() {
      rows++;
      for (ColumnWriter column : columns) {
        if (column.rows() < rows) {
          column.addNulls(1);
        }
      }
    }

    @Override
    public void startField(String field, int index) {
      if (depth++ == 0) {
        current = byField[index];
      }
    }

    @Override
    public void endField(String field, int index) {
      if (--depth == 0 && current != null && current.column().kind() == Column.Kind.TEXTS) {
        current.addList();
      }
    }

    @Override
    public void startGroup() {}

    @Override
    public void endGroup() {}

    @Override
    public void addInteger(int value) {
      addLong(value);
    }

    @Override
    public void addLong(long value) {
      if (current != null) {
        current.addNumber(value);
      }
    }

    @Override
    public void addBinary(Binary value) {
      if (current != null) {
        ColumnWriter texts =
            current.column().kind() == Column.Kind.TEXTS ? current.elementWriter() : current;
        texts.addText(value.toByteBuffer());
      }
    }

    @Override
    public void addBoolean(boolean value) {
      throw new IllegalStateException("No column holds truth values");
    }

    @Override
    public void addFloat(float value) {
      throw new IllegalStateException("No column holds fractions");
    }

    @Override
    public void addDouble(double value) {
      throw new IllegalStateException("No column holds fractions");
    }
  }
}
