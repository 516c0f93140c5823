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
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.util.BytesRef;

/** A {@link Filter} as a Lucene query that is not scored. */
final class FilterQuery {
  private FilterQuery() {}

  /** The query; matches nothing but what passes. Not for {@link Filter#any()}. */
  static Query of(Filter filter) {
    BooleanQuery.Builder all = new BooleanQuery.Builder();
    for (Filter.Field field : Filter.Field.values()) {
      Set<String> values = filter.values(field);
      if (!values.isEmpty()) {
        all.add(field == Filter.Field.PATH ? paths(values) : exact(field, values), Occur.FILTER);
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
      terms.add(RowDocument.keyword(value));
    }
    return new TermInSetQuery(RowDocument.field(field), terms);
  }

  private static Query paths(Set<String> globs) {
    String field = RowDocument.field(Filter.Field.PATH);
    BooleanQuery.Builder any = new BooleanQuery.Builder();
    List<BytesRef> exact = new ArrayList<>();
    for (String glob : globs) {
      if (PathGlob.isPattern(glob)) {
        any.add(new AutomatonQuery(new Term(field, glob), PathGlob.automaton(glob)), Occur.SHOULD);
      } else {
        exact.add(RowDocument.keyword(glob));
      }
    }
    if (!exact.isEmpty()) {
      any.add(new TermInSetQuery(field, exact), Occur.SHOULD);
    }
    return any.build();
  }
}
