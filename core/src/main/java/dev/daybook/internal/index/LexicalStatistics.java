package dev.daybook.internal.index;

import java.io.IOException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.search.CollectionStatistics;
import org.apache.lucene.search.IndexSearcher;

/**
 * A Lucene searcher for which {@link RowDocument#TEXT} and {@link RowDocument#TURN} are of one
 * collection: how rare a word is does not depend on where it is said, only what length is usual
 * does. Statistics of fields are worked out once.
 */
final class LexicalStatistics extends IndexSearcher {
  private final ConcurrentMap<String, CollectionStatistics> known = new ConcurrentHashMap<>();

  LexicalStatistics(IndexReader reader) {
    super(reader);
    setSimilarity(RowDocument.SIMILARITY);
    setQueryCache(null);
  }

  /** The statistics of a field; null if no row has it. */
  @Override
  public CollectionStatistics collectionStatistics(String field) throws IOException {
    CollectionStatistics statistics = known.get(field);
    if (statistics == null) {
      statistics = isText(field) ? ofText(field) : super.collectionStatistics(field);
      if (statistics != null) {
        known.put(field, statistics);
      }
    }
    return statistics;
  }

  static boolean isText(String field) {
    return field.equals(RowDocument.TEXT) || field.equals(RowDocument.TURN);
  }

  private CollectionStatistics ofText(String field) throws IOException {
    CollectionStatistics own = super.collectionStatistics(field);
    CollectionStatistics other =
        super.collectionStatistics(
            field.equals(RowDocument.TEXT) ? RowDocument.TURN : RowDocument.TEXT);
    if (own == null || other == null) {
      return own;
    }
    long rows = own.docCount() + other.docCount();
    double usualLength = (double) own.sumTotalTermFreq() / own.docCount();
    return new CollectionStatistics(
        field, own.maxDoc(), rows, Math.max(rows, Math.round(usualLength * rows)), rows);
  }
}
