package dev.daybook.internal.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.event.PlanEvent.DecisionMade;
import dev.daybook.event.ToolCall;
import dev.daybook.internal.entry.Row;
import dev.daybook.recall.Embedder;
import dev.daybook.recall.WordVectorTestEmbedder;
import java.util.List;
import org.junit.jupiter.api.Test;

class EmbeddingTextTest {
  private final Embedder embedder = new WordVectorTestEmbedder();

  private List<String> chunks(Row row) {
    List<String> chunks = EmbeddingText.chunks(row, embedder);
    for (String chunk : chunks) {
      assertThat(embedder.split(chunk, EmbeddingText.TOKENS_MAX, 9)).hasSize(1);
    }
    return chunks;
  }

  @Test
  void aShortCallIsOnePieceWithFilesAndErrorInFront() {
    Row row =
        TestRows.row(
            0,
            ToolCall.of("bash", "mvn verify")
                .softFail("java.lang.IllegalStateException: key expired")
                .touching("auth/Token.java"));

    assertThat(chunks(row)).hasSize(1);
    assertThat(chunks(row).getFirst())
        .startsWith(
            "auth/Token.java soft fail java.lang.IllegalStateException: key expired\n"
                + "bash mvn verify");
  }

  @Test
  void aLongCallGivesItsHeadAndItsTail() {
    Row row =
        TestRows.row(
            0,
            ToolCall.of("bash", "make")
                .output(
                    "first line\n" + "noise of the build\n".repeat(200) + "last: Exception in main")
                .outcome(dev.daybook.event.CallOutcome.SOFT_FAIL));

    List<String> chunks = chunks(row);

    assertThat(chunks).hasSize(2);
    assertThat(chunks.getFirst()).contains("bash make").contains("first line");
    assertThat(chunks.getLast()).endsWith("last: Exception in main");
  }

  @Test
  void theTailFitsHoweverManyTokensItHas() {
    Row row = TestRows.row(0, ToolCall.of("bash", "x").output("a ".repeat(500) + "; ".repeat(600)));

    assertThat(chunks(row)).hasSize(2);
  }

  @Test
  void otherEventsGiveUpToFourPieces() {
    assertThat(chunks(TestRows.text(0, "word ".repeat(5_000)))).hasSize(4);
    assertThat(chunks(TestRows.text(0, "few words"))).containsExactly("few words");
    assertThat(chunks(TestRows.row(0, DecisionMade.of("Sign with JWTs"))).getFirst())
        .startsWith("decision: Sign with JWTs");
  }

  @Test
  void withoutAnEmbedderThereIsNothingToEmbed() {
    assertThat(EmbeddingText.chunks(TestRows.text(0, "few words"), Embedder.none())).isEmpty();
  }
}
