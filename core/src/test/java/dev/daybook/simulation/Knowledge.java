package dev.daybook.simulation;

import dev.daybook.internal.plan.PlanState;
import dev.daybook.storage.ObjectKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What one process was told up to a point of its life, for the explorer. For one thread. */
final class Knowledge implements Host.Witness {
  private final Facts facts;

  /**
   * Of each event what must be seen with it: of a plan event all that its process had acknowledged
   * before (I13), of a trace that part of it which is in the same log (I6). -1 for events not
   * begun.
   */
  private final int[] before;

  private final Map<String, Integer> acknowledgedIn = new HashMap<>();
  private String log = "";

  /** The plan event that was begun last, if nothing was begun after it; -1 if none. */
  private int planning = -1;

  private int acknowledged;
  private int failed;
  private int everSaw;
  private boolean begins;
  private final List<Saw> fresh = new ArrayList<>();
  private Optional<String> broken = Optional.empty();
  private boolean ended;

  /** What a read saw. */
  record Saw(int events, Host.Scope scope) {}

  Knowledge(Facts facts) {
    this.facts = facts;
    this.before = new int[facts.count()];
    Arrays.fill(before, -1);
  }

  /** An answer came; what follows is new. */
  void answered() {
    begins = false;
    fresh.clear();
  }

  /** The process was stopped; what it says while it falls is of no account. */
  void end() {
    ended = true;
  }

  @Override
  public void begins(String event) {
    if (!ended) {
      before[Integer.numberOfTrailingZeros(facts.bit(event))] =
          Programs.isPlanEvent(event) ? acknowledged : 0;
      begins = true;
      planning = Programs.isPlanEvent(event) ? Integer.numberOfTrailingZeros(facts.bit(event)) : -1;
    }
  }

  /** A request was sent; a first batch of an event says which log it is in. */
  void sent(Request request) {
    if (request instanceof Request.Create(String key, Blob ignored)
        && key.startsWith(Oracle.KEYS.logs())) {
      log = Oracle.KEYS.batchRef(ObjectKey.of(key)).log();
      int open = acknowledged | failed;
      for (int event = 0; event < before.length; event++) {
        if (before[event] == 0 && (open >> event & 1) == 0) {
          before[event] = acknowledgedIn.getOrDefault(log, 0);
        }
      }
    }
  }

  @Override
  public void learned(String event, Host.Verdict verdict) {
    if (!ended) {
      switch (verdict) {
        case ACKNOWLEDGED -> {
          acknowledged |= facts.bit(event);
          boolean isOwn = before[Integer.numberOfTrailingZeros(facts.bit(event))] >= 0;
          if (isOwn && !Programs.isPlanEvent(event)) {
            acknowledgedIn.merge(log, facts.bit(event), (some, more) -> some | more);
          }
        }
        case FAILED -> failed |= facts.bit(event);
        case UNKNOWN -> {}
      }
    }
  }

  @Override
  public void beginsRead() {
    if (!ended) {
      begins = true;
      planning = -1;
    }
  }

  @Override
  public void saw(Collection<String> events, Host.Scope scope) {
    if (!ended) {
      if (new HashSet<>(events).size() < events.size()) {
        broke("A read shows an event twice: " + events);
      }
      int set = facts.set(events);
      everSaw |= set;
      fresh.add(new Saw(set, scope));
    }
  }

  /** Versions are objects that never change, which the oracle sees to. */
  @Override
  public void sawPlan(PlanState plan) {}

  @Override
  public void broke(String what) {
    if (!ended && broken.isEmpty()) {
      broken = Optional.of(what);
    }
  }

  int[] before() {
    return before;
  }

  int planning() {
    return planning;
  }

  int acknowledged() {
    return acknowledged;
  }

  int failed() {
    return failed;
  }

  int everSaw() {
    return everSaw;
  }

  /** Whether a write or a read begins with the next request. */
  boolean begins() {
    return begins;
  }

  /** What was seen since the last answer. */
  List<Saw> fresh() {
    return fresh;
  }

  Optional<String> broken() {
    return broken;
  }
}
