package dev.daybook.benchmarks.curves;

import dev.daybook.Daybook;
import dev.daybook.Workspace;
import dev.daybook.benchmarks.ClusteredEmbedder;
import dev.daybook.benchmarks.Console;
import dev.daybook.benchmarks.Latencies;
import dev.daybook.benchmarks.ScaleWorkspace;
import dev.daybook.benchmarks.SyntheticHistory;
import dev.daybook.event.ToolCall;
import dev.daybook.recall.Query;
import dev.daybook.storage.ObjectStore;
import dev.daybook.storage.local.LocalObjectStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;

/** Asks a history that is open: recall by both legs, and what was tried before. */
final class AskProcess {
  private static final int WARM_UP_MIN = 200;
  private static final int ATTEMPTS_MAX = 200;

  /** What takes longer than this is asked less often. */
  private static final long ATTEMPTS_NANOS_MAX = 30_000_000_000L;

  private static final int ATTEMPTS_MIN = 20;

  private AskProcess() {}

  /** Takes the store, the cache, the events of the history, what to ask, and how many questions. */
  public static void main(String[] arguments) throws Exception {
    Child.endWithTheSuite();
    long events = Long.parseLong(arguments[2]);
    SyntheticHistory history = Child.history(events);
    int count = Integer.parseInt(arguments[4]);
    List<String> questions = new ArrayList<>();
    Map<String, float[]> vectors = new HashMap<>();
    for (long number = 0; questions.size() < count; number++) {
      SyntheticHistory.Question question = history.question(number);
      questions.add(question.text());
      vectors.put(question.text(), ClusteredEmbedder.near(question.about(), number));
    }
    try (ObjectStore objects = LocalObjectStore.at(Path.of(arguments[0]));
        Daybook daybook =
            ScaleWorkspace.engine(objects, Path.of(arguments[1]), new ClusteredEmbedder(vectors));
        Workspace workspace = daybook.open(ScaleWorkspace.NAME)) {
      if (arguments[3].equals("recall")) {
        recall(workspace, questions);
      } else {
        attempts(workspace, history, events, Math.min(ATTEMPTS_MAX, count));
      }
      Child.end();
    }
  }

  private static void recall(Workspace workspace, List<String> questions) {
    Latencies latencies =
        timed(
            questions.size(),
            Math.max(Math.min(WARM_UP_MIN, 10 * questions.size()), questions.size() / 2),
            number -> {
              int unused =
                  workspace.recall(Query.of(questions.get(number % questions.size()))).ids().size();
            });
    Child.tell("p50", latencies.millis(50), "ms");
    Child.tell("p99", latencies.millis(99), "ms");
    Child.tell("heap in use", HeapPeak.inUse() / (double) (1 << 20), "MB");
  }

  private static void attempts(
      Workspace workspace, SyntheticHistory history, long events, int count) {
    List<ToolCall> failed = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(events);
    while (failed.size() < count) {
      if (history.event(random.nextLong(events)) instanceof ToolCall call
          && call.outcome().isFailure()) {
        failed.add(call);
      }
    }
    int[] found = new int[1];
    Latencies again =
        timed(
            count,
            count / 4,
            number -> {
              ToolCall call = failed.get(number % count);
              found[0] +=
                  workspace
                      .traces()
                      .priorAttempts(ToolCall.of(call.tool(), call.arguments()))
                      .size();
            });
    Child.tell("a failed call again, p50", again.millis(50), "ms");
    Child.tell("a failed call again, p99", again.millis(99), "ms");
    Latencies described =
        timed(
            count,
            count / 4,
            number ->
                found[0] +=
                    workspace
                        .traces()
                        .priorAttempts(history.question(number + 1_000L).text())
                        .size());
    Child.tell("in words, p50", described.millis(50), "ms");
    Child.tell("in words, p99", described.millis(99), "ms");
    Console.progress("%d attempts were told", found[0]);
  }

  private static Latencies timed(int count, int warmUp, IntConsumer asking) {
    long began = System.nanoTime();
    for (int number = 0; number < warmUp && isIn(began, number); number++) {
      asking.accept(count - 1 - number % count);
    }
    Latencies latencies = new Latencies();
    began = System.nanoTime();
    for (int number = 0; number < count && isIn(began, number); number++) {
      long start = System.nanoTime();
      asking.accept(number);
      latencies.add(System.nanoTime() - start);
    }
    return latencies;
  }

  private static boolean isIn(long began, int number) {
    return number < ATTEMPTS_MIN || System.nanoTime() - began < ATTEMPTS_NANOS_MAX;
  }
}
