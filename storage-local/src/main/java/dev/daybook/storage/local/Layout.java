package dev.daybook.storage.local;

import dev.daybook.storage.ObjectKey;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where an object's file lies: under its key, except that a last part which begins with at least 12
 * digits lies in a folder of a thousand numbers. {@code plan/00000000000000001234.json} is the file
 * {@code plan/00000000000000001+/00000000000000001234.json}.
 *
 * <p>No key contains {@code +}, so names with it are free for folders of a thousand and for the
 * store's own files.
 */
final class Layout {
  /** Ends every name that is no part of a key. */
  private static final String MARK = "+";

  static final String TEMPORARY = ".tmp" + MARK;
  static final String LINKS = ".links" + MARK;
  static final String LOCK = ".lock" + MARK;

  private static final int DIGITS_MIN = 12;
  private static final int DIGITS_INSIDE = 3;
  private static final Pattern LEGAL_PART =
      Pattern.compile("[A-Za-z0-9._-]{1," + ObjectKey.PART_LENGTH_MAX + "}");
  private static final Pattern THOUSAND =
      Pattern.compile("([0-9]{" + (DIGITS_MIN - DIGITS_INSIDE) + ",})\\" + MARK);

  private Layout() {}

  /** The file of this key below {@code root}. */
  static Path path(Path root, ObjectKey key) {
    int split = key.path().lastIndexOf('/') + 1;
    var folder = root.resolve(key.path().substring(0, split));
    var name = key.path().substring(split);
    return thousandOf(name)
        .map(digits -> folder.resolve(digits + MARK))
        .orElse(folder)
        .resolve(name);
  }

  /** The leading digits that name the folder of a thousand in which {@code name} lies, if any. */
  static Optional<String> thousandOf(String name) {
    int digits = 0;
    while (digits < name.length() && name.charAt(digits) >= '0' && name.charAt(digits) <= '9') {
      digits++;
    }
    return digits < DIGITS_MIN
        ? Optional.empty()
        : Optional.of(name.substring(0, digits - DIGITS_INSIDE));
  }

  /** The leading digits of all names in this folder, if it is a folder of a thousand. */
  static Optional<String> digitsOfFolder(String folder) {
    var matcher = THOUSAND.matcher(folder);
    return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  /** Whether a key may have this part. */
  static boolean isPart(String name) {
    return LEGAL_PART.matcher(name).matches() && !name.equals(".") && !name.equals("..");
  }
}
