package dev.daybook.mcp.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.daybook.Progress;
import dev.daybook.event.CallOutcome;
import dev.daybook.event.Entry;
import dev.daybook.event.SessionId;
import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent.Message;
import dev.daybook.event.TraceEvent.Observation;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClaudeTranscriptsTest {
  private static final String SUB = Scene.SESSION + "/a1b2";

  @TempDir Path folder;
  private Scene scene;

  @BeforeEach
  void open() {
    scene = new Scene(folder);
  }

  @AfterEach
  void close() {
    scene.close();
  }

  private Path write(String name, Object... lines) throws IOException {
    Path file = folder.resolve("projects").resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(
        file, Stream.of(lines).map(Object::toString).collect(Collectors.joining("\n", "", "\n")));
    return file;
  }

  private ClaudeTranscripts.Report read(Path... paths) throws IOException {
    return ClaudeTranscripts.of(paths)
        .clock(() -> Scene.NOON.plusSeconds(600))
        .into(scene.workspace, Scene.AGENT);
  }

  private Path conversation() throws IOException {
    return write(
        Scene.SESSION + ".jsonl",
        "{\"type\":\"summary\",\"summary\":\"A title\",\"leafUuid\":\"x\"}",
        Transcripts.user("u1", "2026-11-20T12:00:00.000Z", "make it pass"),
        Transcripts.assistant("u2", "2026-11-20T12:00:01.500Z", "I look first."),
        Transcripts.use("u3", "2026-11-20T12:00:02.000Z", "toolu_1", "mvn verify"),
        Transcripts.error("u4", "2026-11-20T12:00:04.250Z", "toolu_1", "Exit code 1\nboom"),
        Transcripts.use("u5", "2026-11-20T12:00:05.000Z", "toolu_2", "ls"),
        Transcripts.result("u6", "2026-11-20T12:00:05.100Z", "toolu_2", "pom.xml"),
        Transcripts.use("u7", "2026-11-20T12:00:06.000Z", "toolu_3", "sleep 9"));
  }

  @Test
  void recordsMessagesAndCallsWhenTheyHappened() throws IOException {
    ClaudeTranscripts.Report report = read(conversation());
    assertThat(report.recorded()).isEqualTo(4);
    assertThat(report.bad()).isZero();
    assertThat(report.passedOver())
        .isEqualTo(Map.of("summary", 1L, "tool_use without a result", 1L));
    List<Entry> timeline = scene.timeline(Scene.SESSION);
    assertThat(timeline)
        .extracting(Entry::event)
        .containsSubsequence(
            new Message("user", "make it pass"),
            new Message("assistant", "I look first."),
            ToolCall.of("Bash", "mvn verify")
                .trying("say toolu_1")
                .softFail("Exit code 1\nboom")
                .exit(1)
                .took(Duration.ofMillis(2_250)),
            ToolCall.of("Bash", "ls")
                .trying("say toolu_2")
                .output("pom.xml")
                .took(Duration.ofMillis(100)));
    assertThat(timeline.getFirst().type()).isEqualTo("SessionStarted");
    assertThat(timeline.getFirst().time()).isEqualTo(Instant.parse("2026-11-20T11:59:59.999Z"));
    assertThat(timeline.get(3).time()).isEqualTo(Instant.parse("2026-11-20T12:00:02Z"));
    assertThat(timeline.get(3).actor().model()).isEqualTo("model-9");
    assertThat(timeline.get(3).envelope().vcs().branch()).isEqualTo("main");
  }

  @Test
  void importsNothingTwice() throws IOException {
    Path file = conversation();
    read(file);
    assertThat(read(file).recorded()).isZero();
    assertThat(read(file).alreadyThere()).isEqualTo(4);
    Files.writeString(
        file,
        Files.readString(file)
            + Transcripts.result("u8", "2026-11-20T12:00:15.000Z", "toolu_3", "slept")
            + "\n");
    assertThat(read(file).recorded()).isEqualTo(1);
    assertThat(scene.calls()).hasSize(3);
    assertThat(scene.timeline(Scene.SESSION)).hasSize(6);
  }

  @Test
  void whatAHookRecordedIsTheSameEvent() throws IOException {
    // Without a transcript at hand, so at a time of its own.
    scene.spool(Scene.failed("toolu_1", "mvn verify", "Exit code 1\nboom").toString());
    scene.drain();
    ClaudeTranscripts.Report report = read(conversation());
    assertThat(report.alreadyThere()).isEqualTo(1);
    assertThat(scene.calls()).hasSize(2);
  }

  @Test
  void whatATranscriptSaidIsNotRecordedByAHookAgain() throws IOException {
    read(conversation());
    scene.spool(Scene.worked("toolu_2", "ls", "pom.xml").toString());
    assertThat(scene.drain().alreadyThere()).isEqualTo(1);
    assertThat(scene.calls()).hasSize(2);
  }

  @Test
  void hookAndTranscriptAgreeOnTheIdWithoutKnowingOfEachOther() throws IOException {
    Path file = conversation();
    scene.spool(
        Scene.worked("toolu_2", "ls", "pom.xml")
            .put("transcript_path", file.toString())
            .toString());
    scene.drain();
    try (Scene other = new Scene(folder)) {
      ClaudeTranscripts.Report unused =
          ClaudeTranscripts.of(file).into(other.workspace, Scene.AGENT);
      assertThat(other.timeline(Scene.SESSION))
          .extracting(Entry::id)
          .contains(scene.timeline(Scene.SESSION).getLast().id());
    }
  }

  @Test
  void subAgentsAreSessionsWithAParent() throws IOException {
    ObjectNode prompt = Transcripts.user("s1", "2026-11-20T12:00:01Z", "explore");
    ObjectNode use = Transcripts.use("s2", "2026-11-20T12:00:02Z", "toolu_s", "ls");
    ObjectNode result = Transcripts.result("s3", "2026-11-20T12:00:03Z", "toolu_s", "a");
    write(
        Scene.SESSION + "/subagents/agent-a1b2.jsonl",
        Stream.of(prompt, use, result)
            .map(line -> line.put("isSidechain", true).put("agentId", "a1b2"))
            .toArray());
    scene.spool(Scene.worked("toolu_s", "ls", "a").put("agent_id", "a1b2").toString());
    scene.drain();
    ClaudeTranscripts.Report report = read(folder.resolve("projects"));
    assertThat(report.alreadyThere()).isEqualTo(1);
    assertThat(scene.timeline(SUB)).hasSize(3);
    assertThat(scene.timeline(SUB).getLast().envelope().parentSession())
        .isEqualTo(SessionId.of(Scene.SESSION));
  }

  @Test
  void sideChainsOfOlderVersionsAreSessionsToo() throws IOException {
    ObjectNode root =
        Transcripts.user("r", "2026-11-20T12:00:01Z", "explore").put("isSidechain", true);
    ObjectNode next =
        Transcripts.assistant("n", "2026-11-20T12:00:02Z", "done")
            .put("isSidechain", true)
            .put("parentUuid", "r");
    read(write("old.jsonl", root, next));
    assertThat(scene.timeline(Scene.SESSION + "/sidechain-r")).hasSize(3);
  }

  @Test
  void tellsWhatItDoesNotUnderstand() throws IOException {
    Path file =
        write(
            "odd.jsonl",
            "{\"type\":\"user\"",
            "[1]",
            Transcripts.user("a", "yesterday", "x"),
            Transcripts.user("b", "2026-11-20T12:00:00Z", "x").put("sessionId", ""),
            Transcripts.user("", "2026-11-20T12:00:00Z", "x"),
            Transcripts.line("user", "c", "2026-11-20T12:00:00Z"),
            "{\"type\":\"telepathy\"}",
            "{}",
            "",
            Transcripts.user("d", "2026-11-20T12:00:00Z", "  "),
            Transcripts.user("e", "2026-11-20T12:00:00Z", "said by the program")
                .put("isMeta", true),
            Transcripts.result("f", "2026-11-20T12:00:00Z", "unheard", "x"),
            Transcripts.user("g", "2026-11-20T12:00:00Z", "good"));
    ClaudeTranscripts.Report report = read(file);
    assertThat(report.badLines())
        .extracting(ClaudeTranscripts.BadLine::line)
        .containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
    assertThat(report.badLines().get(1).toString()).isEqualTo(file + ", line 2: no JSON object");
    assertThat(report.passedOver())
        .isEqualTo(
            Map.of(
                "telepathy", 1L,
                "line without a type", 1L,
                "empty text", 1L,
                "meta", 1L,
                "tool_result without its tool_use", 1L));
    assertThat(report.recorded()).isEqualTo(1);
    assertThat(report.lines()).isEqualTo(12);
  }

  @Test
  void passesOverALineThatIsFarTooLong() throws IOException {
    Path file =
        write(
            "odd.jsonl",
            Transcripts.user("a", "2026-11-20T12:00:00Z", "x"),
            Transcripts.user("long", "2026-11-20T12:00:01Z", "x".repeat(400_000)),
            Transcripts.user("b", "+999999999-01-01T00:00:00Z", "in a time that there is not"),
            Transcripts.user("c", "2026-11-20T12:00:02Z", "y"));
    ClaudeTranscripts.Report report =
        ClaudeTranscripts.of(file)
            .clock(() -> Scene.NOON.plusSeconds(600))
            .lineBytesMax(100_000)
            .into(scene.workspace, Scene.AGENT);
    assertThat(report.badLines())
        .extracting(ClaudeTranscripts.BadLine::line)
        .containsExactly(2L, 3L);
    assertThat(report.recorded()).isEqualTo(2);
    assertThat(report.lines()).isEqualTo(4);
  }

  @Test
  void leavesALineThatIsBeingWritten() throws IOException {
    Path file = write("live.jsonl", Transcripts.user("a", "2026-11-20T12:00:00Z", "x"));
    Files.writeString(file, Files.readString(file) + "{\"type\":\"us");
    assertThat(read(file).bad()).isZero();
  }

  @Test
  void recordsWhatAResumedSessionCopiedOnce() throws IOException {
    Path first = conversation();
    ObjectNode copy = Transcripts.user("u1", "2026-11-20T12:00:00.000Z", "make it pass");
    ObjectNode more = Transcripts.user("v1", "2026-11-20T12:30:00.000Z", "go on");
    Path second =
        write("later.jsonl", copy.put("sessionId", "second"), more.put("sessionId", "second"));
    Files.setLastModifiedTime(first, FileTime.from(Scene.NOON));
    ClaudeTranscripts.Report report = read(second, first);
    assertThat(report.passedOver()).containsEntry("copy from another session", 1L);
    assertThat(scene.timeline("second")).hasSize(2);
  }

  @Test
  void recordsOnceWhatWasCopiedFromASessionOfAnEarlierImport() throws IOException {
    read(conversation());
    ObjectNode copy = Transcripts.user("u1", "2026-11-20T12:00:00.000Z", "make it pass");
    ObjectNode own = Transcripts.user("v1", "2026-11-20T12:30:00.000Z", "go on");
    Path second =
        write("later.jsonl", copy.put("sessionId", "second"), own.put("sessionId", "second"));
    assertThat(read(second).recorded()).isEqualTo(1);
    assertThat(read(second).passedOver()).containsEntry("copy from another session", 1L);
    assertThat(scene.timeline("second"))
        .extracting(Entry::event)
        .contains(new Message("user", "go on"));
    assertThat(scene.timeline("second")).hasSize(2);
  }

  @Test
  void recordsOnceACallThatOnlyAHookHadRecordedAndAResumedSessionCopied() throws IOException {
    scene.spool(
        Scene.worked("toolu_2", "ls", "pom.xml")
            .put("transcript_path", conversation().toString())
            .toString());
    scene.drain();
    Path second =
        write(
            "later.jsonl",
            Stream.of(
                    Transcripts.user("u1", "2026-11-20T12:00:00.000Z", "make it pass"),
                    Transcripts.use("u5", "2026-11-20T12:00:05.000Z", "toolu_2", "ls"),
                    Transcripts.result("u6", "2026-11-20T12:00:05.100Z", "toolu_2", "pom.xml"),
                    Transcripts.use("v1", "2026-11-20T12:30:00.000Z", "toolu_9", "pwd"),
                    Transcripts.result("v2", "2026-11-20T12:30:01.000Z", "toolu_9", "/work"))
                .map(line -> line.put("sessionId", "second"))
                .toArray());
    for (int recorded : new int[] {2, 0}) {
      ClaudeTranscripts.Report report = read(second);
      assertThat(report.recorded()).isEqualTo(recorded);
      assertThat(report.passedOver()).containsEntry("copy from another session", 1L);
    }
    assertThat(scene.timeline("second"))
        .extracting(entry -> entry.event().type())
        .containsExactly("SessionStarted", "Message", "ToolCall");
  }

  @Test
  void endsASessionThatHasLongBeenSilent() throws IOException {
    Path file = conversation();
    ClaudeTranscripts later =
        ClaudeTranscripts.of(file).clock(() -> Scene.NOON.plus(Duration.ofDays(2)));
    assertThat(later.into(scene.workspace, Scene.AGENT).recorded()).isEqualTo(5);
    assertThat(scene.timeline(Scene.SESSION).getLast().type()).isEqualTo("SessionEnded");
    assertThat(later.into(scene.workspace, Scene.AGENT).recorded()).isZero();
  }

  @Test
  void anErrorOfTheModelsInterfaceIsAnObservation() throws IOException {
    read(
        write(
            "e.jsonl",
            Transcripts.assistant("a", "2026-11-20T12:00:00Z", "API Error: 529")
                .put("isApiErrorMessage", true)));
    assertThat(scene.timeline(Scene.SESSION).getLast().event())
        .isEqualTo(Observation.of("API Error: 529"));
  }

  @Test
  void tellsOfProgressAndTakesTurnsWithDrainers() throws Exception {
    List<Object> lines = new ArrayList<>();
    for (int i = 0; i < 1_200; i++) {
      lines.add(Transcripts.user("u" + i, Scene.NOON.plusMillis(i).toString(), "line " + i));
    }
    Path file = write("long.jsonl", lines.toArray());
    List<Progress> progress = new ArrayList<>();
    ClaudeTranscripts.Report report =
        ClaudeTranscripts.of(file)
            .besideHooksOf(scene.home)
            .into(
                scene.workspace,
                Scene.AGENT,
                one -> {
                  progress.add(one);
                  assertThat(isMyTurn()).isFalse();
                });
    assertThat(report.recorded()).isEqualTo(1_201);
    assertThat(progress).hasSize(3);
    assertThat(progress.getLast().done()).isEqualTo(Files.size(file));
    assertThat(isMyTurn()).isTrue();
  }

  private boolean isMyTurn() {
    try {
      var turn = Spool.tryTurn(scene.home, "test");
      if (turn.isPresent()) {
        turn.orElseThrow().close();
      }
      return turn.isPresent();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void canBeInterruptedAndGoesOn() throws IOException {
    Path file = conversation();
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> read(file)).isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(read(file).recorded()).isEqualTo(4);
  }

  @Test
  void saysWhichFileIsMissing() {
    assertThatThrownBy(() -> read(folder.resolve("nothing.jsonl")))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("nothing.jsonl");
  }

  @Test
  void filesAndOutcomesAreTold() throws IOException {
    ObjectNode use = Transcripts.use("a", "2026-11-20T12:00:00Z", "t", "x");
    ObjectNode block = (ObjectNode) use.at("/message/content/0");
    block.put("name", "Edit").putObject("input").put("file_path", "/work/project/src/A.java");
    JsonNode denied =
        Transcripts.error(
            "c",
            "2026-11-20T12:00:02Z",
            "t2",
            "The user doesn't want to proceed with this tool use.");
    read(
        write(
            "f.jsonl",
            use,
            Transcripts.result("b", "2026-11-20T12:00:01Z", "t", "ok"),
            Transcripts.use("d", "2026-11-20T12:00:01.500Z", "t2", "rm"),
            denied));
    assertThat(scene.calls().get(0).filesWritten()).containsExactly("src/A.java");
    assertThat(scene.calls().get(1).outcome()).isEqualTo(CallOutcome.DENIED);
  }
}
