package dev.daybook.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.storage.s3.testing.S3ProxyProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same two weeks on a real S3 server. */
class BucketTest {
  @TempDir private Path folder;

  @Test
  void bothWeeksWorkInABucketThatDidNotExist() throws Exception {
    Path buckets = Files.createDirectory(folder.resolve("buckets"));
    try (var server = S3ProxyProcess.start(buckets)) {
      Jvm run =
          Jvm.run(
              folder,
              Map.of(
                  "AWS_ACCESS_KEY_ID", S3ProxyProcess.ACCESS_KEY,
                  "AWS_SECRET_ACCESS_KEY", S3ProxyProcess.SECRET),
              "--s3",
              server.endpoint().toString(),
              "factory",
              "--prefix",
              "team/a",
              "--no-embeddings");

      assertThat(run.err()).isEmpty();
      assertThat(run.exit()).isZero();
      assertThat(run.out())
          .contains("s3://factory/team/a at " + server.endpoint())
          .containsPattern("planner-1 already tried this \\d+ s ago: exit 2")
          .contains("from 's3://factory/team/a/build-the-checkout/000001/segment/");
    }
    assertThat(buckets.resolve("factory/team/a/build-the-checkout")).isDirectory();
    assertThat(folder.resolve("target/factory")).doesNotExist();
  }
}
