package dev.daybook.storage.s3;

import dev.daybook.storage.s3.testing.S3Double;
import java.net.URI;
import java.time.Duration;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.s3.S3Client;

/** Clients such as a host brings along. */
final class Clients {
  /** How often they send a request that fails each time. */
  static final int ATTEMPTS = 3;

  private Clients() {}

  /** A client that repeats whatever the SDK thinks repeatable, without pauses. */
  static S3Client eager(URI endpoint, ExecutionInterceptor... interceptors) {
    return S3Client.builder()
        .endpointOverride(endpoint)
        .region(Region.of(S3Double.REGION))
        .forcePathStyle(true)
        .credentialsProvider(
            StaticCredentialsProvider.create(
                AwsBasicCredentials.create(S3Double.ACCESS_KEY, S3Double.SECRET)))
        .httpClientBuilder(UrlConnectionHttpClient.builder().socketTimeout(Duration.ofSeconds(20)))
        .overrideConfiguration(override -> {
          override.retryStrategy(
              AwsRetryStrategy.standardRetryStrategy().toBuilder()
                  .maxAttempts(ATTEMPTS)
                  .backoffStrategy(BackoffStrategy.retryImmediately())
                  .throttlingBackoffStrategy(BackoffStrategy.retryImmediately())
                  .build());
          for (var interceptor : interceptors) {
            override.addExecutionInterceptor(interceptor);
          }
        })
        .build();
  }
}
