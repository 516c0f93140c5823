package dev.daybook.internal.segment;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Small numbers as Parquet packs them: runs of one value, and groups of eight side by side. */
final class Levels {
  private Levels() {}

  /**
   * Unpacks the first {@code count} numbers.
   *
   * @param in little-endian
   * @param width bits a number, from 0 to 32
   * @param to has room for {@code count} numbers and seven more
   */
  static void unpack(ByteBuffer in, int from, int end, int width, int[] to, int count)
      throws IOException {
    if (width < 0 || width > Integer.SIZE) {
      throw new IOException("a page packs numbers into " + width + " bits, from 0 to 32 may be");
    }
    int at = from;
    int done = 0;
    while (done < count) {
      int header = 0;
      int shift = 0;
      byte part;
      do {
        part = in.get(at++);
        header |= (part & 0x7f) << shift;
        shift += 7;
      } while (part < 0 && shift < Integer.SIZE);
      if ((header & 1) == 0) {
        int run = Math.min(header >>> 1, count - done);
        int value = 0;
        for (int i = 0; i < width; i += Byte.SIZE) {
          value |= (in.get(at++) & 0xff) << i;
        }
        Arrays.fill(to, done, done + run, value);
        done += run;
        if (run == 0) {
          throw new IOException("a page has a run of no number");
        }
      } else {
        int groups = header >>> 1;
        if (groups == 0) {
          throw new IOException("a page has a run of no number");
        }
        for (int group = 0; group < groups && done < count; group++) {
          eight(in, at, end, width, to, done);
          at += width;
          done += Byte.SIZE;
        }
      }
    }
    if (at > end) {
      throw new IOException("a page ends within its numbers");
    }
  }

  private static void eight(ByteBuffer in, int at, int end, int width, int[] to, int done) {
    if (width <= Byte.SIZE && at + Long.BYTES <= end) {
      long packed = in.getLong(at);
      long mask = (1L << width) - 1;
      for (int i = 0; i < Byte.SIZE; i++) {
        to[done + i] = (int) (packed & mask);
        packed >>>= width;
      }
      return;
    }
    long mask = (1L << width) - 1;
    long bits = 0;
    int have = 0;
    int from = at;
    for (int i = 0; i < Byte.SIZE; i++) {
      while (have < width) {
        bits |= (in.get(from++) & 0xffL) << have;
        have += Byte.SIZE;
      }
      to[done + i] = (int) (bits & mask);
      bits >>>= width;
      have -= width;
    }
  }
}
