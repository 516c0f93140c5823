package dev.daybook.internal.index;

import dev.daybook.event.Envelope.Stream;
import dev.daybook.recall.Query;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.lucene.document.Field;
import org.apache.lucene.index.IndexableField;
import org.apache.lucene.search.similarities.Similarity;

/**
 * What a plain Lucene index needs to hold the same words, and to be asked the same, as the lexical
 * leg: for measuring one beside the other. Not safe from several threads: each uses its own.
 */
public final class LuceneTerms {
  /** Changes whenever the words of a text do. */
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

  /** How many terms a text has, each made as it is for an index. */
  public int count(String text) {
    analysis.read(text);
    return TextAnalysis.countOf(analysis.stems()) + TextAnalysis.countOf(analysis.wholes());
  }

  /** What the lexical leg asks for a query's text; empty if it has no word that is searched. */
  public static Optional<org.apache.lucene.search.Query> query(Query query) {
    return LexicalQuery.of(query);
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
