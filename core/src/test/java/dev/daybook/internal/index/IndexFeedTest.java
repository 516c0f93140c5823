package dev.daybook.internal.index;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.event.PlanEvent.NoteAdded;
import dev.daybook.event.TraceEvent.Message;
import dev.daybook.internal.entry.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FieldInvertState;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.IndexableField;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.CollectionStatistics;
import org.apache.lucene.search.TermStatistics;
import org.apache.lucene.search.similarities.Similarity;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.util.BytesRef;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

final class IndexFeedTest {
  private static final int ROWS = 700;

  @TempDir Path folder;

  @Test
  void twoThreadsIndexWhatOneDoes() throws IOException {
    List<Row> rows = rows();
    assertThat(content(rows, IndexFeedTest::feed))
        .isNotEmpty()
        .isEqualTo(content(rows, IndexFeedTest::addByOneThread));
  }

  @Test
  void anIndexHasWhatOneThreadWrites() throws IOException {
    List<Row> rows = rows();
    Map<String, List<Integer>> expected = content(rows, IndexFeedTest::addByOneThread);
    try (PackedIndex index = TestRows.index(folder, rows)) {
      assertThat(content(index.reader().leaves().getFirst().reader())).isEqualTo(expected);
    }
    assertThat(
            content(
                rows,
                (all, writer) -> {
                  writer.getConfig().setRAMBufferSizeMB(0.25);
                  SegmentIndexWriter.add(all, writer, new RowTableBuilder());
                  try (DirectoryReader reader = DirectoryReader.open(writer)) {
                    assertThat(reader.leaves()).hasSizeGreaterThan(1);
                  }
                }))
        .isEqualTo(expected);
  }

  /** The first row is added only when the caller has to wait for it, or has handed on all. */
  @Test
  void fewRowsOfLongTextsAreOnTheirWay() throws Exception {
    String text = IntStream.range(0, 4_000).mapToObj(n -> "w" + n + " ").collect(joining());
    AtomicInteger handedOn = new AtomicInteger();
    AtomicInteger ahead = new AtomicInteger();
    Thread caller = Thread.currentThread();
    try (Directory directory = new ByteBuffersDirectory();
        IndexWriter writer =
            new IndexWriter(directory, RowDocument.segmentConfig()) {
              @Override
              public long addDocument(Iterable<? extends IndexableField> document)
                  throws IOException {
                while (ahead.get() == 0) {
                  if (caller.getState() == Thread.State.TIMED_WAITING || handedOn.get() == ROWS) {
                    ahead.set(handedOn.get());
                  }
                  Thread.onSpinWait();
                }
                return super.addDocument(document);
              }
            };
        IndexFeed feed = new IndexFeed(writer)) {
      for (int n = 0; n < ROWS; n++) {
        feed.add(TestRows.text(n, text));
        handedOn.incrementAndGet();
      }
      feed.finish();
      assertThat(writer.getDocStats().numDocs).isEqualTo(ROWS);
    }
    RowDocument.Ready terms = new RowDocument.Ready();
    Object unused = new RowDocument().of(TestRows.text(0, text), terms);
    assertThat(terms.size()).isBetween(32_000, 200_000);
    assertThat((long) ahead.get() * terms.size()).isLessThan(8L * IndexFeed.BATCH_BYTES);
  }

  @Test
  void roomForALongTextIsNotKept() {
    ReadyTerms terms = new ReadyTerms();
    for (int n = 0; n < 10_000; n++) {
      terms.add(new char[] {'a', 'b', 'c'}, 3, 1);
    }
    assertThat(terms.size()).isEqualTo(110_000);
    assertThat(terms.capacity()).isGreaterThanOrEqualTo(110_000);
    terms.trim();
    assertThat(terms.size()).isZero();
    assertThat(terms.capacity()).isLessThanOrEqualTo(ReadyTerms.KEPT_BYTES_MAX);
    terms.add(new char[] {'d'}, 1, 1);
    terms.reset();
    assertThat(terms.incrementToken()).isTrue();
    assertThat(terms.incrementToken()).isFalse();
  }

  @Test
  void aRowThatCannotBeAddedIsReported() throws IOException {
    try (Directory directory = new ByteBuffersDirectory()) {
      IndexWriter writer = new IndexWriter(directory, RowDocument.segmentConfig());
      writer.close();
      assertThatThrownBy(
              () -> {
                try (IndexFeed feed = new IndexFeed(writer)) {
                  feed.add(rows().getFirst());
                  feed.finish();
                }
              })
          .isInstanceOf(AlreadyClosedException.class);
    }
  }

  /** As when memory runs out, or a class is not there. */
  @Test
  @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void anErrorOfTheOtherThreadIsReportedAndNobodyWaits() throws IOException {
    NoClassDefFoundError error = new NoClassDefFoundError("a class of the analysis");
    IndexWriterConfig config = RowDocument.segmentConfig();
    config.setSimilarity(
        new Similarity() {
          @Override
          public long computeNorm(FieldInvertState state) {
            throw error;
          }

          @Override
          public SimScorer scorer(
              float boost, CollectionStatistics collection, TermStatistics... terms) {
            throw error;
          }
        });
    try (Directory directory = new ByteBuffersDirectory()) {
      IndexWriter writer = new IndexWriter(directory, config);
      List<Row> rows = rows();
      assertThatThrownBy(
              () -> {
                try (IndexFeed feed = new IndexFeed(writer)) {
                  for (int round = 0; round < 3; round++) {
                    for (Row row : rows) {
                      feed.add(row);
                    }
                  }
                  feed.finish();
                }
              })
          .isSameAs(error);
      writer.rollback();
    }
  }

