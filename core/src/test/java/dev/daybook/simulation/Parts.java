package dev.daybook.simulation;

import dev.daybook.CorruptDataException;
import dev.daybook.DaybookException;
import dev.daybook.OutcomeUnknownException;
import dev.daybook.PlanConflictException;
import dev.daybook.StorageAccessException;
import dev.daybook.StorageUnavailableException;
import dev.daybook.event.Actor;
import dev.daybook.event.Envelope;
import dev.daybook.event.EventId;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.SessionId;
import dev.daybook.event.Vcs;
import dev.daybook.internal.entry.Masker;
import dev.daybook.internal.entry.Row;
import dev.daybook.internal.log.EventIds;
import dev.daybook.internal.log.Frame;
import dev.daybook.internal.log.Keys;
import dev.daybook.internal.log.Store;
import dev.daybook.internal.log.WriterLog;
import dev.daybook.internal.log.Zstd;
import dev.daybook.internal.manifest.FileGoneException;
import dev.daybook.internal.manifest.Manifest;
import dev.daybook.internal.manifest.Manifests;
import dev.daybook.internal.manifest.Watermarks;
import dev.daybook.internal.plan.Author;
import dev.daybook.internal.plan.Checkpoint;
import dev.daybook.internal.plan.Fences;
import dev.daybook.internal.plan.PlanLog;
import dev.daybook.internal.plan.PlanState;
import dev.daybook.internal.workspace.Collector;
import dev.daybook.internal.workspace.Compactor;
import dev.daybook.internal.workspace.Snapshot;
import dev.daybook.internal.workspace.StrongReader;
import dev.daybook.simulation.Host.Scope;
import dev.daybook.simulation.Host.Verdict;
import dev.daybook.storage.ObjectKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The parts of an open workspace, as production code puts them together. */
final class Parts {
  private static final ObjectKey MAIL = ObjectKey.of(Oracle.OUTSIDE + "unsettled");
  private static final Instant TIME = Instant.parse("2026-11-24T10:00:00Z");
  private static final Actor ACTOR = Actor.agent("coder-7");

  final Host host;
  final Store store;
  final Keys keys;
  final EventIds ids;
  final Manifests manifests;
  final Watermarks watermarks;
  final PlanLog plan;
  final LightFiles files;
  final StrongReader reader;
  final Compactor compactor;
  final Collector collector;
  final Writer writer;
  final List<Unsettled> unsettled = new ArrayList<>();

  /**
   * An event whose writer does not know how it fared.
   *
   * @param operation what to ask with
   */
  record Unsettled(String event, String operation) {}

  /** A workspace of which nothing was read yet. */
  Parts(Host host) {
    this(host, false);
  }

  private Parts(Host host, boolean reads) {
    this.host = host;
    store = host.store();
    keys = new Keys(Oracle.KEYS.name(), 1, host.bounds().manifestsAhead());
    ids = host.ids();
    manifests = new Manifests(store, keys, Oracle.ID);
    watermarks = new Watermarks(store, keys, Oracle.ID, host.bounds().watermarksMax());
    plan = new PlanLog(store, keys, Oracle.ID, ids, Masker.NONE);
    files = new LightFiles(store, keys, ids);
    Manifest opened = reads ? start() : Manifest.NONE;
    reader = new StrongReader(store, keys, Oracle.ID, ids, plan, manifests, watermarks, opened);
    compactor =
        new Compactor(
            store,
            keys,
            Oracle.ID,
            ids,
            manifests,
            watermarks,
            files,
            host.bounds().mergeSegments());
    collector = new Collector(store, keys, Oracle.ID, ids, manifests, watermarks, files);
    writer = new Writer(this);
  }

  /** A workspace that is opened as users do, from what the newest manifest says. */
  static Optional<Parts> open(Host host) {
    try {
      return Optional.of(new Parts(host, true));
    } catch (StorageUnavailableException e) {
      return Optional.empty();
    } catch (CorruptDataException e) {
      if (!host.damage()) {
        host.witness().broke("Not expected: " + e);
      }
      return Optional.empty();
    }
  }

