package dev.daybook.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.daybook.Daybook;
import dev.daybook.Receipt;
import dev.daybook.Session;
import dev.daybook.Workspace;
import dev.daybook.event.Actor;
import dev.daybook.event.Handoff;
import dev.daybook.event.PlanEvent.ApproachRejected;
import dev.daybook.event.PlanEvent.ApprovalRequested;
import dev.daybook.event.PlanEvent.BlockerRaised;
import dev.daybook.event.PlanEvent.DecisionMade;
import dev.daybook.event.PlanEvent.QuestionAsked;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.SessionId;
import dev.daybook.event.TaskStatus;
import dev.daybook.event.TestRun;
import dev.daybook.event.ToolCall;
import dev.daybook.mcp.Cli.Result;
import dev.daybook.recall.Embedder;
import dev.daybook.storage.local.LocalObjectStore;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Every command, end to end, on a store in a folder. */
class CommandsTest {
  private static final String EVIL = "red \u001b[31malert\u001b[0m\u0007 \u202eback\nnew line";

  @TempDir Path root;
  private Cli cli;

  @BeforeEach
  void makeProject() throws IOException {
    cli = new Cli(root);
  }

  private static void done(Result result) {
    assertThat(result.exit()).as(result.err()).isZero();
  }

  /** What an agent left: a plan with something of everything, and calls. */
  private void agentWorked() {
    try (Daybook engine =
            Daybook.on(LocalObjectStore.at(cli.store())).embedder(Embedder.none()).open();
        Workspace workspace = engine.open("demo");
        Session session =
            workspace.startSession(Actor.agent("planner-1").role("planner"), SessionId.of("s-1"))) {
      Object unused =
          session.updatePlan(plan ->
              List.of(
                  TaskAdded.of("AUTH-1", "Rotate the signing keys"),
                  TaskAdded.of("AUTH-2", "Tell the users"),
                  DecisionMade.of("Sign with JWTs").because("saves a lookup"),
                  ApproachRejected.of("Rotate keys in place")
                      .because("refresh fails for five minutes")
                      .about("auth/Token.java"),
                  QuestionAsked.of("How long do old keys live?").on("AUTH-1"),
                  new BlockerRaised("AUTH-2", "the mail server is down"),
                  ApprovalRequested.ofTask("AUTH-1", "touches sign-in")));
      Receipt tried =
          session
              .on("AUTH-1")
              .record(
                  ToolCall.of("bash", "mvn -pl auth verify")
                      .softFail("TokenIT.refresh: key expired")
                      .exit(1)
                      .touching("auth/Token.java"))
              .await();
      unused =
          session.offer(
              Handoff.of("AUTH-1")
                  .toRole("coder")
                  .status(TaskStatus.IN_PROGRESS)
                  .summary("keys signed, refresh is open")
                  .tests(TestRun.of("mvn -pl auth verify", 412, "TokenIT.refresh"))
                  .evidence(tried.id())
                  .build());
    }
  }

  private void project() {
    done(cli.run("workspace", "create", "demo", "--goal", "Rotate keys"));
  }

  @Test
  void aNewProjectHasAWorkspaceThatItsCommandsWorkOn() throws IOException {
    Files.createDirectories(cli.project().resolve(".git"));
    Path below = Files.createDirectories(cli.project().resolve("src/main"));

    Result created = cli.in(below).run("workspace", "create", "demo");

    done(created);
    assertThat(created.out()).contains("Created workspace 'demo' in " + cli.store());
    assertThat(cli.project().resolve(".daybook/daybook.properties")).hasContent("workspace=demo");
    assertThat(cli.project().resolve(".daybook/.gitignore"))
        .content()
        .contains("*\n!.gitignore\n!daybook.properties\n");
    done(cli.run("note", "found", "from", "below"));
    assertThat(cli.run("plan").out()).contains("found from below");

    assertThat(cli.run("workspace", "create", "demo").exit()).isEqualTo(3);
    Result second = cli.run("workspace", "create", "other", "--json");
    assertThat(second.json().get("default").asBoolean()).isFalse();
    assertThat(cli.run("workspace", "list").lines()).containsExactly("* demo", "  other");
    assertThat(cli.run("workspace", "show", "other", "--json").json().get("traces").asInt())
        .isZero();
  }

