package dev.daybook.internal.workspace;

import static dev.daybook.TraceStore.NAMED_MAX;

import dev.daybook.TraceStore.About;
import dev.daybook.TraceStore.Visits;
import dev.daybook.event.Entry;
import dev.daybook.event.EventId;
import dev.daybook.internal.index.Group;
import dev.daybook.internal.index.Place;
import dev.daybook.internal.index.Selection;
import dev.daybook.recall.Filter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What a view shows of a file or a folder. */
public final class ByPlace {
  /** Events that are remarks on a place if they name it; also of types still to come. */
  private static final String[] REMARKS = {
    "NoteAdded",
    "Observation",
    "TaskAdded",
    "TaskEdited",
    "ConstraintStated",
    "QuestionAsked",
    "QuestionAnswered",
    "BlockerRaised",
    "AssumptionStated",
    "AssumptionInvalidated"
  };

  private ByPlace() {}

  /** A path as filters find it, whatever the work tree it was given in; which may be empty. */
  public static String plain(String path, String worktree) {
    return Place.plain(path, worktree);
  }

  /** What finds a file, or all below a folder; none for what names neither, or has wildcards. */
  static Stream<String> globs(String path) {
    String plain = path.strip();
    boolean isNothing = plain.isEmpty() || plain.matches("(?:\\./?)+|/+");
    return isNothing || plain.indexOf('*') >= 0 || plain.indexOf('?') >= 0
        ? Stream.empty()
        : Stream.of(Place.of(plain).globs());
  }

  /** What is known about a place; see {@link dev.daybook.TraceStore#about}. */
  public static About about(View view, String path) {
    Place place = Place.of(path);
    Filter read = Filter.any().pathRead(place.globs());
    Filter changed = Filter.any().pathWritten(place.globs());
    return new About(
        place.path(),
        view.count(read),
        view.count(changed),
        view.newest(read, NAMED_MAX),
        view.newest(changed, NAMED_MAX),
        visits(view, read, changed),
        view.naming(place, Filter.any().type(REMARKS), NAMED_MAX),
        view.naming(place, Filter.any().type("DecisionMade"), NAMED_MAX),
        view.naming(place, Filter.any().type("ApproachRejected"), NAMED_MAX),
        view.naming(place, Filter.any().type("HandoffOffered"), NAMED_MAX),
        view.naming(place, Filter.any().failures(), NAMED_MAX));
  }

  private static List<Visits> visits(View view, Filter read, Filter changed) {
    Map<String, Group> reads = byActor(view, read);
    Map<String, Group> changes = byActor(view, changed);
    Map<String, EventId> last = new TreeMap<>();
    for (Map<String, Group> groups : List.of(reads, changes)) {
      groups.forEach((actor, group) ->
          last.merge(
              actor,
              group.newest().getFirst().id(),
              (one, other) -> one.compareTo(other) < 0 ? other : one));
    }
    List<String> actors =
        last.entrySet().stream()
            .sorted(Map.Entry.<String, EventId>comparingByValue().reversed())
            .limit(NAMED_MAX)
            .map(Map.Entry::getKey)
            .toList();
    Map<EventId, Entry> entries =
        view.byId(
            Stream.of(reads, changes)
                .flatMap(groups -> actors.stream().filter(groups::containsKey).map(groups::get))
                .map(ByPlace::last)
                .toList());
    return actors.stream()
        .map(actor ->
            new Visits(
                actor,
                countOf(reads, actor),
                Optional.ofNullable(reads.get(actor)).map(ByPlace::last).map(entries::get),
                countOf(changes, actor),
                Optional.ofNullable(changes.get(actor)).map(ByPlace::last).map(entries::get)))
        .toList();
  }

  private static EventId last(Group group) {
    return group.newest().getFirst().id();
  }

  private static Map<String, Group> byActor(View view, Filter filter) {
    Map<String, Group> groups = new TreeMap<>();
    for (Group group : view.groups(Selection.of(filter), Filter.Field.AGENT, 1)) {
      groups.put(group.value(), group);
    }
    return groups;
  }

  private static long countOf(Map<String, Group> groups, String actor) {
    return groups.containsKey(actor) ? groups.get(actor).events() : 0;
  }
}
