package dev.daybook.benchmarks;

import dev.daybook.Daybook;
import dev.daybook.recall.Embedder;
import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore;
import dev.daybook.storage.local.LocalObjectStore;
import dev.daybook.storage.s3.testing.S3Double;
import dev.daybook.storage.s3.testing.S3DoubleProcess;
import dev.daybook.storage.s3.testing.S3Latency;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Where a suite measures: a fresh folder of the local disk, or a double of S3 in a process of its
 * own that takes as long to answer as S3 does. Closing it removes all.
 */
public final class Place implements AutoCloseable {
  /** What every double of S3 takes to answer, wherever it runs. */
  public static final S3Latency OF_S3 = new S3Latency(Duration.ofMillis(30), Duration.ofMillis(90));

  /** The double, for the head of a result. */
  public static final String S3_DESCRIBED =
      "double of S3 on 127.0.0.1, answers in %s ms (p50), %s ms (p99)"
          .formatted(OF_S3.p50().toMillis(), OF_S3.p99().toMillis());

  private final ScratchFolder scratch;
  private final Optional<S3DoubleProcess> s3;

  private Place(ScratchFolder scratch, Optional<S3DoubleProcess> s3) {
    this.scratch = scratch;
    this.s3 = s3;
  }

  /** A place on the local disk, or on the double. */
  static Place of(boolean onS3) throws IOException {
    ScratchFolder scratch = ScratchFolder.of("daybook-benchmark-");
    return new Place(scratch, onS3 ? Optional.of(startDouble()) : Optional.empty());
  }

  private static S3DoubleProcess startDouble() throws IOException {
    return S3DoubleProcess.start(
        "--p50",
        Long.toString(OF_S3.p50().toMillis()),
        "--p99",
        Long.toString(OF_S3.p99().toMillis()));
  }

  /** Copies every object of a store to an empty one. */
  public static void copy(ObjectStore from, ObjectStore to) throws IOException {
    String after = "";
    for (boolean more = true; more; ) {
      ObjectStore.Page page = from.list("", after, ObjectStore.PAGE_KEYS_MAX);
      for (ObjectStore.Listed object : page.objects()) {
        ObjectKey key = object.key();
        to.createIfAbsent(key, from.get(key).orElseThrow().bytes());
        after = key.path();
      }
      more = page.more() && !page.objects().isEmpty();
    }
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
        ? S3_DESCRIBED
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
