package dev.daybook.benchmarks.recall;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.daybook.benchmarks.Console;
import dev.daybook.benchmarks.Latencies;
import dev.daybook.benchmarks.Scratch;
import dev.daybook.benchmarks.recall.LanceTable.Effort;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.lance.index.IndexType;

/**
 * The process of {@link LanceChild}: a command a line on its input, an answer a line on its output.
 *
 * <ul>
 *   <li>{@code build PLAIN} or {@code build KIND}, a kind of index: {@code ok}, when it is there
 *   <li>{@code tune KIND}: milliseconds, the recall reached and the effort; {@code none} if no
 *       effort tried reaches what is asked
 *   <li>{@code open PLAIN} or {@code open KIND EFFORT}: {@code ok} and the rows it has
 *   <li>{@code ask TABLE PART QUESTION}: nanoseconds and the events found
 * </ul>
 */
final class LanceProcess {
  private static final double RECALL_MIN = 0.98;
  private static final String PLAIN = "PLAIN";
  private static final int WARM_UP = 20;

  private final Path folder;
  private final Path events;
  private final List<RecallData.Question> questions;
  private final BufferAllocator allocator = new RootAllocator();
  private final Map<String, LanceTable> tables = new HashMap<>();
  private final ExecutorService beside = Executors.newFixedThreadPool(2);

  private LanceProcess(Path folder, Path events, List<RecallData.Question> questions) {
    this.folder = folder;
    this.events = events;
    this.questions = questions;
  }

  /** Takes the folder, the file of events and the file of questions. */
  public static void main(String[] arguments) throws Exception {
    List<RecallData.Question> questions = new ArrayList<>();
    try (DataInputStream file =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(Path.of(arguments[2]))))) {
      int count = file.readInt();
      for (int number = 0; number < count; number++) {
        questions.add(RecallData.Question.read(number, file));
      }
    }
    LanceProcess process =
        new LanceProcess(Path.of(arguments[0]), Path.of(arguments[1]), questions);
    try (BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, UTF_8))) {
      for (String line = commands.readLine(); line != null; line = commands.readLine()) {
        System.out.println(process.answer(List.of(line.split(" ", -1))));
      }
    }
    // Threads of the engine may still be there.
    Runtime.getRuntime().halt(0);
  }

  private String answer(List<String> command) throws Exception {
    return switch (command.getFirst()) {
      case "build" -> build(command.get(1));
      case "tune" -> tune(command.get(1));
      case "open" -> {
        Optional<Effort> effort =
            command.size() > 2 ? Optional.of(Effort.of(command.get(2))) : Optional.empty();
        LanceTable opened = LanceTable.open(table(command.get(1)), allocator, effort);
        LanceTable before = tables.put(command.get(1), opened);
        if (before != null) {
          before.close();
        }
        yield "ok " + opened.rows();
      }
      case "ask" ->
          ask(
              tables.get(command.get(1)),
              Peer.Part.valueOf(command.get(2)),
              questions.get(Integer.parseInt(command.get(3))));
      default -> throw new IllegalArgumentException("No such command: " + command);
    };
  }

  private Path table(String kind) {
    return folder.resolve(kind + ".lance");
  }

  private String build(String kind) throws IOException {
    Path work = folder.resolve(kind + LanceChild.UNFINISHED);
    if (Files.exists(work)) {
      Scratch.delete(work);
    }
    LanceTable.write(work, allocator, events);
    if (!kind.equals(PLAIN)) {
      LanceTable.index(work, allocator, IndexType.valueOf(kind));
    }
    Files.move(work, table(kind));
    return "ok";
  }

  /** The quickest effort that finds enough, of those a kind of index has. */
  private String tune(String kind) throws Exception {
    String best = "none";
    double least = Double.POSITIVE_INFINITY;
    for (Effort effort : efforts(IndexType.valueOf(kind))) {
      try (LanceTable table = LanceTable.open(table(kind), allocator, Optional.of(effort))) {
        Latencies latencies = new Latencies();
        int judged = 0;
        int right = 0;
        for (int number = -WARM_UP; number < questions.size(); number++) {
          RecallData.Question question = questions.get(Math.max(0, number));
          if (question.right().length < RecallData.WANTED) {
            break;
          }
          long start = System.nanoTime();
          int[] found = table.byVectors(question.vector());
          if (number >= 0) {
            latencies.add(System.nanoTime() - start);
            judged += RecallData.WANTED;
            right += common(question.right(), found);
          }
        }
        double recall = right / (double) judged;
        Console.progress(
            "LanceDB %s, probes,refine,ef %s: recall@%d %.3f, p50 %.2f ms",
            kind, effort, RecallData.WANTED, recall, latencies.millis(50));
        if (recall >= RECALL_MIN && latencies.millis(50) < least) {
          least = latencies.millis(50);
          best = "%.3f %.3f %s".formatted(least, recall, effort);
        }
      }
    }
    return best;
  }

  private static int common(int[] right, int[] found) {
    Set<Integer> wanted = new HashSet<>();
    Arrays.stream(right).forEach(wanted::add);
    return (int) Arrays.stream(found).limit(RecallData.WANTED).filter(wanted::contains).count();
  }

  private static List<Effort> efforts(IndexType kind) {
    List<Effort> all = new ArrayList<>();
    switch (kind) {
      case IVF_FLAT -> {
        for (int probes : new int[] {1, 2, 4, 8, 16, 32, 64, 128, 256}) {
          all.add(new Effort(probes, 0, 0));
        }
      }
      case IVF_PQ -> {
        for (int probes : new int[] {1, 2, 4, 8, 16, 32}) {
          for (int refine : new int[] {0, 1, 2, 5, 10}) {
            all.add(new Effort(probes, refine, 0));
          }
        }
      }
      case IVF_HNSW_SQ -> {
        for (int refine : new int[] {0, 1}) {
          for (int ef : new int[] {50, 75, 100, 150, 200, 400}) {
            all.add(new Effort(1, refine, ef));
          }
        }
      }
      default -> throw new IllegalArgumentException("No index of vectors here is " + kind);
    }
    return all;
  }

  private String ask(LanceTable table, Peer.Part part, RecallData.Question question)
      throws Exception {
    long start = System.nanoTime();
    int[] found =
        switch (part) {
          case WORDS -> table.byWords(question.text());
          case VECTORS -> table.byVectors(question.vector());
          case BOTH -> table.byBoth(question.text(), question.vector(), beside);
        };
    StringBuilder answer = new StringBuilder().append(System.nanoTime() - start);
    for (int i = 0; i < Math.min(found.length, RecallData.WANTED); i++) {
      answer.append(' ').append(found[i]);
    }
    return answer.toString();
  }
}
