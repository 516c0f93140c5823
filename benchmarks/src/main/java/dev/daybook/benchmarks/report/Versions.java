package dev.daybook.benchmarks.report;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;

/** Which versions of the libraries and peers are on the class path. */
final class Versions {
  private static final Pattern NAMED = Pattern.compile("(.+?)-(\\d.*)\\.jar");

  /** What a page calls each, by the name of its artifact. */
  private static final Map<String, String> TOLD = new LinkedHashMap<>();

  static {
    TOLD.put("lucene-core", "Lucene");
    TOLD.put("parquet-hadoop", "Parquet");
    TOLD.put("arrow-vector", "Arrow");
    TOLD.put("onnxruntime", "ONNX Runtime");
    TOLD.put("s3", "AWS SDK");
    TOLD.put("sqlite-jdbc", "SQLite");
    TOLD.put("duckdb_jdbc", "DuckDB");
    TOLD.put("lance-core", "Lance");
    TOLD.put("jmh-core", "JMH");
    TOLD.put("chart.js", "Chart.js");
  }

  private Versions() {}

  static List<Head.Line> ofClassPath() {
    List<Path> jars =
        Pattern.compile(File.pathSeparator, Pattern.LITERAL)
            .splitAsStream(System.getProperty("java.class.path"))
            .filter(entry -> entry.endsWith(".jar"))
            .map(Path::of)
            .toList();
    return TOLD.entrySet().stream()
        .map(one -> new Head.Line(one.getValue(), of(one.getKey(), jars)))
        .toList();
  }

  private static String of(String artifact, List<Path> jars) {
    return jars.stream()
        .filter(jar -> artifactOf(jar).equals(artifact))
        .map(jar -> version(jar, artifact))
        .findFirst()
        .orElse("not on the class path");
  }

  private static String artifactOf(Path jar) {
    String name = jar.getFileName().toString();
    Matcher matcher = NAMED.matcher(name);
    return matcher.matches() ? matcher.group(1) : name.substring(0, name.length() - 4);
  }

  /** As its properties of Maven say, else its manifest, else its name. */
  static String version(Path jar, String artifact) {
    try (JarFile file = new JarFile(jar.toFile())) {
      Optional<String> byMaven = byMaven(file, artifact);
      Optional<String> found = byMaven.isPresent() ? byMaven : byManifest(file);
      if (found.isPresent()) {
        return found.get();
      }
    } catch (IOException e) {
      return "unknown: " + e;
    }
    Matcher matcher = NAMED.matcher(jar.getFileName().toString());
    return matcher.matches() ? matcher.group(2) : "unknown";
  }

  private static Optional<String> byMaven(JarFile file, String artifact) throws IOException {
    Optional<ZipEntry> entry =
        file.stream()
            .map(ZipEntry.class::cast)
            .filter(one -> one.getName().startsWith("META-INF/maven/"))
            .filter(one -> one.getName().endsWith("/" + artifact + "/pom.properties"))
            .findFirst();
    if (entry.isEmpty()) {
      return Optional.empty();
    }
    Properties properties = new Properties();
    try (InputStream in = file.getInputStream(entry.get())) {
      properties.load(in);
    }
    return Optional.ofNullable(properties.getProperty("version"));
  }

  private static Optional<String> byManifest(JarFile file) throws IOException {
    Manifest manifest = file.getManifest();
    return manifest == null
        ? Optional.empty()
        : Optional.ofNullable(manifest.getMainAttributes().getValue("Implementation-Version"))
            // Lucene says after it from which commit it was built, and by whom.
            .map(version -> version.replaceFirst(" .*", ""));
  }
}
