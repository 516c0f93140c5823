package dev.daybook.storage.local;

import dev.daybook.StorageAccessException;
import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A directory as object store, for any number of processes of one machine.
 *
 * <p>Each object is one file under its key; a numbered key, whose last part begins with at least 12
 * digits, lies in a folder of a thousand ({@code
 * plan/00000000000000001+/00000000000000001234.json}). A create writes a temporary file, forces it
 * to disk and gives it its name by a hard link, which the operating system makes only where nothing
 * is; it is answered once the name is on disk, too. Where there are no hard links, a lock file
 * stands in for them. Names that are no keys are ignored.
 *
 * <p>Keys that differ only in case are two objects where the file system keeps them apart; on one
 * that does not, the second is refused. A key that is a folder of another is refused.
 *
 * <p>The store's own time is what the file system says of the file a create has written, and the
 * machine's clock in all other answers. A directory that vanishes or is replaced while open, as by
 * unmounting its disk, is a {@link NoSuchFileException}, not an empty store. Holds nothing open
 * between calls. Safe for use by any number of threads.
 */
public final class LocalObjectStore implements ObjectStore {
  /** Each turn is caused by another thread that emptied the folder since. */
  private static final int PLACING_ATTEMPTS_MAX = 1_000;

  private final Path root;
  private final Folder folder;
  private final Placing placing;
  private final InstantSource clock;

  private LocalObjectStore(Opening opening, Opening.Opened opened) {
    this.root = opening.root();
    this.folder = opened.folder();
    this.placing = opened.placing();
    this.clock = opening.clock();
  }

  /**
   * The store in this directory, which is made if it is missing.
   *
   * @throws StorageAccessException if the directory cannot be used, such as for want of permission,
   *     or lies on a network file system
   */
  public static LocalObjectStore at(Path directory) {
    return open(opening(directory, Opening.Network.REFUSED));
  }

  /**
   * The store in this directory, even if other machines share it. Daybook cannot promise there that
   * a listing shows what another machine has just written: prefer a bucket.
   *
   * @throws StorageAccessException if the directory cannot be used
   */
  public static LocalObjectStore onNetworkFileSystem(Path directory) {
    return open(opening(directory, Opening.Network.ACCEPTED));
  }

  private static Opening opening(Path directory, Opening.Network network) {
    return new Opening(
        directory.toAbsolutePath().normalize(),
        network,
        Opening.Links.IF_SUPPORTED,
        Opening.Cases.AS_THE_FILE_SYSTEM,
        InstantSource.system());
  }

  static LocalObjectStore open(Opening opening) {
    try {
      return new LocalObjectStore(opening, opening.open());
    } catch (IOException e) {
      var explained = Failures.explain("Opening " + opening.root() + " as an object store", e);
      throw new StorageAccessException(explained.getMessage(), explained);
    }
  }

  @Override
  public Created createIfAbsent(ObjectKey key, byte[] bytes) throws IOException {
    Objects.requireNonNull(bytes, "bytes");
    var target = Layout.path(root, key);
    try {
      var startedAt = clock.instant();
      if (isTaken(target)) {
        syncNames(target);
        return new Created(Creation.ALREADY_EXISTS, startedAt);
      }
      try (var temporary = written(key, bytes)) {
        var writtenAt = temporary.writtenAt();
        boolean isNew = place(temporary, target);
        syncPlaced(key, target);
        return new Created(isNew ? Creation.CREATED : Creation.ALREADY_EXISTS, writtenAt);
      }
    } catch (NotWrittenException e) {
      throw e;
    } catch (IOException e) {
      throw Failures.explain("Creating " + key + " in " + root, e);
    }
  }

  /** The file has its name, so no refusal from here on says that the object is not there. */
  private void syncPlaced(ObjectKey key, Path target) throws IOException {
    try {
      syncNames(target);
    } catch (NoSuchFileException | AccessDeniedException e) {
      throw new IOException(
          "Creating " + key + " in " + root + " may or may not have happened: " + e, e);
    }
  }

  /** Nobody sees a file that has not been placed, so a failure here is no open question. */
  private Folder.Temporary written(ObjectKey key, byte[] bytes) throws IOException {
    try {
      return folder.write(bytes);
    } catch (NoSuchFileException | AccessDeniedException e) {
      throw e;
    } catch (IOException e) {
      IOException explained = Failures.explain("Creating " + key + " in " + root, e);
      throw new NotWrittenException(explained.getMessage(), e);
    }
  }

  /**
   * Whether the object exists.
   *
   * @throws IOException if the key cannot be one, for it is a folder or differs only in case
   */
  private boolean isTaken(Path target) throws IOException {
    var attributes = attributes(target);
    if (attributes.isEmpty()) {
      return false;
    }
    if (!attributes.get().isRegularFile()) {
      throw new IOException(target + " is a folder of other objects; no object can have its name");
    }
    folder.requireExact(target);
    return true;
  }

