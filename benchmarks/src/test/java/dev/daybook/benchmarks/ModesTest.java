package dev.daybook.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.benchmarks.ModesSuite.Embedding;
import dev.daybook.benchmarks.ModesSuite.Mode;
import dev.daybook.benchmarks.ModesSuite.VectorModule;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The modes that most differ, each in a JVM of its own; {@code benchmarks/run modes} runs all on
 * every JDK there is.
 */
class ModesTest {
  @TempDir Path folder;

  @Test
  void recallWorksInEveryModeAndSaysWhatItLacks() throws Exception {
    Path jdk = Path.of(System.getProperty("java.home"));
    for (Mode mode :
        List.of(
            new Mode(jdk, VectorModule.ADDED, Embedding.WHOLE),
            new Mode(jdk, VectorModule.ABSENT, Embedding.WHOLE),
            new Mode(jdk, VectorModule.ABSENT, Embedding.WITHOUT_RUNTIME))) {
      ModesProcess.Answer answer = mode.run(folder);

      assertThat(mode.wrong(answer)).as("%s: %s", mode, answer).isEmpty();
    }
  }

  @Test
  void eachPartOfAnAnswerIsLookedAt() {
    Mode whole = new Mode(Path.of(""), VectorModule.ADDED, Embedding.WHOLE);
    Mode without = new Mode(Path.of(""), VectorModule.ABSENT, Embedding.WITHOUT_RUNTIME);
    var good =
        new ModesProcess.Answer("25", "lexical+vector", "", "right", "right", List.of(), List.of());
    var silent = new ModesProcess.Answer("25", "lexical", "", "none", "none", List.of(), List.of());

    assertThat(whole.wrong(good)).isEmpty();
    assertThat(without.wrong(good)).containsExactly("legs", "note", "log", "meaning");
    assertThat(without.wrong(silent)).containsExactly("note", "log", "words");
    assertThat(whole.wrong(silent)).containsExactly("legs", "words", "meaning");
  }
}
