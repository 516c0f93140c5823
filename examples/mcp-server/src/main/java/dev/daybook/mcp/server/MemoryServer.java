package dev.daybook.mcp.server;

import dev.daybook.Workspace;
import dev.daybook.event.Actor;
import dev.daybook.event.SessionId;
import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.json.schema.JsonSchemaValidator;
import io.modelcontextprotocol.server.McpAsyncServer;
import io.modelcontextprotocol.server.McpServer;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.ProtocolVersions;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A workspace as a server of the Model Context Protocol, for one agent: whatever a client sends is
 * said in the name of that agent, in that workspace. The workspace stays the caller's: close the
 * server first, then the workspace. Safe for use by any number of threads.
 */
public final class MemoryServer implements AutoCloseable {
  /** The name that clients are told. */
  public static final String NAME = "daybook";

  /** The revisions of the protocol that are spoken, the oldest first. */
  static final List<String> PROTOCOL_VERSIONS =
      List.of(
          ProtocolVersions.MCP_2024_11_05,
          ProtocolVersions.MCP_2025_03_26,
          ProtocolVersions.MCP_2025_06_18,
          ProtocolVersions.MCP_2025_11_25);

  private final Memory memory;
  private final ExecutorService threads;
  private final McpAsyncServer server;
  private final Line line;
  private final Thread hook = new Thread(this::end, "daybook-mcp-shutdown");

  /** How messages come in. */
  interface Line extends AutoCloseable {
    /** Waits until nothing more comes in. */
    void awaitEnd() throws InterruptedException;

    /** The port, or 0 if there is none. */
    int port();

    @Override
    void close();
  }

  /**
   * How much is taken and given.
   *
   * @param messageBytesMax the longest message that a client may send: 4 MiB
   * @param textCharsMax the most characters of one text in a list: 1,500
   * @param answerCharsMax the most characters of a page of an answer, about: 24,000
   */
  public record Sizes(int messageBytesMax, int textCharsMax, int answerCharsMax) {
    /** The usual sizes. */
    public static final Sizes DEFAULTS = new Sizes(4 << 20, 1_500, 24_000);

    /** Checks the sizes. */
    public Sizes {
      if (messageBytesMax < 1_024 || textCharsMax < 40 || answerCharsMax < 500) {
        throw new IllegalArgumentException(
            "Sizes are %d, %d and %d, expected at least 1024, 40 and 500"
                .formatted(messageBytesMax, textCharsMax, answerCharsMax));
      }
    }

    /** The most characters of a text that is the answer itself. */
    int wholeCharsMax() {
      return answerCharsMax + 200;
    }
  }

  /**
   * Whom a server speaks for. Start from {@link #of}.
   *
   * @param actor the agent
   * @param session the session that it goes on with, which is not ended with the server; {@link
   *     SessionId#NONE} for one of its own, which is
   * @param workingFolder the folder whose state of version control is read before each write; none
   *     or one
   * @param sizes how much is taken and given
   */
  public record Settings(Actor actor, SessionId session, List<Path> workingFolder, Sizes sizes) {
    /** Copies the list and checks the parts. */
    public Settings {
      Objects.requireNonNull(actor, "actor");
      Objects.requireNonNull(session, "session");
      workingFolder = List.copyOf(workingFolder);
      Objects.requireNonNull(sizes, "sizes");
      if (actor.kind() != Actor.Kind.AGENT) {
        throw new IllegalArgumentException(
            "A server speaks for an agent, not for '%s' of kind %s; people use the command line"
                .formatted(actor.id(), actor.kind()));
      }
    }

    /** A session of its own, no folder, the usual sizes. */
    public static Settings of(Actor actor) {
      return new Settings(actor, SessionId.NONE, List.of(), Sizes.DEFAULTS);
    }

    /** The same, going on with this session. */
    public Settings session(SessionId newSession) {
      return new Settings(actor, newSession, workingFolder, sizes);
    }

    /** The same, with the state of version control of this folder. */
    public Settings workingFolder(Path folder) {
      return new Settings(actor, session, List.of(folder), sizes);
    }

    /** The same with other sizes. */
    public Settings sizes(Sizes newSizes) {
      return new Settings(actor, session, workingFolder, newSizes);
    }
  }

