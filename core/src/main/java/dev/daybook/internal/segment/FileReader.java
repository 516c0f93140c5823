package dev.daybook.internal.segment;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.parquet.PlainReadOptions;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.ColumnPath;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.internal.column.columnindex.ColumnIndex;
import org.apache.parquet.internal.column.columnindex.OffsetIndex;
import org.apache.parquet.internal.filter2.columnindex.ColumnIndexStore;

/**
 * Parquet's reader for one call: its own stream and codecs over a footer and a page index that all
 * calls share, where Parquet would read them from the file each time.
 */
final class FileReader extends ParquetFileReader {
  private final List<Map<ColumnPath, OffsetIndex>> pageIndex;

  FileReader(
      SegmentInput input, ParquetMetadata footer, List<Map<ColumnPath, OffsetIndex>> pageIndex)
      throws IOException {
    super(input, footer, PlainReadOptions.with(new ZstdCodecs()), input.newStream());
    this.pageIndex = pageIndex;
  }

  @Override
  public ColumnIndexStore getColumnIndexStore(int group) {
    return new Shared(pageIndex.get(group));
  }

  private record Shared(Map<ColumnPath, OffsetIndex> columns) implements ColumnIndexStore {
    /** Rows are chosen by number, never by the bounds of pages. */
    @Override
    public ColumnIndex getColumnIndex(ColumnPath column) {
      throw new UnsupportedOperationException("No bounds of pages are kept for " + column);
    }

    @Override
    public OffsetIndex getOffsetIndex(ColumnPath column) {
      OffsetIndex index = columns.get(column);
      if (index == null) {
        throw new MissingOffsetIndexException(column);
      }
      return index;
    }
  }
}
