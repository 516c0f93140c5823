package dev.daybook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.event.Actor;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.recall.Coverage;
import dev.daybook.recall.Embedder;
import dev.daybook.recall.EmbedderProvider;
import dev.daybook.recall.Filter;
import dev.daybook.recall.ForwardingTestEmbedder;
import dev.daybook.recall.Hits;
import dev.daybook.recall.Leg;
import dev.daybook.recall.Query;
import dev.daybook.recall.WordVectorTestEmbedder;
import dev.daybook.storage.MemoryObjectStore;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Recall without an embedder, with one that does not run here, and with one that has changed. */
class EmbedderModesTest {
  @TempDir Path folder;

  private final MemoryObjectStore store = new MemoryObjectStore();

  private Daybook open(Optional<Embedder> embedder) {
    Daybook.Builder builder = Daybook.on(store).cache(folder.resolve("cache"), 1 << 30);
    return embedder.map(builder::embedder).orElse(builder).open();
  }

  private static Hits ask(Workspace workspace) {
    return workspace.recall(Query.of("login crash").freshness(Duration.ZERO));
  }

  private static void record(Workspace workspace, String... texts) {
    try (Session session = workspace.startSession(Actor.agent("coder-7"))) {
      for (String text : texts) {
        session.record(Observation.of(text));
      }
    }
  }

  /** Cannot run here. */
  public static final class BrokenProvider implements EmbedderProvider {
    /** For the service loader. */
    public BrokenProvider() {}

    @Override
    public Embedder load() {
      throw new IllegalStateException("The abacus embedder needs beads, and there are none");
    }
  }

  /** Lacks a library. */
  public static final class UnlinkedProvider implements EmbedderProvider {
    /** For the service loader. */
    public UnlinkedProvider() {}

    @Override
    public Embedder load() {
      throw new NoClassDefFoundError("org/abacus/Bead");
    }
  }

