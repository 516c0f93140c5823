package dev.daybook.mcp.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.json.TypeRef;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.ErrorCodes;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse.JSONRPCError;
import io.modelcontextprotocol.spec.McpServerSession;
import io.modelcontextprotocol.spec.McpServerTransport;
import io.modelcontextprotocol.spec.McpServerTransportProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.Condition;
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
  private static final Duration PATIENCE_AT_CLOSE = Duration.ofSeconds(2);
  private static final TypeRef<Map<String, Object>> OBJECT = new TypeRef<>() {};

  private final McpJsonMapper json;
  private final InputStream in;
  private final OutputStream out;
  private final int lineBytesMax;
  private final Runnable atEnd;
  private final ReentrantLock writing = new ReentrantLock();

  /**
   * Calls with their ids, by which they are cancelled; an id may come again once it is answered.
   */
  private final Map<Disposable, Object> underWay = new ConcurrentHashMap<>();

  private final ReentrantLock calls = new ReentrantLock();
  private final Condition answered = calls.newCondition();
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile boolean closed;

  /** Of the reader alone. */
  private boolean initialized;

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
    awaitCalls(PATIENCE);
    closed = true;
    try {
      atEnd.run();
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "The session could not be ended: " + e.getMessage());
    } finally {
      ended.countDown();
    }
  }

  /** Waits for the answers of the calls that are under way, but no longer than this. */
  private void awaitCalls(Duration patience) {
    calls.lock();
    try {
      long left = patience.toNanos();
      while (!underWay.isEmpty() && left > 0) {
        left = answered.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      calls.unlock();
    }
  }

  private void forget(Disposable call) {
    calls.lock();
    try {
      underWay.remove(call);
      answered.signalAll();
    } finally {
      calls.unlock();
    }
  }

  /**
   * A line as it was read.
   *
   * @param text without its end; its head if it was too long
   * @param bytes how many there were
   * @param id of one that was too long, the id of its message, if it has one
   */
  private record Line(String text, long bytes, Optional<Object> id) {}

  /** The rest of a line, as a stream of its own. */
  private final class Rest extends InputStream {
    private long bytes;
    private boolean isOver;
    private boolean isLast;

    @Override
    public int read() throws IOException {
      int next = isOver ? -1 : in.read();
      isLast |= !isOver && next == -1;
      isOver |= next == -1 || next == '\n';
      bytes += isOver ? 0 : 1;
      return isOver ? -1 : next;
    }

    @Override
    public int read(byte[] to, int from, int length) throws IOException {
      int read = 0;
      for (int next = length == 0 ? -1 : read(); next != -1; next = read < length ? read() : -1) {
        to[from + read] = (byte) next;
        read++;
      }
      return read == 0 && length > 0 ? -1 : read;
    }
  }

  private Optional<Line> nextLine() throws IOException {
    Rest rest = new Rest();
    byte[] head = rest.readNBytes(lineBytesMax + 1);
    if (head.length == 0 && rest.isLast) {
      return Optional.empty();
    }
    Optional<Object> id = head.length > lineBytesMax ? idOf(head, rest) : Optional.empty();
    long unused = rest.transferTo(OutputStream.nullOutputStream());
    return Optional.of(new Line(new String(head, StandardCharsets.UTF_8), rest.bytes, id));
  }

  /** The id of a message that is not kept, so that its sender does not wait for ever. */
  private static Optional<Object> idOf(byte[] head, InputStream rest) {
    try (JsonParser parser =
        new JsonFactory()
            .disable(JsonParser.Feature.AUTO_CLOSE_SOURCE)
            .createParser(new SequenceInputStream(new ByteArrayInputStream(head), rest))) {
      if (parser.nextToken() == JsonToken.START_OBJECT) {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          boolean isId = parser.currentName().equals("id");
          JsonToken value = parser.nextToken();
          if (isId && value == JsonToken.VALUE_NUMBER_INT) {
            return Optional.of(parser.getNumberValue());
          } else if (isId && value == JsonToken.VALUE_STRING) {
            return Optional.of(parser.getText());
          }
          JsonParser unused = parser.skipChildren();
        }
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "A long line is no JSON", e);
    }
    return Optional.empty();
  }

  private void take(McpServerSession session, Line line) {
    if (line.bytes() > lineBytesMax) {
      refuse(
          line.id(),
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
    switch (message) {
      case JSONRPCRequest ping when !initialized && ping.method().equals(McpSchema.METHOD_PING) ->
          write(JSONRPCResponse.result(ping.id(), Map.of()));
      case JSONRPCRequest request when !isReady(request) ->
          refuse(
              Optional.of(request.id()),
              ErrorCodes.INVALID_REQUEST,
              "The connection is not initialized; send initialize, then notifications/initialized,"
                  + " and then this");
      case JSONRPCRequest request -> handle(session, request.id(), message);
      case JSONRPCNotification notification
          when notification.method().equals("notifications/cancelled") ->
          cancel(notification);
      case JSONRPCNotification notification -> {
        initialized |= notification.method().equals(McpSchema.METHOD_NOTIFICATION_INITIALIZED);
        handle(session, new Object(), message);
      }
      default -> handle(session, new Object(), message);
    }
  }

  /** The SDK keeps what comes too early until the client has initialized, which may be never. */
  private boolean isReady(JSONRPCRequest request) {
    return initialized || request.method().equals(McpSchema.METHOD_INITIALIZE);
  }

  private void handle(McpServerSession session, Object id, JSONRPCMessage message) {
    Disposable.Swap call = Disposables.swap();
    underWay.put(call, id);
    Disposable handling =
        session
            .handle(message)
            .doFinally(signal -> forget(call))
            .subscribe(
                nothing -> {},
                failure -> LOG.log(Level.DEBUG, "A message could not be handled", failure));
    call.update(handling);
  }

  private void cancel(JSONRPCNotification cancelled) {
    if (cancelled.params() instanceof Map<?, ?> params && params.get("requestId") != null) {
      Object id = params.get("requestId");
      underWay.forEach((call, known) -> {
        if (known.equals(id)) {
          forget(call);
          call.dispose();
        }
      });
    }
  }

  private void refuse(Optional<Object> id, int code, String message) {
    write(Json.error(id, new JSONRPCError(code, message)));
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
      throw new UncheckedIOException(e);
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

  /** Takes nothing more, and gives calls under way a moment for their answers. */
  @Override
  public void close() {
    closed = true;
    awaitCalls(PATIENCE_AT_CLOSE);
    ended.countDown();
  }
}
