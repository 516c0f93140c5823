package dev.daybook.benchmarks.jmh;

import dev.daybook.Daybook;
import dev.daybook.Receipt;
import dev.daybook.Session;
import dev.daybook.Workspace;
import dev.daybook.benchmarks.Place;
import dev.daybook.benchmarks.Recording;
import dev.daybook.event.Actor;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;

/**
 * From {@code session.record} to durable, the making of the event included. The threads share one
 * handle, and so one log; each has a session. Every iteration has a workspace of its own, so that
 * none is slower for what those before it wrote, and nothing compacts.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class RecordBench {
  private static final int AHEAD = 64;

  /** Where to. */
  @Param public Where place;

  private final AtomicLong count = new AtomicLong();
  private Place open;
  private Workspace workspace;
  private int iteration;

  /** This state, and each writer that may still wait for an event. */
  private final Phaser waiting = new Phaser(1);

  /** Makes the place. */
  @Setup(Level.Trial)
  public void make() throws IOException {
    open = place.place();
  }

  /**
   * Begins a log. The engine before it is dropped, not closed: closing compacts what was recorded,
   * which takes longer than recording it did. By then it has nothing to do: all it was given is
   * durable, and it compacts at no number of batches.
   */
  @Setup(Level.Iteration)
  public void begin() {
    Daybook daybook = open.engine(open.store()).compactAt(Integer.MAX_VALUE, Long.MAX_VALUE).open();
    workspace = daybook.create("record-" + iteration++);
  }

  /** Removes the place, when no thread waits for anything any more. */
  @TearDown(Level.Trial)
  public void remove() throws IOException {
    // JMH has the first thread that is done do this.
    int unused = waiting.arriveAndAwaitAdvance();
    open.close();
  }

  /** Who records. */
  @State(Scope.Thread)
  public static class Writer {
    private final Deque<Receipt> ahead = new ArrayDeque<>();
    private Session session;

    /** Begins a session. */
    @Setup(Level.Iteration)
    public void begin(RecordBench bench) {
      int unused = bench.waiting.register();
      session =
          bench.workspace.startSession(Actor.agent("coder-" + Thread.currentThread().threadId()));
    }

    /** Waits for the last ones, so that nothing is written between iterations. */
    @TearDown(Level.Iteration)
    public void settle(RecordBench bench) {
      try {
        ahead.forEach(Receipt::await);
      } finally {
        ahead.clear();
        int unused = bench.waiting.arriveAndDeregister();
      }
    }
  }

  /** Waits for each event before it records the next. */
  @Benchmark
  public Receipt oneThread(Writer writer) {
    return writer.session.record(Recording.call(count.incrementAndGet())).await();
  }

  /** The same by sixteen threads, whose events share batches. */
  @Benchmark
  @Threads(16)
  public Receipt sixteenThreads(Writer writer) {
    return writer.session.record(Recording.call(count.incrementAndGet())).await();
  }

  /**
   * Sixteen threads that let {@value #AHEAD} events be under way each. Those that are under way
   * when an iteration ends, 1,024 at most, are among its calls, but are waited for after its time:
   * of 100,000 that is a hundredth.
   */
  @Benchmark
  @Threads(16)
  @BenchmarkMode(Mode.Throughput)
  @OutputTimeUnit(TimeUnit.SECONDS)
  public Receipt sixteenThreadsAhead(Writer writer) {
    writer.ahead.add(writer.session.record(Recording.call(count.incrementAndGet())));
    return writer.ahead.size() < AHEAD ? writer.ahead.getLast() : writer.ahead.remove().await();
  }
}
