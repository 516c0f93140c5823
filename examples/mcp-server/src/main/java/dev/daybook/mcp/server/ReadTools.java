package dev.daybook.mcp.server;

import dev.daybook.Briefing;
import dev.daybook.EntryPage;
import dev.daybook.PlanRecord;
import dev.daybook.PriorAttempt;
import dev.daybook.TraceStore.About;
import dev.daybook.event.Actor;
import dev.daybook.event.CallOutcome;
import dev.daybook.event.Entry;
import dev.daybook.event.EventId;
import dev.daybook.event.Handoff;
import dev.daybook.event.SessionId;
import dev.daybook.event.ToolCall;
import dev.daybook.mcp.server.Tool.Answer;
import dev.daybook.mcp.server.Tool.Effect;
import dev.daybook.mcp.server.Views.CallView;
import dev.daybook.mcp.server.Views.EventView;
import dev.daybook.recall.Coverage;
import dev.daybook.recall.Filter;
import dev.daybook.recall.Hit;
import dev.daybook.recall.Hits;
import dev.daybook.recall.Query;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;

/** The tools that read what was recorded; those that read the plan are {@link PlanReadTools}. */
final class ReadTools {
  private ReadTools() {}

  static List<Tool<?, ?>> all() {
    return List.of(
        new Tool<>(
            "brief",
            "Briefing",
            "What you should know before you act: the goal, your task, offered handoffs, what holds"
                + " things up, what was rejected and decided, what failed. Call it first in every"
                + " session, and again with a task before you begin that task.",
            Effect.READS,
            BriefInput.class,
            BriefAnswer.class,
            ReadTools::brief),
        new Tool<>(
            "recall",
            "Recall",
            "Searches everything anyone recorded (decisions, notes, calls, errors, handoffs), by"
                + " words and by meaning, and answers the best 50 at most. Ask in a sentence, or"
                + " with a path, a symbol or a piece of an error message. Use it when you wonder"
                + " whether the team knows something already.",
            Effect.READS,
            RecallInput.class,
            RecallAnswer.class,
            ReadTools::recall),
        new Tool<>(
            "prior_attempts",
            "Prior attempts",
            "Has anyone tried this? Call it before you run a command that may fail or take long"
                + " (tool and arguments, just as you will run it) and before you go for an approach"
                + " (description). Give error as well when a call has just failed, to see who met"
                + " the same failure and what they did next.",
            Effect.READS,
            AttemptsInput.class,
            AttemptsAnswer.class,
            ReadTools::priorAttempts),
        new Tool<>(
            "find_calls",
            "Find tool calls",
            "Lists recorded tool calls, the newest first, by tool, file, outcome, task, agent,"
                + " session or time. For a question in words use recall.",
            Effect.READS,
            CallsInput.class,
            CallsAnswer.class,
            ReadTools::findCalls),
        new Tool<>(
            "about",
            "About a file or folder",
            "What is known about a file, folder or glob: who read and changed it, and the notes,"
                + " decisions, rejected approaches, handoffs and failures about it. Call it before"
                + " you read or change a file that you do not know.",
            Effect.READS,
            AboutInput.class,
            AboutAnswer.class,
            ReadTools::about),
        new Tool<>(
            "timeline",
            "Timeline of a session, or an event in full",
            "Everything one session recorded, in order; or, given an event, all that it says, page"
                + " by page. Use it when an answer was cut or names an event that you want to"
                + " read.",
            Effect.READS,
            TimelineInput.class,
            TimelineAnswer.class,
            ReadTools::timeline));
  }

  record BriefInput(
      @Field(
              value = "the task it is to be about; without it, your own tasks",
              byDefault = "",
              max = 200)
          String task,
      @Field(value = "how long it may be, in tokens", byDefault = "2000", min = 50, max = 8_000)
          int tokens) {}

  record LeftOut(
      @Field("the section") Briefing.Section section,
      @Field("how many things it knows that the text does not tell") int count) {}

