package dev.daybook.internal.index;

import dev.daybook.event.Envelope.Stream;
import dev.daybook.internal.entry.Promoted;
import dev.daybook.internal.entry.Row;
import dev.daybook.recall.Filter;
import java.time.Instant;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.SortedDocValuesField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LogDocMergePolicy;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.search.similarities.PerFieldSimilarityWrapper;
import org.apache.lucene.search.similarities.Similarity;
import org.apache.lucene.util.BytesRef;

/**
 * A row as a Lucene document. Its identity and what hides it are not here but in {@link RowTable},
 * by row number, which is the document's number.
 *
 * <p>Reuses one document and one analysis; not safe from several threads.
 */
final class RowDocument {
  /** Stems of the text, with positions. */
  static final String TEXT = "text";

  /** Stems of the text of short turns, with positions; such a row has nothing in {@link #TEXT}. */
  static final String TURN = "turn";

  /** Whole paths and symbols. */
  static final String WHOLE = "whole";

  /** Stems of the first line of plan events of several lines. */
  static final String FIRST_LINE = "first";

  /** When it happened, as {@link #nanos}. */
  static final String TIME = "time";

  /** When it was recorded, as {@link #nanos}. */
  static final String RECORDED = "recorded";

  /** The session of a message, as a column. */
  static final String SESSION_OF_TURN = "turn.session";

  /** The plan version of a plan event, as a column. */
  static final String PLAN_VERSION = "planVersion";

  /** What a hit shows; see {@link StoredHit}. */
  static final String HIT = "hit";

  /**
   * Paths and symbols do not get rarer in long events, so length counts little; nor does it in
   * turns of a conversation, where a word said twice does not say much more than once either.
   */
  static final Similarity SIMILARITY =
      new PerFieldSimilarityWrapper() {
        private final Similarity text = new BM25Similarity(1.2f, 0.75f);
        private final Similarity turn = new BM25Similarity(0.9f, 0.4f);
        private final Similarity whole = new BM25Similarity(1.2f, 0.2f);

        @Override
        public Similarity get(String field) {
          return switch (field) {
            case WHOLE -> whole;
            case TURN -> turn;
            default -> text;
          };
        }
      };

  static final FieldType WITH_POSITIONS = type(IndexOptions.DOCS_AND_FREQS_AND_POSITIONS);
  static final FieldType WITH_COUNTS = type(IndexOptions.DOCS_AND_FREQS);

  private final TextAnalysis analysis = new TextAnalysis();

  /** The Lucene field of a kind of filter. */
  static String field(Filter.Field filtered) {
    return filtered.name();
  }

  /** How the indexes of segments are written: small. */
  static IndexWriterConfig segmentConfig() {
    return tailConfig()
        .setCodec(QuickDeflate.codec())
        .setRAMBufferSizeMB(segmentMegabytes(Runtime.getRuntime().maxMemory()));
  }

  /**
   * How much of an index of a segment is kept in memory before a part of it is written, in
   * megabytes: a sixteenth of the heap, and no more than 150,000 events need. Parts are merged,
   * which takes a quarter as long again.
   */
  static double segmentMegabytes(long heapBytesMax) {
    return Math.clamp((double) (heapBytesMax >> 24), 16, 192);
  }

  /** How the tail is written, fast; rows keep their order, whatever Lucene merges. */
  static IndexWriterConfig tailConfig() {
    LogDocMergePolicy neighbours = new LogDocMergePolicy();
    neighbours.setNoCFSRatio(0);
    return new IndexWriterConfig()
        .setSimilarity(SIMILARITY)
        .setMergePolicy(neighbours)
        .setMergeScheduler(new SerialMergeScheduler())
        .setRAMBufferSizeMB(64)
        .setUseCompoundFile(false)
        .setCommitOnClose(false);
  }

