package dev.daybook;

import dev.daybook.event.Entry;
import dev.daybook.internal.workspace.FollowPosition;
import dev.daybook.internal.workspace.Follower;
import java.util.List;
import java.util.Objects;

/**
 * A listener that is kept up to date with a workspace; see {@link Workspace#follow}. It goes on
 * until it is closed, the workspace is closed or deleted, a newer release of Daybook wrote what
 * this one cannot read, or its thread is interrupted. Safe for use by any number of threads.
 *
 * <p>What is promised: plan versions come in order and without a gap, each in one call. Events of
 * one writer log come in the order in which they were recorded; that is the log of one open handle,
 * which begins another after a write failed or was settled by another process. Between two logs,
 * and between traces and the plan, no order is promised. Everything comes <em>at least once</em>:
 * after a listener threw, or when one goes on from a stored position, it is called again with what
 * came after that position, and knows an event that it had before by its {@linkplain Entry#id()
 * id}. Apart from that nothing comes twice, but for an event that two handles recorded at the same
 * moment under one source id.
 *
 * <p><b>What it costs.</b> A poll that finds nothing is 2 GETs and 1 LIST; one at the slowest pace
 * asks with a third GET whether the workspace still exists. With the default of {@link
 * Daybook.Builder#followEvery} an idle workspace is polled every 30 s, which is 360 GETs and 120
 * LISTs an hour; a busy one every 2 s, 3,600 GETs and 1,800 LISTs an hour, with a GET for each plan
 * version, batch, manifest and segment that is new. A poll takes what another read of this handle
 * saw within the last 2 s, and then costs nothing.
 *
 * <p>In memory are about 150 bytes for each plan event not yet delivered, as much for at most
 * 100,000 such traces, and the events of the call.
 */
public final class Following implements AutoCloseable {
  /** The most events that one call of {@link Listener#recorded} has. */
  public static final int EVENTS_MAX = 500;

  private final Follower follower;

  Following(Follower follower) {
    this.follower = follower;
  }

  /**
   * How far one has followed a workspace, as an opaque text of letters, digits and {@code . , ~ -}
   * that can be stored and outlives processes and releases of one format. It grows with the number
   * of writer logs that have batches in no segment, about 35 characters for each.
   *
   * @param token the text
   */
  public record Position(String token) {
    /** Before everything, in any workspace. */
    public static final Position START = new Position(FollowPosition.START.encode());

    /**
     * Checks the text.
     *
     * @throws IllegalArgumentException if it is no token of a position, or one that was cut off or
     *     changed
     */
    public Position {
      FollowPosition unused = FollowPosition.parse(Objects.requireNonNull(token, "token"));
    }

    @Override
    public String toString() {
      return token;
    }
  }

  /**
   * Is told of what comes after a position, by one thread, one call at a time. It may call the
   * workspace, also close it or the following. If it throws, whatever it is, the same is delivered
   * again after a pause, and again, each pause twice as long up to that of an idle workspace; the
   * log says so once for each message.
   */
  public interface Listener {
    /**
     * A plan version that has events.
     *
     * @param version one more than the one before, or more if versions between are empty
     * @param events its events, in order
     * @param after what to store to go on after this call
     */
    void planChanged(long version, List<Entry> events, Position after);

    /**
     * Events of one writer log.
     *
     * @param events 1 to {@value Following#EVENTS_MAX}, in the order in which they were recorded
     * @param after what to store to go on after this call
     */
    void recorded(List<Entry> events, Position after);

    /**
     * The workspace cannot be read; told once for each message, until reading works again. After a
     * {@link WorkspaceStateException} (it was deleted) or {@link UnsupportedFormatException} the
     * following has ended. After anything else, also damage, which a restored object heals, and
     * errors of the virtual machine such as a lack of memory, it is tried again.
     */
    default void failed(DaybookException failure) {}
  }

  /** Everything up to here is delivered; also right after plan versions without events. */
  public Position position() {
    return new Position(follower.position().encode());
  }

  /** Whether it goes on. */
  public boolean isRunning() {
    return follower.isRunning();
  }

  /**
   * Ends it. When this returns the listener is not being called and will not be called again,
   * unless a listener closes: then only calls that run already go on. An interrupt ends the wait,
   * with the flag kept. Closing again does nothing.
   */
  @Override
  public void close() {
    follower.close();
  }
}
