package dev.daybook.benchmarks.recall;

import dev.daybook.benchmarks.RawLucene;
import dev.daybook.internal.index.LuceneTerms;
import dev.daybook.internal.index.LuceneTerms.Neighbours;
import dev.daybook.recall.Query;
import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.search.TopDocs;

/** Lucene by itself: the same words, an HNSW graph, and its own joining of ranks. */
final class LucenePeer implements Peer {
  private final RawLucene lucene;
  private final Neighbours neighbours;

  /**
   * Asks by single words, or counts neighbours among them as Daybook does; the index stays open.
   */
  LucenePeer(RawLucene lucene, Neighbours neighbours) {
    this.lucene = lucene;
    this.neighbours = neighbours;
  }

  @Override
  public String name() {
    return neighbours == Neighbours.COUNTED ? "Lucene" : "Lucene, single words";
  }

  @Override
  public Answer ask(Part part, RecallData.Question question) throws IOException {
    var words = LuceneTerms.query(Query.of(question.text()), neighbours).orElseThrow();
    var near = lucene.near(question.vector(), RecallData.CANDIDATES);
    long start = System.nanoTime();
    TopDocs top =
        switch (part) {
          case WORDS -> lucene.byWords(words, RecallData.CANDIDATES);
          case VECTORS -> lucene.byVectors(near, RecallData.CANDIDATES);
          case BOTH -> lucene.byBoth(words, near, RecallData.CANDIDATES);
        };
    long nanos = System.nanoTime() - start;
    return new Answer(
        nanos,
        Arrays.stream(top.scoreDocs).limit(RecallData.WANTED).mapToInt(hit -> hit.doc).toArray());
  }

  @Override
  public String unequal() {
    return "the query is made of the question outside the time; "
        + (neighbours == Neighbours.COUNTED
            ? "neighbouring words count, as Daybook's do"
            : "neighbouring words do not count, as Daybook's do");
  }

  @Override
  public void close() {
    // The index belongs to who opened it.
  }
}
