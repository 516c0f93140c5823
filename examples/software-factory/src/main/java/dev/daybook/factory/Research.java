package dev.daybook.factory;

import dev.daybook.PlanRecord;
import dev.daybook.event.ToolCall;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** What is looked for in the tree when a task says nothing of it. */
final class Research {
  private static final int WORDS_MAX = 3;
  private static final int FILES_MAX = 4;
  private static final Pattern WORD = Pattern.compile("[A-Za-z][A-Za-z0-9]{4,30}");
  private static final Set<String> EMPTY_WORDS =
      Set.of("about", "after", "before", "other", "should", "there", "these", "which", "would");

  private Research() {}

  /** The longest words of its title, or else of its description. */
  static List<String> words(PlanRecord.Task task) {
    List<String> words = words(task.title());
    return words.isEmpty() ? words(task.description()) : words;
  }

  private static List<String> words(String text) {
    return WORD.matcher(text)
        .results()
        .map(MatchResult::group)
        .map(word -> word.toLowerCase(Locale.ROOT))
        .filter(word -> !EMPTY_WORDS.contains(word))
        .distinct()
        .sorted(
            Comparator.comparingInt(String::length)
                .reversed()
                .thenComparing(Comparator.naturalOrder()))
        .limit(WORDS_MAX)
        .toList();
  }

  /** The files that most of the searches found, then by name. */
  static List<String> files(List<ToolCall> searches) {
    Map<String, Integer> times = new TreeMap<>();
    for (ToolCall search : searches) {
      search
          .output()
          .lines()
          // The last line of a long answer is cut off.
          .filter(line -> line.startsWith("./") && line.endsWith(".java") && !line.contains(" "))
          .forEach(line -> times.merge(line.substring(2), 1, Integer::sum));
    }
    return times.entrySet().stream()
        .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
        .map(Map.Entry::getKey)
        .limit(FILES_MAX)
        .toList();
  }
}
