package dev.daybook.mcp.capture;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.daybook.DaybookException;
import dev.daybook.Workspace;
import dev.daybook.event.Actor;
import dev.daybook.mcp.connect.HookPlace;
import dev.daybook.mcp.connect.Repeats;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * What a server does for hooks while it runs: drains the spool of its project every second, and
 * answers hooks over HTTP on 127.0.0.1. Where it answers, and the token that it wants, are in a
 * file that only its user can read, as options of curl. Of several servers of one {@link HookPlace}
 * one is named there; when it goes, another takes its place within a second. Where no client is
 * connected nothing is answered, and no file made. Safe for use by any number of threads.
 */
public final class HookServer implements AutoCloseable {
  /** How long a hook's input waits at most before it is drained. */
  public static final Duration EVERY = Duration.ofSeconds(1);

  /** The most bytes of a hook's input that is answered. */
  public static final int INPUT_BYTES_MAX = 8 << 20;

  /** How far off the system's word on when a process started may be. */
  private static final Duration START_TOLERANCE = Duration.ofSeconds(2);

  /** The most messages while not all is well. */
  private static final int TOLD_MAX = 1_000;

  private final HookPlace place;
  private final Path file;
  private final String token;
  private final Capture capture;
  private final Hooks hooks;
  private final Consumer<String> told;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;
  private final ExecutorService handlers = Executors.newVirtualThreadPerTaskExecutor();
  private HttpServer http;
  private volatile boolean isWarm;
  private final Set<String> alreadyTold = new HashSet<>();

  private HookServer(Workspace workspace, Actor agent, Path home, Consumer<String> told) {
    this.place = HookPlace.of(home, workspace.name(), agent.id());
    this.file = place.server();
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    this.token = HexFormat.of().formatHex(random);
    this.capture = Capture.of(workspace, agent, home);
    this.hooks = new Hooks(workspace, agent, capture);
    this.told = Objects.requireNonNull(told, "told");
    this.thread = Thread.ofPlatform().daemon().name("daybook-hooks").unstarted(this::run);
  }

  /**
   * Starts serving the hooks of a project, in the background. Returns at once.
   *
   * @param workspace where to; stays open
   * @param agent who the calls are said to be of
   * @param home the project's {@code .daybook} folder; it may not exist
   * @param told is told what a person should know, a line each, from any thread
   */
  public static HookServer start(
      Workspace workspace, Actor agent, Path home, Consumer<String> told) {
    HookServer server = new HookServer(workspace, agent, home, told);
    server.thread.start();
    return server;
  }

  /** The file that says where it answers. */
  public Path file() {
    return file;
  }

  /** Whether it has answered hooks, and fast, since it took their place. */
  boolean isWarm() {
    return isWarm;
  }

