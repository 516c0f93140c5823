package dev.daybook.storage.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore.Creation;
import dev.daybook.storage.ObjectStore.Listed;
import dev.daybook.storage.ObjectStore.NotWrittenException;
import dev.daybook.storage.s3.S3ObjectStore.Checksums;
import dev.daybook.storage.s3.S3ObjectStore.Ownership;
import dev.daybook.storage.s3.testing.S3Double;
import dev.daybook.storage.s3.testing.S3Fault;
import dev.daybook.storage.s3.testing.S3Operation;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;

/** What is sent how often, and what comes of it, when requests fail. */
final class S3ObjectStoreTest {
  private static final ObjectKey KEY = ObjectKey.of("plan/00000000000000000001.json");
  private static final ObjectKey OTHER = ObjectKey.of("log/01JX/000000000001.ndjson.zst");
  private static final byte[] BYTES = "operation 7f3a".getBytes(UTF_8);

  private final List<Duration> pauses = Collections.synchronizedList(new ArrayList<>());
  private S3Double server;
  private S3Client client;
  private S3ObjectStore store;

  @BeforeEach
  void startServer() throws Exception {
    server = S3Double.start();
    client = Clients.eager(server.endpoint());
    store = storeOn(client);
  }

  @AfterEach
  void stopServer() throws Exception {
    client.close();
    server.close();
  }

  private S3ObjectStore storeOn(S3Client aClient) {
    return new S3ObjectStore(
        aClient,
        Ownership.CALLER,
        new S3Location(S3Double.BUCKET, "team/factory"),
        InstantSource.system(),
        new Random(1),
        pauses::add);
  }

  // Creates

  @Test
  void sendsACreateOnceWhateverTheClientWouldRepeat() throws Exception {
    for (var fault :
        List.of(
            S3Fault.ERROR_BEFORE,
            S3Fault.ERROR_AFTER,
            S3Fault.SLOW_DOWN,
            S3Fault.REQUEST_LOST,
            S3Fault.RESPONSE_LOST)) {
      server.resetRequests();
      var key = ObjectKey.of("plan/" + fault);
      // A connection that is kept alive, on which Java's own HTTP client is tempted to try again.
      assertThat(store.get(key)).isEmpty();
      server.fail(S3Operation.CREATE, fault);

      assertThatThrownBy(() -> store.createIfAbsent(key, BYTES))
          .as(fault.name())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("plan/" + fault)
          .hasMessageContaining("s3://factory/team/factory")
          .hasMessageContaining("not known whether the object was created");
      assertThat(server.requests()).containsEntry(S3Operation.CREATE, 1L);
    }
    assertThat(pauses).isEmpty();
  }

  @Test
  void theBuildersClientSendsACreateOnceToo() throws Exception {
    try (var built = server.storeBuilder().build()) {
      server.fail(S3Operation.CREATE, S3Fault.ERROR_BEFORE);

      assertThatThrownBy(() -> built.createIfAbsent(KEY, BYTES)).isInstanceOf(IOException.class);

      assertThat(server.requests()).isEqualTo(Map.of(S3Operation.CREATE, 1L));
    }
  }

  @Test
  void showsTheObjectOfACreateWhoseAnswerWasLost() throws Exception {
    server.fail(S3Operation.CREATE, S3Fault.RESPONSE_LOST);
    assertThatThrownBy(() -> store.createIfAbsent(KEY, BYTES)).isInstanceOf(IOException.class);

    assertThat(store.get(KEY).orElseThrow().bytes()).isEqualTo(BYTES);
    assertThat(store.createIfAbsent(KEY, BYTES).creation()).isEqualTo(Creation.ALREADY_EXISTS);
  }

  @Test
  void aCreateGivenUpMayLandLater() throws Exception {
    server.fail(S3Operation.CREATE, S3Fault.LATE);
    assertThatThrownBy(() -> store.createIfAbsent(KEY, BYTES)).isInstanceOf(IOException.class);
    assertThat(store.get(KEY)).isEmpty();

    assertThat(server.landLate()).isEqualTo(1);

    assertThat(store.get(KEY).orElseThrow().bytes()).isEqualTo(BYTES);
  }

