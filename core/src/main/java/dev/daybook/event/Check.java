package dev.daybook.event;

import java.util.List;
import java.util.Objects;

/** Checks shared by the records of this package; every message names the field. */
final class Check {
  private Check() {}

  static String notBlank(String value, String type, String field) {
    Objects.requireNonNull(value, field);
    if (value.isBlank()) {
      throw new IllegalArgumentException(type + "." + field + " is blank; say what it is");
    }
    return value;
  }

  static String id(String value, String type, String field) {
    notBlank(value, type, field);
    if (value.length() > 200 || value.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
      throw new IllegalArgumentException(
          type
              + "."
              + field
              + " '"
              + value
              + "' is no id: at most 200 characters, no control characters");
    }
    return value;
  }

  static long notNegative(long value, String type, String field) {
    if (value < 0) {
      throw new IllegalArgumentException(
          type + "." + field + " is " + value + ", expected 0 or more");
    }
    return value;
  }

  static List<String> texts(List<String> values, String type, String field) {
    List<String> copy = List.copyOf(values);
    for (String value : copy) {
      notBlank(value, type, field);
    }
    return copy;
  }
}
