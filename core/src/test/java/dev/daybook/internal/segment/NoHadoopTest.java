package dev.daybook.internal.segment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.internal.entry.Row;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Hosts get no Hadoop jar. Tests have it on their class path, so a JVM without it writes and reads.
 */
class NoHadoopTest {
  /** What the child does: everything a segment can be asked. */
  static final class Child {
    private Child() {}

    /** Writes a segment and reads it in every way, then prints how many rows it saw. */
    public static void main(String[] args) throws Exception {
      List<Row> rows = Rows.some(500, new Random(1));
      Path file = Files.createTempFile(Path.of(args[0]), "segment", ".parquet");
      Files.write(file, SegmentWriter.write(Rows.WORKSPACE, rows));
      SegmentReader reader = SegmentReader.open(file, Rows.WORKSPACE);
      int[] seen = new int[1];
      reader.forEach(row -> seen[0]++);
      reader.forEachPlanRow(0, row -> seen[0]++);
      seen[0] += reader.rows(new int[] {3, 400}).size() + reader.ids().size();
      System.out.println("rows seen: " + seen[0]);
    }
  }

  @Test
  void loadsNoHadoopClass(@TempDir Path folder) throws Exception {
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(entry -> !Path.of(entry).getFileName().toString().startsWith("hadoop-"))
            .collect(Collectors.joining(File.pathSeparator));
    Path output = folder.resolve("classes.txt");
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-verbose:class",
                Child.class.getName(),
                folder.toString())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().put("CLASSPATH", classPath);
    Process child = builder.start();
    try {
      assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      child.destroyForcibly();
    }
    List<String> lines = Files.readAllLines(output);
    assertThat(lines.stream().filter(line -> line.startsWith("rows seen: ")).findFirst())
        .hasValueSatisfying(line ->
            assertThat(Integer.parseInt(line.substring("rows seen: ".length())))
                .isGreaterThan(1_002));
    assertThat(lines).anyMatch(line -> line.contains("org.apache.parquet.hadoop.ParquetWriter "));
    assertThat(lines.stream().filter(line -> line.contains("org.apache.hadoop."))).isEmpty();
    assertThat(child.exitValue()).isZero();
  }
}
