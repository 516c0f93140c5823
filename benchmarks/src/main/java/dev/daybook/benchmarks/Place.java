package dev.daybook.benchmarks;

import dev.daybook.Daybook;
import dev.daybook.recall.Embedder;
import dev.daybook.storage.ObjectStore;
import dev.daybook.storage.local.LocalObjectStore;
import dev.daybook.storage.s3.testing.S3Double;
import dev.daybook.storage.s3.testing.S3DoubleProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a suite measures: a fresh folder of the local disk, or a double of S3 in a process of its
 * own that takes as long to answer as S3 does. Closing it removes all.
 */
public final class Place implements AutoCloseable {
  /** What the double takes to answer, in milliseconds. */
  private static final String P50 = "30";

  private static final String P99 = "90";

  private final ScratchFolder scratch;
  private final Optional<S3DoubleProcess> s3;

  private Place(ScratchFolder scratch, Optional<S3DoubleProcess> s3) {
    this.scratch = scratch;
    this.s3 = s3;
  }

  /** A place on the local disk, or on the double. */
  static Place of(boolean onS3) throws IOException {
    ScratchFolder scratch = ScratchFolder.of("daybook-benchmark-");
    return new Place(
        scratch,
        onS3 ? Optional.of(S3DoubleProcess.start("--p50", P50, "--p99", P99)) : Optional.empty());
  }

  /** A place on the local disk. */
  public static Place onDisk() throws IOException {
    return of(false);
  }

  /** A place on a double of S3. */
  public static Place onDouble() throws IOException {
    return of(true);
  }

  /** A store there, of its own. */
  public ObjectStore store() {
    return open(address());
  }

  /** What another process gives to {@link #open}. */
  String address() {
    return s3.map(server -> server.endpoint().toString())
        .orElse(scratch.resolve("store").toString());
  }

  /** A store at an address. */
  static ObjectStore open(String address) {
    return address.startsWith("http:")
        ? S3Double.connect(URI.create(address)).prefix("benchmark").build()
        : LocalObjectStore.at(Path.of(address));
  }

  /** An engine without vectors on a store, with a cache below this place. */
  public Daybook.Builder engine(ObjectStore store) {
    return Daybook.on(store).embedder(Embedder.none()).cache(folder("cache"), 4L << 30);
  }

  /** A folder for files of the suite's own. */
  public Path folder(String name) {
    return scratch.resolve(name);
  }

  /** For the head of a result. */
  public String describe() throws IOException {
    return s3.isPresent()
        ? "double of S3 on 127.0.0.1, answers in %s ms (p50), %s ms (p99)".formatted(P50, P99)
        : "local disk, " + Files.getFileStore(scratch.path()).type();
  }

  @Override
  public void close() throws IOException {
    for (S3DoubleProcess server : s3.stream().toList()) {
      server.close();
    }
    scratch.close();
  }
}
