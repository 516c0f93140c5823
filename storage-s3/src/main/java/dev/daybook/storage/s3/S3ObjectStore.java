package dev.daybook.storage.s3;

import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkPlugin;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/**
 * An {@link ObjectStore} in a bucket of S3, or of a server that speaks S3 and honours {@code
 * If-None-Match: *} on PUT.
 *
 * <p>What repeats a failed request: reads, listings, overwrites and deletes are repeated by the
 * SDK, as the client is set up (four attempts where the {@link #builder} made it). A conditional
 * create is sent once: the SDK's retries are off for it, whatever client is used, since a repeated
 * one would meet its own object. Only the answer 409, by which S3 says that nothing was written, is
 * repeated here, at most {@value #CREATE_ATTEMPTS_MAX} times.
 *
 * <p>Times are the server's {@code Date}, so whole seconds. Safe for use by any number of threads;
 * an interrupt ends a call even while it waits for an answer. The bytes given to an interrupted
 * write may still be read for a moment afterwards.
 */
public final class S3ObjectStore implements ObjectStore {
  /** How often a create is sent that is answered 409 each time. */
  private static final int CREATE_ATTEMPTS_MAX = 8;

  private static final Duration PAUSE_FIRST = Duration.ofMillis(25);
  private static final Duration PAUSE_MAX = Duration.ofSeconds(1);
  private static final SdkPlugin SENT_ONCE =
      client ->
          client.overrideConfiguration(
              client.overrideConfiguration().toBuilder()
                  .retryStrategy(AwsRetryStrategy.doNotRetry())
                  .build());

  private final S3Client client;
  private final Ownership ownership;
  private final S3Location location;
  private final S3Failures failures;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final boolean comparesChecksums;
  private final Sleeper sleeper;

  /** When requests and answers carry checksums of their content besides those S3 insists on. */
  public enum Checksums {
    /** Always: CRC-32 of what is written, and of what is read where the server keeps one. */
    WHEN_SUPPORTED,
    /**
     * Only where S3 demands it, and content is sent in one piece. For servers that answer 400 to
     * the checksums of newer SDKs.
     */
    WHEN_REQUIRED
  }

  /** Who closes the client. */
  enum Ownership {
    OWN,
    CALLER
  }

  /** Waits before a create is sent again. */
  @FunctionalInterface
  interface Sleeper {
    void sleep(Duration time) throws InterruptedException;
  }

  S3ObjectStore(
      S3Client client,
      Ownership ownership,
      S3Location location,
      InstantSource clock,
      RandomGenerator random,
      Sleeper sleeper) {
    this.client = Objects.requireNonNull(client, "client");
    this.ownership = ownership;
    this.location = location;
    this.failures = new S3Failures(location, client);
    this.clock = clock;
    this.random = random;
    // The SDK (2.56) compares only where it is told to with each request, whatever its client says.
    this.comparesChecksums =
        client.serviceClientConfiguration().responseChecksumValidation()
            != ResponseChecksumValidation.WHEN_REQUIRED;
    this.sleeper = sleeper;
  }

  /**
   * A store on a client of the caller's, who also closes it, after the store's last use. Region,
   * endpoint, credentials, checksums, time limits and the retries of everything but creates are the
   * client's.
   *
   * @param bucket name of an existing bucket
   * @param prefix what all keys lie below, such as {@code team/factory}; empty for the whole bucket
   * @throws IllegalArgumentException if bucket or prefix cannot be one
   */
  public static S3ObjectStore of(S3Client client, String bucket, String prefix) {
    return over(client, Ownership.CALLER, new S3Location(bucket, prefix));
  }

  /** Sets up a store with a client of its own, which it closes with itself. */
  public static S3ObjectStoreBuilder builder(String bucket) {
    return new S3ObjectStoreBuilder(bucket);
  }

  static S3ObjectStore over(S3Client client, Ownership ownership, S3Location location) {
    return new S3ObjectStore(
        client,
        ownership,
        location,
        InstantSource.system(),
        RandomGenerator.getDefault(),
        Thread::sleep);
  }

