package dev.daybook.benchmarks.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** The plotting library, as it stands in a page. */
final class ChartJs {
  private static final String MAVEN = "META-INF/maven/org.webjars.npm/chart.js/pom.properties";

  private ChartJs() {}

  /** Its source behind its licence. */
  static String source() throws IOException {
    Properties properties = new Properties();
    try (InputStream in = open(MAVEN)) {
      properties.load(in);
    }
    String folder =
        "META-INF/resources/webjars/chart.js/" + properties.getProperty("version") + "/";
    // The comment at its end names a file that is not beside the page.
    String source =
        text(folder + "dist/chart.umd.js").replaceAll("(?m)^//# sourceMappingURL=.*$", "");
    if (source.contains("</script") || source.contains("<!--")) {
      throw new IOException(
          "Chart.js of " + folder + " has what ends a script; it cannot stand in a page");
    }
    return "/*\n" + text(folder + "LICENSE.md").strip() + "\n*/\n" + source.strip();
  }

  private static String text(String name) throws IOException {
    try (InputStream in = open(name)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  private static InputStream open(String name) throws IOException {
    InputStream in = ChartJs.class.getClassLoader().getResourceAsStream(name);
    if (in == null) {
      throw new IOException(
          "No " + name + " on the class path; the jar org.webjars.npm:chart.js is missing");
    }
    return in;
  }
}
