package dev.daybook.factory;

import dev.daybook.EntryPage;
import dev.daybook.PlanRecord;
import dev.daybook.PlanRecord.Stage;
import dev.daybook.Workspace;
import dev.daybook.event.Actor;
import dev.daybook.event.CallOutcome;
import dev.daybook.event.Entry;
import dev.daybook.event.Envelope;
import dev.daybook.event.EventId;
import dev.daybook.event.Handoff;
import dev.daybook.event.HandoffEvent.HandoffAccepted;
import dev.daybook.event.PlanEvent.TaskClaimed;
import dev.daybook.event.PlanEvent.TaskClosed;
import dev.daybook.event.TaskStatus;
import dev.daybook.event.ToolCall;
import dev.daybook.factory.Notebook.Kind;
import dev.daybook.factory.Notebook.Line;
import dev.daybook.recall.Filter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a run came to: what the workspace says to a fresh handle, held against what the processes
 * wrote down in plain files as they were promised it.
 *
 * @param lines for a person
 * @param broken the promises that were not kept; empty if all is well
 */
record Report(List<String> lines, List<String> broken) {
  Report {
    lines = List.copyOf(lines);
    broken = List.copyOf(broken);
  }

  /**
   * What the workspace cannot know.
   *
   * @param took from the first process to the last
   * @param agents how many agents there are
   * @param killed how many times a process was killed
   * @param killedHolding how many of them held a task
   * @param failed how many processes ended with an error of their own
   */
  record Run(Duration took, int agents, int killed, int killedHolding, int failed) {}

  /** Whether every promise was kept. */
  boolean isKept() {
    return broken.isEmpty();
  }

  /** Reads everything and compares. */
  static Report of(Workspace workspace, List<Line> notes, Run run) {
    return new Maker(workspace, notes, run).make();
  }

  /** Makes one report. */
  private static final class Maker {
    private final Workspace workspace;
    private final List<Line> notes;
    private final Run run;
    private final PlanRecord plan;

    /** As it was when work began. */
    private final PlanRecord begun;

    private final List<String> lines = new ArrayList<>();
    private final List<String> broken = new ArrayList<>();

    Maker(Workspace workspace, List<Line> notes, Run run) {
      this.workspace = workspace;
      this.notes = notes;
      this.run = run;
      this.plan = workspace.plan();
      this.begun =
          notes.stream()
              .filter(line -> line.kind() == Kind.BEGAN)
              .findFirst()
              .map(line -> workspace.plan(Long.parseLong(line.words().getFirst())))
              .orElse(PlanRecord.empty());
    }

    Report make() {
      line("%nRUN");
      say(
          "%d agents and 1 person, %d plan versions, %s; %d processes killed, %d of them while they"
              + " held a task; %d failed by themselves",
          run.agents(),
          plan.version(),
          time(run.took()),
          run.killed(),
          run.killedHolding(),
          run.failed());
      if (run.failed() > 0) {
        broken.add(run.failed() + " processes ended with an error of their own");
      }
      line("TASKS");
      tasks();
      line("HANDOFFS");
      handoffs();
      line("EVENTS");
      events();
      line("PEOPLE");
      people();
      line("CALLS");
      calls();
      line("BRIEFINGS");
      briefings();
      line("");
      if (broken.isEmpty()) {
        line("Every promise was kept.");
      } else {
        line("BROKEN PROMISES");
        broken.stream().limit(20).forEach(one -> say("%s", one));
      }
      return new Report(lines, broken);
    }

