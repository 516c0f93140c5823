package dev.daybook.benchmarks.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.daybook.event.Envelope.Stream;
import dev.daybook.internal.index.LuceneTerms;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.document.SortedDocValuesField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.BytesRef;

/**
 * Lucene by itself, over rows of a segment: the same terms of the same analysis, the same filters,
 * and of each event what a hit shows, compressed in the same way, in one part at the end.
 */
final class RawWords {
  private static final List<String> FILTERS =
      List.of(
          "stream",
          "type",
          "tool",
          "actor_id",
          "actor_kind",
          "session",
          "task",
          "outcome",
          "error_fingerprint",
          "arguments_hash",
          "handoff",
          "cause",
          "vcs_revision");

  private static final int HEAD_CHARS = 320;
  private static final double MEMORY_MB = 256;

  private final RawParquet table;
  private final int[] filters;
  private final int text;
  private final int time;
  private final int recorded;
  private final int paths;
  private final int stream;
  private final int actor;

  RawWords(RawParquet table) {
    this.table = table;
    this.filters = FILTERS.stream().mapToInt(table::column).toArray();
    this.text = table.column("text");
    this.time = table.column("time");
    this.recorded = table.column("recorded_time");
    this.paths = table.column("paths");
    this.stream = table.column("stream");
    this.actor = table.column("actor_id");
  }

  /** Builds the index in a folder; commits it, which forces it to disk. */
  void write(Path folder) throws IOException {
    LuceneTerms terms = new LuceneTerms();
    IndexWriterConfig config =
        new IndexWriterConfig()
            .setSimilarity(LuceneTerms.similarity())
            .setCodec(LuceneTerms.codec())
            .setUseCompoundFile(false)
            .setRAMBufferSizeMB(MEMORY_MB);
    try (FSDirectory directory = FSDirectory.open(folder);
        IndexWriter writer = new IndexWriter(directory, config)) {
      for (Object[] row : table.rows()) {
        writer.addDocument(document(row, terms));
      }
      writer.forceMerge(1);
      writer.commit();
    }
  }

  private Document document(Object[] row, LuceneTerms terms) {
    Document document = new Document();
    for (int i = 0; i < filters.length; i++) {
      if (row[filters[i]] instanceof String value && !value.isEmpty()) {
        document.add(new StringField(FILTERS.get(i), value, Field.Store.NO));
      }
    }
    if (row[paths] instanceof List<?> touched) {
      touched.forEach(
          path -> document.add(new StringField("path", path.toString(), Field.Store.NO)));
    }
    document.add(new LongPoint("time", (Long) row[time]));
    document.add(new LongPoint("recorded", (Long) row[recorded]));
    document.add(new SortedDocValuesField("actor.column", new BytesRef(row[actor].toString())));
    String words = row[text] == null ? "" : row[text].toString();
    String head = words.substring(0, Math.min(HEAD_CHARS, words.length()));
    document.add(new StoredField("head", head.getBytes(UTF_8)));
    Stream of = Stream.valueOf(row[stream].toString().toUpperCase(Locale.ROOT));
    terms.fields(words, of).forEach(document::add);
    return document;
  }
}