  private Manifest start() {
    Manifest newest = manifests.newest();
    for (Manifest.FileRef file : newest.checkpoint()) {
      ObjectKey key = ObjectKey.of(file.key());
      store
          .get(key)
          .ifPresent(stored -> {
            byte[] plain = Zstd.decompress(key, stored.bytes());
            Frame frame = Frame.decode(key, plain, Frame.Kind.CHECKPOINT, Oracle.ID);
            try {
              plan.startFrom(Checkpoint.read(frame.body()));
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }
    return newest;
  }

  /** Writes a plan event. */
  Verdict plan(String event) {
    host.witness().begins(event);
    Verdict verdict;
    try {
      PlanLog.Committed committed =
          plan.commit(
              (before, now) -> {
                if (before.tasks().containsKey(event)) {
                  host.witness().broke(event + " is to be decided again and is in the plan");
                }
                return List.of(TaskAdded.of(event, "a task"));
              },
              new Author(ACTOR, SessionId.of("s1"), new Fences(), Author.Rules.ALL),
              (id, ignored, slot) -> envelope(id, "", slot.version()));
      verdict = Verdict.ACKNOWLEDGED;
      host.witness().learned(event, verdict);
      checkPlan(committed.plan(), event);
      return verdict;
    } catch (OutcomeUnknownException e) {
      verdict = Verdict.UNKNOWN;
      e.operation().ifPresent(token -> unsettled.add(new Unsettled(event, token)));
    } catch (StorageUnavailableException | StorageAccessException | PlanConflictException e) {
      verdict = Verdict.FAILED;
    } catch (CorruptDataException e) {
      blame(e);
      verdict = Verdict.UNKNOWN;
    }
    host.witness().learned(event, verdict);
    return verdict;
  }

  private void checkPlan(PlanState plan, String event) {
    if (!plan.tasks().containsKey(event)) {
      host.witness().broke(event + " was acknowledged with a plan that lacks it");
    }
    host.witness().sawPlan(plan);
    host.witness().saw(List.copyOf(plan.tasks().keySet()), Scope.PLAN);
  }

  /** Without damaged reads nothing is ever found damaged. */
  void blame(DaybookException e) {
    if (!host.damage()) {
      host.witness().broke("Not expected: " + e);
    }
  }

  /** The envelope of an event that everybody who writes it knows by this name. */
  static Envelope sourced(String event) {
    return envelope(EventIds.derived(event, TIME), event, 0);
  }

  /** The envelope of an event; of the plan if it has a version. */
  static Envelope envelope(EventId id, String source, long planVersion) {
    return new Envelope(
        id,
        planVersion > 0 ? Envelope.Stream.PLAN : Envelope.Stream.TRACE,
        TIME,
        TIME,
        ACTOR,
        SessionId.of("s1"),
        SessionId.NONE,
        "",
        EventId.NONE,
        source,
        "",
        "",
        Vcs.NONE,
        Map.of(),
        planVersion);
  }

  /** Asks for an outcome that nobody knows; whoever asks gets the same answer. */
  Verdict ask(Unsettled unknown) {
    String token = unknown.operation();
    int hash = token.indexOf('#');
    ObjectKey key = ObjectKey.of(token.substring(0, hash));
    String operation = token.substring(hash + 1);
    Verdict verdict;
    try {
      boolean done =
          keys.isPlan(key)
              ? plan.outcome(keys.planVersion(key), operation)
              : WriterLog.outcome(
                  store,
                  keys,
                  Oracle.ID,
                  ids,
                  (id, number) -> watermarks.operationOf(manifests, id, number),
                  key,
                  operation);
      verdict = done ? Verdict.ACKNOWLEDGED : Verdict.FAILED;
    } catch (OutcomeUnknownException e) {
      verdict = Verdict.UNKNOWN;
    } catch (CorruptDataException e) {
      blame(e);
      verdict = Verdict.UNKNOWN;
    }
    host.witness().learned(unknown.event(), verdict);
    return verdict;
  }

  /** Asks for all outcomes this process does not know. */
  void askAll() {
    unsettled.removeIf(unknown -> ask(unknown) != Verdict.UNKNOWN);
  }

  /** Leaves a message for another process, outside of the workspace, if it arrives. */
  void tellUnsettled() {
    for (Unsettled unknown : unsettled) {
      try {
        store
            .raw()
            .overwrite(
                MAIL,
                (unknown.event() + " " + unknown.operation()).getBytes(StandardCharsets.UTF_8));
      } catch (IOException e) {
        // Then nobody else asks.
      }
    }
  }

  /** Asks for what another process left a message about. */
  void askTold() {
    try {
      store
          .raw()
          .get(MAIL)
          .ifPresent(mail -> {
            String[] words = new String(mail.bytes(), StandardCharsets.UTF_8).split(" ", -1);
            ask(new Unsettled(words[0], words[1]));
          });
    } catch (IOException e) {
      // Then it asks nothing.
    }
  }

  /** A strong read of everything. */
  void read() {
    host.witness().beginsRead();
    attempt(() -> {
      List<String> plans = new ArrayList<>();
      List<String> names =
          reader.read(snapshot -> {
            plans.clear();
            plans.addAll(snapshot.plan().plan().tasks().keySet());
            return names(snapshot);
          });
      List<String> planned = names.stream().filter(Programs::isPlanEvent).toList();
      if (!Set.copyOf(planned).equals(Set.copyOf(plans))) {
        host.witness().broke("A read shows plan " + plans + " and plan events " + planned);
      }
      host.witness().saw(names, Scope.EVERYTHING);
      host.witness().saw(plans, Scope.PLAN);
    });
  }

  private List<String> names(Snapshot snapshot) {
    List<Row> rows = new ArrayList<>(files.rows(snapshot.manifest()));
    Set<EventId> known = new HashSet<>();
    rows.forEach(row -> known.add(row.id()));
    // As a view does: what was given by a source id may be in the tail again.
    snapshot
        .tail()
        .filter(row -> known.add(row.id()) || row.envelope().source().isEmpty())
        .forEach(rows::add);
    return rows.stream().map(Oracle::name).toList();
  }

  /** Takes in what a strong read finds. */
  void takeIn() {
    attempt(() -> compactor.takeIn(reader.read(), progress -> {}));
  }

  /** Merges what a manifest names. */
  void merge() {
    attempt(() -> compactor.merge(manifests.newest(reader.known().manifest()), progress -> {}));
  }

  /** Removes what nobody needs, without any grace. */
  void collect() {
    attempt(() -> collector.collect(reader.known().manifest(), Duration.ZERO, progress -> {}));
  }

  void pin(String name) {
    attempt(() -> {
      try {
        compactor.pin(name);
      } catch (IllegalArgumentException e) {
        // There is such a name already.
      }
    });
  }

  void unpin(String name) {
    attempt(() -> compactor.unpin(name));
  }

  /** Does something that may fail without harm, for the reasons there are. */
  private void attempt(Runnable work) {
    try {
      work.run();
    } catch (FileGoneException e) {
      gone(e);
    } catch (StorageUnavailableException | StorageAccessException | OutcomeUnknownException e) {
      // It is tried again some time; the checks say whether harm was done.
    } catch (CorruptDataException e) {
      blame(e);
    }
  }

  /** A file may be gone if the manifest that names it was replaced meanwhile. */
  private void gone(FileGoneException e) {
    long known = reader.known().manifest().number();
    try {
      if (manifests.newest(Manifest.NONE).number() == known) {
        host.witness().broke("A file of the newest manifest is gone: " + e.getMessage());
      }
    } catch (DaybookException unread) {
      // Then it is not known.
    }
  }
}
