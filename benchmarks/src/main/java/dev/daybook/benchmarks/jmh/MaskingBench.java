package dev.daybook.benchmarks.jmh;

import dev.daybook.Masking;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** {@link Masking#standard()} on 64 KiB without a secret, the most that an event carries. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class MaskingBench {
  private static final int CHARS = 64 << 10;

  /** What sort of text. */
  @Param public Sort sort;

  private final Masking masking = Masking.standard();
  private String text;

  /** Sorts of text. */
  public enum Sort {
    /** Words. */
    PROSE("Why does the refresh of keys fail after a minute, asked the planner of the coder. "),
    /** A program, which has more of the signs that rules look at. */
    CODE("  if (token == null) { password = read(key, path -> path + \"/x\"); this.n = n1; }\n"),
    /** What a build prints. */
    LOG("2026-11-24T09:00:00.123Z [main] INFO  a.b.Token - key: value-12, took=93 ms at x:17\n"),
    /** JSON in JSON. */
    JSON("{\\\"path\\\":\\\"src/a.java\\\",\\\"text\\\":\\\"line\\\\n\\\",\\\"n\\\":12},");

    private final String line;

    Sort(String line) {
      this.line = line;
    }
  }

  /** Makes the text. */
  @Setup
  public void make() {
    text = sort.line.repeat(CHARS / sort.line.length() + 1).substring(0, CHARS);
  }

  /** Looks for secrets and finds none. */
  @Benchmark
  public String nothingFound() {
    return masking.mask(text, kind -> {});
  }
}
