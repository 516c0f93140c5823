package dev.daybook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.event.Actor;
import dev.daybook.event.Context;
import dev.daybook.event.Handoff;
import dev.daybook.event.PlanEvent.ApproachRejected;
import dev.daybook.event.PlanEvent.NoteAdded;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.SessionId;
import dev.daybook.event.SourceId;
import dev.daybook.event.TestRun;
import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.internal.masking.MadeUp;
import dev.daybook.recall.Embedder;
import dev.daybook.recall.Filter;
import dev.daybook.recall.Query;
import dev.daybook.storage.MemoryObjectStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was masked is found again by who asks with the secret, and counted. */
class MaskedRecordingTest {
  private static final Actor ACTOR = Actor.agent("coder-7");

  @TempDir private Path cache;
  private final MemoryObjectStore store = new MemoryObjectStore();
  private final MadeUp made = new MadeUp(9);

  private Daybook daybook(Masking masking) {
    return Daybook.on(store)
        .embedder(Embedder.none())
        .cache(cache, 1 << 30)
        .masking(masking)
        .open();
  }

  private String token() {
    return "gl" + "pat-" + made.chars(MadeUp.ALNUM, 20);
  }

  @Test
  void findsAnAttemptByTheCallThatCarriesASecret() {
    try (Daybook daybook = daybook(Masking.standard());
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(ACTOR)) {
      ToolCall call = ToolCall.of("bash", "{\"cmd\":\"deploy.sh --token " + token() + " prod\"}");
      Receipt failed = session.record(call.softFail("403 for " + token())).await();
      assertThat(failed.masked()).isEqualTo(Map.of("gitlab-token", 2L));
      assertThat(workspace.traces().priorAttempts(call))
          .singleElement()
          .satisfies(attempt -> {
            assertThat(attempt.match()).isEqualTo(PriorAttempt.Match.SAME_CALL);
            assertThat(attempt.what()).contains("--token [masked:gitlab-token] prod");
          });
      assertThat(workspace.traces().priorAttempts(call.arguments())).hasSize(1);
      ToolCall renewed =
          ToolCall.of("bash", "{\"cmd\":\"deploy.sh --token " + token() + " prod\"}");
      assertThat(workspace.traces().priorAttempts(renewed))
          .as("the same call with another token")
          .hasSize(1);
      String approach = "push with " + token() + " to the old registry";
      session.updatePlan(plan -> List.of(ApproachRejected.of(approach).because("it is read-only")));
      assertThat(workspace.traces().priorAttempts(approach))
          .first()
          .satisfies(attempt ->
              assertThat(attempt.match()).isEqualTo(PriorAttempt.Match.REJECTED_APPROACH));
    }
  }

  @Test
  void findsByFilterAndQuestionWithTheSecretOrWithoutIt() {
    try (Daybook daybook = daybook(Masking.standard());
        Workspace workspace = daybook.create("w")) {
      String secret = token();
      SessionId id = SessionId.of("host/" + secret);
      try (Session session = workspace.startSession(ACTOR, id)) {
        assertThat(session.id().value()).isEqualTo("host/[masked:gitlab-token]");
        session.record(Observation.of("the zebra has " + secret)).await();
        session.record(ToolCall.of("cat", "x").reading("keys/" + secret)).await();
        session.updatePlan(plan -> List.of(TaskAdded.of("T/" + secret, "x")));
        assertThat(session.claim("T/" + secret, Duration.ofMinutes(1)).task())
            .isEqualTo("T/[masked:gitlab-token]");
      }
      TraceStore traces = workspace.traces();
      assertThat(traces.timeline(id)).hasSizeGreaterThanOrEqualTo(4);
      assertThat(traces.count(Filter.any().session(id).type("SessionStarted"))).isEqualTo(1);
      assertThat(traces.count(Filter.any().path("keys/" + secret))).isEqualTo(1);
      assertThat(traces.about("keys/" + secret).reads()).isEqualTo(1);
      assertThat(workspace.history("T/" + secret).entries()).isNotEmpty();
      assertThat(workspace.recall(Query.of("zebra " + secret)).list()).isNotEmpty();
      assertThat(workspace.recall(Query.ofPhrase("zebra has " + secret)).list()).hasSize(1);
      assertThat(workspace.recall(Query.of("masked gitlab-token zebra")).list()).isNotEmpty();
      try (Session joined = workspace.startSession(ACTOR, id)) {
        joined.record(Observation.of("again")).await();
      }
      assertThat(traces.count(Filter.any().session(id).type("SessionStarted"))).isEqualTo(1);
    }
  }

