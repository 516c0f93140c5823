package dev.daybook.internal.workspace;

import static dev.daybook.internal.log.LogFixture.ID;
import static dev.daybook.internal.log.LogFixture.KEYS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.StorageUnavailableException;
import dev.daybook.event.EventId;
import dev.daybook.internal.entry.Row;
import dev.daybook.internal.log.EventIds;
import dev.daybook.internal.log.Keys;
import dev.daybook.internal.log.LogFixture;
import dev.daybook.internal.log.Store;
import dev.daybook.internal.manifest.Balance;
import dev.daybook.internal.manifest.Manifest;
import dev.daybook.internal.manifest.Manifest.FileRef;
import dev.daybook.internal.manifest.Manifest.Segment;
import dev.daybook.internal.manifest.Manifests;
import dev.daybook.internal.manifest.Watermarks;
import dev.daybook.internal.workspace.Compactor.Bounds;
import dev.daybook.internal.workspace.Compactor.Merging;
import dev.daybook.storage.MemoryObjectStore;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;

/** Which segments are merged, on files of which only the size is real. */
class MergePolicyTest {
  private static final long BYTES_A_ROW = 600;

  private final Store store = LogFixture.store(new MemoryObjectStore());

  /** Numbers in file names end, and these tests commit more manifests than a workspace would. */
  private final Keys keys = new Keys(KEYS.name(), KEYS.incarnation(), 1_000_000);

  private final Manifests manifests = new Manifests(store, keys, ID);
  private final EventIds ids =
      new EventIds(() -> Instant.parse("2026-11-24T10:00:00Z"), new Random(1));
  private final SizesOnly files = new SizesOnly();
  private Manifest manifest = Manifest.NONE;
  private long made;

  private Compactor compactor(Bounds bounds) {
    Watermarks watermarks = new Watermarks(store, keys, ID, Watermarks.IN_MANIFEST_MAX);
    return new Compactor(store, keys, ID, ids, manifests, watermarks, files, 10, bounds);
  }

  private Segment segment(long rows, Balance balance, Set<String> models) {
    String name = "segment/" + ++made;
    FileRef file = new FileRef(name, rows * BYTES_A_ROW, "00");
    Map<String, FileRef> vectors = new HashMap<>();
    models.forEach(model -> vectors.put(model, file));
    return new Segment(file, rows, 0, balance.sum(), file, vectors);
  }

  private void takeIn(long rows, String... models) {
    Balance balance = Balance.of(List.of(new EventId(7, ++made)));
    Segment segment = segment(rows, new Balance(rows, balance.sum()), Set.of(models));
    commit(manifests.after(manifest).takeIn(segment).build());
  }

  private void commit(Manifest next) {
    assertThat(manifests.commit(next, "op-" + next.number())).isEqualTo(Manifests.Commit.DONE);
    manifest = next;
  }

  private void merge(Compactor compactor, Merging what) {
    while (compactor.merge(manifest, what, progress -> {})) {
      manifest = manifests.newest(manifest);
    }
  }

  private List<Long> rows() {
    return manifest.segments().stream().map(Segment::rows).toList();
  }

  private static long sum(List<Long> rows) {
    return rows.stream().mapToLong(Long::longValue).sum();
  }

  /** Merges sizes, and counts what that would have cost. */
  private final class SizesOnly implements SegmentFiles {
    private Optional<String> model = Optional.empty();
    private long rowsWritten;
    private int sourcesMost;

    @Override
    public Segment merge(Manifest read, List<Segment> segments, LongConsumer rowsDone) {
      Balance balance = Balance.ZERO;
      Set<String> models = new TreeSet<>(segments.getFirst().vectors().keySet());
      for (Segment segment : segments) {
        balance = balance.plus(segment.balance());
        models.retainAll(segment.vectors().keySet());
      }
      rowsWritten += balance.events();
      sourcesMost = Math.max(sourcesMost, segments.size());
      rowsDone.accept(balance.events());
      return segment(balance.events(), balance, models);
    }

    @Override
    public Optional<String> model() {
      return model;
    }

    @Override
    public boolean mayMerge(Manifest read, Segment segment) {
      return true;
    }

    @Override
    public Segment write(Manifest read, List<Row> rows) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Segment rewrite(Manifest read, Segment segment, List<Row> rows) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean hold(Manifest read, EventId id) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void check(Manifest read) {
      throw new UnsupportedOperationException();
    }
  }

