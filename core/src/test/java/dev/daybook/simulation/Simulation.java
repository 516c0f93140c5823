package dev.daybook.simulation;

import dev.daybook.internal.plan.PlanState;
import dev.daybook.simulation.Host.Scope;
import dev.daybook.simulation.Host.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;

/**
 * One long history of several processes on one store, chosen by a seed: who goes next, what the
 * network does, who sleeps, who crashes. Processes are threads of which one runs at a time: at each
 * request it chooses who goes on and hands over, so the same seed is the same history.
 *
 * <p>Checked of each read: I1, I2, I4, I5, I6, I13, and that a plan version is the same for
 * everybody (I3). Checked of what the store holds, at moments throughout and at the end: I1 to I4,
 * I7, I9, I10. Checked at the end, when what was late has happened and one process without faults
 * has taken everything in and collected: I8 and I12. I15 holds because there is no grace, and sleep
 * and clocks are chosen without regard to it. I11 is for {@code RequestCountTest}; I14 speaks of
 * erasure, which is not there yet.
 */
final class Simulation {
  private static final int REQUESTS_MAX = 20_000;
  private static final int LOOK_EVERY = 40;
  private static final List<Duration> SKEWS =
      List.of(
          Duration.ZERO,
          Duration.ofHours(1),
          Duration.ofHours(-1),
          Duration.ofDays(30),
          Duration.ofDays(-30));

  private final long seed;
  private final Random random;
  private final ExecutorService threads;
  private final List<Peer> processes = new ArrayList<>();
  private final List<Request> late = new ArrayList<>();
  private final List<Parts.Unsettled> unsettled = new ArrayList<>();
  private final List<Line> history = new ArrayList<>();
  private final Model model = new Model();
  private final Semaphore ended = new Semaphore(0);
  private final Weather weather;
  private final Host.Bounds bounds;

  private Contents contents = Contents.EMPTY;
  private int requests;
  private int faults;
  private int crashes;
  private int alive;
  private Optional<String> violation = Optional.empty();
  private boolean over;

  /**
   * What a history came to.
   *
   * @param holds a hash of what the store holds at the end
   * @param violation the history as a script, if it broke an invariant
   */
  record Outcome(
      long seed,
      int holds,
      int requests,
      int faults,
      int crashes,
      int acknowledged,
      int failed,
      int unknown,
      int reads,
      Optional<String> violation) {}

  /** A process and where it stands. Touched only by the thread whose turn it is. */
  private final class Peer {
    final String name;
    final Role role;
    final Semaphore turn = new Semaphore(0);
    Optional<Request> request = Optional.empty();
    Optional<Answer.Page> firstLook = Optional.empty();
    Answer answer = new Answer.Done();
    boolean begins;
    boolean crashed;
    int asleepUntil;
    Told told = new Told();

    Peer(String name, Role role) {
      this.name = name;
      this.role = role;
    }

    boolean isAsleep() {
      return asleepUntil > requests;
    }
  }

  /** What a process is for. */
  private record Role(String name, int lives, Agent.Habits habits) {}

  /** How bad the network is: how many of a thousand requests meet each trouble. */
  private record Weather(
      int lost, int answerLost, int late, int torn, int damaged, int crash, int sleep) {
    static Weather of(Random random) {
      int bad = List.of(0, 5, 20, 60).get(random.nextInt(4));
      int worst = random.nextInt(3);
      return new Weather(
          worst == 0 ? 4 * bad : bad,
          worst == 1 ? 4 * bad : bad,
          worst == 2 ? 4 * bad : bad,
          100,
          random.nextInt(3) == 0 ? 5 : 0,
          random.nextInt(6),
          random.nextInt(40));
    }
  }

  /** Ends the life of a process; no code may take it for a failure. */
  @SuppressWarnings("serial") // never written
  private static final class Crash extends Error {
    Crash() {
      super("crashed", null, false, false);
    }
  }

