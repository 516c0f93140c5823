package dev.daybook.internal.manifest;

import dev.daybook.CorruptDataException;
import dev.daybook.storage.ObjectKey;

/**
 * A file that a manifest names is not there. If that manifest is still the newest, data is missing;
 * if not, collection removed the file and a newer manifest says what took its place.
 */
@SuppressWarnings("serial") // thrown, never sent
public final class FileGoneException extends CorruptDataException {
  private final transient ObjectKey key;

  /** The object of this key is missing from that store. */
  public FileGoneException(ObjectKey key, String store) {
    super(key + " is missing from " + store + "; restore the object from a backup");
    this.key = key;
  }

  /** What is missing. */
  public ObjectKey key() {
    return key;
  }
}
