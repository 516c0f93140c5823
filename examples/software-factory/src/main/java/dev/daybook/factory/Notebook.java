package dev.daybook.factory;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.daybook.PlanChange;
import dev.daybook.Receipt;
import dev.daybook.event.EventId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A plain file of one actor, a line for each thing it was promised, appended as it was promised and
 * outside the workspace: what the report holds the workspace to. A process that is killed leaves
 * what it had written. Safe for use by any number of threads.
 */
final class Notebook implements AutoCloseable {
  /** What a line says; its first word. */
  enum Kind {
    /** The plan is there and work begins: the plan version. */
    BEGAN,
    /** A trace whose receipt said durable: the event. */
    TRACE,
    /** An event of a plan change that returned: the event. */
    PLAN,
    /** A handoff that was answered with accepted: the handoff. */
    ACCEPTED,
    /** A task that this actor closed: the task. */
    CLOSED,
    /** A briefing was read: its number, its tokens, its lines. */
    BRIEFING,
    /** What became of a kind of its lines: the number, the section, the lines, those used. */
    SECTION,
    /** Things acted on after a briefing: its number, how many, how many it had named. */
    ACTED,
    /** A command was not run again, since it had been: the event that showed it. */
    SPARED,
    /** A rejected approach was not tried again: the event that showed it. */
    AVOIDED,
    /** Work on a task ended, since another had taken it: the task. */
    LOST
  }

  private final FileChannel file;

  /** Goes on with the file of this actor. */
  Notebook(Path folder, String actor) throws IOException {
    this.file =
        FileChannel.open(
            Files.createDirectories(folder).resolve(actor + ".txt"),
            StandardOpenOption.CREATE,
            StandardOpenOption.APPEND);
  }

  /** Writes a line as soon as the event is durable. */
  Receipt keep(Receipt receipt) {
    CompletableFuture<Void> unused =
        receipt.durable().thenRun(() -> write(Kind.TRACE, receipt.id().toString()));
    return receipt;
  }

  /** Writes a line for each event of a plan change. */
  PlanChange keep(PlanChange change) {
    for (EventId id : change.events()) {
      write(Kind.PLAN, id.toString());
    }
    return change;
  }

  /** Writes a line. */
  void write(Kind kind, Object... words) {
    List<String> line = new java.util.ArrayList<>(List.of(kind.name()));
    for (Object word : words) {
      line.add(word.toString());
    }
    ByteBuffer bytes = ByteBuffer.wrap((String.join(" ", line) + "\n").getBytes(UTF_8));
    synchronized (this) {
      try {
        while (bytes.hasRemaining()) {
          file.write(bytes);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  /**
   * A line as it was written.
   *
   * @param actor whose file it stands in
   * @param kind what it says
   * @param words what follows
   */
  record Line(String actor, Kind kind, List<String> words) {}

  /** Every whole line of every file; the last of a killed process may be cut off. */
  static List<Line> readAll(Path folder) throws IOException {
    List<Line> lines = new java.util.ArrayList<>();
    try (var files = Files.newDirectoryStream(folder, "*.txt")) {
      for (Path file : files) {
        String actor = file.getFileName().toString().replaceFirst("\\.txt$", "");
        String text = Files.readString(file);
        text.substring(0, text.lastIndexOf('\n') + 1)
            .lines()
            .map(line -> List.of(line.split(" ", -1)))
            .forEach(words ->
                lines.add(
                    new Line(
                        actor, Kind.valueOf(words.getFirst()), words.subList(1, words.size()))));
      }
    }
    return lines;
  }
}
