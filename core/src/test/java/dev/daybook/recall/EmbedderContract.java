package dev.daybook.recall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What every {@link Embedder} promises; a subclass per implementation runs it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class EmbedderContract {
  private static final List<String> TEXTS =
      List.of(
          "The build failed with exit code 1.",
          "a",
          "",
          "   \n\t ",
          "java.lang.NullPointerException at dev/daybook/Plan.java:42",
          "Überprüfung der Änderung: café, naïve, 日本語, 🙂",
          "unpaired \ud83d surrogate \ude00",
          "word ".repeat(2_000),
          "x".repeat(5_000),
          "control\u0000characters\u0007and\u200bformat\ufffd",
          "!?.,;:(){}[]",
          "the same text", // twice: the second answer may come from a cache
          "the same text");

  private Embedder embedder;

  /** Opens a fresh embedder; the contract closes it. */
  protected abstract Embedder open();

  @BeforeAll
  void openShared() {
    embedder = open();
  }

  @AfterAll
  void closeShared() {
    embedder.close();
  }

  @Test
  void isPresentAndNamesItsModel() {
    assertThat(embedder.isPresent()).isTrue();
    assertThat(embedder.modelKey()).matches("[a-z0-9-]{1,64}");
    assertThat(embedder.dimension()).isPositive();
    assertThat(embedder.maxTokens()).isPositive();
  }

  @Test
  void vectorsHaveUnitLengthForAnyText() {
    List<float[]> vectors = embedder.embedDocuments(TEXTS);

    assertThat(vectors).hasSameSizeAs(TEXTS);
    for (int i = 0; i < TEXTS.size(); i++) {
      assertUnitLength(vectors.get(i), TEXTS.get(i));
      assertUnitLength(embedder.embedQuery(TEXTS.get(i)), TEXTS.get(i));
    }
  }

  @Test
  void noTextsGiveNoVectors() {
    assertThat(embedder.embedDocuments(List.of())).isEmpty();
  }

  @Test
  void vectorDoesNotDependOnBatchMates() {
    try (Embedder fresh = open()) {
      List<float[]> together = embedder.embedDocuments(TEXTS);
      List<String> reversed = new ArrayList<>(TEXTS);
      Collections.reverse(reversed);
      List<float[]> otherOrder = fresh.embedDocuments(reversed);

      for (int i = 0; i < TEXTS.size(); i++) {
        assertThat(otherOrder.get(TEXTS.size() - 1 - i)).isEqualTo(together.get(i));
      }
    }
    try (Embedder fresh = open()) {
      assertThat(fresh.embedDocuments(List.of(TEXTS.getFirst())).getFirst())
          .isEqualTo(embedder.embedDocuments(TEXTS).getFirst());
    }
  }

  @Test
  void vectorsHandedOutBelongToTheCaller() {
    float[] before = embedder.embedDocuments(List.of("a vector to spoil")).getFirst();
    float[] kept = before.clone();
    before[0] = 99;

    assertThat(embedder.embedDocuments(List.of("a vector to spoil")).getFirst()).isEqualTo(kept);
  }

  @Test
  void threadsGetTheVectorsASingleThreadGets() throws Exception {
    List<String> texts = IntStream.range(0, 24).mapToObj(i -> "step " + i + " of many").toList();
    List<float[]> expected;
    try (Embedder fresh = open()) {
      expected = fresh.embedDocuments(texts);
    }

    int threads = 8;
    CyclicBarrier start = new CyclicBarrier(threads);
    try (Embedder fresh = open();
        var executor = Executors.newFixedThreadPool(threads)) {
      List<Callable<Boolean>> calls = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        List<Integer> order = new ArrayList<>(IntStream.range(0, texts.size()).boxed().toList());
        Collections.shuffle(order, new Random(t));
        calls.add(() -> {
          start.await();
          List<float[]> vectors = fresh.embedDocuments(order.stream().map(texts::get).toList());
          for (int i = 0; i < order.size(); i++) {
            assertThat(vectors.get(i)).isEqualTo(expected.get(order.get(i)));
          }
          return true;
        });
      }
      for (var call : executor.invokeAll(calls)) {
        assertThat(call.get()).isTrue();
      }
    }
  }

  @Test
  void splitKeepsEverythingInOrderWhenThereIsRoom() {
    for (String text : TEXTS) {
      List<String> pieces = embedder.split(text, 5, Integer.MAX_VALUE);

      int from = 0;
      for (String piece : pieces) {
        assertThat(piece).isNotBlank();
        int at = text.indexOf(piece, from);
        assertThat(at).as("'%s' in '%s' from %s", piece, text, from).isNotNegative();
        assertThat(text.substring(from, at)).isBlank();
        from = at + piece.length();
      }
      assertThat(text.substring(from)).isBlank();
    }
  }

  @Test
  void splitStopsAtTheWantedNumberOfPieces() {
    String text = "one two three four five six seven eight nine ten";
    List<String> all = embedder.split(text, 3, Integer.MAX_VALUE);

    assertThat(all).hasSizeGreaterThan(2);
    assertThat(embedder.split(text, 3, 2)).isEqualTo(all.subList(0, 2));
    assertThat(embedder.split("short", embedder.maxTokens(), 4)).containsExactly("short");
    assertThat(embedder.split("", 3, 2)).isEmpty();
  }

  @Test
  void splitRefusesLimitsBelowOne() {
    assertThatThrownBy(() -> embedder.split("text", 0, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("tokensMax is 0");
    assertThatThrownBy(() -> embedder.split("text", 1, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("chunksMax is -1");
  }

  @Test
  void refusesToEmbedOnceClosed() {
    Embedder closed = open();
    float[] kept = closed.embedQuery("kept");
    closed.close();
    closed.close();

    assertUnitLength(kept, "kept");
    assertThatThrownBy(() -> closed.embedQuery("kept"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
    assertThatThrownBy(() -> closed.embedDocuments(List.of("kept")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  private void assertUnitLength(float[] vector, String text) {
    assertThat(vector).hasSize(embedder.dimension());
    double squares = 0;
    for (float component : vector) {
      assertThat(component).isFinite();
      squares += (double) component * component;
    }
    assertThat(Math.sqrt(squares)).as("length of the vector of '%s'", text).isBetween(0.999, 1.001);
  }
}
