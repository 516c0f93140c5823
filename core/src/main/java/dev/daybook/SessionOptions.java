package dev.daybook;

import dev.daybook.event.Context;
import dev.daybook.event.SessionId;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * How a session starts. Start from {@link #defaults()}.
 *
 * @param id its id; {@link SessionId#NONE} for a fresh one. An id that was used before joins that
 *     session
 * @param parent the session that started it; {@link SessionId#NONE} if none
 * @param purpose what it is for; may be empty
 * @param workingFolder the folder whose version control state is read once, at the start; none or
 *     one
 * @param started what the host says of the start itself, such as when it was and its own id of it;
 *     of no effect when the session is joined
 */
public record SessionOptions(
    SessionId id, SessionId parent, String purpose, List<Path> workingFolder, Context started) {
  /** Copies the list and checks the parts. */
  public SessionOptions {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(parent, "parent");
    Objects.requireNonNull(purpose, "purpose");
    workingFolder = List.copyOf(workingFolder);
    Objects.requireNonNull(started, "started");
  }

  /** A fresh session, no parent, no folder. */
  public static SessionOptions defaults() {
    return new SessionOptions(SessionId.NONE, SessionId.NONE, "", List.of(), Context.none());
  }

  /** Joins or starts the session of this id. */
  public SessionOptions id(SessionId newId) {
    return new SessionOptions(newId, parent, purpose, workingFolder, started);
  }

  /** A session started by another. */
  public SessionOptions parent(SessionId newParent) {
    return new SessionOptions(id, newParent, purpose, workingFolder, started);
  }

  /** What the session is for. */
  public SessionOptions purpose(String newPurpose) {
    return new SessionOptions(id, parent, newPurpose, workingFolder, started);
  }

  /** Reads the version control state of this folder, by running {@code git} there. */
  public SessionOptions workingFolder(Path folder) {
    return new SessionOptions(id, parent, purpose, List.of(folder), started);
  }

  /**
   * A session that started in another program: when, and what that program calls the start, so that
   * it is one event however often it is told.
   */
  public SessionOptions started(Context newStarted) {
    return new SessionOptions(id, parent, purpose, workingFolder, newStarted);
  }
}
