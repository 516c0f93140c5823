package dev.daybook.simulation;

import dev.daybook.simulation.Host.Scope;
import dev.daybook.simulation.Scenario.Fault;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Goes through every order of the requests of a scenario and every choice of its faults, breadth
 * first, and checks each state. A process is a function of the answers it had, so it is run again
 * from its beginning for every list of answers, once for each; a state is what the store holds,
 * which requests may still take effect, and where each process stands. For one thread.
 *
 * <p>Checked in each state, as if every process had crashed there: I1 (what was acknowledged is
 * visible, once), I2, I3, I4 (nothing that failed is visible or was ever seen), I6 and I13 (with an
 * event everything is visible that was acknowledged before it), I7, I10; no step makes anything
 * invisible. Checked of each read: the same, and I5 (it shows what was acknowledged before it
 * began). I15 holds because there is no grace, processes stop for any time anywhere, and clocks are
 * wrong where a scenario says so. I8 is checked by what must stay; that all the rest goes, and I12,
 * {@link Simulation} checks at its end. I9 is the oracle's.
 */
final class Explorer {
  private static final Answer LOST = new Answer.Failure("no answer");
  private static final int NONE = -1;
  private static final int TORN_KEYS_MAX = 3;

  private final Scenario scenario;
  private final Facts facts;
  private final int processes;
  private final int pendingAt;
  private final int processAt;
  private final StateSet states;

  private final Interned<Contents> contents = new Interned<>();
  private final Interned<Request> requests = new Interned<>();
  private final Interned<Answer> answers = new Interned<>();
  private final List<Seen> seen = new ArrayList<>();
  private final List<Node> nodes = new ArrayList<>();
  private final LongMap effects = new LongMap();
  private final LongMap children = new LongMap();
  private final int planEvents;
  private long transitions;
  private Optional<String> violation = Optional.empty();

  private final int[] state;
  private final int[] next;
  private int current;
  private Sink sink;
  private String step = "";
  private boolean telling;

  /** Values by number. */
  private static final class Interned<T> {
    private final List<T> values = new ArrayList<>();
    private final Map<T, Integer> numbers = new HashMap<>();

    int number(T value) {
      Integer known = numbers.putIfAbsent(value, values.size());
      if (known == null) {
        values.add(value);
        return values.size() - 1;
      }
      return known;
    }

    T value(int number) {
      return values.get(number);
    }

    int size() {
      return values.size();
    }
  }

  /** Where a process stands. */
  private record Node(int process, int parent, int answer, Knowledge knowledge, int request) {}

  /** What one content of the store shows. */
  private record Seen(int visible, Optional<String> broken) {}

  private interface Sink {
    /** The successor is in {@link #next}; {@code false} to stop. */
    boolean accept(int process, int reached);
  }

