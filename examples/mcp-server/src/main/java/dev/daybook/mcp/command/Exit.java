package dev.daybook.mcp.command;

import dev.daybook.CorruptDataException;
import dev.daybook.DaybookException;
import dev.daybook.OutcomeUnknownException;
import dev.daybook.PlanConflictException;
import dev.daybook.PlanRuleException;
import dev.daybook.StorageAccessException;
import dev.daybook.StorageUnavailableException;
import dev.daybook.UnsupportedFormatException;
import dev.daybook.WorkspaceStateException;

/** What a command ended with: one for each thing that a script may want to do next. */
public enum Exit {
  /** Done; a question has an answer. */
  DONE(0, "done"),
  /** What was asked for is not there: no hit, no attempt, no such task or session. */
  NOTHING(1, "nothing was found"),
  /** The command line or a setting is wrong. */
  USAGE(2, "the command line or a setting is wrong"),
  /** There is no such workspace or store, none is named, or there is one already. */
  WORKSPACE(3, "there is no such workspace or store, or there is one already"),
  /** The store does not answer; the same may work later. */
  UNAVAILABLE(4, "the store does not answer; try again later"),
  /** The store refuses: credentials, permissions, a missing bucket. */
  ACCESS(5, "the store refuses access"),
  /** A rule of the plan refuses the change, or it was not confirmed; nothing was written. */
  REFUSED(6, "a rule of the plan refuses it, or it was not confirmed"),
  /** It may or may not have happened; look before doing it again. */
  UNKNOWN(7, "it may or may not have happened"),
  /** What was read is damaged, of a newer format, or in part not understood. */
  DAMAGED(8, "what was read is damaged or not understood"),
  /** Said by the launcher: it found no JDK, or could not build. */
  NOT_STARTED(69, "no JDK was found, or it could not be built"),
  /** A mistake of this program. */
  BUG(70, "a mistake of this program"),
  /** The result could not be written, a file could not be read, or a port is taken. */
  IO(74, "a file, the output or a port cannot be used");

  private final int code;
  private final String meaning;

  Exit(int code, String meaning) {
    this.code = code;
    this.meaning = meaning;
  }

  /** The code a process ends with. */
  public int code() {
    return code;
  }

  /** What it means, in a few words. */
  public String meaning() {
    return meaning;
  }

  /** What a failure of the library comes to. */
  static Exit of(DaybookException failure) {
    return switch (failure) {
      case WorkspaceStateException ignored -> WORKSPACE;
      case StorageUnavailableException ignored -> UNAVAILABLE;
      case PlanConflictException ignored -> UNAVAILABLE;
      case StorageAccessException ignored -> ACCESS;
      case PlanRuleException ignored -> REFUSED;
      case OutcomeUnknownException ignored -> UNKNOWN;
      case CorruptDataException ignored -> DAMAGED;
      case UnsupportedFormatException ignored -> DAMAGED;
    };
  }
}
