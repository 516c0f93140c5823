package dev.daybook.internal.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.recall.Filter;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class TailIndexTest {
  @Test
  void rowsKeepTheirNumbersHoweverOftenTheyAreRead() throws IOException {
    try (TailIndex tail = new TailIndex(0)) {
      for (int n = 0; n < 150; n++) {
        assertThat(tail.add(List.of(TestRows.text(n, "event " + n)))).isEqualTo(n);
        tail.snapshot().reader().close();
      }
      TailIndex.Snapshot snapshot = tail.snapshot();
      try (var reader = snapshot.reader()) {
        assertThat(reader.leaves()).hasSizeLessThan(40);
        var stored = reader.storedFields();
        for (int row = 0; row < 150; row++) {
          var hit = stored.document(row).getBinaryValue(RowDocument.HIT);
          assertThat(StoredHit.decode(hit).text()).isEqualTo("event " + row);
          assertThat(snapshot.table().id(row)).isEqualTo(TestRows.id(row));
          assertThat(snapshot.table().rowOf(TestRows.id(row))).isEqualTo(row);
        }
      }
      assertThat(tail.rowOf(TestRows.id(149))).isEqualTo(149);
    }
  }

  @Test
  void aSearcherSeesTheRowsOfItsMomentOnly() throws IOException {
    try (TailIndex tail = new TailIndex(2)) {
      tail.add(TestRows.texts("one", "two"));
      try (Searcher before = Searcher.over(List.of(), tail)) {
        tail.add(List.of(TestRows.text(2, "three")));
        tail.addVectors(0, List.of(new float[] {1, 0}));

        assertThat(before.count(Filter.any())).isEqualTo(2);
        assertThat(before.lookup(TestRows.id(2))).isEmpty();
        try (Searcher after = Searcher.over(List.of(), tail)) {
          assertThat(after.count(Filter.any())).isEqualTo(3);
          assertThat(after.lookup(TestRows.id(2))).isPresent();
        }
      }
      assertThat(tail.rows()).isEqualTo(3);
    }
  }

  @Test
  void vectorsComeInAnyOrderOfRows() throws IOException {
    try (TailIndex tail = new TailIndex(2)) {
      tail.add(TestRows.texts("one", "two", "three"));
      tail.addVectors(2, List.of(new float[] {1, 0}, new float[] {0, 1}));
      TailIndex.Snapshot before = tail.snapshot();
      tail.addVectors(0, List.of(new float[] {0, 1}));
      TailIndex.Snapshot after = tail.snapshot();
      before.reader().close();
      after.reader().close();

      assertThat(before.vectors().has(0)).isFalse();
      assertThat(before.vectors().vectorsOf(2)).hasSize(2);
      assertThat(after.vectors().vectorsOf(0)).hasSize(1);
      assertThat(after.vectors().has(1)).isFalse();
      assertThat(after.vectors().rowsWithVector()).isEqualTo(2);
      assertThat(after.vectors().chunks()).isEqualTo(3);
    }
  }

  @Test
  void refusesVectorsItCannotPlace() throws IOException {
    try (TailIndex tail = new TailIndex(2)) {
      tail.add(TestRows.texts("one"));
      tail.addVectors(0, List.of(new float[] {1, 0}));

      assertThatThrownBy(() -> tail.addVectors(0, List.of(new float[] {1, 0})))
          .hasMessage("Row 0 has vectors already");
      assertThatThrownBy(() -> tail.addVectors(1, List.of(new float[] {1, 0})))
          .hasMessage("Tail has no row 1, only 1 rows");
      assertThatThrownBy(() -> tail.addVectors(0, List.of(new float[3])))
          .hasMessage("A vector has 3 components, the tail 2");
    }
  }
}