  @Test
  void aLateCreateLosesAgainstWhatIsThere() throws Exception {
    server.fail(S3Operation.CREATE, S3Fault.LATE);
    assertThatThrownBy(() -> store.createIfAbsent(KEY, BYTES)).isInstanceOf(IOException.class);
    store.overwrite(KEY, new byte[] {1});

    server.landLate();

    assertThat(store.get(KEY).orElseThrow().bytes()).containsExactly(1);
  }

  @Test
  void repeatsACreateThatMetAConflict() throws Exception {
    server.fail(S3Operation.CREATE, S3Fault.CONFLICT, S3Fault.CONFLICT, S3Fault.CONFLICT);

    assertThat(store.createIfAbsent(KEY, BYTES).isNew()).isTrue();

    assertThat(server.requests()).isEqualTo(Map.of(S3Operation.CREATE, 4L));
    assertThat(pauses).hasSize(3).allSatisfy(p -> assertThat(p).isPositive());
    assertThat(pauses.get(0)).isLessThanOrEqualTo(Duration.ofMillis(25));
    assertThat(pauses.get(2)).isLessThanOrEqualTo(Duration.ofMillis(100));
  }

  @Test
  void givesUpOnACreateThatMeetsConflictsOnly() {
    server.fail(
        S3Operation.CREATE, Collections.nCopies(9, S3Fault.CONFLICT).toArray(S3Fault[]::new));

    assertThatThrownBy(() -> store.createIfAbsent(KEY, BYTES))
        .isInstanceOf(NotWrittenException.class)
        .hasMessageContaining("409 ConditionalRequestConflict")
        .hasMessageContaining("nothing was written");

    assertThat(server.requests()).isEqualTo(Map.of(S3Operation.CREATE, 8L));
    assertThat(pauses).hasSize(7).allMatch(p -> p.compareTo(Duration.ofSeconds(1)) <= 0);
  }

  @Test
  void repeatsACreateThatWasSignedByAWrongClock() throws Exception {
    try (var ahead =
            S3Double.builder().clock(() -> Instant.now().plus(Duration.ofHours(1))).start();
        var aClient = Clients.eager(ahead.endpoint())) {
      var created = storeOn(aClient).createIfAbsent(KEY, BYTES);

      assertThat(created.isNew()).isTrue();
      assertThat(created.answeredAt()).isAfter(Instant.now().plus(Duration.ofMinutes(59)));
      assertThat(ahead.requests()).isEqualTo(Map.of(S3Operation.CREATE, 2L));
    }
  }

  @Test
  void anInterruptEndsThePauseBetweenCreates() {
    var interrupting =
        new S3ObjectStore(
            client,
            Ownership.CALLER,
            new S3Location(S3Double.BUCKET, ""),
            InstantSource.system(),
            new Random(1),
            pause -> {
              throw new InterruptedException();
            });
    server.fail(S3Operation.CREATE, S3Fault.CONFLICT);

    assertThatThrownBy(() -> interrupting.createIfAbsent(KEY, BYTES))
        .isInstanceOf(InterruptedIOException.class)
        .hasMessageContaining("nothing was written");
    assertThat(Thread.interrupted()).isTrue();
  }

  // The rest, which the SDK repeats

