package dev.daybook.mcp.capture;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.daybook.Daybook;
import dev.daybook.Workspace;
import dev.daybook.event.Actor;
import dev.daybook.event.CallOutcome;
import dev.daybook.event.Entry;
import dev.daybook.event.Resolution;
import dev.daybook.event.SessionId;
import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent.SessionEnded;
import dev.daybook.event.TraceEvent.SessionStarted;
import dev.daybook.mcp.connect.HookPlace;
import dev.daybook.recall.Embedder;
import dev.daybook.storage.ForwardingObjectStore;
import dev.daybook.storage.MemoryObjectStore;
import dev.daybook.storage.ObjectKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaptureTest {
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

  @Test
  void recordsACallThatWorked() throws IOException {
    scene.spool(Scene.worked("toolu_1", "git status", "clean").put("duration_ms", 35).toString());
    assertThat(scene.drain()).isEqualTo(new Capture.Drained(1, 0, 0, 0, 0, List.of()));
    ToolCall call = scene.calls().getFirst();
    assertThat(call)
        .isEqualTo(
            ToolCall.of("Bash", "git status")
                .trying("say toolu_1")
                .output("clean")
                .took(Duration.ofMillis(35)));
    Entry entry = scene.timeline(Scene.SESSION).getLast();
    assertThat(entry.time()).isEqualTo(Scene.NOON);
    assertThat(entry.envelope().source()).isEqualTo("claude-code\n" + Scene.SESSION + "\ntoolu_1");
    assertThat(entry.actor().client()).isEqualTo("claude-code");
    assertThat(scene.timeline(Scene.SESSION).getFirst().event()).isInstanceOf(SessionStarted.class);
    assertThat(scene.drain()).isEqualTo(Capture.Drained.NOTHING);
  }

  @Test
  void recordsHowACallFailed() {
    scene.spool(Scene.failed("t1", "mvn verify", "Exit code 1\nBUILD FAILURE").toString());
    scene.spool(Scene.failed("t2", "sleep 999", "Command timed out after 2m 0.5s").toString());
    scene.spool(
        Scene.failed("t3", "rm x", "The user doesn't want to proceed with this tool use. …")
            .toString());
    scene.spool(Scene.failed("t4", "ls", "stopped").put("is_interrupt", true).toString());
    scene.spool(
        Scene.failed("t5", "seq", "Exit code 2\n" + "line\n".repeat(2_000) + "the end").toString());
    scene.drain();
    assertThat(scene.calls())
        .extracting(ToolCall::outcome)
        .containsExactly(
            CallOutcome.SOFT_FAIL,
            CallOutcome.TIMEOUT,
            CallOutcome.DENIED,
            CallOutcome.CANCELED,
            CallOutcome.SOFT_FAIL);
    assertThat(scene.calls().get(0).exitCode()).isEqualTo(1);
    assertThat(scene.calls().get(0).error()).isEqualTo("Exit code 1\nBUILD FAILURE");
    assertThat(scene.calls().get(1).duration()).isEqualTo(Duration.ofMillis(120_500));
    assertThat(scene.calls().get(4).error()).endsWith("the end").hasSizeLessThan(2_001);
    assertThat(scene.calls().get(4).output()).hasSizeGreaterThan(10_000);
  }

  @Test
  void tellsWhichFilesWereReadAndChanged() {
    ObjectNode read = Scene.hook("PostToolUse").put("tool_name", "Read").put("tool_use_id", "r");
    read.putObject("tool_input").put("file_path", folder.resolve("src/A.java").toString());
    read.putObject("tool_response").putObject("file").put("content", "class A {}");
    ObjectNode edit = Scene.hook("PostToolUse").put("tool_name", "Edit").put("tool_use_id", "e");
    edit.putObject("tool_input").put("file_path", "/etc/hosts").put("old_string", "a");
    edit.putObject("tool_response")
        .put("filePath", "/etc/hosts")
        .put("originalFile", "secret of old");
    ObjectNode bad =
        Scene.hook("PostToolUseFailure").put("tool_name", "Edit").put("tool_use_id", "b");
    bad.putObject("tool_input").put("file_path", folder.resolve("b").toString());
    bad.put("error", "<tool_use_error>no such text</tool_use_error>");
    List.of(read, edit, bad).forEach(hook -> scene.spool(hook.toString()));
    scene.drain();
    assertThat(scene.calls().get(0).filesRead()).containsExactly("src/A.java");
    assertThat(scene.calls().get(0).output()).isEqualTo("class A {}");
    assertThat(scene.calls().get(1).filesWritten()).containsExactly("/etc/hosts");
    assertThat(scene.calls().get(1).output()).doesNotContain("secret of old");
    assertThat(scene.calls().get(2).filesRead()).containsExactly("b");
    assertThat(scene.calls().get(2).filesWritten()).isEmpty();
    assertThat(scene.calls().get(2).error()).isEqualTo("no such text");
  }

  @Test
  void takesWhatIsHostileAsText() {
    String nasty = "\u0000\u001b[31m\n\r\"'`$(x)\\{\"json\":[1]}\u2028\ud800 é 😀";
    scene.spool(Scene.worked("t1", nasty, nasty).toString());
    scene.spool(Scene.worked("t2", "big", "z".repeat(2 << 20)).toString());
    ObjectNode big = Scene.hook("PostToolUse").put("tool_name", "Write").put("tool_use_id", "t3");
    big.putObject("tool_input").put("file_path", "f").put("content", "w".repeat(2 << 20));
    scene.spool(big.toString());
    ObjectNode many =
        Scene.hook("PostToolUse").put("tool_name", "mcp__x__y").put("tool_use_id", "t4");
    for (int i = 0; i < 100_000; i++) {
      many.withObject("/tool_input").withArray("list").add("item " + i);
    }
    scene.spool(many.toString());
    assertThat(scene.drain()).isEqualTo(new Capture.Drained(4, 0, 0, 0, 0, List.of()));
    assertThat(scene.calls().get(0).arguments()).startsWith("\u0000\u001b[31m\n\r\"'`$(x)\\{");
    assertThat(scene.workspace.traces().output(scene.calls().get(1))).hasSize(2 << 20);
    assertThat(scene.calls().get(2).arguments())
        .contains("2097152 characters, sha256")
        .hasSizeLessThan(20_000);
    assertThat(scene.calls().get(3).arguments()).contains("sha256").hasSizeLessThan(20_000);
  }

  @Test
  void putsAsideWhatItCannotUnderstandAndSaysWhy() throws IOException {
    scene.spool("no json\u0007");
    scene.spool("{\"session_id\":\"s\"}");
    scene.spool("[]");
    scene.spool("");
    scene.spool(Scene.hook("Sneeze").toString());
    scene.spool(Scene.hook("PostToolUse").toString());
    scene.spool(Scene.worked("t\u0001", "x", "y").toString());
    scene.spool(Scene.worked("good", "x", "y").toString());
    Capture.Drained drained = scene.drain();
    assertThat(drained.rejected()).isEqualTo(7);
    assertThat(drained.recorded()).isEqualTo(1);
    assertThat(drained.left()).isZero();
    assertThat(drained.messages()).hasSize(7).allMatch(line -> line.contains("rejected"));
    Path rejected = scene.place.spool().resolve("rejected");
    assertThat(Files.readString(rejected.resolve("0.json"))).isEqualTo("no json\u0007");
    assertThat(Files.readString(rejected.resolve("1.json.reason"))).contains("hook_event_name");
    assertThat(Files.readString(rejected.resolve("4.json.reason"))).contains("Sneeze");
  }

  @Test
  void leavesWhatBelongsToAnotherWorkspaceOrAgent() {
    Path file = scene.spool(Scene.worked("t1", "ls", "").toString());
    try (Workspace other = scene.daybook.create("other")) {
      assertThat(Capture.drain(other, Scene.AGENT, scene.home)).isEqualTo(Capture.Drained.NOTHING);
    }
    assertThat(Capture.drain(scene.workspace, Actor.agent("codex"), scene.home))
        .isEqualTo(Capture.Drained.NOTHING);
    assertThat(file).exists();
    assertThat(scene.drain().recorded()).isEqualTo(1);
  }

  @Test
  void everyAgentHasAPlaceWhateverItIsCalled() {
    List<String> agents =
        List.of("a", "a b", "../a", "..", "a/b", "a%2Fb", "é", "é".repeat(150), "é".repeat(151));
    assertThat(agents.stream().map(agent -> HookPlace.of(folder, "auth", agent)))
        .doesNotHaveDuplicates()
        .allMatch(place -> place.spool().getParent().equals(folder.resolve("spool")))
        .allMatch(place -> place.name().length() < 200);
  }

  @Test
  void keepsNoSecretOfWhatItPutsAside() throws IOException {
    String secret = "ghp_" + "aB3dE5gH7jK9mN1pQ3sT5vX7zA9cE1gI3kM5";
    scene.spool(Scene.worked("t\u0001", "push " + secret, secret).toString());
    scene.spool(secret + " {");
    Capture.Drained drained = scene.drain();
    assertThat(drained.rejected()).isEqualTo(2);
    assertThat(drained.messages()).noneMatch(line -> line.contains(secret));
    Path rejected = scene.place.spool().resolve("rejected");
    assertThat(Files.readString(rejected.resolve("0.json"))).contains("push [masked:");
    for (String file : List.of("0.json", "0.json.reason", "1.json", "1.json.reason")) {
      assertThat(rejected.resolve(file)).content().doesNotContain(secret);
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(rejected)))
        .isEqualTo("rwx------");
  }

  @Test
  void noCutLeavesHalfASecret() {
    String secret = "ghp_" + "aB3dE5gH7jK9mN1pQ3sT5vX7zA9cE1gI3kM5";
    for (int before = 0; before < 400; before += 7) {
      String text = "x ".repeat(before) + secret + " y".repeat(600);
      assertThat(ClaudeCalls.cut(text, 500)).doesNotContain("ghp_aB");
      assertThat(ClaudeCalls.cutMiddle(text, 500)).doesNotContain("ghp_aB", "E1gI3kM5");
    }
  }

  @Test
  void oneThatCannotBeReadIsInNobodysWay() throws IOException {
    Path odd = Files.createDirectories(scene.place.spool()).resolve("a folder.json");
    Files.createDirectory(odd);
    Files.setLastModifiedTime(odd, FileTime.from(Scene.NOON.minusSeconds(1)));
    scene.spool(Scene.worked("t1", "ls", "").toString());
    Capture.Drained drained = scene.drain();
    assertThat(drained.recorded()).isEqualTo(1);
    assertThat(drained.left()).isEqualTo(1);
    assertThat(drained.messages()).hasSize(1).allMatch(line -> line.contains(odd.toString()));
  }

  @Test
  void figuresThatAreFarTooLargeAreInNobodysWay() throws IOException {
    Path transcript = folder.resolve(Scene.SESSION + ".jsonl");
    Files.writeString(
        transcript, Transcripts.use("u1", "+999999999-01-01T00:00:00Z", "t1", "ls") + "\n");
    scene.spool(
        Scene.worked("t1", "ls", "").put("transcript_path", transcript.toString()).toString());
    scene.spool(Scene.worked("t2", "ls", "").put("duration_ms", Long.MAX_VALUE).toString());
    scene.spool(Scene.worked("t3", "ls", "").put("durationSeconds", 1e300).toString());
    scene.spool(
        Scene.failed("t4", "ls", "Command timed out after " + "9".repeat(18) + "m 2s").toString());
    scene.spool(Scene.worked("t5", "ls", "").toString());
    Capture.Drained drained = scene.drain();
    assertThat(drained.left()).isZero();
    assertThat(drained.recorded() + drained.rejected()).isEqualTo(5);
    assertThat(drained.recorded()).isPositive();
    // Nor in the way of the files that the events end up in.
    scene.workspace.compact();
  }

  @Test
  void keepsNoHalfOfASecretWhereItCutsWhatItPutsAside() throws IOException {
    String secret = "ghp_" + "aB3dE5gH7jK9mN1pQ3sT5vX7zA9cE1gI3kM5";
    String begin = "x ".repeat((1 << 19) - 8);
    scene.spool(begin + secret);
    assertThat(scene.drain().rejected()).isEqualTo(1);
    assertThat(scene.place.spool().resolve("rejected/0.json")).hasContent(begin);
  }

  @Test
  void putsAsideWhatAHookNeverFinished() throws IOException {
    Path draft = Files.createDirectories(scene.place.spool()).resolve(".7-0.tmp");
    Files.writeString(draft, "{\"half");
    assertThat(scene.drain()).isEqualTo(Capture.Drained.NOTHING);
    Files.setLastModifiedTime(draft, FileTime.from(Instant.now().minusSeconds(3_600)));
    assertThat(scene.drain().rejected()).isEqualTo(1);
    assertThat(scene.place.spool().resolve("rejected/7-0.tmp")).hasContent("{\"");
  }

  @Test
  void recordsSubAgentsAsSessionsOfTheirOwn() {
    scene.spool(
        Scene.worked("t1", "ls", "")
            .put("agent_id", "a1b2")
            .put("agent_type", "Explore")
            .toString());
    scene.drain();
    Entry entry = scene.timeline(Scene.SESSION + "/a1b2").getLast();
    assertThat(entry.envelope().parentSession()).isEqualTo(SessionId.of(Scene.SESSION));
    assertThat(entry.actor().role()).isEqualTo("Explore");
  }

  @Test
  void startsAndEndsSessions() {
    scene.spool(Scene.hook("SessionStart").put("source", "startup").put("model", "m-1").toString());
    scene.spool(Scene.worked("t1", "ls", "").toString());
    scene.spool(Scene.hook("SessionEnd").put("reason", "logout").toString());
    scene.spool(Scene.hook("SessionStart").put("source", "resume").toString());
    scene.spool(Scene.hook("SessionEnd").put("reason", "clear").toString());
    assertThat(scene.drain().recorded()).isEqualTo(3);
    assertThat(scene.timeline(Scene.SESSION))
        .extracting(entry -> entry.event().type())
        .containsExactly("SessionStarted", "ToolCall", "SessionEnded", "SessionEnded");
    assertThat(scene.timeline(Scene.SESSION).getFirst().time()).isEqualTo(Scene.NOON);
    assertThat(scene.timeline(Scene.SESSION).getFirst().actor().model()).isEqualTo("m-1");
    Entry last = scene.timeline(Scene.SESSION).get(3);
    // No summary, which briefings would tell.
    assertThat(last.event()).isEqualTo(new SessionEnded(Resolution.SUPERSEDED, ""));
    assertThat(last.envelope().labels()).containsEntry("reason", "clear");
  }

  @Test
  void doesNotRecordCallsOfThisServer() {
    ObjectNode ours = Scene.hook("PostToolUse").put("tool_name", "mcp__daybook__recall");
    scene.spool(ours.put("tool_use_id", "t").toString());
    assertThat(scene.drain()).isEqualTo(new Capture.Drained(0, 0, 1, 0, 0, List.of()));
  }

  @Test
  void recordsOnceWhatIsInTheSpoolTwice() {
    String hook = Scene.worked("t1", "ls", "").toString();
    scene.spool(hook);
    scene.spool(hook);
    assertThat(scene.drain().alreadyThere()).isEqualTo(1);
    scene.spool(hook);
    assertThat(scene.drain()).isEqualTo(new Capture.Drained(0, 1, 0, 0, 0, List.of()));
    assertThat(scene.calls()).hasSize(1);
  }

  @Test
  void givesACallWithoutAnIdOneOfItsContent() {
    ObjectNode hook = Scene.worked("x", "ls", "");
    hook.remove("tool_use_id");
    scene.spool(hook.toString());
    scene.spool(hook.toString());
    scene.spool(hook.put("cwd", "/elsewhere").toString());
    assertThat(scene.drain().recorded()).isEqualTo(2);
  }

  @Test
  void takesTheTimeOfACallFromTheTranscript() throws IOException {
    Path transcript = folder.resolve(Scene.SESSION + ".jsonl");
    Files.writeString(
        transcript,
        Transcripts.use("u1", "2026-11-20T11:59:30.125Z", "toolu_1", "ls").toString() + "\n");
    scene.spool(
        Scene.worked("toolu_1", "ls", "").put("transcript_path", transcript.toString()).toString());
    scene.drain();
    assertThat(scene.timeline(Scene.SESSION).getLast().time())
        .isEqualTo(Instant.parse("2026-11-20T11:59:30.125Z"));
  }

  @Test
  void keepsEverythingWhileTheStoreDoesNotAnswer() throws IOException {
    boolean[] away = {false};
    ForwardingObjectStore store =
        new ForwardingObjectStore(new MemoryObjectStore()) {
          @Override
          public Created createIfAbsent(ObjectKey key, byte[] bytes) throws IOException {
            if (away[0]) {
              throw new IOException("nobody is there");
            }
            return super.createIfAbsent(key, bytes);
          }
        };
    try (Daybook daybook =
            Daybook.on(store)
                .embedder(Embedder.none())
                .writeDeadline(Duration.ofMillis(300))
                .open();
        Workspace workspace = daybook.create("auth");
        Capture capture = Capture.of(workspace, Scene.AGENT, scene.home)) {
      scene.spool(Scene.worked("t0", "ls", "").toString());
      capture.drain();
      away[0] = true;
      scene.spool(Scene.worked("t1", "ls", "").toString());
      Capture.Drained drained = capture.drain();
      assertThat(drained.left()).isEqualTo(1);
      assertThat(drained.recorded()).isZero();
      assertThat(drained.messages()).hasSize(1);
      away[0] = false;
      assertThat(capture.drain().left()).isZero();
      assertThat(workspace.traces().timeline(SessionId.of(Scene.SESSION))).hasSize(3);
    }
  }

  @Test
  void twoDrainersRecordEachCallOnce() throws Exception {
    for (int i = 0; i < 150; i++) {
      scene.spool(Scene.worked("t" + i, "echo " + i, "").toString());
    }
    try (Daybook other = Daybook.on(scene.store).embedder(Embedder.none()).open();
        Workspace second = other.open("auth");
        Capture one = Capture.of(scene.workspace, Scene.AGENT, scene.home);
        Capture two = Capture.of(second, Scene.AGENT, scene.home);
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      List<Callable<Integer>> drainers = new ArrayList<>();
      for (Capture capture : List.of(one, two)) {
        drainers.add(() -> {
          int recorded = 0;
          while (!capture.spool().isEmpty()) {
            recorded += capture.drain().recorded();
          }
          return recorded;
        });
      }
      int sum = 0;
      for (Future<Integer> recorded : threads.invokeAll(drainers)) {
        sum += recorded.get();
      }
      assertThat(sum).isEqualTo(150);
    }
    assertThat(scene.calls()).hasSize(150);
  }

  @Test
  void sameCallsHaveTheSameArguments() {
    ObjectNode one = HookInput.JSON.createObjectNode().put("content", "a".repeat(50_000) + 1);
    ObjectNode two = HookInput.JSON.createObjectNode().put("content", "a".repeat(50_000) + 2);
    ToolCall first = ClaudeCalls.call("Write", one, folder);
    assertThat(ClaudeCalls.call("Write", one.deepCopy(), folder)).isEqualTo(first);
    assertThat(ClaudeCalls.call("Write", two, folder).arguments()).isNotEqualTo(first.arguments());
  }
}
