package dev.daybook.mcp.server;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** How much of an answer is left, for one list or for several that share it. Of one thread. */
final class Room {
  private final MemoryServer.Sizes sizes;
  private final int charsMax;
  private int taken;
  private int leftOut;

  Room(MemoryServer.Sizes sizes, int charsMax) {
    this.sizes = sizes;
    this.charsMax = charsMax;
  }

  /**
   * As many of these as there is room for; at least one if nothing was taken before.
   *
   * @param limit at most so many
   */
  <T, V extends Record> List<V> fill(List<T> items, int limit, Function<T, V> view) {
    List<T> wanted = items.subList(0, Math.min(limit, items.size()));
    List<V> page = new ArrayList<>();
    for (T item : wanted) {
      V one = view.apply(item);
      int chars = chars(one);
      if (taken > 0 && taken + chars > charsMax) {
        break;
      }
      taken += chars;
      page.add(one);
    }
    leftOut += wanted.size() - page.size();
    return page;
  }

  /** How many there was no room for, though their lists had not reached their limits. */
  int leftOut() {
    return leftOut;
  }

  /** What is left of this room beside something of a fixed size. */
  <V extends Record> Room beside(V fixed) {
    return new Room(sizes, charsMax - chars(fixed));
  }

  @SuppressWarnings("unchecked") // a record's class is that of its shape
  private <V extends Record> int chars(V one) {
    return Fence.lines(Shape.of((Class<V>) one.getClass()).write(one, sizes.wholeCharsMax()))
        .length();
  }
}
