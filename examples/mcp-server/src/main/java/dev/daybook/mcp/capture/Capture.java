package dev.daybook.mcp.capture;

import com.fasterxml.jackson.databind.JsonNode;
import dev.daybook.DaybookException;
import dev.daybook.Masking;
import dev.daybook.Session;
import dev.daybook.SessionOptions;
import dev.daybook.Workspace;
import dev.daybook.event.Actor;
import dev.daybook.event.Context;
import dev.daybook.event.Resolution;
import dev.daybook.event.SessionId;
import dev.daybook.event.SourceId;
import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent.SessionEnded;
import dev.daybook.mcp.connect.HookPlace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * Records what hooks left in a spool, each call once, in the session that the client has it in. A
 * spool is of one workspace and one agent, see {@link HookPlace}.
 *
 * <p>A file is deleted after what it says is durable. If a process dies between, the next drainer
 * records it again, and finds that the workspace has it: by its source, which is the client's own
 * name of the call. Any number of processes may drain one spool; they take turns, and who does not
 * get a turn leaves it to the other. When the store does not answer, everything stays for the next
 * time. Safe for use by any number of threads.
 */
public final class Capture implements AutoCloseable {
  /** The most bytes of a hook's input; what is longer is rejected. */
  public static final long INPUT_BYTES_MAX = 64 << 20;

  private static final int FILES_AT_ONCE = 100;
  private static final long BYTES_AT_ONCE = 16 << 20;
  private static final Duration VCS_AGE_MAX = Duration.ofSeconds(30);

  private final String name = UUID.randomUUID().toString();
  private final Workspace workspace;
  private final Actor agent;
  private final Path home;
  private final Spool spool;
  private final InstantSource clock;
  private final Known known;
  private final TranscriptTimes times = new TranscriptTimes();
  private final Map<SessionId, Joined> sessions = new HashMap<>();

  /** A session that is open here, and when the state of version control was read for it. */
  private record Joined(Session session, Instant vcsAt) {}

  private Capture(Workspace workspace, Actor agent, Path home, InstantSource clock) {
    this.workspace = Objects.requireNonNull(workspace, "workspace");
    this.agent = Objects.requireNonNull(agent, "agent").client(HookInput.CLIENT);
    HookPlace place = HookPlace.of(home, workspace.name(), agent.id());
    this.home = place.home();
    this.spool = Spool.of(place);
    this.clock = clock;
    this.known = new Known(workspace);
  }

  /**
   * What draining came to.
   *
   * @param recorded how many events are durable now that were not there before
   * @param alreadyThere how many the workspace had
   * @param passedOver how many calls were of this server itself, which records what they do
   * @param rejected how many files could not be understood and were put aside
   * @param left how many wait still, since another process drains or the store does not answer
   * @param messages what a person should know: of each rejected file where it is and why, and what
   *     kept the others from being recorded
   */
  public record Drained(
      int recorded,
      int alreadyThere,
      int passedOver,
      int rejected,
      int left,
      List<String> messages) {
    static final Drained NOTHING = new Drained(0, 0, 0, 0, 0, List.of());

    /** Copies the list. */
    public Drained {
      messages = List.copyOf(messages);
    }
  }

  /**
   * A capture of what the hooks of a project tell whose client was connected to this workspace as
   * this agent.
   *
   * @param agent who the calls are said to be of
   * @param home the project's {@code .daybook} folder
   */
  public static Capture of(Workspace workspace, Actor agent, Path home) {
    return new Capture(workspace, agent, home, InstantSource.system());
  }

  static Capture of(Workspace workspace, Actor agent, Path home, InstantSource clock) {
    return new Capture(workspace, agent, home, clock);
  }

  /** Drains a spool once; see {@link #drain()}. */
  public static Drained drain(Workspace workspace, Actor agent, Path home) {
    try (Capture capture = of(workspace, agent, home)) {
      return capture.drain();
    }
  }

  Spool spool() {
    return spool;
  }

  Path project() {
    return home.getParent();
  }

