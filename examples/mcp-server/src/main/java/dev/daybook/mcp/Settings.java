package dev.daybook.mcp;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;

/**
 * A file of settings, as {@link Properties} reads it, in UTF-8.
 *
 * @param path the file, which may not exist
 * @param values what it sets
 */
record Settings(Path path, Map<Target.Key, String> values) {
  Settings {
    values = Map.copyOf(values);
  }

  /** What it sets; empty if it does not. */
  String value(Target.Key key) {
    return values.getOrDefault(key, "");
  }

  /**
   * Reads a file; one that does not exist sets nothing.
   *
   * @throws IllegalArgumentException if it cannot be read, or holds what is no setting
   */
  static Settings read(Path path) {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(path)) {
      properties.load(reader);
    } catch (NoSuchFileException e) {
      return new Settings(path, Map.of());
    } catch (AccessDeniedException e) {
      throw new IllegalArgumentException(
          "Settings are in %s, which this user has no right to read; change that".formatted(path),
          e);
    } catch (IOException e) {
      throw new IllegalArgumentException("Cannot read settings from %s: %s".formatted(path, e), e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "Settings in %s are no properties: %s".formatted(path, e.getMessage()), e);
    }
    Map<Target.Key, String> values = new EnumMap<>(Target.Key.class);
    for (String name : properties.stringPropertyNames()) {
      Target.Key key =
          key(name)
              .orElseThrow(() ->
                  new IllegalArgumentException(
                      "%s sets '%s', which is no setting; there are %s"
                          .formatted(path, name, names())));
      values.put(key, properties.getProperty(name).strip());
    }
    return new Settings(path, values);
  }

  private static Optional<Target.Key> key(String name) {
    return Arrays.stream(Target.Key.values())
        .filter(key -> key.property().equals(name))
        .findFirst();
  }

  private static String names() {
    return Arrays.stream(Target.Key.values())
        .map(Target.Key::property)
        .collect(Collectors.joining(", "));
  }

  /** Sets one value, or takes it off if it is empty, and leaves every other line alone. */
  static void write(Path path, Target.Key key, String value) throws IOException {
    List<String> lines = new ArrayList<>();
    if (Files.exists(path)) {
      lines.addAll(Files.readAllLines(path));
    }
    lines.removeIf(line -> sets(line, key));
    if (!value.isEmpty()) {
      lines.add(key.property() + "=" + value.replace("\\", "\\\\"));
    }
    // Not a temporary file of the system's, which nobody else could read.
    Path whole =
        path.resolveSibling("." + path.getFileName() + "." + ProcessHandle.current().pid());
    try {
      Files.write(whole, lines);
      Files.move(whole, path, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(whole);
    }
  }

  private static boolean sets(String line, Target.Key key) {
    String rest = line.stripLeading();
    if (!rest.startsWith(key.property())) {
      return false;
    }
    String after = rest.substring(key.property().length()).stripLeading();
    return after.startsWith("=") || after.startsWith(":");
  }
}
