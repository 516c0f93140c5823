package dev.daybook.mcp.command;

import java.util.List;
import java.util.regex.Pattern;

/** Sentences of the library, which name its methods, in words of those who have commands. */
final class Wording {
  private record Word(Pattern library, String commands) {
    Word(String library, String commands) {
      this(Pattern.compile(library), commands);
    }
  }

  /** The longer come before what they hold. */
  private static final List<Word> WORDS =
      List.of(
          new Word("\\?\\. Create it with Workspace\\.create", "?"),
          new Word("with Workspace\\.create", "with 'daybook workspace create NAME'"),
          new Word(
              "open it with Workspace\\.open, or pick another name",
              "commands work on it with -w NAME, or pick another name"),
          new Word("reload with workspace\\.plan\\(\\) and apply the change again", "try again"),
          new Word(
              "[Aa]sk workspace\\.outcome\\(\"[^\"]*\"\\)(?: again| before repeating it)?",
              "Look with 'daybook plan' or 'daybook timeline' before you do it again"),
          new Word(
              "say so with AcceptanceCriterionChecked\\.met",
              "say so with 'daybook task edit ID --met N'"),
          new Word(
              "ask with ApprovalRequested and wait for plan\\.approval",
              "a person has to run 'daybook approve ID'"),
          new Word("add it with TaskAdded first", "see 'daybook plan --all' for those there are"),
          new Word(
              "reopen it with TaskReopened first",
              "reopen it with 'daybook task edit ID --status open' first"),
          new Word("see plan\\.task\\(\"([^\"]*)\"\\)", "see 'daybook task show $1'"),
          new Word("see workspace\\.history\\(\"[^\"]*\"\\)", "see 'daybook plan --all'"),
          new Word("workspace\\.(verify|compact)\\(\\)", "'daybook $1'"),
          new Word(
              "\\bchoose another folder with Daybook\\.on\\(store\\)\\.cache\\(folder, bytes\\)",
              "set XDG_CACHE_HOME to another folder"),
          new Word("give access key and secret to the builder, ", ""),
          new Word("\\bQuery\\.limit\\b", "--limit"),
          new Word("nothing to rank by; to list events .*", "nothing to look for"),
          new Word("\\bDependencyAdded\\.on is", "The task to wait for is"),
          new Word("\\b[A-Z]\\w+\\.(\\w+) is", "The $1 is"));

  private Wording() {}

  /** What happened and what to do, for whoever sits at the command line. */
  static String of(String library) {
    String said = library;
    for (Word word : WORDS) {
      said = word.library().matcher(said).replaceAll(word.commands());
    }
    return said;
  }
}
