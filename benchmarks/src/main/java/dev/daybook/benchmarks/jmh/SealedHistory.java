package dev.daybook.benchmarks.jmh;

import dev.daybook.Daybook;
import dev.daybook.Workspace;
import dev.daybook.benchmarks.ClusteredEmbedder;
import dev.daybook.benchmarks.ScaleWorkspace;
import dev.daybook.benchmarks.Scratch;
import dev.daybook.benchmarks.SyntheticHistory;
import dev.daybook.event.EventId;
import dev.daybook.event.SessionId;
import dev.daybook.storage.ObjectStore;
import dev.daybook.storage.local.LocalObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A synthetic history on the local disk, in one segment with its index and vectors, opened once.
 * Nothing compacts while it is measured. The first fork of a run builds it, and every fork has a
 * copy of its own, whose objects are linked.
 */
@State(Scope.Benchmark)
public class SealedHistory {
  /** Names the folder of a run, which whoever started the forks removes. */
  static final String SHARED = "daybook.jmh.shared";

  private static final int QUESTIONS = 1_000;

  /** How many events it holds. */
  @Param("10000")
  public int events;

  private SyntheticHistory history;
  private boolean isShared;
  private Path scratch;
  private Path store;
  private Path cache;
  private ObjectStore objects;
  private Daybook daybook;
  private Workspace workspace;
  private ClusteredEmbedder embedder;
  private List<SyntheticHistory.Question> questions;
  private List<SessionId> sessions;

  /** Makes the history and opens it. */
  @Setup(Level.Trial)
  public void build() throws IOException {
    String shared = System.getProperty(SHARED, "");
    isShared = !shared.isEmpty();
    scratch = isShared ? Path.of(shared) : Files.createTempDirectory("daybook-benchmark-");
    history = new SyntheticHistory(events, 1);
    questions = new ArrayList<>();
    Map<String, float[]> vectors = new HashMap<>();
    for (long number = 0; number < QUESTIONS; number++) {
      SyntheticHistory.Question question = history.question(number);
      questions.add(question);
      vectors.put(question.text(), ClusteredEmbedder.near(question.about(), number));
    }
    embedder = new ClusteredEmbedder(vectors);
    ScaleWorkspace built = ScaleWorkspace.of(scratch, history, 1);
    store = built.copy();
    cache = built.cache();
    objects = LocalObjectStore.at(store);
    daybook = ScaleWorkspace.engine(objects, cache, embedder);
    workspace = daybook.open(ScaleWorkspace.NAME);
    sessions = sessions(built.ids());
  }

  private List<SessionId> sessions(List<EventId> ids) {
    List<SessionId> found = new ArrayList<>();
    for (int first = 0; first < ids.size(); first += ScaleWorkspace.SESSION_EVENTS) {
      found.add(workspace.traces().entry(ids.get(first)).orElseThrow().session());
    }
    return found;
  }

  /** Removes it. */
  @TearDown(Level.Trial)
  public void remove() throws IOException {
    daybook.close();
    objects.close();
    Scratch.delete(isShared ? store : scratch);
  }

  /** The workspace, for reading. */
  Workspace workspace() {
    return workspace;
  }

  /** What its events are made of. */
  SyntheticHistory history() {
    return history;
  }

  /** What somebody asks; their vectors are known beforehand. */
  List<SyntheticHistory.Question> questions() {
    return questions;
  }

  /** The sessions that recorded it, {@value ScaleWorkspace#SESSION_EVENTS} events each. */
  List<SessionId> sessions() {
    return sessions;
  }

  /** Another engine on the same objects and the same local copies. */
  Daybook openAgain() {
    return ScaleWorkspace.engine(objects, cache, embedder);
  }
}
