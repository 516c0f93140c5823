package dev.daybook.storage.s3.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.storage.ObjectKey;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** The double is as strict as S3 where Daybook relies on it, and strict about the rest. */
final class S3DoubleTest {
  private static final String BUCKET = S3Double.BUCKET;
  private static final byte[] BYTES = "0123456789".getBytes(UTF_8);

  private S3Double server;

  @BeforeEach
  void startServer() throws Exception {
    server = S3Double.start();
  }

  @AfterEach
  void stopServer() throws Exception {
    server.close();
  }

  @Test
  void answersExactlyOneOfManyRacingCreatesWithOk() throws Exception {
    int threads = 16;
    var barrier = new CyclicBarrier(threads);
    try (var client = client();
        var executor = Executors.newFixedThreadPool(threads)) {
      for (int round = 0; round < 10; round++) {
        var key = "plan/" + round;
        List<Callable<Integer>> creates = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
          var body = RequestBody.fromString("thread " + thread);
          creates.add(() -> {
            barrier.await();
            return status(
                () -> client.putObject(p -> p.bucket(BUCKET).key(key).ifNoneMatch("*"), body));
          });
        }
        var statuses = new ArrayList<Integer>();
        for (var create : executor.invokeAll(creates)) {
          statuses.add(create.get());
        }
        assertThat(statuses).filteredOn(status -> status == 200).hasSize(1);
        assertThat(statuses).filteredOn(status -> status == 412).hasSize(threads - 1);
        assertThat(new String(server.content(BUCKET, key).orElseThrow(), UTF_8))
            .isEqualTo("thread " + statuses.indexOf(200));
      }
    }
  }

  @Test
  void readsEveryEncodingTheSdkWrites() {
    var large = new byte[300_000];
    new Random(1).nextBytes(large);
    int number = 0;
    for (var when : RequestChecksumCalculation.values()) {
      try (var client = client(b -> b.requestChecksumCalculation(when))) {
        for (var content : List.of(new byte[0], BYTES, large)) {
          for (var algorithm :
              List.of(ChecksumAlgorithm.CRC32, ChecksumAlgorithm.SHA1, ChecksumAlgorithm.SHA256)) {
            var key = "encoding/" + number++;
            client.putObject(
                p -> p.bucket(BUCKET).key(key).checksumAlgorithm(algorithm),
                RequestBody.fromBytes(content));
            assertThat(Arrays.equals(server.content(BUCKET, key).orElseThrow(), content))
                .as("%s %s %d bytes", when, algorithm, content.length)
                .isTrue();
          }
        }
      }
    }
    try (var client = client(b -> b.serviceConfiguration(s -> s.chunkedEncodingEnabled(false)))) {
      client.putObject(p -> p.bucket(BUCKET).key("plain"), RequestBody.fromBytes(large));
      assertThat(Arrays.equals(server.content(BUCKET, "plain").orElseThrow(), large)).isTrue();
    }
  }

  @Test
  void refusesABodyThatIsNotTheOneThatWasSigned() {
    int tamperings = 0;
    for (var when : RequestChecksumCalculation.values()) {
      for (var place : List.of("chunk-signature=", "3456", "x-amz-checksum-crc32:", "signature:")) {
        var tampering = new TamperingClient(place);
        try (var client = client(b -> b.requestChecksumCalculation(when).httpClient(tampering))) {
          int status =
              status(() ->
                  client.putObject(p -> p.bucket(BUCKET).key("a"), RequestBody.fromBytes(BYTES)));
          assertThat(status).as(place + " " + when).isEqualTo(tampering.tampered ? 403 : 200);
          tamperings += tampering.tampered ? 1 : 0;
        }
      }
    }
    assertThat(tamperings).as("all four with a trailer, two without").isEqualTo(6);
    try (var client =
        client(b ->
            b.serviceConfiguration(s -> s.chunkedEncodingEnabled(false))
                .httpClient(new TamperingClient("3456")))) {
      assertThat(
              status(() ->
                  client.putObject(
                      p -> p.bucket(BUCKET).key("plain"), RequestBody.fromBytes(BYTES))))
          .isEqualTo(400);
    }
    assertThat(server.keys(BUCKET)).doesNotContain("plain");
  }

  /** Changes a byte of the body after it was signed: the one after these characters. */
  private static final class TamperingClient implements SdkHttpClient {
    private final SdkHttpClient client = UrlConnectionHttpClient.create();
    private final String place;
    private boolean tampered;

    TamperingClient(String place) {
      this.place = place;
    }

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
      return client.prepareRequest(
          HttpExecuteRequest.builder()
              .request(request.httpRequest())
              .contentStreamProvider(
                  () -> tamper(request.contentStreamProvider().orElseThrow().newStream()))
              .build());
    }

    private InputStream tamper(InputStream body) {
      try (body) {
        var bytes = body.readAllBytes();
        int at = new String(bytes, ISO_8859_1).lastIndexOf(place);
        if (at >= 0) {
          bytes[at + place.length()] ^= 1;
          tampered = true;
        }
        return new ByteArrayInputStream(bytes);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() {
      client.close();
    }
  }

  @Test
  void refusesChecksumsThatDoNotFit() {
    try (var client = client()) {
      assertThat(
              status(() ->
                  client.putObject(
                      p -> p.bucket(BUCKET).key("a").checksumCRC32("AAAAAA=="),
                      RequestBody.fromBytes(BYTES))))
          .isEqualTo(400);
      assertThat(
              status(() ->
                  client.putObject(
                      p -> p.bucket(BUCKET).key("a").contentMD5("AAAAAAAAAAAAAAAAAAAAAA=="),
                      RequestBody.fromBytes(BYTES))))
          .isEqualTo(400);
    }
    assertThat(server.keys(BUCKET)).isEmpty();
  }

  @Test
  void refusesRequestsWithoutASignature() throws Exception {
    server.put(BUCKET, "a", BYTES);
    var answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(server.endpoint().resolve("/factory/a")).build(),
                HttpResponse.BodyHandlers.ofString());

    assertThat(answer.statusCode()).isEqualTo(403);
    assertThat(answer.body()).contains("<Code>AccessDenied</Code>");
    assertThat(answer.headers().firstValue("Date")).isPresent();
    assertThat(answer.headers().firstValue("x-amz-request-id")).isPresent();
  }

  @Test
  void refusesWhatItDoesNotKnow() {
    try (var client = client()) {
      assertThat(status(() -> client.listBuckets())).isEqualTo(501);
      assertThat(status(() -> client.listObjectsV2(l -> l.bucket(BUCKET).delimiter("/"))))
          .isEqualTo(501);
      assertThat(
              status(() ->
                  client.putObject(
                      p -> p.bucket(BUCKET).key("a").ifMatch("\"1\""),
                      RequestBody.fromBytes(BYTES))))
          .isEqualTo(501);
    }
  }

  @Test
  void pagesListingsByTokenAndByKey() {
    for (var key : List.of("a", "b/1", "b/2 & <more>", "b/ü", "c")) {
      server.put(BUCKET, key, BYTES);
    }
    try (var client = client()) {
      var first = client.listObjectsV2(l -> l.bucket(BUCKET).prefix("b/").maxKeys(2));
      assertThat(first.isTruncated()).isTrue();
      assertThat(first.keyCount()).isEqualTo(2);
      assertThat(first.contents()).extracting(o -> o.key()).containsExactly("b/1", "b/2 & <more>");
      var second =
          client.listObjectsV2(l ->
              l.bucket(BUCKET)
                  .prefix("b/")
                  .maxKeys(2)
                  .continuationToken(first.nextContinuationToken()));
      assertThat(second.contents()).extracting(o -> o.key()).containsExactly("b/ü");
      assertThat(second.isTruncated()).isFalse();
      assertThat(client.listObjectsV2(l -> l.bucket(BUCKET).startAfter("b/1")).contents())
          .extracting(o -> o.key())
          .containsExactly("b/2 & <more>", "b/ü", "c");
      assertThat(client.listObjectsV2(l -> l.bucket(BUCKET).maxKeys(0)).contents()).isEmpty();
    }
  }

  @Test
  void drawsTheSameFaultsForTheSameSeed() {
    var kinds = new S3Fault[] {S3Fault.CONFLICT, S3Fault.BODY_TRUNCATED, S3Fault.SLOW_DOWN};
    var one = S3Faults.seeded(7, 0.5, kinds);
    var other = S3Faults.seeded(7, 0.5, kinds);
    int faults = 0;
    var operations = List.of(S3Operation.values());
    for (int request = 0; request < 2_000; request++) {
      var operation = operations.get(request % operations.size());
      var fault = one.next(operation, "a");
      assertThat(other.next(operation, "a")).isEqualTo(fault);
      assertThat(fault.fits(operation)).isTrue();
      faults += fault == S3Fault.NONE ? 0 : 1;
    }
    assertThat(faults).isBetween(700, 1_100);
  }

  @Test
  void drawsLatenciesWithTheAskedQuantiles() {
    var latency = new S3Latency(Duration.ofMillis(30), Duration.ofMillis(90));
    var random = new Random(1);
    var millis =
        random.longs(20_000).map(ignored -> latency.draw(random).toMillis()).sorted().toArray();

    assertThat(millis[10_000]).isBetween(28L, 32L);
    assertThat(millis[19_800]).isBetween(80L, 100L);
  }

  @Test
  void takesItsTime() throws Exception {
    var latency = new S3Latency(Duration.ofMillis(40), Duration.ofMillis(40));
    try (var slow = S3Double.builder().latency(latency, 1).start();
        var store = slow.storeBuilder().build()) {
      store.get(ObjectKey.of("warm"));
      long begun = System.nanoTime();
      store.get(ObjectKey.of("timed"));
      assertThat(Duration.ofNanos(System.nanoTime() - begun))
          .isGreaterThanOrEqualTo(Duration.ofMillis(39));
    }
  }

  @Test
  void landsLateWritesByItselfWhenTold() throws Exception {
    try (var late = S3Double.builder().landLateWithin(3).start();
        var store = late.storeBuilder().build()) {
      late.fail(S3Operation.CREATE, S3Fault.LATE);
      assertThatThrownBy(() -> store.createIfAbsent(ObjectKey.of("a"), BYTES))
          .isInstanceOf(IOException.class);
      assertThat(late.content(BUCKET, "a")).isEmpty();
      for (int request = 0; request < 3; request++) {
        store.list("", "", 1);
      }
      assertThat(late.content(BUCKET, "a")).contains(BYTES);
    }
  }

  @Test
  void ignoresConditionsWhenTold() throws Exception {
    try (var store = server.storeBuilder().build()) {
      store.createIfAbsent(ObjectKey.of("a"), BYTES);
      server.fail(S3Operation.CREATE, S3Fault.CONDITION_IGNORED);

      assertThat(store.createIfAbsent(ObjectKey.of("a"), new byte[1]).isNew()).isTrue();
      assertThat(server.content(BUCKET, "a")).contains(new byte[1]);
    }
  }

  private interface Request {
    void send();
  }

  private static int status(Request request) {
    try {
      request.send();
      return 200;
    } catch (S3Exception e) {
      return e.statusCode();
    }
  }

  private S3Client client() {
    return client(b -> {});
  }

  private S3Client client(Consumer<S3ClientBuilder> settings) {
    var builder =
        S3Client.builder()
            .endpointOverride(server.endpoint())
            .region(Region.of(S3Double.REGION))
            .forcePathStyle(true)
            .overrideConfiguration(o -> o.retryStrategy(AwsRetryStrategy.doNotRetry()))
            .credentialsProvider(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(S3Double.ACCESS_KEY, S3Double.SECRET)));
    settings.accept(builder);
    return builder.build();
  }
}
