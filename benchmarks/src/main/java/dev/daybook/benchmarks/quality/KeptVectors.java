package dev.daybook.benchmarks.quality;

import dev.daybook.recall.Embedder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An embedder that computes each vector once, so that all contestants have the same ones and only
 * the first pays for them. Keeps everything it was ever asked; safe from any thread.
 */
final class KeptVectors implements Embedder {
  private final Embedder embedder;
  private final Map<String, float[]> documents = new ConcurrentHashMap<>();
  private final Map<String, float[]> questions = new ConcurrentHashMap<>();

  KeptVectors(Embedder embedder) {
    this.embedder = embedder;
  }

  @Override
  public String modelKey() {
    return embedder.modelKey();
  }

  @Override
  public int dimension() {
    return embedder.dimension();
  }

  @Override
  public int maxTokens() {
    return embedder.maxTokens();
  }

  @Override
  public List<float[]> embedDocuments(List<String> texts) {
    List<String> missing =
        texts.stream().filter(text -> !documents.containsKey(text)).distinct().toList();
    if (!missing.isEmpty()) {
      List<float[]> vectors = embedder.embedDocuments(missing);
      for (int i = 0; i < missing.size(); i++) {
        documents.put(missing.get(i), vectors.get(i));
      }
    }
    List<float[]> all = new ArrayList<>();
    // Whoever is given a vector may change it.
    texts.forEach(text -> all.add(documents.get(text).clone()));
    return all;
  }

  @Override
  public float[] embedQuery(String text) {
    return questions.computeIfAbsent(text, embedder::embedQuery).clone();
  }

  @Override
  public List<String> split(String text, int tokensMax, int chunksMax) {
    return embedder.split(text, tokensMax, chunksMax);
  }

  @Override
  public void close() {
    embedder.close();
  }
}
