package dev.daybook.internal.workspace;

import dev.daybook.internal.entry.Fingerprint;
import dev.daybook.internal.log.Zstd;
import dev.daybook.internal.plan.Checkpoint;
import dev.daybook.internal.plan.PlanFold;
import dev.daybook.storage.ObjectKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Loads what the first opening of a workspace in a process needs while its first requests are on
 * their way: the classes that read a checkpoint, and the native library that decompresses it.
 */
final class Preload {
  private static final AtomicBoolean BEGUN = new AtomicBoolean();
  private static final byte[] CHECKPOINT =
      """
      {"version":1,"fold":RULES,"time":"2026-01-01T00:00:00Z","actors":[{"kind":"AGENT","id":"a"}]}
      {"ids":["a"],"bytes":[2],"unclosed":[0],"children":{"a":[0]},"criteria":{}}
      {}
      """
          .replace("RULES", Integer.toString(PlanFold.RULES))
          .getBytes(StandardCharsets.UTF_8);

  private Preload() {}

  /** Begins, the first time in this process. */
  static void begin(Executor threads) {
    if (BEGUN.compareAndSet(false, true)) {
      threads.execute(Preload::run);
    }
  }

  private static void run() {
    try {
      load();
    } catch (IOException | RuntimeException | LinkageError e) {
      // Whoever needs it meets the same and can say for what.
    }
  }

  /**
   * Loads them.
   *
   * @throws IOException if the checkpoint made up here is none any more
   */
  static void load() throws IOException {
    var unusedBytes = Zstd.decompress(ObjectKey.of("none"), Zstd.compress(CHECKPOINT));
    String unusedSum = Fingerprint.sha256Hex(CHECKPOINT);
    var unusedPlan = Checkpoint.read(CHECKPOINT);
  }
}
