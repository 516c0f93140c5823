package dev.daybook.internal.segment;

import static dev.daybook.internal.segment.Rows.WORKSPACE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.internal.entry.Row;
import dev.daybook.internal.segment.ColumnScan.ReadAhead;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;

/** Columns read page by page hold what the rows hold. */
class ColumnScanProperties {
  private static final Object NULL = "null";

  /** Memory that begins with rubbish and moves whenever it grows, as an allocator's may. */
  private static final class Memory implements ColumnMemory {
    private final Map<Part, ByteBuffer> parts = new EnumMap<>(Part.class);

    @Override
    public ByteBuffer room(Part part, int bytes) {
      byte[] content = new byte[bytes + bytes / 7];
      Arrays.fill(content, (byte) 0xa5);
      ByteBuffer old = parts.get(part);
      if (old != null) {
        old.get(0, content, 0, old.capacity());
      }
      ByteBuffer grown =
          ByteBuffer.allocateDirect(content.length).put(0, content).order(ByteOrder.LITTLE_ENDIAN);
      parts.put(part, grown);
      return grown;
    }
  }

  /** A column that is being filled. */
  private record Filling(ColumnWriter writer, Memory memory, Memory elements) {
    static Filling of(Column column) {
      Memory memory = new Memory();
      Memory elements = new Memory();
      return new Filling(
          column.kind() == Column.Kind.TEXTS
              ? ColumnWriter.ofLists(column, memory, elements)
              : ColumnWriter.of(column, memory),
          memory,
          elements);
    }

    List<Object> values() {
      List<Object> values = new ArrayList<>();
      int nulls = 0;
      for (int row = 0; row < writer.rows(); row++) {
        boolean isNull = writer.nulls() > 0 && !isSet(row);
        values.add(isNull ? NULL : value(row));
        nulls += isNull ? 1 : 0;
      }
      assertThat(nulls).isEqualTo(writer.nulls());
      return values;
    }

    private boolean isSet(int row) {
      int bits = memory.parts.get(ColumnMemory.Part.VALIDITY).get(row / 8);
      return (bits & (1 << (row % 8))) != 0;
    }

    private Object value(int row) {
      ByteBuffer data = memory.parts.get(ColumnMemory.Part.DATA);
      return switch (writer.column().kind()) {
        case TEXT, REQUIRED_TEXT -> text(memory, row);
        case TEXTS -> {
          List<Object> texts = new ArrayList<>();
          ByteBuffer offsets = memory.parts.get(ColumnMemory.Part.OFFSETS);
          for (int i = offsets.getInt(row * 4); i < offsets.getInt(row * 4 + 4); i++) {
            texts.add(text(elements, i));
          }
          yield texts;
        }
        case INT, REQUIRED_INT -> (long) data.getInt(row * 4);
        case LONG, REQUIRED_LONG, REQUIRED_TIME -> data.getLong(row * 8);
      };
    }

    private static String text(Memory memory, int row) {
      ByteBuffer offsets = memory.parts.get(ColumnMemory.Part.OFFSETS);
      byte[] text = new byte[offsets.getInt(row * 4 + 4) - offsets.getInt(row * 4)];
      memory.parts.get(ColumnMemory.Part.DATA).get(offsets.getInt(row * 4), text);
      return new String(text, UTF_8);
    }
  }

  private static List<Filling> filling(List<Column> columns) {
    return columns.stream().map(Filling::of).toList();
  }

  private static List<ColumnWriter> writers(List<Filling> filling) {
    return filling.stream().map(Filling::writer).toList();
  }

  private static long bytes(List<Filling> filling) {
    return filling.stream().mapToLong(column -> column.writer().bytes()).sum();
  }

  /** What rows hold in some columns, by the way that a segment is written. */
  private static List<List<Object>> appended(List<Column> columns, List<Row> rows) {
    List<Filling> filling = filling(columns);
    RowAppender appender = new RowAppender(WORKSPACE, writers(filling));
    rows.forEach(appender::add);
    return filling.stream().map(Filling::values).toList();
  }

