package dev.daybook.storage.s3;

import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ServiceClientConfiguration;

/** Turns what the SDK throws into the {@link IOException}s of the SPI, in words. */
final class S3Failures {
  private static final Set<String> CREDENTIALS_REFUSED =
      Set.of(
          "InvalidAccessKeyId",
          "SignatureDoesNotMatch",
          "InvalidToken",
          "ExpiredToken",
          "TokenRefreshRequired",
          "InvalidSecurity",
          "MissingSecurityHeader",
          "AuthorizationHeaderMalformed");

  /** How S3 answers a request signed for, or sent to, another region than the bucket's. */
  private static final Set<Integer> ELSEWHERE = Set.of(301, 307, 400);

  private static final Set<String> CLOCK_REFUSED = Set.of("RequestTimeTooSkewed", "RequestExpired");
  private static final Set<String> THROTTLED =
      Set.of("SlowDown", "Throttling", "ThrottlingException", "RequestLimitExceeded");

  private final S3Location location;
  private final S3ServiceClientConfiguration client;

  S3Failures(S3Location location, S3Client client) {
    this.location = location;
    this.client = client.serviceClientConfiguration();
  }

  /**
   * What to throw for a failed call.
   *
   * @param path the key, or what the listed keys begin with
   * @param took from the call's beginning to its failure
   */
  IOException of(S3Action action, String path, SdkException e, Duration took) {
    return e instanceof AwsServiceException answered && answered.statusCode() > 0
        ? answered(action, path, answered, took)
        : unanswered(action, path, e, took);
  }

  /** The error code of an answer; empty if it had none. */
  static String code(AwsServiceException e) {
    return Optional.ofNullable(e.awsErrorDetails()).map(AwsErrorDetails::errorCode).orElse("");
  }

  private IOException answered(S3Action action, String path, AwsServiceException e, Duration took) {
    var code = code(e);
    if (code.equals("NoSuchBucket")) {
      return because(
          new NoSuchFileException(
              "s3://" + location.bucket(),
              null,
              "no such bucket at "
                  + server()
                  + "; create it (Daybook does not), or check its name, the region and the"
                  + " endpoint"),
          e);
    }
    var actualRegion = header(e, "x-amz-bucket-region").filter(found -> !found.equals(region()));
    if (actualRegion.isPresent() && ELSEWHERE.contains(e.statusCode())) {
      return refused(
          action,
          path,
          e,
          "the bucket is in region '"
              + actualRegion.get()
              + "' and was asked for in '"
              + region()
              + "'; set that region");
    }
    if (CREDENTIALS_REFUSED.contains(code)) {
      return refused(
          action,
          path,
          e,
          "check access key, secret (or the session's token) and region '" + region() + "'");
    }
    if (CLOCK_REFUSED.contains(code)) {
      return refused(
          action,
          path,
          e,
          "this machine's clock is too far from the server's"
              + header(e, "Date").map(date -> ", which says " + date).orElse("")
              + "; set the clock");
    }
    if (e.statusCode() == 401 || e.statusCode() == 403) {
      return refused(action, path, e, "the policy has to allow " + permissions(action));
    }
    return new IOException(
        cannot(action, path) + ": " + answer(e) + tried(e, took) + advice(action, e), e);
  }

  private String permissions(S3Action action) {
    var bucket = "arn:aws:s3:::" + location.bucket();
    return switch (action) {
      case LIST -> action.permission() + " on " + bucket;
      // Who may not list is told 403, not 404, of an object that does not exist.
      case READ ->
          action.permission() + " on " + location.resource() + " and s3:ListBucket on " + bucket;
      case CREATE, OVERWRITE, DELETE -> action.permission() + " on " + location.resource();
    };
  }

  private static String advice(S3Action action, AwsServiceException e) {
    int status = e.statusCode();
    var code = code(e);
    if (THROTTLED.contains(code) || status == 429 || status == 503) {
      return "; the server asks for fewer requests: back off and repeat" + unknown(action);
    }
    if (status >= 500 && status != 501) {
      return "; repeat it later" + unknown(action);
    }
    if (action == S3Action.CREATE && status == 409) {
      return "; other requests for this key kept getting in between, nothing was written: repeat"
          + " it later";
    }
    if (action == S3Action.CREATE && status == 501) {
      return "; Daybook needs a server that honours If-None-Match: * on PUT";
    }
    if (status == 400 && (action == S3Action.CREATE || action == S3Action.OVERWRITE)) {
      return "; nothing was written. Servers other than AWS may not know the checksums of newer"
          + " SDKs: try checksums(WHEN_REQUIRED)";
    }
    if (status == 404) {
      return "; is the endpoint an S3 server?";
    }
    return "";
  }