    private void tasks() {
      Map<String, List<Entry>> closings = new TreeMap<>();
      Map<String, Integer> claims = new HashMap<>();
      Map<String, Long> closers = new TreeMap<>();
      List<Entry> history =
          all(
              Filter.any().stream(Envelope.Stream.PLAN)
                  .type("TaskClosed", "TaskReopened", "TaskClaimed", "HandoffAccepted"));
      Map<String, String> holders = new HashMap<>();
      int handedOver = 0;
      int takenOver = 0;
      for (Entry entry : history.reversed()) {
        if (entry.actor().kind() == Actor.Kind.SYSTEM) {
          // What another program did before; it came with its plan.
          continue;
        }
        switch (entry.event()) {
          case TaskClosed closed -> {
            closings.computeIfAbsent(closed.task(), task -> new ArrayList<>()).add(entry);
            closers.merge(entry.actor().id(), 1L, Long::sum);
            String holder = holders.getOrDefault(closed.task(), "nobody");
            if (entry.actor().kind() == Actor.Kind.AGENT && !holder.equals(entry.actor().id())) {
              broken.add(
                  "task %s was closed by %s, but %s had it"
                      .formatted(closed.task(), entry.actor().id(), holder));
            }
          }
          case TaskClaimed claimed -> {
            claims.merge(claimed.task(), 1, Integer::sum);
            String before = holders.put(claimed.task(), entry.actor().id());
            takenOver += before != null && !before.equals(entry.actor().id()) ? 1 : 0;
          }
          case HandoffAccepted accepted -> {
            handedOver++;
            holders.put(
                plan.handoff(accepted.handoff()).orElseThrow().handoff().task(), accepted.by());
          }
          default -> broken.add("task " + entry.task() + " was opened again");
        }
      }
      List<PlanRecord.Task> ours = new ArrayList<>();
      List<PlanRecord.Task> aside = new ArrayList<>();
      plan.tasks().values().forEach(task -> (isOurs(task.id()) ? ours : aside).add(task));
      aside.stream()
          .filter(task -> !begun.task(task.id()).equals(Optional.of(task)))
          .forEach(task -> broken.add("task " + task.id() + " was not to be done and was changed"));
      ours.forEach(task -> {
        String id = task.id();
        int times = closings.getOrDefault(id, List.of()).size();
        if (times != 1 || !task.isClosed()) {
          broken.add("task " + id + " is " + task.status() + " and was closed " + times + " times");
        }
      });
      notesOf(Kind.CLOSED)
          .forEach((task, actors) -> {
            if (actors.size() > 1) {
              broken.add("task " + task + " was closed by each of " + actors);
            }
          });
      long again = claims.values().stream().filter(times -> times > 1).count();
      say(
          "%d of %d closed, %d of them exactly once: %s",
          ours.stream().filter(PlanRecord.Task::isClosed).count(),
          ours.size(),
          closings.values().stream().filter(times -> times.size() == 1).count(),
          counts(
              ours.stream()
                  .flatMap(task -> task.resolution().stream())
                  .map(one -> one.name().toLowerCase(Locale.ROOT))));
      say(
          "%d claims: %d tasks claimed more than once, %d of those claims by another than before;"
              + " %d taken by handoff",
          claims.values().stream().mapToInt(times -> times).sum(), again, takenOver, handedOver);
      say("closed by %s", text(closers));
      if (!aside.isEmpty()) {
        say("%,d that were closed before or deferred are as they were", aside.size());
      }
    }

    /** Whether a task was to be done; what was closed when work began or is deferred was not. */
    private boolean isOurs(String task) {
      return begun
          .task(task)
          .map(before -> !before.isClosed() && before.status() != TaskStatus.DEFERRED)
          .orElse(true);
    }

    private void handoffs() {
      Map<String, Integer> accepted = new HashMap<>();
      for (Entry entry : all(Filter.any().stream(Envelope.Stream.PLAN).type("HandoffAccepted"))) {
        if (entry.event() instanceof HandoffAccepted one) {
          accepted.merge(one.handoff(), 1, Integer::sum);
        }
      }
      accepted.forEach((handoff, times) -> {
        if (times != 1) {
          broken.add("handoff " + handoff + " was accepted " + times + " times");
        }
      });
      notesOf(Kind.ACCEPTED)
          .forEach((handoff, actors) -> {
            if (actors.size() > 1) {
              broken.add("handoff " + handoff + " was given to each of " + actors);
            }
            if (!accepted.containsKey(handoff)) {
              broken.add("handoff " + handoff + " was given to " + actors + " and is not accepted");
            }
          });
      plan.handoffs()
          .forEach((id, state) -> {
            Stage stage = state.stageAt(plan.at());
            if (stage == Stage.OFFERED || stage == Stage.ACCEPTED) {
              broken.add("handoff " + id + " of " + state.handoff().task() + " is still " + stage);
            }
          });
      say(
          "%d offered (%s); %d accepted, %d of them exactly once; now %s",
          plan.handoffs().size(),
          counts(
              plan.handoffs().values().stream()
                  .map(state -> state.handoff().kind())
                  .map(Handoff.Kind::name)),
          accepted.size(),
          accepted.values().stream().filter(times -> times == 1).count(),
          counts(plan.handoffs().values().stream().map(state -> state.stage().name())));
      say(
          "%d of them said what the traces contradict, and told the receiver so",
          plan.handoffs().values().stream()
              .filter(state -> !state.contradictions().isEmpty())
              .count());
    }

