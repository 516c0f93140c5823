package dev.daybook.storage.s3.testing;

import dev.daybook.storage.s3.S3ObjectStoreBuilder;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An {@link S3Double} in a process of its own, for tests of several processes. */
public final class S3DoubleProcess implements AutoCloseable {
  private final ServerProcess server;

  private S3DoubleProcess(ServerProcess server) {
    this.server = server;
  }

  /** Starts one, with the arguments of {@link S3Double#main}, on this process's class path. */
  public static S3DoubleProcess start(String... arguments) throws IOException {
    var command = new ArrayList<>(List.of(S3Double.class.getName()));
    command.addAll(List.of(arguments));
    var log = Files.createTempFile(Files.createDirectories(Path.of("target")), "s3double-", ".log");
    return new S3DoubleProcess(
        ServerProcess.start(System.getProperty("java.class.path"), command, log));
  }

  /** Where it listens; other processes reach it with {@link S3Double#connect}. */
  public URI endpoint() {
    return server.endpoint();
  }

  /** A builder of stores in {@link S3Double#BUCKET} there; give it a prefix. */
  public S3ObjectStoreBuilder storeBuilder() {
    return S3Double.connect(endpoint());
  }

  /** The id of the process. */
  public long pid() {
    return server.pid();
  }

  /** Ends it, and what it kept with it. */
  @Override
  public void close() throws IOException {
    server.close();
  }
}
