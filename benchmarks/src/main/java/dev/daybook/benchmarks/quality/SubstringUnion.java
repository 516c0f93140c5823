package dev.daybook.benchmarks.quality;

import dev.daybook.benchmarks.JudgedSet.Text;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The ranking that Hivemind publishes, written anew as a baseline: what it does to find sessions,
 * not its code, its store or its model.
 *
 * <p>Re-created from the description and the SQL in <a
 * href="https://github.com/activeloopai/hivemind/blob/40197e18c09bfda8d01c2a39fd14781ce12f2764/src/shell/grep-core.ts">grep-core.ts</a>
 * and from its <a href="https://github.com/activeloopai/hivemind">README</a> ("hybrid lexical +
 * semantic retrieval"), as they stood at that commit:
 *
 * <ul>
 *   <li>Words: rows whose text has the pattern as a substring whatever the case ({@code ILIKE
 *       '%pattern%'}), at most 20, each with the score 1.0. No order is published for equal scores;
 *       here they keep the order of the set, as a table that is scanned gives them.
 *   <li>Meaning: the 20 rows of the highest cosine, each with its cosine as its score.
 *   <li>Both are united and ordered by score, so everything with the substring stands in front;
 *       then the first row of each path is kept. A path is a session: here what {@code meta} names
 *       as one, else the document itself.
 *   <li>Which pattern: with vectors the whole question is published ({@link Pattern#WHOLE}), which
 *       hardly ever is a substring of anything; without them any of the first four words of more
 *       than two characters ({@link Pattern#WORDS}). Both are measured with vectors.
 *   <li>Without vectors: at most 100 rows in the order of their paths.
 * </ul>
 *
 * <p>Unlike there: one table instead of two, since a set has no summaries of sessions; the vectors
 * are those of Daybook in place of nomic-embed-text-v1.5, and of up to four pieces of a document
 * instead of one; a question with a question mark is a literal pattern and no regular expression,
 * for which there would be no words at all; the minimal score of its hint before a prompt is left
 * out, since a ranking is judged.
 */
final class SubstringUnion implements Contestant {
  /** What is looked for in a text. */
  enum Pattern {
    /** The question as it is. */
    WHOLE,
    /** Any of its first four words of more than two characters. */
    WORDS
  }

  private static final int WORDS_MAX = 4;
  private static final int WORD_CHARS_MIN = 3;
  private static final int LEXICAL_MAX = 20;
  private static final int SEMANTIC_MAX = 20;
  private static final int ALONE_MAX = 100;
  private static final double CONSTANT_SCORE = 1.0;

  private final Candidates candidates;
  private final Pattern pattern;
  private final Optional<Cosines> cosines;
  private final Map<String, String> lowerCased = new HashMap<>();

  private record Row(Text document, double score) {}

  /** With vectors, or by words alone. */
  SubstringUnion(Candidates candidates, Pattern pattern, Optional<Cosines> cosines) {
    this.candidates = candidates;
    this.pattern = pattern;
    this.cosines = cosines;
    candidates
        .documents()
        .forEach(
            document -> lowerCased.put(document.id(), document.text().toLowerCase(Locale.ROOT)));
  }

  @Override
  public List<String> ranked(Text question) {
    List<Row> rows = new ArrayList<>();
    List<String> patterns = patterns(question.text().strip().toLowerCase(Locale.ROOT));
    List<Text> matching =
        candidates.documents().stream()
            .filter(document -> candidates.counts(question, document))
            .filter(document -> patterns.stream().anyMatch(lowerCased.get(document.id())::contains))
            .limit(cosines.isPresent() ? LEXICAL_MAX : ALONE_MAX)
            .toList();
    matching.forEach(document -> rows.add(new Row(document, CONSTANT_SCORE)));
    cosines.ifPresent(near ->
        near.nearest(question, SEMANTIC_MAX)
            .forEach(one -> rows.add(new Row(one.document(), one.cosine()))));
    rows.sort(
        cosines.isPresent()
            ? Comparator.comparingDouble(Row::score).reversed()
            : Comparator.comparing(row -> Candidates.session(row.document())));
    return firstOfEachSession(rows);
  }

  private static List<String> firstOfEachSession(List<Row> rows) {
    Set<String> seen = new HashSet<>();
    return rows.stream()
        .filter(row -> seen.add(Candidates.session(row.document())))
        .map(row -> row.document().id())
        .toList();
  }

  private List<String> patterns(String question) {
    if (question.isEmpty()) {
      return List.of();
    }
    List<String> words =
        List.of(question.split("\\s+", -1)).stream()
            .filter(word -> word.length() >= WORD_CHARS_MIN)
            .limit(WORDS_MAX)
            .toList();
    // One word alone is no list of words there either.
    return pattern == Pattern.WORDS && words.size() > 1 ? words : List.of(question);
  }
}
