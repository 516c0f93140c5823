package dev.daybook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.TraceStore.Commit;
import dev.daybook.event.Actor;
import dev.daybook.event.Context;
import dev.daybook.event.Entry;
import dev.daybook.event.EventId;
import dev.daybook.event.Handoff;
import dev.daybook.event.PlanEvent.DecisionMade;
import dev.daybook.event.PlanEvent.NoteAdded;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.PlanEvent.TaskClosed;
import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.event.Vcs;
import dev.daybook.recall.Embedder;
import dev.daybook.recall.Filter;
import dev.daybook.storage.CountingObjectStore;
import dev.daybook.storage.MemoryObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was said about one task, handoff or event, and which commits carry it. */
class HistoryTest {
  private static final Vcs BASE =
      new Vcs("", "main", "", "1111111aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", Vcs.State.DIRTY);
  private static final Vcs DONE =
      new Vcs("", "main", "", "2222222bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", Vcs.State.CLEAN);

  @TempDir private Path folder;
  private final CountingObjectStore store = new CountingObjectStore(new MemoryObjectStore());
  private Instant now = Instant.parse("2026-03-01T10:00:00Z");
  private Daybook daybook;
  private Workspace workspace;
  private Session session;

  @BeforeEach
  void open() {
    InstantSource clock = () -> now;
    daybook =
        Daybook.on(store)
            .embedder(Embedder.none())
            .clock(clock)
            .cache(folder.resolve("cache"), 1 << 30)
            .open();
    workspace = daybook.create("w");
    session = workspace.startSession(Actor.agent("coder-7"));
  }

  @AfterEach
  void close() {
    session.close();
    workspace.close();
    daybook.close();
  }

  private static List<EventId> ids(Iterable<Entry> entries) {
    List<EventId> ids = new ArrayList<>();
    entries.forEach(entry -> ids.add(entry.id()));
    return ids;
  }

  @Test
  void theHistoryOfATaskIsWhatThePlanSaysOfItNewestFirst() {
    List<EventId> first =
        session
            .updatePlan(plan -> List.of(TaskAdded.of("T", "t"), TaskAdded.of("U", "u")))
            .events();
    session.on("T").record(Observation.of("a trace")).await();
    List<EventId> decided =
        session.updatePlan(plan -> List.of(DecisionMade.of("d").on("T"))).events();
    workspace.compact();
    session.offer(Handoff.of("T").toRole("coder").summary("s").build());
    List<EventId> closed = session.updatePlan(plan -> List.of(TaskClosed.done("T"))).events();

    EntryPage page = workspace.history("T");

    assertThat(page.entries())
        .extracting(Entry::type)
        .containsExactly("TaskClosed", "HandoffOffered", "DecisionMade", "TaskAdded");
    assertThat(ids(page)).contains(closed.getFirst(), decided.getFirst(), first.getFirst());
    assertThat(page.hasNext()).isFalse();
  }

  @Test
  void theHistoryOfAHandoffIsItsLife() {
    session.updatePlan(plan -> List.of(TaskAdded.of("T", "t")));
    Handoff offered = session.offer(Handoff.of("T").toRole("coder").summary("s").build());
    try (Session coder = workspace.startSession(Actor.agent("coder-8").role("coder"))) {
      coder.accept(offered);
      coder.complete(offered, "done");
    }

    assertThat(workspace.history(offered.id()).entries())
        .extracting(Entry::type)
        .containsExactly("HandoffCompleted", "HandoffAccepted", "HandoffOffered");
  }

  @Test
  void theHistoryOfAnEventIsItself() {
    EventId decided = session.updatePlan(plan -> List.of(DecisionMade.of("d"))).events().getFirst();
    session.record(Observation.of("because of it"), Context.none().cause(decided)).await();

    assertThat(ids(workspace.history(decided.toString()))).containsExactly(decided);
  }

  @Test
  void anIdThatNobodyUsedHasAnEmptyHistory() {
    assertThat(workspace.history("nothing").entries()).isEmpty();
    assertThat(workspace.history(EventId.NONE.toString()).entries()).isEmpty();
    assertThat(workspace.traces().commits("nothing")).isEmpty();
  }