  record BriefAnswer(
      @Field("the briefing: a line each, with date, author and event") String text,
      @Field("how many tokens it takes, guessed from above") int tokens,
      @Field(value = "what did not fit", byDefault = "") List<LeftOut> leftOut,
      @Field(
              value = "ids of handoffs that you could accept; handoff_inbox tells more",
              byDefault = "")
          List<String> inbox) {}

  private static Answer<BriefAnswer> brief(Desk desk, BriefInput input) {
    if (!input.task().isEmpty()) {
      PlanRecord.Task unused = desk.task(desk.memory().plan(), input.task());
    }
    Briefing briefing =
        desk.memory().workspace().briefing(desk.memory().actor(), input.task(), input.tokens());
    List<LeftOut> leftOut =
        briefing.leftOut().entrySet().stream()
            .map(one -> new LeftOut(one.getKey(), one.getValue()))
            .toList();
    return new Answer<>(
        briefing.lines().isEmpty()
            ? "Nothing is recorded yet that you should know."
            : "%s, %,d of %,d tokens; %s could be accepted."
                .formatted(
                    Texts.count(briefing.lines().size(), "line"),
                    briefing.tokens(),
                    briefing.tokensMax(),
                    Texts.count(briefing.inbox().size(), "handoff")),
        new BriefAnswer(
            Texts.cut(
                briefing.text(), desk.memory().sizes().answerCharsMax(), "ask for fewer tokens"),
            briefing.tokens(),
            leftOut,
            briefing.inbox().stream().map(Handoff::id).toList()));
  }

  record RecallInput(
      @Field(value = "what you want to know", max = 10_000) String question,
      @Field(value = "at most so many hits a page", byDefault = "8", min = 1, max = 50) int limit,
      @Field(value = "only events of this task", byDefault = "", max = 200) String task,
      @Field(value = "only events of this actor", byDefault = "", max = 200) String agent,
      @Field(value = "only calls of this tool", byDefault = "", max = 200) String tool,
      @Field(
              value = "only events that name a file this glob matches, such as src/**/*.java",
              byDefault = "",
              max = 1_000)
          String path,
      @Field(value = "only calls that failed", byDefault = "false") boolean failures,
      @Field(value = Desk.CURSOR, byDefault = "", max = 500) String cursor) {}

  record HitView(
      @Field("the event's id; timeline tells all of it") EventId event,
      @Field("the type of event") String type,
      @Field("when it happened") Instant time,
      @Field("who said it") String actor,
      @Field("what sort of actor that is") Actor.Kind actorKind,
      @Field("the session") String session,
      @Field(value = "the task it belongs to", byDefault = "") String task,
      @Field(value = "the tool of a call", byDefault = "") String tool,
      @Field(value = "how a call ended", byDefault = "") String outcome,
      @Field("the text around what matched") String snippet,
      @Field("what hits are ranked by, comparable within this answer") double score) {}

  record CoverageView(
      @Field("how many events were searched") long events,
      @Field("how many of them cannot be found by meaning yet") long withoutVector,
      @Field("how it was searched: LEXICAL by words, VECTOR by meaning") List<String> legs,
      @Field(value = "why a way of searching did not run", byDefault = "") String note) {}

  record RecallAnswer(
      @Field("the hits, the best first") List<HitView> hits,
      @Field("what the answer rests on") CoverageView coverage,
      @Field(value = "cursor of the next page", byDefault = "") String nextCursor) {}

  /** Deeper than what each leg finds anyway, ranks depend on how much is asked for. */
  private static final int HITS_MAX = 50;

