package dev.daybook.internal.log;

import dev.daybook.storage.ObjectKey;

/**
 * Every key of one incarnation of a workspace. All begin with {@link #root()}, so no call can reach
 * another workspace.
 *
 * @param name the workspace's name
 * @param incarnation how many workspaces of that name there have been, this one included
 */
public record Keys(String name, int incarnation) {
  /**
   * How many manifests ahead a file name reaches; see {@code storage-protocol}: file names carry
   * their number.
   */
  private static final long MANIFESTS_AHEAD = 1_000;

  /** What every key begins with. */
  public String root() {
    return "%s/%06d/".formatted(name, incarnation);
  }

  /** The object that says the workspace exists. */
  public ObjectKey workspace() {
    return key("workspace.json");
  }

  /** A plan version. */
  public ObjectKey plan(long version) {
    return key("plan/%020d.json".formatted(version));
  }

  /** What the keys of all batches begin with. */
  public String logs() {
    return root() + "log/";
  }

  /** A batch of a writer log. */
  public ObjectKey batch(String log, long number) {
    return key("log/%s/%012d.ndjson.zst".formatted(log, number));
  }

  /** The log id and batch number of a key below {@link #logs()}. */
  public BatchRef batchRef(ObjectKey key) {
    String[] parts = key.path().substring(logs().length()).split("/", -1);
    return new BatchRef(parts[0], Long.parseLong(parts[1].substring(0, 12)));
  }

  /** A manifest. */
  public ObjectKey manifest(long number) {
    return key("manifest/%020d.json".formatted(number));
  }

  /** A new segment, written by somebody who has read manifest {@code read}. */
  public ObjectKey segment(long read, String ulid) {
    return key("segment/%020d-%s.parquet".formatted(read + MANIFESTS_AHEAD, ulid));
  }

  /** A new index, written by somebody who has read manifest {@code read}. */
  public ObjectKey index(long read, String ulid) {
    return key("index/%020d-%s.lucene".formatted(read + MANIFESTS_AHEAD, ulid));
  }

  /** New vectors of a segment, written by somebody who has read manifest {@code read}. */
  public ObjectKey vector(long read, String ulid, String modelKey) {
    return key("vector/%020d-%s.%s.npy".formatted(read + MANIFESTS_AHEAD, ulid, modelKey));
  }

  /** A new checkpoint of the plan; {@code ulid} tells apart two writers of the same version. */
  public ObjectKey checkpoint(long version, String ulid) {
    return key("checkpoint/%020d-%s.json.zst".formatted(version, ulid));
  }

  private ObjectKey key(String rest) {
    return ObjectKey.of(root() + rest);
  }

  /**
   * A batch by its log and number.
   *
   * @param log the log id
   * @param number from 1
   */
  public record BatchRef(String log, long number) {}
}
