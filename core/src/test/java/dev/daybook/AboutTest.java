package dev.daybook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.TraceStore.About;
import dev.daybook.TraceStore.Visits;
import dev.daybook.event.Actor;
import dev.daybook.event.Entry;
import dev.daybook.event.EventId;
import dev.daybook.event.Handoff;
import dev.daybook.event.PlanEvent.ApproachRejected;
import dev.daybook.event.PlanEvent.DecisionMade;
import dev.daybook.event.PlanEvent.NoteAdded;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent.Message;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.event.Vcs;
import dev.daybook.recall.Embedder;
import dev.daybook.recall.Filter;
import dev.daybook.storage.MemoryObjectStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is known about a file or a folder, from every sort of event. */
class AboutTest {
  private static final String TOKEN = "src/auth/Token.java";

  @TempDir private Path cache;
  private Daybook daybook;
  private Workspace workspace;
  private Session planner;
  private Session coder;

  @BeforeEach
  void open() {
    daybook =
        Daybook.on(new MemoryObjectStore()).embedder(Embedder.none()).cache(cache, 1 << 30).open();
    workspace = daybook.create("w");
    planner = workspace.startSession(Actor.agent("planner-1"));
    coder = workspace.startSession(Actor.agent("coder-7"));
  }

  @AfterEach
  void close() {
    planner.close();
    coder.close();
    workspace.close();
    daybook.close();
  }

  private About about(String path) {
    return workspace.traces().about(path);
  }

  private static List<EventId> ids(List<Entry> entries) {
    return entries.stream().map(Entry::id).toList();
  }

  private static EventId recorded(Session session, ToolCall call) {
    return session.record(call).await().id();
  }

  @Test
  void knowsAFileHoweverItsPathIsSpelled() {
    Vcs there = new Vcs("", "main", "/home/x/repo", "", Vcs.State.UNKNOWN);
    EventId dotted = recorded(planner, ToolCall.of("edit", "1").touching("./" + TOKEN));
    EventId whole =
        recorded(planner.at(there), ToolCall.of("edit", "2").touching("/home/x/repo/" + TOKEN));
    EventId plain = recorded(planner, ToolCall.of("edit", "3").touching(TOKEN));
    for (int round = 0; round < 2; round++) {
      for (String asked : List.of(TOKEN, "./" + TOKEN, "src/auth/", "src/**/Token.java")) {
        assertThat(ids(about(asked).changedBy())).as(asked).containsExactly(plain, whole, dotted);
      }
      assertThat(ids(workspace.traces().find(Filter.any().path("./" + TOKEN)).entries()))
          .containsExactly(plain, whole, dotted);
      assertThat(ids(workspace.traces().find(Filter.any().path("/home/x/repo/" + TOKEN)).entries()))
          .containsExactly(whole);
      workspace.compact();
    }
  }

  @Test
  void saysWhoReadAndChangedAFile() {
    EventId one = recorded(planner, ToolCall.of("read", "1").reading(TOKEN));
    EventId two = recorded(coder, ToolCall.of("edit", "2").reading(TOKEN).touching(TOKEN));
    workspace.compact();
    EventId three = recorded(coder, ToolCall.of("edit", "3").touching(TOKEN, "src/Other.java"));
    recorded(coder, ToolCall.of("edit", "4").touching("src/Other.java"));

    About about = about(TOKEN);

    assertThat(about.reads()).isEqualTo(2);
    assertThat(about.changes()).isEqualTo(2);
    assertThat(ids(about.readBy())).containsExactly(two, one);
    assertThat(ids(about.changedBy())).containsExactly(three, two);
    assertThat(about.actors()).extracting(Visits::actor).containsExactly("coder-7", "planner-1");
    Visits coders = about.actors().getFirst();
    assertThat(coders.reads()).isEqualTo(1);
    assertThat(coders.changes()).isEqualTo(2);
    assertThat(coders.lastRead().orElseThrow().id()).isEqualTo(two);
    assertThat(coders.lastChange().orElseThrow().id()).isEqualTo(three);
    assertThat(about.actors().getLast().lastChange()).isEmpty();
    assertThat(about(TOKEN)).isEqualTo(about);
  }

