package dev.daybook.internal.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.daybook.event.EventId;
import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent.ToolCallStarted;
import dev.daybook.internal.entry.Row;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackedIndexTest {
  @TempDir Path folder;

  @Test
  void documentNumbersAreRowNumbersAndIdentitiesAreFound() throws IOException {
    List<Row> rows =
        new ArrayList<>(
            IntStream.range(0, 3_000).mapToObj(n -> TestRows.text(n, "row number " + n)).toList());
    Collections.shuffle(rows, new Random(7));

    try (PackedIndex index = TestRows.index(folder, rows)) {
      assertThat(index.rows()).isEqualTo(3_000);
      var stored = index.reader().storedFields();
      for (int row = 0; row < rows.size(); row++) {
        assertThat(index.table().id(row)).isEqualTo(rows.get(row).id());
        assertThat(index.table().rowOf(rows.get(row).id())).isEqualTo(row);
        var hit = stored.document(row).getBinaryValue(RowDocument.HIT);
        assertThat(StoredHit.decode(hit).text()).isEqualTo(rows.get(row).text());
      }
      assertThat(index.table().rowOf(TestRows.id(3_000))).isEqualTo(-1);
      assertThat(index.table().rowOf(EventId.NONE)).isEqualTo(-1);
    }
  }

  @Test
  void remembersWhichStartedCallsHaveEnded() throws IOException {
    EventId elsewhere = TestRows.id(900);
    List<Row> rows =
        List.of(
            TestRows.row(0, new ToolCallStarted("bash", "make")),
            TestRows.row(1, new ToolCallStarted("bash", "make test")),
            TestRows.row(2, "a", "s", "", TestRows.id(0), ToolCall.of("bash", "make")),
            TestRows.row(3, "a", "s", "", elsewhere, ToolCall.of("bash", "make")));

    try (PackedIndex index = TestRows.index(folder, rows)) {
      assertThat(index.table().endedStarts()).containsExactly(0);
      assertThat(index.table().openStarts()).containsOnlyKeys(TestRows.id(1)).containsValue(1);
      assertThat(index.table().ends()).containsExactly(2);
      assertThat(index.table().foreignEnds()).containsExactly(new RowTable.Foreign(elsewhere, 3));
    }
  }

  @Test
  void anEmptySegmentHasAnIndex() throws IOException {
    try (PackedIndex index = TestRows.index(folder, List.of())) {
      assertThat(index.rows()).isZero();
      assertThat(index.table().rowOf(TestRows.id(1))).isEqualTo(-1);
    }
  }

  @Test
  void buildsAFileAndLeavesNothingBesideIt() throws IOException {
    Path file = folder.resolve("big.lucene");
    SegmentIndexWriter.build(TestRows.texts("one", "two"), file);

    assertThat(folder).isDirectoryContaining(path -> path.equals(file));
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
    try (PackedIndex index = PackedIndex.open(file)) {
      assertThat(index.rows()).isEqualTo(2);
    }
  }

  @Test
  void everyCutIsNoticed() throws IOException {
    byte[] whole = SegmentIndexWriter.build(TestRows.texts("one", "two"));
    for (int length = 0; length < whole.length; length += 1 + length / 7) {
      Path cut = Files.write(folder.resolve("cut"), java.util.Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> PackedIndex.open(cut))
          .as("cut to %s of %s", length, whole.length)
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void everyFlippedBitIsNoticed() throws IOException {
    byte[] whole = SegmentIndexWriter.build(TestRows.texts("one", "two"));
    int ends = 40;
    for (int at = 0; at < whole.length; at += at < ends || at >= whole.length - ends ? 1 : 29) {
      for (int bit = 0; bit < 8; bit += at < ends || at > whole.length - ends ? 1 : 5) {
        byte[] damaged = whole.clone();
        damaged[at] ^= (byte) (1 << bit);
        Path file = Files.write(folder.resolve("flipped"), damaged);
        assertThat(catchThrowable(() -> PackedIndex.open(file).close()))
            .as("bit %s of byte %s of %s flipped", bit, at, whole.length)
            .isInstanceOf(IOException.class);
      }
    }
  }

  @Test
  void saysWhyItCannotBeUsed() throws IOException {
    Path file = Files.write(folder.resolve("x"), new byte[100]);
    assertThatThrownBy(() -> PackedIndex.open(file))
        .hasMessageContaining(file.toString())
        .hasMessageEndingWith(
            "does not begin with the mark of a packed index; rebuild it from its segments");

    ByteArrayOutputStream other = new ByteArrayOutputStream();
    new PackedFile.Writer(other, "{\"analysis\":99,\"lucene\":\"10.6.0\",\"rows\":0}").finish();
    Files.write(file, other.toByteArray());
    assertThatThrownBy(() -> PackedIndex.open(file))
        .hasMessageContaining(
            "has text analysis 99, this library searches with " + TextAnalysis.ANALYSIS_VERSION);
  }

  @Test
  void keepsNoOrderForRowsThatAreInIt() throws IOException {
    List<Row> rows = TestRows.texts("one", "two", "three");
    for (List<Row> given : List.of(rows, rows.reversed(), List.of(rows.get(0)))) {
      try (PackedFile file = PackedFile.open(TestRows.indexFile(folder, given));
          PackedIndex index = TestRows.index(folder, given)) {
        assertThat(file.parts().get(SegmentIndexWriter.ORDER).length())
            .isEqualTo(given.equals(rows.reversed()) ? 12 : 0);
        for (int row = 0; row < given.size(); row++) {
          assertThat(index.rowOf(given.get(row).id())).isEqualTo(row);
        }
        assertThat(index.rowOf(TestRows.id(7))).isEqualTo(-1);
      }
    }
  }
}