  @Test
  void aLongHistoryComesInPages() {
    List<EventId> all =
        new ArrayList<>(session.updatePlan(plan -> List.of(TaskAdded.of("T", "t"))).events());
    for (int i = 0; i < 10; i++) {
      String text = "note " + i;
      all.addAll(
          session
              .updatePlan(plan -> List.of(NoteAdded.of(text).on("T"), NoteAdded.of("x")))
              .events()
              .subList(0, 1));
      if (i == 5) {
        workspace.compact();
      }
    }
    List<EventId> paged = new ArrayList<>();
    EventId cursor = EventId.NONE;
    int pages = 0;
    do {
      EntryPage page = workspace.history("T", cursor, 4);
      paged.addAll(ids(page));
      cursor = page.next();
      pages++;
    } while (cursor.isPresent());

    assertThat(paged).isEqualTo(all.reversed());
    assertThat(pages).isEqualTo(3);
  }

  @Test
  void refusesABlankIdAndAnImpossiblePage() {
    assertThatThrownBy(() -> workspace.history(" "))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("The id is blank; give the id of a task, of a handoff or of an event");
    assertThatThrownBy(() -> workspace.traces().commits(""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("The id is blank; give the id of a task, of a handoff or of an event");
    assertThatThrownBy(() -> workspace.history("T", EventId.NONE, 1_001))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("A page of 1001 entries was asked for; from 1 to 1000");
  }

  /** On the base: the task, work and a decision; then a commit, and the task is closed on it. */
  private EventId workOnT() {
    Session atBase = session.at(BASE);
    EventId decided =
        atBase
            .updatePlan(plan -> List.of(TaskAdded.of("T", "t"), DecisionMade.of("d").on("T")))
            .events()
            .getLast();
    now = now.plusSeconds(10);
    atBase.on("T").record(ToolCall.of("bash", "mvn verify")).await();
    workspace.compact();
    now = now.plusSeconds(10);
    atBase.at(DONE).updatePlan(plan -> List.of(TaskClosed.done("T")));
    session.updatePlan(plan -> List.of(TaskAdded.of("U", "without version control")));
    return decided;
  }

  @Test
  void aTaskFindsTheCommitsThatCarryIt() {
    Instant began = now;
    workOnT();

    List<Commit> commits = workspace.traces().commits("T");

    assertThat(commits).extracting(Commit::vcs).containsExactly(DONE, BASE);
    assertThat(commits).extracting(Commit::events).containsExactly(1L, 3L);
    assertThat(commits.getLast().first()).isEqualTo(began);
    assertThat(commits.getLast().last()).isEqualTo(began.plusSeconds(10));
    assertThat(commits.getFirst().newest())
        .isEqualTo(ids(workspace.traces().find(Filter.any().type("TaskClosed"))));
    assertThat(workspace.traces().commits("U")).isEmpty();
  }

  @Test
  void aDecisionFindsTheCommitsOfItsTaskSinceThen() {
    session
        .at(new Vcs("", "main", "", "0000000", Vcs.State.CLEAN))
        .on("T")
        .record(Observation.of("before the decision"))
        .await();
    now = now.plusSeconds(10);
    EventId decided = workOnT();

    assertThat(workspace.traces().commits(decided.toString()))
        .extracting(Commit::vcs)
        .containsExactly(DONE, BASE);
  }

  @Test
  void aCommitFindsItsTasksAndDecisions() {
    EventId decided = workOnT();
    Filter decisions = Filter.any().type("DecisionMade");

    assertThat(ids(workspace.traces().find(decisions.revision(BASE.revision()))))
        .containsExactly(decided);
    assertThat(ids(workspace.traces().find(decisions.revision("1111111"))))
        .containsExactly(decided);
    assertThat(workspace.traces().count(decisions.revision("2222222"))).isZero();
    assertThat(workspace.traces().count(Filter.any().revision("2222222", "1111111"))).isEqualTo(4);
    assertThat(workspace.traces().count(Filter.any().revision("111111"))).isZero();
    assertThatThrownBy(() -> Filter.any().revision(" "))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Filter by REVISION got a blank value");
  }

  @Test
  void manyCommitsAreCutToTheNewest() {
    session.updatePlan(plan -> List.of(TaskAdded.of("T", "t")));
    for (int i = 0; i < 105; i++) {
      Vcs vcs = new Vcs("", "", "", "revision-%03d".formatted(i), Vcs.State.CLEAN);
      Session there = session.at(vcs).on("T");
      for (int n = 0; n < (i == 104 ? 25 : 1); n++) {
        there.record(Observation.of("o"));
      }
    }
    session.flush();

    List<Commit> commits = workspace.traces().commits("T");

    assertThat(commits).hasSize(TraceStore.COMMITS_MAX);
    assertThat(commits.getFirst().vcs().revision()).isEqualTo("revision-104");
    assertThat(commits.getFirst().events()).isEqualTo(25);
    assertThat(commits.getFirst().newest()).hasSize(TraceStore.NAMED_MAX);
    assertThat(commits.getLast().vcs().revision()).isEqualTo("revision-005");
  }

  @Test
  void aSessionReadsTheStateOfAFolderAnew() throws Exception {
    Path work = Files.createDirectory(folder.resolve("work"));
    assertThat(vcsOf(session.at(work))).isEqualTo(Vcs.NONE);
    git(work, "init", "-q", "-b", "main");
    commit(work, "one");
    Vcs one = vcsOf(session.at(work));
    commit(work, "two");
    Vcs two = vcsOf(session.on("T").at(work));

    assertThat(one.branch()).isEqualTo("main");
    assertThat(one.revision()).hasSize(40).isNotEqualTo(two.revision());
    assertThat(vcsOf(session)).isEqualTo(Vcs.NONE);
    assertThat(workspace.traces().commits("T"))
        .extracting(commit -> commit.vcs().revision())
        .containsExactly(two.revision());
  }

  private Vcs vcsOf(Session there) {
    EventId id = there.record(Observation.of("here")).await().id();
    return workspace.traces().entry(id).orElseThrow().envelope().vcs();
  }

  private static void commit(Path work, String text) throws IOException, InterruptedException {
    Files.writeString(work.resolve("file"), text);
    git(work, "add", "file");
    git(work, "-c", "user.name=n", "-c", "user.email=e@example.com", "commit", "-q", "-m", text);
  }

  private static void git(Path work, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("git"));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .directory(work.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(process.waitFor()).isZero();
  }

  @Test
  void aNarrowedSessionIsClosedWithTheOther() {
    Session there = session.at(DONE);
    there.close();

    assertThatThrownBy(() -> session.record(Observation.of("x")))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aHistoryCostsTheRequestsOfAStrongReadHoweverLongItIs() {
    session.updatePlan(plan -> List.of(TaskAdded.of("T", "t")));
    for (int i = 0; i < 50; i++) {
      session.updatePlan(plan -> List.of(NoteAdded.of("n").on("T")));
    }
    workspace.compact();
    assertThat(workspace.history("T").entries()).hasSize(51);
    store.reset();
    assertThat(workspace.history("T").entries()).hasSize(51);

    assertThat(store.requests()).hasSizeLessThanOrEqualTo(4);
  }

  @Test
  void aPinNamesAStateThatCanBeRead() {
    session.updatePlan(plan -> List.of(TaskAdded.of("T", "before")));
    session.record(Observation.of("seen before")).await();
    now = now.plusSeconds(1);
    workspace.pin("release 1");
    now = now.plusSeconds(1);
    session.updatePlan(plan -> List.of(TaskAdded.of("U", "after")));
    session.record(Observation.of("seen after")).await();
    workspace.compact();
    Workspace.Past then = workspace.asOf("release 1");
    assertThat(then.plan().tasks().keySet()).containsExactly("T");
    assertThat(then.traces().find(Filter.any().type("Observation")).entries()).hasSize(1);
    assertThatThrownBy(() -> workspace.asOf("release 2"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'release 2' is not pinned in 'w'; pinned are [release 1]");
  }
}