  /**
   * Records what waits. Never throws for what is in the spool or for a store that does not answer:
   * that is among the messages.
   */
  public synchronized Drained drain() {
    Run run = new Run();
    try {
      if (spool.waiting().isEmpty() && spool.abandoned(clock.instant()).isEmpty()) {
        return Drained.NOTHING;
      }
      Optional<Spool.Turn> turn = Spool.tryTurn(home, name);
      if (turn.isEmpty()) {
        return new Drained(0, 0, 0, 0, spool.waiting().size(), List.of());
      }
      try (Spool.Turn mine = turn.orElseThrow()) {
        if (!mine.isSameAsBefore()) {
          forget();
        }
        run.all();
      }
    } catch (IOException e) {
      run.messages.add("The spool %s cannot be drained: %s".formatted(spool.folder(), e));
    } catch (DaybookException e) {
      forget();
      run.messages.add(
          "What waits in %s is recorded later: %s".formatted(spool.folder(), e.getMessage()));
    }
    return run.drained();
  }

  private void forget() {
    known.forget();
    for (Joined joined : sessions.values()) {
      try {
        joined.session().close();
      } catch (DaybookException e) {
        // What it did not write is in the spool still.
      }
    }
    sessions.clear();
  }

  /** One draining under way. */
  private final class Run {
    private final List<String> messages = new ArrayList<>();
    private final List<Path> done = new ArrayList<>();
    private final List<SessionId> ended = new ArrayList<>();
    private int recorded;
    private int pending;
    private int alreadyThere;
    private int passedOver;
    private int rejected;

    void all() throws IOException {
      for (Spool.Waiting draft : spool.abandoned(clock.instant())) {
        reject(draft.path(), "its hook was ended before it had written all of it");
      }
      long bytes = 0;
      for (Spool.Waiting file : spool.waiting()) {
        bytes += take(file);
        if (done.size() >= FILES_AT_ONCE || bytes >= BYTES_AT_ONCE) {
          settle();
          bytes = 0;
        }
      }
      settle();
    }

    private long take(Spool.Waiting file) {
      try {
        long size = Files.size(file.path());
        if (size > INPUT_BYTES_MAX) {
          reject(file.path(), "%d bytes, at most %d are read".formatted(size, INPUT_BYTES_MAX));
          return 0;
        }
        record(HookInput.parse(Files.readAllBytes(file.path())), file.since());
        done.add(file.path());
        return size;
      } catch (NoSuchFileException e) {
        return 0;
      } catch (IOException e) {
        // The others must not wait for one that cannot be read.
        messages.add("A hook's input cannot be read and waits in %s: %s".formatted(file.path(), e));
        return 0;
      } catch (DaybookException | IllegalStateException e) {
        throw e;
      } catch (RuntimeException e) {
        reject(file.path(), e instanceof IllegalArgumentException ? e.getMessage() : e.toString());
        return 0;
      }
    }

    private void reject(Path file, String reason) {
      String line = inOneLine(reason);
      try {
        Path kept = spool.reject(file, line);
        rejected++;
        messages.add(
            "A hook's input was not understood and is kept, masked and 1 MiB of it at most, in %s: %s"
                .formatted(kept, line));
      } catch (IOException e) {
        messages.add(
            "A hook's input was not understood (%s), and %s cannot be put aside and waits: %s"
                .formatted(line, file, e));
      }
    }

    private void record(HookInput input, Instant since) {
      Instant written = since.truncatedTo(ChronoUnit.MILLIS);
      switch (input.event()) {
        case "PostToolUse" -> call(input, written, ClaudeCalls.Ended.WELL);
        case "PostToolUseFailure" ->
            call(
                input,
                written,
                input.json().path("is_interrupt").asBoolean()
                    ? ClaudeCalls.Ended.INTERRUPTED
                    : ClaudeCalls.Ended.BADLY);
        case "SessionStart" -> {
          Session unused = session(input, written);
        }
        case "SessionEnd" -> end(input, written);
        default ->
            throw new IllegalArgumentException(
                "event '%s' is none that is recorded".formatted(input.event()));
      }
    }

    private void call(HookInput input, Instant written, ClaudeCalls.Ended how) {
      if (input.isOurs()) {
        passedOver++;
        return;
      }
      JsonNode answer =
          input.json().path(how == ClaudeCalls.Ended.WELL ? "tool_response" : "error");
      ToolCall call =
          ClaudeCalls.ended(input.text("tool_name"), input.input(), project(), answer, how);
      if (!input.duration().isZero()) {
        call = call.took(input.duration());
      }
      Instant time = times.of(input).orElse(written);
      Session session = session(input, time.minusMillis(1));
      SourceId source = input.source();
      if (known.has(input.session(), source) || known.has(input.main(), source)) {
        alreadyThere++;
        return;
      }
      var unused = session.record(call, Context.none().source(source, time));
      known.add(input.session(), source);
      pending++;
    }

