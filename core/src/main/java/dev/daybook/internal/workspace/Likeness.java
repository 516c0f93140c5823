package dev.daybook.internal.workspace;

import dev.daybook.event.PlanEvent.ApproachRejected;
import dev.daybook.event.ToolCall;
import dev.daybook.internal.entry.Arguments;
import dev.daybook.internal.index.ComparedText;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Whether an attempt is what a description says. Rather too strict: a warning nobody needs is what
 * makes agents ignore warnings.
 *
 * <ul>
 *   <li><b>The values of a call.</b> Every value of the arguments stands in the description, every
 *       identifier and number of the description stands in the call, and nearly all of its other
 *       words do. Without other words the values stand in the same order, so that a flight back is
 *       not a flight there.
 *   <li><b>The words of an attempt</b>: of what the caller said it was trying and of its arguments
 *       unless they have names; of a rejected approach, its paths and its reason. Identifiers and
 *       numbers of the description must stand in the attempt, and {@value #COVERED_MIN} of its
 *       words by weight; or {@value #COVERED_WITH_MEANING_MIN} if an embedder finds the two {@value
 *       #COSINE_MIN} alike in meaning. Words that say how rather than what ({@code run}, {@code
 *       add}, {@code test}) weigh {@value #COMMON_WEIGHT}, except in the arguments of a call; of
 *       the others at least {@value #TELLING_WORDS_MIN} must stand in the attempt, unless all words
 *       of both are the same.
 * </ul>
 */
final class Likeness {
  static final double COVERED_MIN = 0.8;
  static final double COVERED_WITH_MEANING_MIN = 0.7;
  static final double COSINE_MIN = 0.55;
  static final double COMMON_WEIGHT = 0.25;
  static final int TELLING_WORDS_MIN = 2;

  /** Stems of words that are said of nearly everything that is tried. */
  private static final Set<String> COMMON =
      ComparedText.of(
              "run again now let us try tried trying use using used make making made do does done"
                  + " doing add adding new get getting set check checking verify verifying see look"
                  + " find list show print read write change changing update file files script test"
                  + " tests testing existing command code call issue problem fix fixed with without"
                  + " from all any one once more my me i we our you your so that which when how"
                  + " what should need want first then also just only still before after out up"
                  + " down over suite case cases")
          .stems();

  /** The share of the other words of a description that may be missing in a call. */
  private static final double OTHER_WORDS_MAX = 0.25;

  /** Of longer texts the beginning says what it is about. */
  private static final int TEXT_CHARS_MAX = 600;

  private final String text;
  private final ComparedText description;
  private final boolean isOnlyValues;
  private final double commonWeight;

  private Likeness(String text, double commonWeight) {
    this.text = text;
    this.commonWeight = commonWeight;
    Arguments parts = Arguments.of(text);
    this.isOnlyValues = !parts.names().isEmpty();
    this.description = ComparedText.of(String.join(" ", parts.values()));
  }

  static Likeness to(String description) {
    return new Likeness(description, COMMON_WEIGHT);
  }

  /** To the arguments of a call, in which every word counts. */
  static Likeness toArguments(String arguments) {
    return new Likeness(arguments, 1);
  }

  /** The description. */
  String text() {
    return text;
  }

  /**
   * How alike a call is, from 0 to 1; 0 if it is not.
   *
   * @param cosine of the two in meaning; 0 if not known
   */
  double of(ToolCall call, double cosine) {
    Arguments arguments = Arguments.of(call.arguments());
    String values = String.join(" ", arguments.values());
    String around = call.tool() + " " + String.join(" ", arguments.names()) + " " + call.approach();
    if (holdsValues(ComparedText.of(values), ComparedText.of(around))) {
      return 0.99;
    }
    String files = String.join(" ", call.filesRead()) + " " + String.join(" ", call.filesWritten());
    String whole = values + " " + around + " " + files + " " + call.error() + " " + call.output();
    if (!standsIn(whole)) {
      return 0;
    }
    // Of arguments with names a part is another call.
    String what = arguments.names().isEmpty() ? beginning(values) : "";
    String said = call.tool() + " " + end(call.approach()) + " " + what + " " + files;
    return ofWords(ComparedText.of(said), cosine);
  }

  /** How alike a rejected approach is. */
  double of(ApproachRejected rejected, double cosine) {
    String paths = String.join(" ", rejected.paths());
    String whole = rejected.approach() + " " + paths + " " + rejected.reason();
    return standsIn(whole) ? ofWords(ComparedText.of(whole), cosine) : 0;
  }

  /** Whether the description says this approach and nothing else, paths it is about apart. */
  boolean isSame(ApproachRejected rejected) {
    Set<String> approach = ComparedText.of(rejected.approach()).stems();
    Set<String> rest = new HashSet<>(description.stems());
    if (approach.isEmpty() || !rest.containsAll(approach)) {
      return false;
    }
    rest.removeAll(approach);
    rest.removeAll(ComparedText.of(String.join(" ", rejected.paths())).stems());
    return rest.isEmpty();
  }

  private boolean holdsValues(ComparedText values, ComparedText around) {
    boolean isTelling =
        !values.specific().isEmpty()
            && (values.tokens().size() > 1 || values.tokens().getFirst().length() >= 4);
    if (!isTelling
        || !description.tokens().containsAll(values.specific())
        || !description.stems().containsAll(values.stems())) {
      return false;
    }
    Set<String> known = new HashSet<>(values.tokens());
    known.addAll(around.tokens());
    if (!known.containsAll(description.specific())) {
      return false;
    }
    Set<String> others = new HashSet<>(description.stems());
    others.removeAll(values.stems());
    if (others.isEmpty() || isOnlyValues) {
      return inOrder(values.tokens());
    }
    Set<String> unknown = new HashSet<>(others);
    unknown.removeAll(around.stems());
    return unknown.size() <= OTHER_WORDS_MAX * others.size();
  }

  private boolean inOrder(List<String> values) {
    return description.tokens().equals(values);
  }

  /** Whether a text has every identifier and number of the description. */
  private boolean standsIn(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    return description.specific().stream().allMatch(lower::contains);
  }

  private double ofWords(ComparedText attempt, double cosine) {
    double all = 0;
    double covered = 0;
    int telling = 0;
    for (String stem : description.stems()) {
      boolean isCommon = COMMON.contains(stem);
      double weight = isCommon ? commonWeight : 1;
      all += weight;
      if (attempt.stems().contains(stem)) {
        covered += weight;
        telling += isCommon ? 0 : 1;
      }
    }
    double share = all == 0 ? 0 : covered / all;
    boolean isAlike =
        share >= COVERED_MIN || (cosine >= COSINE_MIN && share >= COVERED_WITH_MEANING_MIN);
    boolean isTelling =
        telling >= TELLING_WORDS_MIN
            || (telling > 0 && attempt.stems().equals(description.stems()));
    return isAlike && isTelling
        ? Math.min(0.98, (share + Math.max(cosine, shared(attempt.stems()))) / 2)
        : 0;
  }

  /** How large a share of all words of both stands in both. */
  private double shared(Set<String> attempt) {
    Set<String> both = new HashSet<>(description.stems());
    both.retainAll(attempt);
    return (double) both.size() / (description.stems().size() + attempt.size() - both.size());
  }

  private static String beginning(String text) {
    return text.length() <= TEXT_CHARS_MAX ? text : text.substring(0, TEXT_CHARS_MAX);
  }

  private static String end(String text) {
    return text.length() <= TEXT_CHARS_MAX ? text : text.substring(text.length() - TEXT_CHARS_MAX);
  }
}
