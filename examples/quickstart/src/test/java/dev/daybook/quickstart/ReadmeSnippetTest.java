package dev.daybook.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program in README.md is {@link ReadmeSnippet}, and prints what README.md says it prints. */
class ReadmeSnippetTest {
  private static final Path README = Path.of("../../README.md");
  private static final Path SOURCE =
      Path.of("src/test/java/dev/daybook/quickstart/ReadmeSnippet.java");
  private static final Pattern SNIPPET =
      Pattern.compile(
          "```java\n(try \\(var workspace .*?)```\\s+```text\n(.*?)```", Pattern.DOTALL);

  @TempDir private Path folder;

  @Test
  void readmeShowsTheProgramAndWhatItPrints() throws IOException, InterruptedException {
    Matcher shown = SNIPPET.matcher(Files.readString(README));
    assertThat(shown.find()).as("in README.md a Java snippet and then its output").isTrue();

    assertThat(withoutSpace(Files.readString(SOURCE))).contains(withoutSpace(shown.group(1)));
    Jvm run = Jvm.run(ReadmeSnippet.class, folder, Map.of());
    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out()).isEqualTo(shown.group(2));
  }

  private static String withoutSpace(String code) {
    return code.replaceAll("\\s+", "");
  }
}