    private void end(HookInput input, Instant written) {
      Session session = session(input, written.minusMillis(1));
      // A session that is resumed ends again, so each end has a name of its own.
      SourceId source = HookInput.source(input.hostSession(), "end " + written.toEpochMilli());
      if (known.has(input.session(), source)) {
        alreadyThere++;
        return;
      }
      String reason = input.text("reason");
      boolean goesOn = reason.equals("clear") || reason.equals("resume");
      Context context = Context.none().source(source, written);
      var unused =
          session.record(
              // Without a summary: briefings tell it, and a reason such as "logout" tells them
              // nothing.
              new SessionEnded(goesOn ? Resolution.SUPERSEDED : Resolution.SUCCEEDED, ""),
              reason.isBlank() ? context : context.label("reason", reason));
      known.add(input.session(), source);
      ended.add(input.session());
      pending++;
    }

    /** Makes durable what was recorded, and then deletes the files that said it. */
    private void settle() throws IOException {
      for (Joined joined : sessions.values()) {
        joined.session().flush();
      }
      recorded += pending;
      pending = 0;
      for (Path file : done) {
        boolean unused = Files.deleteIfExists(file);
      }
      done.clear();
      for (SessionId session : ended) {
        // With those of its sub-agents, which nothing says the end of.
        for (SessionId open : List.copyOf(sessions.keySet())) {
          if (open.equals(session) || open.value().startsWith(session.value() + "/")) {
            sessions.remove(open).session().close();
          }
        }
      }
      ended.clear();
    }

    Drained drained() {
      int left = 0;
      try {
        left = spool.waiting().size();
      } catch (IOException e) {
        messages.add("The spool %s cannot be read: %s".formatted(spool.folder(), e));
      }
      return new Drained(recorded, alreadyThere, passedOver, rejected, left, messages);
    }
  }

  /** Reasons quote what was given, which may hold anything. */
  static String inOneLine(String reason) {
    String line =
        reason == null
            ? ""
            : Masking.standard().mask(reason, kind -> {}).replaceAll("\\p{Cntrl}+", " ");
    return line.length() <= 300 ? line : line.substring(0, 300) + "…";
  }

  /** The session of an input, joined or started. */
  private Session session(HookInput input, Instant start) {
    Instant now = clock.instant();
    Joined joined = sessions.get(input.session());
    if (joined == null) {
      SessionOptions options =
          SessionOptions.defaults()
              .id(input.session())
              .parent(input.agent().isEmpty() ? SessionId.NONE : input.main())
              .started(Context.none().source(startOf(input), start));
      Session session = workspace.startSession(actor(input), options);
      joined = new Joined(folder(input).map(session::at).orElse(session), now);
      sessions.put(input.session(), joined);
    } else if (joined.vcsAt().plus(VCS_AGE_MAX).isBefore(now)) {
      Session session = joined.session();
      joined = new Joined(folder(input).map(session::at).orElse(session), now);
      sessions.put(input.session(), joined);
    }
    return joined.session();
  }

  static SourceId startOf(HookInput input) {
    return HookInput.source(
        input.hostSession(), input.agent().isEmpty() ? "start" : "start " + input.agent());
  }

  private Actor actor(HookInput input) {
    Actor actor = agent;
    if (!input.text("model").isEmpty()) {
      actor = actor.model(input.text("model"));
    }
    return input.agent().isEmpty() || input.text("agent_type").isEmpty()
        ? actor
        : actor.role(input.text("agent_type"));
  }

  private static Optional<Path> folder(HookInput input) {
    try {
      Path folder = Path.of(input.text("cwd"));
      return folder.isAbsolute() && Files.isDirectory(folder)
          ? Optional.of(folder)
          : Optional.empty();
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  /** Frees the sessions that are open here; none of them ends. What waits in the spool stays. */
  @Override
  public synchronized void close() {
    forget();
  }
}
