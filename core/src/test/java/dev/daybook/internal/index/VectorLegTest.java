package dev.daybook.internal.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.event.EventId;
import dev.daybook.internal.index.TopRows.Scored;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.apache.lucene.util.FixedBitSet;
import org.junit.jupiter.api.Test;

/** The vector leg against a scan of all vectors that is written down as simply as can be. */
class VectorLegTest {
  /** Rows whose identities fall as their numbers rise. */
  private record Table(int start, int rows) implements RowTable {
    @Override
    public long high(int row) {
      return 1_000_000L - start - row;
    }

    @Override
    public long low(int row) {
      return 1;
    }

    @Override
    public int rowOf(EventId id) {
      return -1;
    }

    @Override
    public int[] endedStarts() {
      return new int[0];
    }

    @Override
    public int[] ends() {
      return new int[0];
    }

    @Override
    public Map<EventId, Integer> openStarts() {
      return Map.of();
    }

    @Override
    public List<Foreign> foreignEnds() {
      return List.of();
    }
  }

  private static VectorFile file(int dimension, List<VectorFile.Chunk> chunks, int manyMin) {
    return open(VectorFile.write(dimension, chunks, manyMin), manyMin);
  }

  private static VectorFile open(byte[] bytes, int manyMin) {
    try {
      Path path = Files.write(Files.createTempFile("vectors", ".npy"), bytes);
      try {
        return VectorFile.open(path, manyMin);
      } finally {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static float[] unit(float[] vector) {
    double square = 0;
    for (float component : vector) {
      square += component * component;
    }
    for (int i = 0; i < vector.length; i++) {
      vector[i] /= (float) Math.sqrt(square);
    }
    return vector;
  }

  private static float[] near(Random random, float[] centre, double spread) {
    float[] vector = new float[centre.length];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) (centre[i] + random.nextGaussian() * spread / Math.sqrt(centre.length));
    }
    return unit(vector);
  }

  /** Vectors around some centres; every fifth row has none, every third two. */
  private static List<VectorFile.Chunk> clustered(
      Random random, int rows, float[][] centres, double spread) {
    List<VectorFile.Chunk> chunks = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      int count = row % 5 == 4 ? 0 : row % 3 == 2 ? 2 : 1;
      for (int i = 0; i < count; i++) {
        chunks.add(
            new VectorFile.Chunk(
                row, near(random, centres[random.nextInt(centres.length)], spread)));
      }
    }
    return chunks;
  }

  private static float[][] centres(Random random, int count, int dimension) {
    float[][] centres = new float[count][dimension];
    for (float[] centre : centres) {
      for (int i = 0; i < dimension; i++) {
        centre[i] = (float) random.nextGaussian();
      }
      unit(centre);
    }
    return centres;
  }

  private static float cosine(Quantised a, Quantised b) {
    int product = 0;
    for (int i = 0; i < a.bytes().length; i++) {
      product += a.bytes()[i] * b.bytes()[i];
    }
    return product * a.scale() * b.scale();
  }

  /** What the nearest rows are. */
  private static List<Scored> scan(
      List<List<VectorFile.Chunk>> sources,
      int rows,
      float[] question,
      FixedBitSet shown,
      int count) {
    Quantised asked = Quantised.of(question);
    float[] best = new float[sources.size() * rows];
    Arrays.fill(best, Float.NEGATIVE_INFINITY);
    for (int source = 0; source < sources.size(); source++) {
      for (VectorFile.Chunk chunk : sources.get(source)) {
        int row = source * rows + chunk.row();
        best[row] = Math.max(best[row], cosine(asked, Quantised.of(chunk.vector())));
      }
    }
    List<Scored> all = new ArrayList<>();
    for (int row = 0; row < best.length; row++) {
      if (best[row] > Float.NEGATIVE_INFINITY && (shown == null || shown.get(row))) {
        all.add(new Scored(row, best[row]));
      }
    }
    all.sort(
        Comparator.comparingDouble(Scored::score)
            .reversed()
            .thenComparing(Comparator.comparingInt(Scored::row).reversed()));
    return all.subList(0, Math.min(count, all.size()));
  }

