package dev.daybook.internal.masking;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/** The secrets of a text. For one thread. */
final class Spans {
  /** A part of a text, and what it is. */
  private record Span(int from, int to, String kind) {}

  /** None; nobody adds to it. */
  static final Spans NONE = new Spans();

  private final List<Span> spans = new ArrayList<>();

  void add(int from, int to, String kind) {
    spans.add(new Span(from, to, kind));
  }

  boolean isEmpty() {
    return spans.isEmpty();
  }

  /** Takes over those of the same text without its escapes. */
  void addAll(Spans others, Unescaped text) {
    others.spans.forEach(
        other -> add(text.original(other.from()), text.original(other.to()), other.kind()));
  }

  /**
   * The text with the name of its kind in place of each; of those that overlap that of the first.
   */
  String masked(String text, Consumer<String> replaced) {
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