  private static String unknown(S3Action action) {
    return switch (action) {
      case CREATE -> "; it is not known whether the object was created";
      case OVERWRITE, DELETE -> "; it may or may not have had its effect";
      case READ, LIST -> "";
    };
  }

  private IOException unanswered(S3Action action, String path, SdkException e, Duration took) {
    if (!hasCredentials()) {
      return because(
          new AccessDeniedException(
              location.address(path),
              null,
              "no credentials found to "
                  + action.verb()
                  + " it; give access key and secret to the builder, set AWS_ACCESS_KEY_ID and"
                  + " AWS_SECRET_ACCESS_KEY, or use a profile or role the AWS SDK finds"),
          e);
    }
    return new IOException(
        cannot(action, path) + ": " + reason(e) + tried(e, took) + unknown(action), e);
  }

  private String reason(SdkException e) {
    if (e instanceof ApiCallTimeoutException || e instanceof ApiCallAttemptTimeoutException) {
      return "no answer in time from " + server();
    }
    var root = root(e);
    return switch (root) {
      case ConnectException refused ->
          "cannot connect to " + server() + " (" + text(refused) + "); is it running there?";
      case UnknownHostException unknown ->
          "unknown host " + text(unknown) + " of " + server() + "; check the endpoint";
      default -> text(e instanceof RetryableException ? e : root) + " from " + server();
    };
  }

  /** Asked only after a failure: the SDK has no exception of its own for missing credentials. */
  private boolean hasCredentials() {
    try {
      return client.credentialsProvider().resolveIdentity().join() != null;
    } catch (RuntimeException none) {
      return false;
    }
  }

  private IOException refused(S3Action action, String path, AwsServiceException e, String then) {
    return because(
        new AccessDeniedException(
            location.address(path),
            null,
            server() + " refuses to " + action.verb() + " it: " + answer(e) + "; " + then),
        e);
  }

  private String cannot(S3Action action, String path) {
    return action == S3Action.LIST
        ? "Cannot list '" + path + "' in " + location.address()
        : "Cannot " + action.verb() + " " + path + " in " + location.address();
  }

  private static String answer(AwsServiceException e) {
    var details = Optional.ofNullable(e.awsErrorDetails());
    var code = code(e);
    return e.statusCode()
        + (code.isEmpty() || code.equals(String.valueOf(e.statusCode())) ? "" : " " + code)
        + details
            .map(AwsErrorDetails::errorMessage)
            .filter(message -> !message.isBlank())
            .map(message -> " (" + message + ")")
            .orElse("")
        + Optional.ofNullable(e.requestId()).map(id -> ", request " + id).orElse("");
  }

  private static String tried(SdkException e, Duration took) {
    var attempts = e.numAttempts();
    return (attempts == null || attempts == 1 ? " after " : " after " + attempts + " attempts in ")
        + (took.toMillis() < 10_000 ? took.toMillis() + " ms" : took.toSeconds() + " s");
  }

  private static Optional<String> header(AwsServiceException e, String name) {
    return Optional.ofNullable(e.awsErrorDetails())
        .map(AwsErrorDetails::sdkHttpResponse)
        .flatMap(response -> response.firstMatchingHeader(name));
  }

  private String server() {
    return client
        .endpointOverride()
        .map(Object::toString)
        .orElseGet(() -> "AWS region '" + region() + "'");
  }

  private String region() {
    return Objects.requireNonNull(client.region(), "region").id();
  }

  private static Throwable root(Throwable e) {
    return e.getCause() == null ? e : root(e.getCause());
  }

  private static String text(Throwable e) {
    var message = e instanceof SdkException sdk ? sdk.rawMessage() : e.getMessage();
    return Objects.requireNonNullElse(message, e.getClass().getSimpleName());
  }

  private static IOException because(IOException failure, SdkException cause) {
    failure.initCause(cause);
    return failure;
  }
}
