package dev.daybook.mcp.capture;

import com.fasterxml.jackson.databind.JsonNode;
import dev.daybook.Progress;
import dev.daybook.Receipt;
import dev.daybook.Session;
import dev.daybook.SessionOptions;
import dev.daybook.Workspace;
import dev.daybook.event.Actor;
import dev.daybook.event.Context;
import dev.daybook.event.Resolution;
import dev.daybook.event.SessionId;
import dev.daybook.event.SourceId;
import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent;
import dev.daybook.event.TraceEvent.Message;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.event.TraceEvent.SessionEnded;
import dev.daybook.event.Vcs;
import dev.daybook.recall.Filter;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Takes transcripts of Claude Code into a workspace: files of JSON Lines, plain or gzip, that it
 * keeps in {@code ~/.claude/projects}, one for each session, and one for each sub-agent.
 *
 * <ul>
 *   <li>A session of the transcript is a session of that id. A sub-agent is a session of its own
 *       whose parent is that one, whether it has a file of its own or is a side chain in the other.
 *   <li>A {@code tool_use} with its {@code tool_result} is a tool call, at the time it was made;
 *       one without a result yet is left for a later import. Texts of user and assistant are
 *       messages, an error of the model's interface is an observation. Nothing is made of other
 *       lines; they are counted by their type.
 *   <li>A session that nothing was said in for a day has ended.
 *   <li>Events are known by what the client calls them: session and call, or session and line. What
 *       a hook has recorded, or an earlier import, is not recorded again; nor is what a resumed
 *       session copied from another.
 * </ul>
 *
 * Immutable; safe for use by any number of threads.
 */
public final class ClaudeTranscripts {
  /** The most bad lines a report names; further ones are only counted. */
  public static final int BAD_LINES_MAX = 1_000;

  /** After this long without a word a session has ended. */
  public static final Duration SILENCE = Duration.ofDays(1);

  private static final int LINE_BYTES_MAX = 64 << 20;
  private static final int LINES_AT_ONCE = 500;
  private static final String STEP = "importing transcripts";
  private static final Duration TURN_PAUSE = Duration.ofMillis(50);

  private final List<Path> paths;
  private final Optional<Path> home;
  private final InstantSource clock;
  private final int lineBytesMax;

  private ClaudeTranscripts(
      List<Path> paths, Optional<Path> home, InstantSource clock, int lineBytesMax) {
    this.paths = List.copyOf(paths);
    this.home = home;
    this.clock = clock;
    this.lineBytesMax = lineBytesMax;
  }

  /**
   * What came of an import.
   *
   * @param files how many files were read
   * @param lines how many lines were read; blank ones do not count
   * @param recorded how many events were recorded
   * @param alreadyThere how many events the workspace already had
   * @param passedOver how many lines or parts of lines nothing was made of, by what they are
   * @param bad how many lines could not be understood
   * @param badLines the first {@value ClaudeTranscripts#BAD_LINES_MAX} of them, in order
   */
  public record Report(
      int files,
      long lines,
      long recorded,
      long alreadyThere,
      Map<String, Long> passedOver,
      long bad,
      List<BadLine> badLines) {
    /** Copies the collections. */
    public Report {
      passedOver = Collections.unmodifiableMap(new TreeMap<>(passedOver));
      badLines = List.copyOf(badLines);
    }
  }

  /**
   * A line that was not understood.
   *
   * @param file where it is
   * @param line its number, from 1
   * @param reason what is wrong with it
   */
  public record BadLine(Path file, long line, String reason) {
    /** Checks the parts. */
    public BadLine {
      Objects.requireNonNull(file, "file");
      Objects.requireNonNull(reason, "reason");
    }

    @Override
    public String toString() {
      return file + ", line " + line + ": " + reason;
    }
  }

  /**
   * An import of these files, and of all files {@code *.jsonl} and {@code *.jsonl.gz} in these
   * folders and below. Nothing is opened yet.
   */
  public static ClaudeTranscripts of(Path... paths) {
    return new ClaudeTranscripts(
        List.of(paths), Optional.empty(), InstantSource.system(), LINE_BYTES_MAX);
  }