  /** What the processes were told, all together. */
  private static final class Model {
    final List<String> acknowledged = new ArrayList<>();
    final Set<String> failed = new HashSet<>();
    final Set<String> everSeen = new HashSet<>();
    final Map<String, List<String>> before = new HashMap<>();
    final Map<String, Integer> beforePlan = new HashMap<>();
    final Map<Long, PlanState> plans = new HashMap<>();
    int unknown;
    int reads;
    int made;
  }

  /** What one life of a process was told. */
  private static final class Told {
    final Map<String, String> lastIn = new HashMap<>();
    final List<String> planning = new ArrayList<>();
    final List<String> unsent = new ArrayList<>();
    final Set<String> own = new HashSet<>();
    String log = "";
    int required;
  }

  Simulation(long seed, ExecutorService threads) {
    this.seed = seed;
    this.random = new Random(seed);
    this.threads = threads;
    this.weather = Weather.of(random);
    this.bounds =
        new Host.Bounds(1 + random.nextInt(4), 2 + random.nextInt(6), 2 + random.nextInt(3));
  }

  /** Runs it to its end or to the first violation. */
  Outcome run() throws InterruptedException {
    for (Role role : roles()) {
      processes.add(new Peer(role.name(), role));
    }
    alive = processes.size();
    for (Peer process : processes) {
      threads.execute(() -> live(process));
    }
    choose().turn.release();
    ended.acquire();
    if (violation.isEmpty()) {
      endQuietly();
    }
    return new Outcome(
        seed,
        contents.hashCode(),
        requests,
        faults,
        crashes,
        model.acknowledged.size(),
        model.failed.size(),
        model.unknown,
        model.reads,
        violation.map(this::script));
  }

  private List<Role> roles() {
    List<Role> roles = new ArrayList<>();
    int count = 3 + random.nextInt(4);
    for (int i = 0; i < count; i++) {
      roles.add(new Role("p" + (i + 1), 1 + random.nextInt(2), Agent.Habits.of(random)));
    }
    return roles;
  }

  // ---- processes, one at a time ----

  private void live(Peer process) {
    process.turn.acquireUninterruptibly();
    for (int life = 0; life < process.role.lives() && !over; life++) {
      process.told = new Told();
      process.crashed = false;
      try {
        new Agent(process.role.habits(), new Random(random.nextLong()), this::name, unsettled)
            .run(host(process));
      } catch (Crash crash) {
        crashes++;
      } catch (RuntimeException | Error e) {
        breaks("Not expected in " + process.name + ": " + trace(e));
      }
    }
    alive--;
    process.request = Optional.empty();
    processes.remove(process);
    if (alive == 0) {
      ended.release();
    } else {
      choose().turn.release();
    }
  }

  private Host host(Peer process) {
    Host.Setting setting =
        new Host.Setting(
            random.nextLong(),
            SKEWS.get(random.nextInt(SKEWS.size())),
            1 + random.nextInt(3),
            weather.damaged() > 0,
            bounds);
    return new Host(
        setting,
        new ValueStore() {
          @Override
          Answer send(Request request) {
            return Simulation.this.send(process, request);
          }
        },
        witness(process));
  }

  private String name(boolean plan) {
    model.made++;
    return (plan ? "P" : model.made % 9 == 0 ? "o" : "t") + model.made;
  }

  private Answer send(Peer me, Request request) {
    if (me.crashed) {
      throw new Crash();
    }
    me.request = Optional.of(request);
    Peer next = choose();
    if (next != me) {
      next.turn.release();
      me.turn.acquireUninterruptibly();
    }
    me.request = Optional.empty();
    if (me.crashed) {
      throw new Crash();
    }
    return me.answer;
  }

  /** Lets things happen until some process can go on, and says which. */
  private Peer choose() {
    while (true) {
      if (over || requests > REQUESTS_MAX) {
        over = true;
        Peer any = processes.getFirst();
        any.crashed = true;
        return any;
      }
      if (!late.isEmpty() && random.nextInt(30) == 0) {
        Request request = late.remove(random.nextInt(late.size()));
        note("late", request, "", new Answer.Done());
        change(request);
      }
      Peer process = processes.get(random.nextInt(processes.size()));
      if (process.isAsleep() && processes.stream().anyMatch(other -> !other.isAsleep())) {
        continue;
      }
      requests++;
      if (process.request.isEmpty()) {
        return process;
      }
      if (hits(weather.sleep())) {
        process.asleepUntil = requests + random.nextInt(300);
        continue;
      }
      if (answer(process, process.request.get())) {
        if (requests % LOOK_EVERY == 0) {
          look();
        }
        return process;
      }
    }
  }

