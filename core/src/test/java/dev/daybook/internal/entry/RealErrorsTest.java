package dev.daybook.internal.entry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Fingerprints of real failures: those of trace rows ({@code *.jsonl.gz}) in the folder that {@code
 * -Dtraces=DIR} names; skipped without it.
 */
class RealErrorsTest {
  private static final Pattern CLASS = Pattern.compile("\\b(\\w+(?:Error|Exception))\\b");

  private static final List<String> OUTPUTS = new ArrayList<>();

  @BeforeAll
  static void read() throws IOException {
    String folder = System.getProperty("traces", "");
    assumeTrue(!folder.isEmpty(), "-Dtraces=DIR names no folder of traces");
    try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of(folder), "*.jsonl.gz")) {
      for (Path file : files) {
        read(file);
      }
    }
    assertThat(OUTPUTS).as("failures in " + folder).isNotEmpty();
  }

  private static void read(Path file) throws IOException {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode row = Json.tree(line);
        String status = row.path("status").asText();
        String output = row.path("output").asText();
        // What people wrote to each other is no output of a tool, unless it says how one ended.
        boolean isTool =
            !row.path("tool").asText().equals("message")
                && row.path("agent").asText().contains("/");
        boolean failed = isTool && (status.equals("error") || status.equals("timeout"));
        if ((failed || output.startsWith("exitcode: 1")) && !output.isBlank()) {
          OUTPUTS.add(output);
        }
      }
    }
  }

  /** The same output as another run in another place prints it. */
  private static String elsewhere(String output) {
    String other = output.replace("/testbed/", "/home/ann/work-3/repo/");
    other = other.replaceAll("/opt/\\w+/envs/\\w+/", "/usr/local/env/");
    other = other.replaceAll("0x[0-9a-f]{9,}", "0x55d0c0ffee10");
    other = other.replaceAll("\\bin \\d+\\.\\d+s", "in 71.03s");
    other = other.replaceAll("\\bline \\d+", "line 4711");
    other = other.replaceAll("\\b\\d+ (failed|passed|warnings)\\b", "93 $1");
    return other.replaceAll("/tmp/\\w+", "/tmp/tmpq8zk_2x1");
  }

  @Test
  void theSameFailureElsewhereHasTheSameFingerprint() {
    int same = 0;
    Set<String> apart = new TreeSet<>();
    for (String output : OUTPUTS) {
      String other = elsewhere(output);
      if (Fingerprint.ofError(output).equals(Fingerprint.ofError(other))) {
        same++;
      } else {
        apart.add(ErrorText.telling(output) + "  //  " + ErrorText.telling(other));
      }
    }
    assertThat((double) same / OUTPUTS.size())
        .as("%d of %d; apart: %s", same, OUTPUTS.size(), apart)
        .isGreaterThan(0.98);
  }

  @Test
  void failuresOfOneFingerprintHaveOneClass() {
    Map<String, Set<String>> classes = new TreeMap<>();
    for (String output : OUTPUTS) {
      String telling = ErrorText.telling(output);
      Matcher named = CLASS.matcher(telling);
      classes
          .computeIfAbsent(Fingerprint.folded(telling), folded -> new TreeSet<>())
          .add(named.find() ? named.group(1) : "");
    }
    assertThat(classes.size()).isLessThan(OUTPUTS.size());
    assertThat(classes).allSatisfy((folded, named) -> assertThat(named).hasSize(1));
  }
}
