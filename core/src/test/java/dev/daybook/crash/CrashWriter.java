package dev.daybook.crash;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.daybook.CorruptDataException;
import dev.daybook.Daybook;
import dev.daybook.DaybookException;
import dev.daybook.OutcomeUnknownException;
import dev.daybook.PlanChange;
import dev.daybook.PlanConflictException;
import dev.daybook.PlanRecord;
import dev.daybook.Receipt;
import dev.daybook.Session;
import dev.daybook.SessionOptions;
import dev.daybook.StorageUnavailableException;
import dev.daybook.Workspace;
import dev.daybook.crash.Operation.Kind;
import dev.daybook.crash.Operation.Outcome;
import dev.daybook.event.Actor;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.recall.Embedder;
import dev.daybook.storage.FaultyObjectStore;
import dev.daybook.storage.FaultyObjectStore.Fault;
import dev.daybook.storage.ObjectStore;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * What a process does that is going to be killed: two threads record, plan, claim and read as long
 * as the {@link SharedClock} lets them, and note in the {@link History} what they are told.
 */
public final class CrashWriter {
  static final String WORKSPACE = "w";

  /** Kept, because a logger nobody holds forgets its level. */
  private static final Logger LUCENE = Logger.getLogger("org.apache.lucene");

  private static final int THREADS = 2;
  private static final int TRACES_MAX = 3;
  private static final int TICKETS_A_SLOT = 60;
  private static final double FAULT_CHANCE = 0.12;
  private static final Duration ROUGH_DEADLINE = Duration.ofMillis(10);

  private final History.Writer history;
  private final SharedClock clock;
  private final String name;

  private CrashWriter(History.Writer history, SharedClock clock, String name) {
    this.history = history;
    this.clock = clock;
    this.name = name;
  }

  /** What kind of process it is. */
  enum Mode {
    /** Writes until it is told to end. */
    WRITE,
    /** The same, and compacts all the time. */
    COMPACT,
    /** The same as WRITE, behind a network that loses requests and answers. */
    ROUGH,
    /** Opens, writes a little and closes. */
    SHORT,
    /** Is many processes of the kind SHORT, one after the other. */
    SHORT_IN_TURN,
    /** Is many processes of the kind SHORT, at once. */
    SHORT_AT_ONCE
  }

