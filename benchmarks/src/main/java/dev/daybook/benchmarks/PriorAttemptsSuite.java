package dev.daybook.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import dev.daybook.Daybook;
import dev.daybook.PriorAttempt;
import dev.daybook.Session;
import dev.daybook.TraceStore;
import dev.daybook.Workspace;
import dev.daybook.event.Actor;
import dev.daybook.event.CallOutcome;
import dev.daybook.event.Context;
import dev.daybook.event.EventId;
import dev.daybook.event.SessionId;
import dev.daybook.event.ToolCall;
import dev.daybook.recall.Embedder;
import dev.daybook.storage.MemoryObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Judges prior attempts on calls that were made and calls that are about to be made.
 *
 * <ul>
 *   <li>Structured: the probe's text as the arguments of a call within its task, whatever the tool;
 *       only what matches exactly counts as an answer.
 *   <li>Free text: the values in the probe's text (all of it where it is no JSON) as a description,
 *       in the whole workspace; every answer counts.
 * </ul>
 */
@Command(
    name = "prior-attempts",
    description = "Judges prior attempts on a memory of calls and probes against it.",
    mixinStandardHelpOptions = true)
final class PriorAttemptsSuite implements Callable<Integer> {
  private static final int DEPTH = 5;

  /** Which embedder. */
  enum Model {
    /** The one on the class path. */
    minilm,
    /** None: by words alone. */
    none
  }

  @Option(
      names = "--memory",
      required = true,
      description =
          "JSON Lines {id, session, agent, seq, task, tool, note?, input, output, status, rc?}")
  private Path memory;

  @Option(
      names = "--probes",
      required = true,
      description = "JSON Lines {task, text, tried: [ids], tried_failed: [ids]}")
  private Path probes;

  @Option(names = "--embedder", description = "${COMPLETION-CANDIDATES}; minilm if not given")
  private Model model = Model.minilm;

  @Option(names = "--answers", description = "print wrong answers to standard error")
  private boolean isTold;

  private record Probe(String task, String text, Set<String> tried, Set<String> triedFailed) {}

  @Override
  public Integer call() throws IOException {
    Path cache = Files.createTempDirectory("daybook-benchmark-");
    Daybook.Builder builder = Daybook.on(new MemoryObjectStore()).cache(cache, 4L << 30);
    try (Daybook daybook =
            (model == Model.none ? builder.embedder(Embedder.none()) : builder).open();
        Workspace workspace = daybook.create("memory")) {
      Map<EventId, String> rows = record(workspace);
      List<Probe> all = probes(new HashSet<>(rows.values()));
      workspace.compact();
      TraceStore traces = workspace.traces();
      judge("structured", all, rows, probe -> structured(traces, probe));
      judge("freetext", all, rows, probe -> traces.priorAttempts(description(probe.text())));
    } catch (NoSuchFileException e) {
      Console.progress("There is no file %s", e.getFile());
      return 1;
    } catch (IllegalArgumentException e) {
      Console.progress("%s", e.getMessage());
      return 1;
    } finally {
      Scratch.delete(cache);
    }
    return 0;
  }

  private static List<PriorAttempt> structured(TraceStore traces, Probe probe) {
    List<PriorAttempt> attempts =
        probe.task().isEmpty()
            ? traces.priorAttempts(probe.text())
            : traces.priorAttemptsFor(probe.task(), probe.text());
    return attempts.stream()
        .filter(attempt -> attempt.match() == PriorAttempt.Match.SAME_CALL)
        .toList();
  }

  /** The values of JSON arguments in order, or the text as it is. */
  private static String description(String arguments) {
    List<String> values = new ArrayList<>();
    collect(JsonLines.parsed(arguments), values);
    String description = String.join(" ", values);
    return description.isBlank() ? arguments : description;
  }

  private static void collect(JsonNode node, List<String> values) {
    if (node.isValueNode() && !node.isNull()) {
      values.add(node.asText());
    }
    node.forEach(child -> collect(child, values));
  }

