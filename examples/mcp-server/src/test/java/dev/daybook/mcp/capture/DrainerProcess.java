package dev.daybook.mcp.capture;

import dev.daybook.Daybook;
import dev.daybook.Workspace;
import dev.daybook.recall.Embedder;
import dev.daybook.storage.ForwardingObjectStore;
import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.local.LocalObjectStore;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;

/**
 * A process that drains a spool until somebody kills it, into a store that takes its time after
 * what it has written, so that the moment between durable and deleted is long.
 */
final class DrainerProcess {
  private DrainerProcess() {}

  public static void main(String[] arguments) {
    try (LocalObjectStore local = LocalObjectStore.at(Path.of(arguments[0]));
        Daybook daybook = Daybook.on(slow(local)).embedder(Embedder.none()).open();
        Workspace workspace = daybook.open("auth");
        Capture capture = Capture.of(workspace, Scene.AGENT, Path.of(arguments[1]))) {
      System.out.println("ready");
      while (true) {
        Capture.Drained drained = capture.drain();
        if (!drained.messages().isEmpty()) {
          System.out.println(drained.messages());
        }
      }
    }
  }

  private static ForwardingObjectStore slow(LocalObjectStore local) {
    return new ForwardingObjectStore(local) {
      @Override
      public Created createIfAbsent(ObjectKey key, byte[] bytes) throws IOException {
        pause();
        Created created = super.createIfAbsent(key, bytes);
        pause();
        return created;
      }
    };
  }

  private static void pause() throws IOException {
    try {
      Thread.sleep(60);
    } catch (InterruptedException e) {
      throw new InterruptedIOException();
    }
  }
}