  /**
   * The same import, which takes turns with those who record what hooks of a project tell, so that
   * both can go on at once.
   *
   * @param newHome the project's {@code .daybook} folder
   */
  public ClaudeTranscripts besideHooksOf(Path newHome) {
    return new ClaudeTranscripts(paths, Optional.of(newHome), clock, lineBytesMax);
  }

  ClaudeTranscripts clock(InstantSource newClock) {
    return new ClaudeTranscripts(paths, home, newClock, lineBytesMax);
  }

  ClaudeTranscripts lineBytesMax(int newMax) {
    return new ClaudeTranscripts(paths, home, clock, newMax);
  }

  /** Imports without telling of progress; see {@link #into(Workspace, Actor, Consumer)}. */
  public Report into(Workspace workspace, Actor agent) throws IOException {
    return into(workspace, agent, progress -> {});
  }

  /**
   * Imports the files. Everything counted as recorded is durable when this returns. Interrupting
   * the thread ends it early; importing again then goes on where it ended.
   *
   * @param agent who the calls are said to be of; its model is taken from the transcript
   * @param progress is told every few hundred lines, from the calling thread; counts bytes
   * @throws IOException if a file does not exist, or cannot be read to its end; what came before
   *     that point is imported
   * @throws InterruptedIOException if the thread was interrupted (its flag is kept)
   * @throws dev.daybook.DaybookException if the workspace could not be written; import again to go
   *     on
   */
  public Report into(Workspace workspace, Actor agent, Consumer<Progress> progress)
      throws IOException {
    Objects.requireNonNull(progress, "progress");
    List<Path> files = files();
    Optional<Spool.Turn> turn =
        home.isPresent() ? Optional.of(turn(home.orElseThrow())) : Optional.empty();
    try (Run run = new Run(workspace, agent.client(HookInput.CLIENT), progress, files)) {
      for (Path file : files) {
        run.file(file);
      }
      run.finish();
      return run.report(files.size());
    } finally {
      if (turn.isPresent()) {
        turn.orElseThrow().close();
      }
    }
  }

