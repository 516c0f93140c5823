package dev.daybook.internal.log;

import dev.daybook.event.EventId;
import dev.daybook.storage.ObjectKey;
import java.util.List;
import java.util.stream.Stream;

/**
 * Every key of one incarnation of a workspace. All begin with {@link #root()}, so no call can reach
 * another workspace.
 *
 * @param name the workspace's name
 * @param incarnation how many workspaces of that name there have been, this one included
 * @param manifestsAhead how many manifests ahead a file name reaches, the same for every process.
 *     Once a manifest of that number exists, a file that none names never will be named, so it can
 *     go
 */
public record Keys(String name, int incarnation, long manifestsAhead) {
  private static final long MANIFESTS_AHEAD = 1_000;

  /** The keys of a workspace; file names reach 1,000 manifests ahead. */
  public Keys(String name, int incarnation) {
    this(name, incarnation, MANIFESTS_AHEAD);
  }

  /** What every key begins with. */
  public String root() {
    return name + "/" + padded(incarnation, 6) + "/";
  }

  /** The object that says the workspace exists. */
  public ObjectKey workspace() {
    return key("workspace.json");
  }

  /** A plan version. */
  public ObjectKey plan(long version) {
    return key("plan/" + padded(version, 20) + ".json");
  }

  /** Whether a key is of a plan version. */
  public boolean isPlan(ObjectKey key) {
    return key.path().matches(root() + "plan/\\d{20}\\.json");
  }

  /** The version at such a key. */
  public long planVersion(ObjectKey key) {
    return Long.parseLong(key.path().substring(plans().length()).substring(0, 20));
  }

  /** Whether a key is of a batch of a writer log. */
  public boolean isBatch(ObjectKey key) {
    return key.path().matches(root() + "log/[0-9A-Z]{26}/\\d{12}\\.ndjson\\.zst");
  }

  /** What the keys of all plan versions begin with. */
  public String plans() {
    return root() + "plan/";
  }

  /** What the keys of all batches begin with. */
  public String logs() {
    return root() + "log/";
  }

  /** A batch of a writer log. */
  public ObjectKey batch(String log, long number) {
    return key("log/" + log + "/" + padded(number, 12) + ".ndjson.zst");
  }

  /** The log id and batch number of a key below {@link #logs()} or {@link #outputs()}. */
  public BatchRef batchRef(ObjectKey key) {
    String[] parts = key.path().split("/", -1);
    return new BatchRef(parts[3], Long.parseLong(parts[4].substring(0, 12)));
  }

  /** What the keys of all large outputs begin with. */
  public String outputs() {
    return root() + "blob/";
  }

  /** The large output of an event of a batch. */
  public ObjectKey output(String log, long number, EventId event) {
    return key("blob/%s/%012d-%s.zst".formatted(log, number, event));
  }

  /** The event that a key below {@link #outputs()} is of. */
  public EventId outputEvent(ObjectKey key) {
    String[] parts = key.path().split("/", -1);
    return EventId.parse(parts[4].substring(13, 39));
  }

  /** A manifest. */
  public ObjectKey manifest(long number) {
    return key("manifest/" + padded(number, 20) + ".json");
  }

  /** A new segment, written by somebody who has read manifest {@code read}. */
  public ObjectKey segment(long read, String ulid) {
    return key("segment/%020d-%s.parquet".formatted(read + manifestsAhead, ulid));
  }

  /** A new index, written by somebody who has read manifest {@code read}. */
  public ObjectKey index(long read, String ulid) {
    return key("index/%020d-%s.lucene".formatted(read + manifestsAhead, ulid));
  }

  /** New vectors of a segment, written by somebody who has read manifest {@code read}. */
  public ObjectKey vector(long read, String ulid, String modelKey) {
    return key("vector/%020d-%s.%s.npy".formatted(read + manifestsAhead, ulid, modelKey));
  }

  /** A new checkpoint of the plan, written by somebody who has read manifest {@code read}. */
  public ObjectKey checkpoint(long read, String ulid) {
    return key("checkpoint/%020d-%s.json.zst".formatted(read + manifestsAhead, ulid));
  }

  /** New watermarks outside a manifest, written by somebody who has read manifest {@code read}. */
  public ObjectKey watermarks(long read, String ulid) {
    return key("watermarks/%020d-%s.ndjson.zst".formatted(read + manifestsAhead, ulid));
  }

  /** What the keys of all manifests begin with. */
  public String manifests() {
    return root() + "manifest/";
  }

  /** The number of the manifest at a key below {@link #manifests()}. */
  public long manifestNumber(ObjectKey key) {
    return Long.parseLong(key.path().substring(manifests().length()).substring(0, 20));
  }

  /** What the keys of all files begin with that manifests name. */
  public List<String> files() {
    return Stream.of("checkpoint/", "index/", "segment/", "vector/", "watermarks/")
        .map(kind -> root() + kind)
        .toList();
  }

  /** The number in the name of a file: the last manifest that may be the first to name it. */
  public long lastManifest(String key) {
    String name = key.substring(key.lastIndexOf('/') + 1);
    return Long.parseLong(name.substring(0, 20));
  }

  /** The first manifest that may name a file. */
  public long firstManifest(String key) {
    return lastManifest(key) - manifestsAhead + 1;
  }

  /** What {@code String.format} does; its classes take longer to load than a plan to open. */
  private static String padded(long number, int digits) {
    String plain = Long.toString(number);
    return "0".repeat(Math.max(0, digits - plain.length())) + plain;
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
