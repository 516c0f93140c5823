package dev.daybook.embedding.minilm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.recall.Embedder;
import dev.daybook.recall.EmbedderContract;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class MiniLmEmbedderTest extends EmbedderContract {
  private MiniLmEmbedder miniLm;

  @Override
  protected Embedder open() {
    return MiniLmEmbedder.load();
  }

  @BeforeAll
  void load() {
    miniLm = MiniLmEmbedder.load();
  }

  @AfterAll
  void close() {
    miniLm.close();
  }

  @Test
  void namesItsModelAndLimits() {
    assertThat(miniLm.modelKey()).matches("minilm-l6-v2-int8-[0-9a-f]{8}");
    assertThat(miniLm.dimension()).isEqualTo(384);
    assertThat(miniLm.maxTokens()).isEqualTo(126);
  }

  @Test
  void relatedSentencesAreNearerThanUnrelatedOnes() {
    record Triple(String sentence, String related, String unrelated) {}
    List<Triple> triples =
        List.of(
            new Triple(
                "How do I retry a failed upload?",
                "Repeat the transfer when it breaks.",
                "The cat sleeps on the sofa."),
            new Triple(
                "The login page crashes for new users",
                "Signing in fails with an error on first registration",
                "Rename the billing table's primary key"),
            new Triple(
                "delete temporary files after the run",
                "clean up scratch data once the job is finished",
                "add a dark theme to the settings dialog"),
            new Triple(
                "A man is playing a guitar.",
                "Someone performs music on a string instrument.",
                "Stock prices fell sharply on Monday."),
            new Triple(
                "tests are flaky because of a race condition",
                "two threads interfere, so the suite sometimes fails",
                "the documentation has a typo in the introduction"));
    for (Triple triple : triples) {
      float[] sentence = miniLm.embedQuery(triple.sentence());
      List<float[]> others = miniLm.embedDocuments(List.of(triple.related(), triple.unrelated()));

      assertThat(dot(sentence, others.get(0)))
          .as("%s", triple)
          .isGreaterThan(dot(sentence, others.get(1)) + 0.2);
    }
  }

  @Test
  void ranksTheAnswerFirstThoughItSharesNoWordWithTheQuestion() {
    String question = "automobile ignition problems";
    List<String> documents = new ArrayList<>();
    documents.add("The car's engine stays silent when its key is turned.");
    documents.addAll(
        List.of(
            "The build fails because a semicolon is missing.",
            "Use a connection pool for database access.",
            "The recipe needs two eggs and some flour.",
            "Our flight to Lisbon was delayed by three hours.",
            "Increase the heap if the indexer runs out of memory.",
            "She planted tulips along the garden fence.",
            "Migrate the schema before deploying the service.",
            "The committee approved next year's budget.",
            "Rotate the access keys every ninety days.",
            "Heavy rain is expected in the mountains.",
            "Parse the dates with the time zone of the user.",
            "He plays the violin in a small orchestra.",
            "The cache returns stale entries after a failover.",
            "Vaccines protect children against measles.",
            "Replace the deprecated method in the parser.",
            "The museum is closed on Mondays.",
            "Compress log files older than a week.",
            "The bridge was built in the nineteenth century.",
            "Retry the request with exponential backoff.",
            "Water boils at a lower temperature at altitude."));
    assertThat(documents).hasSize(21);
    assertThat(words(documents.getFirst())).doesNotContainAnyElementsOf(words(question));
    float[] asked = miniLm.embedQuery(question);
    List<float[]> vectors = miniLm.embedDocuments(documents);

    double answer = dot(asked, vectors.getFirst());
    for (int i = 1; i < documents.size(); i++) {
      assertThat(dot(asked, vectors.get(i))).as(documents.get(i)).isLessThan(answer - 0.05);
    }
  }

  @Test
  void questionsAndDocumentsAreAlike() {
    assertThat(miniLm.embedQuery("one text"))
        .isEqualTo(miniLm.embedDocuments(List.of("one text")).getFirst());
  }

  @Test
  void looksAtTheFirstTokensOnly() {
    String head = "word ".repeat(miniLm.maxTokens());

    assertThat(miniLm.embedQuery(head + "and more")).isEqualTo(miniLm.embedQuery(head));
    assertThat(miniLm.embedQuery("word " + "and more")).isNotEqualTo(miniLm.embedQuery("word"));
  }

  @Test
  void closingStopsCallsUnderWayWithoutHarm() throws Exception {
    MiniLmEmbedder closing = MiniLmEmbedder.load();
    CountDownLatch running = new CountDownLatch(4);
    try (var executor = Executors.newFixedThreadPool(4)) {
      List<Future<?>> calls = new ArrayList<>();
      for (int caller = 0; caller < 4; caller++) {
        String name = "caller " + caller;
        calls.add(
            executor.submit(() -> {
              for (int i = 0; ; i++) {
                closing.embedDocuments(List.of(name + " first " + i, name + " second " + i));
                running.countDown();
              }
            }));
      }
      assertThat(running.await(30, TimeUnit.SECONDS)).isTrue();
      closing.close();

      for (Future<?> call : calls) {
        assertThatThrownBy(() -> call.get(30, TimeUnit.SECONDS))
            .isInstanceOf(ExecutionException.class)
            .cause()
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("closed");
      }
    }
  }

  private static List<String> words(String text) {
    return List.of(text.toLowerCase(Locale.ROOT).split("\\W+", -1));
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
