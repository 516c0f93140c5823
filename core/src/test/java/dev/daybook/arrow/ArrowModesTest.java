package dev.daybook.arrow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.Daybook;
import dev.daybook.Session;
import dev.daybook.Workspace;
import dev.daybook.event.Actor;
import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.recall.Embedder;
import dev.daybook.recall.Filter;
import dev.daybook.recall.Query;
import dev.daybook.storage.MemoryObjectStore;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a host gets that has Arrow and the flag, not the flag, not Arrow, no allocator, or an older
 * Arrow: each a JVM of its own, since neither flag nor class path can be changed in this one.
 */
class ArrowModesTest {
  private static final String FLAG = "--add-opens=java.base/java.nio=ALL-UNNAMED";

  @TempDir private Path folder;

  /** The host: works with a workspace, then exports. */
  static final class Host {
    private Host() {}

    /** Prints what it found, and what came of the export. */
    public static void main(String[] args) throws Exception {
      try (Daybook daybook =
              Daybook.on(new MemoryObjectStore())
                  .embedder(Embedder.none())
                  .cache(Path.of(args[0]), 1 << 30)
                  .open();
          Workspace workspace = daybook.create("w");
          Session session = workspace.startSession(Actor.agent("coder-7"))) {
        for (int i = 0; i < 10; i++) {
          session.record(ToolCall.of("bash", "run " + i).touching("a/" + i)).await();
        }
        workspace.compact();
        session.record(Observation.of("seen by the tail")).await();
        int found = workspace.traces().find(Filter.any()).entries().size();
        int hits = workspace.recall(Query.of("tail")).list().size();
        System.out.println("found " + found + ", recalled " + hits);
        try {
          System.out.println("exported " + Export.of(workspace));
        } catch (IllegalStateException e) {
          System.out.println("refused: " + e.getMessage());
        }
      }
    }
  }

  /** Apart from the host, as its code that names Arrow would be. */
  private static final class Export {
    private Export() {}

    static String of(Workspace workspace) throws Exception {
      try (ArrowReader reader = EventBatches.of(workspace.traces()).open(Filter.any())) {
        Map<String, Map<String, Object>> rows = EventBatchesTest.rows(reader);
        boolean isFound =
            EventBatchesTest.seen(rows)
                .equals(EventBatchesTest.found(workspace.traces(), Filter.any(), workspace.id()));
        return "%d rows, %s, by %s"
            .formatted(
                rows.size(),
                isFound ? "as found" : "not as found",
                ArrowReader.class.getProtectionDomain().getCodeSource().getLocation());
      }
    }
  }

  private List<String> host(Predicate<String> stays, String added, String... flags)
      throws Exception {
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(entry -> stays.test(Path.of(entry).getFileName().toString()))
            .collect(Collectors.joining(File.pathSeparator));
    Path output = folder.resolve("output.txt");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-verbose:class"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of(flags));
    command.addAll(List.of(Host.class.getName(), folder.resolve("cache").toString()));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().put("CLASSPATH", classPath + added);
    Process child = builder.start();
    try {
      assertThat(child.waitFor(120, TimeUnit.SECONDS)).isTrue();
    } finally {
      child.destroyForcibly();
    }
    List<String> lines = Files.readAllLines(output);
    assertThat(lines)
        .as("what works whatever there is of Arrow")
        .anyMatch(said("found 12, recalled "));
    return lines;
  }

  private static Predicate<String> said(String beginning) {
    return line -> line.startsWith(beginning);
  }

  private static String line(List<String> lines, String beginning) {
    return lines.stream().filter(said(beginning)).findFirst().orElse(beginning + " was not said");
  }

  @Test
  void exportsWithArrowAndItsFlagAndLoadsNoneOfItBefore() throws Exception {
    List<String> lines = host(entry -> true, "", FLAG);
    assertThat(line(lines, "exported")).contains("12 rows, as found");
    int found = lines.indexOf(line(lines, "found"));
    assertThat(lines.subList(0, found)).noneMatch(line -> line.contains("org.apache.arrow."));
    assertThat(lines.subList(found, lines.size()))
        .anyMatch(line -> line.contains("org.apache.arrow."));
  }

  @Test
  void saysWhichFlagIsMissingAndHowToGiveIt() throws Exception {
    List<String> lines = host(entry -> true, "");
    assertThat(line(lines, "refused"))
        .contains("java.nio", FLAG, "<argLine>" + FLAG + "</argLine>", "Gradle", "Add-Opens");
  }

  @Test
  void worksWithoutArrowAndNamesWhatTheExportNeeds() throws Exception {
    List<String> lines = host(entry -> !isOfArrow(entry), "");
    assertThat(line(lines, "refused"))
        .contains("org.apache.arrow:arrow-vector", "org.apache.arrow:arrow-memory-unsafe");
  }

  @Test
  void saysThatThereIsNoAllocator() throws Exception {
    List<String> lines = host(entry -> !entry.startsWith("arrow-memory-unsafe"), "", FLAG);
    assertThat(line(lines, "refused")).contains("org.apache.arrow:arrow-memory-unsafe");
  }

  @Test
  void exportsWithArrow17InstalledByTheHost() throws Exception {
    Path older = Path.of(System.getProperty("daybook.arrow17.classpath.file"));
    List<String> lines =
        host(
            entry -> !isOfArrow(entry), File.pathSeparator + Files.readString(older).strip(), FLAG);
    assertThat(line(lines, "exported")).contains("12 rows, as found", "arrow-vector-17.0.0.jar");
  }

  private static boolean isOfArrow(String entry) {
    return entry.startsWith("arrow-") || entry.startsWith("flatbuffers-");
  }
}
