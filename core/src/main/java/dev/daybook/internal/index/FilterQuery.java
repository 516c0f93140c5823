package dev.daybook.internal.index;

import dev.daybook.recall.Filter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.AutomatonQuery;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.PrefixQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.util.BytesRef;

/** A {@link Filter} as a Lucene query that is not scored. */
final class FilterQuery {
  /** So many patterns of paths are looked for one by one. */
  private static final int PATTERNS_MAX = 250;

  private FilterQuery() {}

  /** The query; matches nothing but what passes. Not for {@link Filter#any()}. */
  static Query of(Filter filter) {
    BooleanQuery.Builder all = new BooleanQuery.Builder();
    for (Filter.Field field : Filter.Field.values()) {
      Set<String> values = filter.values(field);
      if (!values.isEmpty()) {
        all.add(
            switch (field) {
              case PATH, PATH_READ, PATH_WRITTEN -> paths(RowDocument.field(field), values);
              case REVISION -> revisions(values);
              default -> exact(field, values);
            },
            Occur.FILTER);
      }
    }
    if (!filter.from().equals(Instant.MIN) || !filter.to().equals(Instant.MAX)) {
      long from = RowDocument.nanos(filter.from());
      long to = RowDocument.nanos(filter.to());
      long last = to == Long.MAX_VALUE ? to : Math.max(to, Long.MIN_VALUE + 1) - 1;
      all.add(LongPoint.newRangeQuery(RowDocument.TIME, from, last), Occur.FILTER);
    }
    return all.build();
  }

  private static Query exact(Filter.Field field, Set<String> values) {
    List<BytesRef> terms = new ArrayList<>();
    for (String value : values) {
      terms.add(RowDocument.keyword(field, value));
    }
    return new TermInSetQuery(RowDocument.field(field), terms);
  }

  private static Query revisions(Set<String> names) {
    String field = RowDocument.field(Filter.Field.REVISION);
    BooleanQuery.Builder any = new BooleanQuery.Builder();
    for (String name : names) {
      Term term = new Term(field, RowDocument.keyword(name));
      any.add(
          name.length() < Filter.REVISION_PREFIX_CHARS_MIN
              ? new TermQuery(term)
              : new PrefixQuery(term),
          Occur.SHOULD);
    }
    return any.build();
  }

  private static Query paths(String field, Set<String> globs) {
    BooleanQuery.Builder any = new BooleanQuery.Builder();
    List<BytesRef> exact = new ArrayList<>();
    List<String> patterns = new ArrayList<>();
    for (String given : globs) {
      String glob = Place.plain(given, "");
      if (PathGlob.isPattern(glob)) {
        patterns.add(glob);
      } else {
        exact.add(RowDocument.keyword(glob));
      }
    }
    // A query may have 1,024 clauses, so many patterns become fewer automata.
    int size = 1 + patterns.size() / PATTERNS_MAX;
    for (int from = 0; from < patterns.size(); from += size) {
      List<String> some = patterns.subList(from, Math.min(patterns.size(), from + size));
      any.add(
          new AutomatonQuery(new Term(field, some.getFirst()), PathGlob.anyOf(some)), Occur.SHOULD);
    }
    if (!exact.isEmpty()) {
      any.add(new TermInSetQuery(field, exact), Occur.SHOULD);
    }
    return any.build();
  }
}