    private void events() {
      Map<EventId, Integer> seen = new HashMap<>();
      List<Entry> everything = all(Filter.any());
      everything.forEach(entry -> seen.merge(entry.id(), 1, Integer::sum));
      seen.forEach((id, times) -> {
        if (times > 1) {
          broken.add("event " + id + " is found " + times + " times");
        }
      });
      int promised = 0;
      int lost = 0;
      for (Line line : notes) {
        if (line.kind() == Kind.TRACE || line.kind() == Kind.PLAN) {
          promised++;
          EventId id = EventId.parse(line.words().getFirst());
          if (!seen.containsKey(id) && workspace.traces().entry(id).isEmpty()) {
            lost++;
            broken.add("event " + id + " of " + line.actor() + " is lost");
          }
        }
      }
      say(
          "%,d promised by a receipt or a plan change that returned, %d of them lost",
          promised, lost);
      say(
          "%,d listed, none twice (a call's start and its end are listed as one)",
          everything.size());
      Workspace.Verification whole = workspace.verify(progress -> {});
      broken.addAll(whole.problems());
      say(
          "verify read %,d objects, %,d KiB: %s",
          whole.objects(),
          whole.bytes() >> 10,
          whole.isWhole() ? "whole" : whole.problems().size() + " problems");
    }

    private void people() {
      Set<String> byPeople = new HashSet<>();
      List<Entry> entries =
          all(Filter.any().stream(Envelope.Stream.PLAN).actorKind(Actor.Kind.HUMAN));
      entries.forEach(entry -> byPeople.add(entry.id().toString()));
      say(
          "%d plan events by %s: %s",
          byPeople.size(), Team.PERSON.id(), counts(entries.stream().map(Entry::type)));
      say(
          "%d questions, %d blockers, %d approvals, %d decisions in force, %d rejected approaches;"
              + " open: %d",
          plan.questions().size(),
          plan.blockers().size(),
          entries.stream().filter(entry -> entry.type().startsWith("Approval")).count(),
          plan.decisionsInForce().size(),
          plan.rejected().size(),
          plan.openQuestions().size()
              + plan.openBlockers().size()
              + plan.pendingApprovals().size());
    }

    private void calls() {
      List<Entry> calls = all(Filter.any().stream(Envelope.Stream.TRACE).type("ToolCall"));
      Map<CallOutcome, Long> outcomes =
          calls.stream()
              .flatMap(entry ->
                  entry.event() instanceof ToolCall call
                      ? java.util.stream.Stream.of(call.outcome())
                      : java.util.stream.Stream.empty())
              .collect(Collectors.groupingBy(one -> one, TreeMap::new, Collectors.counting()));
      say("%d commands run: %s", calls.size(), text(outcomes));
      say(
          "%d not run since somebody had, %d times a rejected approach was not tried again",
          count(Kind.SPARED), count(Kind.AVOIDED));
      say("%d times work was given up, since another had the task by then", count(Kind.LOST));
    }

    /** Sums of briefings, by whatever they are grouped by. */
    private static final class Sum {
      long briefings;
      long tokens;
      long lines;
      long used;
      long acted;
      long named;

      String shares() {
        return "%4d briefings, %,9d tokens, %,7d lines, %s used; of %,6d things acted on %s were in it"
            .formatted(
                briefings, tokens, lines, percent(used, lines), acted, percent(named, acted));
      }
    }