  private static Sources sources(int rows, List<Vectors> vectors) {
    List<RowTable> tables = new ArrayList<>();
    for (int i = 0; i < vectors.size(); i++) {
      tables.add(new Table(i * rows, rows));
    }
    return new Sources(tables, vectors);
  }

  private static FixedBitSet some(Random random, int rows, double share) {
    FixedBitSet some = new FixedBitSet(rows);
    for (int row = 0; row < rows; row++) {
      if (random.nextDouble() < share) {
        some.set(row);
      }
    }
    return some;
  }

  private static int withVector(List<VectorFile.Chunk> chunks, FixedBitSet shown) {
    return (int)
        chunks.stream().mapToInt(VectorFile.Chunk::row).filter(shown::get).distinct().count();
  }

  @Property(tries = 150)
  void findsWhatAScanFinds(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 70) int dimension,
      @ForAll @IntRange(min = 1, max = 60) int rows,
      @ForAll @IntRange(min = 1, max = 70) int count)
      throws IOException {
    Random random = new Random(seed);
    float[][] centres = centres(random, 5, dimension);
    List<List<VectorFile.Chunk>> chunks = new ArrayList<>();
    List<Vectors> vectors = new ArrayList<>();
    for (int source = 0; source < 3; source++) {
      chunks.add(clustered(random, rows, centres, random.nextInt(2)));
      vectors.add(file(dimension, chunks.getLast(), Integer.MAX_VALUE));
    }
    TailVectors tail = new TailVectors(dimension);
    chunks.getLast().stream()
        .collect(Collectors.groupingBy(VectorFile.Chunk::row))
        .forEach((row, own) -> tail.add(row, own.stream().map(VectorFile.Chunk::vector).toList()));
    vectors.removeLast().release();
    vectors.add(tail.snapshot());
    VectorLeg leg = new VectorLeg(sources(rows, vectors));
    float[] question = near(random, centres[0], 0.5);
    FixedBitSet shown = random.nextInt(3) == 0 ? null : some(random, 3 * rows, random.nextDouble());

    if (!leg.isEmpty()) {
      assertThat(leg.prepare(question).best(shown, count))
          .isEqualTo(scan(chunks, rows, question, shown, count));
    }
    long with = scan(chunks, rows, question, shown, Integer.MAX_VALUE).size();
    assertThat(leg.without(shown))
        .isEqualTo((shown == null ? 3L * rows : shown.cardinality()) - with);
    vectors.forEach(Vectors::release);
  }

  @Test
  void listsHideAlmostNoneOfTheNearest() throws IOException {
    Random random = new Random(7);
    float[][] centres = centres(random, 60, 384);
    List<VectorFile.Chunk> chunks = clustered(random, 6000, centres, 0.8);
    try (VectorFile file = file(384, chunks, 1)) {
      assertThat(file.lists().orElseThrow().count()).isGreaterThan(100);
      VectorLeg leg = new VectorLeg(sources(6000, List.of(file)));
      FixedBitSet half = some(random, 6000, 0.5);

      assertThat(recall(leg, chunks, centres, null, 10)).isGreaterThan(0.98);
      assertThat(recall(leg, chunks, centres, half, 10)).isGreaterThan(0.98);
      assertThat(recall(leg, chunks, centres, null, 50)).isGreaterThan(0.95);
    }
  }

  /** The share of the nearest rows that are found, over 40 questions; scores must be exact. */
  private static double recall(
      VectorLeg leg, List<VectorFile.Chunk> chunks, float[][] centres, FixedBitSet shown, int count)
      throws IOException {
    Random random = new Random(8);
    int found = 0;
    for (int i = 0; i < 40; i++) {
      float[] question = near(random, centres[i], 0.8);
      Set<Scored> best = Set.copyOf(leg.prepare(question).best(shown, count));
      for (Scored one : scan(List.of(chunks), 6000, question, shown, count)) {
        found += best.contains(one) ? 1 : 0;
      }
    }
    return found / (40.0 * count);
  }

  @Test
  void aFilterLetsNoOtherRowThroughAndLeavesTheFullCount() throws IOException {
    Random random = new Random(9);
    float[][] centres = centres(random, 30, 64);
    List<VectorFile.Chunk> chunks = clustered(random, 5000, centres, 1);
    try (VectorFile file = file(64, chunks, 1)) {
      VectorLeg leg = new VectorLeg(sources(5000, List.of(file)));
      for (double share : new double[] {0, 0.001, 0.1, 0.3, 0.6, 0.99, 1}) {
        FixedBitSet shown = some(random, 5000, share);
        for (int count : new int[] {1, 50, 700, 5000}) {
          List<Scored> best = leg.prepare(near(random, centres[3], 1)).best(shown, count);

          assertThat(best).allMatch(one -> shown.get(one.row()));
          assertThat(best.stream().map(Scored::row).distinct())
              .hasSize(Math.min(count, withVector(chunks, shown)));
          assertThat(best)
              .isSortedAccordingTo(Comparator.comparingDouble(Scored::score).reversed());
        }
      }
    }
  }

  @Test
  void aRowWithAThousandNearChunksCrowdsOutNoOther() throws IOException {
    Random random = new Random(10);
    float[][] centres = centres(random, 2, 64);
    List<VectorFile.Chunk> chunks = new ArrayList<>();
    for (int i = 0; i < 1500; i++) {
      chunks.add(new VectorFile.Chunk(0, near(random, centres[0], 0.1)));
    }
    for (int row = 1; row < 1500; row++) {
      chunks.add(new VectorFile.Chunk(row, near(random, centres[1], 0.5)));
    }
    try (VectorFile file = file(64, chunks, 1)) {
      VectorLeg leg = new VectorLeg(sources(1500, List.of(file)));

      assertThat(leg.prepare(centres[0]).best(null, 50))
          .isEqualTo(scan(List.of(chunks), 1500, centres[0], null, 50));
    }
  }

  @Test
  void equalVectorsGiveEqualFilesAndAnswers() throws IOException {
    Random random = new Random(11);
    float[][] centres = centres(random, 20, 100);
    List<VectorFile.Chunk> chunks = clustered(random, 3000, centres, 1);
    byte[] bytes = VectorFile.write(100, chunks, 1);

    assertThat(VectorFile.write(100, chunks, 1)).isEqualTo(bytes);
    try (VectorFile one = open(bytes, 1);
        VectorFile two = open(bytes, 1)) {
      assertThat(new VectorLeg(sources(3000, List.of(one))).prepare(centres[1]).best(null, 100))
          .isEqualTo(
              new VectorLeg(sources(3000, List.of(two))).prepare(centres[1]).best(null, 100));
    }
  }

  @Test
  void listsOfSeveralSourcesAndOneOfManyWithoutThemAreSearchedTogether() throws IOException {
    Random random = new Random(12);
    float[][] centres = centres(random, 40, 128);
    List<List<VectorFile.Chunk>> chunks = new ArrayList<>();
    List<Vectors> vectors = new ArrayList<>();
    for (int source = 0; source < 4; source++) {
      chunks.add(clustered(random, 2000, centres, 0.7));
      byte[] bytes = VectorFile.write(128, chunks.getLast(), source < 2 ? 1 : Integer.MAX_VALUE);
      vectors.add(open(bytes, source < 3 ? 1 : Integer.MAX_VALUE));
    }
    VectorLeg leg = new VectorLeg(sources(2000, vectors));
    int found = 0;
    for (int i = 0; i < 40; i++) {
      float[] question = near(random, centres[i], 0.7);
      Set<Scored> best = Set.copyOf(leg.prepare(question).best(null, 10));
      for (Scored one : scan(chunks, 2000, question, null, 10)) {
        found += best.contains(one) ? 1 : 0;
      }
    }
    assertThat(found).isGreaterThan(392);
    vectors.forEach(Vectors::release);
  }
}
