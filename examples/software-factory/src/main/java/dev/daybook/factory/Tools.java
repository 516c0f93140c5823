package dev.daybook.factory;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.daybook.event.ToolCall;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;

/** The commands agents run on the tree: all real, with real output and exit codes. */
final class Tools {
  private static final Pattern PUBLIC_TYPE =
      Pattern.compile(
          "^public (?:(?:abstract|final|sealed|non-sealed|static|strictfp) )*"
              + "(?:class|interface|record|enum|@interface) (\\w+)");
  private static final Duration TIME_MAX = Duration.ofSeconds(60);
  private static final int OUTPUT_CHARS_MAX = 16_000;

  private final Path tree;
  private final ToolProvider javac;
  private final Path classes;

  /**
   * Tools on this tree; compiled classes go to a scratch folder, the same for all agents, so that
   * equal commands read the same whoever runs them.
   */
  Tools(Path tree, Path classes) {
    this.tree = tree;
    this.classes = classes;
    this.javac =
        ToolProvider.findFirst("javac")
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "This Java has no compiler; run the software factory with a JDK"));
  }

  /** How many lines files have. */
  static ToolCall count(List<String> files) {
    return call("wc", "-l", files);
  }

  /** Where a file says that something is left to do. */
  static ToolCall search(String file) {
    return call("grep", "-nE", List.of("TODO|FIXME", file));
  }

  /** Which sources of the tree have a word. */
  static ToolCall searchTree(String word) {
    return call("grep", "-rliw --include=*.java --exclude-dir=target", List.of(word, "."));
  }

  /** Whether a file is one of the sources. */
  boolean isSource(Path file) {
    Path path = file.toAbsolutePath().normalize();
    return path.startsWith(tree) && path.toString().endsWith(".java");
  }

  /** Compiles a file alone, which works only if it needs no other. */
  ToolCall compile(String file) {
    return call("javac", "-proc:none -cp none -d " + classes, List.of(file));
  }

  /** Parses files, and stops before names are resolved. */
  ToolCall parse(List<String> files) {
    return call("javac", "-proc:none -XDshould-stop.ifNoError=PARSE -d " + classes, files);
  }

  /** Looks whether public types say what they are. */
  static ToolCall documentation(String file) {
    return call("doccheck", "", List.of(file));
  }

  private static ToolCall call(String tool, String options, List<String> operands) {
    List<String> words = new ArrayList<>(List.of(tool));
    if (!options.isEmpty()) {
      words.add(options);
    }
    words.addAll(operands);
    String[] files = operands.stream().filter(one -> one.endsWith(".java")).toArray(String[]::new);
    return ToolCall.of(tool, String.join(" ", words)).reading(files);
  }

  /** Runs a call that one of the methods above made, in the folder of the tree. */
  ToolCall run(ToolCall call) throws IOException, InterruptedException {
    String[] words = call.arguments().split(" ", -1);
    long began = System.nanoTime();
    ToolCall ran =
        switch (call.tool()) {
          case "javac" -> javac(call, words);
          case "doccheck" -> documented(call, words[1]);
          default -> process(call, words);
        };
    return ran.took(Duration.ofNanos(System.nanoTime() - began));
  }

  /** In this process, since a compiler that has to be started first takes a second. */
  private ToolCall javac(ToolCall call, String[] words) {
    StringWriter output = new StringWriter();
    PrintWriter writer = new PrintWriter(output);
    String[] arguments = new String[words.length - 1];
    for (int i = 1; i < words.length; i++) {
      arguments[i - 1] = words[i].endsWith(".java") ? tree.resolve(words[i]).toString() : words[i];
    }
    int exit = javac.run(writer, writer, arguments);
    return ended(call, exit, output.toString().replace(tree + "/", ""));
  }

  private ToolCall documented(ToolCall call, String file) throws IOException {
    String before = "";
    List<String> found = new ArrayList<>();
    for (String line : Files.readAllLines(tree.resolve(file))) {
      Matcher matcher = PUBLIC_TYPE.matcher(line);
      if (matcher.find() && !before.endsWith("*/")) {
        found.add("error: public type " + matcher.group(1) + " says nothing of what it is");
      }
      if (!line.isBlank() && !line.startsWith("@")) {
        before = line.strip();
      }
    }
    return ended(call, found.isEmpty() ? 0 : 1, String.join("\n", found));
  }

  private ToolCall process(ToolCall call, String[] words) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(words).directory(tree.toFile()).redirectErrorStream(true).start();
    try {
      process.getOutputStream().close();
      ByteArrayOutputStream output = new ByteArrayOutputStream();
      process.getInputStream().transferTo(output);
      if (!process.waitFor(TIME_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
        return call.timedOut(TIME_MAX);
      }
      // grep's exit code 1 says that it found nothing, which is an answer and no failure.
      return call.tool().equals("grep") && process.exitValue() == 1
          ? call.exit(1)
          : ended(call, process.exitValue(), output.toString(UTF_8));
    } finally {
      process.destroyForcibly();
    }
  }

  private static ToolCall ended(ToolCall call, int exit, String output) {
    String kept = output.substring(0, Math.min(output.length(), OUTPUT_CHARS_MAX));
    ToolCall ended = call.output(kept).exit(exit);
    return exit == 0 ? ended : ended.softFail(error(kept));
  }

  /** What went wrong, in a line: the first that says "error", else the first. */
  private static String error(String output) {
    return output
        .lines()
        .filter(line -> line.toLowerCase(Locale.ROOT).contains("error"))
        .findFirst()
        .or(() -> output.lines().findFirst())
        .orElse("no output")
        .replaceFirst("^.*?error: ", "")
        .strip();
  }

  /** The number in the last line of what {@code wc -l} answered; 0 if there is none. */
  static long lines(String output) {
    String last = output.lines().reduce("", (before, line) -> line).strip();
    Matcher matcher = Pattern.compile("^(\\d+)").matcher(last);
    return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
  }
}
