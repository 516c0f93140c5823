package dev.daybook.benchmarks.quality;

import dev.daybook.benchmarks.JudgedSet.Text;
import dev.daybook.benchmarks.Measures;
import dev.daybook.recall.Embedder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Every document compared with the question by cosine, in floats, and nothing else: the control. A
 * document is as near as the nearest of the pieces that Daybook embeds of a plain text, which are
 * up to four of at most 126 tokens.
 */
final class Cosines implements Contestant {
  private static final int TOKENS_MAX = 126;
  private static final int PIECES_MAX = 4;

  /** Daybook is asked as much of a question. */
  private static final int QUERY_CHARS_MAX = 10_000;

  private final Candidates candidates;
  private final Embedder embedder;
  private final List<List<float[]>> pieces = new ArrayList<>();

  /** A document and how near it is. */
  record Near(Text document, double cosine) {}

  Cosines(Candidates candidates, Embedder embedder) {
    this.candidates = candidates;
    this.embedder = embedder;
    int tokens = Math.min(TOKENS_MAX, embedder.maxTokens());
    for (Text document : candidates.documents()) {
      List<String> texts = embedder.split(document.text(), tokens, PIECES_MAX);
      pieces.add(texts.isEmpty() ? List.of() : embedder.embedDocuments(texts));
    }
  }

  /** The nearest that count, the nearest first. */
  List<Near> nearest(Text question, int most) {
    String text = question.text().strip();
    if (text.isEmpty()) {
      return List.of();
    }
    float[] asked =
        embedder.embedQuery(text.substring(0, Math.min(QUERY_CHARS_MAX, text.length())));
    List<Near> all = new ArrayList<>();
    for (int i = 0; i < pieces.size(); i++) {
      Text document = candidates.documents().get(i);
      if (!pieces.get(i).isEmpty() && candidates.counts(question, document)) {
        all.add(new Near(document, best(asked, pieces.get(i))));
      }
    }
    all.sort(Comparator.comparingDouble(Near::cosine).reversed());
    return all.subList(0, Math.min(most, all.size()));
  }

  private static double best(float[] asked, List<float[]> pieces) {
    double best = -1;
    for (float[] piece : pieces) {
      double cosine = 0;
      for (int i = 0; i < asked.length; i++) {
        cosine += asked[i] * piece[i];
      }
      best = Math.max(best, cosine);
    }
    return best;
  }

  @Override
  public List<String> ranked(Text question) {
    return nearest(question, Measures.DEPTH).stream().map(near -> near.document().id()).toList();
  }
}
