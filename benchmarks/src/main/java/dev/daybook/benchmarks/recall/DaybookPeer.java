package dev.daybook.benchmarks.recall;

import dev.daybook.Daybook;
import dev.daybook.Workspace;
import dev.daybook.benchmarks.ScaleWorkspace;
import dev.daybook.benchmarks.ScratchFolder;
import dev.daybook.event.EventId;
import dev.daybook.recall.Filter;
import dev.daybook.recall.Leg;
import dev.daybook.recall.Query;
import dev.daybook.storage.ObjectStore;
import dev.daybook.storage.local.LocalObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** {@link Workspace#recall} in a workspace of one compacted index. */
final class DaybookPeer implements Peer {
  /** What is recorded; a session has events of its own besides. */
  private static final Filter TRACES = Filter.any().type("ToolCall", "Message", "Observation");

  private final ScratchFolder copy;
  private final ObjectStore objects;
  private final Daybook daybook;
  private final Workspace workspace;
  private final Map<EventId, Integer> events = new HashMap<>();

  /** Opens a copy of a workspace that was built. */
  DaybookPeer(Source.Kept kept, RecallData data) throws IOException {
    List<EventId> ids = kept.ids();
    for (int number = 0; number < ids.size(); number++) {
      events.put(ids.get(number), number);
    }
    copy = ScratchFolder.owning(kept.copy());
    Peers.requireCount("Daybook's list of ids", ids.size(), data.events());
    objects = LocalObjectStore.at(copy.path());
    daybook =
        ScaleWorkspace.engine(
            objects, kept.cache(), data.source().embedder(data.questionVectors()));
    workspace = daybook.open(ScaleWorkspace.NAME);
    Peers.requireCount("Daybook", workspace.traces().count(TRACES), data.source().traces());
  }

  /** Where its objects are. */
  Path files() {
    return copy.path();
  }

  @Override
  public String name() {
    return "Daybook";
  }

  @Override
  public Answer ask(Part part, RecallData.Question question) {
    Query plain = Query.of(question.text()).limit(RecallData.WANTED);
    Query query =
        switch (part) {
          case WORDS -> plain.legs(Leg.LEXICAL);
          case VECTORS -> plain.legs(Leg.VECTOR);
          case BOTH -> plain;
        };
    long start = System.nanoTime();
    List<EventId> found = workspace.recall(query).ids();
    long nanos = System.nanoTime() - start;
    return new Answer(nanos, found.stream().mapToInt(events::get).toArray());
  }

  @Override
  public String unequal() {
    return "looks by words and by vectors on one thread, on two from 20,000 events on; reads what"
        + " is new every 5 s, as it does by default; embedding a question is a look-up of the"
        + " vector computed beforehand";
  }

  @Override
  public void close() throws IOException {
    try (copy;
        objects;
        daybook;
        workspace) {
      // All are closed, the last first, whatever one of them throws.
    }
  }
}
