package dev.daybook.storage.s3.testing;

import dev.daybook.storage.s3.S3ObjectStore;
import dev.daybook.storage.s3.S3ObjectStoreBuilder;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * An s3proxy in a process of its own: a real S3 server, over a folder. Good for one writer at a
 * time; no judge of races.
 *
 * <p>Its jars are on no class path of the tests: the build of storage-s3 lists them in {@code
 * target/s3proxy.classpath}, which is looked for in this module's folder, from the working folder
 * upwards. Starting takes 2 to 6 seconds, so start it once a class.
 */
public final class S3ProxyProcess implements AutoCloseable {
  /** The one access key it knows. */
  public static final String ACCESS_KEY = "PROXYACCESSKEY";

  /** The secret of {@link #ACCESS_KEY}. */
  public static final String SECRET = "proxy/secret+key";

  private static final Path LAUNCHER = Path.of("src", "test", "s3proxy", "S3ProxyServer.java");

  private final ServerProcess server;
  private final Path folder;

  private S3ProxyProcess(ServerProcess server, Path folder) {
    this.server = server;
    this.folder = folder;
  }

  /**
   * Starts one.
   *
   * @param folder keeps its buckets, each a folder; made if missing
   */
  public static S3ProxyProcess start(Path folder) throws IOException {
    var module = module();
    var classPath = module.resolve(Path.of("target", "s3proxy.classpath"));
    if (!Files.exists(classPath)) {
      throw new IOException(
          "No " + classPath + "; run: mvn -pl storage-s3 -am generate-test-resources");
    }
    var server =
        ServerProcess.start(
            Files.readString(classPath),
            List.of(module.resolve(LAUNCHER).toString(), folder.toString(), ACCESS_KEY, SECRET),
            module.resolve(Path.of("target", "s3proxy.log")));
    return new S3ProxyProcess(server, folder);
  }

  private static Path module() throws IOException {
    var here = Path.of("").toAbsolutePath();
    return Stream.iterate(Optional.of(here), Optional::isPresent, at -> at.map(Path::getParent))
        .flatMap(Optional::stream)
        .flatMap(at -> Stream.of(at, at.resolve("storage-s3")))
        .filter(at -> Files.exists(at.resolve(LAUNCHER)))
        .findFirst()
        .orElseThrow(
            () -> new IOException("Neither " + here + " nor a folder above it has storage-s3"));
  }

  /** Where it listens. */
  public URI endpoint() {
    return server.endpoint();
  }

  /** Makes a bucket. */
  public void createBucket(String name) throws IOException {
    Files.createDirectory(folder.resolve(name));
  }

  /** A builder of stores in a bucket here; give it a prefix. */
  public S3ObjectStoreBuilder storeBuilder(String bucket) {
    return S3ObjectStore.builder(bucket)
        .endpoint(endpoint())
        .pathStyle()
        .credentials(ACCESS_KEY, SECRET);
  }

  /** The id of the process. */
  public long pid() {
    return server.pid();
  }

  /** Ends it; the folder stays. */
  @Override
  public void close() throws IOException {
    server.close();
  }
}
