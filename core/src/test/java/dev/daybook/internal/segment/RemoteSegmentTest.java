package dev.daybook.internal.segment;

import static dev.daybook.internal.segment.Rows.WORKSPACE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.daybook.event.Entry;
import dev.daybook.event.Envelope;
import dev.daybook.event.SessionId;
import dev.daybook.internal.entry.Row;
import dev.daybook.internal.segment.RemoteSegment.Range;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.internal.hadoop.metadata.IndexReference;
import org.apache.parquet.io.SeekableInputStream;
import org.junit.jupiter.api.Test;

class RemoteSegmentTest {
  private final List<List<Range>> asked = new ArrayList<>();

  private RemoteSegment open(byte[] segment) throws IOException {
    return RemoteSegment.open(
        "segment/x.parquet",
        segment.length,
        WORKSPACE,
        ranges -> {
          asked.add(ranges);
          return ranges.stream()
              .map(range ->
                  Arrays.copyOfRange(
                      segment, (int) range.offset(), (int) range.offset() + range.bytes()))
              .toList();
        });
  }

  private static List<Entry> entries(List<Row> rows, String session) throws IOException {
    List<Entry> entries = new ArrayList<>();
    for (Row row : rows.stream().sorted(SegmentWriter.ORDER).toList()) {
      if (row.envelope().session().value().equals(session)) {
        entries.add(row.entry());
      }
    }
    return entries;
  }

  @Property(tries = 15, shrinking = ShrinkingMode.OFF)
  void readsEverySessionAsItIs(
      @ForAll @IntRange(min = 1, max = 3_000) int count,
      @ForAll @IntRange(min = 20_000, max = 2_000_000) int rowGroupBytes,
      @ForAll long seed)
      throws IOException {
    List<Row> rows = Rows.some(count, new Random(seed));
    byte[] bytes = Rows.write(rows.stream().sorted(SegmentWriter.ORDER).toList(), rowGroupBytes);
    RemoteSegment remote = open(bytes);
    SegmentReader local = SegmentReader.open(bytes, WORKSPACE);
    TreeSet<String> sessions = new TreeSet<>(List.of("none such", "\uffff", "\ud83d\ude00"));
    rows.forEach(row -> sessions.add(row.envelope().session().value()));
    sessions.remove("");
    for (String session : sessions) {
      List<Entry> expected = entries(rows, session);
      assertThat(remote.session(session)).as(session).isEqualTo(expected);
      assertThat(local.session(session)).as(session).isEqualTo(expected);
    }
  }

  private static List<Row> interleaved(int sessions, int rows) {
    Random random = new Random(3);
    List<Row> all = new ArrayList<>();
    for (Row row : Rows.some(sessions * rows, random)) {
      Row one = row;
      Envelope was = one.envelope();
      SessionId session = new SessionId("session-" + (100 + all.size() % sessions));
      Envelope envelope =
          new Envelope(
              was.id(),
              was.stream(),
              was.time(),
              was.recordedAt(),
              was.actor(),
              session,
              was.parentSession(),
              was.task(),
              was.cause(),
              was.source(),
              was.traceId(),
              was.spanId(),
              was.vcs(),
              was.labels(),
              was.planVersion());
      StringBuilder noise = new StringBuilder();
      random.ints(400, 'a', 'z').forEach(letter -> noise.append((char) letter));
      all.add(
          new Row(
              envelope,
              one.type(),
              one.schemaVersion(),
              one.promoted(),
              noise.toString(),
              "{\"text\":\"" + noise + "\"}",
              one.manifest(),
              one.place()));
    }
    all.sort(SegmentWriter.ORDER);
    return all;
  }

  @Test
  void readsNotMuchMoreThanTheSession() throws IOException {
    List<Row> rows = interleaved(16, 500);
    byte[] bytes = SegmentWriter.write(WORKSPACE, rows);
    RemoteSegment remote = open(bytes);
    assertThat(remote.session("session-107")).isEqualTo(entries(rows, "session-107"));
    assertThat(asked.get(0))
        .as("the footer")
        .containsExactly(new Range(bytes.length - (64 << 10), 64 << 10));
    assertThat(asked).as("the footer, where the session is, its pages").hasSize(3);
    long read = asked.stream().flatMap(List::stream).mapToLong(Range::bytes).sum();
    assertThat(read - (64 << 10)).isLessThan(2 * bytes.length / 16);
    int before = asked.size();
    assertThat(remote.session("session-108")).isEqualTo(entries(rows, "session-108"));
    assertThat(asked).as("the footer is kept").hasSize(before + 2);
    assertThat(remote.session("session-999")).isEmpty();
    assertThat(remote.session("session-107x")).isEmpty();
  }

  @Test
  void joinsRangesThatTouchAndThenTheSmallestGaps() {
    List<Range> joined =
        RemoteSegment.joined(
            List.of(
                new Range(1_000, 100),
                new Range(0, 100),
                new Range(100, 50),
                new Range(200, 20),
                new Range(240, 30),
                new Range(1_090, 30)));
    assertThat(joined).containsExactly(new Range(0, 270), new Range(1_000, 120));
    assertThat(RemoteSegment.joined(List.of(new Range(0, 10), new Range(20, 10))))
        .containsExactly(new Range(0, 30));
    assertThat(RemoteSegment.joined(List.of(new Range(0, 10), new Range(21, 10)))).hasSize(2);
  }