  private static Answer<RecallAnswer> recall(Desk desk, RecallInput input) {
    Query query = Query.of(input.question());
    query = input.task().isEmpty() ? query : query.task(input.task());
    query = input.agent().isEmpty() ? query : query.from(input.agent());
    query = input.tool().isEmpty() ? query : query.tool(input.tool());
    query = input.path().isEmpty() ? query : query.path(input.path());
    query = input.failures() ? query.failures() : query;
    String asked = "recall " + query.limit(1);
    String position = desk.cursors().position(input.cursor(), asked, "");
    int offset = 0;
    if (!position.isEmpty()) {
      // What was recorded since the first page does not move what is on the next.
      String[] parts = position.split(" ", -1);
      offset = Integer.parseInt(parts[0]);
      query = query.filter(query.filter().to(Instant.parse(parts[1])));
    }
    int wanted = Math.min(HITS_MAX, offset + input.limit() + 1);
    Hits found = desk.memory().workspace().recall(query.limit(wanted));
    List<Hit> all = found.list();
    List<HitView> page =
        desk.room()
            .fill(
                all.subList(Math.min(offset, all.size()), all.size()),
                input.limit(),
                ReadTools::hit);
    int shown = offset + page.size();
    String since = position.isEmpty() ? "" : position.substring(position.indexOf(' ') + 1);
    String next =
        shown < all.size()
            ? desk.cursors()
                .of(asked, shown + " " + (since.isEmpty() ? desk.memory().plan().at() : since))
            : "";
    Coverage coverage = found.coverage();
    return new Answer<>(
        "%s of %,d searched events.%s"
            .formatted(Texts.count(page.size(), "hit"), coverage.events(), Desk.more(next)),
        new RecallAnswer(
            page,
            new CoverageView(
                coverage.events(),
                coverage.withoutVector(),
                coverage.legs().stream().map(Enum::name).toList(),
                coverage.note()),
            next));
  }

  private static HitView hit(Hit hit) {
    return new HitView(
        hit.id(),
        hit.type(),
        hit.time(),
        hit.actor().id(),
        hit.actor().kind(),
        hit.session().value(),
        hit.task(),
        hit.tool(),
        hit.outcome(),
        hit.snippet(),
        Math.round(hit.score() * 1_000) / 1_000.0);
  }

  record AttemptsInput(
      @Field(value = "the tool that you are about to call, such as bash", byDefault = "", max = 200)
          String tool,
      @Field(
              value = "its arguments, just as you will give them: a command line, or JSON",
              byDefault = "",
              max = 100_000)
          String arguments,
      @Field(value = "the error, if the call has failed already", byDefault = "", max = 100_000)
          String error,
      @Field(
              value = "in place of a call: what you are about to try, in words",
              byDefault = "",
              max = 10_000)
          String description,
      @Field(value = "only what was tried for this task", byDefault = "", max = 200) String task) {}

  record AttemptView(
      @Field("the event that shows it") EventId event,
      @Field("why it is believed to be the same") PriorAttempt.Match match,
      @Field("who tried") String actor,
      @Field("when") Instant time,
      @Field("the session; timeline tells what they did next") String session,
      @Field(value = "the task it was tried for", byDefault = "") String task,
      @Field("what they tried") String what,
      @Field("how it ended") String outcome,
      @Field(value = "why", byDefault = "") String reason,
      @Field("how alike it is: 1 for the same") double score,
      @Field(value = "the commit that was checked out", byDefault = "") String revision,
      @Field(
              value =
                  "the newest later call that was the same and went well: then do not be warned by"
                      + " it",
              byDefault = "")
          EventId workedSince,
      @Field(value = "what the same session did next", byDefault = "") EventId next,
      @Field("whether the files or the commit it rests on have changed since: YES, NO or UNKNOWN")
          String changedSince) {}

  record AttemptsAnswer(
      @Field("attempts, the most telling first; none if nobody tried, as far as can be told")
          List<AttemptView> attempts) {}

