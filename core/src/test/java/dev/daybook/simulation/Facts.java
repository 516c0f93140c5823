package dev.daybook.simulation;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The events of a scenario as bits, so that sets of them are ints. */
final class Facts {
  private static final int EVENTS_MAX = 31;

  private final List<String> names = new ArrayList<>();
  private final Map<String, Integer> bits = new HashMap<>();

  Facts(Collection<String> events) {
    for (String event : events) {
      if (bits.putIfAbsent(event, 1 << names.size()) == null) {
        names.add(event);
      }
    }
    if (names.size() > EVENTS_MAX) {
      throw new IllegalArgumentException("At most 31 events: " + names);
    }
  }

  int count() {
    return names.size();
  }

  int bit(String event) {
    Integer bit = bits.get(event);
    if (bit == null) {
      throw new IllegalStateException("Nobody was to write '" + event + "'");
    }
    return bit;
  }

  int set(Collection<String> events) {
    int set = 0;
    for (String event : events) {
      set |= bit(event);
    }
    return set;
  }

  List<String> names(int set) {
    return names.stream().filter(name -> (bits.get(name) & set) != 0).toList();
  }
}