  /**
   * Runs a process to its end.
   *
   * @param arguments where the store is, which is the caller's; then a folder for all else, the
   *     name of the process, its mode, and a seed or how many it stands for
   */
  public static void run(ObjectStore store, String[] arguments) throws Exception {
    LUCENE.setLevel(Level.SEVERE);
    Path folder = Path.of(arguments[1]);
    String name = arguments[2];
    int number = Integer.parseInt(arguments[4]);
    SharedClock clock = new SharedClock(folder.resolve("clock"));
    try (History.Writer history = new History.Writer(folder, name, clock)) {
      try {
        switch (Mode.valueOf(arguments[3])) {
          case SHORT -> new CrashWriter(history, clock, name).writeShortly(store, folder);
          case SHORT_IN_TURN -> {
            for (int i = 0; i < number; i++) {
              new CrashWriter(history, clock, name + "." + i).writeShortly(store, folder);
            }
          }
          case SHORT_AT_ONCE -> {
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < number; i++) {
              CrashWriter writer = new CrashWriter(history, clock, name + "." + i);
              threads.add(start(history, () -> writer.writeShortly(store, folder)));
            }
            join(threads);
          }
          case WRITE -> new CrashWriter(history, clock, name).write(store, folder, number, false);
          case COMPACT -> new CrashWriter(history, clock, name).write(store, folder, number, true);
          case ROUGH ->
              new CrashWriter(history, clock, name)
                  .write(new FaultyObjectStore(store, number), folder, number);
        }
      } catch (RuntimeException | Error e) {
        history.broken(e);
        throw e;
      }
    }
  }

  private static Thread start(History.Writer history, Runnable work) {
    return Thread.ofPlatform()
        .start(() -> {
          try {
            work.run();
          } catch (RuntimeException | Error e) {
            history.broken(e);
            throw e;
          }
        });
  }

  private static void join(List<Thread> threads) throws InterruptedException {
    for (Thread thread : threads) {
      thread.join();
    }
  }

  /** An engine as all of these processes have it, and those that look after them. */
  static Daybook.Builder daybook(ObjectStore store, Path folder) {
    return Daybook.on(store)
        .embedder(Embedder.none())
        .cache(folder.resolve("cache"), 1 << 30)
        .compactAt(40, 8 << 20);
  }

  private void write(ObjectStore store, Path folder, long seed, boolean compacts)
      throws InterruptedException {
    try (Daybook daybook = daybook(store, folder).open();
        Workspace workspace = daybook.open(WORKSPACE)) {
      say("ready");
      if (compacts) {
        List<Thread> threads = startThreads(workspace, seed);
        threads.add(
            start(
                history,
                () -> {
                  while (clock.awaitTurn()) {
                    workspace.compact();
                  }
                }));
        join(threads);
      } else {
        join(startThreads(workspace, seed));
      }
    }
  }

  /** Faults begin when the workspace is open and end before it is closed. */
  private void write(FaultyObjectStore store, Path folder, long seed) throws InterruptedException {
    try (Daybook daybook = daybook(store, folder).writeDeadline(ROUGH_DEADLINE).open();
        Workspace workspace = daybook.open(WORKSPACE)) {
      for (Fault fault :
          List.of(
              Fault.REQUEST_LOST,
              Fault.RESPONSE_LOST,
              Fault.LATE_EFFECT,
              Fault.CONFLICT,
              Fault.UNAVAILABLE)) {
        store.withChance(fault, FAULT_CHANCE);
      }
      say("ready");
      join(startThreads(workspace, seed));
      store.heal();
    }
  }

  private static void say(String line) {
    new PrintStream(System.out, true, UTF_8).println(line);
  }

  private List<Thread> startThreads(Workspace workspace, long seed) {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      Hand hand = new Hand(workspace, name + "t" + i, seed * THREADS + i);
      threads.add(start(history, hand::work));
    }
    return threads;
  }

  private void writeShortly(ObjectStore store, Path folder) {
    try (Daybook daybook = daybook(store, folder).open();
        Workspace workspace = daybook.open(WORKSPACE)) {
      Hand hand = new Hand(workspace, name, 0);
      Session session = hand.startSession().orElseThrow();
      hand.record(session, TRACES_MAX);
      hand.plan(session, Kind.ADD, "");
      hand.plan(session, Kind.CLAIM, "the-only-one");
      hand.readPlan();
      session.close();
    }
  }

  /** One thread of writing. */
  private final class Hand {
    private final Workspace workspace;
    private final String hand;
    private final Random random;
    private int number;

    Hand(Workspace workspace, String hand, long seed) {
      this.workspace = workspace;
      this.hand = hand;
      this.random = new Random(seed);
    }

    private String nextKey() {
      return hand + "/" + ++number;
    }

    void work() {
      Optional<Session> session = Optional.empty();
      while (clock.awaitTurn()) {
        if (session.isEmpty()) {
          session = startSession();
          continue;
        }
        int what = random.nextInt(100);
        if (what < 55) {
          record(session.get(), 1 + random.nextInt(TRACES_MAX));
        } else if (what < 75) {
          plan(session.get(), Kind.ADD, "");
        } else if (what < 85) {
          plan(session.get(), Kind.CLAIM, "slot-" + clock.now() / TICKETS_A_SLOT);
        } else if (what < 97) {
          readPlan();
        } else {
          session.get().close();
          session = Optional.empty();
        }
      }
      session.ifPresent(Session::close);
    }

    /** Notes what came of an operation that throws when it is not done. */
    private void attempt(String key, Consumer<String> operation) {
      Outcome outcome;
      try {
        operation.accept(key);
        return;
      } catch (OutcomeUnknownException | CorruptDataException e) {
        outcome = Outcome.UNKNOWN;
      } catch (PlanConflictException | StorageUnavailableException e) {
        outcome = Outcome.FAILED;
      }
      history.end(key, outcome, 0, "");
    }

    Optional<Session> startSession() {
      String sessionKey = nextKey();
      List<Session> started = new ArrayList<>();
      history.begin(Kind.SESSION, sessionKey, sessionKey);
      attempt(
          sessionKey,
          key -> {
            started.add(
                workspace.startSession(Actor.agent(name), SessionOptions.defaults().purpose(key)));
            history.end(key, Outcome.DONE, 0, "");
          });
      return started.stream().findFirst();
    }

    void record(Session session, int count) {
      List<String> keys = new ArrayList<>();
      List<Receipt> receipts = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        String key = nextKey();
        history.begin(Kind.TRACE, key, key);
        keys.add(key);
        receipts.add(session.record(Observation.of(key)));
      }
      for (int i = 0; i < count; i++) {
        Receipt receipt = receipts.get(i);
        attempt(
            keys.get(i),
            key -> {
              receipt.await();
              history.end(key, Outcome.DONE, 0, receipt.id().toString());
            });
      }
      try {
        session.flush();
      } catch (DaybookException e) {
        // The receipts said the same, and a plan change is not to fail because of it.
      }
    }

    void plan(Session session, Kind kind, String slot) {
      String planKey = nextKey();
      String task = kind == Kind.CLAIM ? slot : planKey;
      history.begin(kind, planKey, task);
      attempt(
          planKey,
          key -> {
            PlanChange change =
                session.updatePlan(plan ->
                    plan.task(task).isPresent()
                        ? List.of()
                        : List.of(TaskAdded.of(task, key).priority(plan.tasks().size())));
            history.end(
                key, change.events().isEmpty() ? Outcome.LOST : Outcome.DONE, change.version(), "");
          });
    }

    void readPlan() {
      CrashWriter.readPlan(history, workspace, nextKey());
    }
  }

  /** Reads the plan as an operation of its own. */
  static void readPlan(History.Writer history, Workspace workspace, String key) {
    history.begin(Kind.READ, key, key);
    try {
      PlanRecord plan = workspace.plan();
      history.end(key, Outcome.DONE, plan.version(), Judge.sight(plan.tasks().keySet()));
    } catch (StorageUnavailableException e) {
      history.end(key, Outcome.FAILED, 0, "");
    }
  }
}
