package dev.daybook.mcp.server;

import dev.daybook.Daybook;
import dev.daybook.Workspace;
import dev.daybook.event.Actor;
import dev.daybook.recall.Embedder;
import dev.daybook.storage.ObjectStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.nio.file.Path;

/** A workspace, a server for it, and the client's ends of its two streams. */
final class Wire implements AutoCloseable {
  static final Actor CODER = Actor.agent("coder-1").role("coder");

  final Daybook engine;
  final Workspace workspace;
  final MemoryServer server;
  final OutputStream toServer;
  final InputStream fromServer;

  private final ObjectStore store;

  private Wire(ObjectStore store, Path cache, MemoryServer.Settings settings) throws IOException {
    this.store = store;
    this.engine = engine(store, cache);
    this.workspace = engine.openOrCreate("shop");
    // Not PipedInputStream, which takes the end of a thread that wrote for the end of the stream.
    Pipe there = Pipe.open();
    Pipe back = Pipe.open();
    this.toServer = Channels.newOutputStream(there.sink());
    this.fromServer = Channels.newInputStream(back.source());
    this.server =
        MemoryServer.overStdio(
            workspace,
            settings,
            Channels.newInputStream(there.source()),
            Channels.newOutputStream(back.sink()));
  }

  static Daybook engine(ObjectStore store, Path cache) {
    return Daybook.on(store).embedder(Embedder.none()).cache(cache, 64L << 20).open();
  }

  static Wire to(ObjectStore store, Path cache) throws IOException {
    return to(store, cache, MemoryServer.Settings.of(CODER));
  }

  static Wire to(ObjectStore store, Path cache, MemoryServer.Settings settings) throws IOException {
    return new Wire(store, cache, settings);
  }

  /** Another server on the same store, with an engine of its own. */
  Wire beside(MemoryServer.Settings settings, Path cache) throws IOException {
    return new Wire(store, cache, settings);
  }

  @Override
  public void close() throws IOException {
    toServer.close();
    server.close();
    engine.close();
  }
}
