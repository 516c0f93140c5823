package dev.daybook.benchmarks.report;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A suite as the report runs it.
 *
 * @param name on the page and in file names
 * @param command the name that {@code benchmarks/run} knows
 * @param data what it reads of the folder of {@code --data}
 * @param lengths the options for the length of its history; empty if it has none
 * @param turns how it is run at each size; at a size that is absent it is left out
 */
record Suite(
    String name, String command, List<Data> data, List<Length> lengths, Map<Size, Turn> turns) {
  Suite {
    data = List.copyOf(data);
    lengths = List.copyOf(lengths);
    turns = Map.copyOf(turns);
  }

  /**
   * A file or folder that it reads.
   *
   * @param option it is given by
   * @param path below the folder of {@code --data}
   * @param isNeeded whether there is no suite without it
   */
  record Data(String option, String path, boolean isNeeded) {}

  /**
   * An option for a number of events.
   *
   * @param least what the suite takes at least
   * @param most what is of use to it at most
   */
  record Length(String option, long least, long most) {
    String of(long events) {
      return Long.toString(Math.clamp(events, least, most));
    }
  }

  /**
   * How it is run.
   *
   * @param seconds it is expected to take on two processors that are not busy
   */
  record Turn(List<String> options, int seconds) {
    Turn {
      options = List.copyOf(options);
    }
  }

  static Suite of(String name) {
    return of(name, name);
  }

  static Suite of(String name, String command) {
    return new Suite(name, command, List.of(), List.of(), Map.of());
  }

  /** The same, which is left out without this. */
  Suite needing(String option, String path) {
    return reading(new Data(option, path, true));
  }

  /** The same, which is given this if it is there. */
  Suite using(String option, String path) {
    return reading(new Data(option, path, false));
  }

  private Suite reading(Data one) {
    List<Data> more = new ArrayList<>(data);
    more.add(one);
    return new Suite(name, command, more, lengths, turns);
  }

  /** The same, whose history is as long as the report is told by {@code --events}. */
  Suite ofLength(String option) {
    return ofLength(option, 1, Long.MAX_VALUE);
  }

  /** The same within bounds; a suite may have several such options. */
  Suite ofLength(String option, long least, long most) {
    List<Length> more = new ArrayList<>(lengths);
    more.add(new Length(option, least, most));
    return new Suite(name, command, data, more, turns);
  }

  /** The same, run at a size with these options. */
  Suite at(Size size, int seconds, String... options) {
    Map<Size, Turn> more = new EnumMap<>(Size.class);
    more.putAll(turns);
    more.put(size, new Turn(List.of(options), seconds));
    return new Suite(name, command, data, lengths, more);
  }

  Optional<Turn> turn(Size size) {
    return Optional.ofNullable(turns.get(size));
  }

  /** Why it cannot be run with what is in a folder; empty if it can. */
  Optional<String> lacks(Optional<Path> folder) {
    return data.stream()
        .filter(Data::isNeeded)
        .filter(one -> !isThere(one, folder))
        .map(one ->
            folder
                .map(path -> "there is no " + one.path() + " in the folder of --data")
                .orElse("it needs --data DIR with " + one.path() + " in DIR"))
        .findFirst();
  }

  private static boolean isThere(Data one, Optional<Path> folder) {
    return folder.map(path -> Files.exists(path.resolve(one.path()))).orElse(false);
  }

  private static void put(List<String> line, String option, String value) {
    int at = line.indexOf(option);
    if (at < 0) {
      line.addAll(List.of(option, value));
    } else {
      line.set(at + 1, value);
    }
  }

  /** Its command and options. */
  List<String> line(Turn turn, Optional<Path> folder, Optional<Long> length) {
    List<String> line = new ArrayList<>(List.of(command));
    line.addAll(turn.options());
    if (length.isPresent()) {
      lengths.forEach(one -> put(line, one.option(), one.of(length.get())));
    }
    for (Data one : data) {
      if (isThere(one, folder)) {
        line.addAll(List.of(one.option(), folder.orElseThrow().resolve(one.path()).toString()));
      }
    }
    return line;
  }
}
