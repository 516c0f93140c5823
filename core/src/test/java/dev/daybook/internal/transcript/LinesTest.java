package dev.daybook.internal.transcript;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinesTest {
  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("rows.jsonl");
  }

  @Test
  void numbersLinesAndKeepsEmptyOnes() throws IOException {
    Files.writeString(file, "one\n\ntwo\r\nthree");

    try (var lines = Lines.of(file)) {
      assertThat(lines.next()).get().extracting(Lines.Line::number).isEqualTo(1L);
      assertThat(lines.next().orElseThrow().isBlank()).isTrue();
      assertThat(text(lines.next())).isEqualTo("two\r");
      assertThat(lines.next()).get().extracting(Lines.Line::number).isEqualTo(4L);
      assertThat(lines.next()).isEmpty();
      assertThat(lines.bytesRead()).isEqualTo(lines.fileBytes()).isEqualTo(15);
    }
  }

  @Test
  void endsAfterTheLastLineFeed() throws IOException {
    Files.writeString(file, "one\n");
    assertThat(all(file)).containsExactly("one");
    Files.writeString(file, "");
    assertThat(all(file)).isEmpty();
  }

  @Test
  void joinsLinesOverItsBuffer() throws IOException {
    String big = "x".repeat(200_000);
    Files.writeString(file, big + "\n" + big + "y\n");
    assertThat(all(file)).containsExactly(big, big + "y");
  }

  @Test
  void readsGzipWhateverItsNameAndOfSeveralMembers() throws IOException {
    var bytes = new ByteArrayOutputStream();
    bytes.writeBytes(gzip("one\ntwo\n"));
    bytes.writeBytes(gzip("three\n"));
    Files.write(file, bytes.toByteArray());
    assertThat(all(file)).containsExactly("one", "two", "three");
  }

  @Test
  void saysWhereAGzipFileIsCutOff() throws IOException {
    byte[] whole = gzip("one\ntwo\n".repeat(10_000));
    Files.write(file, Arrays.copyOf(whole, whole.length - 8));
    assertThatIOException()
        .isThrownBy(() -> all(file))
        .withMessageMatching("(?s).*rows.jsonl is cut off or damaged after line \\d+: .*");
  }

  @Test
  void saysWhichFileIsMissing() {
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> Lines.of(file))
        .withMessageContaining(file.toString())
        .withMessageContaining("no such file, seen from");
  }

  @Test
  void saysThatAFolderIsNoFile() {
    assertThatIOException()
        .isThrownBy(() -> Lines.of(folder))
        .withMessage(folder + " is a folder; name a file of JSON Lines in it");
  }

  @Test
  void refusesALineThatNeverEnds() throws IOException {
    Files.writeString(file, "ok\n" + "x".repeat(1_001));
    try (var lines = Lines.of(file, 1_000)) {
      assertThat(text(lines.next())).isEqualTo("ok");
      assertThatIOException()
          .isThrownBy(lines::next)
          .withMessageContaining("more than 1000 bytes without a line end after line 1");
    }
  }

  private static List<String> all(Path file) throws IOException {
    List<String> texts = new ArrayList<>();
    try (var lines = Lines.of(file)) {
      for (var line = lines.next(); line.isPresent(); line = lines.next()) {
        texts.add(text(line));
      }
    }
    return texts;
  }

  private static String text(Optional<Lines.Line> line) {
    return new String(line.orElseThrow().bytes(), UTF_8);
  }

  static byte[] gzip(String text) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(UTF_8));
    }
    return bytes.toByteArray();
  }
}
