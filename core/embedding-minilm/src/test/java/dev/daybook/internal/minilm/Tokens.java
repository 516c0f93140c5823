package dev.daybook.internal.minilm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** The tokenizer under test with its tokens by name, as the tests compare them. */
final class Tokens {
  static final WordPieceTokenizer TOKENIZER;
  private static final String[] NAMES;

  static {
    byte[] json = ModelFiles.readTokenizer(Tokens.class.getClassLoader());
    try {
      TOKENIZER = WordPieceTokenizer.read(json);
      JsonNode vocabulary = new ObjectMapper().readTree(json).at("/model/vocab");
      NAMES = new String[vocabulary.size()];
      vocabulary.properties().forEach(entry -> NAMES[entry.getValue().intValue()] = entry.getKey());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Tokens() {}

  /** The tokens of a text without the special ones at both ends. */
  static List<String> of(String text) {
    List<String> all = named(TOKENIZER.encode(text, Integer.MAX_VALUE - 2));
    return all.subList(1, all.size() - 1);
  }

  static List<String> named(String ids) {
    return ids.chars().mapToObj(id -> NAMES[id]).toList();
  }
}
