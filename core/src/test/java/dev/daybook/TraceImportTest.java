package dev.daybook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.daybook.TraceImport.BadRow;
import dev.daybook.TraceImport.Report;
import dev.daybook.event.CallOutcome;
import dev.daybook.event.Entry;
import dev.daybook.event.SessionId;
import dev.daybook.recall.Embedder;
import dev.daybook.recall.Filter;
import dev.daybook.storage.MemoryObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceImportTest {
  @TempDir private Path folder;
  private final MemoryObjectStore store = new MemoryObjectStore();
  private Daybook daybook;
  private Workspace workspace;
  private Path file;

  @BeforeEach
  void open() {
    daybook =
        Daybook.on(store).embedder(Embedder.none()).cache(folder.resolve("cache"), 1 << 20).open();
    workspace = daybook.openOrCreate("imported");
    file = folder.resolve("rows.jsonl");
  }

  @AfterEach
  void close() {
    daybook.close();
  }

  @Test
  void recordsEveryRowInItsSession() throws IOException {
    Files.writeString(
        file,
        row("s1", "user", 0, "message", "Please fix it", "ok")
            + row("s1", "coder", 1, "bash", "make test", "error")
            + row("s2", "coder", 0, "bash", "ls", "ok"));

    Report report = TraceImport.of(file).into(workspace);

    assertThat(report).isEqualTo(new Report(3, 3, 0, 0, List.of(), Map.of()));
    assertThat(workspace.traces().timeline(SessionId.of("s1")))
        .extracting(Entry::type, entry -> entry.actor().id())
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("SessionStarted", "user"),
            org.assertj.core.groups.Tuple.tuple("Message", "user"),
            org.assertj.core.groups.Tuple.tuple("ToolCall", "coder"));
    assertThat(workspace.traces().count(Filter.any().outcome(CallOutcome.SOFT_FAIL))).isEqualTo(1);
  }

  @Test
  void importingTwiceChangesNothing() throws IOException {
    Files.writeString(file, rows("s1", 30) + rows("s2", 30));
    TraceImport.of(file).into(workspace);
    long events = workspace.traces().count(Filter.any());

    assertThat(TraceImport.of(file).into(workspace))
        .isEqualTo(new Report(60, 0, 60, 0, List.of(), Map.of()));
    assertThat(workspace.traces().count(Filter.any())).isEqualTo(events).isEqualTo(62);
  }

  @Test
  void importingAgainInAnotherProcessAfterCompactionChangesNothing() throws IOException {
    Files.writeString(file, rows("s1", 30));
    TraceImport.of(file).into(workspace);
    workspace.compact();
    workspace.close();

    try (Workspace again = daybook.open("imported")) {
      assertThat(TraceImport.of(file).into(again))
          .isEqualTo(new Report(30, 0, 30, 0, List.of(), Map.of()));
      assertThat(again.traces().count(Filter.any())).isEqualTo(31);
    }
  }

  @Test
  void aFileThatGrewAddsOnlyWhatIsNew() throws IOException {
    Files.writeString(file, rows("s1", 10));
    TraceImport.of(file).into(workspace);
    Files.writeString(file, rows("s0", 3) + rows("s1", 12));

    assertThat(TraceImport.of(file).into(workspace))
        .isEqualTo(new Report(15, 5, 10, 0, List.of(), Map.of()));
    assertThat(workspace.traces().count(Filter.any().type("SessionStarted"))).isEqualTo(2);
  }

  @Test
  void aSessionOfTheHostIsJoined() throws IOException {
    workspace.startSession(dev.daybook.event.Actor.agent("coder"), SessionId.of("s1")).close();
    Files.writeString(file, rows("s1", 2));

    TraceImport.of(file).into(workspace);

    assertThat(workspace.traces().count(Filter.any().type("SessionStarted"))).isEqualTo(1);
  }

  @Test
  void reportsBadRowsWithTheirLinesAndTakesTheOthers() throws IOException {
    Files.writeString(
        file,
        row("s1", "a", 0, "bash", "ls", "ok")
            + "\n"
            + "nonsense\n"
            + row("s1", "a", 1, "bash", "ls", "fine")
            + row("", "a", 2, "bash", "ls", "ok")
            + row("s1", "a", 3, "bash", "ls", "ok"));

    Report report = TraceImport.of(file).into(workspace);

    assertThat(report.read()).isEqualTo(5);
    assertThat(report.recorded()).isEqualTo(2);
    assertThat(report.bad()).isEqualTo(3);
    assertThat(report.badRows()).extracting(BadRow::line).containsExactly(3L, 4L, 5L);
    assertThat(report.badRows().getLast()).hasToString("line 5: session is missing");
  }

  @Test
  void saysWhyInOneShortLine() throws IOException {
    Files.writeString(file, row("a\\n" + "b".repeat(5_000), "a", 0, "bash", "ls", "ok"));
    assertThat(TraceImport.of(file).into(workspace).badRows())
        .singleElement()
        .extracting(BadRow::reason)
        .asString()
        .startsWith("SessionId.value 'a bbb")
        .hasSize(301)
        .endsWith("…");
  }

  @Test
  void reportsRowsThatUseTheSameNumberForSomethingElse() throws IOException {
    String first = row("s1", "a", 0, "bash", "ls", "ok");
    Files.writeString(file, first + first + row("s1", "a", 0, "bash", "pwd", "ok"));

    Report report = TraceImport.of(file).into(workspace);

    assertThat(report.recorded()).isEqualTo(1);
    assertThat(report.alreadyThere()).isEqualTo(1);
    assertThat(report.badRows())
        .containsExactly(
            new BadRow(
                3,
                "session, agent, seq and time are those of an earlier row that differs; number the"
                    + " rows"));
  }

  @Test
  void agentsMayNumberTheirRowsEachForThemselves() throws IOException {
    Files.writeString(
        file, row("s1", "a", 0, "bash", "ls", "ok") + row("s1", "b", 0, "bash", "ls", "ok"));
    assertThat(TraceImport.of(file).into(workspace).recorded()).isEqualTo(2);
  }

  @Test
  void reportsRowsOverTheSizeLimit() throws IOException {
    Files.writeString(
        file,
        row("s1", "a", 0, "bash", "x".repeat(2 << 20), "ok")
            + row("s1", "a", 1, "bash", "ls", "ok"));

    Report report = TraceImport.of(file).into(workspace);

    assertThat(report.recorded()).isEqualTo(1);
    assertThat(report.badRows()).singleElement().asString().contains("at most 1048576 are allowed");
  }

  @Test
  void namesAtMostAThousandBadRowsAndCountsAll() throws IOException {
    Files.writeString(file, "nonsense\n".repeat(1_200));
    Report report = TraceImport.of(file).into(workspace);
    assertThat(report.bad()).isEqualTo(1_200);
    assertThat(report.badRows()).hasSize(TraceImport.BAD_ROWS_MAX);
  }

  @Test
  void tellsOfProgressInBytesOfTheFile() throws IOException {
    gzip(file, rows("s1", 2_000));
    List<Progress> told = new ArrayList<>();

    TraceImport.of(file).into(workspace, told::add);

    assertThat(told).hasSizeGreaterThan(2);
    assertThat(told).extracting(Progress::total).containsOnly(Files.size(file));
    assertThat(told).extracting(Progress::done).isSorted();
    assertThat(told.getLast().done()).isEqualTo(Files.size(file));
    assertThat(workspace.traces().count(Filter.any())).isEqualTo(2_001);
  }

  @Test
  void keepsTheRowsBeforeTheEndOfADamagedFile() throws IOException {
    gzip(file, rows("s1", 2_000));
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, whole.length * 3 / 4));

    assertThatIOException()
        .isThrownBy(() -> TraceImport.of(file).into(workspace))
        .withMessageContaining("is cut off or damaged after line");
    assertThat(workspace.traces().count(Filter.any().type("ToolCall"))).isBetween(1L, 1_999L);

    Files.write(file, whole);
    TraceImport.of(file).into(workspace);
    assertThat(workspace.traces().count(Filter.any().type("ToolCall"))).isEqualTo(2_000);
  }

  @Test
  void anInterruptEndsItAndImportingAgainGoesOn() throws IOException {
    Files.writeString(file, rows("s1", 2_000));
    List<Progress> told = new ArrayList<>();

    assertThatExceptionOfType(OutcomeUnknownException.class)
        .isThrownBy(() ->
            TraceImport.of(file)
                .into(
                    workspace,
                    progress -> {
                      told.add(progress);
                      if (told.size() == 2) {
                        Thread.currentThread().interrupt();
                      }
                    }))
        .withMessageContaining("import it again to go on");
    assertThat(Thread.interrupted()).isTrue();

    Report report = TraceImport.of(file).into(workspace);
    assertThat(report.alreadyThere()).isGreaterThanOrEqualTo(500);
    assertThat(report.recorded() + report.alreadyThere()).isEqualTo(2_000);
    assertThat(workspace.traces().count(Filter.any())).isEqualTo(2_001);
  }

  @Test
  void saysWhichFileIsMissing() {
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> TraceImport.of(file).into(workspace))
        .withMessageContaining(file.toString());
  }

  private static String rows(String session, int count) {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < count; i++) {
      rows.append(row(session, "coder", i, "bash", "step " + i, "ok"));
    }
    return rows.toString();
  }

  private static String row(
      String session, String agent, int seq, String tool, String input, String status) {
    return """
    {"session":"%s","agent":"%s","seq":%d,"tool":"%s","input":"%s","output":"","status":"%s"}
    """
        .formatted(session, agent, seq, tool, input, status);
  }

  private static void gzip(Path file, String text) throws IOException {
    try (var out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(text.getBytes(UTF_8));
    }
  }
}
