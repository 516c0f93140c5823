package dev.daybook.storage.s3;

import dev.daybook.storage.ObjectKey;
import java.util.Objects;
import java.util.Optional;

/**
 * A bucket and what every key of the store begins with there; turns Daybook's keys into S3's and
 * back.
 *
 * @param bucket name or ARN
 * @param prefix parts joined by {@code /}, without one at its end; empty for the whole bucket
 */
record S3Location(String bucket, String prefix) {
  /** S3 allows 1,024 bytes a key; one of them is the slash after the prefix. */
  static final int PREFIX_LENGTH_MAX = 1_024 - ObjectKey.LENGTH_MAX - 1;

  S3Location {
    Objects.requireNonNull(bucket, "bucket");
    Objects.requireNonNull(prefix, "prefix");
    if (bucket.isEmpty()
        || bucket.chars().anyMatch(c -> c <= ' ' || c > '~')
        || (bucket.indexOf('/') >= 0 && !bucket.startsWith("arn:"))) {
      throw new IllegalArgumentException(
          "'"
              + bucket
              + "' is no bucket; give its name alone, such as 'my-bucket', and what lies below it"
              + " as the prefix");
    }
    if (bucket.endsWith("--x-s3")) {
      throw new IllegalArgumentException(
          "Bucket '"
              + bucket
              + "' is a directory bucket, which lists its keys in no order; Daybook needs a"
              + " general purpose bucket");
    }
    if (prefix.length() > PREFIX_LENGTH_MAX) {
      throw new IllegalArgumentException(
          "Prefix of "
              + prefix.length()
              + " characters, at most "
              + PREFIX_LENGTH_MAX
              + " are allowed: "
              + prefix);
    }
    if (!prefix.isEmpty() && parse(prefix).isEmpty()) {
      throw new IllegalArgumentException(
          "Prefix '"
              + prefix
              + "' has an empty or illegal part; write it like 'team/factory': parts of ASCII"
              + " letters, digits, '.', '_' and '-', joined by '/', none at either end");
    }
  }

  /** The address of the store. */
  String address() {
    return "s3://" + bucket + (prefix.isEmpty() ? "" : "/" + prefix);
  }

  /** The address of one object, or of all whose keys begin so. */
  String address(String path) {
    return "s3://" + bucket + "/" + s3Key(path);
  }

  /** S3's key for a path of this store, whole or begun. */
  String s3Key(String path) {
    return prefix.isEmpty() ? path : prefix + "/" + path;
  }

  /** This store's key for S3's; empty if another program left it here under a name of its own. */
  Optional<ObjectKey> key(String s3Key) {
    int below = prefix.isEmpty() ? 0 : prefix.length() + 1;
    return parse(s3Key.substring(Math.min(below, s3Key.length())));
  }

  /** What a policy has to allow the actions on objects for. */
  String resource() {
    return "arn:aws:s3:::" + bucket + "/" + s3Key("*");
  }

  private static Optional<ObjectKey> parse(String path) {
    try {
      return Optional.of(ObjectKey.of(path));
    } catch (IllegalArgumentException foreign) {
      return Optional.empty();
    }
  }
}