  @Test
  void deletingAsksOnATerminalAndNeedsYesElsewhere() {
    project();
    Result unasked = cli.answering("demo\n", "workspace", "delete", "demo");
    assertThat(unasked.exit()).isEqualTo(6);
    assertThat(unasked.err()).contains("give --yes if you mean it");
    cli.with("DAYBOOK_TERMINAL", "in err 80");
    Result wrong = cli.answering("dmeo\n", "workspace", "delete", "demo");
    assertThat(wrong.exit()).isEqualTo(6);
    assertThat(wrong.err()).contains("Type its name to go on: ").contains("nothing was deleted");
    assertThat(cli.run("workspace", "list").out()).contains("demo");

    done(cli.answering("demo\n", "workspace", "delete", "demo"));

    assertThat(cli.run("workspace", "list").out()).contains("There are no workspaces");
    assertThat(cli.run("plan").exit()).isEqualTo(3);
    done(cli.run("workspace", "create", "next"));
    done(cli.run("workspace", "delete", "next", "--yes"));
    assertThat(cli.run("workspace", "delete", "next", "--yes").exit()).isEqualTo(3);
  }

  @Test
  void aDeletionElsewhereLeavesTheProjectItsWorkspace() {
    project();
    String elsewhere = root.resolve("elsewhere").toString();
    done(cli.run("workspace", "create", "demo", "--store", elsewhere));
    done(cli.run("workspace", "delete", "demo", "--store", elsewhere, "--yes"));
    assertThat(cli.run("plan").out()).contains("Rotate keys");
  }

  @Test
  void aDeletionThatWasCutOffIsFinishedByAnother() throws IOException {
    project();
    Path left = cli.store().resolve("demo/000001/left/by-the-first.json");
    done(cli.run("workspace", "delete", "demo", "--yes"));
    Files.createDirectories(left.getParent());
    Files.writeString(left, "x");
    Result again = cli.run("workspace", "delete", "demo");
    assertThat(again.exit()).isEqualTo(3);
    assertThat(again.err()).contains("was deleted");
    assertThat(left).doesNotExist();
  }

  @Test
  void settingsComeFromFlagThenEnvironmentThenFilesThenDefaults() throws IOException {
    for (String name : List.of("by-flag", "by-variable", "by-project", "by-user")) {
      done(cli.run("workspace", "create", name));
      done(cli.run("note", "-w", name, "this is " + name));
    }
    Path project = cli.project().resolve(".daybook/daybook.properties");
    Path user = Files.createDirectories(cli.home().resolve(".config/daybook"));
    Files.writeString(user.resolve("daybook.properties"), "workspace=by-user\nactor = ana\n");
    Files.writeString(project, "# ours\nworkspace: by-project\n");
    cli.with("DAYBOOK_WORKSPACE", "by-variable");

    assertThat(cli.run("plan", "-w", "by-flag").out()).contains("this is by-flag");
    assertThat(cli.run("plan").out()).contains("this is by-variable");
    cli.without("DAYBOOK_WORKSPACE");
    assertThat(cli.run("plan").out()).contains("this is by-project");
    Result verbose = cli.run("plan", "--verbose");
    assertThat(verbose.err())
        .contains("workspace: by-project (from " + project + ")")
        .contains("actor: ana (from " + user.resolve("daybook.properties") + ")")
        .contains("store: default (from nothing)");
    Files.delete(project);
    assertThat(cli.run("plan").out()).contains("this is by-user");
    done(cli.run("note", "whose"));
    assertThat(cli.run("plan", "--json").json().at("/notes/1/actor/id").asText()).isEqualTo("ana");
    done(cli.run("note", "whose", "--actor", "eva"));
    assertThat(cli.run("plan", "--json").json().at("/notes/2/actor/id").asText()).isEqualTo("eva");
  }

