package dev.daybook.storage.s3;

import static org.assertj.core.api.Assertions.fail;

import dev.daybook.storage.s3.S3ObjectStore.Checksums;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A bucket on the Ceph gateway that the profile {@code ceph} asks for; made by the first test, a
 * prefix of its own for each.
 */
final class CephBucket {
  private static final URI ENDPOINT =
      URI.create(System.getProperty("ceph.endpoint", "http://127.0.0.1:7480"));
  private static final String ACCESS_KEY = System.getProperty("ceph.accessKey", "AK");
  private static final String SECRET = System.getProperty("ceph.secret", "SK");
  private static final String BUCKET = "daybook-contract";
  private static final String RUN = Long.toString(ProcessHandle.current().pid());
  private static final AtomicInteger PREFIXES = new AtomicInteger();

  private CephBucket() {}

  static S3ObjectStore freshStore() {
    if (PREFIXES.get() == 0) {
      create();
    }
    return S3ObjectStore.builder(BUCKET)
        .endpoint(ENDPOINT)
        .pathStyle()
        .credentials(ACCESS_KEY, SECRET)
        .checksums(Checksums.WHEN_REQUIRED)
        .prefix("run-" + RUN + "/test-" + PREFIXES.incrementAndGet())
        .build();
  }

  private static void create() {
    try (var client =
        S3Client.builder()
            .endpointOverride(ENDPOINT)
            .region(Region.US_EAST_1)
            .forcePathStyle(true)
            .httpClientBuilder(UrlConnectionHttpClient.builder())
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create(ACCESS_KEY, SECRET)))
            .build()) {
      client.createBucket(bucket -> bucket.bucket(BUCKET));
    } catch (SdkClientException e) {
      fail(
          "No Ceph gateway answers at "
              + ENDPOINT
              + ": start one, or name another with -Dceph.endpoint=http://host:port"
              + " -Dceph.accessKey=… -Dceph.secret=…, or leave the profile ceph out",
          e);
    }
  }
}
