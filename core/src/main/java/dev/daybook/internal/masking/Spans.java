package dev.daybook.internal.masking;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The secrets of a text. For one thread. */
final class Spans {
  /** A part of a text, and what it is. */
  private record Span(int from, int to, String kind) {}

  /** None; nobody adds to it. */
  static final Spans NONE = new Spans("");

  private final String text;
  private final List<Span> spans = new ArrayList<>();

  /** Read when the first is added. */
  private Optional<JsonTexts> texts = Optional.empty();

  Spans(String text) {
    this.text = text;
  }

  /**
   * Adds what of a secret stands in the text of JSON that it begins in, all of it where the text is
   * no JSON, and nothing of what is between texts.
   *
   * @return where that ends, the place it begins at if nothing was added
   */
  int add(int from, int to, String kind) {
    JsonTexts json = texts();
    int end = Math.min(to, json.endOfText(from));
    if (end <= from) {
      return from;
    }
    spans.add(new Span(json.beginOfCharacter(from), json.endOfCharacter(end), kind));
    return end;
  }

  /** Adds what of a secret stands in any text of JSON, each for itself. */
  void addParts(int from, int to, String kind) {
    int i = from;
    while (i < to) {
      int end = add(i, to, kind);
      i = end < to ? texts().nextText(end) : to;
    }
  }

  private JsonTexts texts() {
    if (texts.isEmpty()) {
      texts = Optional.of(JsonTexts.of(text));
    }
    return texts.get();
  }

  boolean isEmpty() {
    return spans.isEmpty();
  }

  /**
   * The text with the name of its kind in place of each; of those that overlap that of the first.
   */
  String masked(Consumer<String> replaced) {
    spans.sort(
        Comparator.comparingInt(Span::from).thenComparing(Span::to, Comparator.reverseOrder()));
    StringBuilder masked = new StringBuilder(text.length());
    int done = 0;
    for (int i = 0; i < spans.size(); ) {
      Span first = spans.get(i);
      int to = first.to();
      for (i++; i < spans.size() && spans.get(i).from() < to; i++) {
        to = Math.max(to, spans.get(i).to());
      }
      masked.append(text, done, first.from()).append(Secrets.replacement(first.kind()));
      replaced.accept(first.kind());
      done = to;
    }
    return masked.append(text, done, text.length()).toString();
  }
}
