package dev.daybook.internal.workspace;

import dev.daybook.CorruptDataException;
import dev.daybook.DaybookException;
import dev.daybook.Following;
import dev.daybook.StorageUnavailableException;
import dev.daybook.UnsupportedFormatException;
import dev.daybook.WorkspaceStateException;
import dev.daybook.internal.log.Keys;
import dev.daybook.internal.workspace.Deliveries.ListenerFailure;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows a workspace for one listener: a poll, a pause, a poll. A pause is twice as long as the
 * one before as long as nothing comes. Safe for use by any number of threads, of which one may run
 * it.
 */
public final class Follower implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Follower.class);

  /** About 15 MB of memory. */
  static final int BACKLOG_ROWS_MAX = 100_000;

  /** Whether this thread is in a listener: one that waited for another could wait for itself. */
  private static final ThreadLocal<Boolean> IN_LISTENER = ThreadLocal.withInitial(() -> false);

  private final OpenWorkspace workspace;
  private final Following.Listener listener;
  private final Duration fastest;
  private final Duration idle;
  private final Deliveries deliveries;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition moved = lock.newCondition();
  private boolean ended;
  private boolean calling;
  private Duration pause = Duration.ZERO;
  private String told = "";

  Follower(
      OpenWorkspace workspace,
      Library library,
      Keys keys,
      FollowPosition position,
      Following.Listener listener,
      Duration fastest,
      Duration idle,
      int backlogRowsMax) {
    this.workspace = workspace;
    this.listener = listener;
    this.fastest = fastest;
    this.idle = idle;
    this.deliveries =
        new Deliveries(workspace, library, keys, position, listener, this::call, backlogRowsMax);
  }

  /** Everything up to here is delivered. */
  public FollowPosition position() {
    return deliveries.position();
  }

  /** Whether it goes on. */
  public boolean isRunning() {
    lock.lock();
    try {
      return !ended;
    } finally {
      lock.unlock();
    }
  }

  /** Polls until it is ended or its thread is interrupted. */
  @Override
  public void run() {
    try {
      Duration wait = Duration.ZERO;
      while (await(wait)) {
        wait = poll();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      LOG.info("'{}' is not followed any more: the thread was interrupted", workspace.name());
    } finally {
      end();
      workspace.unfollow(this);
    }
  }

  /** Waits so long; whether to go on. */
  private boolean await(Duration time) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = time.toNanos();
      while (!ended && left > 0) {
        left = moved.awaitNanos(left);
      }
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      return !ended;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Delivers what there is; how long to wait before the next time. A failure is reported, not
   * thrown.
   */
  public Duration poll() {
    try {
      if (pause.equals(idle)) {
        // Who reads on sees nothing of what is deleted.
        workspace.checkNotDeleted();
      }
      boolean came = deliveries.deliver(fastest);
      told = "";
      pause = came ? fastest : longer();
    } catch (CancellationException e) {
      LOG.debug("'{}' is not followed any more by a listener", workspace.name());
    } catch (ListenerFailure e) {
      pause = longer();
      if (isNew(e.getCause().toString())) {
        LOG.warn(
            "A listener that follows '{}' failed and is called with the same again in {}",
            workspace.name(),
            pause,
            e.getCause());
      }
    } catch (RuntimeException | Error e) {
      // An error too: nobody waits for this thread, who follows would only hear nothing any more.
      pause = longer();
      failed(e);
    }
    return pause;
  }

  private Duration longer() {
    Duration twice = pause.multipliedBy(2);
    Duration atMost = twice.compareTo(idle) > 0 ? idle : twice;
    return atMost.compareTo(fastest) < 0 ? fastest : atMost;
  }

  private void failed(Throwable e) {
    if (workspace.isClosed() || Thread.currentThread().isInterrupted()) {
      end();
      return;
    }
    DaybookException failure = failure(e);
    if (isNew(failure.toString())) {
      LOG.warn("'{}' cannot be followed: {}", workspace.name(), failure.toString());
      try {
        call(() -> listener.failed(failure));
      } catch (CancellationException ignored) {
        LOG.debug("Nobody is left to hear of it");
      } catch (ListenerFailure f) {
        LOG.warn("A listener that was told of it failed", f.getCause());
      }
    }
    if (failure instanceof WorkspaceStateException
        || failure instanceof UnsupportedFormatException) {
      end();
    }
  }

  /** What is missing or damaged may be so because the workspace was deleted. */
  private DaybookException failure(Throwable e) {
    if (e instanceof CorruptDataException damage) {
      try {
        workspace.checkNotDeleted();
      } catch (WorkspaceStateException deleted) {
        return deleted;
      } catch (RuntimeException ignored) {
        return damage;
      }
    }
    return e instanceof DaybookException known
        ? known
        : new StorageUnavailableException(
            "Cannot follow '%s': %s; it is tried again".formatted(workspace.name(), e), e);
  }

  /** Whether this was not said last; how often and how long something was tried does not count. */
  private boolean isNew(String message) {
    String gist = message.replaceAll("\\d+", "#");
    boolean isNew = !gist.equals(told);
    told = gist;
    return isNew;
  }

  private void call(Runnable delivery) {
    lock.lock();
    try {
      if (ended || Thread.currentThread().isInterrupted()) {
        throw new CancellationException("Nobody follows any more");
      }
      calling = true;
    } finally {
      lock.unlock();
    }
    IN_LISTENER.set(true);
    try {
      delivery.run();
    } catch (Throwable e) {
      throw new ListenerFailure(e);
    } finally {
      IN_LISTENER.remove();
      returned();
    }
  }

  private void returned() {
    lock.lock();
    try {
      calling = false;
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void end() {
    lock.lock();
    try {
      ended = true;
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Ends it, and waits until the listener is not being called; not if a listener asks, nor any
   * longer if the thread is interrupted.
   */
  public void close() {
    end();
    if (IN_LISTENER.get()) {
      return;
    }
    lock.lock();
    try {
      while (calling) {
        moved.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }
}