  @Test
  void aWrongSettingSaysWhereItIsFrom() throws IOException {
    project();
    Result unknown = cli.with("DAYBOOK_WORKSPACE", "demmo").run("plan");
    assertThat(unknown.exit()).isEqualTo(3);
    assertThat(unknown.err())
        .contains("did you mean 'demo'")
        .contains("(workspace 'demmo' is from DAYBOOK_WORKSPACE)");
    cli.without("DAYBOOK_WORKSPACE");
    Result noStore = cli.with("DAYBOOK_STORE", "elsewhere").run("plan");
    assertThat(noStore.exit()).isEqualTo(3);
    assertThat(noStore.err())
        .contains("There is no store in " + cli.project().resolve("elsewhere"))
        .contains("from DAYBOOK_STORE");
    assertThat(cli.project().resolve("elsewhere")).doesNotExist();
    assertThat(cli.with("DAYBOOK_STORE", "ftp://host/x").run("plan").exit()).isEqualTo(2);
    Result noBucket = cli.with("DAYBOOK_STORE", "s3://b u/x").run("plan");
    assertThat(noBucket.exit()).isEqualTo(2);
    assertThat(noBucket.err()).contains("Store 's3://b u/x' (from DAYBOOK_STORE)");
    cli.without("DAYBOOK_STORE");
    assertThat(cli.with("DAYBOOK_EMBEDDINGS", "maybe").run("recall", "x").err())
        .contains("Embeddings are 'maybe' (from DAYBOOK_EMBEDDINGS)");
    Files.writeString(cli.project().resolve(".daybook/daybook.properties"), "wokspace=demo");
    Result typo = cli.run("plan");
    assertThat(typo.exit()).isEqualTo(2);
    assertThat(typo.err()).contains("sets 'wokspace', which is no setting");
  }

  @Test
  void aPathInAFileIsOfTheProjectOrOfTheUsersHome() throws IOException {
    Path below = Files.createDirectories(cli.project().resolve("src"));
    Path user = Files.createDirectories(cli.home().resolve(".config/daybook"));
    Path file = user.resolve("daybook.properties");
    Files.writeString(file, "store=~/memory\n");
    done(cli.run("workspace", "create", "demo"));
    assertThat(cli.home().resolve("memory")).isDirectory();
    Files.writeString(file, "store=shared\n");
    assertThat(cli.in(below).run("plan").err())
        .contains("no store in " + cli.project() + "/shared");
  }

  @Test
  void settingsCanBeReadByWhoeverSharesTheProject() throws IOException {
    project();
    Path other = Files.writeString(cli.project().resolve("other"), "x");
    assertThat(Files.getPosixFilePermissions(cli.project().resolve(".daybook/daybook.properties")))
        .isEqualTo(Files.getPosixFilePermissions(other));
  }

  @Test
  void aStoreInAnotherFolderIsKeptWithTheWorkspace() {
    Path elsewhere = root.resolve("shared");
    done(cli.run("workspace", "create", "team", "--store", elsewhere.toString()));
    assertThat(cli.store()).doesNotExist();
    done(cli.run("note", "over there"));
    assertThat(cli.run("workspace", "list", "--json").json().get("store").asText())
        .isEqualTo(elsewhere.toString());
  }

  @Test
  void tasksAreAddedEditedAndClosedByTheRules() {
    project();
    assertThat(cli.run("task", "add", "Rotate", "the", "keys", "--criterion", "it is tested").out())
        .contains("Added task T-1");
    done(
        cli.run(
            "task",
            "add",
            "Tell users",
            "--id",
            "MAIL",
            "--blocked-by",
            "T-1",
            "--priority",
            "0",
            "--kind",
            "chore",
            "--label",
            "area=mail",
            "--label",
            "soon",
            "--assignee",
            "bo"));
    assertThat(cli.run("task", "add", "again", "--id", "MAIL").exit()).isEqualTo(6);

    assertThat(cli.run("ready").out()).contains("T-1").doesNotContain("MAIL");
    Result refused = cli.run("task", "close", "T-1");
    assertThat(refused.exit()).isEqualTo(6);
    assertThat(refused.err()).contains("it is tested");
    assertThat(cli.run("task", "edit", "T-1", "--met", "2").exit()).isEqualTo(1);
    done(cli.run("task", "edit", "T-1", "--met", "1", "--status", "in_progress"));
    assertThat(cli.run("task", "edit", "T-1").exit()).isEqualTo(2);
    assertThat(cli.run("task", "close", "T-1", "all", "green").out())
        .contains("Closed task T-1 as succeeded");
    done(
        cli.run(
            "task", "edit", "MAIL", "--title", "Tell all", "--assignee", "", "--unlabel", "soon"));

    JsonNode ready = cli.run("ready", "--json").json().get("tasks");
    assertThat(ready).hasSize(1);
    assertThat(ready.at("/0/id").asText()).isEqualTo("MAIL");
    assertThat(ready.at("/0/title").asText()).isEqualTo("Tell all");
    assertThat(ready.at("/0/assignee").asText()).isEmpty();
    assertThat(ready.at("/0/labels").toString()).isEqualTo("{\"area\":\"mail\"}");
    done(cli.run("task", "edit", "T-1", "--status", "OPEN", "--reason", "not all green"));
    assertThat(cli.run("task", "show", "T-1").out())
        .startsWith("T-1 Rotate the keys\nopen, priority 2, task\n")
        .contains("criterion 1, met: it is tested")
        .contains("task T-1 reopened: not all green");
    assertThat(cli.run("task", "show", "T-9").exit()).isEqualTo(1);
    Result near = cli.run("task", "close", "mail");
    assertThat(near.exit()).isEqualTo(1);
    assertThat(near.err()).contains("no task 'mail', but 'MAIL'");
    assertThat(cli.run("task", "edit", "MAIL", "--status", "done").err())
        .contains("'daybook task close MAIL");
    for (List<String> wrong :
        List.of(
            List.of("task", "edit", "T-9", "--title", "x"),
            List.of("note", "--task", "T-9", "x"),
            List.of("brief", "--task", "T-9"))) {
      assertThat(cli.run(wrong.toArray(String[]::new)).exit()).as(wrong.toString()).isEqualTo(1);
    }
    assertThat(cli.run("plan", "--at", "1").out()).contains("0 tasks");
    assertThat(cli.run("plan", "--at", "99").exit()).isEqualTo(2);
    assertThat(cli.run("plan", "--at", "-1").exit()).isEqualTo(2);
  }

