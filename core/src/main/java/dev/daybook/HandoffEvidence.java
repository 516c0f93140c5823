package dev.daybook;

import dev.daybook.event.CallOutcome;
import dev.daybook.event.Entry;
import dev.daybook.event.EventId;
import dev.daybook.event.FileTouched;
import dev.daybook.event.Handoff;
import dev.daybook.event.SessionId;
import dev.daybook.event.TestRun;
import dev.daybook.event.ToolCall;
import dev.daybook.internal.entry.Fingerprint;
import dev.daybook.internal.entry.Json;
import dev.daybook.internal.workspace.View;
import dev.daybook.recall.Filter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What the traces say of what a handoff says. Traces of its session and of its task count. */
final class HandoffEvidence {
  /** How many of the newest calls are looked through for a command within other arguments. */
  private static final int CALLS_MAX = 100;

  private final View view;
  private final Handoff handoff;
  private final List<Filter> places;

  HandoffEvidence(View view, Handoff handoff, SessionId session) {
    this.view = view;
    this.handoff = handoff;
    this.places = List.of(Filter.any().session(session), Filter.any().task(handoff.task()));
  }

  /** The evidence it names that is no event of the workspace; empty if all of it is. */
  Optional<EventId> missing() {
    return handoff.evidence().stream().filter(event -> !view.contains(event)).findFirst();
  }

  /** What the traces contradict, in words for the receiver. */
  List<String> contradictions() {
    List<String> found = new ArrayList<>();
    for (FileTouched file : handoff.files()) {
      if (places.stream().allMatch(place -> view.count(place.path(file.path())) == 0)) {
        found.add(
            file.path()
                + " is said to be touched, but no call of this session or task read or wrote it");
      }
    }
    List<Entry> newest = handoff.tests().isEmpty() ? List.of() : newestCalls();
    for (TestRun run : handoff.tests()) {
      Optional<ToolCall> last = lastRun(run.command(), newest);
      if (last.isEmpty()) {
        found.add(
            "'"
                + run.command()
                + "' is said to have run, but no call of this session or task ran it");
      } else if (last.get().outcome().isFailure() && run.failed() == 0) {
        found.add(
            "'"
                + run.command()
                + "' is said to pass, but its last run ended as "
                + last.get().outcome());
      } else if (last.get().outcome() == CallOutcome.OK && run.failed() > 0) {
        found.add("'" + run.command() + "' is said to fail, but its last run ended as OK");
      }
    }
    return found;
  }

  private List<Entry> newestCalls() {
    return places.stream()
        .flatMap(place -> view.newest(place.type("ToolCall"), CALLS_MAX).stream())
        .toList();
  }

  /** The last call that ran a command: whose arguments are the command, or name it as a value. */
  private Optional<ToolCall> lastRun(String command, List<Entry> newest) {
    String asValue = Json.write(command.strip());
    String hash = Fingerprint.ofArguments(command);
    return Stream.concat(
            places.stream()
                .flatMap(
                    place -> view.newest(place.type("ToolCall").argumentsHash(hash), 1).stream()),
            newest.stream()
                .filter(entry ->
                    entry.event() instanceof ToolCall call && call.arguments().contains(asValue)))
        .max(Comparator.comparing(Entry::time).thenComparing(Entry::id))
        .map(entry -> (ToolCall) entry.event());
  }
}
