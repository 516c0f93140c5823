package dev.daybook.internal.index;

import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.util.automaton.Automata;
import org.apache.lucene.util.automaton.Automaton;
import org.apache.lucene.util.automaton.Operations;

/** Path globs as Lucene automata; see {@link dev.daybook.recall.Filter#path}. */
final class PathGlob {
  private static final int WORK_MAX = 10_000;

  private PathGlob() {}

  /** Whether the glob stands for more than one path. */
  static boolean isPattern(String glob) {
    return glob.indexOf('*') >= 0 || glob.indexOf('?') >= 0;
  }

  /**
   * Accepts exactly the paths that one of these globs matches, of which there is at least one.
   *
   * @throws IllegalArgumentException if the globs are too involved
   */
  static Automaton anyOf(List<String> globs) {
    if (globs.size() == 1) {
      return automaton(globs.getFirst());
    }
    Automaton any = Operations.union(globs.stream().map(PathGlob::automaton).toList());
    try {
      return Operations.determinize(any, WORK_MAX * globs.size());
    } catch (org.apache.lucene.util.automaton.TooComplexToDeterminizeException e) {
      throw new IllegalArgumentException(
          "The "
              + globs.size()
              + " path globs from '"
              + globs.getFirst()
              + "' on are too involved together; use fewer wildcards or fewer globs",
          e);
    }
  }

  /**
   * Accepts exactly the paths that the glob matches.
   *
   * @throws IllegalArgumentException if the glob is too involved
   */
  static Automaton automaton(String glob) {
    List<Automaton> parts = new ArrayList<>();
    int at = 0;
    while (at < glob.length()) {
      if (glob.startsWith("**/", at) && (at == 0 || glob.charAt(at - 1) == '/')) {
        parts.add(
            Operations.optional(
                Operations.concatenate(List.of(Automata.makeAnyString(), Automata.makeChar('/')))));
        at += 3;
      } else if (glob.startsWith("**", at)) {
        parts.add(Automata.makeAnyString());
        at += 2;
      } else if (glob.charAt(at) == '*') {
        parts.add(Operations.repeat(withinPart()));
        at++;
      } else if (glob.charAt(at) == '?') {
        parts.add(withinPart());
        at++;
      } else {
        int point = glob.codePointAt(at);
        parts.add(Automata.makeChar(point));
        at += Character.charCount(point);
      }
    }
    try {
      return Operations.determinize(
          Operations.removeDeadStates(Operations.concatenate(parts)), WORK_MAX);
    } catch (org.apache.lucene.util.automaton.TooComplexToDeterminizeException e) {
      throw new IllegalArgumentException(
          "Path glob '" + glob + "' is too involved; use fewer wildcards", e);
    }
  }

  private static Automaton withinPart() {
    return Operations.union(
        List.of(
            Automata.makeCharRange(0, '/' - 1),
            Automata.makeCharRange('/' + 1, Character.MAX_CODE_POINT)));
  }
}
