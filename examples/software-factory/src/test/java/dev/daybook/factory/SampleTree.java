package dev.daybook.factory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A small tree of sources with something to find in it. */
final class SampleTree {
  /** How many sources it has. */
  static final int FILES = 24;

  private SampleTree() {}

  /** Writes three packages; each imports the one before. */
  static Path write(Path folder) throws IOException {
    for (int layer = 1; layer <= 3; layer++) {
      Path place =
          Files.createDirectories(folder.resolve("app/src/main/java/sample/layer" + layer));
      for (int i = 1; i <= FILES / 3; i++) {
        Files.writeString(place.resolve("Part" + i + ".java"), source(layer, i));
      }
    }
    return folder;
  }

  private static String source(int layer, int number) {
    String before = "sample.layer%d.Part%d".formatted(layer - 1, number);
    StringBuilder source = new StringBuilder("package sample.layer" + layer + ";\n\n");
    if (layer > 1) {
      source.append("import " + before + ";\n\n");
    }
    if (number != 2) {
      source.append("/** A part. */\n");
    }
    source.append("public class Part" + number + (layer > 1 ? " extends " + before : "") + " {\n");
    if (layer == 2 && number == 3) {
      source.append("  // TODO say more\n");
    }
    if (layer == 3 && number == 4) {
      source.append("\n".repeat(700));
    }
    return source + "}\n";
  }
}
