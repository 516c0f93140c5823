package dev.daybook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.daybook.event.Actor;
import dev.daybook.event.ToolCall;
import dev.daybook.recall.Embedder;
import dev.daybook.storage.ForwardingObjectStore;
import dev.daybook.storage.MemoryObjectStore;
import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left of a compaction that fails while two threads are at it. */
class CompactionFailureTest {
  @TempDir private Path folder;

  /** Refuses indexes, and only once a segment is on its way, which never gets there. */
  private static final class RefusesIndexes extends ForwardingObjectStore {
    private final CountDownLatch segmentAsked = new CountDownLatch(1);

    RefusesIndexes(ObjectStore store) {
      super(store);
    }

    @Override
    public Created createIfAbsent(ObjectKey key, byte[] bytes) throws IOException {
      try {
        if (key.path().contains("/index/")) {
          assertThat(segmentAsked.await(30, TimeUnit.SECONDS)).isTrue();
          throw new AccessDeniedException(key.path(), "", "no indexes here");
        }
        if (key.path().contains("/segment/")) {
          segmentAsked.countDown();
          boolean unused = new CountDownLatch(1).await(60, TimeUnit.SECONDS);
        }
      } catch (InterruptedException e) {
        // As a request does that is on its way: its end takes a while.
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300));
        throw new AccessDeniedException(key.path(), "", "no segments here");
      }
      return super.createIfAbsent(key, bytes);
    }
  }

  @Test
  void leavesNoThreadBehind() {
    try (Daybook daybook =
            Daybook.on(new RefusesIndexes(new MemoryObjectStore()))
                .embedder(Embedder.none())
                .cache(folder, 1 << 30)
                .compactAt(Integer.MAX_VALUE, Long.MAX_VALUE)
                .open();
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(Actor.agent("coder"))) {
      for (int i = 0; i < 600; i++) {
        session.record(ToolCall.of("bash", "run " + i).exit(0));
      }
      session.flush();
      StorageAccessException failure =
          catchThrowableOfType(StorageAccessException.class, workspace::compact);
      assertThat(Thread.getAllStackTraces().keySet())
          .extracting(Thread::getName)
          .doesNotContain("daybook-segment");
      assertThat(failure).hasMessageContaining("/index/");
      assertThat(failure.getSuppressed())
          .anySatisfy(other -> assertThat(other).hasMessageContaining("/segment/"));
    }
  }
}