  /** Nanoseconds since 1970; times too far away for that become the nearest that is not. */
  static long nanos(Instant time) {
    try {
      return Math.addExact(
          Math.multiplyExact(time.getEpochSecond(), 1_000_000_000L), time.getNano());
    } catch (ArithmeticException e) {
      return time.getEpochSecond() < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
  }

  /** The time of {@link #nanos}. */
  static Instant time(long nanos) {
    return Instant.ofEpochSecond(
        Math.floorDiv(nanos, 1_000_000_000L), Math.floorMod(nanos, 1_000_000_000L));
  }

  /** The terms of a document on its way to the thread that adds it. */
  static final class Ready {
    private final ReadyTerms words = new ReadyTerms();
    private final ReadyTerms wholes = new ReadyTerms();
    private final ReadyTerms firstLine = new ReadyTerms();
    private final ReadyTerms nothing = new ReadyTerms();

    /** The bytes its terms take. */
    int size() {
      return words.size() + wholes.size() + firstLine.size();
    }

    /** Clears, and lets go what a long text has made large. */
    void trim() {
      words.trim();
      wholes.trim();
      firstLine.trim();
    }
  }

  /** The document of a row; valid until the next is asked for. */
  Document of(Row row) {
    Document document = withoutTerms(row);
    analysis.read(row.text());
    addTerms(
        document,
        row,
        analysis.stems(),
        analysis.wholes(),
        analysis.firstLineStems(),
        analysis.nothing());
    return document;
  }

  /** The document of a row, whose terms are made now; valid until {@code ready} is used again. */
  Document of(Row row, Ready ready) {
    Document document = withoutTerms(row);
    analysis.read(row.text());
    analysis.stemsInto(ready.words);
    analysis.wholesInto(ready.wholes);
    if (row.envelope().stream() == Stream.PLAN) {
      analysis.firstLineStemsInto(ready.firstLine);
    }
    addTerms(document, row, ready.words, ready.wholes, ready.firstLine, ready.nothing);
    return document;
  }

  private void addTerms(
      Document document,
      Row row,
      TokenStream words,
      TokenStream wholes,
      TokenStream firstLine,
      TokenStream nothing) {
    boolean isTurn = row.type().equals("Message");
    document.add(new Field(isTurn ? TURN : TEXT, words, WITH_POSITIONS));
    // Every row has both, so that lengths lie in an array and are found without a search.
    document.add(new Field(isTurn ? TEXT : TURN, nothing, WITH_POSITIONS));
    document.add(new Field(WHOLE, wholes, WITH_COUNTS));
    if (row.envelope().stream() == Stream.PLAN && analysis.hasSeveralLines()) {
      document.add(new Field(FIRST_LINE, firstLine, WITH_COUNTS));
    }
  }

  private static Document withoutTerms(Row row) {
    Document document = new Document();
    var envelope = row.envelope();
    Promoted promoted = row.promoted();
    keyword(document, Filter.Field.STREAM, envelope.stream().name());
    keyword(document, Filter.Field.TYPE, row.type());
    keyword(document, Filter.Field.TOOL, promoted.tool());
    keyword(document, Filter.Field.AGENT, envelope.actor().id());
    keyword(document, Filter.Field.ACTOR_KIND, envelope.actor().kind().name());
    keyword(document, Filter.Field.SESSION, envelope.session().value());
    keyword(document, Filter.Field.TASK, envelope.task());
    keyword(document, Filter.Field.OUTCOME, promoted.outcome());
    keyword(document, Filter.Field.ERROR_FINGERPRINT, promoted.errorFingerprint());
    keyword(document, Filter.Field.ARGUMENTS_HASH, promoted.argumentsHash());
    keyword(document, Filter.Field.HANDOFF, promoted.handoff());
    if (envelope.cause().isPresent()) {
      keyword(document, Filter.Field.CAUSE, envelope.cause().toString());
    }
    String worktree = envelope.vcs().worktree();
    promoted.paths().forEach(path -> path(document, Filter.Field.PATH, path, worktree));
    if (row.type().equals("ToolCall") && !promoted.paths().isEmpty()) {
      Row.Touched touched = row.touched();
      touched.filesRead().forEach(path -> path(document, Filter.Field.PATH_READ, path, worktree));
      touched
          .filesWritten()
          .forEach(path -> path(document, Filter.Field.PATH_WRITTEN, path, worktree));
    }
    keyword(document, Filter.Field.REVISION, envelope.vcs().revision());
    column(document, Filter.Field.AGENT, envelope.actor().id());
    column(document, Filter.Field.REVISION, envelope.vcs().revision());
    if (row.type().equals("Message") && envelope.session().isPresent()) {
      document.add(new SortedDocValuesField(SESSION_OF_TURN, keyword(envelope.session().value())));
    }
    document.add(new LongPoint(TIME, nanos(envelope.time())));
    document.add(new LongPoint(RECORDED, nanos(envelope.recordedAt())));
    if (envelope.planVersion() > 0) {
      document.add(new NumericDocValuesField(PLAN_VERSION, envelope.planVersion()));
    }
    document.add(new StoredField(HIT, StoredHit.encode(row)));
    return document;
  }

  /** The field whose values rows are grouped by. */
  static String column(Filter.Field grouped) {
    return grouped.name() + ".column";
  }

  private static void column(Document document, Filter.Field grouped, String value) {
    if (!value.isEmpty()) {
      document.add(new SortedDocValuesField(column(grouped), keyword(value)));
    }
  }

  /** A path from the work tree on; one that was given from the root on is found by that as well. */
  private static void path(Document document, Filter.Field filtered, String path, String worktree) {
    String plain = Place.plain(path, worktree);
    keyword(document, filtered, plain);
    String asGiven = Place.plain(path, "");
    if (!asGiven.equals(plain)) {
      keyword(document, filtered, asGiven);
    }
  }

  private static void keyword(Document document, Filter.Field filtered, String value) {
    if (!value.isEmpty()) {
      document.add(new StringField(field(filtered), keyword(filtered, value), Field.Store.NO));
    }
  }

  /** A value of a filter as a term; the hashes that events are compared by as bytes. */
  static BytesRef keyword(Filter.Field filtered, String value) {
    boolean isHash =
        (filtered == Filter.Field.ARGUMENTS_HASH || filtered == Filter.Field.ERROR_FINGERPRINT)
            && HASH.matcher(value).matches();
    return isHash ? new BytesRef(HexFormat.of().parseHex(value)) : keyword(value);
  }

  private static final Pattern HASH = Pattern.compile("[0-9a-f]{16}");

  /** A value as a term; Lucene refuses terms over 32,766 bytes, so the longest are cut. */
  static BytesRef keyword(String value) {
    BytesRef bytes = new BytesRef(value);
    bytes.length = Math.min(bytes.length, KEYWORD_BYTES_MAX);
    return bytes;
  }

  private static final int KEYWORD_BYTES_MAX = 32_000;

  private static FieldType type(IndexOptions options) {
    FieldType type = new FieldType();
    type.setIndexOptions(options);
    type.setTokenized(true);
    type.freeze();
    return type;
  }
}
