package dev.daybook.mcp.server;

import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.json.TypeRef;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.ErrorCodes;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import io.modelcontextprotocol.spec.McpServerSession;
import io.modelcontextprotocol.spec.McpServerTransport;
import io.modelcontextprotocol.spec.McpServerTransportProvider;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;

/**
 * Messages as lines over two streams, of one client. The SDK's own gives up at the first line that
 * is no message and has no limit; this one answers what it cannot take with an error and reads on.
 * A request that the client cancels gets no answer. When the client closes its end, calls under way
 * are waited for.
 */
final class LineTransport implements McpServerTransportProvider, McpServerTransport {
  private static final System.Logger LOG = System.getLogger(LineTransport.class.getName());
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final TypeRef<Map<String, Object>> OBJECT = new TypeRef<>() {};

  private final McpJsonMapper json;
  private final InputStream in;
  private final OutputStream out;
  private final int lineBytesMax;
  private final Runnable atEnd;
  private final ReentrantLock writing = new ReentrantLock();
  private final Map<Object, Disposable> underWay = new ConcurrentHashMap<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile boolean closed;

  /**
   * A transport that begins to read when a server is built on it.
   *
   * @param atEnd run once nothing more is read and no call is under way
   */
  LineTransport(
      McpJsonMapper json, InputStream in, OutputStream out, int lineBytesMax, Runnable atEnd) {
    this.json = json;
    this.in = in;
    this.out = out;
    this.lineBytesMax = lineBytesMax;
    this.atEnd = atEnd;
  }

  @Override
  public void setSessionFactory(McpServerSession.Factory factory) {
    McpServerSession session = factory.create(this);
    // A daemon, since nothing ends a read of standard input; who waits for the end keeps the JVM.
    Thread reader = new Thread(() -> readAll(session), "daybook-mcp-reader");
    reader.setDaemon(true);
    reader.start();
  }

  @Override
  public List<String> protocolVersions() {
    return MemoryServer.PROTOCOL_VERSIONS;
  }

  private void readAll(McpServerSession session) {
    try {
      for (Optional<Line> line = nextLine(); line.isPresent() && !closed; line = nextLine()) {
        takeAnything(session, line.get());
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "Reading from the client broke off", e);
    } finally {
      finish();
    }
  }

  /** Whatever a message does, the next one is read. */
  private void takeAnything(McpServerSession session, Line line) {
    try {
      take(session, line);
    } catch (RuntimeException | StackOverflowError e) {
      LOG.log(Level.WARNING, "A message could not be taken", e);
    }
  }

