package dev.daybook.event;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

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

  /** Labels in order of their keys, since a map has no order and equal events must look equal. */
  static Map<String, String> labels(Map<String, String> values, String type) {
    Map<String, String> sorted = new TreeMap<>(values);
    sorted.forEach((key, value) -> {
      id(key, type, "label key");
      Objects.requireNonNull(value, "label value");
    });
    return Collections.unmodifiableMap(sorted);
  }

  static Map<String, String> plus(Map<String, String> labels, String key, String value) {
    Map<String, String> more = new TreeMap<>(labels);
    more.put(key, value);
    return more;
  }

  static List<String> plus(List<String> values, String value) {
    List<String> more = new ArrayList<>(values);
    more.add(value);
    return more;
  }

  static EventId event(EventId value, String type, String field) {
    if (!value.isPresent()) {
      throw new IllegalArgumentException(
          type
              + "."
              + field
              + " is no event; give the id that PlanChange.events() or the plan said");
    }
    return value;
  }

  static void subject(PlanEvent.Subject subject, String value, String type) {
    Objects.requireNonNull(subject, "subject");
    id(value, type, "id");
    if (subject == PlanEvent.Subject.DECISION) {
      try {
        EventId unused = event(EventId.parse(value), type, "id");
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            type + ".id '" + value + "' is no id of a decision's event", e);
      }
    }
  }
}
