package dev.daybook.storage.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore;
import dev.daybook.storage.s3.testing.S3Double;
import dev.daybook.storage.s3.testing.S3Fault;
import dev.daybook.storage.s3.testing.S3Operation;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpResponse;

/** What a failed call throws, and whether its message says what to do. */
final class S3FailuresTest {
  private static final ObjectKey KEY = ObjectKey.of("plan/00000000000000000044.json");
  private static final byte[] BYTES = "x".getBytes(UTF_8);

  private static S3Double server;

  @BeforeAll
  static void startServer() throws Exception {
    server = S3Double.start();
  }

  @AfterAll
  static void stopServer() throws Exception {
    server.close();
  }

  @Test
  void saysToCheckTheKeysWhenTheSecretIsWrong() {
    try (var store =
        server.storeBuilder().credentials(S3Double.ACCESS_KEY, "a wrong secret").build()) {
      everyCall(store)
          .forEach((permission, call) ->
              assertThat(thrown(call, AccessDeniedException.class))
                  .hasMessageContaining("s3://factory/")
                  .hasMessageContaining(server.endpoint().toString())
                  .hasMessageContaining("403 SignatureDoesNotMatch")
                  .hasMessageContaining("check access key, secret")
                  .hasMessageContaining("region 'us-east-1'")
                  .hasMessageNotContaining("a wrong secret"));
    }
  }

  @Test
  void saysToCheckTheKeysWhenTheAccessKeyIsUnknown() {
    try (var store = server.storeBuilder().credentials("NOBODY", S3Double.SECRET).build()) {
      assertThat(thrown(() -> store.createIfAbsent(KEY, BYTES), AccessDeniedException.class))
          .hasMessageContaining("s3://factory/" + KEY)
          .hasMessageContaining("403 InvalidAccessKeyId")
          .hasMessageContaining("check access key, secret");
    }
  }

  @Test
  void namesTheActionThePolicyHasToAllow() {
    for (var operation :
        List.of(S3Operation.CREATE, S3Operation.GET, S3Operation.LIST, S3Operation.DELETE)) {
      server.fail(operation, S3Fault.DENIED);
    }
    try (var store = server.storeBuilder().prefix("team").build()) {
      everyCall(store)
          .forEach((permission, call) ->
              assertThat(thrown(call, AccessDeniedException.class))
                  .hasMessageContaining("s3://factory/team/")
                  .hasMessageContaining("403 AccessDenied")
                  .hasMessageContaining(
                      "the policy has to allow "
                          + permission
                          + " on arn:aws:s3:::factory"
                          + (permission.equals("s3:ListBucket") ? "" : "/team/*")));
      server.fail(S3Operation.GET, S3Fault.DENIED);
      assertThat(thrown(() -> store.get(KEY), AccessDeniedException.class))
          .hasMessageContaining("s3:ListBucket on arn:aws:s3:::factory");
    }
  }

  @Test
  void saysThatTheBucketIsMissing() {
    try (var store =
        S3ObjectStore.builder("no-such-bucket")
            .endpoint(server.endpoint())
            .pathStyle()
            .credentials(S3Double.ACCESS_KEY, S3Double.SECRET)
            .build()) {
      everyCall(store)
          .forEach((permission, call) ->
              assertThat(thrown(call, NoSuchFileException.class))
                  .hasMessageContaining("s3://no-such-bucket")
                  .hasMessageContaining("no such bucket at " + server.endpoint())
                  .hasMessageContaining("create it"));
    }
  }

  @Test
  void saysThatNobodyListens() throws Exception {
    int port;
    try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    var nowhere = URI.create("http://127.0.0.1:" + port);
    try (var client = Clients.eager(nowhere)) {
      var store = S3ObjectStore.of(client, S3Double.BUCKET, "");

      assertThat(thrown(() -> store.get(KEY), IOException.class))
          .hasMessageContaining("Cannot read " + KEY + " in s3://factory")
          .hasMessageContaining("cannot connect to " + nowhere)
          .hasMessageContaining("after 3 attempts");
      assertThat(thrown(() -> store.createIfAbsent(KEY, BYTES), IOException.class))
          .hasMessageContaining("cannot connect to " + nowhere)
          .hasMessageNotContaining("attempts");
    }
  }

