package dev.daybook.mcp.command;

import dev.daybook.Daybook;
import dev.daybook.Workspace;
import dev.daybook.event.Actor;
import dev.daybook.event.SessionId;
import dev.daybook.mcp.capture.HookServer;
import dev.daybook.mcp.server.MemoryServer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code daybook serve}. */
@Command(
    name = "serve",
    description = {
      "Serve the workspace to one agent by the Model Context Protocol, on the standard streams;",
      "clients start it by themselves, see 'daybook connect'."
    })
final class ServeCommand extends BaseCommand {
  private static final String TOKEN = "DAYBOOK_TOKEN";
  private static final int TOKEN_BYTES = 24;

  @Option(
      names = "--http",
      arity = "0..1",
      fallbackValue = "0",
      paramLabel = "PORT",
      description =
          "Serve by HTTP on 127.0.0.1 instead, on a free port if none is given, to who knows the"
              + " token in "
              + TOKEN
              + "; without one it is made and told.")
  private Optional<Integer> port = Optional.empty();

  @Option(
      names = "--session",
      paramLabel = "ID",
      description = "Go on with this session (default: one of its own).")
  private Optional<String> session = Optional.empty();

  ServeCommand(Root root) {
    super(root);
  }

  @Override
  boolean comparesMeanings() {
    return true;
  }

  @Override
  @SuppressWarnings("try") // hooks are answered until the client is gone
  Exit run() throws IOException {
    if (port.filter(number -> number < 0 || number > 0xFFFF).isPresent()) {
      throw wrong(
          "Port %d is none; give 1 to 65535, or none for a free one".formatted(port.orElseThrow()));
    }
    return onTarget(target -> {
      String name = target.workspace();
      try (Daybook engine = target.openEngine(builder -> builder.writeDeadline(root().patience()));
          Workspace workspace = engine.open(name)) {
        Actor agent = target.agent(target.agentOfShell().orElse("agent"));
        MemoryServer.Settings settings =
            // The client that connects says what it is called.
            MemoryServer.Settings.of(agent.client(""))
                .session(session.map(SessionId::of).orElse(SessionId.NONE))
                .workingFolder(target.folder());
        try (MemoryServer server = start(workspace, settings);
            HookServer hooks =
                HookServer.start(
                    workspace,
                    agent,
                    target.home(),
                    message -> screen().message(Plain.line(message)))) {
          server.awaitEnd();
          return Exit.DONE;
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new InterruptedIOException("The server was interrupted");
        } finally {
          // A client soon kills a server that does not end by itself.
          workspace.closeQuickly();
        }
      }
    });
  }

  private MemoryServer start(Workspace workspace, MemoryServer.Settings settings)
      throws IOException {
    if (port.isEmpty()) {
      return MemoryServer.overStdio(
          workspace, settings, root().invocation().in(), root().invocation().out());
    }
    String given = root().invocation().environment().getOrDefault(TOKEN, "");
    String token = given.isEmpty() ? madeToken() : given;
    MemoryServer server;
    try {
      server = MemoryServer.overHttp(workspace, settings, port.orElseThrow(), token);
    } catch (IllegalArgumentException e) {
      throw wrong("%s: %s".formatted(TOKEN, e.getMessage()));
    }
    screen().message("Serving http://127.0.0.1:" + server.port() + "/mcp");
    if (given.isEmpty()) {
      screen().message("Token: " + token);
    }
    return server;
  }

  private static String madeToken() {
    byte[] bytes = new byte[TOKEN_BYTES];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
