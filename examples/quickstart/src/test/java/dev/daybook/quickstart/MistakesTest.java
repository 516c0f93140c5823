package dev.daybook.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What a user sees who mistypes: one line, and an exit code that is not zero. */
class MistakesTest {
  @TempDir private Path folder;

  @Test
  void helpNamesEveryOption() {
    StringWriter out = new StringWriter();
    int exit = new CommandLine(new Quickstart()).setOut(new PrintWriter(out)).execute("--help");
    assertThat(exit).isZero();
    assertThat(out.toString())
        .startsWith("Usage: mvn -q -Dquickstart")
        .contains("--folder=DIR", "--s3=ENDPOINT BUCKET", "--prefix=PREFIX", "--no-embeddings")
        .contains("--traces=FILE", "--ask=QUESTION", "--help");
  }

  @Test
  void anUnknownOptionIsNamed() {
    StringWriter err = new StringWriter();
    int exit = new CommandLine(new Quickstart()).setErr(new PrintWriter(err)).execute("--colour");
    assertThat(exit).isEqualTo(2);
    assertThat(err.toString()).startsWith("Unknown option: '--colour'");
  }

  @Test
  void aQuestionNeedsTranscripts() throws Exception {
    assertThat(failing("--ask", "why?")).startsWith("error: No workspace 'transcripts' in ");
  }

  @Test
  void aMissingFileIsNamed() throws Exception {
    assertThat(failing("--traces", "nowhere.jsonl"))
        .isEqualTo("error: nowhere.jsonl: no such file, seen from " + folder.toRealPath() + "\n");
  }

  @Test
  void aFolderThatCannotBeMadeIsNamed() throws Exception {
    Files.writeString(folder.resolve("file"), "");
    assertThat(failing("--folder", "file/factory"))
        .startsWith("error: ")
        .contains("file/factory")
        .hasLineCount(1);
  }

  @Test
  void anEndpointThatIsNoneIsNamed() throws Exception {
    assertThat(failing("--s3", "localhost", "factory"))
        .startsWith("error: Endpoint 'localhost' needs");
  }

  private String failing(String... arguments) throws IOException, InterruptedException {
    Jvm run = run(arguments);
    assertThat(run.exit()).as(run.out()).isEqualTo(1);
    return run.err();
  }

  private Jvm run(String... arguments) throws IOException, InterruptedException {
    return Jvm.run(folder, Map.of(), arguments);
  }
}