  private MemoryServer(Memory memory, ExecutorService threads, McpAsyncServer server, Line line) {
    this.memory = memory;
    this.threads = threads;
    this.server = server;
    this.line = line;
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /**
   * Serves one client over two streams, a message a line, and returns at once. The server ends when
   * the client closes its end: calls under way are finished, everything recorded is made durable
   * and the session is ended. So it does when the process is told to end.
   *
   * @param in what the client sends
   * @param out what is sent to it; nothing else may write there
   */
  public static MemoryServer overStdio(
      Workspace workspace, Settings settings, InputStream in, OutputStream out) {
    Memory memory = new Memory(workspace, settings);
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    McpJsonMapper json = new Json();
    LineTransport transport =
        new LineTransport(
            json,
            new BufferedInputStream(Objects.requireNonNull(in, "in"), 1 << 16),
            Objects.requireNonNull(out, "out"),
            settings.sizes().messageBytesMax(),
            memory::end);
    McpAsyncServer server = build(McpServer.async(transport), memory, threads, json);
    return new MemoryServer(
        memory,
        threads,
        server,
        new Line() {
          @Override
          public void awaitEnd() throws InterruptedException {
            transport.awaitEnd();
          }

          @Override
          public int port() {
            return 0;
          }

          @Override
          public void close() {
            transport.close();
          }
        });
  }

  /**
   * Serves any number of clients over HTTP on 127.0.0.1 alone, at the path {@code /mcp}. Whoever
   * does not give the token as {@code Authorization: Bearer} is refused, and so is a page of
   * another origin in a browser on this machine. The SDK leaves an idle thread behind, so a program
   * ends itself once it has closed the server.
   *
   * @param port the port; 0 for one that is free
   * @param token what clients have to know, at least 16 characters
   * @throws IOException if the port is taken
   */
  public static MemoryServer overHttp(
      Workspace workspace, Settings settings, int port, String token) throws IOException {
    if (token.length() < 16 || !token.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw new IllegalArgumentException(
          "The token has %d characters, expected at least 16 without spaces; make one of random bytes"
              .formatted(token.length()));
    }
    Memory memory = new Memory(workspace, settings);
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    McpJsonMapper json = new Json();
    HttpLine line = HttpLine.prepare(json, settings.sizes().messageBytesMax(), token);
    McpAsyncServer server = build(McpServer.async(line.provider()), memory, threads, json);
    line.start(port);
    return new MemoryServer(memory, threads, server, line);
  }

  /** The server with all that is ours, beside what is there already. */
  static McpAsyncServer build(
      McpServer.AsyncSpecification<?> server,
      Memory memory,
      ExecutorService threads,
      McpJsonMapper json) {
    SecureRandom random = new SecureRandom();
    Fence fence = new Fence(() -> "data-" + HexFormat.of().toHexDigits(random.nextLong()));
    ToolCalls calls = new ToolCalls(new Desk(memory), fence, threads);
    Guide guide = new Guide(calls);
    return server
        .jsonMapper(json)
        .serverInfo(
            McpSchema.Implementation.builder(NAME, version())
                .title("Daybook: shared memory of a project")
                .build())
        .instructions(Guide.INSTRUCTIONS)
        .capabilities(
            McpSchema.ServerCapabilities.builder()
                .tools(false)
                .resources(false, false)
                .prompts(false)
                .completions()
                .build())
        // What a tool takes is checked by the very record it is read into, in better words, and
        // what it answers is made of one; that both keep to their schemas is tested.
        .validateToolInputs(false)
        .jsonSchemaValidator(new Trusting())
        .tools(calls.specifications())
        .resources(guide.resources())
        .resourceTemplates(guide.templates())
        .prompts(guide.prompts())
        .completions(guide.completions())
        .build();
  }

  /** Loads no validator: nothing is left for it to check. */
  private static final class Trusting implements JsonSchemaValidator {
    @Override
    public ValidationResponse validate(Map<String, Object> schema, Object content) {
      return ValidationResponse.asValid("");
    }

    @Override
    public ValidationResponse validateSchema(Map<String, Object> schema) {
      return ValidationResponse.asValid("");
    }
  }

  /** The version that clients are told: that of the jar, or {@code development} outside of one. */
  static String version() {
    try (InputStream properties =
        MemoryServer.class.getResourceAsStream(
            "/META-INF/maven/dev.daybook/daybook-mcp-server/pom.properties")) {
      if (properties != null) {
        Properties read = new Properties();
        read.load(properties);
        return read.getProperty("version", "development");
      }
    } catch (IOException e) {
      // Nothing depends on it.
    }
    return "development";
  }

  /** The port of a server over HTTP; 0 for one over streams. */
  public int port() {
    return line.port();
  }

  /**
   * Waits until the client is gone and everything is done; over HTTP until the server is closed.
   *
   * @throws InterruptedException if the thread is interrupted meanwhile
   */
  public void awaitEnd() throws InterruptedException {
    line.awaitEnd();
  }

  /**
   * Takes no more messages, makes everything recorded durable and ends the session. Closing again
   * does nothing.
   */
  @Override
  public void close() {
    try {
      boolean unused = Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is going down, and the hook does the same.
    }
    end();
  }

  private void end() {
    try {
      line.close();
      server.close();
    } finally {
      try {
        memory.end();
      } finally {
        threads.shutdown();
      }
    }
  }
}
