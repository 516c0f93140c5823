package dev.daybook.storage.s3.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** Percent-encoding as AWS wants it: all but letters, digits and {@code - . _ ~}. */
final class Percent {
  private Percent() {}

  static String encode(String text) {
    var encoded = new StringBuilder();
    for (byte b : text.getBytes(UTF_8)) {
      char c = (char) (b & 0xff);
      boolean plain =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || "-._~".indexOf(c) >= 0;
      if (plain) {
        encoded.append(c);
      } else {
        encoded.append("%%%02X".formatted((int) c));
      }
    }
    return encoded.toString();
  }

  /** Decodes a path, where a plus is a plus. */
  static String decodePath(String path) {
    return URLDecoder.decode(path.replace("+", "%2B"), UTF_8);
  }

  /** The parameters of a query; those without a value have an empty one. */
  static Map<String, String> parameters(String query) {
    var parameters = new TreeMap<String, String>();
    Arrays.stream(query.split("&", -1))
        .filter(parameter -> !parameter.isEmpty())
        .forEach(parameter -> {
          int equals = parameter.indexOf('=');
          var name = equals < 0 ? parameter : parameter.substring(0, equals);
          var value = equals < 0 ? "" : parameter.substring(equals + 1);
          parameters.put(URLDecoder.decode(name, UTF_8), URLDecoder.decode(value, UTF_8));
        });
    return parameters;
  }
}
