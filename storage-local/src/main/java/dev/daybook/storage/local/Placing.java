package dev.daybook.storage.local;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Gives a finished temporary file its name in the tree, so that of all processes that place a file
 * under one name at most one succeeds. All processes that use a folder must place in the same way.
 */
sealed interface Placing {
  /**
   * Places the file where nothing is.
   *
   * @throws FileAlreadyExistsException if something has that name; nothing was changed
   */
  void place(Path temporary, Path target) throws IOException;

  /** Places the file whether or not a file is there, and takes the temporary name away. */
  void replace(Path temporary, Path target) throws IOException;

  /** By a hard link, which the operating system makes only where nothing is. */
  record ByLink() implements Placing {
    @Override
    public void place(Path temporary, Path target) throws IOException {
      try {
        Files.createLink(target, temporary);
      } catch (FileAlreadyExistsException e) {
        // A network file system may repeat a request whose answer was lost, and meet its own link.
        if (!isSame(temporary, target)) {
          throw e;
        }
      }
    }

    private static boolean isSame(Path temporary, Path target) throws IOException {
      return Files.exists(target) && Files.isSameFile(temporary, target);
    }

    @Override
    public void replace(Path temporary, Path target) throws IOException {
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  /**
   * By looking, then moving, under a lock of the operating system that ends with its process. The
   * lock covers this store's whole folder, and is held for a look and a move only.
   */
  record ByLock(Path lockFile) implements Placing {
    /** An operating system's lock is held by the process, so threads need one of their own. */
    private static final Map<Path, ReentrantLock> LOCKS = new ConcurrentHashMap<>();

    @Override
    public void place(Path temporary, Path target) throws IOException {
      locked(() -> {
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
          throw new FileAlreadyExistsException(target.toString());
        }
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      });
    }

    @Override
    public void replace(Path temporary, Path target) throws IOException {
      locked(() -> Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE));
    }

    private interface Step {
      void run() throws IOException;
    }

    private void locked(Step step) throws IOException {
      var lock = LOCKS.computeIfAbsent(realLockFile(), path -> new ReentrantLock());
      try {
        lock.lockInterruptibly();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        var interrupted = new InterruptedIOException("Interrupted while waiting for " + lockFile);
        interrupted.initCause(e);
        throw interrupted;
      }
      try (var channel = FileChannel.open(lockFile, StandardOpenOption.WRITE);
          var held = channel.lock()) {
        if (!held.isValid()) {
          throw new IOException("The lock on " + lockFile + " was lost as soon as it was taken");
        }
        step.run();
      } catch (OverlappingFileLockException e) {
        throw new IOException(
            "another copy of this library in this process holds "
                + lockFile
                + "; let one class loader use the directory",
            e);
      } finally {
        lock.unlock();
      }
    }

    /** One name for one file, so that a folder opened by two paths has one lock. */
    private Path realLockFile() throws IOException {
      try {
        return lockFile.toRealPath();
      } catch (NoSuchFileException e) {
        throw new IOException(
            "its lock file "
                + lockFile
                + " is gone, so processes no longer exclude each other; end all of them, then open"
                + " the directory again",
            e);
      }
    }
  }
}
