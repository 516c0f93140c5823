package dev.daybook;

import dev.daybook.Briefing.Line;
import dev.daybook.Briefing.Section;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * Chooses from what a briefing could tell what there is room for. Lines are chosen by what each
 * takes alone, so that a slow counter is not asked for the whole at every step; then the whole is
 * counted, and the least urgent lines go until it fits, whatever the counter. For one thread.
 */
final class BriefingRoom {
  /** Who gets room first. */
  private static final List<Section> URGENCY =
      List.of(
          Section.TASK,
          Section.HANDOFF,
          Section.GOAL,
          Section.BLOCKER,
          Section.REJECTED,
          Section.FAILURE,
          Section.QUESTION,
          Section.DECISION,
          Section.READY,
          Section.CRITERION,
          Section.CONSTRAINT,
          Section.APPROVAL,
          Section.ASSUMPTION,
          Section.NOTE,
          Section.CALL);

  /** Room that a first line may take though it is more than half of what is left. */
  private static final long FIRST_LINE_TOKENS = 60;

  /** A line cut to less says nothing. */
  private static final int CUT_CHARS_MIN = 16;

  private final int tokensMax;
  private final ToIntFunction<String> counter;
  private final Map<Section, Claimant> claimants = new EnumMap<>(Section.class);
  private final List<Chosen> chosen = new ArrayList<>();
  private long left;

  /** A section that wants room. */
  private static final class Claimant {
    final List<BriefingContent.Told> lines;
    final long share;
    int next;
    long used;

    Claimant(List<BriefingContent.Told> lines, long share) {
      this.lines = lines;
      this.share = share;
    }

    boolean hasNext() {
      return next < lines.size();
    }
  }

  /**
   * A line that is in.
   *
   * @param place its place in its section
   * @param told the line and how many things it tells
   * @param line the line as it stands in the text, which may be cut
   * @param cost what it takes alone
   */
  private record Chosen(int place, BriefingContent.Told told, Line line, long cost) {
    boolean isCut() {
      return !line.equals(told.line());
    }
  }

  BriefingRoom(int tokensMax, ToIntFunction<String> counter) {
    this.tokensMax = tokensMax;
    this.counter = counter;
    this.left = tokensMax;
  }

  Briefing fit(BriefingContent content) {
    long weights = content.told().keySet().stream().mapToLong(BriefingRoom::weight).sum();
    content
        .told()
        .forEach((section, lines) ->
            claimants.put(section, new Claimant(lines, tokensMax * weight(section) / weights)));
    fillShares();
    fillRest();
    lengthenCutLines();
    String text = fitWhole();
    Map<Section, Integer> leftOut = leftOut(content.totals());
    String noted = text + note(text, leftOut);
    text = fits(noted) ? noted : text;
    return new Briefing(
        text,
        inOrder().stream().map(Chosen::line).toList(),
        content.inbox(),
        text.isEmpty() ? 0 : count(text),
        tokensMax,
        leftOut);
  }

  private static long weight(Section section) {
    return switch (section) {
      case HANDOFF -> 18;
      case TASK -> 14;
      case REJECTED, DECISION, FAILURE -> 10;
      case CRITERION, CONSTRAINT -> 7;
      case GOAL, BLOCKER, QUESTION -> 5;
      case READY, NOTE, CALL -> 4;
      case APPROVAL, ASSUMPTION -> 3;
    };
  }

  /** Whole lines, as long as a section stays within its share. */
  private void fillShares() {
    for (Section section : URGENCY) {
      Claimant claimant = claimants.get(section);
      while (claimant != null && claimant.hasNext()) {
        long cost = cost(claimant.lines.get(claimant.next).line());
        if (cost > Math.min(left, claimant.share - claimant.used)) {
          break;
        }
        choose(claimant, claimant.lines.get(claimant.next).line(), cost);
      }
    }
  }

  /** What is left, a line for each section in turn. */
  private void fillRest() {
    boolean goesOn = true;
    while (goesOn) {
      goesOn = false;
      for (Section section : URGENCY) {
        Claimant claimant = claimants.get(section);
        if (claimant != null && claimant.hasNext()) {
          goesOn |= fillNext(claimant);
        }
      }
    }
  }

