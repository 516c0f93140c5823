package dev.daybook.storage.s3.testing;

import java.util.NavigableMap;
import java.util.Optional;

/**
 * A request as it came over the wire.
 *
 * @param path still percent-encoded
 * @param query still percent-encoded, empty if there is none
 * @param headers by lower-case name; several of one name joined by commas
 */
@SuppressWarnings("ArrayRecordComponent") // read once and handed on; never compared
record HttpRequest(
    String method, String path, String query, NavigableMap<String, String> headers, byte[] body) {
  Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }
}
