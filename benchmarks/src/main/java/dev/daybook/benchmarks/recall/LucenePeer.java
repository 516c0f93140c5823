package dev.daybook.benchmarks.recall;

import dev.daybook.benchmarks.RawLucene;
import dev.daybook.internal.index.LuceneTerms;
import dev.daybook.internal.index.LuceneTerms.Neighbours;
import dev.daybook.recall.Query;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.lucene.search.TopDocs;

/** Lucene by itself: the same words, an HNSW graph, and its own joining of ranks. */
final class LucenePeer implements Peer {
  /** How it looks. */
  enum Manner {
    /** By single words. */
    SINGLE_WORDS("Lucene, single words", Neighbours.IGNORED),
    /** Neighbouring words count, as Daybook's do. */
    NEIGHBOURS("Lucene", Neighbours.COUNTED),
    /** The same, by words and by vectors at the same time, as Daybook does in long histories. */
    AT_ONCE("Lucene, both legs at once", Neighbours.COUNTED);

    private final String title;
    private final Neighbours neighbours;

    Manner(String title, Neighbours neighbours) {
      this.title = title;
      this.neighbours = neighbours;
    }
  }

  private final RawLucene lucene;
  private final Manner manner;
  private final ExecutorService beside;

  /** Asks an index, which stays open. */
  LucenePeer(RawLucene lucene, Manner manner) {
    this.lucene = lucene;
    this.manner = manner;
    beside = Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
  }

  @Override
  public String name() {
    return manner.title;
  }

  @Override
  public Answer ask(Part part, RecallData.Question question) throws Exception {
    var words = LuceneTerms.query(Query.of(question.text()), manner.neighbours).orElseThrow();
    var near = lucene.near(question.vector(), RecallData.CANDIDATES);
    long start = System.nanoTime();
    TopDocs top =
        switch (part) {
          case WORDS -> lucene.byWords(words, RecallData.CANDIDATES);
          case VECTORS -> lucene.byVectors(near, RecallData.CANDIDATES);
          case BOTH ->
              manner == Manner.AT_ONCE
                  ? lucene.byBoth(words, near, RecallData.CANDIDATES, beside)
                  : lucene.byBoth(words, near, RecallData.CANDIDATES);
        };
    long nanos = System.nanoTime() - start;
    return new Answer(
        nanos,
        Arrays.stream(top.scoreDocs).limit(RecallData.WANTED).mapToInt(hit -> hit.doc).toArray());
  }

  @Override
  public String unequal() {
    return "the query is made of the question outside the time; "
        + switch (manner) {
          case SINGLE_WORDS ->
              "neighbouring words do not count, as Daybook's do; its legs look one after the other"
                  + " on one thread, Daybook's from 20,000 events on beside each other on two";
          case NEIGHBOURS ->
              "its legs look one after the other on one thread, Daybook's from 20,000 events on"
                  + " beside each other on two";
          case AT_ONCE ->
              "its legs look beside each other on two threads, as Daybook's do from 20,000 events"
                  + " on";
        };
  }

  @Override
  public void close() {
    // The index belongs to who opened it.
    beside.shutdown();
  }
}