  @Property(tries = 30, shrinking = ShrinkingMode.OFF)
  void readsWhatRowsHold(
      @ForAll @IntRange(min = 1, max = 3_000) int count,
      @ForAll @IntRange(min = 20_000, max = 4_000_000) int rowGroupBytes,
      @ForAll @IntRange(min = 1, max = 2_000) int atOnce,
      @ForAll @IntRange(min = 1, max = 1_000_000) int bytesAtOnce,
      @ForAll long seed)
      throws IOException {
    Random random = new Random(seed);
    List<Row> rows = Rows.some(count, random).stream().sorted(SegmentWriter.ORDER).toList();
    List<Column> columns = new ArrayList<>(Column.ALL);
    Collections.shuffle(columns, random);
    List<Column> chosen = columns.subList(0, 1 + random.nextInt(columns.size()));
    BitSet wanted = new BitSet();
    int oneIn = 1 + random.nextInt(random.nextBoolean() ? 2 : 300);
    random.ints(0, count).limit(1 + 4L * count / oneIn).forEach(wanted::set);
    if (random.nextInt(4) == 0) {
      wanted.set(0, count);
    }
    List<Filling> filling = filling(chosen);
    SegmentReader reader = SegmentReader.open(Rows.write(rows, rowGroupBytes), WORKSPACE);
    try (ColumnScan scan = new ColumnScan(chosen, seed % 2 == 0 ? ReadAhead.ON : ReadAhead.OFF)) {
      scan.start(reader, wanted);
      int read = 0;
      for (int some = 1; some > 0; read += some) {
        long before = bytes(filling);
        some = scan.read(writers(filling), atOnce, bytesAtOnce);
        assertThat(some).isLessThanOrEqualTo(atOnce);
        if (some < atOnce && read + some < wanted.cardinality()) {
          assertThat(bytes(filling) - before).isGreaterThanOrEqualTo(bytesAtOnce);
        }
      }
      assertThat(read).isEqualTo(wanted.cardinality());
    }
    List<Row> expected = wanted.stream().mapToObj(rows::get).toList();
    assertThat(filling.stream().map(Filling::values).toList())
        .isEqualTo(appended(chosen, expected));
  }

  @Property(tries = 10, shrinking = ShrinkingMode.OFF)
  void appendsWhatASegmentReadsBack(@ForAll long seed) throws IOException {
    List<Row> rows = Rows.some(200, new Random(seed)).stream().sorted(SegmentWriter.ORDER).toList();
    List<List<Object>> values = appended(Column.ALL, rows);
    List<Row> read = new ArrayList<>();
    SegmentReader.open(SegmentWriter.write(WORKSPACE, rows), WORKSPACE).forEach(read::add);
    for (int i = 0; i < rows.size(); i++) {
      Row row = read.get(i);
      assertThat(values.get(Column.ALL.indexOf(Column.EVENT_ID)).get(i))
          .isEqualTo(row.id().toString());
      assertThat(values.get(Column.ALL.indexOf(Column.TEXT)).get(i))
          .isEqualTo(row.text().isEmpty() ? NULL : row.text());
      assertThat(values.get(Column.ALL.indexOf(Column.PAYLOAD)).get(i)).isEqualTo(row.payload());
      assertThat(values.get(Column.ALL.indexOf(Column.PATHS)).get(i))
          .isEqualTo(row.promoted().paths().isEmpty() ? NULL : row.promoted().paths());
      assertThat(values.get(Column.ALL.indexOf(Column.MANIFEST)).get(i)).isEqualTo(row.manifest());
    }
  }

  @Property(tries = 200, shrinking = ShrinkingMode.OFF)
  void neverAnswersWrongWhenABitOfAPageFlips(@ForAll long seed) {
    byte[] flipped = flipped(4, PAGES_END, seed);
    try {
      assertThat(all(flipped)).isEqualTo(appended(Column.ALL, FEW));
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("Segment of " + SEGMENT.length + " bytes");
    }
  }

  @Property(tries = 200, shrinking = ShrinkingMode.OFF)
  void failsOnlyWithIoExceptionWhenABitOfTheFooterFlips(@ForAll long seed) {
    try {
      assertThat(all(flipped(PAGES_END, SEGMENT.length, seed))).hasSize(Column.ALL.size());
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("Segment of " + SEGMENT.length + " bytes");
    }
  }

  private static final List<Row> FEW =
      Rows.some(150, new Random(7)).stream().sorted(SegmentWriter.ORDER).toList();
  private static final byte[] SEGMENT = SegmentWriter.write(WORKSPACE, FEW);
  private static final int PAGES_END =
      SEGMENT.length
          - ByteBuffer.wrap(SEGMENT).order(ByteOrder.LITTLE_ENDIAN).getInt(SEGMENT.length - 8)
          - 8;

  private static byte[] flipped(int from, int end, long seed) {
    Random random = new Random(seed);
    byte[] flipped = SEGMENT.clone();
    flipped[random.nextInt(from, end)] ^= (byte) (1 << random.nextInt(8));
    return flipped;
  }

  private static List<List<Object>> all(byte[] segment) throws IOException {
    List<Filling> filling = filling(Column.ALL);
    SegmentReader reader = SegmentReader.open(segment, WORKSPACE);
    try (ColumnScan scan = new ColumnScan(Column.ALL, ReadAhead.ON)) {
      BitSet all = new BitSet();
      all.set(0, (int) reader.rowCount());
      scan.start(reader, all);
      int some = 1;
      while (some > 0) {
        some = scan.read(writers(filling), 100, Long.MAX_VALUE);
      }
    }
    return filling.stream().map(Filling::values).toList();
  }
}
