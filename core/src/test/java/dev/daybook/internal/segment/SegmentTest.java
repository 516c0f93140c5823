package dev.daybook.internal.segment;

import static dev.daybook.internal.segment.Rows.WORKSPACE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.event.Envelope;
import dev.daybook.event.EventId;
import dev.daybook.internal.NewerFormatException;
import dev.daybook.internal.entry.Row;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SegmentTest {
  /** Enough rows, of text that hardly compresses, for several small row groups. */
  private static final List<Row> MANY = many();

  private static final byte[] SEGMENT = Rows.write(MANY, 400_000);

  private static List<Row> many() {
    Random random = new Random(7);
    List<Row> rows = new ArrayList<>(Rows.some(3_000, random));
    for (int i = 0; i < rows.size(); i += 2) {
      rows.set(i, withText(rows.get(i), noise(random, 1_000)));
    }
    rows.sort(SegmentWriter.ORDER);
    return rows;
  }

  @Test
  void givesBackEveryField() throws IOException {
    assertThat(roundTrip(List.of(Rows.full(), Rows.bare(1))))
        .containsExactly(Rows.bare(1), Rows.full());
  }

  @Test
  void holdsNoRows() throws IOException {
    SegmentReader reader = SegmentReader.open(SegmentWriter.write(WORKSPACE, List.of()), WORKSPACE);
    assertThat(reader.rowCount()).isZero();
    assertThat(reader.ids()).isEmpty();
    assertThat(reader.rows(new int[0])).isEmpty();
    assertThat(all(reader)).isEmpty();
  }

  @Test
  void holdsTextOfAMegabyteAmongSmallOnes() throws IOException {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      rows.add(i % 10 == 3 ? withText(Rows.bare(i), "ab\u00e9\n".repeat(1 << 18)) : Rows.bare(i));
    }
    SegmentReader reader = SegmentReader.open(SegmentWriter.write(WORKSPACE, rows), WORKSPACE);
    assertThat(all(reader).equals(rows)).isTrue();
    assertThat(reader.rows(new int[] {13, 14}).equals(rows.subList(13, 15))).isTrue();
  }

  @Test
  void standsInOrderOfSessionAndEventId() throws IOException {
    List<Row> shuffled = new ArrayList<>(MANY);
    Collections.shuffle(shuffled, new Random(1));
    List<Row> read = all(SegmentReader.open(SegmentWriter.write(WORKSPACE, shuffled), WORKSPACE));
    assertThat(read.equals(MANY)).isTrue();
  }

  @Test
  void givesTheSameBytesForTheSameRows() {
    List<Row> shuffled = new ArrayList<>(MANY);
    Collections.shuffle(shuffled, new Random(2));
    assertThat(SegmentWriter.write(WORKSPACE, shuffled))
        .isEqualTo(SegmentWriter.write(WORKSPACE, MANY));
  }

  @Test
  void readsIdsAndPlanRows() throws IOException {
    SegmentReader reader = SegmentReader.open(SEGMENT, WORKSPACE);
    assertThat(reader.groups()).isGreaterThan(1);
    assertThat(reader.rowCount()).isEqualTo(MANY.size());
    assertThat(reader.workspace()).isEqualTo(WORKSPACE);
    assertThat(reader.ids()).isEqualTo(MANY.stream().map(Row::id).toList());
    for (long above : new long[] {0, 1_500, 2_999, 1_000_000}) {
      List<Row> read = new ArrayList<>();
      reader.forEachPlanRow(above, read::add);
      assertThat(
              read.equals(
                  MANY.stream().filter(row -> row.envelope().planVersion() > above).toList()))
          .isTrue();
    }
  }

  @Test
  void readsSingleRowsFromTheirPagesOnly(@TempDir Path folder) throws IOException {
    Path file = Files.write(folder.resolve("a.parquet"), SEGMENT);
    SegmentReader reader = SegmentReader.open(file, WORKSPACE);
    Random random = new Random(3);
    for (int round = 0; round < 10; round++) {
      TreeSet<Integer> chosen = new TreeSet<>();
      for (int i = random.nextInt(1, 40); i > 0; i--) {
        chosen.add(random.nextInt(MANY.size()));
      }
      int[] numbers = chosen.stream().mapToInt(Integer::intValue).toArray();
      assertThat(reader.rows(numbers).equals(chosen.stream().map(MANY::get).toList())).isTrue();
    }
    byte[] damaged = SEGMENT.clone();
    Arrays.fill(damaged, damaged.length / 2, damaged.length / 2 + 300_000, (byte) 0);
    assertThat(SegmentReader.open(damaged, WORKSPACE).rows(new int[] {0}))
        .containsExactly(MANY.getFirst());
  }

  @Test
  void refusesRowNumbersThatAreNone() throws IOException {
    SegmentReader reader = SegmentReader.open(SEGMENT, WORKSPACE);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> reader.rows(new int[] {3_000}))
        .withMessageContaining("rows 0 to 2999, asked for 3000");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> reader.rows(new int[] {4, 4}))
        .withMessageContaining("must ascend, got 4 after 4");
  }

  @Test
  void isReadByManyThreadsAtOnce() throws Exception {
    SegmentReader reader = SegmentReader.open(SEGMENT, WORKSPACE);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Boolean>> reads = new ArrayList<>();
      for (int i = 0; i < 32; i++) {
        int row = i * 90;
        reads.add(
            threads.submit(
                () -> reader.rows(new int[] {row, row + 7}).getLast().equals(MANY.get(row + 7))));
      }
      for (Future<Boolean> read : reads) {
        assertThat(read.get()).isTrue();
      }
    }
  }

  @Test
  void leavesTheConsumersExceptionAlone() throws IOException {
    SegmentReader reader = SegmentReader.open(SEGMENT, WORKSPACE);
    IllegalStateException own = new IllegalStateException("enough");
    assertThatIllegalStateException()
        .isThrownBy(() ->
            reader.forEach(row -> {
              throw own;
            }))
        .isSameAs(own);
  }

  @Test
  void refusesWhatItCannotGiveBack() {
    Instant fine = Instant.parse("2026-03-01T10:00:00.000000001Z");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SegmentWriter.write(WORKSPACE, List.of(at(fine))))
        .withMessageContaining(
            "0000000000000G000000000001 has time 2026-03-01T10:00:00.000000001Z");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SegmentWriter.write(WORKSPACE, List.of(at(Instant.MAX.minusNanos(999)))))
        .withMessageContaining("64 bits of microseconds");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> SegmentWriter.write(WORKSPACE, List.of(withText(Rows.bare(1), "a\ud800"))))
        .withMessageContaining("half a surrogate pair in text");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SegmentWriter.write(WORKSPACE, List.of(Rows.bare(1), Rows.bare(1))))
        .withMessageContaining("each once");
  }

  @Test
  void cannotBeFinishedAfterARefusedRow() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (SegmentWriter writer = SegmentWriter.open(WORKSPACE, out)) {
      writer.add(Rows.bare(2));
      assertThatIllegalArgumentException().isThrownBy(() -> writer.add(Rows.bare(1)));
      assertThatIllegalStateException().isThrownBy(writer::finish);
    }
    assertThatThrownBy(() -> SegmentReader.open(out.toByteArray(), WORKSPACE))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("a segment has 12 or more");
  }

  @Test
  void refusesAnotherWorkspacesSegment() {
    assertThatThrownBy(() -> SegmentReader.open(SEGMENT, "01JD0000000000000000000001"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(
            "belongs to workspace '01JD0000000000000000000000', not to"
                + " '01JD0000000000000000000001'");
  }

  @Test
  void refusesANewerFormatByItsNumber() {
    byte[] newer = withFooterText("daybook.format", "1", "2");
    assertThatThrownBy(() -> SegmentReader.open(newer, WORKSPACE))
        .isInstanceOf(NewerFormatException.class)
        .hasMessageContaining("has format version 2, this library reads up to 1");
  }

  @Test
  void refusesACountOfRowsThatIsWrong() {
    byte[] wrong = withFooterText("daybook.rows", "3000", "3001");
    assertThatThrownBy(() -> SegmentReader.open(wrong, WORKSPACE))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("row groups have 3000 rows, its footer says 3001");
  }

  @Test
  void refusesWhatIsNoSegment(@TempDir Path folder) throws IOException {
    Path gone = folder.resolve("gone.parquet");
    assertThatThrownBy(() -> SegmentReader.open(gone, WORKSPACE))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("gone.parquet");
    Path text = Files.writeString(folder.resolve("a.parquet"), "this is no Parquet file");
    assertThatThrownBy(() -> SegmentReader.open(text, WORKSPACE))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("a.parquet is damaged: bytes [116, 104, 105, 115] at offset 0 of 23");
  }

  @Test
  void refusesASegmentCutOffAnywhere() {
    Random random = new Random(4);
    for (int i = 0; i < 200; i++) {
      byte[] cut = Arrays.copyOf(SEGMENT, random.nextInt(SEGMENT.length));
      assertThatThrownBy(() -> SegmentReader.open(cut, WORKSPACE)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void neverAnswersWrongWhenABitOfAPageFlips() {
    List<Row> rows = MANY.subList(0, 300);
    byte[] segment = SegmentWriter.write(WORKSPACE, rows);
    int pagesEnd = segment.length - footerLength(segment) - 8;
    Random random = new Random(5);
    int refused = 0;
    for (int i = 0; i < 100; i++) {
      byte[] flipped = segment.clone();
      flipped[random.nextInt(4, pagesEnd)] ^= (byte) (1 << random.nextInt(8));
      try {
        assertThat(all(SegmentReader.open(flipped, WORKSPACE)).equals(rows)).isTrue();
      } catch (IOException e) {
        assertThat(e).hasMessageContaining("Segment of " + segment.length + " bytes");
        refused++;
      }
    }
    // The rest hit the bounds of pages, which no row is read from.
    assertThat(refused).isGreaterThan(80);
  }

  @Test
  void failsOnlyWithIoExceptionWhenABitOfTheFooterFlips() {
    byte[] segment = SegmentWriter.write(WORKSPACE, MANY.subList(0, 20));
    int footer = segment.length - footerLength(segment) - 8;
    Random random = new Random(6);
    for (int i = 0; i < 200; i++) {
      byte[] flipped = segment.clone();
      flipped[random.nextInt(footer, segment.length)] ^= (byte) (1 << random.nextInt(8));
      try {
        all(SegmentReader.open(flipped, WORKSPACE));
      } catch (IOException e) {
        assertThat(e).hasMessageContaining("Segment of " + segment.length + " bytes");
      }
    }
  }

  private static int footerLength(byte[] segment) {
    return ByteBuffer.wrap(segment).order(ByteOrder.LITTLE_ENDIAN).getInt(segment.length - 8);
  }

  /** The segment with one value of its footer's texts replaced by one of the same length. */
  private static byte[] withFooterText(String key, String was, String becomes) {
    byte[] changed = SEGMENT.clone();
    String latin = new String(changed, StandardCharsets.ISO_8859_1);
    int at = latin.indexOf(was, latin.lastIndexOf(key) + key.length());
    System.arraycopy(
        becomes.getBytes(StandardCharsets.ISO_8859_1), 0, changed, at, becomes.length());
    return changed;
  }

  private static List<Row> roundTrip(List<Row> rows) throws IOException {
    return all(SegmentReader.open(SegmentWriter.write(WORKSPACE, rows), WORKSPACE));
  }

  @Test
  void readsASegmentWrittenBeforeThereWerePlaces() throws IOException {
    try (InputStream in = getClass().getResourceAsStream("without-places.parquet")) {
      SegmentReader reader = SegmentReader.open(in.readAllBytes(), "01M86CH3QV000KAB6CZG4MDE7G");
      assertThat(all(reader)).hasSize(12).allMatch(row -> row.place().equals(Row.Place.NONE));
      assertThat(reader.rows(new int[] {3, 11}))
          .containsExactly(all(reader).get(3), all(reader).get(11));
      List<SegmentReader.Located> located = new ArrayList<>();
      reader.forEachLocated(0, 0, located::add);
      assertThat(located).hasSize(12).allMatch(row -> !row.place().isPresent());
    }
  }

  private static List<Row> all(SegmentReader reader) throws IOException {
    List<Row> rows = new ArrayList<>();
    reader.forEach(rows::add);
    return rows;
  }

  private static Row at(Instant time) {
    Envelope base = Rows.envelope(new EventId(1, 1), "", 0);
    Envelope envelope =
        new Envelope(
            base.id(),
            base.stream(),
            time,
            base.recordedAt(),
            base.actor(),
            base.session(),
            base.parentSession(),
            "",
            EventId.NONE,
            "",
            "",
            "",
            base.vcs(),
            base.labels(),
            0);
    return new Row(envelope, "Observation", 1, Rows.nothing(), "", "{}", 0, Row.Place.NONE);
  }

  private static Row withText(Row row, String text) {
    return new Row(
        row.envelope(),
        row.type(),
        row.schemaVersion(),
        row.promoted(),
        text,
        row.payload(),
        row.manifest(),
        row.place());
  }

  private static String noise(Random random, int length) {
    StringBuilder text = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      text.append((char) random.nextInt(' ', 0x7f));
    }
    return text.toString();
  }
}
