package dev.daybook.storage.s3.testing;

import dev.daybook.storage.s3.S3ObjectStore;
import dev.daybook.storage.s3.S3ObjectStoreBuilder;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A strict double of S3 for tests: real HTTP on 127.0.0.1, objects in memory.
 *
 * <p>It does what Daybook relies on, and refuses the rest by 501: PUT with {@code If-None-Match: *}
 * (atomic per key), GET with Range, HEAD, DELETE, ListObjectsV2, path-style addresses. Signatures
 * (request, chunks, trailer), hashes, checksums and lengths are verified, so a client that passes
 * here signs and encodes as S3 wants it.
 *
 * <p>On demand requests fail as those of a network or a service do ({@link #fail}, {@link
 * Builder#faults}), or take their time ({@link Builder#latency}). Every request is counted by its
 * kind, also one that failed. Safe for use by any number of threads. {@link #main} runs it as a
 * process of its own.
 */
public final class S3Double implements AutoCloseable {
  /** The one access key it knows. */
  public static final String ACCESS_KEY = "DOUBLEACCESSKEY";

  /** The secret of {@link #ACCESS_KEY}. */
  public static final String SECRET = "double/secret+key";

  /** The region requests have to be signed for. */
  public static final String REGION = "us-east-1";

  /** A bucket that exists from the beginning. */
  public static final String BUCKET = "factory";

  private static final System.Logger LOG = System.getLogger(S3Double.class.getName());
  private static final Set<String> CONDITIONS =
      Set.of("if-match", "if-modified-since", "if-unmodified-since");

  private final ServerSocket listening;
  private final S3Objects objects;
  private final SignatureV4 signature;
  private final InstantSource clock;
  private final S3Faults faults;
  private final S3Latency latency;
  private final Random random;
  private final Map<S3Operation, AtomicLong> counts = new EnumMap<>(S3Operation.class);
  private final Map<S3Operation, Queue<S3Fault>> scripts = new EnumMap<>(S3Operation.class);
  private final Queue<Late> late = new ConcurrentLinkedQueue<>();
  private final Set<HttpConnection> connections = ConcurrentHashMap.newKeySet();
  private final AtomicLong requests = new AtomicLong();
  private final int landLateWithin;

  /** A write whose client was hung up on; it takes effect before the request of that number. */
  private record Late(Runnable effect, long due) {}

  private S3Double(Builder builder) throws IOException {
    clock = builder.clock;
    faults = builder.faults;
    latency = builder.latency;
    random = new Random(builder.seed);
    landLateWithin = builder.landLateWithin;
    objects = new S3Objects(clock);
    objects.createBucket(BUCKET);
    signature = new SignatureV4(ACCESS_KEY, SECRET, REGION, clock);
    for (var operation : S3Operation.values()) {
      counts.put(operation, new AtomicLong());
      scripts.put(operation, new ConcurrentLinkedQueue<>());
    }
    listening = new ServerSocket();
    listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), builder.port), 512);
    Thread.ofPlatform().daemon().name("s3-double").start(this::accept);
  }

  /** A double without faults or latency, on a free port. */
  public static S3Double start() throws IOException {
    return builder().start();
  }

  /** Sets up a double. */
  public static Builder builder() {
    return new Builder();
  }

  /** Where it listens. */
  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + listening.getLocalPort());
  }

  /** A builder of stores in {@link #BUCKET} here; give it a prefix. */
  public S3ObjectStoreBuilder storeBuilder() {
    return connect(endpoint());
  }

  /** A builder of stores in {@link #BUCKET} of a double in another process. */
  public static S3ObjectStoreBuilder connect(URI endpoint) {
    return S3ObjectStore.builder(BUCKET)
        .endpoint(endpoint)
        .region(REGION)
        .pathStyle()
        .credentials(ACCESS_KEY, SECRET);
  }

  /** Lets the next requests of this kind meet these faults, one each, before any other fault. */
  public void fail(S3Operation operation, S3Fault... next) {
    for (var fault : next) {
      if (!fault.fits(operation)) {
        throw new IllegalArgumentException("No " + operation + " can meet " + fault);
      }
    }
    scripts.get(operation).addAll(List.of(next));
  }

  /** How many requests of this kind came in. */
  public long requests(S3Operation operation) {
    return counts.get(operation).get();
  }

  /** How many requests of each kind came in; kinds that did not are left out. */
  public Map<S3Operation, Long> requests() {
    var seen = new EnumMap<S3Operation, Long>(S3Operation.class);
    counts.forEach((operation, count) -> {
      if (count.get() > 0) {
        seen.put(operation, count.get());
      }
    });
    return seen;
  }

  /** Counts from zero again. */
  public void resetRequests() {
    counts.values().forEach(count -> count.set(0));
  }

  /** How many connections clients hold open. */
  public int connections() {
    return connections.size();
  }

  /** Carries out the requests that met {@link S3Fault#LATE}, in their order, and says how many. */
  public int landLate() {
    return land(Long.MAX_VALUE);
  }

  private int land(long request) {
    int landed = 0;
    for (var write : late.stream().filter(waiting -> waiting.due() <= request).toList()) {
      // Another request may have come first.
      if (late.remove(write)) {
        write.effect().run();
        landed++;
      }
    }
    return landed;
  }

  /** Creates a bucket; none but {@link #BUCKET} is there at the start. */
  public void createBucket(String name) {
    objects.createBucket(name);
  }

  /** Puts an object there past all requests and faults, as another program would. */
  public void put(String bucket, String key, byte[] content) {
    objects.overwrite(bucket, key, new PutBody(content.clone(), Map.of()));
  }

  /** The content of an object, read past all requests and faults. */
  public Optional<byte[]> content(String bucket, String key) {
    return Optional.ofNullable(objects.bucket(bucket).get(key)).map(o -> o.content().clone());
  }

  /** The keys in a bucket, in their order. */
  public List<String> keys(String bucket) {
    return List.copyOf(objects.bucket(bucket).keySet());
  }

  /** Stops listening and ends all connections. */
  @Override
  public void close() throws IOException {
    listening.close();
    for (var connection : connections) {
      connection.close();
    }
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        var socket = listening.accept();
        Thread.ofVirtual().name("s3-double-connection").start(() -> serve(socket));
      } catch (IOException e) {
        if (!listening.isClosed()) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  private void serve(Socket socket) {
    try (var connection = new HttpConnection(socket)) {
      connections.add(connection);
      try {
        var request = connection.next();
        while (request.isPresent()) {
          answer(connection, request.get());
          request = connection.next();
        }
      } finally {
        connections.remove(connection);
      }
    } catch (IOException e) {
      // The client hung up, or was hung up on by a fault: a matter for the client's own test.
      LOG.log(Level.DEBUG, "A connection ended", e);
    }
  }

  private void answer(HttpConnection connection, HttpRequest request) throws IOException {
    var operation = operation(request);
    counts.get(operation).incrementAndGet();
    long number = requests.incrementAndGet();
    land(number);
    var time = latency.draw(random).dividedBy(2);
    pause(time);
    var fault = fault(operation, request.path());
    switch (fault) {
      case NONE, CONDITION_IGNORED -> respond(connection, request, respond(request, fault), time);
      case REQUEST_LOST -> connection.reset();
      case RESPONSE_LOST -> {
        respond(request, fault);
        connection.reset();
      }
      case LATE -> {
        long due =
            number
                + (landLateWithin == 0 ? Long.MAX_VALUE / 2 : 1 + random.nextInt(landLateWithin));
        late.add(new Late(() -> respond(request, S3Fault.NONE), due));
        connection.reset();
      }
      case NO_ANSWER -> {
        respond(request, fault);
        connection.awaitEnd();
      }
      case CONFLICT, SLOW_DOWN, DENIED, ERROR_BEFORE ->
          respond(connection, request, error(instead(fault)), time);
      case ERROR_AFTER -> {
        respond(request, fault);
        respond(connection, request, error(instead(fault)), time);
      }
      case BODY_TRUNCATED -> connection.sendHalf(complete(respond(request, fault)));
      case BIT_FLIPPED -> respond(connection, request, flipped(respond(request, fault)), time);
    }
  }

  private void respond(
      HttpConnection connection, HttpRequest request, HttpResponse response, Duration time)
      throws IOException {
    pause(time);
    connection.send(complete(response), request.method());
  }

  private HttpResponse complete(HttpResponse response) {
    return response
        .with("Date", S3Objects.httpDate(clock.instant()))
        .with("Server", "S3Double")
        .with("x-amz-request-id", "%016X".formatted(requests.get()));
  }

  private S3Fault fault(S3Operation operation, String path) {
    var scripted = scripts.get(operation).poll();
    return scripted != null ? scripted : faults.next(operation, path);
  }

  private static HttpResponse flipped(HttpResponse response) {
    var body = response.body().clone();
    if (body.length > 0) {
      body[body.length / 2] ^= 0x10;
    }
    return response.with(body);
  }

  /** What is answered in place of the request's own outcome. */
  private static S3Error instead(S3Fault fault) {
    return switch (fault) {
      case CONFLICT ->
          new S3Error(409, "ConditionalRequestConflict", "A conflicting request is under way.");
      case SLOW_DOWN -> new S3Error(503, "SlowDown", "Please reduce your request rate.");
      case DENIED -> new S3Error(403, "AccessDenied", "Access Denied");
      default -> new S3Error(500, "InternalError", "We encountered an internal error.");
    };
  }

  private static HttpResponse error(S3Error e) {
    var response =
        HttpResponse.xml(
            e.status(),
            "<Error><Code>%s</Code><Message>%s</Message></Error>"
                .formatted(e.code(), S3Objects.escaped(e.getMessage())));
    return e.code().equals("AuthorizationHeaderMalformed")
        ? response.with("x-amz-bucket-region", REGION)
        : response;
  }

  private static S3Operation operation(HttpRequest request) {
    if (request.path().indexOf('/', 1) < 0) {
      return request.method().equals("GET") && request.query().contains("list-type=2")
          ? S3Operation.LIST
          : S3Operation.OTHER;
    }
    return switch (request.method()) {
      case "PUT" ->
          request.header("if-none-match").isPresent() ? S3Operation.CREATE : S3Operation.OVERWRITE;
      case "GET" -> request.header("range").isPresent() ? S3Operation.GET_RANGE : S3Operation.GET;
      case "HEAD" -> S3Operation.HEAD;
      case "DELETE" -> S3Operation.DELETE;
      default -> S3Operation.OTHER;
    };
  }

  private HttpResponse respond(HttpRequest request, S3Fault fault) {
    try {
      return carryOut(request, fault);
    } catch (S3Error e) {
      return error(e);
    }
  }

  private HttpResponse carryOut(HttpRequest request, S3Fault fault) {
    var signed = signature.verify(request);
    CONDITIONS.stream()
        .filter(request.headers()::containsKey)
        .findFirst()
        .ifPresent(condition -> {
          throw S3Error.notImplemented(condition);
        });
    int slash = request.path().indexOf('/', 1);
    var bucket =
        Percent.decodePath(
            request.path().substring(1, slash < 0 ? request.path().length() : slash));
    var key = slash < 0 ? "" : Percent.decodePath(request.path().substring(slash + 1));
    var parameters = Percent.parameters(request.query());
    parameters.remove("x-id");
    if (key.isEmpty()) {
      return ofBucket(request, bucket, parameters);
    }
    if (!parameters.isEmpty()) {
      throw S3Error.notImplemented("requests for objects with " + parameters);
    }
    return switch (request.method()) {
      case "PUT" -> write(request, signed, fault, bucket, key);
      case "GET", "HEAD" -> objects.get(bucket, key, request);
      case "DELETE" -> objects.delete(bucket, key);
      default -> throw S3Error.notImplemented(request.method());
    };
  }

  private HttpResponse ofBucket(
      HttpRequest request, String bucket, Map<String, String> parameters) {
    if (request.method().equals("PUT") && parameters.isEmpty()) {
      objects.createBucket(bucket);
      return HttpResponse.empty(200).with("Location", "/" + bucket);
    }
    if (request.method().equals("GET") && parameters.getOrDefault("list-type", "").equals("2")) {
      return objects.list(bucket, parameters);
    }
    if (request.method().equals("HEAD") && parameters.isEmpty()) {
      return HttpResponse.empty(objects.hasBucket(bucket) ? 200 : 404);
    }
    throw S3Error.notImplemented(request.method() + " of buckets with " + parameters);
  }

  private HttpResponse write(
      HttpRequest request, SignatureV4.Signed signed, S3Fault fault, String bucket, String key) {
    if (request.header("content-length").isEmpty()) {
      throw new S3Error(411, "MissingContentLength", "You must provide the Content-Length header.");
    }
    var condition = request.header("if-none-match");
    if (condition.isPresent() && !condition.get().equals("*")) {
      throw S3Error.notImplemented("If-None-Match: " + condition.get());
    }
    var body = PutBody.of(request, signed);
    return condition.isPresent() && fault != S3Fault.CONDITION_IGNORED
        ? objects.create(bucket, key, body)
        : objects.overwrite(bucket, key, body);
  }

  private static void pause(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  /** Sets up a double: its port, its faults, its latency, its clock. */
  public static final class Builder {
    private int port;
    private long seed = 1;
    private S3Faults faults = S3Faults.none();
    private int landLateWithin;
    private S3Latency latency = S3Latency.NONE;
    private InstantSource clock = InstantSource.system();

    private Builder() {}

    /** Listens on this port; 0, which is the default, takes a free one. */
    public Builder port(int port) {
      this.port = port;
      return this;
    }

    /** Decides which requests fail; none by default. */
    public Builder faults(S3Faults faults) {
      this.faults = faults;
      return this;
    }

    /**
     * Carries out a write that met {@link S3Fault#LATE} within so many further requests, drawn with
     * the seed. Without this only {@link S3Double#landLate} does.
     */
    public Builder landLateWithin(int requests) {
      landLateWithin = requests;
      return this;
    }

    /** Takes this long to answer, drawn with the seed. */
    public Builder latency(S3Latency latency, long seed) {
      this.latency = latency;
      this.seed = seed;
      return this;
    }

    /** Gives the time of answers and objects, and judges the time of requests. */
    public Builder clock(InstantSource clock) {
      this.clock = clock;
      return this;
    }

    /** Starts it. */
    public S3Double start() throws IOException {
      return new S3Double(this);
    }
  }

  /**
   * Runs a double in a process of its own, until its standard input ends: so it ends with the
   * process that started it. Prints {@code port} and the number first.
   *
   * @param arguments any of {@code --port N}, {@code --p50 MILLIS --p99 MILLIS}, {@code --faults
   *     RATE} (of every kind but {@link S3Fault#DENIED} and {@link S3Fault#CONDITION_IGNORED}),
   *     {@code --seed N}
   */
  public static void main(String[] arguments) throws IOException {
    var options = new ArrayDeque<>(List.of(arguments));
    var builder = builder();
    long seed = 1;
    double rate = 0;
    int p50 = 0;
    int p99 = 0;
    while (!options.isEmpty()) {
      var option = options.pop();
      var value = options.isEmpty() ? "" : options.pop();
      switch (option) {
        case "--port" -> builder.port(Integer.parseInt(value));
        case "--seed" -> seed = Long.parseLong(value);
        case "--faults" -> rate = Double.parseDouble(value);
        case "--p50" -> p50 = Integer.parseInt(value);
        case "--p99" -> p99 = Integer.parseInt(value);
        default -> throw new IllegalArgumentException("Unknown option " + option);
      }
    }
    if (p50 > 0) {
      builder.latency(
          new S3Latency(Duration.ofMillis(p50), Duration.ofMillis(Math.max(p50, p99))), seed);
    }
    if (rate > 0) {
      var kinds = new ArrayList<>(Arrays.asList(S3Fault.values()));
      kinds.removeAll(List.of(S3Fault.NONE, S3Fault.CONDITION_IGNORED, S3Fault.DENIED));
      builder
          .landLateWithin(200)
          .faults(S3Faults.seeded(seed, rate, kinds.toArray(S3Fault[]::new)));
    }
    try (var server = builder.start()) {
      System.out.println("port " + server.endpoint().getPort());
      // The end of the input is the end of whoever started this.
      System.in.transferTo(OutputStream.nullOutputStream());
    }
  }
}