  private Optional<BasicFileAttributes> attributes(Path target) throws IOException {
    try {
      return Optional.of(Files.readAttributes(target, BasicFileAttributes.class));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (FileSystemException e) {
      if (folder.passesThroughFile(target)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private boolean place(Folder.Temporary temporary, Path target) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        folder.ensure(target.getParent());
        placing.place(temporary.path(), target);
        return true;
      } catch (FileAlreadyExistsException e) {
        if (isTaken(target)) {
          return false;
        }
        retryUnlessLast(attempt, e);
      } catch (NoSuchFileException e) {
        folder.requirePresent();
        temporary.requirePresent();
        folder.forget(target.getParent());
        retryUnlessLast(attempt, e);
      }
    }
  }

  private static void retryUnlessLast(int attempt, FileSystemException e) throws IOException {
    if (attempt == PLACING_ATTEMPTS_MAX) {
      throw new IOException("its folder was removed %d times meanwhile".formatted(attempt), e);
    }
  }

  /** Makes the name durable before it is answered, also if another process made it. */
  private void syncNames(Path target) throws IOException {
    try {
      Folder.sync(target.getParent());
    } catch (NoSuchFileException e) {
      folder.requirePresent(); // the object was there, and has been deleted since
    }
  }

  @Override
  public Optional<Stored> get(ObjectKey key) throws IOException {
    return read(key, 0, Integer.MAX_VALUE);
  }

  @Override
  public Optional<Stored> getRange(ObjectKey key, long offset, int length) throws IOException {
    if (offset < 0 || length < 1) {
      throw new IllegalArgumentException(
          "Range of %d bytes from %d of %s; ask for at least 1 byte from 0 on"
              .formatted(length, offset, key));
    }
    return read(key, offset, length);
  }

  private Optional<Stored> read(ObjectKey key, long offset, int length) throws IOException {
    var path = Layout.path(root, key);
    try {
      var answeredAt = clock.instant();
      try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
        var attributes = Files.readAttributes(path, BasicFileAttributes.class);
        if (!attributes.isRegularFile() || !folder.isExact(path)) {
          return Optional.empty();
        }
        var bytes = read(channel, offset, length);
        return Optional.of(
            new Stored(bytes, attributes.lastModifiedTime().toInstant(), answeredAt));
      }
    } catch (NoSuchFileException e) {
      folder.requirePresent();
      return Optional.empty();
    } catch (FileSystemException e) {
      if (folder.passesThroughFile(path)) {
        return Optional.empty();
      }
      throw Failures.explain("Reading " + key + " in " + root, e);
    } catch (IOException e) {
      throw Failures.explain("Reading " + key + " in " + root, e);
    }
  }

  private static byte[] read(FileChannel channel, long offset, int length) throws IOException {
    long size = Math.min(length, Math.max(0, channel.size() - offset));
    var bytes = ByteBuffer.allocate(Math.toIntExact(size));
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, offset + bytes.position()) < 0) {
        throw new IOException(
            "the file ends after %d of %d bytes; something else than this store changed it"
                .formatted(offset + bytes.position(), offset + size));
      }
    }
    return bytes.array();
  }

  @Override
  public Page list(String prefix, String startAfter, int keysMax) throws IOException {
    Objects.requireNonNull(startAfter, "startAfter");
    if (keysMax < 1 || keysMax > PAGE_KEYS_MAX) {
      throw new IllegalArgumentException(
          "Page of %d keys; ask for 1 to %d".formatted(keysMax, PAGE_KEYS_MAX));
    }
    var answeredAt = clock.instant();
    try {
      var beginning = prefix.substring(0, prefix.lastIndexOf('/') + 1);
      var listed =
          isFolder(beginning)
              ? Listing.list(root.resolve(beginning), beginning, prefix, startAfter, keysMax)
              : Listing.NOTHING;
      if (listed.objects().isEmpty()) {
        folder.requirePresent();
      }
      return new Page(listed.objects(), listed.more(), answeredAt);
    } catch (IOException e) {
      throw Failures.explain("Listing '" + prefix + "' in " + root, e);
    }
  }

  /** Whether keys can begin so; {@code beginning} is empty or ends with a slash. */
  private boolean isFolder(String beginning) throws IOException {
    if (beginning.isEmpty()) {
      return true;
    }
    var parts = List.of(beginning.substring(0, beginning.length() - 1).split("/", -1));
    if (!parts.stream().allMatch(Layout::isPart)) {
      return false;
    }
    return folder.isExact(root.resolve(beginning));
  }

  @Override
  public void overwrite(ObjectKey key, byte[] bytes) throws IOException {
    Objects.requireNonNull(bytes, "bytes");
    var target = Layout.path(root, key);
    try (var temporary = folder.write(bytes)) {
      replace(temporary, target);
      syncNames(target);
    } catch (IOException e) {
      throw Failures.explain("Overwriting " + key + " in " + root, e);
    }
  }

  private void replace(Folder.Temporary temporary, Path target) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        folder.ensure(target.getParent());
        requireObjectOrNothing(target);
        placing.replace(temporary.path(), target);
        return;
      } catch (NoSuchFileException e) {
        folder.requirePresent();
        temporary.requirePresent();
        folder.forget(target.getParent());
        retryUnlessLast(attempt, e);
      }
    }
  }

  private void requireObjectOrNothing(Path target) throws IOException {
    var unused = isTaken(target);
  }

  @Override
  public void delete(ObjectKey key) throws IOException {
    var target = Layout.path(root, key);
    try {
      if (isObject(target) && Files.deleteIfExists(target)) {
        folder.removeEmpty(target.getParent());
      } else {
        folder.requirePresent();
      }
    } catch (IOException e) {
      throw Failures.explain("Deleting " + key + " in " + root, e);
    }
  }

  private boolean isObject(Path target) throws IOException {
    return attributes(target).filter(BasicFileAttributes::isRegularFile).isPresent()
        && folder.isExact(target);
  }

  /** The absolute path of the directory. */
  @Override
  public String describe() {
    return root.toString();
  }

  /** Does nothing: the store holds nothing open. */
  @Override
  public void close() {}
}