  @Override
  public Created createIfAbsent(ObjectKey key, byte[] bytes) throws IOException {
    Objects.requireNonNull(bytes, "bytes");
    var put = put(key).ifNoneMatch("*").overrideConfiguration(c -> c.addPlugin(SENT_ONCE)).build();
    for (int attempt = 1; ; attempt++) {
      var begun = clock.instant();
      try {
        var response =
            S3Calls.run(
                "create " + location.address(key.path()), () -> client.putObject(put, body(bytes)));
        return new Created(Creation.CREATED, answeredAt(response.sdkHttpResponse()));
      } catch (AwsServiceException e) {
        if (e.statusCode() == 412) {
          return new Created(
              Creation.ALREADY_EXISTS, answeredAt(e.awsErrorDetails().sdkHttpResponse()));
        }
        if (!leftNothing(e)) {
          throw failure(S3Action.CREATE, key.path(), e, begun);
        }
        if (attempt == CREATE_ATTEMPTS_MAX) {
          IOException failure = failure(S3Action.CREATE, key.path(), e, begun);
          throw e.statusCode() == 409 ? new NotWrittenException(failure.getMessage(), e) : failure;
        }
      } catch (SdkException e) {
        throw failure(S3Action.CREATE, key.path(), e, begun);
      }
      pause(attempt, key);
    }
  }

  /**
   * Whether the answer says that nothing was written and a repetition may do better: a conflict
   * with another request under way, or a clock that the SDK has now set right.
   */
  private static boolean leftNothing(AwsServiceException e) {
    return e.statusCode() == 409 || S3Failures.code(e).equals("RequestTimeTooSkewed");
  }

  private void pause(int attempt, ObjectKey key) throws IOException {
    long longest = PAUSE_FIRST.toNanos() << (attempt - 1);
    long nanos = random.nextLong(1, Math.min(longest, PAUSE_MAX.toNanos()));
    try {
      sleeper.sleep(Duration.ofNanos(nanos));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw S3Calls.interrupted("create " + location.address(key.path()), "nothing was written");
    }
  }

  @Override
  public void overwrite(ObjectKey key, byte[] bytes) throws IOException {
    Objects.requireNonNull(bytes, "bytes");
    var put = put(key).build();
    call(S3Action.OVERWRITE, key.path(), () -> client.putObject(put, body(bytes)));
  }

  private PutObjectRequest.Builder put(ObjectKey key) {
    return PutObjectRequest.builder().bucket(location.bucket()).key(location.s3Key(key.path()));
  }

  private static RequestBody body(byte[] bytes) {
    return RequestBody.fromContentProvider(
        ContentStreamProvider.fromByteArrayUnsafe(bytes), bytes.length, "application/octet-stream");
  }

  @Override
  public Optional<Stored> get(ObjectKey key) throws IOException {
    var get = getObject(key);
    if (comparesChecksums) {
      get.checksumMode(ChecksumMode.ENABLED);
    }
    var whole = get.build();
    return present(key, () -> stored(client.getObject(whole, S3Content.reader())));
  }

  @Override
  public Optional<Stored> getRange(ObjectKey key, long offset, int length) throws IOException {
    if (offset < 0 || length < 1) {
      throw new IllegalArgumentException(
          "Range of " + length + " bytes from offset " + offset + "; ask for 1 or more, from 0 on");
    }
    long last = offset + Math.min(length - 1L, Long.MAX_VALUE - offset);
    var get = getObject(key).range("bytes=" + offset + "-" + last).build();
    return present(
        key,
        () -> {
          try {
            var content = client.getObject(get, S3Content.reader());
            return content.response().contentRange() == null
                ? part(stored(content), offset, length)
                : stored(content);
          } catch (AwsServiceException e) {
            if (e.statusCode() == 416) {
              return nothingOf(key);
            }
            throw e;
          }
        });
  }

  /** For a server that does not know ranges and sends the whole object. */
  private static Stored part(Stored whole, long offset, int length) {
    int from = (int) Math.min(offset, whole.bytes().length);
    int to = (int) Math.min((long) from + length, whole.bytes().length);
    return new Stored(
        Arrays.copyOfRange(whole.bytes(), from, to), whole.storedAt(), whole.answeredAt());
  }

  /** No bytes of an object: only HEAD tells when it was stored, the answer 416 does not. */
  private Stored nothingOf(ObjectKey key) {
    var s3Key = location.s3Key(key.path());
    var head = client.headObject(request -> request.bucket(location.bucket()).key(s3Key));
    return new Stored(new byte[0], head.lastModified(), answeredAt(head.sdkHttpResponse()));
  }

