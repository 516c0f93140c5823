package dev.daybook.storage.s3;

import dev.daybook.storage.s3.S3ObjectStore.Checksums;
import dev.daybook.storage.s3.S3ObjectStore.Ownership;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/**
 * Sets up an {@link S3ObjectStore} with a client of its own. Without {@link #credentials} and
 * {@link #region} both are looked for where the AWS SDK looks: system properties, environment,
 * profile, the role of the machine. Not safe for use by several threads.
 */
public final class S3ObjectStoreBuilder {
  private static final int ATTEMPTS_MAX = 4;

  private final String bucket;
  private final S3ClientBuilder client = S3Client.builder();
  private final UrlConnectionHttpClient.Builder http =
      UrlConnectionHttpClient.builder()
          .connectionTimeout(Duration.ofSeconds(5))
          .socketTimeout(Duration.ofSeconds(20));
  private String prefix = "";
  private String region = "";
  private String endpoint = "";
  private Duration callTimeout = Duration.ofMinutes(5);

  S3ObjectStoreBuilder(String bucket) {
    this.bucket = new S3Location(bucket, "").bucket();
  }

  /**
   * What all keys lie below, such as {@code team/factory}; the whole bucket if not called.
   *
   * @throws IllegalArgumentException if it has illegal characters or a slash at either end
   */
  public S3ObjectStoreBuilder prefix(String prefix) {
    this.prefix = new S3Location(bucket, prefix).prefix();
    return this;
  }

  /** The bucket's region, such as {@code eu-west-1}. */
  public S3ObjectStoreBuilder region(String region) {
    if (region.isBlank()) {
      throw new IllegalArgumentException("The region is blank; name one, such as 'eu-west-1'");
    }
    this.region = region;
    return this;
  }

  /**
   * Where another server than AWS answers, such as {@code http://127.0.0.1:7480}. Most want {@link
   * #pathStyle} too. The region is then {@code us-east-1} unless {@link #region} is called.
   */
  public S3ObjectStoreBuilder endpoint(URI endpoint) {
    if (endpoint.getScheme() == null || endpoint.getHost() == null) {
      throw new IllegalArgumentException(
          "Endpoint '" + endpoint + "' needs a scheme and a host, like 'https://s3.example.org'");
    }
    client.endpointOverride(endpoint);
    this.endpoint = endpoint.toString();
    return this;
  }

  /** Names the bucket in the path of requests, not in the host name. */
  public S3ObjectStoreBuilder pathStyle() {
    client.forcePathStyle(true);
    return this;
  }

  /** A fixed access key and its secret. */
  public S3ObjectStoreBuilder credentials(String accessKey, String secret) {
    client.credentialsProvider(
        StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKey, secret)));
    return this;
  }

  /** Which checksums to send and compare; {@link Checksums#WHEN_SUPPORTED} if not called. */
  public S3ObjectStoreBuilder checksums(Checksums checksums) {
    client
        .requestChecksumCalculation(RequestChecksumCalculation.fromValue(checksums.name()))
        .responseChecksumValidation(ResponseChecksumValidation.fromValue(checksums.name()))
        // Older Ceph refuses an empty object that comes in chunks.
        .serviceConfiguration(
            s3 -> s3.chunkedEncodingEnabled(checksums == Checksums.WHEN_SUPPORTED));
    return this;
  }

  /** How long to wait for a connection; 5 seconds if not called. */
  public S3ObjectStoreBuilder connectTimeout(Duration time) {
    http.connectionTimeout(positive(time, "connectTimeout"));
    return this;
  }

  /** How long one request may go without a byte from the server; 20 seconds if not called. */
  public S3ObjectStoreBuilder idleTimeout(Duration time) {
    http.socketTimeout(positive(time, "idleTimeout"));
    return this;
  }

  /**
   * How long one call may take in all, its repetitions and their pauses included; 5 minutes if not
   * called. A slow line needs more for objects of hundreds of megabytes.
   */
  public S3ObjectStoreBuilder callTimeout(Duration time) {
    callTimeout = positive(time, "callTimeout");
    return this;
  }

  /**
   * The store. Sends nothing yet: a missing bucket or wrong credentials show at the first call.
   *
   * @throws IllegalStateException if no region is set and the AWS SDK finds none
   */
  public S3ObjectStore build() {
    if (!region.isEmpty() || !endpoint.isEmpty()) {
      client.region(Region.of(region.isEmpty() ? "us-east-1" : region));
    }
    client
        .httpClientBuilder(http)
        .overrideConfiguration(override ->
            override
                .apiCallTimeout(callTimeout)
                .retryStrategy(
                    AwsRetryStrategy.standardRetryStrategy().toBuilder()
                        .maxAttempts(ATTEMPTS_MAX)
                        .build()));
    try {
      return S3ObjectStore.over(client.build(), Ownership.OWN, new S3Location(bucket, prefix));
    } catch (SdkClientException e) {
      throw new IllegalStateException(
          "Cannot set up a client for bucket '"
              + bucket
              + "'; if no region was found, call region(…) or set AWS_REGION: "
              + e.getMessage(),
          e);
    }
  }

  private static Duration positive(Duration time, String name) {
    Objects.requireNonNull(time, name);
    if (time.isNegative() || time.isZero()) {
      throw new IllegalArgumentException(name + " is " + time + "; it has to be longer than zero");
    }
    return time;
  }
}
