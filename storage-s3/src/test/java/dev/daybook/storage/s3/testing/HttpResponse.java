package dev.daybook.storage.s3.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.LinkedHashMap;
import java.util.Map;

/** An answer to send. Content-Length, Date and the like are added when it is sent. */
@SuppressWarnings("ArrayRecordComponent") // written once and handed on; never compared
record HttpResponse(int status, Map<String, String> headers, byte[] body) {
  static HttpResponse empty(int status) {
    return new HttpResponse(status, Map.of(), new byte[0]);
  }

  static HttpResponse xml(int status, String xml) {
    return new HttpResponse(
        status,
        Map.of("Content-Type", "application/xml"),
        ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + xml).getBytes(UTF_8));
  }

  HttpResponse with(String name, String value) {
    var more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new HttpResponse(status, more, body);
  }

  HttpResponse with(byte[] otherBody) {
    return new HttpResponse(status, headers, otherBody);
  }
}
