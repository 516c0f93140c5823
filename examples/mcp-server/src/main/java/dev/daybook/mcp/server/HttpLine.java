package dev.daybook.mcp.server;

import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.server.transport.HttpServletStreamableServerTransportProvider;
import io.modelcontextprotocol.spec.HttpHeaders;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.Wrapper;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.catalina.valves.ErrorReportValve;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;

/**
 * Streamable HTTP on 127.0.0.1; a class of its own so that a server over streams loads none of it.
 */
final class HttpLine implements MemoryServer.Line {
  static final String PATH = "/mcp";

  /**
   * A session is forgotten if a client sends nothing from one sweep to the next; not every client
   * begins a new one then, so that it takes longer than a break of the person it works for.
   */
  private static final Duration SWEEP = Duration.ofHours(12);

  /** Kept, since a logger that nobody keeps forgets its level. */
  private static final Logger TOMCAT = Logger.getLogger("org.apache");

  private final HttpServletStreamableServerTransportProvider provider;
  private final HttpFilter gate;
  private final Tomcat tomcat = new Tomcat();
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile Optional<Path> folder = Optional.empty();

  private HttpLine(HttpServletStreamableServerTransportProvider provider, HttpFilter gate) {
    this.provider = provider;
    this.gate = gate;
  }

  static HttpLine prepare(McpJsonMapper json, int messageBytesMax, String token) {
    HttpServletStreamableServerTransportProvider provider =
        HttpServletStreamableServerTransportProvider.builder()
            .jsonMapper(json)
            .mcpEndpoint(PATH)
            .maxRequestSize(messageBytesMax)
            .sessionSweepInterval(SWEEP)
            .build();
    return new HttpLine(provider, new Gate(token, messageBytesMax, provider.protocolVersions()));
  }

  HttpServletStreamableServerTransportProvider provider() {
    return provider;
  }

  void start(int port) throws IOException {
    TOMCAT.setLevel(Level.SEVERE);
    Path base = Files.createTempDirectory("daybook-http");
    folder = Optional.of(base);
    tomcat.setBaseDir(base.toString());
    Connector connector = new Connector();
    connector.setPort(port);
    boolean unused = connector.setProperty("address", "127.0.0.1");
    unused = connector.setProperty("useVirtualThreads", "true");
    unused = connector.setProperty("bindOnInit", "true");
    connector.setThrowOnFailure(true);
    tomcat.setConnector(connector);
    Context context = tomcat.addContext("", base.toString());
    // Its own pages show stacks and versions, to those without the token, too.
    ErrorReportValve errors = new ErrorReportValve();
    errors.setShowReport(false);
    errors.setShowServerInfo(false);
    tomcat.getHost().getPipeline().addValve(errors);
    Wrapper servlet = Tomcat.addServlet(context, "mcp", provider);
    servlet.setAsyncSupported(true);
    servlet.addMapping("/*");
    FilterDef filter = new FilterDef();
    filter.setFilterName("gate");
    filter.setFilter(gate);
    filter.setAsyncSupported("true");
    context.addFilterDef(filter);
    FilterMap everything = new FilterMap();
    everything.setFilterName("gate");
    everything.addURLPattern("/*");
    context.addFilterMap(everything);
    try {
      tomcat.start();
    } catch (LifecycleException e) {
      close();
      throw new IOException(
          "Cannot listen on 127.0.0.1:%d: %s; choose another port, or 0 for one that is free"
              .formatted(port, rootMessage(e)),
          e);
    }
  }

  private static String rootMessage(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }

  /** Lets in who knows the token and comes from this machine, page of a browser or not. */
  private static final class Gate extends HttpFilter {
    private static final long serialVersionUID = 1;

    private static final Pattern HOST =
        Pattern.compile("(localhost|127\\.0\\.0\\.1|\\[::1\\])(:\\d{1,5})?");

    private static final Pattern ORIGIN =
        Pattern.compile("https?://(localhost|127\\.0\\.0\\.1|\\[::1\\])(:\\d{1,5})?");

    private final transient byte[] expected;
    private final long messageBytesMax;
    private final transient List<String> revisions;

    Gate(String token, long messageBytesMax, List<String> revisions) {
      this.expected = ("Bearer " + token).getBytes(StandardCharsets.UTF_8);
      this.messageBytesMax = messageBytesMax;
      this.revisions = revisions;
    }

    @Override
    protected void doFilter(
        HttpServletRequest request, HttpServletResponse response, FilterChain chain)
        throws IOException, ServletException {
      String host = request.getHeader("Host");
      String origin = request.getHeader("Origin");
      String authorization = request.getHeader("Authorization");
      String revision = request.getHeader(HttpHeaders.PROTOCOL_VERSION);
      if (host == null || !HOST.matcher(host).matches()) {
        refuse(
            response,
            HttpServletResponse.SC_FORBIDDEN,
            "Host is not this machine; use 127.0.0.1 or localhost");
      } else if (origin != null && !ORIGIN.matcher(origin).matches()) {
        refuse(
            response,
            HttpServletResponse.SC_FORBIDDEN,
            "Origin is not this machine; pages from elsewhere are not served");
      } else if (authorization == null
          || !MessageDigest.isEqual(expected, authorization.getBytes(StandardCharsets.UTF_8))) {
        response.setHeader("WWW-Authenticate", "Bearer realm=\"daybook\"");
        refuse(
            response,
            HttpServletResponse.SC_UNAUTHORIZED,
            "The token is missing or another; send the header Authorization: Bearer with the token"
                + " that the server was started with");
      } else if (request.getContentLengthLong() > messageBytesMax) {
        refuse(
            response,
            HttpServletResponse.SC_REQUEST_ENTITY_TOO_LARGE,
            "The message has %,d bytes, at most %,d are taken; send less, such as the head and tail of an output"
                .formatted(request.getContentLengthLong(), messageBytesMax));
      } else if (revision != null
          && request.getHeader(HttpHeaders.MCP_SESSION_ID) != null
          && !revisions.contains(revision)) {
        refuse(
            response,
            HttpServletResponse.SC_BAD_REQUEST,
            "MCP-Protocol-Version is not one that this server speaks; send the one that initialize"
                + " answered: it speaks "
                + String.join(", ", revisions));
      } else {
        chain.doFilter(request, response);
        if (request.getMethod().equals("GET") && request.isAsyncStarted()) {
          // The stream may stay silent, and some clients wait for its head.
          response.flushBuffer();
        }
      }
    }

    private static void refuse(HttpServletResponse response, int status, String message)
        throws IOException {
      response.setStatus(status);
      response.setContentType("application/json");
      response.setCharacterEncoding("UTF-8");
      response
          .getWriter()
          .write(
              "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32600,\"message\":\"%s\"}}"
                  .formatted(message));
    }
  }

  @Override
  public int port() {
    return tomcat.getConnector().getLocalPort();
  }

  @Override
  public void awaitEnd() throws InterruptedException {
    ended.await();
  }

  @Override
  public void close() {
    try {
      provider.closeGracefully().block();
      tomcat.stop();
      tomcat.destroy();
    } catch (LifecycleException e) {
      TOMCAT.log(Level.FINE, "Stopping HTTP", e);
    } finally {
      folder.ifPresent(HttpLine::delete);
      ended.countDown();
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path one : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(one);
      }
    } catch (IOException | UncheckedIOException e) {
      TOMCAT.log(Level.FINE, "Deleting " + folder, e);
    }
  }
}
