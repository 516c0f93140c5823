package dev.daybook.internal.minilm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLibraryCacheTest {
  private static final String PROPERTY = "onnxruntime.native.onnxruntime.path";

  @TempDir Path root;

  @Test
  void unpacksOnceAndRepairsWhatWasDamaged() throws IOException {
    Map<String, String> properties = NativeLibraryCache.locate(root.toString());
    assertThat(properties).containsOnlyKeys(PROPERTY, "onnxruntime.native.onnxruntime4j_jni.path");
    Path library = Path.of(properties.get(PROPERTY));
    assertThat(library).startsWith(root).isExecutable();
    FileTime written = FileTime.from(Instant.EPOCH);
    Files.setLastModifiedTime(library, written);

    assertThat(NativeLibraryCache.locate(root.toString())).isEqualTo(properties);
    assertThat(Files.getLastModifiedTime(library)).isEqualTo(written);

    byte[] intact = Files.readAllBytes(library);
    byte[] damaged = intact.clone();
    damaged[damaged.length / 2] ^= 1;
    Files.write(library, damaged);
    assertThat(NativeLibraryCache.locate(root.toString())).isEqualTo(properties);
    assertThat(library).hasBinaryContent(intact);
    try (Stream<Path> files = Files.list(library.getParent())) {
      assertThat(files).hasSize(2);
    }
  }

  @Test
  void leavesItToOnnxRuntimeWhereOthersMayWrite() throws IOException {
    Path library = Path.of(NativeLibraryCache.locate(root.toString()).get(PROPERTY));
    Files.setPosixFilePermissions(
        library.getParent(), PosixFilePermissions.fromString("rwxrwxrwx"));

    assertThat(NativeLibraryCache.locate(root.toString())).isEmpty();
  }

  @Test
  void leavesItToOnnxRuntimeWhenToldOrWithoutAFolder() throws IOException {
    assertThat(NativeLibraryCache.locate("none")).isEmpty();

    Path file = Files.writeString(root.resolve("a file"), "");
    assertThat(NativeLibraryCache.locate(file.toString())).isEmpty();
  }
}