  @Test
  void saysThatTheHostIsUnknown() {
    try (var client = Clients.eager(URI.create("http://no-such-host.invalid:9"))) {
      assertThat(thrown(() -> S3ObjectStore.of(client, "factory", "").get(KEY), IOException.class))
          .hasMessageContaining("unknown host no-such-host.invalid")
          .hasMessageContaining("check the endpoint");
    }
  }

  @Test
  void saysThatThereAreNoCredentials() {
    // The build keeps the places where the SDK would look for them empty.
    try (var store =
        S3ObjectStore.builder(S3Double.BUCKET).endpoint(server.endpoint()).pathStyle().build()) {
      assertThat(thrown(() -> store.createIfAbsent(KEY, BYTES), AccessDeniedException.class))
          .hasMessageContaining("s3://factory/" + KEY)
          .hasMessageContaining("no credentials found")
          .hasMessageContaining("AWS_ACCESS_KEY_ID");
    }
  }

  @Test
  void namesTheBucketsRegion() {
    try (var store = server.storeBuilder().region("eu-west-1").build()) {
      assertThat(thrown(() -> store.get(KEY), AccessDeniedException.class))
          .hasMessageContaining("the bucket is in region 'us-east-1'")
          .hasMessageContaining("asked for in 'eu-west-1'");
    }
    var elsewhere =
        answering(301, "PermanentRedirect", "", Map.of("x-amz-bucket-region", "ap-south-1"));
    try (var client = Clients.eager(server.endpoint(), elsewhere)) {
      assertThat(
              thrown(
                  () -> S3ObjectStore.of(client, "factory", "").get(KEY),
                  AccessDeniedException.class))
          .hasMessageContaining("the bucket is in region 'ap-south-1'");
    }
  }

  @Test
  void saysThatTheServerThrottlesACreate() {
    server.fail(S3Operation.CREATE, S3Fault.SLOW_DOWN);
    try (var store = server.storeBuilder().build()) {
      assertThat(thrown(() -> store.createIfAbsent(KEY, BYTES), IOException.class))
          .isExactlyInstanceOf(IOException.class)
          .hasMessageContaining("503 SlowDown")
          .hasMessageContaining("back off")
          .hasMessageContaining("request 0");
    }
  }

  @Test
  void saysWhatOtherServersLack() {
    for (var lacking :
        Map.of(
                answering(501, "NotImplemented", "A header", Map.of()),
                "needs a server that honours If-None-Match",
                answering(400, "InvalidRequest", "Unsupported", Map.of()),
                "try checksums(WHEN_REQUIRED)",
                answering(404, "", "", Map.of()),
                "is the endpoint an S3 server?")
            .entrySet()) {
      try (var client = Clients.eager(server.endpoint(), lacking.getKey())) {
        var store = S3ObjectStore.of(client, S3Double.BUCKET, "");
        assertThat(thrown(() -> store.createIfAbsent(KEY, BYTES), IOException.class))
            .hasMessageContaining(lacking.getValue());
      }
    }
  }

  /** Each call of the SPI by the permission it needs. */
  private static Map<String, ThrowingCallable> everyCall(ObjectStore store) {
    var calls = new LinkedHashMap<String, ThrowingCallable>();
    calls.put("s3:PutObject", () -> store.createIfAbsent(KEY, BYTES));
    calls.put("s3:GetObject", () -> store.get(KEY));
    calls.put("s3:ListBucket", () -> store.list("plan/", "", 10));
    calls.put("s3:DeleteObject", () -> store.delete(KEY));
    return calls;
  }

  private static <T extends IOException> T thrown(ThrowingCallable call, Class<T> type) {
    return catchThrowableOfType(type, call);
  }

  /** Puts another status, and an error with this code, in place of the server's answer. */
  private static ExecutionInterceptor answering(
      int status, String code, String message, Map<String, String> headers) {
    return new ExecutionInterceptor() {
      @Override
      public SdkHttpResponse modifyHttpResponse(
          Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
        var response = context.httpResponse().toBuilder().statusCode(status);
        headers.forEach(response::putHeader);
        return response.build();
      }

      @Override
      public Optional<InputStream> modifyHttpResponseContent(
          Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
        var xml =
            code.isEmpty()
                ? ""
                : "<Error><Code>" + code + "</Code><Message>" + message + "</Message></Error>";
        return Optional.of(new ByteArrayInputStream(xml.getBytes(UTF_8)));
      }
    };
  }
}