  @Test
  void aMillionEventsInManySmallSegmentsEndInOneWhenAskedFor() {
    Compactor compactor = compactor(Bounds.LARGEST);
    for (int i = 0; i < 250; i++) {
      takeIn(4_000);
    }
    merge(compactor, Merging.WHOLE);
    assertThat(rows()).containsExactly(1_000_000L);
    assertThat(files.rowsWritten).as("rows written again").isLessThanOrEqualTo(3_000_000);
    assertThat(files.sourcesMost).as("read at once").isLessThanOrEqualTo(16);
  }

  @Test
  void inTheBackgroundAnEventIsWrittenOnceForEachOrderOfMagnitude() {
    Compactor compactor = compactor(Bounds.LARGEST);
    for (int i = 0; i < 1_000; i++) {
      takeIn(1_000);
      if (compactor.merge(manifest, progress -> {})) {
        manifest = manifests.newest(manifest);
      }
      assertThat(manifest.segments()).hasSizeLessThanOrEqualTo(30);
    }
    assertThat(sum(rows())).isEqualTo(1_000_000);
    assertThat(files.rowsWritten).isLessThanOrEqualTo(3_000_000);
  }

  /** Somebody who compacts after every step is not to pay for the whole history each time. */
  @Test
  void compactingAgainAndAgainWritesNoLargeSegmentForTheSakeOfAFewRows() {
    Compactor compactor = compactor(Bounds.LARGEST);
    for (int i = 0; i < 1_000; i++) {
      takeIn(1_000);
      merge(compactor, Merging.WHOLE);
      assertThat(manifest.segments()).hasSizeLessThanOrEqualTo(15);
    }
    assertThat(sum(rows())).isEqualTo(1_000_000);
    assertThat(files.rowsWritten).isLessThanOrEqualTo(15_000_000);
  }

  @Test
  void noSegmentGrowsPastTheBoundsOfRowsAndBytes() {
    Compactor compactor = compactor(new Bounds(5_000, 2_000 * BYTES_A_ROW));
    for (int i = 0; i < 200; i++) {
      takeIn(90);
      merge(compactor, i % 2 == 0 ? Merging.WHOLE : Merging.TIERS);
    }
    assertThat(rows()).allSatisfy(rows -> assertThat(rows).isLessThanOrEqualTo(2_000));
    assertThat(sum(rows())).isEqualTo(200 * 90);
    assertThat(manifest.segments()).hasSizeLessThanOrEqualTo(30);
  }

  @Test
  void closingMergesNothingThatTakesLong() {
    Compactor compactor = compactor(Bounds.LARGEST);
    for (int i = 0; i < 12; i++) {
      takeIn(90_000);
    }
    merge(compactor, Merging.BRIEF);
    assertThat(files.rowsWritten).isZero();
    for (int i = 0; i < 12; i++) {
      takeIn(5_000);
    }
    merge(compactor, Merging.BRIEF);
    assertThat(files.rowsWritten).isPositive().isLessThanOrEqualTo(100_000);
  }

  @Test
  void vectorsOfAModelThatWasReplacedAreDroppedOnceMostEventsLackThem() {
    Compactor compactor = compactor(Bounds.LARGEST);
    files.model = Optional.of("new");
    takeIn(20_000, "old", "new");
    takeIn(8_000, "new");
    takeIn(8_000, "new");
    merge(compactor, Merging.WHOLE);
    assertThat(rows()).as("the old ones are carried along").containsExactly(20_000L, 16_000L);
    takeIn(8_000, "new");
    merge(compactor, Merging.WHOLE);
    assertThat(rows()).containsExactly(44_000L);
    assertThat(manifest.segments().getFirst().vectors()).containsOnlyKeys("new");
  }

  @Test
  void whoDoesNotMakeTheVectorsOfAModelDropsNoneOfAnother() {
    Compactor compactor = compactor(Bounds.LARGEST);
    for (Optional<String> model : List.of(Optional.<String>empty(), Optional.of("third"))) {
      files.model = model;
      takeIn(9_000, "made by others");
      takeIn(9_000);
      takeIn(9_000);
      merge(compactor, Merging.WHOLE);
      long kept =
          manifest.segments().stream()
              .filter(segment -> segment.vectors().containsKey("made by others"))
              .mapToLong(Segment::rows)
              .sum();
      assertThat(kept).as("with %s", model).isEqualTo(model.isEmpty() ? 9_000 : 18_000);
    }
  }

  @Test
  void aMergeThatIsInterruptedChangesNothing() {
    Compactor compactor = compactor(Bounds.LARGEST);
    for (int i = 0; i < 10; i++) {
      takeIn(1_000);
    }
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> compactor.merge(manifest, progress -> {}))
          .isInstanceOf(StorageUnavailableException.class)
          .hasMessageContaining("nothing was changed");
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(manifests.newest(manifest)).isEqualTo(manifest);
  }
}
