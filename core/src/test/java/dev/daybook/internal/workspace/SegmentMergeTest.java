package dev.daybook.internal.workspace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.event.Actor;
import dev.daybook.event.Envelope;
import dev.daybook.event.EventId;
import dev.daybook.event.SessionId;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.event.Vcs;
import dev.daybook.internal.entry.Masker;
import dev.daybook.internal.entry.Row;
import dev.daybook.internal.manifest.Balance;
import dev.daybook.internal.segment.SegmentReader;
import dev.daybook.internal.segment.SegmentWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SegmentMergeTest {
  private static final String WORKSPACE = "01JD0000000000000000000000";
  private static final Instant START = Instant.parse("2026-03-01T10:00:00Z");

  private static Row row(int n) {
    return Row.of(
        Masker.NONE.event(
            new Envelope(
                new EventId(1, n),
                Envelope.Stream.TRACE,
                START.plusMillis(n),
                START.plusMillis(n),
                Actor.agent("coder-7"),
                SessionId.of("session-" + n % 3),
                SessionId.NONE,
                "",
                EventId.NONE,
                "",
                "",
                "",
                Vcs.NONE,
                Map.of(),
                0),
            Observation.of("event number " + n)));
  }

  private static SegmentReader segment(List<Row> rows) throws IOException {
    return SegmentReader.open(SegmentWriter.write(WORKSPACE, rows), WORKSPACE);
  }

  /** Whatever segment a row was in, the merged one is what writing all rows at once gives. */
  @Property(tries = 50)
  void givesTheBytesOfOneSegmentOfAllRows(
      @ForAll @Size(max = 200) List<@IntRange(max = 4) Integer> segmentOf) throws IOException {
    List<List<Row>> parts = new ArrayList<>();
    List<Row> all = new ArrayList<>();
    for (int part = 0; part < 5; part++) {
      parts.add(new ArrayList<>());
    }
    for (int n = 0; n < segmentOf.size(); n++) {
      parts.get(segmentOf.get(n)).add(row(n));
      all.add(row(n));
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    List<Row> handedOn = new ArrayList<>();
    List<List<Row>> sources = new ArrayList<>();
    try (SegmentWriter writer = SegmentWriter.open(WORKSPACE, out);
        SegmentMerge merge = new SegmentMerge(writer, done -> {})) {
      for (List<Row> part : parts) {
        SegmentReader reader = segment(part);
        List<Row> inOrder = new ArrayList<>();
        reader.forEach(inOrder::add);
        sources.add(inOrder);
        merge.add(reader.rows(), reader.rowCount());
      }
      merge.forEach(handedOn::add);
      writer.finish();
      assertThat(merge.balance()).isEqualTo(Balance.of(all.stream().map(Row::id).toList()));
      assertThat(merge.planRows()).isZero();
      for (int part = 0; part < parts.size(); part++) {
        int[] newRow = merge.newRows().get(part);
        assertThat(newRow).hasSize(parts.get(part).size());
        for (int row = 0; row < newRow.length; row++) {
          assertThat(handedOn.get(newRow[row])).isEqualTo(sources.get(part).get(row));
        }
      }
    }
    assertThat(out.toByteArray()).isEqualTo(SegmentWriter.write(WORKSPACE, all));
    assertThat(handedOn).isSortedAccordingTo(SegmentWriter.ORDER).hasSameSizeAs(all);
  }

  @Test
  void saysHowFarItHasComeAndEndsWhenThatThrows() throws IOException {
    List<Row> rows = new ArrayList<>();
    for (int n = 0; n < 5_000; n++) {
      rows.add(row(n));
    }
    List<Long> told = new ArrayList<>();
    IllegalStateException enough = new IllegalStateException("enough");
    try (SegmentWriter writer = SegmentWriter.open(WORKSPACE, new ByteArrayOutputStream());
        SegmentMerge merge =
            new SegmentMerge(
                writer,
                done -> {
                  told.add(done);
                  if (done > 3_000) {
                    throw enough;
                  }
                })) {
      SegmentReader reader = segment(rows);
      merge.add(reader.rows(), reader.rowCount());
      try {
        merge.forEach(row -> {});
        throw new AssertionError("It went on");
      } catch (IllegalStateException e) {
        assertThat(e).isSameAs(enough);
      }
    }
    assertThat(told).containsExactly(1_024L, 2_048L, 3_072L);
  }
}
