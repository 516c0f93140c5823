package dev.daybook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.event.Actor;
import dev.daybook.event.PlanEvent.NoteAdded;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.recall.Embedder;
import dev.daybook.recall.Filter;
import dev.daybook.storage.MemoryObjectStore;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a short-lived process leaves behind, and what one that only looks does not write. */
class ClosingQuicklyTest {
  private static final Actor MARIA = Actor.human("maria");

  @TempDir private Path folder;
  private final MemoryObjectStore store = new MemoryObjectStore();

  private Daybook engine() {
    return Daybook.on(store)
        .embedder(Embedder.none())
        .cache(folder, 1 << 20)
        .compactAt(5, 8 << 20)
        .open();
  }

  private long segments() {
    return store.list("", "", 1_000).objects().stream()
        .filter(listed -> listed.key().path().contains("/segment/"))
        .count();
  }

  private void note(Daybook engine, String text) {
    Workspace workspace = engine.openOrCreate("w");
    try (Session session = workspace.startSession(MARIA)) {
      session.record(Observation.of("seen: " + text)).await();
      PlanChange unused = session.updatePlan(plan -> List.of(NoteAdded.of(text)));
    }
    workspace.closeQuickly();
    workspace.closeQuickly();
  }

  @Test
  void leavesAShortTailForTheNextReader() {
    try (Daybook engine = engine()) {
      note(engine, "keys are rotated");

      assertThat(segments()).isZero();
      try (Workspace reader = engine.open("w")) {
        assertThat(reader.plan().notes()).hasSize(1);
        assertThat(reader.traces().count(Filter.any().type("Observation"))).isEqualTo(1);
      }
    }
  }

  @Test
  void compactsOnceTheTailIsLong() {
    try (Daybook engine = engine()) {
      for (int i = 0; i < 5; i++) {
        note(engine, "note " + i);
      }
      assertThat(segments()).isPositive();
      try (Workspace reader = engine.open("w")) {
        assertThat(reader.plan().notes()).hasSize(5);
        assertThat(reader.traces().count(Filter.any().type("Observation"))).isEqualTo(5);
      }
    }
  }

  @Test
  void aBriefingWithoutASessionIsThatOfASessionAndWritesNothing() {
    Actor coder = Actor.agent("coder-7");
    try (Daybook engine = engine();
        Workspace workspace = engine.create("w")) {
      try (Session session = workspace.startSession(MARIA)) {
        PlanChange unused =
            session.updatePlan(plan ->
                List.of(
                    TaskAdded.of("T-1", "Rotate the keys"), TaskAdded.of("T-2", "Write it down")));
      }
      long creates = engine.requests().creates();
      Briefing looked = workspace.briefing(coder, "", 500);
      Briefing onTask = workspace.briefing(coder, "T-2", 500);

      assertThat(engine.requests().creates()).isEqualTo(creates);
      try (Session session = workspace.startSession(coder)) {
        assertThat(session.briefing(500).text()).isEqualTo(looked.text());
        assertThat(session.on("T-2").briefing(500).text()).isEqualTo(onTask.text());
      }
      assertThat(onTask.text()).contains("T-2").isNotEqualTo(looked.text());
    }
  }
}
