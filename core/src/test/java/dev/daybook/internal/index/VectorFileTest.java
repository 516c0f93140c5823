package dev.daybook.internal.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VectorFileTest {
  @TempDir Path folder;

  private static VectorFile.Chunk chunk(int row, float... vector) {
    return new VectorFile.Chunk(row, vector);
  }

  private VectorFile open(byte[] bytes) throws IOException {
    return VectorFile.open(Files.write(folder.resolve("v.npy"), bytes));
  }

  @Test
  void givesBackTheVectorsOfEachRow() throws IOException {
    byte[] bytes =
        VectorFile.write(2, List.of(chunk(1, 0.6f, 0.8f), chunk(1, 1, 0), chunk(4, -0.8f, 0.6f)));

    try (VectorFile file = open(bytes)) {
      assertThat(file.dimension()).isEqualTo(2);
      assertThat(file.chunks()).isEqualTo(3);
      assertThat(file.rowsWithVector()).isEqualTo(2);
      assertThat(file.has(0)).isFalse();
      assertThat(file.vectorsOf(0)).isEmpty();
      assertThat(file.vectorsOf(1)).hasSize(2);
      assertThat(file.vectorsOf(1).getFirst()[0]).isCloseTo(0.6f, within(0.004f));
      assertThat(file.vectorsOf(4)).hasSize(1);
      assertThat(file.vectorsOf(9)).isEmpty();
      Quantised question = Quantised.of(new float[] {1, 0});
      assertThat(question.best(file, 1, new byte[2])).isCloseTo(1f, within(0.004f));
      assertThat(question.best(file, 4, new byte[2])).isCloseTo(-0.8f, within(0.004f));
      assertThat(question.best(file, 3, new byte[2])).isNaN();
    }
  }

  @Test
  void writingWhatWasReadGivesTheSameBytes() throws IOException {
    byte[] bytes = VectorFile.write(3, List.of(chunk(0, 0.1f, -0.7f, 0.7f), chunk(2, 0, 1, 0)));

    try (VectorFile file = open(bytes)) {
      assertThat(
              VectorFile.write(
                  3,
                  List.of(
                      chunk(0, file.vectorsOf(0).getFirst()),
                      chunk(2, file.vectorsOf(2).getFirst()))))
          .isEqualTo(bytes);
    }
  }

  @Test
  void isANumPyFileOfRecords() {
    byte[] bytes = VectorFile.write(2, List.of(chunk(7, 0, 1)));
    ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);

    assertThat(Arrays.copyOf(bytes, 8))
        .isEqualTo(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    int headerLength = file.getShort(8);
    assertThat((10 + headerLength) % 64).isZero();
    assertThat(new String(bytes, 10, headerLength, StandardCharsets.US_ASCII))
        .startsWith(
            "{'descr': [('row', '<i4'), ('scale', '<f4'), ('vector', '|i1', (2,))],"
                + " 'fortran_order': False, 'shape': (1,), }")
        .endsWith(" \n");
    int at = 10 + headerLength;
    assertThat(file.getInt(at)).isEqualTo(7);
    assertThat(file.getFloat(at + 4)).isEqualTo(1f / 127);
    assertThat(Arrays.copyOfRange(bytes, at + 8, bytes.length)).containsExactly(0, 127);
  }

  @Test
  void noVectorsAreAFileToo() throws IOException {
    try (VectorFile file = open(VectorFile.write(384, List.of()))) {
      assertThat(file.chunks()).isZero();
      assertThat(file.has(0)).isFalse();
    }
  }

  @Test
  void refusesCutAndForeignFiles() throws IOException {
    byte[] bytes = VectorFile.write(2, List.of(chunk(0, 1, 0), chunk(1, 0, 1)));
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> open(cut)).as("cut to %s", length).isInstanceOf(IOException.class);
    }
    byte[] unordered = bytes.clone();
    unordered[bytes.length - 20] = 5;
    assertThatThrownBy(() -> open(unordered))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("embed its segment again");
    assertThatThrownBy(() -> open(new byte[200]))
        .hasMessageContaining("does not begin as a NumPy file");
  }

  @Test
  void mergesFilesAsIfTheirVectorsWereWrittenAnew() throws IOException {
    byte[] one = VectorFile.write(2, List.of(chunk(0, 1, 0), chunk(2, 0.6f, 0.8f), chunk(2, 0, 1)));
    byte[] two = VectorFile.write(2, List.of(chunk(0, -1, 0), chunk(1, 0, -1)));
    Path first = Files.write(folder.resolve("1.npy"), one);
    Path second = Files.write(folder.resolve("2.npy"), two);

    try (VectorFile a = VectorFile.open(first);
        VectorFile b = VectorFile.open(second)) {
      byte[] merged =
          VectorFile.merge(
              List.of(
                  new VectorFile.Moved(a, new int[] {3, -1, 1}),
                  new VectorFile.Moved(b, new int[] {-1, 2})));
      assertThat(merged)
          .isEqualTo(
              VectorFile.write(
                  2,
                  List.of(chunk(1, 0.6f, 0.8f), chunk(1, 0, 1), chunk(2, 0, -1), chunk(3, 1, 0))));
    }
  }

  private static List<VectorFile.Chunk> many(int rows, long seed) {
    Random random = new Random(seed);
    List<VectorFile.Chunk> chunks = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      double angle = random.nextDouble() * 2 * Math.PI;
      chunks.add(chunk(row, (float) Math.cos(angle), (float) Math.sin(angle)));
    }
    return chunks;
  }

  @Test
  void mergesIntoListsAsIfWrittenAnew() throws IOException {
    List<VectorFile.Chunk> chunks = many(400, 1);
    int[] even = new int[400];
    int[] odd = new int[400];
    for (int row = 0; row < 400; row++) {
      even[row] = row % 2 == 0 ? row : -1;
      odd[row] = row % 2 == 1 ? row : -1;
    }
    Path path = Files.write(folder.resolve("1.npy"), VectorFile.write(2, chunks));
    Path listed = Files.write(folder.resolve("2.npy"), VectorFile.write(2, chunks, 1));

    try (VectorFile a = VectorFile.open(path);
        VectorFile b = VectorFile.open(listed)) {
      assertThat(
              VectorFile.merge(
                  List.of(new VectorFile.Moved(a, odd), new VectorFile.Moved(b, even)), 1))
          .isEqualTo(VectorFile.write(2, chunks, 1));
    }
  }

  @Test
  void listsAreASecondArrayOfTheNumPyFile() {
    byte[] plain = VectorFile.write(2, many(300, 2));
    byte[] listed = VectorFile.write(2, many(300, 2), 300);

    assertThat(Arrays.copyOf(listed, plain.length)).isEqualTo(plain);
    assertThat(listed).hasSize(plain.length + 128 + 2 * 300);
    assertThat(new String(listed, plain.length + 10, 118, StandardCharsets.US_ASCII))
        .startsWith("{'descr': '<u2', 'fortran_order': False, 'shape': (300,), }")
        .endsWith(" \n");
  }

  @Test
  void refusesDamagedLists() throws IOException {
    byte[] plain = VectorFile.write(2, many(300, 3));
    byte[] listed = VectorFile.write(2, many(300, 3), 1);
    for (int length = plain.length + 1; length < listed.length; length += 7) {
      byte[] cut = Arrays.copyOf(listed, length);
      assertThatThrownBy(() -> open(cut)).hasMessageContaining("expected " + plain.length);
    }
    byte[] foreign = listed.clone();
    foreign[plain.length + 20] = 'x';
    assertThatThrownBy(() -> open(foreign)).hasMessageContaining("something else than lists");
    byte[] high = listed.clone();
    high[listed.length - 1] = 1;
    assertThatThrownBy(() -> open(high))
        .hasMessageContaining("at 299, expected below 138")
        .hasMessageContaining("embed its segment again");
    byte[] farRow = listed.clone();
    ByteBuffer.wrap(farRow)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(plain.length - 10, Integer.MAX_VALUE);
    assertThatThrownBy(() -> open(farRow)).hasMessageContaining("damaged");
  }

  @Test
  void refusesToMergeWhatDoesNotFit() throws IOException {
    Path first = Files.write(folder.resolve("1.npy"), VectorFile.write(2, List.of(chunk(3, 1, 0))));
    Path second = Files.write(folder.resolve("2.npy"), VectorFile.write(1, List.of(chunk(0, 1))));

    assertThatThrownBy(() -> VectorFile.merge(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
    try (VectorFile a = VectorFile.open(first);
        VectorFile b = VectorFile.open(second)) {
      assertThatThrownBy(() -> VectorFile.merge(List.of(new VectorFile.Moved(a, new int[3]))))
          .hasMessageContaining("rows up to 3")
          .hasMessageContaining("rows below 3");
      assertThatThrownBy(() ->
              VectorFile.merge(
                  List.of(
                      new VectorFile.Moved(a, new int[4]), new VectorFile.Moved(b, new int[1]))))
          .hasMessageContaining("has 1 components");
    }
  }

  @Test
  void refusesWrongOrderAndDimension() {
    assertThatThrownBy(() -> VectorFile.write(2, List.of(chunk(1, 1, 0), chunk(0, 1, 0))))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> VectorFile.write(2, List.of(chunk(1, 1, 0, 0))))
        .hasMessageContaining("3 components");
    assertThatThrownBy(() -> Quantised.of(new float[] {Float.NaN})).hasMessageContaining("NaN");
  }
}