  private static Answer<AttemptsAnswer> priorAttempts(Desk desk, AttemptsInput input) {
    boolean isCall = !input.tool().isBlank();
    if (isCall == !input.description().isBlank()) {
      throw new ToolError(
          "Give either 'tool' with 'arguments', for a call, or 'description', for an approach in"
              + " words");
    }
    if (!isCall && !(input.arguments().isEmpty() && input.error().isEmpty())) {
      throw new ToolError(
          "Arguments 'arguments' and 'error' belong to 'tool'; say in 'description' what they"
              + " tell");
    }
    var traces = desk.memory().workspace().traces();
    List<PriorAttempt> found;
    if (isCall) {
      ToolCall call = ToolCall.of(input.tool(), input.arguments());
      call = input.error().isEmpty() ? call : call.softFail(input.error());
      found =
          input.task().isEmpty()
              ? traces.priorAttempts(call)
              : traces.priorAttemptsFor(input.task(), call);
    } else {
      found =
          input.task().isEmpty()
              ? traces.priorAttempts(input.description())
              : traces.priorAttemptsFor(input.task(), input.description());
    }
    long warnings =
        found.stream()
            .filter(one -> !one.hasWorkedSince() && !one.outcome().equals(CallOutcome.OK.name()))
            .count();
    return new Answer<>(
        found.isEmpty()
            ? "Nobody tried this, as far as can be told."
            : "%s; %s not known to have worked since. Do not repeat what failed unless something has changed."
                .formatted(
                    Texts.count(found.size(), "prior attempt"),
                    warnings == 1 ? "1 is" : "%d are".formatted(warnings)),
        new AttemptsAnswer(found.stream().map(one -> attempt(desk, one)).toList()));
  }

  private static AttemptView attempt(Desk desk, PriorAttempt one) {
    return new AttemptView(
        one.id(),
        one.match(),
        one.actor().id(),
        one.time(),
        one.session().value(),
        one.task(),
        desk.cut(one.what(), one.id(), 800),
        one.outcome(),
        desk.cut(one.reason(), one.id(), 800),
        Math.round(one.score() * 1_000) / 1_000.0,
        one.revision(),
        one.workedSince(),
        one.next(),
        switch (one.changedSince()) {
          case PriorAttempt.ChangedSince.Yes yes -> "YES";
          case PriorAttempt.ChangedSince.No no -> "NO";
          case PriorAttempt.ChangedSince.Unknown unknown -> "UNKNOWN";
        });
  }

  /** How calls may have ended. */
  enum Ended {
    ANY,
    FAILED,
    OK,
    UNKNOWN
  }

  record CallsInput(
      @Field(value = "only calls of this tool", byDefault = "", max = 200) String tool,
      @Field(
              value = "only calls that read or changed a file this glob matches",
              byDefault = "",
              max = 1_000)
          String path,
      @Field(value = "how they ended", byDefault = "ANY") Ended ended,
      @Field(value = "only calls for this task", byDefault = "", max = 200) String task,
      @Field(value = "only calls of this actor", byDefault = "", max = 200) String agent,
      @Field(value = "only calls of this session", byDefault = "") SessionId session,
      @Field(value = "only calls at this time or later", byDefault = "") Instant from,
      @Field(value = "only calls before this time", byDefault = "") Instant to,
      @Field(value = "at most so many a page", byDefault = "20", min = 1, max = 100) int limit,
      @Field(value = Desk.CURSOR, byDefault = "", max = 500) String cursor) {}

  record CallsAnswer(
      @Field("the calls, the newest first") List<CallView> calls,
      @Field(value = "cursor of the next page", byDefault = "") String nextCursor) {}

