package dev.daybook.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs in README.md are here, and print what README.md says they print. */
class ReadmeSnippetTest {
  private static final Path README = Path.of("../../README.md");
  private static final Path SOURCES = Path.of("src/test/java/dev/daybook/quickstart");
  private static final Pattern SNIPPET =
      Pattern.compile(
          "```java\n(try \\(var workspace .*?)```\\s+```text\n(.*?)```", Pattern.DOTALL);

  @TempDir private Path folder;

  @Test
  void readmeShowsTheProgramsAndWhatTheyPrint() throws IOException, InterruptedException {
    Matcher shown = SNIPPET.matcher(Files.readString(README));
    for (Class<?> program : List.of(ReadmeSnippet.class, ReadmeTeamSnippet.class)) {
      assertThat(shown.find()).as("in README.md a Java snippet and then its output").isTrue();

      Path source = SOURCES.resolve(program.getSimpleName() + ".java");
      assertThat(withoutSpace(Files.readString(source))).contains(withoutSpace(shown.group(1)));
      Jvm run = Jvm.run(program, folder, Map.of());
      assertThat(run.exit()).as(run.err()).isZero();
      assertThat(run.out()).isEqualTo(shown.group(2));
    }
    assertThat(shown.find()).as("a snippet that no program is tested for").isFalse();
  }

  private static String withoutSpace(String code) {
    return code.replaceAll("\\s+", "");
  }
}