  @Test
  void aPersonApprovesDeniesAndAnswers() {
    project();
    agentWorked();
    JsonNode plan = cli.run("plan", "--json").json();
    String question = plan.at("/questions/0/id").asText();
    String decision = plan.at("/decisions/0/id").asText();
    assertThat(cli.run("approve").out()).contains("AUTH-1").contains("touches sign-in");
    assertThat(cli.run("plan").out())
        .contains("Waiting for your approval")
        .contains("Sign with JWTs (saves a lookup)")
        .contains("Rotate keys in place (refresh fails for five minutes)")
        .contains("How long do old keys live?")
        .contains("the mail server is down");

    done(cli.run("approve", "AUTH-1", "go", "on"));
    assertThat(cli.run("approve").out()).contains("Nothing waits for approval");
    assertThat(cli.run("deny", decision).exit()).isEqualTo(2);
    done(cli.run("deny", decision, "keys leak"));
    assertThat(cli.run("plan", "--json").json().get("decisions")).isEmpty();
    assertThat(cli.run("plan", "--all", "--json").json().get("decisions")).hasSize(1);
    assertThat(cli.run("approve", "NOPE").exit()).isEqualTo(1);
    done(cli.run("answer", question, "An hour"));
    assertThat(cli.run("plan", "--json").json().get("questions")).isEmpty();
    assertThat(cli.run("answer", decision, "An hour").exit()).isEqualTo(1);
    done(cli.run("task", "edit", "AUTH-2", "--clear-blockers", "it is up again"));
    assertThat(cli.run("ready").out()).contains("AUTH-2");
  }

  @Test
  void inTheShellOfAnAgentNobodySpeaksAsAPerson() {
    project();
    agentWorked();
    cli.with("CLAUDECODE", "1");
    Result refused = cli.run("approve", "AUTH-1");
    assertThat(refused.exit()).isEqualTo(6);
    done(cli.run("note", "from inside", "--actor", "claude-7"));
    cli.without("CLAUDECODE");
    JsonNode note = cli.run("plan", "--json").json().at("/notes/0/actor");
    assertThat(note.get("kind").asText()).isEqualTo("AGENT");
    assertThat(note.get("id").asText()).isEqualTo("claude-7");
    assertThat(cli.run("approve", "AUTH-1", "--as-agent").exit()).isEqualTo(6);
    done(cli.run("approve", "AUTH-1"));
  }