  private void run() {
    try {
      do {
        tick();
        if (!isWarm && isAnswering()) {
          warmUp();
          isWarm = true;
        }
      } while (!closing.await(EVERY.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      // Only close interrupts it, after it has waited long enough.
      Thread.currentThread().interrupt();
    }
  }

  private void tick() {
    boolean isAnnounced = false;
    try {
      announce();
      isAnnounced = true;
    } catch (IOException | RuntimeException e) {
      tell("Hooks are not answered just now: " + e);
    }
    // What waits is recorded whether or not anything is answered.
    try {
      if (drain() && isAnnounced) {
        forgetTold();
      }
    } catch (RuntimeException e) {
      tell("What hooks left is not recorded just now: " + e);
    }
  }

  private void warmUp() {
    try {
      hooks.warmUp(() -> closing.getCount() > 0);
    } catch (RuntimeException e) {
      tell("Hooks are not served just now: " + e);
    }
  }

  private synchronized boolean isAnswering() {
    return http != null;
  }

  /** Whether something waited, and all went well. */
  private boolean drain() {
    if (capture.spool().isEmpty()) {
      return false;
    }
    List<String> messages = capture.drain().messages();
    messages.forEach(this::tell);
    return messages.isEmpty();
  }

  /** A store that is away for an hour is told of once. */
  private synchronized void tell(String message) {
    if (alreadyTold.size() < TOLD_MAX && alreadyTold.add(message)) {
      told.accept(message);
    }
  }

  private synchronized void forgetTold() {
    alreadyTold.clear();
  }

  private synchronized void announce() throws IOException {
    if (closing.getCount() == 0 || !place.isConnected() || isServed()) {
      return;
    }
    if (http == null) {
      InetAddress loopback = InetAddress.getByAddress("127.0.0.1", new byte[] {127, 0, 0, 1});
      http = HttpServer.create(new InetSocketAddress(loopback, 0), 50);
      http.setExecutor(handlers);
      http.createContext("/", this::handle);
      http.start();
    }
    // The first line is for the script: the process, so that a port that somebody else has by now
    // is not asked. The rest is for curl, which then shows the token to nobody.
    String text =
        """
        # process %d
        url = "http://127.0.0.1:%d/"
        header = "Authorization: Bearer %s"
        header = "Content-Type: application/json"
        header = "Expect:"
        noproxy = "*"
        silent
        fail
        """
            .formatted(ProcessHandle.current().pid(), http.getAddress().getPort(), token);
    FileAttribute<?>[] ownerOnly =
        file.getFileSystem().supportedFileAttributeViews().contains("posix")
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
            }
            : new FileAttribute<?>[0];
    Path draft = Files.createTempFile(file.getParent(), ".server", ".tmp", ownerOnly);
    try {
      Files.writeString(draft, text, StandardOpenOption.TRUNCATE_EXISTING);
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      boolean unused = Files.deleteIfExists(draft);
    }
  }

  /** Whether the file names a process that lives, this or another. */
  private boolean isServed() throws IOException {
    Optional<String> text = text();
    if (text.isEmpty()) {
      return false;
    }
    if (text.orElseThrow().contains(token)) {
      return true;
    }
    String first = text.orElseThrow().lines().findFirst().orElse("");
    String number = first.substring(first.lastIndexOf(' ') + 1);
    long pid = number.matches("\\d{1,9}") ? Long.parseLong(number) : -1;
    // Who started after the file was written has the number of one that is gone.
    Instant latest = Files.getLastModifiedTime(file).toInstant().plus(START_TOLERANCE);
    return pid != ProcessHandle.current().pid()
        && ProcessHandle.of(pid)
            .filter(ProcessHandle::isAlive)
            .filter(process ->
                process.info().startInstant().map(start -> start.isBefore(latest)).orElse(true))
            .isPresent();
  }

  private Optional<String> text() throws IOException {
    try {
      return Optional.of(Files.readString(file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] given =
          Objects.requireNonNullElse(exchange.getRequestHeaders().getFirst("Authorization"), "")
              .getBytes(UTF_8);
      if (!MessageDigest.isEqual(given, ("Bearer " + token).getBytes(UTF_8))) {
        exchange.sendResponseHeaders(401, -1);
        return;
      }
      if (!exchange.getRequestMethod().equals("POST")) {
        exchange.sendResponseHeaders(405, -1);
        return;
      }
      byte[] input = exchange.getRequestBody().readNBytes(INPUT_BYTES_MAX + 1);
      if (input.length > INPUT_BYTES_MAX) {
        exchange.sendResponseHeaders(413, -1);
        return;
      }
      Repeats repeats =
          Repeats.of(
              Objects.requireNonNullElse(
                  exchange.getRequestHeaders().getFirst("Daybook-Repeats"), ""));
      Optional<String> answer;
      try {
        answer = hooks.answer(input, repeats);
      } catch (IllegalArgumentException e) {
        exchange.sendResponseHeaders(400, -1);
        return;
      } catch (DaybookException | IllegalStateException e) {
        tell("A hook got no answer: " + e.getMessage());
        exchange.sendResponseHeaders(503, -1);
        return;
      }
      if (answer.isEmpty()) {
        exchange.sendResponseHeaders(204, -1);
        return;
      }
      byte[] body = answer.orElseThrow().getBytes(UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  /** Stops answering, drains what waits, and leaves the file to others. */
  @Override
  public void close() {
    if (closing.getCount() == 0) {
      return;
    }
    closing.countDown();
    try {
      if (!thread.join(Duration.ofSeconds(10))) {
        thread.interrupt();
      }
    } catch (InterruptedException e) {
      thread.interrupt();
      Thread.currentThread().interrupt();
    }
    synchronized (this) {
      try {
        if (text().filter(text -> text.contains(token)).isPresent()) {
          boolean unused = Files.deleteIfExists(file);
        }
      } catch (IOException e) {
        told.accept("Cannot remove %s: %s".formatted(file, e));
      }
      if (http != null) {
        http.stop(0);
      }
    }
    handlers.shutdownNow();
    boolean unused = drain();
    capture.close();
  }
}