  private GetObjectRequest.Builder getObject(ObjectKey key) {
    return GetObjectRequest.builder().bucket(location.bucket()).key(location.s3Key(key.path()));
  }

  private Stored stored(S3Content content) {
    return new Stored(
        content.bytes(),
        content.response().lastModified(),
        answeredAt(content.response().sdkHttpResponse()));
  }

  /** Empty for an object that does not exist; a missing bucket or another 404 is a failure. */
  private <T> Optional<T> present(ObjectKey key, Supplier<T> request) throws IOException {
    var begun = clock.instant();
    try {
      return Optional.of(S3Calls.run("read " + location.address(key.path()), request));
    } catch (NoSuchKeyException e) {
      return Optional.empty();
    } catch (SdkException e) {
      throw failure(S3Action.READ, key.path(), e, begun);
    }
  }

  @Override
  public Page list(String prefix, String startAfter, int keysMax) throws IOException {
    if (keysMax < 1 || keysMax > PAGE_KEYS_MAX) {
      throw new IllegalArgumentException(
          "A page of " + keysMax + " keys; ask for 1 to " + PAGE_KEYS_MAX);
    }
    var request =
        ListObjectsV2Request.builder().bucket(location.bucket()).prefix(location.s3Key(prefix));
    var after = printable(startAfter);
    if (!after.isEmpty()) {
      request.startAfter(location.s3Key(after));
    }
    List<Listed> objects = new ArrayList<>();
    ListObjectsV2Response page;
    do {
      // A server may send fewer keys than asked for, or only keys of other programs.
      var next = request.maxKeys(keysMax - objects.size()).build();
      page = call(S3Action.LIST, prefix, () -> client.listObjectsV2(next));
      addTo(objects, page, prefix);
      request.continuationToken(page.nextContinuationToken());
    } while (objects.size() < keysMax && page.isTruncated());
    return new Page(objects, page.isTruncated(), answeredAt(page.sdkHttpResponse()));
  }

  private void addTo(List<Listed> objects, ListObjectsV2Response page, String prefix)
      throws IOException {
    var before = "";
    for (var object : page.contents()) {
      if (object.key().compareTo(before) <= 0) {
        throw new IOException(
            "The listing of "
                + location.address(prefix)
                + " is out of order: '"
                + object.key()
                + "' came after '"
                + before
                + "'; Daybook needs a server that lists in key order");
      }
      before = object.key();
      location
          .key(object.key())
          .ifPresent(key -> objects.add(new Listed(key, object.size(), object.lastModified())));
    }
  }

  /**
   * A place in the order of keys that XML can carry: what follows a control character cannot matter
   * to a key, which has none, and neither can which character beyond {@code ~} it was.
   */
  private static String printable(String startAfter) {
    for (int i = 0; i < startAfter.length(); i++) {
      char c = startAfter.charAt(i);
      if (c < ' ') {
        return startAfter.substring(0, i);
      }
      if (c > '~') {
        return startAfter.substring(0, i) + '~';
      }
    }
    return startAfter;
  }

  @Override
  public void delete(ObjectKey key) throws IOException {
    var s3Key = location.s3Key(key.path());
    call(
        S3Action.DELETE,
        key.path(),
        () -> client.deleteObject(delete -> delete.bucket(location.bucket()).key(s3Key)));
  }

  @Override
  public String describe() {
    return location.address();
  }

  @Override
  public String toString() {
    return describe();
  }

  @Override
  public void close() {
    if (ownership == Ownership.OWN) {
      client.close();
    }
  }

  private <T> T call(S3Action action, String path, Supplier<T> request) throws IOException {
    var begun = clock.instant();
    try {
      return S3Calls.run(action.verb() + " " + location.address(path), request);
    } catch (SdkException e) {
      throw failure(action, path, e, begun);
    }
  }

  private IOException failure(S3Action action, String path, SdkException e, Instant begun) {
    return failures.of(action, path, e, Duration.between(begun, clock.instant()));
  }

  private Instant answeredAt(SdkHttpResponse response) {
    return response
        .firstMatchingHeader("Date")
        .flatMap(S3ObjectStore::date)
        .orElseGet(clock::instant);
  }

  private static Optional<Instant> date(String header) {
    try {
      return Optional.of(DateTimeFormatter.RFC_1123_DATE_TIME.parse(header, Instant::from));
    } catch (DateTimeException unreadable) {
      return Optional.empty();
    }
  }
}