  @Test
  void historyIsAskedInWordsByCallByPathAndBySession() throws IOException {
    project();
    agentWorked();
    assertThat(cli.run("recall", "why", "does", "refresh", "fail").out())
        .contains("refresh fails for five minutes")
        .containsPattern("\\d+ hits? of \\d+ events, by words");
    assertThat(cli.run("recall", "refresh", "--tool", "bash", "--failures", "-n", "1").out())
        .contains("bash soft fail")
        .contains("1 hit of");
    assertThat(cli.run("recall", "refresh", "--from", "nobody").exit()).isEqualTo(1);
    assertThat(cli.run("recall", "x", "-n", "0").exit()).isEqualTo(2);
    assertThat(cli.run("recall", " ").exit()).isEqualTo(2);

    assertThat(cli.run("tried", "Rotate keys in place").out()).contains("rejected");
    Result call = cli.run("tried", "--tool", "bash", "mvn -pl auth verify", "--json");
    assertThat(call.json().at("/attempts/0/match").asText()).isEqualTo("SAME_CALL");
    assertThat(call.json().at("/attempts/0/reason").asText()).contains("key expired");
    Result never = cli.run("tried", "paint the fence green");
    assertThat(never.exit()).isEqualTo(1);
    assertThat(never.out()).contains("Nobody tried that");

    Path below = Files.createDirectories(cli.project().resolve("auth"));
    Files.createFile(below.resolve("Token.java"));
    Result about = cli.in(below).run("about", "Token.java");
    assertThat(about.out())
        .startsWith("auth/Token.java\n0 reads, 1 change\n")
        .contains("Rotate keys in place")
        .contains("planner-1");
    Files.delete(below.resolve("Token.java"));
    assertThat(cli.run("about", "Token.java").out()).startsWith("auth/Token.java\n");
    assertThat(cli.run("about", "auth/**").out()).contains("1 change");
    assertThat(cli.in(cli.project()).run("about", "nothing/here").exit()).isEqualTo(1);

    assertThat(cli.run("timeline").out()).contains("s-1").contains("planner-1");
    assertThat(cli.run("timeline", "s-1").out())
        .contains("bash mvn -pl auth verify -> soft fail, exit 1: TokenIT.refresh: key expired");
    assertThat(cli.run("timeline", "s-2").exit()).isEqualTo(1);

    long sessions = cli.run("timeline", "--json").json().get("sessions").size();
    assertThat(cli.run("brief").out()).contains("goal: Rotate keys");
    Result brief =
        cli.run("brief", "--actor", "coder-7", "--as-agent", "--role", "coder", "--json");
    assertThat(brief.json().get("inbox")).hasSize(1);
    assertThat(brief.json().at("/reader/kind").asText()).isEqualTo("AGENT");
    assertThat(cli.run("brief", "--tokens", "3").exit()).isEqualTo(2);
    assertThat(cli.run("timeline", "--json").json().get("sessions"))
        .as("asking for a briefing starts no session")
        .hasSize((int) sessions);
    String handoff = brief.json().at("/inbox/0").asText();
    assertThat(cli.run("handoffs").out()).contains(handoff).contains("role coder");
    assertThat(cli.run("handoffs", handoff).out())
        .contains("tests      mvn -pl auth verify: 412 passed, 1 failed [TokenIT.refresh]");
    assertThat(cli.run("handoffs", "h-9").exit()).isEqualTo(1);
  }

  @Test
  void importsWhatItKnowsByItsContent() throws IOException {
    project();
    String rows =
        """
        {"session":"t-1","agent":"coder","seq":1,"ts":1700000000,"tool":"bash","input":"ls","output":"a","status":"ok"}
        {"session":"t-1","agent":"coder","seq":2,"ts":1700000001,"tool":"bash","input":"make","output":"no","status":"error","rc":2}
        """;
    Path traces = Files.writeString(cli.project().resolve("traces.log"), rows);
    Path folder = Files.createDirectories(cli.project().resolve("many"));
    try (OutputStream out =
        new GZIPOutputStream(Files.newOutputStream(folder.resolve("plan.jsonl.gz")))) {
      out.write(
          """
          {"seq":1,"ts":1700000000,"op":"create","id":"P-1","set":{"title":"From elsewhere","status":"open"}}
          """
              .getBytes(StandardCharsets.UTF_8));
    }
    Result first = cli.run("import", "traces.log", "many", "--json");
    done(first);
    assertThat(first.json().at("/files/0/format").asText()).isEqualTo("TRACES");
    assertThat(first.json().at("/files/0/recorded").asInt()).isEqualTo(2);
    assertThat(first.json().at("/files/1/format").asText()).isEqualTo("PLAN");
    assertThat(cli.run("plan").out()).contains("From elsewhere");
    assertThat(cli.run("timeline", "t-1").out()).contains("make");

    Files.writeString(traces, rows + "{\"session\":1}\n");
    Result again = cli.run("import", "traces.log");
    assertThat(again.exit()).as("a row was not understood").isEqualTo(8);
    assertThat(again.out()).containsPattern("traces\\.log +traces +3 +0 +2 +1");
    assertThat(again.err()).contains("traces.log, line 3: ");

    Path other = Files.writeString(cli.project().resolve("other.txt"), "not JSON");
    assertThat(cli.run("import", other.toString()).exit()).isEqualTo(2);
    Result gone = cli.run("import", "traces.log", "gone.jsonl");
    assertThat(gone.exit()).isEqualTo(74);
    assertThat(gone.err()).contains("There is no file 'gone.jsonl'");
  }

