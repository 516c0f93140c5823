package dev.daybook.benchmarks.recall;

import dev.daybook.benchmarks.ClusteredEmbedder;
import dev.daybook.benchmarks.SyntheticHistory;
import dev.daybook.internal.entry.SearchText;
import dev.daybook.internal.index.LuceneTerms;
import dev.daybook.internal.index.LuceneTerms.Neighbours;
import dev.daybook.recall.Query;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A synthetic history, its vectors, what is asked of it, and what is right. Made of the number of
 * events and of questions alone, so that another process can make the same. Immutable; safe from
 * any thread.
 */
public final class RecallData {
  /** How many hits are wanted. */
  public static final int WANTED = 10;

  /** How many each leg contributes before they are joined: as many as Daybook's do for ten hits. */
  public static final int CANDIDATES = 50;

  /** How many questions a vector part is judged by. */
  static final int JUDGED = 100;

  /** How many tokens a part that looks for words is judged by. */
  static final int TOKENS = 50;

  private static final long SEED = 1;

  /**
   * What is asked.
   *
   * @param number its place among the questions
   * @param text its words
   * @param vector its meaning, of length 1; computed before any time is taken
   * @param right the events it must find, the best first; empty if nobody judges by it
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Question(int number, String text, float[] vector, int[] right) {
    /** Writes it for another process. */
    void write(DataOutputStream out) throws IOException {
      out.writeUTF(text);
      for (float component : vector) {
        out.writeFloat(component);
      }
      out.writeInt(right.length);
      for (int event : right) {
        out.writeInt(event);
      }
    }

    /**
     * Reads one.
     *
     * @param number its place among the questions
     */
    public static Question read(int number, DataInputStream in) throws IOException {
      String text = in.readUTF();
      float[] vector = new float[ClusteredEmbedder.DIMENSION];
      for (int i = 0; i < vector.length; i++) {
        vector[i] = in.readFloat();
      }
      int[] right = new int[in.readInt()];
      for (int i = 0; i < right.length; i++) {
        right[i] = in.readInt();
      }
      return new Question(number, text, vector, right);
    }
  }

  private final SyntheticHistory history;
  private final float[][] vectors;
  private final List<Question> questions;
  private final List<Question> tokens;

  private RecallData(
      SyntheticHistory history,
      float[][] vectors,
      List<Question> questions,
      List<Question> tokens) {
    this.history = history;
    this.vectors = vectors;
    this.questions = List.copyOf(questions);
    this.tokens = List.copyOf(tokens);
  }

  /** The history of so many events and so many questions to it, at least {@value #JUDGED}. */
  static RecallData of(int events, int count) {
    SyntheticHistory history = history(events);
    float[][] vectors = new float[events][];
    for (int number = 0; number < events; number++) {
      vectors[number] = ClusteredEmbedder.of(text(history, number));
    }
    List<Question> questions = new ArrayList<>();
    for (long number = 0; questions.size() < Math.max(JUDGED, count); number++) {
      SyntheticHistory.Question asked = history.question(number);
      // Some are made of stop words alone.
      if (LuceneTerms.query(Query.of(asked.text()), Neighbours.IGNORED).isPresent()) {
        float[] vector = ClusteredEmbedder.near(asked.about(), number);
        int[] right =
            questions.size() < JUDGED
                ? new Nearest(WANTED).ofAll(vectors, vector).best()
                : new int[0];
        questions.add(new Question(questions.size(), asked.text(), vector, right));
      }
    }
    List<Question> tokens = new ArrayList<>();
    for (int number = 0; number < events && tokens.size() < TOKENS; number++) {
      if (history.hasToken(number)) {
        tokens.add(
            new Question(
                questions.size() + tokens.size(),
                SyntheticHistory.token(number),
                vectors[number],
                new int[] {number}));
      }
    }
    return new RecallData(history, vectors, questions, tokens);
  }

  /** The history of so many events. */
  public static SyntheticHistory history(int events) {
    return new SyntheticHistory(events, SEED);
  }

  /** What is searched of an event. */
  public static String text(SyntheticHistory history, int number) {
    return SearchText.of(history.event(number));
  }

  SyntheticHistory history() {
    return history;
  }

  int events() {
    return vectors.length;
  }

  /** The vectors of the events, by number; not to be changed. */
  float[][] vectors() {
    return vectors;
  }

  List<Question> questions() {
    return questions;
  }

  /** Questions that are a token of one event. */
  List<Question> tokens() {
    return tokens;
  }

  /** The vectors of all questions by their text, for an embedder. */
  Map<String, float[]> questionVectors() {
    Map<String, float[]> byText = new HashMap<>();
    questions.forEach(question -> byText.put(question.text(), question.vector()));
    tokens.forEach(token -> byText.put(token.text(), token.vector()));
    return byText;
  }

  /** Writes all questions, then all tokens, for another process. */
  void writeQuestions(DataOutputStream out) throws IOException {
    out.writeInt(questions.size() + tokens.size());
    for (Question question : questions) {
      question.write(out);
    }
    for (Question token : tokens) {
      token.write(out);
    }
  }
}