  @Test
  void whatEndsTheRowsEndsTheBuild() throws IOException {
    List<Row> rows = rows();
    Iterable<Row> broken =
        () ->
            new Iterator<>() {
              private int at;

              @Override
              public boolean hasNext() {
                return true;
              }

              @Override
              public Row next() {
                if (at == rows.size()) {
                  throw new IllegalStateException("enough");
                }
                return rows.get(at++);
              }
            };
    assertThatThrownBy(() -> SegmentIndexWriter.build(broken, folder.resolve("index")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("enough");
    try (var left = Files.list(folder)) {
      assertThat(left).allMatch(Files::isRegularFile);
    }
  }

  @Test
  void anInterruptStaysSetAndEndsNothing() throws IOException {
    Thread.currentThread().interrupt();
    try (Directory directory = new ByteBuffersDirectory();
        IndexWriter writer = new IndexWriter(directory, RowDocument.segmentConfig())) {
      feed(rows(), writer);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(writer.getDocStats().numDocs).isEqualTo(ROWS);
    } finally {
      boolean unused = Thread.interrupted();
    }
  }

  /**
   * Stop words, capitals, paths, other scripts, several lines, turns, notes, and nothing at all.
   */
  private static List<Row> rows() {
    return IntStream.range(0, ROWS)
        .mapToObj(n -> {
          String text =
              switch (n == 650 ? 5 : n % 5) {
                case 0 ->
                    "the TokenIT.refresh of src/main/Token" + n + ".java is failing and failed";
                case 1 -> "größe 東京都 ЖУРНАЛ e\u0301t\u00e9 \ud83d\ude00 \ud835\udc9cx naïve" + n;
                case 2 -> "first line " + n + "\nsecond line of it\nthird";
                case 3 -> "... --- ...";
                case 5 -> "Token.of a word".repeat(7_000);
                default -> "word ".repeat(n) + "deadbeef" + n;
              };
          return switch (n % 3) {
            case 0 -> TestRows.text(n, text);
            case 1 -> TestRows.row(n, new Message("user", text));
            default -> TestRows.row(n, NoteAdded.of(text));
          };
        })
        .toList();
  }

  /** How rows are added. */
  @FunctionalInterface
  private interface Adding {
    void add(List<Row> rows, IndexWriter writer) throws IOException;
  }

  private static void feed(List<Row> rows, IndexWriter writer) throws IOException {
    try (IndexFeed feed = new IndexFeed(writer)) {
      for (Row row : rows) {
        feed.add(row);
      }
      feed.finish();
    }
  }

  private static void addByOneThread(List<Row> rows, IndexWriter writer) throws IOException {
    RowDocument document = new RowDocument();
    for (Row row : rows) {
      writer.addDocument(document.of(row));
    }
  }

  private static Map<String, List<Integer>> content(List<Row> rows, Adding adding)
      throws IOException {
    try (Directory directory = new ByteBuffersDirectory();
        IndexWriter writer = new IndexWriter(directory, RowDocument.segmentConfig())) {
      adding.add(rows, writer);
      writer.forceMerge(1);
      writer.commit();
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        assertThat(reader.numDocs()).isEqualTo(rows.size());
        return content(reader.leaves().getFirst().reader());
      }
    }
  }

  /**
   * Of each term of each field, the documents with counts and positions; of each text its length.
   */
  private static Map<String, List<Integer>> content(LeafReader reader) throws IOException {
    Map<String, List<Integer>> content = new TreeMap<>();
    for (FieldInfo field : reader.getFieldInfos()) {
      Terms terms = reader.terms(field.name);
      if (terms != null) {
        TermsEnum each = terms.iterator();
        for (BytesRef term = each.next(); term != null; term = each.next()) {
          content.put(
              field.name + ":" + term,
              postings(each.postings(null, PostingsEnum.POSITIONS), terms.hasPositions()));
        }
      }
      var lengths = reader.getNormValues(field.name);
      List<Integer> all = new ArrayList<>();
      while (lengths != null && lengths.nextDoc() < reader.maxDoc()) {
        all.add(lengths.docID());
        all.add((int) lengths.longValue());
      }
      content.put(field.name, all);
    }
    return content;
  }

  private static List<Integer> postings(PostingsEnum postings, boolean hasPositions)
      throws IOException {
    List<Integer> all = new ArrayList<>();
    while (postings.nextDoc() != PostingsEnum.NO_MORE_DOCS) {
      all.add(postings.docID());
      all.add(postings.freq());
      for (int i = 0; hasPositions && i < postings.freq(); i++) {
        all.add(postings.nextPosition());
      }
    }
    return all;
  }
}