  private static Spool.Turn turn(Path home) throws IOException {
    String who = UUID.randomUUID().toString();
    Optional<Spool.Turn> turn = Spool.tryTurn(home, who);
    while (turn.isEmpty()) {
      try {
        Thread.sleep(TURN_PAUSE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("Interrupted before the import began");
      }
      turn = Spool.tryTurn(home, who);
    }
    return turn.orElseThrow();
  }

  /** The older first, so that what a resumed session copied is known when the copy comes. */
  private List<Path> files() throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path path : paths) {
      if (Files.isDirectory(path)) {
        try (Stream<Path> all = Files.walk(path)) {
          files.addAll(
              all.filter(file -> file.toString().matches(".*\\.jsonl(\\.gz)?"))
                  .filter(Files::isRegularFile)
                  .toList());
        } catch (UncheckedIOException e) {
          throw e.getCause();
        }
      } else if (Files.exists(path)) {
        files.add(path);
      } else {
        throw new NoSuchFileException(
            path.toString(), null, "no such file, seen from " + Path.of("").toAbsolutePath());
      }
    }
    Map<Path, Instant> modified = new HashMap<>();
    for (Path file : files) {
      modified.put(file, Files.getLastModifiedTime(file).toInstant());
    }
    files.sort(Comparator.<Path, Instant>comparing(modified::get).thenComparing(file -> file));
    return List.copyOf(files);
  }

  /** A call whose result has not come yet. */
  private record Use(
      Line line, String tool, JsonNode input, Instant time, Session session, SourceId source) {}

  /** A line of user or assistant. */
  private record Line(JsonNode json, String host, SessionId session, Instant time, Path project) {
    JsonNode content() {
      return json.path("message").path("content");
    }

    boolean is(String flag) {
      return json.path(flag).asBoolean();
    }
  }

  /** What is known of a session while its lines are read. */
  private static final class Heard {
    private final String host;
    private Instant last;
    private Session session;

    Heard(String host, Instant last, Session session) {
      this.host = host;
      this.last = last;
      this.session = session;
    }
  }

  /** One import under way. */
  private final class Run implements AutoCloseable {
    private final Workspace workspace;
    private final Actor agent;
    private final Consumer<Progress> progress;
    private final long bytes;
    private final Known known;
    private final Map<String, Session> joined = new HashMap<>();
    private final Map<SessionId, Heard> heard = new LinkedHashMap<>();
    private final Map<String, String> firstIn = new HashMap<>();
    private final Deque<Receipt> waiting = new ArrayDeque<>();
    private final Map<String, Long> passedOver = new TreeMap<>();
    private final List<BadLine> badLines = new ArrayList<>();
    private long bytesBefore;
    private long lines;
    private long recorded;
    private long alreadyThere;
    private long bad;

    // Of the file that is read.
    private final Map<String, Use> uses = new LinkedHashMap<>();
    private final Map<String, String> sideChains = new HashMap<>();
    private Path file = Path.of("");
    private Optional<Path> project = Optional.empty();
    private String fileAgent = "";

    /** The types of events of which the copies are over that the file begins with. */
    private final Set<String> own = new HashSet<>();

    Run(Workspace workspace, Actor agent, Consumer<Progress> progress, List<Path> files)
        throws IOException {
      this.workspace = workspace;
      this.agent = agent;
      this.progress = progress;
      this.known = new Known(workspace);
      long sum = 0;
      for (Path one : files) {
        sum += Files.size(one);
      }
      this.bytes = sum;
    }

    void file(Path newFile) throws IOException {
      file = newFile;
      uses.clear();
      sideChains.clear();
      project = Optional.empty();
      own.clear();
      String name = file.getFileName().toString();
      fileAgent =
          name.startsWith("agent-") ? name.substring(6).replaceAll("\\.jsonl(\\.gz)?$", "") : "";
      try (JsonLines in = JsonLines.of(file, lineBytesMax)) {
        for (Optional<byte[]> line = in.next(); line.isPresent(); line = in.next()) {
          if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException(
                "Importing %s was interrupted at line %d; what was recorded before stays, import again to go on"
                    .formatted(file, in.number()));
          }
          take(line.orElseThrow(), in);
          if (in.number() % LINES_AT_ONCE == 0) {
            awaitDurable(LINES_AT_ONCE);
            progress.accept(new Progress(STEP, bytesBefore + in.bytesRead(), bytes));
          }
        }
      }
      passOver("tool_use without a result", uses.size());
      bytesBefore += Files.size(file);
      awaitDurable(LINES_AT_ONCE);
      progress.accept(new Progress(STEP, Math.min(bytes, bytesBefore), bytes));
    }

    private void take(byte[] bytesOfLine, JsonLines in) {
      if (in.wasTooLong()) {
        lines++;
        bad(in.number(), "it has more than %d bytes".formatted(lineBytesMax));
        return;
      }
      if (new String(bytesOfLine, StandardCharsets.ISO_8859_1).isBlank()) {
        return;
      }
      lines++;
      try {
        JsonNode json = HookInput.JSON.readTree(bytesOfLine);
        if (!json.isObject()) {
          throw new IllegalArgumentException("no JSON object");
        }
        take(json);
      } catch (IOException e) {
        if (in.hadEnd()) {
          bad(in.number(), "no JSON: " + e.getMessage());
        } else {
          passOver("line that is being written", 1);
        }
      } catch (IllegalArgumentException | ArithmeticException | DateTimeException e) {
        bad(in.number(), e.getMessage());
      }
    }

    private void bad(long number, String reason) {
      bad++;
      if (badLines.size() < BAD_LINES_MAX) {
        badLines.add(new BadLine(file, number, Capture.inOneLine(reason)));
      }
    }

    private void passOver(String what, int count) {
      if (count > 0) {
        passedOver.merge(
            what.length() <= 60 ? what : what.substring(0, 60), (long) count, Long::sum);
      }
    }

    private void take(JsonNode json) {
      String type = json.path("type").asText("");
      if (!type.equals("user") && !type.equals("assistant")) {
        passOver(type.isEmpty() ? "line without a type" : Capture.inOneLine(type), 1);
        return;
      }
      if (json.has("forkedFrom")) {
        passOver("copy from another session", 1);
        return;
      }
      Line line = line(json);
      boolean isError = line.is("isApiErrorMessage");
      if (line.is("isMeta")) {
        passOver("meta", 1);
        return;
      }
      String role = line.is("isCompactSummary") ? "summary" : type;
      if (line.content().isTextual()) {
        text(line, role, line.content().textValue(), "", isError);
        return;
      }
      if (!line.content().isArray()) {
        throw new IllegalArgumentException("message.content is neither text nor an array");
      }
      int texts = 0;
      for (JsonNode block : line.content()) {
        String kind = block.path("type").asText("");
        switch (kind) {
          case "text" -> {
            text(line, role, block.path("text").asText(""), texts == 0 ? "" : "#" + texts, isError);
            texts++;
          }
          case "tool_use" -> use(line, block);
          case "tool_result" -> result(line, block);
          default -> passOver("block " + Capture.inOneLine(kind), 1);
        }
      }
    }

    private Line line(JsonNode json) {
      String host = json.path("sessionId").asText("");
      if (host.isBlank()) {
        throw new IllegalArgumentException("'sessionId' is missing");
      }
      String timestamp = json.path("timestamp").asText("");
      if (timestamp.isEmpty()) {
        throw new IllegalArgumentException("'timestamp' is missing");
      }
      Instant time = Instant.parse(timestamp);
      if (project.isEmpty()) {
        try {
          project = Optional.of(Path.of(json.path("cwd").asText(""))).filter(Path::isAbsolute);
        } catch (InvalidPathException e) {
          project = Optional.empty();
        }
      }
      String sub = agentOf(json);
      SessionId session = sub.isEmpty() ? SessionId.of(host) : HookInput.sub(host, sub);
      return new Line(json, host, session, time, project.orElse(Path.of("/")));
    }

    /** The sub-agent that a line is of: named, or the side chain it belongs to. */
    private String agentOf(JsonNode json) {
      String named = json.path("agentId").asText(fileAgent);
      if (!named.isBlank() || !json.path("isSidechain").asBoolean()) {
        return named;
      }
      String uuid = json.path("uuid").asText("");
      String root = sideChains.getOrDefault(json.path("parentUuid").asText(""), uuid);
      sideChains.put(uuid, root);
      return "sidechain-" + root;
    }

    private void text(Line line, String role, String text, String part, boolean isError) {
      if (text.isBlank()) {
        passOver("empty text", 1);
        return;
      }
      String uuid = line.json().path("uuid").asText("");
      if (uuid.isBlank()) {
        throw new IllegalArgumentException("'uuid' is missing");
      }
      TraceEvent event =
          isError
              ? Observation.of(ClaudeCalls.cut(text, ClaudeCalls.ARGUMENTS_CHARS_MAX))
              : new Message(role, ClaudeCalls.cut(text, ClaudeCalls.ARGUMENTS_CHARS_MAX));
      record(
          line.session(),
          session(line),
          event,
          HookInput.source(line.host(), uuid + part),
          line.time());
    }

    private void use(Line line, JsonNode block) {
      String id = block.path("id").asText("");
      String tool = block.path("name").asText("");
      if (id.isBlank() || tool.isBlank()) {
        throw new IllegalArgumentException("a tool_use has no id or no name");
      }
      if (HookInput.isOurs(tool)) {
        passOver("call of this server", 1);
        return;
      }
      JsonNode input = block.path("input");
      // The shape is checked now, so that a bad line is the one that is told.
      ToolCall unused = ClaudeCalls.call(tool, input, line.project());
      uses.put(
          id,
          new Use(
              line, tool, input, line.time(), session(line), HookInput.source(line.host(), id)));
    }

    private void result(Line line, JsonNode block) {
      Use use = uses.remove(block.path("tool_use_id").asText(""));
      if (use == null) {
        passOver("tool_result without its tool_use", 1);
        return;
      }
      JsonNode more = line.json().path("toolUseResult");
      ClaudeCalls.Ended how =
          more.path("interrupted").asBoolean()
              ? ClaudeCalls.Ended.INTERRUPTED
              : block.path("is_error").asBoolean()
                  ? ClaudeCalls.Ended.BADLY
                  : ClaudeCalls.Ended.WELL;
      ToolCall call =
          ClaudeCalls.ended(
              use.tool(), use.input(), use.line().project(), block.path("content"), how);
      if (call.duration().isZero()) {
        Duration told = HookInput.duration(more);
        Duration between = Duration.between(use.time(), line.time());
        call = call.took(!told.isZero() ? told : between.isNegative() ? Duration.ZERO : between);
      }
      hear(line, use.session());
      record(use.line().session(), use.session(), call, use.source(), use.time());
    }

    private void record(
        SessionId id, Session session, TraceEvent event, SourceId source, Instant time) {
      String first = firstIn.putIfAbsent(source.call(), source.session());
      if (first != null) {
        passOver("copy from another session", first.equals(source.session()) ? 0 : 1);
        return;
      }
      SessionId main = SessionId.of(source.session());
      if (known.has(id, source) || (!main.equals(id) && known.has(main, source))) {
        own.add(event.type());
        alreadyThere++;
        return;
      }
      if (!own.contains(event.type())) {
        if (isCopy(source, time)) {
          passOver("copy from another session", 1);
          return;
        }
        own.add(event.type());
      }
      waiting.add(session.record(event, Context.none().source(source, time)));
      known.add(id, source);
      recorded++;
    }

    /**
     * Whether it was recorded in another session. A file that has copies begins with them, so that
     * nothing is asked for after its first event of its own of that type: hooks take calls alone,
     * so a message that nobody has does not say that the calls behind it are new. It costs a strong
     * find for each copy, and one more for each type of event of a file.
     */
    private boolean isCopy(SourceId source, Instant time) {
      return workspace
          .traces()
          .find(Filter.any().from(time).to(time.plusMillis(1)))
          .entries()
          .stream()
          .map(entry -> entry.envelope().source())
          .anyMatch(
              other -> other.endsWith("\n" + source.call()) && !other.equals(source.joined()));
    }

    /** The session of a line, joined or started just before it. */
    private Session session(Line line) {
      String model = line.json().path("message").path("model").asText("");
      String branch = line.json().path("gitBranch").asText("");
      String key = line.session() + "\n" + model + "\n" + branch + "\n" + line.project();
      Session session = joined.get(key);
      if (session == null) {
        boolean isSub = !line.session().value().equals(line.host());
        SourceId start =
            HookInput.source(
                line.host(),
                isSub
                    ? "start " + line.session().value().substring(line.host().length() + 1)
                    : "start");
        SessionOptions options =
            SessionOptions.defaults()
                .id(line.session())
                .parent(isSub ? SessionId.of(line.host()) : SessionId.NONE)
                .started(Context.none().source(start, line.time().minusMillis(1)));
        session =
            workspace
                .startSession(model.isEmpty() ? agent : agent.model(model), options)
                .at(new Vcs("", branch, line.project().toString(), "", Vcs.State.UNKNOWN));
        joined.put(key, session);
      }
      hear(line, session);
      return session;
    }

    private void hear(Line line, Session session) {
      Heard one =
          heard.computeIfAbsent(line.session(), id -> new Heard(line.host(), line.time(), session));
      one.session = session;
      if (line.time().isAfter(one.last)) {
        one.last = line.time();
      }
    }

    /** Ends what has long been silent, and waits until all is durable. */
    void finish() {
      Instant silentSince = clock.instant().minus(SILENCE);
      heard.forEach((id, one) -> {
        if (one.last.isBefore(silentSince) && !known.isEnded(id)) {
          String end = "end " + id.value() + " " + one.last.toEpochMilli();
          record(
              id,
              one.session,
              new SessionEnded(Resolution.SUCCEEDED, ""),
              HookInput.source(one.host, ClaudeCalls.cut(end, 200)),
              one.last);
        }
      });
      awaitDurable(0);
    }

    private void awaitDurable(int leftMax) {
      while (waiting.size() > leftMax) {
        Receipt unused = waiting.remove().await();
      }
    }

    Report report(int files) {
      return new Report(files, lines, recorded, alreadyThere, passedOver, bad, badLines);
    }

    @Override
    public void close() {
      joined.values().forEach(Session::close);
    }
  }
}
