package dev.daybook.crash;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.LockSupport;

/**
 * One order of moments for all processes of this machine: a counter in a file that each of them has
 * mapped. What one process did before it took a ticket, it did before another took a higher one; no
 * clock of the system has to be right. A process may also be held up until the counter's limit is
 * raised, so that a test decides how much happens between two kills.
 */
final class SharedClock {
  private static final VarHandle NUMBER =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final int COUNTER = 0;
  private static final int LIMIT = Long.BYTES;
  private static final int ENDED = 2 * Long.BYTES;
  private static final int BYTES = 3 * Long.BYTES;
  private static final long LOOK_NANOS = 500_000;

  private final MappedByteBuffer numbers;

  /** The clock in this file, which begins at 0 if the file is new. */
  SharedClock(Path file) {
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      numbers = channel.map(FileChannel.MapMode.READ_WRITE, 0, BYTES);
    } catch (IOException e) {
      throw new IllegalStateException("No shared clock in " + file, e);
    }
  }

  /** The next ticket, no other process or thread gets the same. */
  long tick() {
    return 1 + (long) NUMBER.getAndAdd(numbers, COUNTER, 1L);
  }

  /** The last ticket that was given. */
  long now() {
    return (long) NUMBER.getVolatile(numbers, COUNTER);
  }

  /** Lets the processes go on until so many more tickets are given. */
  void allow(long tickets) {
    NUMBER.setVolatile(numbers, LIMIT, now() + tickets);
  }

  /** Asks all processes to end. */
  void end() {
    NUMBER.setVolatile(numbers, ENDED, 1L);
  }

  /** Waits until more is allowed; {@code false} if this process is to end. */
  boolean awaitTurn() {
    while (!isEnded() && now() >= (long) NUMBER.getVolatile(numbers, LIMIT)) {
      LockSupport.parkNanos(LOOK_NANOS);
    }
    return !isEnded();
  }

  private boolean isEnded() {
    return (long) NUMBER.getVolatile(numbers, ENDED) != 0;
  }
}
