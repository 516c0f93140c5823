package dev.daybook.event;

import java.util.Objects;

/**
 * The state of version control where an event happened. Parts that are not known are empty.
 *
 * @param repository the address of the repository
 * @param branch the branch checked out
 * @param worktree the folder of the work tree
 * @param revision the commit checked out
 * @param state whether the work tree had uncommitted changes
 */
public record Vcs(String repository, String branch, String worktree, String revision, State state) {
  /** Whether a work tree differs from its commit. */
  public enum State {
    /** Not looked at. */
    UNKNOWN,
    /** No uncommitted change. */
    CLEAN,
    /** Uncommitted changes. */
    DIRTY
  }

  /** Nothing is known. */
  public static final Vcs NONE = new Vcs("", "", "", "", State.UNKNOWN);

  /** Checks the parts. */
  public Vcs {
    Objects.requireNonNull(repository, "repository");
    Objects.requireNonNull(branch, "branch");
    Objects.requireNonNull(worktree, "worktree");
    Objects.requireNonNull(revision, "revision");
    Objects.requireNonNull(state, "state");
  }
}
