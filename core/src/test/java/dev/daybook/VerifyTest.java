package dev.daybook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.event.Actor;
import dev.daybook.event.PlanEvent.NoteAdded;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.recall.Embedder;
import dev.daybook.storage.MemoryObjectStore;
import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore.Listed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Verifying finds every kind of damage, names the object, and says nothing of a sound workspace.
 */
class VerifyTest {
  @TempDir private Path cache;
  private final MemoryObjectStore store = new MemoryObjectStore();

  private Daybook daybook(String cacheName) {
    return Daybook.on(store)
        .embedder(Embedder.none())
        .cache(cache.resolve(cacheName), 1 << 30)
        .open();
  }

  /** Two segments, a checkpoint, and a tail of both streams. */
  @BeforeEach
  void fill() {
    try (Daybook daybook = daybook("writer")) {
      Workspace workspace = daybook.create("w");
      Session session = workspace.startSession(Actor.agent("coder-7"));
      for (int round = 0; round < 3; round++) {
        String note = "note " + round;
        session.updatePlan(plan -> List.of(NoteAdded.of(note)));
        session.record(Observation.of("before " + round)).await();
        session.record(Observation.of("after " + round)).await();
        if (round < 2) {
          workspace.compact();
        }
      }
      // The workspace is not closed, which would take the tail into a segment.
    }
  }

  private Workspace.Verification verify() {
    try (Daybook daybook = daybook("checker-" + System.nanoTime());
        Workspace workspace = daybook.open("w")) {
      return workspace.verify(progress -> {});
    }
  }

  private List<ObjectKey> keys(String kind) throws IOException {
    return store.list("w/000001/" + kind + "/", "", 1_000).objects().stream()
        .map(Listed::key)
        .toList();
  }

  @Test
  void findsNothingWrongWithASoundWorkspace() {
    List<Progress> steps = new ArrayList<>();
    try (Daybook daybook = daybook("checker");
        Workspace workspace = daybook.open("w")) {
      Workspace.Verification found = workspace.verify(steps::add);
      assertThat(found.problems()).isEmpty();
      assertThat(found.isWhole()).isTrue();
      assertThat(found.objects()).isGreaterThan(8);
      assertThat(found.bytes()).isGreaterThan(1_000);
    }
    assertThat(steps)
        .extracting(Progress::step)
        .contains("checking manifests", "checking files", "checking the plan");
  }

  @ParameterizedTest
  @ValueSource(strings = {"segment", "index", "checkpoint", "plan", "manifest"})
  void findsADamagedObject(String kind) throws IOException {
    ObjectKey damaged = keys(kind).getFirst();
    byte[] bytes = store.get(damaged).orElseThrow().bytes();
    bytes[bytes.length / 2] ^= 4;
    store.overwrite(damaged, bytes);
    if (kind.equals("checkpoint")) {
      // The first was replaced; the one in force is last.
      ObjectKey inForce = keys(kind).getLast();
      store.overwrite(inForce, bytes);
      damaged = inForce;
    }
    ObjectKey named = damaged;
    assertThat(verify().problems())
        .anySatisfy(problem -> assertThat(problem).contains(named.path()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"segment", "plan", "manifest"})
  void findsAMissingObject(String kind) throws IOException {
    ObjectKey missing = keys(kind).getFirst();
    Workspace workspace = daybook("early").open("w");
    store.delete(missing);
    assertThat(workspace.verify(progress -> {}).problems())
        .anySatisfy(problem -> assertThat(problem).contains(missing.path()).contains("missing"));
  }
}
