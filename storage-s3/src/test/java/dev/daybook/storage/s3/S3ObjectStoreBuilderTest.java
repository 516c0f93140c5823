package dev.daybook.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.storage.ObjectKey;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class S3ObjectStoreBuilderTest {
  @ParameterizedTest
  @ValueSource(strings = {"", "s3://bucket", "bucket/prefix", "my bucket", "büro"})
  void refusesWhatIsNoBucket(String bucket) {
    assertThatThrownBy(() -> S3ObjectStore.builder(bucket))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + bucket + "' is no bucket");
  }

  @Test
  void refusesADirectoryBucket() {
    assertThatThrownBy(() -> S3ObjectStore.builder("factory--usw2-az1--x-s3"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no order");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/a", "a/", "a//b", "a/../b", "a b", "ä"})
  void refusesWhatIsNoPrefix(String prefix) {
    assertThatThrownBy(() -> S3ObjectStore.builder("factory").prefix(prefix))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + prefix + "'");
  }

  @Test
  void leavesRoomForTheLongestKeyAfterThePrefix() {
    var longest = "p".repeat(200) + "/" + "q".repeat(200) + "/" + "r".repeat(109);
    assertThat(longest).hasSize(S3Location.PREFIX_LENGTH_MAX);

    var location = new S3Location("factory", longest);

    var key = "k".repeat(200) + "/" + "l".repeat(200) + "/" + "m".repeat(110);
    assertThat(location.s3Key(ObjectKey.of(key).path())).hasSize(1_024);
    assertThat(location.key(location.s3Key(key))).contains(ObjectKey.of(key));
    assertThatThrownBy(() -> new S3Location("factory", longest + "s"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("512 characters");
  }

  @Test
  void takesBucketsByTheirArn() {
    var arn = "arn:aws:s3:eu-west-1:123456789012:accesspoint/factory";
    assertThat(new S3Location(arn, "a").address()).isEqualTo("s3://" + arn + "/a");
  }

  @Test
  void refusesEndpointsTimesAndRegionsThatCannotBe() {
    var builder = S3ObjectStore.builder("factory");
    assertThatThrownBy(() -> builder.endpoint(URI.create("localhost:9000")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("localhost:9000");
    assertThatThrownBy(() -> builder.callTimeout(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("callTimeout is PT0S");
    assertThatThrownBy(() -> builder.region(" "))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("region");
  }

  @Test
  void saysHowToNameARegionWhenNoneIsFound() {
    // The build keeps the places where the SDK would look for one empty.
    assertThatThrownBy(() -> S3ObjectStore.builder("factory").credentials("AK", "SK").build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("bucket 'factory'")
        .hasMessageContaining("AWS_REGION");
  }
}
