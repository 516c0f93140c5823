package dev.daybook.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Imports transcripts and asks about them, as a user does. */
class TranscriptsTest {
  private static final String ROWS =
      """
      {"session":"s1","agent":"fixer","seq":0,"ts":1763510640,"task":"t1","tool":"bash","note":"look","input":"ls src","output":"clock.py","status":"ok","rc":0}
      {"session":"s1","agent":"fixer","seq":1,"ts":1763510641,"task":"t1","tool":"bash","input":"pytest tests/test_clock.py","output":"E   ZoneInfoNotFoundError: 'No time zone found with key Mars/Base'","status":"error","rc":1}
      nonsense
      {"session":"s2","agent":"clerk","seq":0,"ts":"2025-11-19T00:05:00.123456789+02:00","tool":"message","input":"","output":"I would like a refund for my cancelled flight","status":"ok"}
      """;

  @TempDir private Path folder;

  @Test
  void importsOnceAndAnswers() throws Exception {
    Path file = folder.resolve("some rows.jsonl.gz");
    try (var out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(ROWS.getBytes(UTF_8));
    }

    Jvm first = run("--traces", file.toString());
    Jvm second = run("--traces", file.toString(), "--ask", "reimbursement", "--ask", "Mars/Base");

    assertThat(first.err() + second.err()).isEmpty();
    assertThat(first.exit() + second.exit()).isZero();
    assertThat(first.out())
        .startsWith("Daybook quickstart   workspace transcripts   target/factory\n")
        .contains("some rows.jsonl.gz: 4 rows read, 3 new, 0 already there, 1 bad")
        .contains("  line 3: not JSON: Unrecognized token 'nonsense'")
        .containsPattern("indexed +5 events");
    assertThat(first.out().lines().filter(line -> line.startsWith("recall \""))).hasSize(5);
    assertThat(second.out())
        .contains("some rows.jsonl.gz: 4 rows read, 0 new, 3 already there, 1 bad")
        .containsPattern("indexed +5 events")
        .containsPattern(
            Jvm.lines(
                "recall \"reimbursement\"   lexical \\+ vector over .*",
                "  0\\.\\d\\d  clerk  s2  message  \\(vector 1, lexical -\\)",
                "        I would like a refund for my cancelled flight"))
        .containsPattern(
            Jvm.lines(
                "recall \"Mars/Base\"   .*",
                "  \\d\\.\\d\\d  fixer  s1  soft fail  \\(vector \\d, lexical 1\\)",
                "        pytest tests/test_clock.py.*Mars/Base.*"));
  }

  private Jvm run(String... arguments) throws IOException, InterruptedException {
    return Jvm.run(folder, Map.of(), arguments);
  }
}
