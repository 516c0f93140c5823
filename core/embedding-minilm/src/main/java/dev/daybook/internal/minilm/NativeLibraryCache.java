package dev.daybook.internal.minilm;

import ai.onnxruntime.OrtEnvironment;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Unpacks ONNX Runtime's native libraries once a user and version. Left to itself, ONNX Runtime
 * unpacks them into {@code java.io.tmpdir} at each start and cannot always clean up.
 *
 * <p>In any doubt (a read-only home, a folder of another user, a volume without execution,
 * libraries for other devices beside these) everything is left to ONNX Runtime.
 */
final class NativeLibraryCache {
  private static final Logger LOG = LoggerFactory.getLogger(NativeLibraryCache.class);
  private static final String RESOURCES = "/ai/onnxruntime/native/";
  private static final List<String> LIBRARIES = List.of("onnxruntime", "onnxruntime4j_jni");

  /** Execution providers look for their libraries beside the main one, so it must not move. */
  private static final List<String> DEVICE_LIBRARIES =
      List.of(
          "onnxruntime_providers_cuda",
          "onnxruntime_providers_tensorrt",
          "onnxruntime_providers_rocm",
          "onnxruntime_providers_openvino",
          "onnxruntime_providers_dnnl",
          "onnxruntime_providers_qnn",
          "webgpu_dawn");

  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");

  private NativeLibraryCache() {}

  /**
   * The system properties that point ONNX Runtime to the unpacked libraries; may be empty.
   *
   * @param wanted a folder; empty for {@code daybook} under the user's cache folder, {@code none}
   *     to leave everything to ONNX Runtime
   */
  static Map<String, String> locate(String wanted) {
    if (wanted.equals("none") || isSetByHost()) {
      return Map.of();
    }
    try {
      Optional<Path> folder = wanted.isEmpty() ? userFolder() : Optional.of(Path.of(wanted));
      return folder.isEmpty() ? Map.of() : unpackInto(folder.get().toAbsolutePath());
    } catch (IOException | RuntimeException e) {
      LOG.debug("ONNX Runtime unpacks its libraries itself, because of {}", e.toString());
      return Map.of();
    }
  }

  private static boolean isSetByHost() {
    return System.getProperties().stringPropertyNames().stream()
        .anyMatch(name -> name.startsWith("onnxruntime.native."));
  }

  private static Map<String, String> unpackInto(Path root) throws IOException {
    String name = RESOURCES + platform() + "/" + System.mapLibraryName(LIBRARIES.getFirst());
    URL resource = OrtEnvironment.class.getResource(name);
    if (resource == null || !(resource.openConnection() instanceof JarURLConnection connection)) {
      return Map.of();
    }
    connection.setUseCaches(false);
    try (JarFile jar = connection.getJarFile()) {
      String entry = connection.getEntryName();
      return unpackInto(root, jar, entry.substring(0, entry.lastIndexOf('/') + 1));
    }
  }

  private static Map<String, String> unpackInto(Path root, JarFile jar, String prefix)
      throws IOException {
    for (String device : DEVICE_LIBRARIES) {
      if (jar.getJarEntry(prefix + System.mapLibraryName(device)) != null) {
        return Map.of();
      }
    }
    Map<String, String> properties = new HashMap<>();
    for (String library : LIBRARIES) {
      JarEntry entry = jar.getJarEntry(prefix + System.mapLibraryName(library));
      if (entry == null) {
        return Map.of();
      }
      // Both in one folder, which the first names: the second library is linked to the first.
      Path folder = privateFolder(root.resolve(folderName(jar, prefix)));
      Path file = folder.resolve(System.mapLibraryName(library));
      if (!isIntact(file, entry)) {
        unpack(jar, entry, file);
      }
      if (!Files.isExecutable(file)) {
        return Map.of();
      }
      properties.put("onnxruntime.native." + library + ".path", file.toString());
    }
    return properties;
  }

  private static String folderName(JarFile jar, String prefix) {
    StringBuilder name = new StringBuilder("onnxruntime");
    for (String library : LIBRARIES) {
      JarEntry entry = jar.getJarEntry(prefix + System.mapLibraryName(library));
      name.append('-').append(entry == null ? "none" : Long.toHexString(entry.getCrc()));
    }
    return name.toString();
  }

  /** Loading code from a folder that others may write to would let them run theirs. */
  private static Path privateFolder(Path folder) throws IOException {
    boolean posix = folder.getFileSystem().supportedFileAttributeViews().contains("posix");
    FileAttribute<?>[] attributes =
        posix
            ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
            : new FileAttribute<?>[0];
    Files.createDirectories(folder, attributes);
    if (posix) {
      Set<PosixFilePermission> granted = Files.getPosixFilePermissions(folder);
      Path home = Path.of(System.getProperty("user.home"));
      if (granted.contains(PosixFilePermission.GROUP_WRITE)
          || granted.contains(PosixFilePermission.OTHERS_WRITE)
          || !Files.getOwner(folder).equals(Files.getOwner(home))) {
        throw new IOException(folder + " is not private to the owner of " + home);
      }
    }
    return folder;
  }

  private static boolean isIntact(Path file, JarEntry entry) throws IOException {
    if (!Files.isRegularFile(file) || Files.size(file) != entry.getSize()) {
      return false;
    }
    try (var in = new CheckedInputStream(Files.newInputStream(file), new CRC32())) {
      byte[] buffer = new byte[1 << 16];
      int read = 0;
      while (read >= 0) {
        read = in.read(buffer);
      }
      return in.getChecksum().getValue() == entry.getCrc();
    }
  }

  /** Processes that do this at once each move a whole file into place. */
  private static void unpack(JarFile jar, JarEntry entry, Path file) throws IOException {
    Path partial = Files.createTempFile(file.getParent(), "partial-", ".tmp");
    try {
      try (InputStream in = jar.getInputStream(entry)) {
        Files.copy(in, partial, StandardCopyOption.REPLACE_EXISTING);
      }
      if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
        Files.setPosixFilePermissions(partial, OWNER_ONLY);
      }
      Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(partial);
    }
  }

  /** ONNX Runtime's name of this platform, such as {@code linux-x64}. */
  private static String platform() {
    String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch");
    return (os.startsWith("mac") ? "osx" : os.startsWith("windows") ? "win" : os)
        + "-"
        + (arch.equals("amd64") || arch.equals("x86_64") ? "x64" : arch);
  }

  private static Optional<Path> userFolder() {
    String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    Path home = Path.of(System.getProperty("user.home", ""));
    if (!home.isAbsolute() || !Files.isDirectory(home)) {
      return Optional.empty();
    }
    if (os.startsWith("mac")) {
      return Optional.of(home.resolve("Library/Caches/daybook"));
    }
    String variable = os.startsWith("windows") ? "LOCALAPPDATA" : "XDG_CACHE_HOME";
    String set = System.getenv().getOrDefault(variable, "");
    Path caches = set.isEmpty() ? home.resolve(".cache") : Path.of(set);
    return caches.isAbsolute() ? Optional.of(caches.resolve("daybook")) : Optional.empty();
  }
}
