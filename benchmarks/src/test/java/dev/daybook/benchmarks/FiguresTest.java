package dev.daybook.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FiguresTest {
  private static final Figure PLAIN =
      Figure.of("import", 1_000, "Daybook", "rate", 12_345.5, "events/s");

  @TempDir Path folder;

  @AfterEach
  void writeNoFile() {
    System.clearProperty(Figures.FILE);
  }

  @Test
  void holdsTheRatioToTheBarIfThereIsOne() {
    Figure slower = PLAIN.beside("SQLite", 0.5).atLeast(0.8);
    assertThat(slower.isMet()).contains(false);
    assertThat(slower.verdict()).isEqualTo(">= 0.80: missed");
    assertThat(PLAIN.atLeast(12_345).isMet()).contains(true);
    assertThat(PLAIN.atMost(12_345).isMet()).contains(false);
    assertThat(PLAIN.isMet()).isEmpty();
  }

  @Test
  void judgesNothingOfAHistoryShorterThanTheBarIsFor() {
    Figure held = PLAIN.atLeast(99_999).noting("one thread");
    assertThat(held.judgedFrom(1_000)).isEqualTo(held);
    Figure unjudged = held.judgedFrom(100_000);
    assertThat(unjudged.isMet()).isEmpty();
    assertThat(unjudged.note()).isEqualTo("one thread; not judged below 100,000 events");
    assertThat(PLAIN.atLeast(1).judgedFrom(2_000).note())
        .isEqualTo("not judged below 2,000 events");
    assertThat(PLAIN.judgedFrom(2_000)).as("no bar to be dropped").isEqualTo(PLAIN);
  }

  @Test
  void asMuchAsABarOfMoreThanThatMissesIt() {
    assertThat(PLAIN.beside("other", 1).moreThan(1).verdict()).isEqualTo("> 1: missed");
    assertThat(PLAIN.beside("other", 1.0001).moreThan(1).verdict()).isEqualTo("> 1: met");
    assertThat(PLAIN.beside("other", 1).atLeast(1).verdict()).isEqualTo(">= 1: met");
  }

  @Test
  void meetsNoBarWithWhatIsNotANumber() {
    Figure none = Figure.of("import", 1, "Daybook", "rate", Double.NaN, "");
    assertThat(none.atLeast(0).isMet()).contains(false);
    assertThat(none.atMost(0).isMet()).contains(false);
  }

  @Test
  void doesWithoutARatioToNobody() {
    assertThatThrownBy(() -> PLAIN.beside("", 2)).hasMessageContaining("rate");
  }

  @Test
  void readsBackEveryPartOfWhatItWrote() throws Exception {
    Path file = folder.resolve("figures.jsonl");
    System.setProperty(Figures.FILE, file.toString());
    Figures figures = new Figures();
    figures.add(PLAIN);
    figures.add(PLAIN.beside("SQLite", 2).atLeast(3).noting("does not fsync"));
    figures.add(PLAIN.atMost(7));
    assertThat(Figures.read(file)).isEqualTo(figures.all()).hasSize(3);
    assertThat(Figures.read(folder.resolve("nothing"))).isEmpty();
    assertThat(figures.all().get(1).ratio()).isEqualTo(Optional.of(2.0));
  }

  @Test
  void writesNumbersWithThreeDigitsThatMatter() {
    assertThat(Figure.plain(1_234_567.8)).isEqualTo("1,234,568");
    assertThat(Figure.plain(123.4)).isEqualTo("123");
    assertThat(Figure.plain(12.34)).isEqualTo("12.3");
    assertThat(Figure.plain(1.234)).isEqualTo("1.23");
    assertThat(Figure.plain(0.01234)).isEqualTo("0.0123");
    assertThat(Figure.plain(7)).isEqualTo("7");
  }
}
