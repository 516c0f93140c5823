package dev.daybook.internal.segment;

import static dev.daybook.internal.segment.Rows.WORKSPACE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.event.Actor;
import dev.daybook.event.Envelope;
import dev.daybook.event.EventId;
import dev.daybook.event.SessionId;
import dev.daybook.event.ToolCall;
import dev.daybook.event.Vcs;
import dev.daybook.internal.entry.Promoted;
import dev.daybook.internal.entry.Row;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;

class SegmentProperties {
  @Property(tries = 40, shrinking = ShrinkingMode.OFF)
  void givesBackAnyRows(@ForAll("rows") List<Row> rows) throws IOException {
    List<Row> sorted = rows.stream().sorted(SegmentWriter.ORDER).toList();
    SegmentReader reader = SegmentReader.open(SegmentWriter.write(WORKSPACE, rows), WORKSPACE);
    List<Row> read = new ArrayList<>();
    reader.forEach(read::add);
    assertThat(read).isEqualTo(sorted);
    assertThat(reader.ids()).isEqualTo(sorted.stream().map(Row::id).toList());
  }

  @Property(tries = 20, shrinking = ShrinkingMode.OFF)
  void locatesWhatCameAfterAState(
      @ForAll @IntRange(min = 1, max = 2_000) int count,
      @ForAll @IntRange(min = 20_000, max = 2_000_000) int rowGroupBytes,
      @ForAll @IntRange(min = 0, max = 2_000) int version,
      @ForAll @IntRange(min = 0, max = 7) int manifest,
      @ForAll long seed)
      throws IOException {
    List<Row> rows =
        Rows.some(count, new Random(seed)).stream().sorted(SegmentWriter.ORDER).toList();
    SegmentReader reader = SegmentReader.open(Rows.write(rows, rowGroupBytes), WORKSPACE);
    List<SegmentReader.Located> expected = new ArrayList<>();
    for (int number = 0; number < rows.size(); number++) {
      Row row = rows.get(number);
      long planVersion = row.envelope().planVersion();
      if (planVersion > 0 ? planVersion > version : row.manifest() > manifest) {
        expected.add(
            new SegmentReader.Located(number, row.id(), planVersion, row.manifest(), row.place()));
      }
    }
    List<SegmentReader.Located> located = new ArrayList<>();
    reader.forEachLocated(version, manifest, located::add);
    assertThat(located).isEqualTo(expected);
  }

  @Property(tries = 20, shrinking = ShrinkingMode.OFF)
  void readsTheSameByNumberAsInAScan(
      @ForAll @IntRange(min = 1, max = 3_000) int count,
      @ForAll @IntRange(min = 1, max = 200) int oneIn,
      @ForAll @IntRange(min = 20_000, max = 2_000_000) int rowGroupBytes,
      @ForAll long seed)
      throws IOException {
    Random random = new Random(seed);
    List<Row> rows = Rows.some(count, random).stream().sorted(SegmentWriter.ORDER).toList();
    SegmentReader reader = SegmentReader.open(Rows.write(rows, rowGroupBytes), WORKSPACE);
    int[] numbers = random.ints(0, count).limit(1 + count / oneIn).distinct().sorted().toArray();
    List<Row> expected = new ArrayList<>();
    for (int number : numbers) {
      expected.add(rows.get(number));
    }
    assertThat(reader.rows(numbers).equals(expected)).isTrue();
    int last = count - 1;
    assertThat(reader.rows(new int[] {last})).containsExactly(rows.get(last));
  }

  @Provide
  Arbitrary<List<Row>> rows() {
    return row().list().ofMaxSize(60).uniqueElements(Row::id);
  }

  private static Arbitrary<Row> row() {
    Arbitrary<Promoted> promoted =
        Combinators.combine(
                text(),
                Arbitraries.frequencyOf(
                    net.jqwik.api.Tuple.of(1, Arbitraries.just(ToolCall.NO_EXIT_CODE)),
                    net.jqwik.api.Tuple.of(2, Arbitraries.integers())),
                Arbitraries.longs().greaterOrEqual(-1),
                text().list().ofMaxSize(4),
                text(),
                text())
            .as((tool, exit, micros, paths, status, approach) ->
                new Promoted(
                    tool, status, exit, micros, tool, tool, paths, status, tool, tool, approach));
    return Combinators.combine(
            envelope(),
            text(),
            Arbitraries.integers(),
            promoted,
            text(),
            text(),
            Arbitraries.longs(),
            place())
        .as(Row::new);
  }

  private static Arbitrary<Row.Place> place() {
    return Arbitraries.oneOf(
        Arbitraries.just(Row.Place.NONE),
        Combinators.combine(
                text().filter(log -> !log.isEmpty()),
                Arbitraries.longs().greaterOrEqual(1),
                Arbitraries.integers().greaterOrEqual(0))
            .as(Row.Place::new));
  }

  private static Arbitrary<Envelope> envelope() {
    Arbitrary<EventId> ids =
        Combinators.combine(Arbitraries.longs(), Arbitraries.longs()).as(EventId::new);
    Arbitrary<Instant> times =
        Arbitraries.longs()
            .map(micros ->
                Instant.ofEpochSecond(
                    Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000));
    Arbitrary<String> names = Arbitraries.strings().alpha().ofMinLength(1).ofMaxLength(3);
    Arbitrary<Map<String, String>> labels = Arbitraries.maps(text(), text()).ofMaxSize(3);
    return Combinators.combine(
            ids,
            times,
            times,
            names.optional(),
            ids,
            text(),
            labels,
            Arbitraries.longs().greaterOrEqual(0))
        .as((id, time, recorded, session, cause, text, pairs, version) ->
            new Envelope(
                id,
                version > 0 ? Envelope.Stream.PLAN : Envelope.Stream.TRACE,
                time,
                recorded,
                new Actor(Actor.Kind.SYSTEM, "job", text, text, text, text),
                session.map(SessionId::of).orElse(SessionId.NONE),
                session.map(SessionId::of).orElse(SessionId.NONE),
                text,
                cause,
                text,
                text,
                text,
                new Vcs(text, text, text, text, Vcs.State.CLEAN),
                new TreeMap<>(pairs),
                version));
  }

  /** Often empty, and of any characters but halves of surrogate pairs. */
  private static Arbitrary<String> text() {
    return Arbitraries.oneOf(
        Arbitraries.of("", "", "same", "\u0000", "日本語", "😀 \"x\" \\ \n"),
        Arbitraries.strings()
            .ofMaxLength(30)
            .filter(text -> text.chars().noneMatch(c -> Character.isSurrogate((char) c))));
  }
}