  private void finish() {
    long until = System.nanoTime() + PATIENCE.toNanos();
    for (Map.Entry<Object, Disposable> call : underWay.entrySet()) {
      while (underWay.containsKey(call.getKey()) && System.nanoTime() < until) {
        try {
          TimeUnit.MILLISECONDS.sleep(5);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          until = 0;
        }
      }
    }
    closed = true;
    try {
      atEnd.run();
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "The session could not be ended: " + e.getMessage());
    } finally {
      ended.countDown();
    }
  }

  /**
   * A line as it was read.
   *
   * @param text without its end
   * @param bytes how many there were, more than the text has if it was too long
   */
  private record Line(String text, long bytes) {}

  private Optional<Line> nextLine() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    long bytes = 0;
    for (int next = in.read(); next != -1; next = in.read()) {
      if (next == '\n') {
        return Optional.of(new Line(line.toString(StandardCharsets.UTF_8), bytes));
      }
      bytes++;
      if (bytes <= lineBytesMax) {
        line.write(next);
      }
    }
    return bytes == 0
        ? Optional.empty()
        : Optional.of(new Line(line.toString(StandardCharsets.UTF_8), bytes));
  }

  private void take(McpServerSession session, Line line) {
    if (line.bytes() > lineBytesMax) {
      refuse(
          Optional.empty(),
          ErrorCodes.INVALID_REQUEST,
          "The message has %,d bytes, at most %,d are taken; send less, such as the head and tail of an output"
              .formatted(line.bytes(), lineBytesMax));
    } else if (!line.text().isBlank()) {
      Optional<JSONRPCMessage> message = parse(line.text());
      message.ifPresent(known -> handle(session, known));
    }
  }

  private Optional<JSONRPCMessage> parse(String line) {
    Map<String, Object> raw;
    try {
      raw = json.readValue(line, OBJECT);
    } catch (IOException | RuntimeException e) {
      boolean isList = line.strip().startsWith("[");
      refuse(
          Optional.empty(),
          isList ? ErrorCodes.INVALID_REQUEST : ErrorCodes.PARSE_ERROR,
          isList
              ? "Batches are not part of this protocol; send one message a line"
              : "The line is no JSON object; send one JSON-RPC message a line");
      return Optional.empty();
    }
    try {
      if (raw.get("method") instanceof String
          || raw.containsKey("result")
          || raw.containsKey("error")) {
        return Optional.of(McpSchema.deserializeJsonRpcMessage(json, line));
      }
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.DEBUG, "No message", e);
    }
    Object id = raw.get("id");
    refuse(
        Optional.ofNullable(id).filter(known -> known instanceof String || known instanceof Number),
        ErrorCodes.INVALID_REQUEST,
        "This is no JSON-RPC 2.0 message; expected jsonrpc, method and, for a request, an id that"
            + " is a string or a number");
    return Optional.empty();
  }

  private void handle(McpServerSession session, JSONRPCMessage message) {
    if (message instanceof JSONRPCNotification cancelled
        && cancelled.method().equals("notifications/cancelled")) {
      cancel(cancelled);
      return;
    }
    Object id = message instanceof JSONRPCRequest request ? request.id() : new Object();
    Disposable.Swap call = Disposables.swap();
    underWay.put(id, call);
    Disposable handling =
        session
            .handle(message)
            .doFinally(signal -> underWay.remove(id, call))
            .subscribe(
                nothing -> {},
                failure -> LOG.log(Level.DEBUG, "A message could not be handled", failure));
    call.update(handling);
  }

  private void cancel(JSONRPCNotification cancelled) {
    if (cancelled.params() instanceof Map<?, ?> params && params.get("requestId") != null) {
      Disposable call = underWay.remove(params.get("requestId"));
      if (call != null) {
        call.dispose();
      }
    }
  }

  /** As a map, since the SDK's response cannot be made without the id that is not known here. */
  private void refuse(Optional<Object> id, int code, String message) {
    Map<String, Object> response = new LinkedHashMap<>();
    response.put("jsonrpc", McpSchema.JSONRPC_VERSION);
    id.ifPresent(known -> response.put("id", known));
    response.put("error", Map.of("code", code, "message", message));
    write(response);
  }

  @Override
  public Mono<Void> sendMessage(JSONRPCMessage message) {
    return Mono.fromRunnable(() -> write(message));
  }

  private void write(Object message) {
    byte[] line;
    try {
      line = (json.writeValueAsString(message) + "\n").getBytes(StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    writing.lock();
    try {
      out.write(line);
      out.flush();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "The client reads no more", e);
    } finally {
      writing.unlock();
    }
  }

  /** Waits until the client has closed its end and everything is done. */
  void awaitEnd() throws InterruptedException {
    ended.await();
  }

  @Override
  public <T> T unmarshalFrom(Object data, TypeRef<T> type) {
    return json.convertValue(data, type);
  }

  @Override
  public Mono<Void> notifyClients(String method, Object params) {
    return sendMessage(new JSONRPCNotification(method, params));
  }

  @Override
  public Mono<Void> closeGracefully() {
    return Mono.fromRunnable(this::close);
  }

  @Override
  public void close() {
    closed = true;
    if (!Thread.currentThread().getName().equals("daybook-mcp-reader")) {
      ended.countDown();
    }
  }
}
