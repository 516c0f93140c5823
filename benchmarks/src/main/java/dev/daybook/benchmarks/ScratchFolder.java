package dev.daybook.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

/**
 * A folder that goes however a suite ends: when it is closed, or when the JVM is told to stop.
 * Processes started through it are ended first, with force, and waited for, so that they do not
 * write into it meanwhile. For any threads.
 */
public final class ScratchFolder implements AutoCloseable {
  private static final int ATTEMPTS_MAX = 20;
  private static final long ATTEMPT_NANOS = 50_000_000;

  private final Path path;
  private final Thread atStop = new Thread(this::deleteQuietly, "scratch-folder");
  private final List<Process> processes = new CopyOnWriteArrayList<>();

  private ScratchFolder(Path path) {
    this.path = path;
    Runtime.getRuntime().addShutdownHook(atStop);
  }

  /** A new, empty folder among the temporary ones, whose name begins like this. */
  public static ScratchFolder of(String prefix) throws IOException {
    return new ScratchFolder(Files.createTempDirectory(prefix));
  }

  /** A new, empty folder in another, which is made if it is not there. */
  public static ScratchFolder in(Path parent, String prefix) throws IOException {
    return new ScratchFolder(Files.createTempDirectory(Files.createDirectories(parent), prefix));
  }

  /** A folder that is there already, and goes like one that was made here. */
  public static ScratchFolder owning(Path folder) {
    return new ScratchFolder(folder);
  }

  /** Where it is. */
  public Path path() {
    return path;
  }

  /** A place in it. */
  public Path resolve(String name) {
    return path.resolve(name);
  }

  /**
   * The flag by which a JVM has its temporary files here. A JVM that is ended with force leaves
   * those it would have removed, such as the native libraries it took out of jars.
   */
  public String asTemporary() {
    return "-Djava.io.tmpdir=" + path;
  }

  /** Starts a process that ends before the folder goes, if it has not ended by then. */
  public Process start(ProcessBuilder builder) throws IOException {
    Process process = builder.start();
    processes.add(process);
    return process;
  }

  /**
   * Ends what was started and removes the folder and all in it; does nothing the second time. While
   * the JVM stops it leaves that to the stopping.
   */
  @Override
  public void close() throws IOException {
    try {
      if (!Runtime.getRuntime().removeShutdownHook(atStop)) {
        return;
      }
    } catch (IllegalStateException e) {
      // The JVM stops, and the hook does the rest.
      return;
    }
    delete();
  }

  private void delete() throws IOException {
    processes.forEach(Process::destroyForcibly);
    for (Process process : processes) {
      awaitEnd(process);
    }
    if (Files.exists(path)) {
      Scratch.delete(path);
    }
  }

  /** Waits even if interrupted: a process that is killed ends soon, and nothing may go before. */
  private static void awaitEnd(Process process) {
    boolean isInterrupted = false;
    while (true) {
      try {
        int unused = process.waitFor();
        break;
      } catch (InterruptedException e) {
        isInterrupted = true;
      }
    }
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Threads go on while the JVM stops, and may write what was just removed. */
  private void deleteQuietly() {
    String why = "";
    for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      try {
        delete();
        return;
      } catch (IOException | RuntimeException e) {
        why = e.toString();
        LockSupport.parkNanos(ATTEMPT_NANOS);
      }
    }
    Console.progress("%s is left; remove it by hand: %s", path, why);
  }
}