  @Test
  void verifiesAndCompacts() throws IOException {
    project();
    agentWorked();
    assertThat(cli.run("compact").out()).contains("Compacted 'demo' in ");
    Result whole = cli.run("verify");
    done(whole);
    assertThat(whole.out()).endsWith(": whole\n");
    Path segment;
    try (Stream<Path> files = Files.walk(cli.store())) {
      segment =
          files.filter(file -> file.toString().endsWith(".parquet")).findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(segment);
    bytes[bytes.length / 2] ^= 1;
    Files.write(segment, bytes);

    Result damaged = cli.run("verify", "--json");

    assertThat(damaged.exit()).isEqualTo(8);
    assertThat(damaged.json().get("whole").asBoolean()).isFalse();
    assertThat(damaged.json().get("problems").toString())
        .contains(segment.getFileName().toString());
  }

  @Test
  void whatOthersWroteIsHarmless() {
    project();
    done(cli.answering(EVIL, "note", "-"));
    for (Result shown :
        List.of(
            cli.run("plan"),
            cli.with("DAYBOOK_TERMINAL", "out 60").with("NO_COLOR", "1").run("plan"),
            cli.run("recall", "alert"),
            cli.run("brief"),
            cli.run("note", "--task", "\u001b[2J", "x"),
            cli.run("plan", "--json"))) {
      assertThat((shown.out() + shown.err()).chars())
          .as(shown.out())
          .noneMatch(c -> (c < ' ' && c != '\n') || c == 0x7F || c == 0x202E);
    }
    cli.without("DAYBOOK_TERMINAL");
    assertThat(cli.run("plan").out()).contains("red ␛[31malert␛[0m␇ <U+202E>back new line\n");
    assertThat(cli.run("plan", "--json").json().at("/notes/0/text").asText()).isEqualTo(EVIL);
  }

  @Test
  void aTerminalGetsColoursAndLinesThatFitOthersGetAll() {
    project();
    String longTitle = "word ".repeat(60) + "end";
    done(cli.run("task", "add", longTitle));
    assertThat(cli.run("plan").out()).contains(longTitle).doesNotContain("\u001b");

    Result wide = cli.with("DAYBOOK_TERMINAL", "out err 72").run("plan");

    assertThat(wide.out()).contains("\u001b[1m").contains("…").doesNotContain(longTitle);
    assertThat(wide.out().replaceAll("\u001b\\[[0-9]*m", "").lines())
        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(72));
    assertThat(cli.with("NO_COLOR", "1").run("plan").out()).doesNotContain("\u001b").contains("…");
    assertThat(cli.without("NO_COLOR").with("TERM", "dumb").run("plan").out())
        .doesNotContain("\u001b");
  }

  @Test
  void whoeverStopsReadingIsNotToldAndAFullDiskIs() {
    project();
    Result closed = cli.writingTo(failing("Broken pipe"), "", "plan");
    assertThat(closed.exit()).isZero();
    assertThat(closed.err()).isEmpty();
    assertThat(cli.writingTo(failing("Broken pipe"), "", "--help").exit()).isZero();
    Result full = cli.writingTo(failing("No space left on device"), "", "plan");
    assertThat(full.exit()).isEqualTo(74);
    assertThat(full.err()).contains("The result cannot be written: No space left on device");
  }

