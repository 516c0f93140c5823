package dev.daybook.quickstart;

import static dev.daybook.event.TaskStatus.IN_PROGRESS;

import dev.daybook.Acceptance.Accepted;
import dev.daybook.Briefing;
import dev.daybook.PriorAttempt;
import dev.daybook.Receipt;
import dev.daybook.Workspace;
import dev.daybook.event.Actor;
import dev.daybook.event.Handoff;
import dev.daybook.event.PlanEvent.ApproachRejected;
import dev.daybook.event.PlanEvent.DecisionMade;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.TestRun;
import dev.daybook.event.ToolCall;
import dev.daybook.recall.Hits;
import dev.daybook.recall.Query;
import dev.daybook.storage.local.LocalObjectStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The program that README.md shows, to be run in an empty folder. */
final class ReadmeSnippet {
  private ReadmeSnippet() {}

  /** Runs it. */
  public static void main(String[] arguments) {
    try (var workspace =
        Workspace.openOrCreate(LocalObjectStore.at(Path.of("factory")), "refactor-auth")) {

      // Week one: an agent plans, tries, and hands over.
      try (var session = workspace.startSession(Actor.agent("planner-1"))) {
        session.updatePlan(plan ->
            List.of(
                TaskAdded.of("AUTH-42", "Rotate the signing keys without downtime"),
                DecisionMade.of("Sign sessions with JWTs")
                    .because("saves a lookup on every request"),
                ApproachRejected.of("Rotate keys in place")
                    .because("TokenIT.refresh fails for five minutes")));
        Receipt tried =
            session.record(
                ToolCall.of("bash", "mvn -pl auth verify")
                    .softFail("TokenIT.refresh: key expired")
                    .took(Duration.ofSeconds(93))
                    .touching("auth/Token.java"));
        session.offer(
            Handoff.of("AUTH-42")
                .toRole("coder")
                .status(IN_PROGRESS)
                .summary("keys signed, refresh still open")
                .touched("auth/Token.java")
                .tests(TestRun.of("mvn -pl auth verify", 412, "TokenIT.refresh"))
                .question("How long do old keys stay valid?")
                .evidence(tried.id())
                .build());
      }

      // Week two: another agent, another machine. It reads before it acts.
      try (var session = workspace.startSession(Actor.agent("coder-7").role("coder"))) {
        // In at most so many tokens: its task, the inbox, what was rejected, decided and tried.
        Briefing briefing = session.briefing(4_000);
        for (Handoff offered : briefing.inbox()) {
          // Of all that try, exactly one agent gets it.
          if (session.accept(offered) instanceof Accepted(Handoff mine)) {
            System.out.println("accepted: " + mine.summary());
          }
        }
        for (PriorAttempt tried : workspace.traces().priorAttempts("rotate the keys in place")) {
          System.out.println(tried.actor().id() + " tried: " + tried.reason());
        }
        Hits hits = workspace.recall(Query.of("why does token refresh fail").limit(5));
        System.out.println(hits.list().getFirst().snippet());
      }
    }
  }
}