  @Test
  void findsWhatWasSaidAboutAFile() {
    EventId note = planned(planner, NoteAdded.of("Mind the clock in " + TOKEN + "."));
    EventId decided = planned(planner, DecisionMade.of("Keys live in " + TOKEN));
    EventId rejected = planned(planner, ApproachRejected.of("Rewrite it").about(TOKEN));
    EventId named = planned(planner, ApproachRejected.of("Delete " + TOKEN));
    EventId task = planned(planner, TaskAdded.of("T", "Split " + TOKEN));
    workspace.compact();
    EventId seen = coder.record(Observation.of("./" + TOKEN + " signs keys")).await().id();
    coder.record(new Message("assistant", "I look at " + TOKEN));
    planner.offer(Handoff.of("T").toRole("coder").summary("s").touched(TOKEN).build());
    EventId failed = recorded(coder, ToolCall.of("bash", "javac").hardFail("X", TOKEN + ":12: no"));
    EventId read = recorded(coder, ToolCall.of("read", "").softFail("locked").reading(TOKEN));
    // What only looks like it.
    planned(planner, NoteAdded.of("Mind src/auth/Token.java.orig"));
    planned(planner, NoteAdded.of("Mind main/src/auth/Token.java"));
    planned(planner, DecisionMade.of("The src auth token java classes stay"));

    About about = about(TOKEN);

    assertThat(ids(about.notes())).containsExactly(seen, task, note);
    assertThat(ids(about.decisions())).containsExactly(decided);
    assertThat(ids(about.rejections())).containsExactly(named, rejected);
    assertThat(about.handoffs()).extracting(Entry::type).containsExactly("HandoffOffered");
    assertThat(ids(about.failures())).containsExactly(read, failed);
    assertThat(about.isEmpty()).isFalse();
  }

  private static EventId planned(Session session, dev.daybook.event.PlanEvent event) {
    return session.updatePlan(plan -> List.of(event)).events().getFirst();
  }

  @Test
  void aFolderIsEverythingBelowIt() {
    EventId call = recorded(coder, ToolCall.of("edit", "").touching("src/auth/deep/Key.java"));
    recorded(coder, ToolCall.of("edit", "").touching("src/authors.txt"));
    EventId note = planned(planner, NoteAdded.of("src/auth is frozen; so is src/auth/Token.java"));
    planned(planner, NoteAdded.of("src/authors.txt is not"));

    for (String path : List.of("src/auth", "src/auth/", "./src/auth/**", "src/auth/**")) {
      assertThat(ids(about(path).changedBy())).as(path).containsExactly(call);
      assertThat(ids(about(path).notes())).as(path).containsExactly(note);
    }
    assertThat(about("src/auth/").path()).isEqualTo("src/auth");
    assertThat(about("**/*.java").changes()).isEqualTo(1);
  }

  @Test
  void namesTheNewestAndCountsAll() {
    for (int i = 0; i < 30; i++) {
      Actor actor = Actor.agent("agent-%02d".formatted(i));
      try (Session session = workspace.startSession(actor)) {
        recorded(session, ToolCall.of("read", "" + i).reading(TOKEN).hardFail("X", "broken"));
      }
    }

    About about = about("src");

    assertThat(about.reads()).isEqualTo(30);
    assertThat(about.readBy()).hasSize(TraceStore.NAMED_MAX);
    assertThat(about.failures()).hasSize(TraceStore.NAMED_MAX);
    assertThat(about.actors()).hasSize(TraceStore.NAMED_MAX);
    assertThat(about.actors().getFirst().actor()).isEqualTo("agent-29");
    assertThat(workspace.traces().count(Filter.any().pathRead("src/**"))).isEqualTo(30);
    assertThat(workspace.traces().count(Filter.any().pathWritten("src/**"))).isZero();
  }

  @Test
  void looksOnWhenTheNewestOnlyLookLikeIt() {
    EventId note = planned(planner, NoteAdded.of("Mind " + TOKEN));
    List<NoteAdded> others = new ArrayList<>();
    for (int i = 0; i < 150; i++) {
      others.add(NoteAdded.of("Mind other/" + TOKEN + " " + i));
    }
    planner.updatePlan(plan -> others);

    assertThat(ids(about(TOKEN).notes())).containsExactly(note);
  }

  @Test
  void aPlaceNobodyKnowsIsEmpty() {
    recorded(coder, ToolCall.of("edit", "").touching("src/Other.java"));

    assertThat(about(TOKEN).isEmpty()).isTrue();
    assertThat(about("*.md").isEmpty()).isTrue();
  }

  @Test
  void asOfAMomentNothingNewerIsKnown() {
    planned(planner, NoteAdded.of("Mind " + TOKEN));
    recorded(coder, ToolCall.of("edit", "").touching(TOKEN));
    Workspace.Past past = workspace.asOf(1);
    planned(planner, NoteAdded.of("Mind " + TOKEN + " more"));

    assertThat(past.traces().about(TOKEN).notes()).hasSize(1);
    assertThat(past.traces().about(TOKEN).changes()).isZero();
    assertThat(about(TOKEN).notes()).hasSize(2);
  }

  @Test
  void refusesWhatIsNoPath() {
    assertThatThrownBy(() -> about("./"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'./' names no file; give a path as calls name it");
  }
}
