package dev.daybook.internal.index;

import dev.daybook.event.Envelope.Stream;
import dev.daybook.recall.Query;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.document.Field;
import org.apache.lucene.index.IndexableField;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.similarities.Similarity;

/**
 * What a plain Lucene index needs to hold the same words, and to be asked the same, as the lexical
 * leg: for measuring one beside the other. Not safe from several threads: each uses its own.
 */
public final class LuceneTerms {
  /** Changes whenever an index would be another, and is then made anew. */
  public static final int VERSION = TextAnalysis.ANALYSIS_VERSION;

  private final TextAnalysis analysis = new TextAnalysis();

  /** The fields of a text that is searched; valid until the next are asked for. */
  public List<IndexableField> fields(String text, Stream stream) {
    List<IndexableField> fields = new ArrayList<>();
    analysis.read(text);
    fields.add(new Field(RowDocument.TEXT, analysis.stems(), RowDocument.WITH_POSITIONS));
    fields.add(new Field(RowDocument.WHOLE, analysis.wholes(), RowDocument.WITH_COUNTS));
    if (stream == Stream.PLAN && analysis.hasSeveralLines()) {
      fields.add(
          new Field(RowDocument.FIRST_LINE, analysis.firstLineStems(), RowDocument.WITH_COUNTS));
    }
    return fields;
  }

  /** How an index of a segment is compressed. */
  public static Codec codec() {
    return QuickDeflate.codec();
  }

  /** How many terms a text has, each made as it is for an index. */
  public int count(String text) {
    analysis.read(text);
    return TextAnalysis.countOf(analysis.stems()) + TextAnalysis.countOf(analysis.wholes());
  }

  /** Whether neighbouring words of a query count more where they are neighbours. */
  public enum Neighbours {
    /** Single words are all that counts. */
    IGNORED,
    /** Each pair is a phrase of its own, as the lexical leg weighs it. */
    COUNTED
  }

  /**
   * A query of the same words with the same weights, made of the parts the lexical leg searches by,
   * over {@link RowDocument#TEXT} alone; empty if none of them is searched.
   */
  public static Optional<org.apache.lucene.search.Query> query(Query query, Neighbours neighbours) {
    return LexicalQuery.of(query).map(parts -> query(parts, neighbours));
  }

  private static org.apache.lucene.search.Query query(LexicalQuery parts, Neighbours neighbours) {
    BooleanQuery.Builder any = new BooleanQuery.Builder();
    for (LexicalQuery.Word word : parts.words()) {
      String field =
          switch (word.sort()) {
            case STEM -> RowDocument.TEXT;
            case FIRST_LINE -> RowDocument.FIRST_LINE;
            case WHOLE -> RowDocument.WHOLE;
          };
      add(any, new TermQuery(new Term(field, word.text())), word.boost());
    }
    if (neighbours == Neighbours.COUNTED) {
      for (LexicalQuery.Near near : parts.nears()) {
        PhraseQuery.Builder phrase = new PhraseQuery.Builder();
        for (int i = 0; i < near.words().size(); i++) {
          String word = parts.words().get(near.words().get(i)).text();
          phrase.add(new Term(RowDocument.TEXT, word), near.offsets().get(i));
        }
        phrase.setSlop(near.reach() == LexicalQuery.Reach.PAIR ? 1 : 0);
        add(any, phrase.build(), near.boost());
      }
    }
    return any.build();
  }

  private static void add(
      BooleanQuery.Builder any, org.apache.lucene.search.Query clause, float boost) {
    any.add(boost == 1 ? clause : new BoostQuery(clause, boost), Occur.SHOULD);
  }

  /** Differs where the terms of some texts do; 8 hexadecimal digits. */
  public static String fingerprint(List<String> texts) {
    TextAnalysis analysis = new TextAnalysis();
    int hash = 1;
    for (String text : texts) {
      hash = 31 * hash + analysis.stemsOf(text).hashCode();
      hash = 31 * hash + analysis.wholesOf(text).hashCode();
    }
    return HexFormat.of().toHexDigits(hash);
  }

  /** How words are weighed. */
  public static Similarity similarity() {
    return RowDocument.SIMILARITY;
  }

  /**
   * How many bytes each file in an index object has, by name.
   *
   * @throws IOException if it cannot be read or is no index
   */
  public static Map<String, Long> parts(Path index) throws IOException {
    Map<String, Long> parts = new LinkedHashMap<>();
    try (PackedFile file = PackedFile.open(index)) {
      file.parts().forEach((name, part) -> parts.put(name, part.length()));
    }
    return parts;
  }
}