  private static OutputStream failing(String why) {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        throw new IOException(why);
      }
    };
  }

  @Test
  void storesThatCannotBeUsedSaySo() throws IOException {
    Path file = Files.writeString(cli.project().resolve("a-file"), "x");
    Result noFolder = cli.run("workspace", "create", "demo", "--store", file.toString());
    assertThat(noFolder.exit()).as(noFolder.err()).isEqualTo(5);
    assertThat(noFolder.err()).startsWith("error: ").doesNotContain("\tat ");
    assertThat(noFolder.err().lines()).hasSize(1);
    Result verbose =
        cli.run("workspace", "create", "demo", "--store", file.toString(), "--verbose");
    assertThat(verbose.err()).contains("StorageAccessException");
  }

  /** Sentences of the library are of methods, which nobody has here. */
  @Test
  void errorsSayWhatToTypeNext() {
    project();
    done(cli.run("task", "add", "One", "--criterion", "it is tested"));
    done(cli.run("task", "add", "Two", "--id", "TWO"));
    done(cli.run("task", "close", "TWO"));
    for (List<String> wrong :
        List.of(
            List.of("plan", "-w", "demmo"),
            List.of("plan", "-w", "else"),
            List.of("workspace", "create", "demo"),
            List.of("workspace", "delete", "demmo", "--yes"),
            List.of("task", "close", "T-1"),
            List.of("task", "close", "TWO"),
            List.of("task", "add", "again", "--id", "TWO"),
            List.of("task", "add", " "),
            List.of("task", "add", "x", "--blocked-by", "T-9"),
            List.of("task", "edit", "T-1", "--not-blocked-by", "TWO"),
            List.of("task", "edit", "T-1", "--blocked-by", "T-1"),
            List.of("task", "edit", "T-1", "--parent", "TWO"),
            List.of("note", " "),
            List.of("recall", " "),
            List.of("recall", "x", "-n", "5000"),
            List.of("tried", " "),
            List.of("brief", "--tokens", "3"))) {
      Result result = cli.run(wrong.toArray(String[]::new));
      assertThat(result.exit()).as(wrong.toString()).isIn(2, 3, 6);
      assertThat(result.err())
          .as(wrong.toString())
          .startsWith("error: ")
          .doesNotContainPattern("[A-Za-z]\\w*\\.[a-z]\\w*[( ;]|\\w\\(\\)|[A-Z]\\w*[a-z][A-Z]\\w+");
    }
    assertThat(cli.run("task", "close", "T-1").err()).contains("'daybook task edit ID --met N'");
  }

  @Test
  void wrongCommandLinesAreToldInWords() throws IOException {
    project();
    assertThat(cli.run().exit()).isEqualTo(2);
    Result typo = cli.run("recal", "x");
    assertThat(typo.exit()).isEqualTo(2);
    assertThat(typo.err()).contains("Did you mean recall").contains("See 'daybook --help'.");
    assertThat(cli.run("workspace").err()).contains("create, list, show or delete");
    assertThat(cli.run("task", "add").exit()).isEqualTo(2);
    assertThat(cli.run("task", "close", "T", "--as", "WON").err()).contains("SUCCEEDED");
    assertThat(cli.run("workspace", "create", "No Good").exit()).isEqualTo(2);
    assertThat(cli.run("note", " ").exit()).isEqualTo(2);
    assertThat(cli.run("plan", "--store").exit()).isEqualTo(2);
    assertThat(cli.run("completion", "fish").exit()).isEqualTo(2);
    assertThat(cli.run("plan", "--project", "nowhere").err())
        .contains("There is no folder '" + cli.project().resolve("nowhere"));
    assertThat(cli.run("serve", "--http", "70000").exit()).isEqualTo(2);
    for (List<String> dashed : List.of(List.of("note", "use", "-x"), List.of("note", "- one"))) {
      Result result = cli.run(dashed.toArray(String[]::new));
      assertThat(result.exit()).isEqualTo(2);
      assertThat(result.err()).contains("Put -- before words");
    }
    done(cli.run("note", "--", "use", "-x"));
    Files.writeString(cli.project().resolve("maria"), "not this");
    done(cli.run("note", "@" + cli.project().resolve("maria")));
    assertThat(cli.run("plan").out()).contains("use -x").doesNotContain("not this");
    assertThat(cli.run("help", "plan").out()).startsWith("Usage: daybook plan");
    assertThat(cli.run("--json", "plan").json().get("goal").asText())
        .as("options may come first")
        .isEqualTo("Rotate keys");
  }

  @Test
  void everyCommandExplainsItselfAndIsCompleted() {
    String help = cli.run("--help").out();
    Matcher commands = Pattern.compile("(?m)^  ([a-z]+)  +[A-Z]").matcher(help);
    List<String> names = new ArrayList<>();
    while (commands.find()) {
      names.add(commands.group(1));
      assertThat(cli.run(commands.group(1), "--help").out())
          .contains("Usage: daybook " + commands.group(1));
    }
    assertThat(names).contains("workspace", "plan", "recall", "import", "completion");
    String script = cli.run("completion", "zsh").out();
    assertThat(names).allSatisfy(name -> assertThat(script).contains(name));
    assertThat(script)
        .contains("--failures", "claude-code")
        .doesNotContain("hook")
        .startsWith("#!/usr/bin/env bash");
    assertThat(cli.run("--version").out()).startsWith("daybook ");
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no bash")
  void bashCompletesCommandsOptionsAndValues() throws Exception {
    String script =
        cli.run("completion").out()
            + """
            compopt() { :; }
            for line in 'daybook re' 'daybook task edit --st' 'daybook connect c' 'daybook task close T --as SUC'; do
              COMP_WORDS=($line)
              COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
              _complete_daybook daybook "${COMP_WORDS[COMP_CWORD]}"
              echo "${COMPREPLY[*]}"
            done
            complete -p daybook
            """;
    Process bash = new ProcessBuilder("bash", "-s").redirectErrorStream(true).start();
    try (OutputStream in = bash.getOutputStream()) {
      in.write(script.getBytes(StandardCharsets.UTF_8));
    }
    assertThat(new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines())
        .containsExactly(
            "ready recall",
            "--status --store",
            "claude-code codex cursor",
            "SUCCEEDED",
            "complete -o default -F _complete_daybook daybook");
  }

  @Test
  void theDocumentKnowsEveryExitCodeAndEveryField() throws IOException {
    String document = Files.readString(Path.of("COMMANDS.md"));
    for (var exit : dev.daybook.mcp.command.Exit.values()) {
      assertThat(document).contains("| " + exit.code() + " | ");
    }
    done(cli.run("workspace", "create", "demo", "--json"));
    agentWorked();
    assertFields(document, "workspace list", "workspace", "list");
    assertFields(document, "workspace show", "workspace", "show");
    assertFields(document, "plan", "plan");
    assertFields(document, "ready", "ready");
    assertFields(document, "task add", "task", "add", "One");
    assertFields(document, "task show", "task", "show", "AUTH-1");
    assertFields(document, "handoffs", "handoffs");
    assertFields(document, "recall", "recall", "refresh");
    assertFields(document, "tried", "tried", "Rotate keys in place");
    assertFields(document, "about", "about", "auth");
    assertFields(document, "brief", "brief");
    assertFields(document, "timeline", "timeline", "s-1");
    assertFields(document, "verify", "verify");
    assertFields(document, "connect", "connect", "cursor", "--print");
    assertFields(document, "compact", "compact");
    assertFields(document, "workspace delete", "workspace", "delete", "demo", "--yes");
  }

  /** That a row of the document has just the fields of the answer, and those of the lists in it. */
  private void assertFields(String document, String name, String... arguments) {
    List<String> line = new ArrayList<>(List.of(arguments));
    line.add("--json");
    Result result = cli.run(line.toArray(String[]::new));
    done(result);
    String row =
        document
            .lines()
            .filter(one -> one.startsWith("| `" + name + "` |"))
            .findFirst()
            .orElseThrow(() -> new AssertionError(name));
    String ownFields =
        row.substring(row.indexOf('|', 2)).replaceAll("\\([^)]*\\)", "").replaceAll(";.*", "");
    List<String> fields =
        Pattern.compile("`([a-zA-Z]+)`").matcher(ownFields).results().map(m -> m.group(1)).toList();
    List<String> actual = new ArrayList<>();
    result.json().fieldNames().forEachRemaining(actual::add);
    assertThat(actual).as(name).containsExactlyElementsOf(fields);
    result
        .json()
        .properties()
        .forEach(field -> {
          if (field.getValue().isArray() && field.getValue().path(0).isObject()) {
            field
                .getValue()
                .path(0)
                .fieldNames()
                .forEachRemaining(inner ->
                    assertThat(document.contains("`" + inner + "`"))
                        .as(name + "." + field.getKey() + "." + inner)
                        .isTrue());
          }
        });
  }
}