  @Test
  void holdsAHandoffAgainstTracesThatAreMasked() {
    try (Daybook daybook = daybook(Masking.standard());
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(ACTOR)) {
      String task = "T/" + token();
      String command = "TOKEN=" + token() + " mvn verify";
      String file = "keys/" + token();
      session.updatePlan(plan -> List.of(TaskAdded.of(task, "x")));
      session.on(task).record(ToolCall.of("bash", command).touching(file)).await();
      Handoff offered =
          session.offer(
              Handoff.of(task).summary("done").touched(file).tests(TestRun.of(command, 3)).build());
      assertThat(workspace.plan().handoff(offered.id()).orElseThrow().contradictions()).isEmpty();
      Actor reader = Actor.agent("reader/" + token());
      assertThat(workspace.briefing(reader, task, 500).text())
          .isEqualTo(workspace.startSession(reader).on(task).briefing(500).text());
    }
  }

  @Test
  void takesAnEventOfOneSourceOnceWhetherItWasMaskedOrNot() {
    SourceId source = new SourceId("host", "s", "call " + token());
    Context context = Context.none().source(source, Instant.EPOCH.plusSeconds(5));
    Observation event = Observation.of("see " + token());
    Receipt first;
    try (Daybook daybook = daybook(Masking.none());
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(ACTOR)) {
      first = session.record(event, context).await();
      assertThat(first.masked()).isEmpty();
    }
    try (Daybook daybook = daybook(Masking.standard());
        Workspace workspace = daybook.open("w");
        Session session = workspace.startSession(ACTOR)) {
      Receipt again = session.record(event, context).await();
      assertThat(again.id()).isEqualTo(first.id());
      assertThat(workspace.traces().count(Filter.any().type("Observation"))).isEqualTo(1);
      assertThat(workspace.masked()).as("it was not taken again").isEmpty();
    }
  }

  @Test
  void countsADecisionOnceHoweverOftenItIsMade() {
    try (Daybook daybook = daybook(Masking.standard());
        Daybook others = daybook(Masking.standard());
        Workspace workspace = daybook.create("w");
        Workspace other = others.open("w");
        Session session = workspace.startSession(ACTOR);
        Session rival = other.startSession(Actor.agent("rival"))) {
      int[] rounds = {0};
      String note = "use " + token();
      PlanChange change =
          session.updatePlan(plan -> {
            if (rounds[0]++ == 0) {
              rival.updatePlan(theirs -> List.of(NoteAdded.of("mine first")));
            }
            return List.of(NoteAdded.of(note));
          });
      assertThat(rounds[0]).isEqualTo(2);
      assertThat(change.masked()).isEqualTo(Map.of("gitlab-token", 1L));
      assertThat(workspace.masked()).isEqualTo(Map.of("gitlab-token", 1L));
    }
  }

  @Test
  void runsAMaskingOfOnesOwnAndTakesNothingIfItFails() {
    Masking own = Masking.standard().and(Masking.of("acme", Pattern.compile("acme_[a-z]{6}")));
    try (Daybook daybook = daybook(own);
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(ACTOR)) {
      assertThat(session.record(Observation.of("acme_abcdef")).await().masked())
          .isEqualTo(Map.of("acme", 1L));
    }
    Masking broken =
        (text, replaced) -> {
          if (text.contains("boom")) {
            throw new IllegalStateException("no rule for boom");
          }
          return text;
        };
    try (Daybook daybook = daybook(broken);
        Workspace workspace = daybook.open("w");
        Session session = workspace.startSession(ACTOR)) {
      assertThatThrownBy(() -> session.record(Observation.of("boom")))
          .hasMessage("no rule for boom");
      assertThat(workspace.traces().count(Filter.any().type("Observation"))).isEqualTo(1);
      assertThatThrownBy(() -> session.updatePlan(plan -> List.of(NoteAdded.of("boom"))))
          .hasMessage("no rule for boom");
      session.updatePlan(plan -> List.of(NoteAdded.of("later")));
      assertThat(workspace.plan().notes()).hasSize(1);
    }
    try (Daybook daybook = daybook((text, replaced) -> null)) {
      assertThatThrownBy(() -> daybook.create("v")).hasMessageContaining("Masking gave no text");
    }
  }

  @Test
  void refusesSecretsInNamesOfWorkspacesAndPins() {
    try (Daybook daybook = daybook(Masking.standard())) {
      String name = "sk" + "-" + made.chars(MadeUp.LOWER + MadeUp.DIGITS, 48);
      assertThatThrownBy(() -> daybook.create(name))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'[masked:openai-key]'");
      try (Workspace workspace = daybook.create("w")) {
        assertThatThrownBy(() -> workspace.pin("before " + token()))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("'before [masked:gitlab-token]'");
      }
    }
  }
}