  private boolean hits(int ofThousand) {
    return random.nextInt(1_000) < ofThousand;
  }

  /** Decides what becomes of a request; {@code false} if it goes on later. */
  private boolean answer(Peer process, Request request) {
    begins(process, request);
    if (process.firstLook.isPresent()) {
      Answer.Page second = (Answer.Page) contents.apply(request).answer();
      Answer.Page page = mixed(process.firstLook.get(), second);
      process.firstLook = Optional.empty();
      return give(process, request, "second look", page);
    }
    if (hits(weather.crash())) {
      process.crashed = true;
      int effect = random.nextInt(3);
      if (effect == 0) {
        change(request);
      } else if (effect == 1 && request.isWrite()) {
        late.add(request);
      }
      return give(
          process,
          request,
          List.of("crashed after the effect", "crashed, may still happen", "crashed").get(effect),
          lost("no answer"));
    }
    if (hits(weather.lost())) {
      return give(process, request, "nothing happened", refused(request));
    }
    if (request.isWrite() && hits(weather.answerLost())) {
      change(request);
      String why = List.of("time-out", "500 internal error").get(random.nextInt(2));
      return give(process, request, "it happened", lost(why));
    }
    if (request.isWrite() && hits(weather.late())) {
      late.add(request);
      return give(process, request, "may still happen", lost("time-out"));
    }
    if (request instanceof Request.ListPage && hits(weather.torn())) {
      Answer.Page first = (Answer.Page) contents.apply(request).answer();
      process.firstLook = Optional.of(first);
      note(process.name, request, "first look", first);
      return false;
    }
    Answer answer = change(request);
    if (answer instanceof Answer.Found(Blob blob) && hits(weather.damaged())) {
      faults++;
      return random.nextBoolean()
          ? give(process, request, "truncated", new Answer.Found(blob.truncated()))
          : give(
              process,
              request,
              "one bit flipped",
              new Answer.Found(blob.flipped(random.nextInt(blob.size() * 8))));
    }
    if (answer instanceof Answer.Page(var lines, boolean more)
        && lines.size() > 1
        && random.nextInt(3) == 0) {
      int some = 1 + random.nextInt(lines.size());
      return give(
          process,
          request,
          "",
          new Answer.Page(lines.subList(0, some), more || some < lines.size()));
    }
    return give(process, request, "", answer);
  }

  private Answer refused(Request request) {
    faults++;
    boolean isCreate = request instanceof Request.Create;
    return switch (random.nextInt(isCreate ? 5 : 3)) {
      case 0 -> new Answer.Failure("time-out");
      case 1 -> new Answer.Failure("503 slow down");
      case 2 -> new Answer.Failure("429 too many requests");
      case 3 -> new Answer.NotWritten();
      default -> random.nextInt(4) > 0 ? new Answer.NotWritten() : new Answer.Denied();
    };
  }

  private Answer lost(String why) {
    faults++;
    return new Answer.Failure(why);
  }

  private boolean give(Peer process, Request request, String fault, Answer answer) {
    note(process.name, request, fault, answer);
    process.answer = answer;
    return true;
  }

  private Answer.Page mixed(Answer.Page first, Answer.Page second) {
    Map<String, Answer.Line> lines = new TreeMap<>();
    Set<Answer.Line> all = new LinkedHashSet<>(first.lines());
    all.addAll(second.lines());
    String last = first.more() && !first.lines().isEmpty() ? first.lines().getLast().key() : "";
    for (Answer.Line line : all) {
      boolean inBoth = first.lines().contains(line) && second.lines().contains(line);
      boolean within = last.isEmpty() || line.key().compareTo(last) <= 0;
      if (within && (inBoth || random.nextBoolean())) {
        lines.put(line.key(), line);
      }
    }
    return new Answer.Page(List.copyOf(lines.values()), first.more() || second.more());
  }

