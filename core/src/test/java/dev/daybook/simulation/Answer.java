package dev.daybook.simulation;

import java.util.List;
import java.util.stream.Collectors;

/** What a caller gets for a request, as a value; a failure is one too. */
sealed interface Answer {
  /** The object was created. */
  record Created() implements Answer {}

  /** The key was taken. */
  record Exists() implements Answer {}

  /** The object. */
  record Found(Blob blob) implements Answer {}

  /** There is no such object. */
  record Missing() implements Answer {}

  /** One page of a listing. */
  record Page(List<Line> lines, boolean more) implements Answer {
    public Page {
      lines = List.copyOf(lines);
    }

    @Override
    public String toString() {
      return lines.stream().map(Line::key).collect(Collectors.joining(", ", "[", "]"))
          + (more ? " and more" : "");
    }
  }

  /** One line of a listing. */
  record Line(String key, int size) {}

  /** It is overwritten or deleted. */
  record Done() implements Answer {}

  /** An {@code IOException} that says nothing about the effect. */
  record Failure(String why) implements Answer {}

  /** Nothing was written, for sure; trying again may help. */
  record NotWritten() implements Answer {}

  /** Permission is missing: nothing was written, and trying again does not help. */
  record Denied() implements Answer {}
}
