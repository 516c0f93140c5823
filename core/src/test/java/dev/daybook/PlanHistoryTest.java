package dev.daybook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.event.Actor;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.PlanEvent.NoteAdded;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.PlanEvent.TaskEdited;
import dev.daybook.recall.Embedder;
import dev.daybook.storage.MemoryObjectStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Past plans are the same whichever was asked for before, and are not folded anew each time. */
class PlanHistoryTest {
  @TempDir private Path cache;
  private final MemoryObjectStore store = new MemoryObjectStore();
  private final List<PlanRecord> plans = new ArrayList<>();

  private Daybook daybook() {
    return Daybook.on(store)
        .embedder(Embedder.none())
        .cache(cache, 1 << 28)
        .compactAt(Integer.MAX_VALUE, Long.MAX_VALUE)
        .open();
  }

  /** Every plan there was, in segments and after them, of more rows than one fold takes whole. */
  private void write() {
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(Actor.agent("planner-1"))) {
      plans.add(workspace.plan());
      for (int version = 1; version <= 30; version++) {
        int now = version;
        session.updatePlan(plan -> {
          List<PlanEvent> events = new ArrayList<>(List.of(NoteAdded.of("version " + now)));
          for (int i = 0; i < 300; i++) {
            events.add(TaskAdded.of(now + "-" + i, "Task " + i));
          }
          if (now > 1) {
            events.add(TaskEdited.of((now - 1) + "-7").title("Renamed in " + now));
          }
          return events;
        });
        plans.add(workspace.plan());
        if (version == 12 || version == 20) {
          workspace.compact();
        }
      }
    }
  }

  private void assertPast(Workspace workspace, int version) {
    PlanRecord past = workspace.plan(version);
    assertThat(past.equals(plans.get(version))).as("version %d", version).isTrue();
  }

  @Test
  void isTheSameInWhateverOrderItIsAskedFor() {
    write();
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.open("w")) {
      for (int version = 30; version >= 0; version--) {
        assertPast(workspace, version);
      }
      Random random = new Random(5);
      for (int i = 0; i < 40; i++) {
        assertPast(workspace, random.nextInt(31));
        int from = random.nextInt(31);
        int to = from + random.nextInt(31 - from);
        PlanRecord.Diff diff = workspace.diff(from, to);
        assertThat(diff.changes())
            .filteredOn(one -> one.what() == PlanRecord.What.TASK_ADDED)
            .hasSize(300 * (to - from));
        assertThat(diff.changes())
            .filteredOn(one -> one.what() == PlanRecord.What.NOTE)
            .hasSize(to - from);
      }
    }
  }

  @Test
  void readsNoSegmentForAVersionThatIsKeptOrThatTheCheckpointComesBefore() throws Exception {
    write();
    deleteCache();
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.open("w")) {
      // Closing compacted everything: the checkpoint is at version 30.
      assertPast(workspace, 30);
      assertThat(filesInCache()).isZero();
      try (Session session = workspace.startSession(Actor.agent("planner-2"))) {
        session.updatePlan(plan -> List.of(NoteAdded.of("31")));
        session.updatePlan(plan -> List.of(NoteAdded.of("32")));
      }
      assertThat(workspace.plan(31).notes()).hasSize(31);
      assertThat(workspace.diff(30, 32).changes()).hasSize(2);
      assertThat(filesInCache()).as("the tail is enough").isZero();
      assertPast(workspace, 17);
      assertThat(filesInCache()).as("the segments, none of their indexes").isPositive();
      deleteCache();
      assertPast(workspace, 17);
      assertThat(filesInCache()).as("it was kept").isZero();
      assertPast(workspace, 18);
    }
  }

  private long filesInCache() throws Exception {
    try (Stream<Path> files = Files.walk(cache)) {
      return files.filter(Files::isRegularFile).count();
    }
  }

  private void deleteCache() throws Exception {
    try (Stream<Path> files = Files.walk(cache)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.delete(file);
      }
    }
  }
}
