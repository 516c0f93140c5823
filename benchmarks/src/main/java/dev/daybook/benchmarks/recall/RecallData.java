package dev.daybook.benchmarks.recall;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.daybook.benchmarks.ClusteredEmbedder;
import dev.daybook.internal.entry.SearchText;
import dev.daybook.internal.index.LuceneTerms;
import dev.daybook.internal.index.LuceneTerms.Neighbours;
import dev.daybook.recall.Query;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.lucene.util.VectorUtil;

/**
 * A history, its vectors, what is asked of it, and what is right. Immutable; safe from any thread.
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

  /** Vectors so near to one another, by scalar product, are taken for equally near. */
  private static final float TIE = 1e-5f;

  /**
   * A question before it has a number.
   *
   * @param text its words
   * @param vector its meaning, of length 1
   * @param right the events it must find; empty if nobody knows
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Asked(String text, float[] vector, int[] right) {}

  /**
   * What is asked.
   *
   * @param number its place among the questions
   * @param text its words
   * @param vector its meaning, of length 1; computed before any time is taken
   * @param right the events that may be among the first {@value #WANTED}, which are more where
   *     several are equally near, as the same command is that gave the same; of a token the one
   *     that has it; empty if nobody judges by it
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Question(int number, String text, float[] vector, int[] right) {
    /** Writes it for another process. */
    void write(DataOutputStream out) throws IOException {
      writeText(out, text.getBytes(UTF_8));
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
      String text = new String(readText(in), UTF_8);
      float[] vector = floats(in);
      int[] right = new int[in.readInt()];
      for (int i = 0; i < right.length; i++) {
        right[i] = in.readInt();
      }
      return new Question(number, text, vector, right);
    }
  }

  private final Source source;
  private final float[][] vectors;
  private final List<Question> questions;
  private final List<Question> tokens;

  private RecallData(
      Source source, float[][] vectors, List<Question> questions, List<Question> tokens) {
    this.source = source;
    this.vectors = vectors;
    this.questions = List.copyOf(questions);
    this.tokens = List.copyOf(tokens);
  }

  /** A made-up history of so many events and so many questions to it, at least {@value #JUDGED}. */
  static RecallData of(int events, int count) {
    MadeUp source = MadeUp.of(events);
    return of(source, source.questions(), source.tokens(TOKENS), count);
  }

  /**
   * The rows of a file of traces, at most so many, and so many questions to them, at least {@value
   * #JUDGED}, or as many as they give.
   */
  static RecallData of(Path traces, int eventsMax, int count) throws IOException {
    Traces source = Traces.of(traces, eventsMax);
    RecallData data = of(source, source.questions(), source.tokens(TOKENS), count);
    if (data.events() < WANTED || data.questions.isEmpty() || data.tokens.isEmpty()) {
      throw new IllegalArgumentException(
          ("%s gives %,d events, %,d questions and %,d identifiers that only one of them has;"
                  + " expected at least %d, 1 and 1: give a longer file")
              .formatted(traces, data.events(), data.questions.size(), data.tokens.size(), WANTED));
    }
    return data;
  }

  private static RecallData of(
      Source source, Iterator<Asked> asked, List<Asked> identifiers, int count) {
    float[][] vectors = new float[Math.toIntExact(source.count())][];
    for (int number = 0; number < vectors.length; number++) {
      vectors[number] = source.vector(number);
    }
    List<Question> questions = new ArrayList<>();
    while (questions.size() < Math.max(JUDGED, count) && asked.hasNext()) {
      Asked next = asked.next();
      // Some are made of stop words alone.
      if (LuceneTerms.query(Query.of(next.text()), Neighbours.IGNORED).isPresent()) {
        int[] right = questions.size() < JUDGED ? nearest(vectors, next.vector()) : new int[0];
        questions.add(new Question(questions.size(), next.text(), next.vector(), right));
      }
    }
    List<Question> tokens = new ArrayList<>();
    for (Asked token : identifiers) {
      tokens.add(
          new Question(
              questions.size() + tokens.size(), token.text(), token.vector(), token.right()));
    }
    return new RecallData(source, vectors, questions, tokens);
  }

  /** Those wanted, and all others as near as the last of them. */
  private static int[] nearest(float[][] vectors, float[] question) {
    int[] best = new Nearest(WANTED).ofAll(vectors, question).best();
    float least = VectorUtil.dotProduct(vectors[best[best.length - 1]], question) - TIE;
    return IntStream.range(0, vectors.length)
        .filter(number -> VectorUtil.dotProduct(vectors[number], question) >= least)
        .toArray();
  }

  Source source() {
    return source;
  }

  /** What is searched of an event. */
  String text(int number) {
    return SearchText.of(source.event(number));
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

  /** Writes how many events there are, then the text and the vector of each. */
  void writeEvents(DataOutputStream out) throws IOException {
    out.writeInt(events());
    for (int number = 0; number < events(); number++) {
      writeText(out, text(number).getBytes(UTF_8));
      for (float component : vectors[number]) {
        out.writeFloat(component);
      }
    }
  }

  /**
   * An event as another process has it.
   *
   * @param text what is searched of it, in UTF-8
   * @param vector its vector
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Written(byte[] text, float[] vector) {
    /** Reads the next of those that {@code writeEvents} wrote behind their number. */
    public static Written read(DataInputStream in) throws IOException {
      byte[] text = readText(in);
      return new Written(text, floats(in));
    }
  }

  /** In UTF-8 and of any length, which {@code writeUTF} does not take. */
  private static void writeText(DataOutputStream out, byte[] text) throws IOException {
    out.writeInt(text.length);
    out.write(text);
  }

  private static byte[] readText(DataInputStream in) throws IOException {
    byte[] text = new byte[in.readInt()];
    in.readFully(text);
    return text;
  }

  private static float[] floats(DataInputStream in) throws IOException {
    float[] vector = new float[ClusteredEmbedder.DIMENSION];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = in.readFloat();
    }
    return vector;
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
