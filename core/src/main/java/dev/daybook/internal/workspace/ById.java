package dev.daybook.internal.workspace;

import dev.daybook.TraceStore;
import dev.daybook.TraceStore.Commit;
import dev.daybook.event.Entry;
import dev.daybook.event.Envelope.Stream;
import dev.daybook.event.EventId;
import dev.daybook.internal.index.Found.Ref;
import dev.daybook.internal.index.Group;
import dev.daybook.internal.index.Selection;
import dev.daybook.recall.Filter;
import java.util.ArrayList;
import java.util.List;

/** What a view shows of one task, handoff or event, whichever has the id. */
public final class ById {
  private ById() {}

  /** What the plan says about an id, newest first; see {@link dev.daybook.Workspace#history}. */
  public static List<Entry> history(View view, String id, EventId after, int limit) {
    Filter plan = Filter.any().stream(Stream.PLAN);
    List<EventId> events = eventIds(id);
    List<Filter> about = new ArrayList<>(List.of(plan.task(id), plan.handoff(id)));
    events.forEach(event -> about.add(plan.cause(event)));
    return view.find(selection(about, events), after, limit);
  }

  /** The commits of an id; see {@link TraceStore#commits}. */
  public static List<Commit> commits(View view, String id) {
    List<EventId> events = eventIds(id);
    List<Filter> about = new ArrayList<>();
    about.add(Filter.any().task(id));
    about.add(Filter.any().handoff(id));
    for (EventId event : events) {
      about.add(Filter.any().cause(event));
      view.entry(event)
          .filter(entry -> entry.envelope().stream() == Stream.PLAN)
          .filter(entry -> !entry.task().isEmpty())
          .ifPresent(entry -> about.add(Filter.any().task(entry.task()).from(entry.time())));
    }
    List<Group> groups =
        view.groups(selection(about, events), Filter.Field.REVISION, TraceStore.NAMED_MAX);
    return groups.stream().limit(TraceStore.COMMITS_MAX).map(group -> commit(view, group)).toList();
  }

  private static Commit commit(View view, Group group) {
    List<EventId> newest = group.newest().stream().map(Ref::id).toList();
    List<Entry> ends = view.load(List.of(group.oldest().id(), newest.getFirst()));
    return new Commit(
        ends.getLast().envelope().vcs(),
        ends.getFirst().time(),
        ends.getLast().time(),
        group.events(),
        newest);
  }

  private static Selection selection(List<Filter> anyOf, List<EventId> events) {
    return new Selection(anyOf.stream().map(Selection.Passing::of).toList(), events);
  }

  /** The event that an id names if it has the form of one. */
  private static List<EventId> eventIds(String id) {
    try {
      return List.of(EventId.parse(id));
    } catch (IllegalArgumentException e) {
      // Then it is the id of a task or of nothing.
      return List.of();
    }
  }
}
