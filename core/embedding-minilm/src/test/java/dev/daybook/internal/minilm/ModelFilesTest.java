package dev.daybook.internal.minilm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFilesTest {
  @TempDir Path folder;

  @Test
  void readsTheFilesOfTheContainer() {
    ClassLoader classPath = getClass().getClassLoader();

    assertThat(ModelFiles.readWeights(classPath)).hasSize(22_972_370);
    assertThat(ModelFiles.readTokenizer(classPath)).hasSize(711_661);
  }

  @Test
  void refusesOtherWeightsAndSaysWhatToDo() throws IOException {
    Files.writeString(folder.resolve("all-minilm-l6-v2-q.onnx"), "other weights");
    try (var classPath = new URLClassLoader(new URL[] {folder.toUri().toURL()}, null)) {
      assertThatThrownBy(() -> ModelFiles.readWeights(classPath))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining(ModelFiles.WEIGHTS_SHA256)
          .hasMessageContaining(folder.getFileName().toString())
          .hasMessageContaining("all-minilm-l6-v2-q:1.20.0-beta30");
    }
  }

  @Test
  void refusesAClassPathWithoutTheTokenizer() throws IOException {
    try (var classPath = new URLClassLoader(new URL[0], null)) {
      assertThatThrownBy(() -> ModelFiles.readTokenizer(classPath))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("(found: none)");
    }
  }

  @Test
  void takesTheRightFileBesideAWrongOne() throws IOException {
    Files.writeString(folder.resolve("all-minilm-l6-v2-q-tokenizer.json"), "{}");
    ClassLoader parent = getClass().getClassLoader();
    try (var classPath = new URLClassLoader(new URL[] {folder.toUri().toURL()}, parent)) {
      assertThat(ModelFiles.readTokenizer(classPath)).hasSize(711_661);
    }
  }
}