  private boolean fillNext(Claimant claimant) {
    boolean isFirst = claimant.next == 0;
    long room =
        isFirst
            ? Math.min(left, Math.max(Math.max(claimant.share, left / 2), FIRST_LINE_TOKENS))
            : left;
    Line line = claimant.lines.get(claimant.next).line();
    long cost = cost(line);
    if (cost <= room) {
      choose(claimant, line, cost);
      return true;
    }
    Optional<Line> cut =
        isFirst || isCut(line.section()) ? cut(line, room, this::cost) : Optional.empty();
    cut.ifPresentOrElse(
        shorter -> choose(claimant, shorter, cost(shorter)),
        // What follows is less telling, but may be short enough.
        () -> claimant.next++);
    return cut.isPresent() || claimant.hasNext();
  }

  /** Whether a part of a line is worth having though it is not the section's first. */
  private static boolean isCut(Section section) {
    return section == Section.HANDOFF || section == Section.TASK;
  }

  private void choose(Claimant claimant, Line line, long cost) {
    chosen.add(new Chosen(claimant.next, claimant.lines.get(claimant.next), line, cost));
    claimant.next++;
    claimant.used += cost;
    left -= cost;
  }

  private void lengthenCutLines() {
    for (int i = 0; i < chosen.size(); i++) {
      Chosen one = chosen.get(i);
      if (one.isCut() && left > 0) {
        long room = one.cost() + left;
        Line whole = one.told().line();
        Line longer = cost(whole) <= room ? whole : cut(whole, room, this::cost).orElse(one.line());
        long cost = cost(longer);
        if (cost <= room) {
          chosen.set(i, new Chosen(one.place(), one.told(), longer, cost));
          left = room - cost;
        }
      }
    }
  }

  /** The text of what is chosen, less what makes it too long as a whole. */
  private String fitWhole() {
    Optional<Chosen> last = Optional.empty();
    while (!chosen.isEmpty() && !fits(text())) {
      last = Optional.of(chosen.removeLast());
    }
    if (chosen.isEmpty() && last.isPresent()) {
      Chosen only = last.get();
      cut(only.told().line(), tokensMax, line -> count(line.cited()))
          .filter(line -> count(line.cited()) <= tokensMax)
          .ifPresent(line -> chosen.add(new Chosen(only.place(), only.told(), line, 0)));
    }
    return text();
  }

  private boolean fits(String text) {
    return text.length() <= Briefing.CHARS_MAX && count(text) <= tokensMax;
  }

  private String text() {
    return inOrder().stream().map(one -> one.line().cited()).collect(Collectors.joining("\n"));
  }

  private List<Chosen> inOrder() {
    return chosen.stream()
        .sorted(
            Comparator.comparing((Chosen one) -> one.line().section())
                .thenComparingInt(Chosen::place))
        .toList();
  }

  private Map<Section, Integer> leftOut(Map<Section, Integer> totals) {
    Map<Section, Integer> leftOut = new EnumMap<>(totals);
    for (Chosen one : chosen) {
      leftOut.merge(one.line().section(), -one.told().count(), Integer::sum);
    }
    leftOut.values().removeIf(count -> count <= 0);
    return leftOut;
  }

  private static String note(String text, Map<Section, Integer> leftOut) {
    return leftOut.isEmpty()
        ? ""
        : (text.isEmpty() ? "" : "\n")
            + leftOut.entrySet().stream()
                .map(section -> section.getKey() + " " + section.getValue())
                .collect(Collectors.joining(", ", "(left out: ", ")"));
  }

  /** The line with as many of its words as take at most so many tokens; empty if too few do. */
  private static Optional<Line> cut(Line line, long room, ToLongFunction<Line> cost) {
    int fits = 0;
    int tooLong = line.text().length();
    while (fits + 1 < tooLong) {
      int chars = (fits + tooLong) >>> 1;
      if (cost.applyAsLong(line.saying(BriefingText.cut(line.text(), chars))) <= room) {
        fits = chars;
      } else {
        tooLong = chars;
      }
    }
    return fits < CUT_CHARS_MIN
        ? Optional.empty()
        : Optional.of(line.saying(BriefingText.cut(line.text(), fits)));
  }

  private long cost(Line line) {
    return count(line.cited() + "\n");
  }

  /** A counter that counts below nothing counts nothing. */
  private int count(String text) {
    return Math.max(0, counter.applyAsInt(text));
  }
}
