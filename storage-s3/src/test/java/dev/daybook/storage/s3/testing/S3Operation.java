package dev.daybook.storage.s3.testing;

/** The kinds of request {@link S3Double} counts, and lets fail. */
public enum S3Operation {
  /** PUT of an object with {@code If-None-Match: *}. */
  CREATE,
  /** PUT of an object without a condition. */
  OVERWRITE,
  /** GET of a whole object. */
  GET,
  /** GET of an object with a Range. */
  GET_RANGE,
  /** HEAD of an object. */
  HEAD,
  /** DELETE of an object. */
  DELETE,
  /** ListObjectsV2. */
  LIST,
  /** A request for the bucket itself, or one the double does not know. */
  OTHER;

  boolean writes() {
    return this == CREATE || this == OVERWRITE || this == DELETE;
  }

  boolean readsContent() {
    return this == GET || this == GET_RANGE;
  }
}
