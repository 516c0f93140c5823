package dev.daybook.crash;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.daybook.crash.Operation.Kind;
import dev.daybook.crash.Operation.Outcome;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What every process did and was told, in a file each. A line is one write of the operating system,
 * so it outlives the process; the beginning of an operation is written before it begins, its end
 * after it was answered. What is missing was never begun, or never answered.
 */
final class History {
  private static final String SUFFIX = ".history";

  private History() {}

  /** Writes the history of one process. Safe for use by any number of threads. */
  static final class Writer implements AutoCloseable {
    private final FileOutputStream file;
    private final SharedClock clock;

    Writer(Path folder, String process, SharedClock clock) throws IOException {
      this.file = new FileOutputStream(folder.resolve(process + SUFFIX).toFile());
      this.clock = clock;
    }

    void begin(Kind kind, String key, String subject) {
      write("begin %d %s %s %s\n".formatted(clock.tick(), key, kind, subject));
    }

    void end(String key, Outcome outcome, long version, String detail) {
      write("end %d %s %s %d %s\n".formatted(clock.tick(), key, outcome, version, detail));
    }

    /** Says that the process met what it should not have. */
    void broken(Throwable why) {
      write("broken " + why.toString().replaceAll("\\s+", " ") + "\n");
    }

    private synchronized void write(String line) {
      try {
        file.write(line.getBytes(UTF_8));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }

  /** All operations begun so far, by key. */
  static Map<String, Operation> read(Path folder) throws IOException {
    Map<String, Operation> operations = new LinkedHashMap<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
      for (Path file : files) {
        String text = Files.readString(file);
        // What follows the last line break was cut off: that operation never began, or never ended.
        text.substring(0, text.lastIndexOf('\n') + 1)
            .lines()
            .forEach(line -> add(operations, line));
      }
    }
    return operations;
  }

  private static void add(Map<String, Operation> operations, String line) {
    String[] words = line.split(" ", 6);
    switch (words[0]) {
      case "begin" -> {
        Operation begun =
            Operation.begun(words[2], Kind.valueOf(words[3]), words[4], Long.parseLong(words[1]));
        if (operations.put(words[2], begun) != null) {
          throw new AssertionError("Begun twice: " + line);
        }
      }
      case "end" ->
          operations.computeIfPresent(
              words[2],
              (key, begun) ->
                  begun.ended(
                      Long.parseLong(words[1]),
                      Outcome.valueOf(words[3]),
                      Long.parseLong(words[4]),
                      words[5]));
      default -> throw new AssertionError("A writer stopped: " + line);
    }
  }
}