  @Test
  void repeatsReadsListingsOverwritesAndDeletes() throws Exception {
    store.createIfAbsent(KEY, BYTES);
    server.resetRequests();
    for (var operation :
        List.of(
            S3Operation.GET,
            S3Operation.GET_RANGE,
            S3Operation.LIST,
            S3Operation.OVERWRITE,
            S3Operation.DELETE)) {
      server.fail(operation, S3Fault.ERROR_AFTER, S3Fault.RESPONSE_LOST);
    }

    assertThat(store.get(KEY).orElseThrow().bytes()).isEqualTo(BYTES);
    assertThat(store.getRange(KEY, 10, 4).orElseThrow().bytes()).isEqualTo("7f3a".getBytes(UTF_8));
    assertThat(store.list("", "", 10).objects()).extracting(Listed::key).containsExactly(KEY);
    store.overwrite(OTHER, BYTES);
    store.delete(KEY);

    assertThat(server.requests())
        .isEqualTo(
            Map.of(
                S3Operation.GET, 3L,
                S3Operation.GET_RANGE, 3L,
                S3Operation.LIST, 3L,
                S3Operation.OVERWRITE, 3L,
                S3Operation.DELETE, 3L));
    assertThat(server.keys(S3Double.BUCKET)).containsExactly("team/factory/" + OTHER);
  }

  @Test
  void readsAgainWhatWasCutOffOrDamaged() throws Exception {
    store.createIfAbsent(KEY, BYTES);
    server.fail(S3Operation.GET, S3Fault.BODY_TRUNCATED, S3Fault.BIT_FLIPPED);
    server.fail(S3Operation.GET_RANGE, S3Fault.BODY_TRUNCATED);

    assertThat(store.get(KEY).orElseThrow().bytes()).isEqualTo(BYTES);
    assertThat(store.getRange(KEY, 0, 9).orElseThrow().bytes())
        .isEqualTo("operation".getBytes(UTF_8));
    assertThat(server.requests(S3Operation.GET)).isEqualTo(3);
    assertThat(server.requests(S3Operation.GET_RANGE)).isEqualTo(2);
  }

  @Test
  void neverHandsOutAPartOfABody() throws Exception {
    store.createIfAbsent(KEY, BYTES);
    server.fail(
        S3Operation.GET, S3Fault.BODY_TRUNCATED, S3Fault.BODY_TRUNCATED, S3Fault.BODY_TRUNCATED);

    assertThatThrownBy(() -> store.get(KEY))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("the body ")
        .hasMessageContaining("3 attempts");

    server.fail(S3Operation.GET, S3Fault.BIT_FLIPPED, S3Fault.BIT_FLIPPED, S3Fault.BIT_FLIPPED);
    assertThatThrownBy(() -> store.get(KEY))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("checksum")
        .hasMessageContaining("3 attempts");
  }

  @Test
  void doesWithoutChecksumsWhereTheServerHasNone() throws Exception {
    try (var without = server.storeBuilder().checksums(Checksums.WHEN_REQUIRED).build()) {
      without.createIfAbsent(KEY, BYTES);
      assertThat(without.get(KEY).orElseThrow().bytes()).isEqualTo(BYTES);

      server.fail(S3Operation.GET, S3Fault.BIT_FLIPPED);
      assertThat(without.get(KEY).orElseThrow().bytes()).isNotEqualTo(BYTES);
    }
  }

  @Test
  void saysThatTheServerThrottles() {
    server.fail(S3Operation.GET, S3Fault.SLOW_DOWN, S3Fault.SLOW_DOWN, S3Fault.SLOW_DOWN);

    assertThatThrownBy(() -> store.get(KEY))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("503 SlowDown")
        .hasMessageContaining("3 attempts")
        .hasMessageContaining("fewer requests");
  }

  // Time and interruption

  @Test
  void takesTheTimeOfTheServer() throws Exception {
    var then = Instant.now().plus(Duration.ofMinutes(3));
    try (var ahead = S3Double.builder().clock(() -> then).start();
        var aheadStore = ahead.storeBuilder().build()) {
      var time = Instant.ofEpochSecond(then.getEpochSecond());

      assertThat(aheadStore.createIfAbsent(KEY, BYTES).answeredAt()).isEqualTo(time);
      assertThat(aheadStore.createIfAbsent(KEY, BYTES).answeredAt()).isEqualTo(time);
      var stored = aheadStore.get(KEY).orElseThrow();
      assertThat(stored.answeredAt()).isEqualTo(time);
      assertThat(stored.storedAt()).isEqualTo(time);
      assertThat(aheadStore.getRange(KEY, 99, 1).orElseThrow().storedAt()).isEqualTo(time);
      assertThat(aheadStore.list("", "", 1).answeredAt()).isEqualTo(time);
    }
  }