    private void briefings() {
      Map<String, Sum> agents = new TreeMap<>();
      Map<String, Sum> sections = new TreeMap<>();
      Sum whole = new Sum();
      Set<String> finished =
          notes.stream()
              .filter(line -> line.kind() == Kind.ACTED)
              .map(line -> line.words().getFirst())
              .collect(Collectors.toSet());
      long cut = 0;
      for (Line line : notes) {
        boolean isBriefing = line.kind() == Kind.BRIEFING;
        if (isBriefing && !finished.contains(line.words().getFirst())) {
          cut++;
        }
        for (Sum sum : List.of(whole, agents.computeIfAbsent(line.actor(), key -> new Sum()))) {
          if (isBriefing) {
            sum.briefings++;
            sum.tokens += number(line, 1);
          } else if (line.kind() == Kind.SECTION && finished.contains(line.words().getFirst())) {
            sum.lines += number(line, 2);
            sum.used += number(line, 3);
          } else if (line.kind() == Kind.ACTED) {
            sum.acted += number(line, 1);
            sum.named += number(line, 2);
          }
        }
        if (line.kind() == Kind.SECTION && finished.contains(line.words().getFirst())) {
          Sum section = sections.computeIfAbsent(line.words().get(1), key -> new Sum());
          section.lines += number(line, 2);
          section.used += number(line, 3);
        }
      }
      say("a line counts as used if the agent acted on the very event it cites before the next");
      say("%-12s %s", "all", whole.shares());
      agents.forEach((agent, sum) -> {
        if (sum.briefings > 0) {
          say("%-12s %s", agent, sum.shares());
        }
      });
      say(
          "used by section: %s",
          sections.entrySet().stream()
              .map(one ->
                  "%s %s of %,d"
                      .formatted(
                          one.getKey().toLowerCase(Locale.ROOT),
                          percent(one.getValue().used, one.getValue().lines),
                          one.getValue().lines))
              .collect(Collectors.joining(", ")));
      say("%d briefings are not counted there, since their reader was killed", cut);
    }

    private static long number(Line line, int word) {
      return Long.parseLong(line.words().get(word));
    }

    private static String percent(long part, long whole) {
      return whole == 0 ? "-" : "%.0f %%".formatted(100.0 * part / whole);
    }

    private long count(Kind kind) {
      return notes.stream().filter(line -> line.kind() == kind).count();
    }

    /** Which actors wrote a line of this kind, by its first word. */
    private Map<String, Set<String>> notesOf(Kind kind) {
      return notes.stream()
          .filter(line -> line.kind() == kind)
          .collect(
              Collectors.groupingBy(
                  line -> line.words().getFirst(),
                  TreeMap::new,
                  Collectors.mapping(Line::actor, Collectors.toCollection(TreeSet::new))));
    }

    /** Every entry that passes, newest first. */
    private List<Entry> all(Filter filter) {
      List<Entry> entries = new ArrayList<>();
      EntryPage page = workspace.traces().find(filter, EventId.NONE, 1_000);
      entries.addAll(page.entries());
      while (page.hasNext()) {
        page = workspace.traces().find(filter, page.next(), 1_000);
        entries.addAll(page.entries());
      }
      return entries;
    }

    private static String counts(java.util.stream.Stream<String> words) {
      return text(
          words.collect(Collectors.groupingBy(one -> one, TreeMap::new, Collectors.counting())));
    }

    private static <K> String text(Map<K, Long> counts) {
      return counts.entrySet().stream()
          .sorted(Map.Entry.<K, Long>comparingByValue(Comparator.reverseOrder()))
          .map(one -> "%d %s".formatted(one.getValue(), one.getKey()))
          .collect(Collectors.joining(", "));
    }

    private static String time(Duration took) {
      return "%d min %d s".formatted(took.toMinutes(), took.toSecondsPart());
    }

    @SuppressWarnings("AnnotateFormatMethod") // its annotation would be one more dependency
    private void say(String format, Object... arguments) {
      line("  " + format, arguments);
    }

    @SuppressWarnings("AnnotateFormatMethod") // its annotation would be one more dependency
    private void line(String format, Object... arguments) {
      lines.add(String.format(Locale.ROOT, format, arguments));
    }
  }
}
