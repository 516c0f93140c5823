package dev.daybook.internal.index;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SortedDocValues;
import org.apache.lucene.index.SortedSetDocValues;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.util.BytesRef;

/** Every text that an index holds, however it holds it. */
public final class IndexTexts {
  private IndexTexts() {}

  /** The texts of a packed index: terms, columns, stored fields. */
  public static Set<String> of(byte[] packed, Path folder) throws IOException {
    Path file = Files.createTempFile(folder, "index", ".packed");
    Files.write(file, packed);
    Set<String> texts = new TreeSet<>();
    try (PackedIndex index = PackedIndex.open(file)) {
      for (LeafReaderContext leaf : index.reader().leaves()) {
        for (FieldInfo field : leaf.reader().getFieldInfos()) {
          add(leaf.reader(), field.name, texts);
        }
        StoredFields stored = leaf.reader().storedFields();
        for (int row = 0; row < leaf.reader().maxDoc(); row++) {
          stored.document(row).forEach(field -> texts.add(String.valueOf(field)));
        }
      }
    }
    return texts;
  }

  private static void add(LeafReader reader, String field, Set<String> texts) throws IOException {
    Terms terms = reader.terms(field);
    if (terms != null) {
      add(terms.iterator(), texts);
    }
    DocValues values = new DocValues(reader, field);
    values.addTo(texts);
  }

  private static void add(TermsEnum terms, Set<String> texts) throws IOException {
    for (BytesRef term = terms.next(); term != null; term = terms.next()) {
      texts.add(
          new String(
              term.bytes, term.offset, term.length, java.nio.charset.StandardCharsets.UTF_8));
    }
  }

  private record DocValues(LeafReader reader, String field) {
    void addTo(Set<String> texts) throws IOException {
      switch (reader.getFieldInfos().fieldInfo(field).getDocValuesType()) {
        case SORTED -> {
          SortedDocValues sorted = reader.getSortedDocValues(field);
          add(sorted.termsEnum(), texts);
        }
        case SORTED_SET -> {
          SortedSetDocValues sorted = reader.getSortedSetDocValues(field);
          add(sorted.termsEnum(), texts);
        }
        case NONE, NUMERIC, BINARY, SORTED_NUMERIC -> {}
      }
    }
  }
}
