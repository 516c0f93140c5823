package dev.daybook.storage.local;

import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore.Listed;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Lists a tree of files in the order of whole keys, which is not the order of a walk: {@code a-b/x}
 * comes before {@code a/x}.
 *
 * <p>A queue holds what has been found, by the least key it can hold; the first of the queue is the
 * next object or a folder that is opened then. Folders that hold no asked key are never opened, and
 * only files that are answered are looked up for size and time. What vanishes meanwhile is skipped.
 * Used by one thread.
 */
final class Listing {
  /** Something found on disk; {@code least} is at most any key it holds. */
  private sealed interface Found {
    String least();

    /** An object, or a folder of keys: not looked up yet. */
    record Name(String least, Path path) implements Found {}

    /** An object, if it is a file. */
    record Numbered(String least, Path path) implements Found {}

    /** A folder; {@code least} is the beginning of all its keys, with the slash. */
    record Folder(String least, Path path) implements Found {}

    /** A folder of a thousand numbers whose names begin with {@code digits}. */
    record Thousand(String folderKey, String digits, Path path) implements Found {
      @Override
      public String least() {
        return folderKey + digits;
      }
    }
  }

  private final PriorityQueue<Found> queue =
      new PriorityQueue<>(Comparator.comparing(Found::least));
  private final List<Listed> page = new ArrayList<>();
  private final String prefix;
  private final String startAfter;

  private Listing(String prefix, String startAfter) {
    this.prefix = prefix;
    this.startAfter = startAfter;
  }

  static final Result NOTHING = new Result(List.of(), false);

  /** What was found, and whether there may be more. */
  record Result(List<Listed> objects, boolean more) {}

  /**
   * Lists the objects below {@code folder}, whose keys begin with {@code folderKey}, itself empty
   * or ending with a slash.
   */
  static Result list(Path folder, String folderKey, String prefix, String startAfter, int keysMax)
      throws IOException {
    var listing = new Listing(prefix, startAfter);
    listing.queue.add(new Found.Folder(folderKey, folder));
    while (!listing.queue.isEmpty() && listing.page.size() < keysMax) {
      listing.take(listing.queue.remove());
    }
    return new Result(listing.page, !listing.queue.isEmpty());
  }

  private void take(Found found) throws IOException {
    try {
      switch (found) {
        case Found.Name(var key, var path) -> takeName(key, path);
        case Found.Numbered(var key, var path) -> takeObject(key, attributes(path));
        case Found.Folder(var key, var path) -> openFolder(key, path);
        case Found.Thousand(var key, var digits, var path) -> openThousand(key, digits, path);
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      // Deleted, or deleted and made anew as something else, since its folder was read.
      return;
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  private void takeName(String key, Path path) throws IOException {
    var attributes = attributes(path);
    if (!attributes.isDirectory()) {
      takeObject(key, attributes);
    } else if (mayHold(key + "/")) {
      queue.add(new Found.Folder(key + "/", path));
    }
  }

  private void takeObject(String key, BasicFileAttributes attributes) {
    if (attributes.isRegularFile() && isAsked(key)) {
      var storedAt = attributes.lastModifiedTime().toInstant();
      page.add(new Listed(ObjectKey.of(key), attributes.size(), storedAt));
    }
  }

  private void openFolder(String folderKey, Path folder) throws IOException {
    try (var names = Files.newDirectoryStream(folder)) {
      for (var path : names) {
        var name = path.getFileName().toString();
        var key = folderKey + name;
        Layout.digitsOfFolder(name)
            .filter(digits -> mayHold(folderKey + digits))
            .ifPresent(digits -> queue.add(new Found.Thousand(folderKey, digits, path)));
        if (!isKey(key, name)) {
          continue;
        }
        if (Layout.thousandOf(name).isPresent()) {
          if (mayHold(key + "/")) {
            queue.add(new Found.Folder(key + "/", path));
          }
        } else if (isAsked(key) || mayHold(key + "/")) {
          queue.add(new Found.Name(key, path));
        }
      }
    }
  }

  private void openThousand(String folderKey, String digits, Path folder) throws IOException {
    try (var names = Files.newDirectoryStream(folder)) {
      for (var path : names) {
        var name = path.getFileName().toString();
        var key = folderKey + name;
        if (isKey(key, name)
            && isAsked(key)
            && Layout.thousandOf(name).filter(digits::equals).isPresent()) {
          queue.add(new Found.Numbered(key, path));
        }
      }
    }
  }

  private static BasicFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class);
  }

  private boolean isAsked(String key) {
    return key.startsWith(prefix) && key.compareTo(startAfter) > 0;
  }

  /** Whether a key that begins with {@code beginning} may be asked for. */
  private boolean mayHold(String beginning) {
    return (beginning.startsWith(prefix) || prefix.startsWith(beginning))
        && (beginning.compareTo(startAfter) > 0 || startAfter.startsWith(beginning));
  }

  private static boolean isKey(String key, String name) {
    return key.length() <= ObjectKey.LENGTH_MAX && Layout.isPart(name);
  }
}
