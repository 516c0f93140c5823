package dev.daybook.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * Everything a store holds at one moment: plain, immutable, compared by content. A change copies
 * two small arrays.
 */
final class Contents {
  static final Contents EMPTY = new Contents(new String[0], new Blob[0]);

  private final String[] keys;
  private final Blob[] blobs;
  private final int hash;

  private Contents(String[] keys, Blob[] blobs) {
    this.keys = keys;
    this.blobs = blobs;
    this.hash = 31 * Arrays.hashCode(keys) + Arrays.hashCode(blobs);
  }

  /** What a request does to the store and what the store answers. */
  record Applied(Contents after, Answer answer) {}

  /** Performs a request, wholly and at this moment. */
  Applied apply(Request request) {
    return switch (request) {
      case Request.Create(String key, Blob blob) ->
          get(key).isPresent()
              ? new Applied(this, new Answer.Exists())
              : new Applied(with(key, blob), new Answer.Created());
      case Request.Get(String key) ->
          new Applied(this, get(key).<Answer>map(Answer.Found::new).orElseGet(Answer.Missing::new));
      case Request.ListPage(String prefix, String after, int max) ->
          new Applied(this, page(prefix, after, max));
      case Request.Overwrite(String key, Blob blob) ->
          new Applied(with(key, blob), new Answer.Done());
      case Request.Delete(String key) -> new Applied(without(key), new Answer.Done());
    };
  }

  Optional<Blob> get(String key) {
    int at = Arrays.binarySearch(keys, key);
    return at < 0 ? Optional.empty() : Optional.of(blobs[at]);
  }

  int size() {
    return keys.length;
  }

  void forEach(BiConsumer<String, Blob> each) {
    for (int i = 0; i < keys.length; i++) {
      each.accept(keys[i], blobs[i]);
    }
  }

  private Contents with(String key, Blob blob) {
    int at = Arrays.binarySearch(keys, key);
    if (at >= 0) {
      if (blobs[at].equals(blob)) {
        return this;
      }
      Blob[] changed = blobs.clone();
      changed[at] = blob;
      return new Contents(keys, changed);
    }
    int to = -at - 1;
    String[] moreKeys = new String[keys.length + 1];
    Blob[] moreBlobs = new Blob[keys.length + 1];
    System.arraycopy(keys, 0, moreKeys, 0, to);
    System.arraycopy(blobs, 0, moreBlobs, 0, to);
    moreKeys[to] = key;
    moreBlobs[to] = blob;
    System.arraycopy(keys, to, moreKeys, to + 1, keys.length - to);
    System.arraycopy(blobs, to, moreBlobs, to + 1, keys.length - to);
    return new Contents(moreKeys, moreBlobs);
  }

  private Contents without(String key) {
    int at = Arrays.binarySearch(keys, key);
    if (at < 0) {
      return this;
    }
    String[] fewerKeys = new String[keys.length - 1];
    Blob[] fewerBlobs = new Blob[keys.length - 1];
    System.arraycopy(keys, 0, fewerKeys, 0, at);
    System.arraycopy(blobs, 0, fewerBlobs, 0, at);
    System.arraycopy(keys, at + 1, fewerKeys, at, fewerKeys.length - at);
    System.arraycopy(blobs, at + 1, fewerBlobs, at, fewerKeys.length - at);
    return new Contents(fewerKeys, fewerBlobs);
  }

  private Answer.Page page(String prefix, String after, int max) {
    int at = Arrays.binarySearch(keys, after.compareTo(prefix) < 0 ? prefix : after);
    int from = at < 0 ? -at - 1 : after.compareTo(prefix) < 0 ? at : at + 1;
    List<Answer.Line> lines = new ArrayList<>();
    for (int i = from; i < keys.length && keys[i].startsWith(prefix); i++) {
      if (lines.size() == max) {
        return new Answer.Page(lines, true);
      }
      lines.add(new Answer.Line(keys[i], blobs[i].size()));
    }
    return new Answer.Page(lines, false);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Contents that
        && hash == that.hash
        && Arrays.equals(keys, that.keys)
        && Arrays.equals(blobs, that.blobs);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    forEach((key, blob) -> text.append(key).append(" = ").append(blob).append('\n'));
    return text.toString();
  }
}
