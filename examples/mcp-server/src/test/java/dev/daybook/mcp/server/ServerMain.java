package dev.daybook.mcp.server;

import dev.daybook.Daybook;
import dev.daybook.Workspace;
import dev.daybook.event.Actor;
import dev.daybook.storage.local.LocalObjectStore;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A server as a process of its own: over its standard streams, or over HTTP until its input ends.
 */
final class ServerMain {
  static final String TOKEN = "token-of-the-tests-0123456789";

  private ServerMain() {}

  /**
   * Serves {@code stdio}, {@code http} or {@code conformance}, the store, the workspace, the agent,
   * the cache.
   */
  @SuppressWarnings("ClosingStandardOutputStreams") // the process ends with the server
  public static void main(String[] arguments) throws Exception {
    try (LocalObjectStore store = LocalObjectStore.at(Path.of(arguments[1]));
        Daybook engine = Wire.engine(store, Path.of(arguments[4]));
        Workspace workspace = engine.openOrCreate(arguments[2])) {
      MemoryServer.Settings settings = MemoryServer.Settings.of(Actor.agent(arguments[3]));
      switch (arguments[0]) {
        case "stdio" -> {
          try (MemoryServer server =
              MemoryServer.overStdio(workspace, settings, System.in, System.out)) {
            server.awaitEnd();
          }
        }
        case "http" -> {
          try (MemoryServer server = MemoryServer.overHttp(workspace, settings, 0, TOKEN)) {
            sayAndWait(server.port());
          }
        }
        default -> sayAndWait(ConformanceServer.start(workspace, settings, TOKEN));
      }
    }
    System.exit(0);
  }

  /** Until whoever started it lets go. */
  private static void sayAndWait(int port) throws IOException {
    System.out.println(port);
    while (System.in.read() != -1) {
      // It is the end that counts.
    }
  }
}