  @Test
  void takesItsOwnTimeWhereTheServerSaysNone() throws Exception {
    var withoutDate =
        new ExecutionInterceptor() {
          @Override
          public SdkHttpResponse modifyHttpResponse(
              Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
            return context.httpResponse().toBuilder().removeHeader("Date").build();
          }
        };
    var own = Instant.parse("2026-11-24T12:00:00Z");
    try (var aClient = Clients.eager(server.endpoint(), withoutDate)) {
      var timed =
          new S3ObjectStore(
              aClient,
              Ownership.CALLER,
              new S3Location(S3Double.BUCKET, ""),
              () -> own,
              new Random(1),
              pauses::add);

      assertThat(timed.createIfAbsent(KEY, BYTES).answeredAt()).isEqualTo(own);
    }
  }

  @Test
  void anInterruptEndsACallThatWaitsForAnAnswer() throws Exception {
    server.fail(S3Operation.CREATE, S3Fault.NO_ANSWER);
    var call =
        new FutureTask<>(() -> {
          try {
            return store.createIfAbsent(KEY, BYTES).toString();
          } catch (InterruptedIOException e) {
            return Thread.currentThread().isInterrupted() + " " + e.getMessage();
          }
        });
    var thread = Thread.ofPlatform().start(call);
    await(() -> server.content(S3Double.BUCKET, "team/factory/" + KEY).isPresent());

    long begun = System.nanoTime();
    thread.interrupt();

    assertThat(call.get()).startsWith("true ").contains("create s3://factory/team/factory/" + KEY);
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5));
    // The connection is given up too, not only the wait for it.
    await(() -> server.connections() == 0);
  }

  @Test
  void sendsNothingForAThreadAlreadyInterrupted() {
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> store.createIfAbsent(KEY, BYTES))
          .isInstanceOf(InterruptedIOException.class)
          .hasMessageContaining("nothing was sent");
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void endsACallAtItsTimeLimit() throws Exception {
    try (var hasty = server.storeBuilder().callTimeout(Duration.ofMillis(300)).build()) {
      hasty.overwrite(OTHER, BYTES);
      server.fail(S3Operation.CREATE, S3Fault.NO_ANSWER);

      assertThatThrownBy(() -> hasty.createIfAbsent(KEY, BYTES))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("no answer in time")
          .hasMessageContaining("not known whether the object was created");
      assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }
  }

  @Test
  void endsARequestThatStandsStill() throws Exception {
    try (var hasty = server.storeBuilder().idleTimeout(Duration.ofMillis(200)).build()) {
      server.fail(S3Operation.CREATE, S3Fault.NO_ANSWER);

      assertThatThrownBy(() -> hasty.createIfAbsent(KEY, BYTES))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("timed out");
    }
  }

  // Keys and listings

  @Test
  void keepsToItsPrefix() throws Exception {
    server.put(S3Double.BUCKET, "team/factory2/a", BYTES);
    server.put(S3Double.BUCKET, "team/a", BYTES);
    server.put(S3Double.BUCKET, "team/factory", BYTES);
    store.createIfAbsent(ObjectKey.of("a"), BYTES);

    assertThat(store.list("", "", 10).objects())
        .extracting(listed -> listed.key().path())
        .containsExactly("a");
    assertThat(server.keys(S3Double.BUCKET)).contains("team/factory/a");
    assertThat(store.describe()).isEqualTo("s3://factory/team/factory");
  }

  @Test
  void usesTheWholeBucketWithoutAPrefix() throws Exception {
    try (var whole = server.storeBuilder().build()) {
      whole.createIfAbsent(ObjectKey.of("a/b"), BYTES);

      assertThat(server.keys(S3Double.BUCKET)).containsExactly("a/b");
      assertThat(whole.list("a/", "", 10).objects()).hasSize(1);
      assertThat(whole.list("", "a/b", 10).objects()).isEmpty();
      assertThat(whole.describe()).isEqualTo("s3://factory");
    }
  }

  @Test
  void passesOverKeysOfOtherPrograms() throws Exception {
    server.put(S3Double.BUCKET, "team/factory/", BYTES);
    server.put(S3Double.BUCKET, "team/factory/b/", BYTES);
    for (int i = 0; i < 25; i++) {
      server.put(S3Double.BUCKET, "team/factory/b/note & more %d ü.txt".formatted(i), BYTES);
    }
    server.put(S3Double.BUCKET, "team/factory/c", BYTES);

    var page = store.list("", "", 10);

    assertThat(page.objects()).extracting(listed -> listed.key().path()).containsExactly("c");
    assertThat(page.more()).isFalse();
    assertThat(server.requests(S3Operation.LIST)).isEqualTo(3);
  }

  @Test
  void refusesAListingOutOfOrder() throws Exception {
    var backwards =
        new ExecutionInterceptor() {
          @Override
          public SdkResponse modifyResponse(
              Context.ModifyResponse context, ExecutionAttributes attributes) {
            return context.response() instanceof ListObjectsV2Response page
                ? page.toBuilder().contents(page.contents().reversed()).build()
                : context.response();
          }
        };
    try (var aClient = Clients.eager(server.endpoint(), backwards)) {
      var unordered = storeOn(aClient);
      unordered.createIfAbsent(ObjectKey.of("a"), BYTES);
      unordered.createIfAbsent(ObjectKey.of("b"), BYTES);

      assertThatThrownBy(() -> unordered.list("", "", 10))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("out of order")
          .hasMessageContaining("'team/factory/a' came after 'team/factory/b'");
    }
  }

  @Test
  void cutsThePartOutWhereTheServerSendsTheWhole() throws Exception {
    var rangeless =
        new ExecutionInterceptor() {
          @Override
          public SdkHttpRequest modifyHttpRequest(
              Context.ModifyHttpRequest context, ExecutionAttributes attributes) {
            return context.httpRequest().toBuilder().removeHeader("Range").build();
          }
        };
    try (var aClient = Clients.eager(server.endpoint(), rangeless)) {
      var whole = storeOn(aClient);
      whole.createIfAbsent(KEY, BYTES);

      assertThat(whole.getRange(KEY, 10, 2).orElseThrow().bytes()).isEqualTo("7f".getBytes(UTF_8));
      assertThat(whole.getRange(KEY, 10, 99).orElseThrow().bytes())
          .isEqualTo("7f3a".getBytes(UTF_8));
      assertThat(whole.getRange(KEY, 99, 1).orElseThrow().bytes()).isEmpty();
      assertThat(server.requests(S3Operation.GET_RANGE)).isZero();
    }
  }

  // Requests a call makes, and who closes the client

  @Test
  void makesOneRequestACall() throws Exception {
    store.createIfAbsent(KEY, BYTES);
    store.createIfAbsent(KEY, BYTES);
    store.get(KEY);
    store.get(OTHER);
    store.getRange(KEY, 0, 1);
    store.list("", "", 1_000);
    store.overwrite(KEY, BYTES);
    store.delete(KEY);

    assertThat(server.requests())
        .isEqualTo(
            Map.of(
                S3Operation.CREATE, 2L,
                S3Operation.GET, 2L,
                S3Operation.GET_RANGE, 1L,
                S3Operation.LIST, 1L,
                S3Operation.OVERWRITE, 1L,
                S3Operation.DELETE, 1L));
  }

  @Test
  void leavesTheCallersClientOpen() throws Exception {
    S3ObjectStore.of(client, S3Double.BUCKET, "").close();

    assertThat(client.listObjectsV2(list -> list.bucket(S3Double.BUCKET)).contents()).isEmpty();
  }

  private static void await(java.util.function.BooleanSupplier condition) {
    var deadline = Instant.now().plusSeconds(20);
    while (!condition.getAsBoolean()) {
      assertThat(Instant.now()).as("time it took").isBefore(deadline);
      Thread.onSpinWait();
    }
  }
}
