package dev.daybook.mcp.server;

import dev.daybook.CorruptDataException;
import dev.daybook.DaybookException;
import dev.daybook.OutcomeUnknownException;
import dev.daybook.PlanConflictException;
import dev.daybook.PlanRuleException;
import dev.daybook.StorageAccessException;
import dev.daybook.StorageUnavailableException;
import dev.daybook.UnsupportedFormatException;
import dev.daybook.WorkspaceStateException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sentences of the library, which name its methods, in words of those who have tools. */
final class Wording {
  private record Word(Pattern library, String tools) {
    Word(String library, String tools) {
      this(Pattern.compile(library), tools);
    }
  }

  /** The longer come before what they hold. */
  private static final List<Word> WORDS =
      List.of(
          new Word(
              "say so with AcceptanceCriterionChecked\\.met", "say so with task_update and met"),
          new Word(
              "ask with ApprovalRequested and wait for plan\\.approval",
              "ask with request_approval and wait until plan_show says it is given"),
          new Word("ask a person for ApprovalGiven", "a person has to approve it first"),
          new Word(
              "add it with TaskAdded first",
              "add it with task_add, or see plan_show for those there are"),
          new Word("reopen it with TaskReopened first", "reopen it with task_update first"),
          new Word("pick another with claimNext", "take another: call task_claim without a task"),
          new Word(
              "\\. Ask workspace\\.outcome\\(\"[^\"]*\"\\)(?: again| before repeating it)?", ""),
          new Word(
              "[Cc]reate it (?:anew )?with Workspace\\.create",
              "a person can create it with 'daybook workspace create'"),
          new Word("open it again with Workspace\\.open", "the server has to be started again"),
          new Word(
              "join it again with workspace\\.startSession\\(.*\\)\\)",
              "the server has to be started again"),
          new Word(", or raise Daybook\\.on\\(store\\)\\.\\w+", ""),
          new Word(
              "choose another folder with Daybook\\.on\\(store\\)\\.cache\\(folder,\\s*bytes\\)",
              "have a person name another cache folder"),
          new Word("use softFail or hardFail", "say how it failed"),
          new Word(
              "(?:reload with )?workspace\\.plan\\(\\)(?: and apply the change again)?",
              "plan_show, then decide again"),
          new Word("workspace\\.plan\\(\\)|plan\\.handoffs\\(\\)", "plan_show"),
          new Word("plan\\.task\\(\"[^\"]*\"\\)", "plan_show with that task"),
          new Word("workspace\\.history\\(\"([^\"]*)\"\\)", "timeline with event $1"),
          new Word(
              "PlanChange\\.events\\(\\) or the plan said", "plan_show or an earlier answer said"),
          new Word("traces\\(\\)\\.find\\(filter\\)", "find_calls"),
          new Word("\\bsession\\.offer\\b", "handoff_offer"),
          new Word("; reload the plan", "; see handoff_inbox or plan_show"),
          new Word("give ids from receipts or entries", "give ids that tools answered"));

  /** Records of the library name their parts, which have the names of arguments. */
  private static final Pattern PART = Pattern.compile("^[A-Z]\\w+\\.([a-z]\\w*)(?= )");

  /** What a refusal quotes of the plan, between what is refused and what to do. */
  private static final Pattern QUOTING =
      Pattern.compile(
          "(?s)(?<what>.*? cannot be (?:claimed|accepted now|closed as SUCCEEDED before this"
              + " holds)): (?<quoted>.*); (?<advice>.*?)");

  private Wording() {}

  /** What happened and what to do, for a model, without what it quotes. */
  static String of(DaybookException failure) {
    Matcher quoting = QUOTING.matcher(failure.getMessage());
    return sentence(
            quoting.matches()
                ? quoting.group("what") + ", see below; " + quoting.group("advice")
                : failure.getMessage())
        + hint(failure);
  }

  /** What others wrote that a failure quotes; empty if it quotes nothing. */
  static String quoted(DaybookException failure) {
    Matcher quoting = QUOTING.matcher(failure.getMessage());
    return quoting.matches() ? quoting.group("quoted") : "";
  }

  static String sentence(String library) {
    Matcher part = PART.matcher(library);
    String said = part.replaceFirst(found -> "Argument '" + Texts.snake(found.group(1)) + "'");
    for (Word word : WORDS) {
      said = word.library().matcher(said).replaceAll(word.tools());
    }
    return said;
  }

  private static String hint(DaybookException failure) {
    return switch (failure) {
      case PlanRuleException e -> "";
      case PlanConflictException e -> ". Nothing was changed; call the tool again";
      case OutcomeUnknownException e ->
          ". It may or may not have been written: look with plan_show or timeline before you repeat"
              + " it";
      case StorageUnavailableException e ->
          ". Nothing was changed; wait a little and call the tool again, and if that does not help"
              + " tell the person you work for";
      case WorkspaceStateException e ->
          ". Tell the person you work for: the workspace is gone or not what it was";
      case StorageAccessException e ->
          ". Tell the person you work for: the store refuses the server";
      case CorruptDataException e -> ". Tell the person you work for; do not repeat the call";
      case UnsupportedFormatException e ->
          ". Tell the person you work for: the server is too old for this store";
    };
  }
}