  private String noteWith(String provider) throws IOException {
    Path service =
        folder.resolve("classes/META-INF/services").resolve(EmbedderProvider.class.getName());
    Files.createDirectories(service.getParent());
    Files.writeString(service, provider);
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    URL classes = folder.resolve("classes").toUri().toURL();
    try (URLClassLoader loader = new URLClassLoader(new URL[] {classes}, before)) {
      Thread.currentThread().setContextClassLoader(loader);
      try (Daybook daybook = open(Optional.empty());
          Workspace workspace = daybook.openOrCreate("w")) {
        record(workspace, "the login crash of today");
        Hits hits = ask(workspace);
        assertThat(hits.size()).isEqualTo(1);
        assertThat(hits.coverage().legs()).containsExactly(Leg.LEXICAL);
        assertThat(hits.coverage().isComplete()).isFalse();
        assertThat(hits.coverage().withoutVector()).isEqualTo(hits.coverage().events());
        workspace.compact();
        assertThat(ask(workspace).coverage()).isEqualTo(hits.coverage());
        return hits.coverage().note();
      }
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }

  @Test
  void coverageSaysWhyAnEmbedderDoesNotRun() throws IOException {
    assertThat(noteWith(BrokenProvider.class.getName()))
        .isEqualTo("vector: The abacus embedder needs beads, and there are none");
  }

  @Test
  void aLibraryThatIsMissingIsAReasonToo() throws IOException {
    assertThat(noteWith(UnlinkedProvider.class.getName()))
        .isEqualTo("vector: java.lang.NoClassDefFoundError: org/abacus/Bead");
  }

  @Test
  void aProviderThatIsMissingIsAReasonToo() throws IOException {
    assertThat(noteWith("org.abacus.Provider"))
        .startsWith("vector: java.util.ServiceConfigurationError: ")
        .contains("org.abacus.Provider");
  }

  @Test
  void coverageSaysThatThereIsNoEmbedder() throws IOException {
    assertThat(noteWith("# none"))
        .isEqualTo("vector: there is no embedder on the class path; add daybook-embedding-minilm");
    try (Daybook daybook = open(Optional.of(Embedder.none()));
        Workspace workspace = daybook.open("w")) {
      assertThat(ask(workspace).coverage().note()).isEqualTo("vector: there is no embedder");
    }
  }

  /** 64 components of another embedder, of which it keeps some. */
  private static final class Shorter extends ForwardingTestEmbedder {
    private final int dimension;

    Shorter(Embedder of, int dimension) {
      super(of);
      this.dimension = dimension;
    }

    @Override
    public int dimension() {
      return dimension;
    }

    @Override
    public List<float[]> embedDocuments(List<String> texts) {
      return super.embedDocuments(texts).stream().map(this::cut).toList();
    }

    @Override
    public float[] embedQuery(String text) {
      return cut(super.embedQuery(text));
    }

    private float[] cut(float[] vector) {
      float[] cut = Arrays.copyOf(vector, dimension);
      double squares = 0;
      for (float component : cut) {
        squares += component * component;
      }
      for (int i = 0; i < cut.length; i++) {
        cut[i] = squares == 0 ? (i == 0 ? 1 : 0) : (float) (cut[i] / Math.sqrt(squares));
      }
      return cut;
    }
  }

  private void compactedWith(Embedder embedder) {
    try (Daybook daybook = open(Optional.of(embedder));
        Workspace workspace = daybook.openOrCreate("w")) {
      record(workspace, "the login crash of today", "authentication failure", "green paint");
      workspace.compact();
      sawAllThatHasText(ask(workspace));
    }
  }

  /** Of the four events the beginning of the session has no text, so nothing to embed. */
  private static void sawAllThatHasText(Hits hits) {
    assertThat(hits.coverage()).isEqualTo(new Coverage(4, 1, EnumSet.allOf(Leg.class), ""));
    assertThat(hits.size()).isEqualTo(3);
    assertThat(hits.list().getFirst().snippet()).isEqualTo("the login crash of today");
  }

  @Test
  void vectorsOfAnotherModelAreNotComparedAndCompactionMakesNewOnes() {
    compactedWith(new WordVectorTestEmbedder());
    var other = new WordVectorTestEmbedder("another-model", Map.of());
    try (Daybook daybook = open(Optional.of(other));
        Workspace workspace = daybook.open("w")) {
      Hits before = ask(workspace);
      assertThat(before.coverage().events()).isEqualTo(4);
      assertThat(before.coverage().withoutVector()).isEqualTo(4);
      assertThat(before.coverage().legs()).containsExactly(Leg.LEXICAL);
      assertThat(before.coverage().note()).isEqualTo("vector: no event has a vector yet");
      assertThat(before.size()).isEqualTo(1);

      workspace.compact();
      sawAllThatHasText(ask(workspace));
    }
    // The vectors of the first are still there for whoever has it.
    try (Daybook daybook = open(Optional.of(new WordVectorTestEmbedder()));
        Workspace workspace = daybook.open("w")) {
      sawAllThatHasText(ask(workspace));
    }
  }

  @Test
  void aModelThatChangedItsDimensionButNotItsKeyIsNotComparedEither() {
    compactedWith(new WordVectorTestEmbedder());
    try (Daybook daybook = open(Optional.of(new Shorter(new WordVectorTestEmbedder(), 32)));
        Workspace workspace = daybook.open("w")) {
      Hits before = ask(workspace);
      assertThat(before.coverage().events()).isEqualTo(4);
      assertThat(before.list().getFirst().snippet()).isEqualTo("the login crash of today");

      workspace.compact();
      sawAllThatHasText(ask(workspace));
      assertThat(workspace.traces().count(Filter.any())).isEqualTo(4);
    }
    try (Daybook daybook = open(Optional.of(new Shorter(new WordVectorTestEmbedder(), 32)));
        Workspace workspace = daybook.open("w")) {
      sawAllThatHasText(ask(workspace));
    }
  }
}
