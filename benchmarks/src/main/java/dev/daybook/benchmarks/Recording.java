package dev.daybook.benchmarks;

import dev.daybook.Daybook;
import dev.daybook.Receipt;
import dev.daybook.Session;
import dev.daybook.Workspace;
import dev.daybook.event.Actor;
import dev.daybook.event.ToolCall;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Sessions that record tool calls, one session a thread. */
final class Recording implements Contender {
  private static final AtomicLong COUNT = new AtomicLong();

  private final List<Session> sessions = new ArrayList<>();
  private final List<Deque<Receipt>> unacknowledged = new ArrayList<>();
  private final int unacknowledgedMax;

  private Recording(int unacknowledgedMax) {
    this.unacknowledgedMax = unacknowledgedMax;
  }

  /** Sessions that share a handle, and so one log. */
  static Recording inOneLog(Daybook daybook, String workspace, int threads, int unacknowledged) {
    Recording recording = new Recording(unacknowledged);
    Workspace handle = daybook.openOrCreate(workspace);
    for (int thread = 0; thread < threads; thread++) {
      recording.start(handle);
    }
    return recording;
  }

  /** Sessions with a handle each, and so a log each. */
  static Recording inLogsOfTheirOwn(Daybook daybook, String workspace, int threads) {
    Recording recording = new Recording(1);
    for (int thread = 0; thread < threads; thread++) {
      Workspace handle = daybook.openOrCreate(workspace);
      recording.start(handle);
    }
    return recording;
  }

  private void start(Workspace handle) {
    sessions.add(handle.startSession(Actor.agent("coder-" + sessions.size())));
    unacknowledged.add(new ArrayDeque<>());
  }

  /** The call of this number: about half a kilobyte of JSON, no two alike. */
  static ToolCall call(long number) {
    return ToolCall.of(
            "shell", "mvn -q -pl module-%d test -Dtest=Case%dTest".formatted(number % 97, number))
        .output(
            "Tests run: %d, Failures: 0, Errors: 0, Skipped: %d; finished in %d ms"
                .formatted(number % 311, number % 7, number % 9_973))
        .trying("Run the tests of change %d again after the fix of the parser".formatted(number))
        .exit(0);
  }

  @Override
  public void step(int thread) {
    Deque<Receipt> waiting = unacknowledged.get(thread);
    waiting.add(sessions.get(thread).record(call(COUNT.incrementAndGet())));
    if (waiting.size() >= unacknowledgedMax) {
      waiting.remove().await();
    }
  }

  @Override
  public void settle(int thread) {
    Deque<Receipt> waiting = unacknowledged.get(thread);
    while (!waiting.isEmpty()) {
      waiting.remove().await();
    }
  }
}
