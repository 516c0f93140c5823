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
public final class Recording implements Contender {
  private static final AtomicLong COUNT = new AtomicLong();

  private final List<Session> sessions = new ArrayList<>();
  private final List<Deque<Receipt>> unacknowledged = new ArrayList<>();
  private final int unacknowledgedMax;
  private final ToolCall[] next;

  private Recording(int threads, int unacknowledgedMax) {
    this.unacknowledgedMax = unacknowledgedMax;
    this.next = new ToolCall[threads];
  }

  /** Sessions that share a handle, and so one log. */
  static Recording inOneLog(Daybook daybook, String workspace, int threads, int unacknowledged) {
    Recording recording = new Recording(threads, unacknowledged);
    Workspace handle = daybook.openOrCreate(workspace);
    for (int thread = 0; thread < threads; thread++) {
      recording.start(handle);
    }
    return recording;
  }

  /** Sessions with a handle each, and so a log each. */
  static Recording inLogsOfTheirOwn(Daybook daybook, String workspace, int threads) {
    Recording recording = new Recording(threads, 1);
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
  public static ToolCall call(long number) {
    return ToolCall.of(
            "shell", "mvn -q -pl module-" + number % 97 + " test -Dtest=Case" + number + "Test")
        .output(
            "Tests run: "
                + number % 311
                + ", Failures: 0, Errors: 0, Skipped: "
                + number % 7
                + "; finished in "
                + number % 9_973
                + " ms")
        .trying("Run the tests of change " + number + " again after the fix of the parser")
        .exit(0);
  }

  @Override
  public void prepare(int thread) {
    next[thread] = call(COUNT.incrementAndGet());
  }

  @Override
  public void step(int thread) {
    Deque<Receipt> waiting = unacknowledged.get(thread);
    waiting.add(sessions.get(thread).record(next[thread]));
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
