package dev.daybook.benchmarks.report;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What this machine is. */
final class Machine {
  private static final double GIB = 1L << 30;

  private Machine() {}

  static List<Head.Line> lines() {
    List<Head.Line> lines = new ArrayList<>();
    String model =
        valueIn(Path.of("/proc/cpuinfo"), "model name").map(name -> " x " + name).orElse("");
    lines.add(new Head.Line("Processors", Runtime.getRuntime().availableProcessors() + model));
    if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
      lines.add(
          new Head.Line(
              "Memory",
              "%s, of which a suite's heap may take %s"
                  .formatted(
                      gib(system.getTotalMemorySize()), gib(Runtime.getRuntime().maxMemory()))));
    }
    String name =
        valueIn(Path.of("/etc/os-release"), "PRETTY_NAME")
            .map(text -> text.replace("\"", ""))
            .orElse(System.getProperty("os.name"));
    lines.add(
        new Head.Line(
            "Operating system",
            "%s, %s %s, %s"
                .formatted(
                    name,
                    System.getProperty("os.name"),
                    System.getProperty("os.version"),
                    System.getProperty("os.arch"))));
    lines.add(new Head.Line("Disk of scratch folders", disk()));
    lines.add(
        new Head.Line(
            "JDK",
            "%s %s (%s)"
                .formatted(
                    System.getProperty("java.vm.name"),
                    Runtime.version(),
                    System.getProperty("java.vendor"))));
    lines.add(new Head.Line("Flags of each JVM", String.join(" ", Jvm.flags())));
    return lines;
  }

  private static String disk() {
    Path scratch = Path.of(System.getProperty("java.io.tmpdir"));
    try {
      FileStore store = Files.getFileStore(scratch);
      return "%s, %s of %s free"
          .formatted(store.type(), gib(store.getUsableSpace()), gib(store.getTotalSpace()));
    } catch (IOException e) {
      return "unknown";
    }
  }

  private static String gib(long bytes) {
    return String.format(Locale.ROOT, "%.1f GiB", bytes / GIB);
  }

  /** The first value of a name in a file of lines {@code name: value} or {@code name=value}. */
  static Optional<String> valueIn(Path file, String name) {
    try {
      return Files.exists(file)
          ? Files.readAllLines(file).stream()
              .filter(line -> line.startsWith(name))
              .map(line -> line.substring(name.length()).strip())
              .filter(rest -> rest.startsWith(":") || rest.startsWith("="))
              .map(rest -> rest.substring(1).strip())
              .findFirst()
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
