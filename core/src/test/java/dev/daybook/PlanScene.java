package dev.daybook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.event.Actor;
import dev.daybook.event.EventId;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.SessionId;
import dev.daybook.recall.Embedder;
import dev.daybook.storage.MemoryObjectStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A workspace in memory, on a clock that stands still until a test lets time pass. */
final class PlanScene implements AutoCloseable {
  static final Instant START = Instant.parse("2026-11-24T09:00:00Z");
  static final Duration LEASE = Duration.ofMinutes(10);

  final MemoryObjectStore store = new MemoryObjectStore();
  final Workspace workspace;
  private final Path cache;
  private final List<Runnable> opened = new ArrayList<>();
  private volatile Instant now = START;

  PlanScene(Path cache) {
    this.cache = cache;
    Daybook daybook = daybook();
    workspace = daybook.create("w");
    opened.add(workspace::close);
  }

  private Daybook daybook() {
    Daybook daybook =
        Daybook.on(store).embedder(Embedder.none()).cache(cache, 1 << 30).clock(() -> now).open();
    opened.add(daybook::close);
    return daybook;
  }

  /** The same workspace as another process has it. */
  Workspace another() {
    Workspace other = daybook().open("w");
    opened.add(other::close);
    return other;
  }

  Instant now() {
    return now;
  }

  void pass(Duration time) {
    now = now.plus(time);
  }

  PlanRecord plan() {
    return workspace.plan();
  }

  PlanRecord.Task task(String id) {
    return plan().task(id).orElseThrow();
  }

  Session agent(String id) {
    return workspace.startSession(Actor.agent(id));
  }

  Session human(String id) {
    return workspace.startSession(Actor.human(id));
  }

  /** A handle of a session as a process that joins it has it. */
  Session joined(Workspace handle, Session session) {
    return handle.startSession(session.actor(), SessionId.of(session.id().value()));
  }

  void add(String... tasks) {
    change(agent("planner"), Stream.of(tasks).map(t -> TaskAdded.of(t, "task " + t)).toList());
  }

  static EventId change(Session session, PlanEvent... events) {
    return change(session, List.of(events));
  }

  /** The id of the last of these events. */
  static EventId change(Session session, List<? extends PlanEvent> events) {
    return session.updatePlan(plan -> events).events().getLast();
  }

  /** A change that is refused, for this reason, and leaves no trace. */
  void refused(Session session, PlanEvent event, String... parts) {
    refused(() -> session.updatePlan(plan -> List.of(event)), parts);
  }

  void refused(Runnable call, String... parts) {
    long version = plan().version();
    assertThatThrownBy(call::run)
        .isInstanceOf(PlanRuleException.class)
        .hasMessageContainingAll(parts);
    assertThat(plan().version()).isEqualTo(version);
  }

  @Override
  public void close() {
    opened.reversed().forEach(Runnable::run);
  }
}
