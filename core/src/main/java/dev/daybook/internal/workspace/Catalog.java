package dev.daybook.internal.workspace;

import dev.daybook.CorruptDataException;
import dev.daybook.OutcomeUnknownException;
import dev.daybook.StorageAccessException;
import dev.daybook.StorageUnavailableException;
import dev.daybook.WorkspaceStateException;
import dev.daybook.internal.entry.Json;
import dev.daybook.internal.entry.LightJson;
import dev.daybook.internal.entry.LightJson.Fields;
import dev.daybook.internal.log.EventIds;
import dev.daybook.internal.log.Frame;
import dev.daybook.internal.log.Keys;
import dev.daybook.internal.log.Store;
import dev.daybook.storage.CapabilityProbe;
import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * Which workspaces a store holds. Each time a name is created anew it is another incarnation, below
 * keys of its own, so a late write to a deleted workspace falls into the dead one. Safe for use by
 * any number of threads.
 */
public final class Catalog {
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,63}");

  private final Store store;
  private final EventIds ids;
  private final RandomGenerator random;
  private volatile boolean probed;

  /** The workspaces of a store. */
  public Catalog(Store store, EventIds ids, RandomGenerator random) {
    this.store = store;
    this.ids = ids;
    this.random = random;
  }

  /**
   * A workspace that exists.
   *
   * @param keys where its objects are
   * @param id never used by another workspace
   * @param createdAt by the clock of its maker
   * @param manifests the first page of its manifests, if they were listed while it was looked for
   */
  public record Found(
      Keys keys, String id, Instant createdAt, Optional<ObjectStore.Page> manifests) {}

  private record Body(String name, String id, Instant createdAt) {}

  private sealed interface State {
    record Absent(Keys next) implements State {}

    record Deleted(Keys last) implements State {}

    record Live(Found found) implements State {}
  }

  /**
   * Checks a name.
   *
   * @throws IllegalArgumentException if it cannot be the name of a workspace
   */
  public static String legal(String name) {
    Objects.requireNonNull(name, "name");
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "'%s' cannot name a workspace; names have 1 to 64 lower-case letters, digits, '-' and '_', and begin with a letter or digit"
              .formatted(name));
    }
    return name;
  }

  /**
   * Creates a workspace.
   *
   * @throws WorkspaceStateException if there is one of that name
   */
  public Found create(String name) {
    return createIfMissing(name)
        .orElseThrow(() ->
            new WorkspaceStateException(
                "Workspace '%s' exists in %s; open it with Workspace.open, or pick another name"
                    .formatted(name, store.describe())));
  }

  /** The workspace of this name, created if there is none. */
  public Found openOrCreate(String name) {
    while (true) {
      if (stateToOpen(name) instanceof State.Live(Found found)) {
        return found;
      }
      Optional<Found> created = createIfMissing(name);
      if (created.isPresent()) {
        return created.get();
      }
    }
  }

  /**
   * The workspace of this name.
   *
   * @throws WorkspaceStateException if there is none
   */
  public Found open(String name) {
    return switch (stateToOpen(name)) {
      case State.Live(Found found) -> found;
      case State.Deleted ignored ->
          throw new WorkspaceStateException(
              "Workspace '%s' in %s was deleted; create it anew with Workspace.create"
                  .formatted(name, store.describe()));
      case State.Absent ignored ->
          throw new WorkspaceStateException(
              "No workspace '%s' in %s%s. Create it with Workspace.create"
                  .formatted(name, store.describe(), suggestion(name)));
    };
  }

  /**
   * Deletes a workspace: first it is marked deleted, then its objects go.
   *
   * @return its id
   * @throws WorkspaceStateException if there is none
   */
  public String delete(String name) {
    State state = state(name);
    if (state instanceof State.Deleted(Keys last)) {
      // A deletion that was cut off is finished before it is reported as done before.
      removeObjects(last);
    }
    Found found = state instanceof State.Live(Found live) ? live : open(name);
    store.overwrite(found.keys().workspace(), Frame.tombstone(ids.nextName()).encode(found.id()));
    removeObjects(found.keys());
    return found.id();
  }

  /** The names of all workspaces, in order. */
  public List<String> list() {
    List<String> names = new ArrayList<>();
    String after = "";
    while (true) {
      String from = after;
      ObjectStore.Page page = store.repeat("list workspaces", () -> store.raw().list("", from, 1));
      if (page.objects().isEmpty()) {
        // Keys sort by their characters, in which '-' precedes '/': 'a-b/' comes before 'a/'.
        return names.stream().sorted().toList();
      }
      String path = page.objects().getFirst().key().path();
      int slash = path.indexOf('/');
      String name = slash < 0 ? path : path.substring(0, slash);
      if (slash > 0 && NAME.matcher(name).matches() && state(name) instanceof State.Live) {
        names.add(name);
      }
      // Every character of a key below this name sorts before '~', so the next page begins at the
      // next name.
      after = slash < 0 ? path : name + "/~";
    }
  }

  private Optional<Found> createIfMissing(String name) {
    Keys keys =
        switch (state(name)) {
          case State.Live ignored -> null;
          case State.Absent(Keys next) -> next;
          case State.Deleted(Keys last) -> new Keys(name, last.incarnation() + 1);
        };
    if (keys == null) {
      return Optional.empty();
    }
    requireSound();
    Found found = new Found(keys, ids.nextName(), store.clock().instant(), Optional.empty());
    String operation = ids.nextName();
    byte[] bytes =
        new Frame(
                Frame.Kind.WORKSPACE,
                operation,
                Json.writeBytes(new Body(name, found.id(), found.createdAt())))
            .encode(found.id());
    try {
      store.create(keys.workspace(), bytes);
    } catch (StorageUnavailableException e) {
      throw new OutcomeUnknownException(
          "Workspace '"
              + name
              + "' may or may not have been created: "
              + e.getMessage()
              + ". List the workspaces to see",
          e);
    } catch (StorageAccessException e) {
      // What was refused may have been a repetition, after a first request that went unanswered.
      if (!isOurs(keys, operation)) {
        throw e;
      }
    }
    // Whoever's bytes stand there made it; our own may have been sent twice.
    return isOurs(keys, operation) ? Optional.of(found) : Optional.empty();
  }

  private boolean isOurs(Keys keys, String operation) {
    return read(keys).filter(frame -> frame.operation().equals(operation)).isPresent();
  }

  /**
   * A new workspace is the moment to learn that a store ignores conditions: nothing is in it yet.
   */
  private void requireSound() {
    if (probed) {
      return;
    }
    String prefix = "probe-" + ids.nextName().toLowerCase(Locale.ROOT) + "/";
    try {
      if (CapabilityProbe.probe(store.raw(), prefix, random)
          instanceof CapabilityProbe.Verdict.Unsound(String why)) {
        throw new StorageAccessException(why);
      }
    } catch (IOException e) {
      String what = "probe what it can do, below " + prefix;
      throw Store.isRefusal(e)
          ? store.refused(what, e)
          : store.unavailable(what, 1, store.clock().instant(), e);
    }
    probed = true;
  }

  private State state(String name) {
    legal(name);
    return state(name, read(new Keys(name, 1)), Optional.empty());
  }

  /**
   * The same for who will need the manifests next: they are listed at the same time, of the first
   * incarnation, which is mostly the one.
   */
  private State stateToOpen(String name) {
    legal(name);
    Keys first = new Keys(name, 1);
    AtomicReference<Optional<Frame>> frame = new AtomicReference<>(Optional.empty());
    AtomicReference<Optional<ObjectStore.Page>> page = new AtomicReference<>(Optional.empty());
    List<Boolean> unused =
        store.allOf(
            List.of(
                () -> {
                  frame.set(read(first));
                  return true;
                },
                () -> {
                  page.set(Optional.of(store.firstPage(first.manifests())));
                  return true;
                }));
    return state(name, frame.get(), page.get());
  }

  private State state(
      String name, Optional<Frame> first, Optional<ObjectStore.Page> firstManifests) {
    Keys last = null;
    Optional<Frame> frame = first;
    for (int incarnation = 1; ; incarnation++) {
      Keys keys = new Keys(name, incarnation);
      if (frame.isEmpty()) {
        return last == null ? new State.Absent(keys) : new State.Deleted(last);
      }
      if (!frame.get().isTombstone()) {
        Body body = body(keys.workspace(), frame.get());
        return new State.Live(
            new Found(
                keys,
                body.id(),
                body.createdAt(),
                firstManifests.filter(page -> keys.incarnation() == 1)));
      }
      last = keys;
      frame = read(new Keys(name, incarnation + 1));
    }
  }

  private Optional<Frame> read(Keys keys) {
    return store
        .get(keys.workspace())
        .map(stored -> Frame.decode(keys.workspace(), stored.bytes(), Frame.Kind.WORKSPACE, ""));
  }

  private static Body body(ObjectKey key, Frame frame) {
    try {
      Fields body = LightJson.read(frame.body());
      return new Body(body.text("name"), body.text("id"), body.time("createdAt"));
    } catch (IOException e) {
      throw new CorruptDataException(
          key
              + " does not describe a workspace: "
              + e.getMessage()
              + "; restore the object from a backup",
          e);
    }
  }

  private void removeObjects(Keys keys) {
    for (ObjectStore.Listed object : store.list(keys.root())) {
      if (!object.key().equals(keys.workspace())) {
        store.delete(object.key());
      }
    }
  }

  private String suggestion(String name) {
    return list().stream()
        .min(Comparator.comparingInt(other -> distance(name, other)))
        .filter(other -> distance(name, other) <= Math.max(2, name.length() / 4))
        .map(other -> "; did you mean '" + other + "'?")
        .orElse("");
  }

  /** How many characters must be added, removed or changed to make one text of the other. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int up = row[j];
        int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(change, Math.min(up, row[j - 1]) + 1);
        diagonal = up;
      }
    }
    return row[b.length()];
  }
}