  @Test
  void refusesWhatIsDamaged() throws IOException {
    byte[] bytes = SegmentWriter.write(WORKSPACE, interleaved(4, 300));
    byte[] cut = Arrays.copyOf(bytes, bytes.length - 1);
    assertThatIOException().isThrownBy(() -> open(cut)).withMessageContaining("segment/x.parquet");
    assertThatIOException()
        .isThrownBy(() -> open(new byte[] {'P', 'A', 'R', '1'}))
        .withMessageContaining("segment/x.parquet");
    byte[] longer = bytes.clone();
    longer[bytes.length - 5] = 0x7f;
    assertThatIOException().isThrownBy(() -> open(longer)).withMessageContaining("damaged");
    assertThatIOException()
        .isThrownBy(() ->
            RemoteSegment.open(
                "segment/x.parquet",
                bytes.length,
                "01JD0000000000000000000001",
                ranges ->
                    ranges.stream()
                        .map(range ->
                            Arrays.copyOfRange(
                                bytes, (int) range.offset(), (int) range.offset() + range.bytes()))
                        .toList()))
        .withMessageContaining("belongs to workspace");
  }

  private void requireRightOrAFailure(byte[] bytes, String session, List<Entry> right) {
    List<Entry> told;
    try {
      told = open(bytes).session(session);
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("segment/x.parquet");
      return;
    }
    assertThat(told).as(session).isEqualTo(right);
  }

  /** Whatever byte is wrong: the right events, or an exception that says which segment it is. */
  @Property(tries = 60, shrinking = ShrinkingMode.OFF)
  void neverTellsAnythingElseOfADamagedSegment(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    List<Row> rows = interleaved(3, 60);
    byte[] bytes = SegmentWriter.write(WORKSPACE, rows);
    for (int i = 0; i < 3; i++) {
      bytes[bytes.length - 1 - random.nextInt(20_000)] ^= (byte) (1 << random.nextInt(8));
    }
    requireRightOrAFailure(bytes, "session-101", entries(rows, "session-101"));
  }

  /** Where the bounds of sessions are, of row groups and of pages. */
  private static List<Integer> bounds(byte[] bytes) throws IOException {
    TreeSet<Integer> places = new TreeSet<>();
    SegmentInput.OfBytes input = new SegmentInput.OfBytes(bytes);
    ZstdCodecs codecs = new ZstdCodecs();
    try (SeekableInputStream in = input.newStream()) {
      ParquetMetadata footer = SegmentReader.footer(input, in, WORKSPACE, codecs);
      assertThat(footer.getBlocks().size()).isGreaterThan(2);
      int footerLength =
          ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(bytes.length - 8);
      for (BlockMetaData group : footer.getBlocks()) {
        ColumnChunkMetaData chunk = SessionBounds.chunk(group, Column.SESSION);
        for (byte[] bound :
            List.of(chunk.getStatistics().getMinBytes(), chunk.getStatistics().getMaxBytes())) {
          for (int at = bytes.length - 8 - footerLength; at + bound.length < bytes.length; at++) {
            if (Arrays.equals(bytes, at, at + bound.length, bound, 0, bound.length)) {
              IntStream.range(at - 1, at + bound.length).forEach(places::add);
            }
          }
        }
        IndexReference index = chunk.getColumnIndexReference();
        int from = (int) index.getOffset();
        IntStream.range(from, from + index.getLength()).forEach(places::add);
      }
    } finally {
      codecs.release();
    }
    return List.copyOf(places);
  }

  @Test
  void believesNoBound() throws IOException {
    List<Row> rows = interleaved(7, 400);
    byte[] sound = Rows.write(rows, 600_000);
    List<Integer> places = bounds(sound);
    assertThat(places).hasSizeGreaterThan(100);
    List<String> sessions = List.of("session-100", "session-103", "session-106", "session-103x");
    Map<String, List<Entry>> right = new HashMap<>();
    for (String session : sessions) {
      right.put(session, entries(rows, session));
    }
    Random random = new Random(5);
    for (int place : places) {
      byte[] bytes = sound.clone();
      bytes[place] ^= (byte) (1 << random.nextInt(8));
      String session = sessions.get(random.nextInt(sessions.size()));
      requireRightOrAFailure(bytes, session, right.get(session));
    }
  }

  /** Where the pages of a column are, and which rows they hold, is under no checksum either. */
  @Test
  void believesNoRowNumber() throws IOException {
    List<Row> rows = interleaved(3, 400);
    byte[] sound = Rows.write(rows, 900_000);
    int footerLength =
        ByteBuffer.wrap(sound).order(ByteOrder.LITTLE_ENDIAN).getInt(sound.length - 8);
    List<Entry> right = entries(rows, "session-101");
    Random random = new Random(5);
    for (int i = 0; i < 120; i++) {
      byte[] bytes = sound.clone();
      bytes[sound.length - 9 - footerLength - random.nextInt(8_000)] ^=
          (byte) (1 << random.nextInt(8));
      requireRightOrAFailure(bytes, "session-101", right);
    }
  }
}