  private static Answer<CallsAnswer> findCalls(Desk desk, CallsInput input) {
    Filter filter = Filter.any().type("ToolCall");
    filter = input.tool().isEmpty() ? filter : filter.tool(input.tool());
    filter = input.path().isEmpty() ? filter : filter.path(input.path());
    filter = input.task().isEmpty() ? filter : filter.task(input.task());
    filter = input.agent().isEmpty() ? filter : filter.agent(input.agent());
    filter = input.session().isPresent() ? filter.session(input.session()) : filter;
    filter = input.from().equals(Instant.MIN) ? filter : filter.from(input.from());
    filter = input.to().equals(Instant.MIN) ? filter : filter.to(input.to());
    filter =
        switch (input.ended()) {
          case ANY -> filter;
          case FAILED -> filter.failures();
          case OK -> filter.outcome(CallOutcome.OK);
          case UNKNOWN -> filter.outcome(CallOutcome.UNKNOWN);
        };
    String asked = "find_calls " + filter;
    String position = desk.cursors().position(input.cursor(), asked, "");
    EntryPage found =
        desk.memory()
            .workspace()
            .traces()
            .find(
                filter, position.isEmpty() ? EventId.NONE : EventId.parse(position), input.limit());
    List<Entry> calls =
        found.entries().stream().filter(entry -> entry.event() instanceof ToolCall).toList();
    List<CallView> page =
        desk.room()
            .fill(calls, input.limit(), entry -> Views.call(desk, entry, (ToolCall) entry.event()));
    String next =
        page.size() < calls.size()
            ? desk.cursors().of(asked, page.getLast().event().toString())
            : found.hasNext() ? desk.cursors().of(asked, found.next().toString()) : "";
    return new Answer<>(
        "%s, the newest first.%s".formatted(Texts.count(page.size(), "call"), Desk.more(next)),
        new CallsAnswer(page, next));
  }

  record AboutInput(
      @Field(value = "a file, a folder or a glob, relative to the work tree", max = 1_000)
          String path,
      @Field(
              value = "at most so many of each sort, the newest first",
              byDefault = "5",
              min = 1,
              max = 20)
          int limit) {}

  record VisitView(
      @Field("the actor") String actor,
      @Field("how many calls read there") long reads,
      @Field("how many calls changed something there") long changes) {}

  record AboutAnswer(
      @Field("what was looked for") String path,
      @Field("how many calls read something there") long reads,
      @Field("how many calls changed something there") long changes,
      @Field(value = "who read or changed something there, the last first", byDefault = "")
          List<VisitView> actors,
      @Field(value = "approaches rejected for it: do not try them again", byDefault = "")
          List<EventView> rejections,
      @Field(value = "decisions about it", byDefault = "") List<EventView> decisions,
      @Field(value = "calls that failed there", byDefault = "") List<EventView> failures,
      @Field(value = "handoffs about it", byDefault = "") List<EventView> handoffs,
      @Field(value = "notes, questions and tasks about it", byDefault = "") List<EventView> notes,
      @Field(value = "the newest calls that changed it", byDefault = "") List<EventView> changedBy,
      @Field(value = "the newest calls that read it", byDefault = "") List<EventView> readBy) {}

  private static Answer<AboutAnswer> about(Desk desk, AboutInput input) {
    About about = desk.memory().workspace().traces().about(input.path());
    Room room = desk.room();
    Function<List<Entry>, List<EventView>> some =
        entries -> room.fill(entries, input.limit(), entry -> Views.event(desk, entry, 240));
    AboutAnswer answer =
        new AboutAnswer(
            about.path(),
            about.reads(),
            about.changes(),
            about.actors().stream()
                .limit(input.limit())
                .map(one -> new VisitView(one.actor(), one.reads(), one.changes()))
                .toList(),
            some.apply(about.rejections()),
            some.apply(about.decisions()),
            some.apply(about.failures()),
            some.apply(about.handoffs()),
            some.apply(about.notes()),
            some.apply(about.changedBy()),
            some.apply(about.readBy()));
    return new Answer<>(
        about.isEmpty()
            ? "Nobody was there, and nothing names it."
            : "%s and %s there.%s"
                .formatted(
                    Texts.count(about.reads(), "read"),
                    Texts.count(about.changes(), "change"),
                    room.leftOut() == 0
                        ? ""
                        : " %,d more had no room; ask with a smaller limit."
                            .formatted(room.leftOut())),
        answer);
  }

