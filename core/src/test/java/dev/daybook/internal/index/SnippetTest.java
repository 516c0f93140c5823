package dev.daybook.internal.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SnippetTest {
  private final TextAnalysis analysis = new TextAnalysis();

  @Test
  void aShortTextIsShownWhole() {
    assertThat(Snippet.of(" all of it \n", Set.of("it"), analysis)).isEqualTo("all of it");
  }

  @Test
  void aLongTextIsShownWhereMostWordsStandTogether() {
    String text =
        "token here. " + "filler ".repeat(100) + "the token refresh fails " + "end ".repeat(99);

    String snippet = Snippet.of(text, Set.of("token", "refresh", "fail"), analysis);

    assertThat(snippet).startsWith("…").endsWith("…").contains("the token refresh fails");
  }

  @Test
  void theHeadIsShownIfNothingMatches() {
    assertThat(Snippet.of("word ".repeat(100), Set.of("other"), analysis))
        .startsWith("word word")
        .endsWith("…");
  }

  @Property(tries = 300)
  void neverExceedsItsBytesAndIsPartOfTheText(
      @ForAll String text, @ForAll @IntRange(min = 1, max = 60) int times) {
    String repeated = (text + " needle 🙂 ").repeat(times);

    String snippet = Snippet.of(repeated, Set.of("needl"), new TextAnalysis());

    assertThat(snippet.getBytes(StandardCharsets.UTF_8).length).isLessThanOrEqualTo(300);
    assertThat(repeated).contains(inner(snippet));
  }

  private static String inner(String snippet) {
    int start = snippet.startsWith("…") ? 1 : 0;
    int end =
        snippet.length() > start && snippet.endsWith("…") ? snippet.length() - 1 : snippet.length();
    return snippet.substring(start, end);
  }
}
