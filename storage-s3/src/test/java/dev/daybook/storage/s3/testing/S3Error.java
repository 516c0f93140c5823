package dev.daybook.storage.s3.testing;

/** An answer of S3 that is an error: thrown where it is found, sent as XML. */
@SuppressWarnings("serial") // never sent as an object
final class S3Error extends RuntimeException {
  private final int status;
  private final String code;

  S3Error(int status, String code, String message) {
    super(message, null, false, false);
    this.status = status;
    this.code = code;
  }

  int status() {
    return status;
  }

  String code() {
    return code;
  }

  static S3Error notImplemented(String what) {
    return new S3Error(
        501, "NotImplemented", "This double of S3 does not know " + what + ": add it or avoid it");
  }
}