  /** In which order a timeline comes. */
  enum Order {
    OLDEST_FIRST,
    NEWEST_FIRST
  }

  record TimelineInput(
      @Field(value = "the session; without it, your own", byDefault = "") SessionId session,
      @Field(value = "in place of a session: one event, to read it in full", byDefault = "")
          EventId event,
      @Field(value = "in which order", byDefault = "OLDEST_FIRST") Order order,
      @Field(value = "at most so many events a page", byDefault = "30", min = 1, max = 200)
          int limit,
      @Field(value = Desk.CURSOR, byDefault = "", max = 500) String cursor) {}

  record TimelineAnswer(
      @Field("the events, in order") List<EventView> events,
      @Field(value = "cursor of the next page", byDefault = "") String nextCursor) {}

  private static Answer<TimelineAnswer> timeline(Desk desk, TimelineInput input) {
    if (input.event().isPresent()) {
      if (input.session().isPresent()) {
        throw new ToolError("Give either 'session' or 'event', not both");
      }
      return whole(desk, input);
    }
    SessionId session = input.session().isPresent() ? input.session() : desk.memory().sessionId();
    if (!session.isPresent()) {
      return new Answer<>("You have recorded nothing yet.", new TimelineAnswer(List.of(), ""));
    }
    List<Entry> all = desk.memory().workspace().traces().timeline(session);
    if (all.isEmpty()) {
      throw new ToolError(
          "Argument 'session' is '%s', of which nothing is recorded; give a session that another tool answered"
              .formatted(Texts.brief(session.value(), 80)));
    }
    if (input.order() == Order.NEWEST_FIRST) {
      all = all.reversed();
    }
    String asked = "timeline %s %s".formatted(session, input.order());
    String position = desk.cursors().position(input.cursor(), asked, "");
    int offset = 0;
    if (!position.isEmpty()) {
      EventId last = EventId.parse(position);
      offset = Collections.max(List.of(0, all.stream().map(Entry::id).toList().indexOf(last) + 1));
    }
    List<EventView> page =
        desk.room()
            .fill(
                all.subList(offset, all.size()),
                input.limit(),
                entry -> Views.event(desk, entry, 500));
    String next =
        offset + page.size() < all.size()
            ? desk.cursors().of(asked, page.getLast().event().toString())
            : "";
    return new Answer<>(
        "%s of %,d of the session.%s"
            .formatted(Texts.count(page.size(), "event"), all.size(), Desk.more(next)),
        new TimelineAnswer(page, next));
  }

  /** One event, as much of its text as an answer has room for. */
  private static Answer<TimelineAnswer> whole(Desk desk, TimelineInput input) {
    var traces = desk.memory().workspace().traces();
    Entry entry =
        traces
            .entry(input.event())
            .orElseThrow(() ->
                new ToolError(
                    "Argument 'event' is %s, which is no event of this workspace; give an id that another tool answered"
                        .formatted(input.event())));
    String text = EventText.of(entry.event());
    if (entry.event() instanceof ToolCall call && call.stored().isPresent()) {
      text = EventText.of(call.output(traces.output(call)));
    }
    text = Texts.clean(text);
    String asked = "timeline event " + input.event();
    int from =
        Texts.boundary(text, Integer.parseInt(desk.cursors().position(input.cursor(), asked, "0")));
    int to = Texts.boundary(text, from + desk.memory().sizes().answerCharsMax());
    String next = to < text.length() ? desk.cursors().of(asked, String.valueOf(to)) : "";
    EventView view = Views.event(desk, entry, 1);
    return new Answer<>(
        "Characters %,d to %,d of %,d of the event.%s"
            .formatted(Math.min(from + 1, to), to, text.length(), Desk.more(next)),
        new TimelineAnswer(
            List.of(
                new EventView(
                    view.event(),
                    view.type(),
                    view.time(),
                    view.actor(),
                    view.actorKind(),
                    view.session(),
                    view.task(),
                    text.substring(from, to))),
            next));
  }
}
