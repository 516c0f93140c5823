package dev.daybook.benchmarks;

import dev.daybook.benchmarks.SetWorkspace.Embedding;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Embeddings as they are written on the command line. */
final class EmbeddingNames implements ITypeConverter<Embedding>, Iterable<String> {
  EmbeddingNames() {}

  @Override
  public Embedding convert(String value) {
    return Arrays.stream(Embedding.values())
        .filter(embedding -> name(embedding).equals(value))
        .findFirst()
        .orElseThrow(
            () -> new TypeConversionException("'" + value + "' is neither minilm nor none"));
  }

  @Override
  public Iterator<String> iterator() {
    return Arrays.stream(Embedding.values()).map(EmbeddingNames::name).iterator();
  }

  private static String name(Embedding embedding) {
    return embedding.name().toLowerCase(Locale.ROOT);
  }
}