  private Map<EventId, String> record(Workspace workspace) throws IOException {
    Map<EventId, String> ids = new HashMap<>();
    Map<List<String>, Session> sessions = new HashMap<>();
    Set<String> seen = new HashSet<>();
    for (JsonLines.Row row : JsonLines.read(memory)) {
      String id = row.required("id");
      if (!seen.add(id)) {
        throw row.bad("has id '" + id + "', which an earlier row has");
      }
      Session session =
          sessions.computeIfAbsent(
              List.of(row.required("session"), row.required("agent")),
              who ->
                  workspace.startSession(Actor.agent(who.getLast()), SessionId.of(who.getFirst())));
      ids.put(session.record(call(row), Context.none().task(row.text("task"))).id(), id);
    }
    sessions.values().forEach(Session::close);
    Console.progress("recorded %,d calls of %,d agents' sessions", ids.size(), sessions.size());
    return ids;
  }

  private static ToolCall call(JsonLines.Row row) {
    CallOutcome outcome =
        switch (row.required("status")) {
          case "ok", "submit" -> CallOutcome.OK;
          case "error" -> CallOutcome.SOFT_FAIL;
          case "rejected" -> CallOutcome.DENIED;
          case "timeout" -> CallOutcome.TIMEOUT;
          default ->
              throw row.bad(
                  "has status '"
                      + row.text("status")
                      + "', which is none of ok, error, rejected, timeout, submit");
        };
    ToolCall call =
        ToolCall.of(row.required("tool"), row.text("input"))
            .output(row.text("output"))
            .outcome(outcome)
            .trying(row.text("note"));
    String code = row.text("rc");
    try {
      return code.isEmpty() ? call : call.exit(Integer.parseInt(code));
    } catch (NumberFormatException e) {
      throw row.bad("has rc '" + code + "', which is no exit code");
    }
  }

  private List<Probe> probes(Set<String> known) throws IOException {
    List<Probe> all = new ArrayList<>();
    for (JsonLines.Row row : JsonLines.read(probes)) {
      Set<String> tried = new HashSet<>(row.texts("tried"));
      Set<String> failed = new HashSet<>(row.texts("tried_failed"));
      for (String id : tried) {
        if (!known.contains(id)) {
          throw row.bad("was tried as '" + id + "', which is no row of " + memory);
        }
      }
      if (!tried.containsAll(failed)) {
        throw row.bad("has in tried_failed what is not in tried");
      }
      all.add(new Probe(row.text("task"), row.required("text"), tried, failed));
    }
    return all;
  }

  private void judge(
      String name,
      List<Probe> all,
      Map<EventId, String> rows,
      Function<Probe, List<PriorAttempt>> question) {
    int failed = 0;
    int first = 0;
    int among = 0;
    int never = 0;
    int alarms = 0;
    for (Probe probe : all) {
      if (probe.triedFailed().isEmpty() && !probe.tried().isEmpty()) {
        continue;
      }
      List<PriorAttempt> attempts = question.apply(probe);
      List<String> answers = attempts.stream().limit(DEPTH).map(a -> rows.get(a.id())).toList();
      boolean isWrong;
      if (probe.tried().isEmpty()) {
        never++;
        alarms += answers.isEmpty() ? 0 : 1;
        isWrong = !answers.isEmpty();
      } else {
        failed++;
        boolean isFirst = !answers.isEmpty() && probe.triedFailed().contains(answers.getFirst());
        boolean isAmong = answers.stream().anyMatch(probe.triedFailed()::contains);
        first += isFirst ? 1 : 0;
        among += isAmong ? 1 : 0;
        isWrong = !isFirst;
      }
      if (isTold && isWrong) {
        Console.progress("%s task %s, %s", name, probe.task(), probe.text());
        attempts.forEach(a ->
            Console.progress("  %s %.2f %s %s", a.match(), a.score(), rows.get(a.id()), a.what()));
      }
    }
    Console.progress("%s: %d probes that failed before, %d never tried", name, failed, never);
    Console.line(
        "%s recall@1 %.4f recall@5 %.4f false_alarms %.4f",
        name, share(first, failed), share(among, failed), share(alarms, never));
  }

  private static double share(int some, int all) {
    return all == 0 ? 0 : (double) some / all;
  }
}
