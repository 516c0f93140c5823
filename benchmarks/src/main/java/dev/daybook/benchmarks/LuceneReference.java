package dev.daybook.benchmarks;

import dev.daybook.benchmarks.JudgedSet.Text;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.store.ByteBuffersDirectory;

/**
 * Lucene by itself over the same files, as published reference points use it: EnglishAnalyzer, BM25
 * of k1 0.9 and b 0.4, a bag of words. It has nothing of Daybook's but the reading of files and the
 * measures, which is what it is there to check: on cacm with the citation block Anserini publishes
 * MAP 0.3123 and P@30 0.1942.
 */
final class LuceneReference {
  private static final int PRECISION_DEPTH = 30;
  private static final int DEPTH = 1_000;

  private LuceneReference() {}

  /** The line of a set. */
  static String line(JudgedSet set, String within, boolean excludesSelf) throws IOException {
    try (Analyzer analyzer = new EnglishAnalyzer();
        ByteBuffersDirectory directory = new ByteBuffersDirectory()) {
      BM25Similarity similarity = new BM25Similarity(0.9f, 0.4f);
      try (IndexWriter writer =
          new IndexWriter(directory, new IndexWriterConfig(analyzer).setSimilarity(similarity))) {
        for (Text document : set.documents()) {
          Document fields = new Document();
          fields.add(new StoredField("id", document.id()));
          fields.add(new StringField("within", document.meta(within), Field.Store.NO));
          fields.add(new TextField("text", document.text(), Field.Store.NO));
          writer.addDocument(fields);
        }
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        IndexSearcher searcher = new IndexSearcher(reader);
        searcher.setSimilarity(similarity);
        List<Measures> all = new ArrayList<>();
        double precision = 0;
        for (Text question : set.judged()) {
          BooleanQuery.Builder query = words(analyzer, question.text());
          if (!within.isEmpty()) {
            query.add(new TermQuery(new Term("within", question.meta(within))), Occur.FILTER);
            query.setMinimumNumberShouldMatch(1);
          }
          List<String> ranked = new ArrayList<>();
          for (ScoreDoc hit : searcher.search(query.build(), DEPTH).scoreDocs) {
            String id = searcher.storedFields().document(hit.doc).get("id");
            if (!excludesSelf || !id.equals(question.id())) {
              ranked.add(id);
            }
          }
          Map<String, Integer> grades = set.grades().get(question.id());
          // MAP of the published figures goes to rank 1,000, unlike that of the other lines.
          all.add(Measures.of(ranked, grades, DEPTH));
          precision +=
              ranked.stream().limit(PRECISION_DEPTH).filter(grades::containsKey).count()
                  / (double) PRECISION_DEPTH;
        }
        return Measures.average(all).line("reference")
            + String.format(Locale.ROOT, " P@30 %.4f", precision / Math.max(1, all.size()));
      }
    }
  }

  private static BooleanQuery.Builder words(Analyzer analyzer, String text) throws IOException {
    Map<String, Integer> counts = new LinkedHashMap<>();
    try (TokenStream tokens = analyzer.tokenStream("text", text)) {
      CharTermAttribute term = tokens.getAttribute(CharTermAttribute.class);
      tokens.reset();
      while (tokens.incrementToken()) {
        counts.merge(term.toString(), 1, Integer::sum);
      }
      tokens.end();
    }
    BooleanQuery.Builder any = new BooleanQuery.Builder();
    counts.forEach((word, count) ->
        any.add(new BoostQuery(new TermQuery(new Term("text", word)), count), Occur.SHOULD));
    return any;
  }
}