  /**
   * What an exploration came to.
   *
   * @param complete whether everything was seen, or a violation
   * @param violation the shortest history that leads to one
   */
  record Result(
      String scenario,
      int states,
      long transitions,
      int lives,
      int contents,
      long millis,
      boolean complete,
      Optional<String> violation) {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%-52s %,10d states %,11d steps %,8d lives %,7d contents %6.1f s%s%s",
          scenario,
          states,
          transitions,
          lives,
          contents,
          millis / 1000.0,
          complete ? "" : " (bounded)",
          violation.isPresent() ? " VIOLATION" : "");
    }
  }

  private Explorer(Scenario scenario) {
    this.scenario = scenario;
    List<String> events =
        scenario.actors().stream().flatMap(actor -> actor.events().stream()).toList();
    this.facts = new Facts(events);
    this.planEvents = facts.set(events.stream().filter(Programs::isPlanEvent).toList());
    this.processes = scenario.actors().size();
    this.pendingAt = 2;
    this.processAt = pendingAt + scenario.faultsMax();
    int width = processAt + 3 * processes;
    this.states = new StateSet(width);
    this.state = new int[width];
    this.next = new int[width];
  }

  /** Explores a scenario to the end, to its bound, or to the first violation. */
  static Result explore(Scenario scenario) {
    long start = System.nanoTime();
    Explorer explorer = new Explorer(scenario);
    boolean complete = explorer.run();
    return new Result(
        scenario.name(),
        explorer.states.size(),
        explorer.transitions,
        explorer.nodes.size(),
        explorer.contents.size(),
        (System.nanoTime() - start) / 1_000_000,
        complete,
        explorer.violation);
  }

  private boolean run() {
    start();
    sink = this::visit;
    for (current = 0; current < states.size(); current++) {
      if (states.size() > scenario.statesMax()) {
        return false;
      }
      states.load(current, state);
      if (!successors()) {
        return true;
      }
    }
    return true;
  }

  private void start() {
    next[0] = content(Contents.EMPTY);
    next[1] = scenario.faultsMax();
    for (int i = pendingAt; i < processAt; i++) {
      next[i] = NONE;
    }
    for (int process = 0; process < processes; process++) {
      next[processAt + 3 * process] = addNode(process, NONE, NONE);
      next[processAt + 3 * process + 1] = NONE;
      next[processAt + 3 * process + 2] = 0;
    }
    for (int process = 0; process < processes; process++) {
      if (scenario.actors().get(process).first()) {
        finish(process);
      }
    }
    states.add(next, NONE);
  }

  private void finish(int process) {
    int at = processAt + 3 * process;
    Node node = nodes.get(next[at]);
    while (node.request() != NONE) {
      long effect = effect(next[0], node.request());
      next[0] = (int) (effect >>> 32);
      next[at] = child(next[at], (int) effect);
      node = nodes.get(next[at]);
      node.knowledge()
          .broken()
          .ifPresent(what -> {
            throw new IllegalStateException(scenario.name() + " cannot begin: " + what);
          });
    }
  }

  private boolean visit(int process, int reached) {
    transitions++;
    if (!states.add(next, current)) {
      return true;
    }
    Optional<String> wrong = check(process, reached);
    wrong.ifPresent(what -> violation = Optional.of(history(states.size() - 1, what)));
    return wrong.isEmpty();
  }

  /** Every step that is possible now; {@code false} if the sink said stop. */
  private boolean successors() {
    for (int i = pendingAt; i < processAt && state[i] != NONE; i++) {
      if (i == pendingAt || state[i] != state[i - 1]) {
        begin();
        Request request = requests.value(state[i]);
        tell(() -> "late     " + request);
        next[0] = (int) (effect(state[0], state[i]) >>> 32);
        System.arraycopy(state, i + 1, next, i, processAt - i - 1);
        next[processAt - 1] = NONE;
        if (!sink.accept(NONE, NONE)) {
          return false;
        }
      }
    }
    for (int process = 0; process < processes; process++) {
      if (!successors(process)) {
        return false;
      }
    }
    return true;
  }

  private boolean successors(int process) {
    int at = processAt + 3 * process;
    Node node = nodes.get(state[at]);
    if (node.request() == NONE) {
      return true;
    }
    Request request = requests.value(node.request());
    if (state[at + 1] != NONE) {
      return finishTorn(process, request);
    }
    long effect = effect(state[0], node.request());
    int after = (int) (effect >>> 32);
    int answer = (int) effect;
    if (!answer(process, after, answer, 0, "")) {
      return false;
    }
    if (state[1] == 0) {
      return true;
    }
    for (Fault fault : scenario.faults()) {
      boolean goOn =
          switch (fault) {
            case LOST -> answer(process, state[0], answers.number(LOST), 1, "request lost");
            case ANSWER_LOST ->
                after == state[0] || answer(process, after, answers.number(LOST), 1, "answer lost");
            case NOT_WRITTEN -> notCreated(process, request, new Answer.NotWritten());
            case DENIED -> notCreated(process, request, new Answer.Denied());
            case LATE -> !request.isWrite() || late(process, node.request());
            case TORN ->
                !(answers.value(answer) instanceof Answer.Page) || beginTorn(process, answer);
            case TRUNCATED ->
                !(answers.value(answer) instanceof Answer.Found(Blob blob))
                    || answer(
                        process,
                        state[0],
                        answers.number(new Answer.Found(blob.truncated())),
                        1,
                        "truncated");
            case FLIPPED ->
                !(answers.value(answer) instanceof Answer.Found(Blob blob))
                    || answer(
                        process,
                        state[0],
                        answers.number(new Answer.Found(blob.flipped(blob.size() * 4))),
                        1,
                        "one bit flipped");
          };
      if (!goOn) {
        return false;
      }
    }
    return true;
  }

  private void begin() {
    System.arraycopy(state, 0, next, 0, state.length);
  }

  private boolean answer(int process, int after, int answer, int faults, String fault) {
    begin();
    next[0] = after;
    next[1] -= faults;
    return reach(process, answer, fault);
  }

  private boolean notCreated(int process, Request request, Answer answer) {
    return !(request instanceof Request.Create)
        || answer(process, state[0], answers.number(answer), 1, "not done");
  }

  private boolean late(int process, int request) {
    begin();
    next[1]--;
    int at = processAt - 1;
    while (at > pendingAt && (next[at - 1] == NONE || next[at - 1] > request)) {
      next[at] = next[at - 1];
      at--;
    }
    next[at] = request;
    return reach(process, answers.number(LOST), "no answer, may still happen");
  }

  private boolean beginTorn(int process, int answer) {
    begin();
    int at = processAt + 3 * process;
    next[1]--;
    next[at + 1] = answer;
    markBegin(process);
    tell(() -> describe(process) + " looks the first time: " + answers.value(answer));
    return sink.accept(process, NONE);
  }

  private boolean finishTorn(int process, Request request) {
    int at = processAt + 3 * process;
    Answer.Page first = (Answer.Page) answers.value(state[at + 1]);
    Answer.Page second =
        (Answer.Page) answers.value((int) effect(state[0], requests.number(request)));
    for (Answer.Page page : mixed(first, second)) {
      begin();
      next[at + 1] = NONE;
      if (!reach(process, answers.number(page), "second look")) {
        return false;
      }
    }
    return true;
  }

  /** What both saw, with any of what only one of them saw. */
  private static List<Answer.Page> mixed(Answer.Page first, Answer.Page second) {
    List<Answer.Line> both = new ArrayList<>(first.lines());
    both.retainAll(second.lines());
    List<Answer.Line> either = new ArrayList<>(first.lines());
    either.addAll(second.lines());
    either.removeAll(both);
    int choices = 1 << Math.min(either.size(), TORN_KEYS_MAX);
    List<Answer.Page> pages = new ArrayList<>();
    for (int choice = 0; choice < choices; choice++) {
      Map<String, Answer.Line> lines = new java.util.TreeMap<>();
      both.forEach(line -> lines.put(line.key(), line));
      for (int i = 0; i < either.size(); i++) {
        if ((choice >> Math.min(i, TORN_KEYS_MAX - 1) & 1) == 1) {
          lines.put(either.get(i).key(), either.get(i));
        }
      }
      pages.add(new Answer.Page(List.copyOf(lines.values()), second.more()));
    }
    return pages;
  }

  /** The process gets an answer, in {@link #next}. */
  private boolean reach(int process, int answer, String fault) {
    int at = processAt + 3 * process;
    markBegin(process);
    int child = child(state[at], answer);
    next[at] = child;
    tell(() ->
        describe(process)
            + (fault.isEmpty() ? "" : "  ! " + fault)
            + "  -> "
            + answers.value(answer)
            + news(nodes.get(child).knowledge(), nodes.get(state[at]).knowledge()));
    return sink.accept(process, child);
  }

  /** What is acknowledged when a read or write begins, a read must show; at the latest moment. */
  private void markBegin(int process) {
    int at = processAt + 3 * process;
    if (nodes.get(state[at]).knowledge().begins() && state[at + 1] == NONE) {
      next[at + 2] = acknowledged(state);
    }
  }

  private int acknowledged(int[] of) {
    int all = 0;
    for (int process = 0; process < processes; process++) {
      all |= nodes.get(of[processAt + 3 * process]).knowledge().acknowledged();
    }
    return all;
  }

  private Optional<String> check(int process, int reached) {
    Seen now = seen.get(next[0]);
    if (now.broken().isPresent()) {
      return now.broken();
    }
    int acknowledged = 0;
    int failed = 0;
    int everSaw = 0;
    for (int i = 0; i < processes; i++) {
      Knowledge knowledge = nodes.get(next[processAt + 3 * i]).knowledge();
      acknowledged |= knowledge.acknowledged();
      failed |= knowledge.failed();
      everSaw |= knowledge.everSaw();
    }
    int visible = now.visible();
    if ((acknowledged & ~visible) != 0) {
      return Optional.of("Acknowledged and not there: " + facts.names(acknowledged & ~visible));
    }
    if ((failed & (visible | everSaw)) != 0) {
      return Optional.of(
          "Reported as failed and there: " + facts.names(failed & (visible | everSaw)));
    }
    int before = seen.get(state[0]).visible();
    if ((before & ~visible) != 0) {
      return Optional.of("Was there and is gone: " + facts.names(before & ~visible));
    }
    Optional<String> torn = notClosed(visible, ~0);
    if (torn.isPresent()) {
      return torn;
    }
    return reached == NONE ? Optional.empty() : check(process, nodes.get(reached).knowledge());
  }

  private Optional<String> check(int process, Knowledge knowledge) {
    if (knowledge.broken().isPresent()) {
      return knowledge.broken();
    }
    int required = next[processAt + 3 * process + 2];
    for (Knowledge.Saw saw : knowledge.fresh()) {
      int scope = saw.scope() == Scope.PLAN ? planEvents : ~0;
      int missed = required & scope & ~saw.events();
      if (missed != 0) {
        return Optional.of(
            "A read misses what was acknowledged before it began: " + facts.names(missed));
      }
      Optional<String> torn = notClosed(saw.events(), scope);
      if (torn.isPresent()) {
        return torn;
      }
    }
    return Optional.empty();
  }

  /**
   * With an event everything is to be seen that its process had acknowledged before it; with a plan
   * event also what anybody had acknowledged before it was begun, as long as that is in the state.
   */
  private Optional<String> notClosed(int set, int scope) {
    for (int i = 0; i < processes; i++) {
      int at = processAt + 3 * i;
      Knowledge knowledge = nodes.get(next[at]).knowledge();
      int[] before = knowledge.before();
      for (int event = 0; event < before.length; event++) {
        if ((set >> event & 1) == 1 && before[event] != NONE) {
          int needed = before[event] | (event == knowledge.planning() ? next[at + 2] : 0);
          int missed = needed & scope & ~set;
          if (missed != 0) {
            return Optional.of(
                facts.names(1 << event)
                    + " is seen without what was acknowledged before: "
                    + facts.names(missed));
          }
        }
      }
    }
    return Optional.empty();
  }

  private int content(Contents value) {
    int number = contents.number(value);
    if (number == seen.size()) {
      Oracle.View view = Oracle.look(value);
      seen.add(new Seen(facts.set(view.visible()), view.broken()));
    }
    return number;
  }

  /** The content after a request in the upper half, the answer in the lower. */
  private long effect(int content, int request) {
    long known = effects.find(content, request);
    if (known != NONE) {
      return known;
    }
    Contents.Applied applied = contents.value(content).apply(requests.value(request));
    long effect = ((long) content(applied.after()) << 32) | answers.number(applied.answer());
    effects.put(content, request, effect);
    return effect;
  }

  private int child(int node, int answer) {
    long known = children.find(node, answer);
    if (known != NONE) {
      return (int) known;
    }
    int child = addNode(nodes.get(node).process(), node, answer);
    children.put(node, answer, child);
    return child;
  }

  private int addNode(int process, int parent, int answer) {
    List<Answer> life = new ArrayList<>();
    int at = parent;
    int last = answer;
    while (at != NONE) {
      life.add(answers.value(last));
      last = nodes.get(at).answer();
      at = nodes.get(at).parent();
    }
    Collections.reverse(life);
    Replay.Point point = Replay.run(scenario.actors().get(process), facts, life);
    int request = point.next().map(requests::number).orElse(NONE);
    nodes.add(new Node(process, parent, answer, point.knowledge(), request));
    return nodes.size() - 1;
  }

  // ---- telling a history ----

  private interface Words {
    String say();
  }

  private void tell(Words words) {
    if (telling) {
      step = words.say();
    }
  }

  private String describe(int process) {
    Node node = nodes.get(state[processAt + 3 * process]);
    return String.format(
        Locale.ROOT,
        "%-8s %s",
        scenario.actors().get(process).name(),
        requests.value(node.request()));
  }

  private String news(Knowledge now, Knowledge before) {
    StringBuilder text = new StringBuilder();
    int acknowledged = now.acknowledged() & ~before.acknowledged();
    int failed = now.failed() & ~before.failed();
    if (acknowledged != 0) {
      text.append("; acknowledged ").append(facts.names(acknowledged));
    }
    if (failed != 0) {
      text.append("; failed ").append(facts.names(failed));
    }
    now.fresh().forEach(saw -> text.append("; saw ").append(facts.names(saw.events())));
    if (now.begins()) {
      text.append("; begins anew");
    }
    return text.toString();
  }

  private String history(int last, String what) {
    List<Integer> path = new ArrayList<>();
    for (int index = last; index != NONE; index = states.parent(index)) {
      path.add(index);
    }
    Collections.reverse(path);
    StringBuilder text = new StringBuilder();
    text.append(scenario.name()).append(": ").append(what).append('\n');
    telling = true;
    for (int i = 1; i < path.size(); i++) {
      int target = path.get(i);
      states.load(path.get(i - 1), state);
      String[] found = {""};
      sink =
          (process, reached) -> {
            if (states.is(target, next)) {
              found[0] = step;
              return false;
            }
            return true;
          };
      successors();
      text.append(String.format(Locale.ROOT, "%3d. %s%n", i, found[0]));
    }
    states.load(last, state);
    text.append("The store then holds:\n").append(contents.value(state[0]));
    return text.toString();
  }
}
