package dev.daybook.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore;
import dev.daybook.storage.ObjectStoreContract;
import dev.daybook.storage.s3.S3ObjectStore.Checksums;
import dev.daybook.storage.s3.testing.S3ProxyProcess;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract on somebody else's server. Not the one of races: s3proxy is no judge of them. */
final class S3ProxyContractTest extends ObjectStoreContract {
  private static final String BUCKET = "contract";
  private static final AtomicInteger PREFIXES = new AtomicInteger();
  private static S3ProxyProcess server;

  @TempDir static Path folder;

  @BeforeAll
  static void startServer() throws Exception {
    server = S3ProxyProcess.start(folder);
    server.createBucket(BUCKET);
  }

  @AfterAll
  static void stopServer() throws Exception {
    if (server != null) {
      server.close();
    }
  }

  @Override
  protected ObjectStore freshStore() {
    // With a checksum in the trailer s3proxy now and then hangs up after its answer.
    return server
        .storeBuilder(BUCKET)
        .checksums(Checksums.WHEN_REQUIRED)
        .prefix("test-" + PREFIXES.incrementAndGet())
        .build();
  }

  /**
   * s3proxy keeps objects as files, so the key of a folder is taken; reads still tell them apart.
   */
  @Test
  @Override
  protected void neverMixesUpAnObjectAndAFolderOfTheSameName() throws Exception {
    try (var store = freshStore()) {
      store.createIfAbsent(ObjectKey.of("a"), new byte[1]);
      store.createIfAbsent(ObjectKey.of("c/d"), new byte[2]);

      assertThat(store.get(ObjectKey.of("a/b"))).isEmpty();
      assertThat(store.get(ObjectKey.of("c"))).isEmpty();
      assertThat(store.list("", "", 10).objects())
          .extracting(listed -> listed.key().path())
          .containsExactly("a", "c/d");
    }
  }

  @Test
  void bringsNothingOfItsOwnOntoTheClassPath() {
    assertThat(System.getProperty("java.class.path"))
        .doesNotContain("s3proxy-")
        .doesNotContain("jetty")
        .doesNotContain("guava");
  }
}