  private Answer change(Request request) {
    Contents.Applied applied = contents.apply(request);
    contents = applied.after();
    return applied.answer();
  }

  // ---- what they are told, and whether it is true ----

  private void begins(Peer process, Request request) {
    if (process.begins) {
      process.begins = false;
      process.told.required = model.acknowledged.size();
      process.told.planning.forEach(event -> model.beforePlan.put(event, process.told.required));
      process.told.planning.clear();
    }
    if (request instanceof Request.Create(String key, Blob ignored)
        && key.startsWith(Oracle.KEYS.logs())) {
      Told told = process.told;
      told.log = Oracle.KEYS.batchRef(dev.daybook.storage.ObjectKey.of(key)).log();
      for (String event : told.unsent) {
        String last = told.lastIn.get(told.log);
        model.before.put(event, last == null ? List.of() : List.of(last));
      }
      told.unsent.clear();
    }
  }

  private Host.Witness witness(Peer process) {
    return new Host.Witness() {
      @Override
      public void begins(String event) {
        if (process.crashed) {
          return;
        }
        process.begins = true;
        process.told.own.add(event);
        if (Programs.isPlanEvent(event)) {
          process.told.planning.add(event);
        } else {
          process.told.unsent.add(event);
        }
      }

      @Override
      public void learned(String event, Verdict verdict) {
        if (process.crashed) {
          return;
        }
        note(process.name, verdict + " " + event);
        switch (verdict) {
          case ACKNOWLEDGED -> acknowledged(process.told, event);
          case FAILED -> failed(event);
          case UNKNOWN -> model.unknown++;
        }
      }

      @Override
      public void beginsRead() {
        process.begins = true;
      }

      @Override
      public void saw(Collection<String> events, Scope scope) {
        if (!process.crashed) {
          model.reads++;
          note(process.name, "saw " + events.size() + " events, " + scope);
          read(process.name, events, scope, process.told.required);
        }
      }

      @Override
      public void sawPlan(PlanState plan) {
        PlanState before = model.plans.putIfAbsent(plan.version(), plan);
        if (before != null && !before.equals(plan)) {
          breaks("Plan version " + plan.version() + " was " + before + " and is " + plan);
        }
      }

      @Override
      public void broke(String what) {
        if (!process.crashed) {
          breaks(what);
        }
      }
    };
  }

  private void acknowledged(Told told, String event) {
    if (model.failed.contains(event)) {
      breaks(event + " was reported as failed and is acknowledged");
    }
    model.acknowledged.add(event);
    if (!Programs.isPlanEvent(event) && told.own.contains(event)) {
      told.lastIn.put(told.log, event);
    }
  }

  private void failed(String event) {
    model.failed.add(event);
    if (model.everSeen.contains(event)) {
      breaks(event + " was seen and is reported as failed");
    }
  }

  private void read(String who, Collection<String> events, Scope scope, int required) {
    Set<String> seen = new HashSet<>(events);
    if (seen.size() < events.size()) {
      breaks(who + " sees an event twice");
    }
    checkAll(who, seen, scope, required, "it began to read");
    int beforePlan = 0;
    for (String event : seen) {
      beforePlan = Math.max(beforePlan, model.beforePlan.getOrDefault(event, 0));
    }
    checkAll(who, seen, scope, beforePlan, "a plan event was begun that it sees");
    for (String event : seen) {
      if (model.failed.contains(event)) {
        breaks(who + " sees " + event + ", which was reported as failed");
      }
      for (String before : model.before.getOrDefault(event, List.of())) {
        if (!seen.contains(before) && isIn(scope, before)) {
          breaks(who + " sees " + event + " and not " + before + ", acknowledged before it");
        }
      }
    }
    model.everSeen.addAll(seen);
  }

  private void checkAll(String who, Set<String> seen, Scope scope, int required, String when) {
    for (String event : model.acknowledged.subList(0, required)) {
      if (!seen.contains(event) && isIn(scope, event)) {
        breaks(who + " misses " + event + ", acknowledged before " + when);
      }
    }
  }

