package dev.daybook.internal.workspace;

import dev.daybook.TraceStore;
import dev.daybook.TraceStore.Commit;
import dev.daybook.event.Entry;
import dev.daybook.event.Envelope;
import dev.daybook.event.EventId;
import dev.daybook.internal.index.Found.Ref;
import dev.daybook.internal.index.Group;
import dev.daybook.internal.index.Selection;
import dev.daybook.recall.Filter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What a view shows of one task, handoff or event, whichever has the id. */
public final class ById {
  private ById() {}

  /** What the plan says about an id, newest first; see {@link dev.daybook.Workspace#history}. */
  public static List<Entry> history(View view, String id, EventId after, int limit) {
    Filter plan = Filter.any().stream(Envelope.Stream.PLAN);
    List<EventId> events = eventIds(id);
    List<Filter> about = new ArrayList<>(List.of(plan.task(id), plan.handoff(id)));
    events.forEach(event -> about.add(plan.cause(event)));
    return view.latestOfPlan(selection(about, events), after, limit);
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
          .filter(entry -> entry.envelope().stream() == Envelope.Stream.PLAN)
          .filter(entry -> !entry.task().isEmpty())
          .ifPresent(entry -> about.add(Filter.any().task(entry.task()).from(entry.time())));
    }
    List<Group> groups =
        view.groups(selection(about, events), Filter.Field.REVISION, TraceStore.NAMED_MAX);
    List<Group> newest = groups.subList(0, Math.min(groups.size(), TraceStore.COMMITS_MAX));
    Map<EventId, Entry> ends =
        view.byId(
            newest.stream()
                .flatMap(group -> Stream.of(group.oldest(), group.newest().getFirst()))
                .map(Ref::id)
                .toList());
    return newest.stream().map(group -> commit(group, ends)).toList();
  }

  private static Commit commit(Group group, Map<EventId, Entry> ends) {
    List<EventId> newest = group.newest().stream().map(Ref::id).toList();
    Entry first = ends.get(group.oldest().id());
    Entry last = ends.get(newest.getFirst());
    return new Commit(last.envelope().vcs(), first.time(), last.time(), group.events(), newest);
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
