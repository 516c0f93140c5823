package dev.daybook.quickstart;

import dev.daybook.PlanRecord.Blocked;
import dev.daybook.PlanRecord.Claim;
import dev.daybook.Workspace;
import dev.daybook.event.Actor;
import dev.daybook.event.PlanEvent.DecisionMade;
import dev.daybook.event.PlanEvent.DependencyAdded;
import dev.daybook.event.PlanEvent.GoalSet;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.PlanEvent.TaskClosed;
import dev.daybook.storage.local.LocalObjectStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The second program that README.md shows, to be run in an empty folder. */
final class ReadmeTeamSnippet {
  private ReadmeTeamSnippet() {}

  /** Runs it. */
  public static void main(String[] arguments) {
    try (var workspace =
        Workspace.openOrCreate(LocalObjectStore.at(Path.of("factory")), "card-payments")) {

      // A person sets the goal, the tasks, and what waits for what.
      try (var ana = workspace.startSession(Actor.human("ana"))) {
        ana.updatePlan(plan ->
            List.of(
                GoalSet.of("Take payments by card"),
                TaskAdded.of("PAY-1", "Choose a provider").priority(0),
                TaskAdded.of("PAY-2", "Charge a card"),
                DependencyAdded.blocks("PAY-2", "PAY-1")));
      }

      // Any number of agents ask for work; each task goes to one of them, until its lease runs out.
      try (var coder = workspace.startSession(Actor.agent("coder-7"))) {
        Claim claim = coder.claimNext(Duration.ofMinutes(10)).orElseThrow();
        System.out.println("coder-7 works on " + claim.task());
        for (Blocked blocked : workspace.plan().blocked()) {
          System.out.println(blocked.task().id() + " " + blocked.reasons().getFirst().text());
        }
        coder.updatePlan(plan ->
            List.of(
                DecisionMade.of("Use the provider the shop has").on("PAY-1"),
                TaskClosed.done("PAY-1")));
      }
      System.out.println("ready: " + workspace.plan().ready().getFirst().title());
    }
  }
}