  private static boolean isIn(Scope scope, String event) {
    return scope == Scope.EVERYTHING || Programs.isPlanEvent(event);
  }

  private void look() {
    Oracle.View view = Oracle.look(contents);
    view.broken().ifPresent(this::breaks);
    if (violation.isEmpty()) {
      read(
          "Whoever looks at the store",
          view.visible(),
          Scope.EVERYTHING,
          model.acknowledged.size());
    }
  }

  /** What was late happens, and one process without faults puts everything in order. */
  private void endQuietly() {
    look();
    while (!late.isEmpty()) {
      Request request = late.remove(random.nextInt(late.size()));
      note("late", request, "", new Answer.Done());
      change(request);
    }
    look();
    Set<String> before = new HashSet<>(Oracle.look(contents).visible());
    Peer quiet = new Peer("last", new Role("last", 1, Agent.Habits.of(random)));
    Host.Setting setting = new Host.Setting(random.nextLong(), Duration.ZERO, 3, false, bounds);
    ValueStore direct =
        new ValueStore() {
          @Override
          Answer send(Request request) {
            begins(quiet, request);
            Answer answer = change(request);
            note(quiet.name, request, "", answer);
            return answer;
          }
        };
    try {
      Parts parts = new Parts(new Host(setting, direct, witness(quiet)));
      parts.read();
      parts.takeIn();
      // Once the numbers in their names have passed, files that nobody names may go.
      for (int i = 0; i < bounds.manifestsAhead(); i++) {
        parts.pin("end-" + i);
        parts.unpin("end-" + i);
      }
      parts.collect();
      // That fenced what was never sent; the fences are taken in like batches.
      parts.takeIn();
      parts.collect();
      parts.collect();
      parts.read();
    } catch (RuntimeException e) {
      breaks("Not expected at the end: " + trace(e));
    }
    look();
    if (violation.isEmpty()) {
      if (!before.equals(new HashSet<>(Oracle.look(contents).visible()))) {
        breaks("Compaction and collection changed what is visible");
      }
      if (Oracle.tail(contents) > 0) {
        breaks("A whole compaction without faults left " + Oracle.tail(contents) + " batches");
      }
      List<String> unneeded = Oracle.unneeded(contents, bounds.manifestsAhead());
      if (!unneeded.isEmpty()) {
        breaks("Collection without faults left what nobody needs: " + unneeded);
      }
    }
  }

  private void breaks(String what) {
    over = true;
    violation = violation.or(() -> Optional.of(what));
  }

  private static String trace(Throwable e) {
    StringBuilder text = new StringBuilder(e.toString());
    for (int i = 0; i < Math.min(8, e.getStackTrace().length); i++) {
      text.append("\n      at ").append(e.getStackTrace()[i]);
    }
    return text.toString();
  }

  // ---- telling a history ----

  /** A line of the script; words are made only if somebody wants to read them. */
  private record Line(String who, String what, Optional<Exchange> exchange) {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT, "%-6s %s%s", who, exchange.map(Exchange::toString).orElse(""), what);
    }
  }

  private record Exchange(Request request, String fault, Answer answer) {
    @Override
    public String toString() {
      return request + (fault.isEmpty() ? "" : "  ! " + fault) + "  -> " + answer;
    }
  }

  private void note(String who, Request request, String fault, Answer answer) {
    history.add(new Line(who, "", Optional.of(new Exchange(request, fault, answer))));
  }

  private void note(String who, String what) {
    history.add(new Line(who, what, Optional.empty()));
  }

  private String script(String what) {
    StringBuilder text = new StringBuilder();
    text.append("Seed ").append(seed).append(": ").append(what).append('\n');
    for (int i = 0; i < history.size(); i++) {
      text.append(String.format(Locale.ROOT, "%4d. %s%n", i + 1, history.get(i)));
    }
    text.append("The store then holds:\n").append(contents);
    return text.append("Repeat it with -Dsim.seed=").append(seed).toString();
  }
}
