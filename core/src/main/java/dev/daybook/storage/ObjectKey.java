package dev.daybook.storage;

import java.util.Objects;

/**
 * The name of an object in a store: one or more parts joined by {@code /}.
 *
 * <p>A part holds ASCII letters, digits, {@code .}, {@code _} and {@code -}; it is neither empty
 * nor {@code .} or {@code ..}. A part has at most {@value #PART_LENGTH_MAX} characters, so that it
 * can be a file name, and a key at most {@value #LENGTH_MAX}. Keys compare by their characters,
 * which for ASCII is the byte order of S3. Immutable.
 *
 * @param path the whole key, such as {@code auth/000001/plan/00000000000000000001.json}
 */
public record ObjectKey(String path) implements Comparable<ObjectKey> {
  /** The longest key, in characters. */
  public static final int LENGTH_MAX = 512;

  /** The longest part of a key, in characters. */
  public static final int PART_LENGTH_MAX = 200;

  /**
   * Checks the key.
   *
   * @throws IllegalArgumentException if the path is no legal key
   */
  public ObjectKey {
    Objects.requireNonNull(path, "path");
    if (path.length() > LENGTH_MAX) {
      throw new IllegalArgumentException(
          "Object key of "
              + path.length()
              + " characters, at most "
              + LENGTH_MAX
              + " are allowed: "
              + path);
    }
    for (String part : path.split("/", -1)) {
      if (part.isEmpty()
          || part.equals(".")
          || part.equals("..")
          || part.length() > PART_LENGTH_MAX
          || !part.chars().allMatch(ObjectKey::isLegal)) {
        throw new IllegalArgumentException(
            "Object key '"
                + path
                + "' has the illegal part '"
                + part
                + "'; a part holds 1 to "
                + PART_LENGTH_MAX
                + " ASCII letters, digits, '.', '_' and '-', and is neither '.' nor '..'");
      }
    }
  }

  /** The key of this path. */
  public static ObjectKey of(String path) {
    return new ObjectKey(path);
  }

  private static boolean isLegal(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '.'
        || c == '_'
        || c == '-';
  }

  @Override
  public int compareTo(ObjectKey other) {
    return path.compareTo(other.path);
  }

  @Override
  public String toString() {
    return path;
  }
}
