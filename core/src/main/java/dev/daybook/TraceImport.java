package dev.daybook;

import dev.daybook.event.Context;
import dev.daybook.event.EventId;
import dev.daybook.event.SessionId;
import dev.daybook.event.SourceId;
import dev.daybook.event.TraceEvent.SessionStarted;
import dev.daybook.internal.entry.Masker;
import dev.daybook.internal.log.EventIds;
import dev.daybook.internal.transcript.Lines;
import dev.daybook.internal.transcript.Lines.Line;
import dev.daybook.internal.transcript.TraceRow;
import dev.daybook.internal.workspace.OpenWorkspace;
import dev.daybook.internal.workspace.View;
import dev.daybook.recall.Filter;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Takes transcripts of other programs into a workspace: a file of JSON Lines, plain or gzip, each
 * line a row {@code {session, agent, seq, ts?, task?, tool, note?, input?, output?, status, rc?}}.
 *
 * <ul>
 *   <li>Each session of the file is a session of that id, each agent an actor. A row of tool {@code
 *       message} becomes a message, any other a tool call: {@code input} its arguments, {@code
 *       output} its output, {@code note} what was tried, {@code rc} its exit code, {@code status}
 *       its outcome ({@code ok} and {@code submit} are OK, {@code error} SOFT_FAIL, {@code
 *       rejected} DENIED, {@code timeout} TIMEOUT).
 *   <li>{@code ts} is seconds since 1970, whole or with a fraction, milliseconds (a number from
 *       10^11 on), or ISO 8601 with any offset or none, which is UTC. Whole seconds take their
 *       milliseconds from {@code seq}, so that rows of one second keep their order; a row without
 *       {@code ts} happened {@code seq + 1} milliseconds after 1970 began.
 *   <li>A row is known by session, agent, {@code seq} and time. Importing a file again, or one that
 *       has grown, records only what is new.
 * </ul>
 *
 * Immutable; safe for use by any number of threads.
 */
public final class TraceImport {
  /** The most bad rows a report names; further ones are only counted. */
  public static final int BAD_ROWS_MAX = 1_000;

  private static final int ROWS_AT_ONCE = 500;
  private static final int REASON_CHARS_MAX = 300;
  private static final String STEP = "importing rows";

  private final Path file;

  private TraceImport(Path file) {
    this.file = Objects.requireNonNull(file, "file");
  }

  /**
   * What came of an import. Every row read was recorded, was there already, or was bad.
   *
   * @param read how many lines were read; blank ones do not count
   * @param recorded how many were recorded
   * @param alreadyThere how many the workspace already had
   * @param bad how many could not be understood
   * @param badRows the first {@value TraceImport#BAD_ROWS_MAX} bad ones, in order
   * @param masked how many secrets {@link Masking} replaced in what was recorded, by kind
   */
  public record Report(
      long read,
      long recorded,
      long alreadyThere,
      long bad,
      List<BadRow> badRows,
      Map<String, Long> masked) {
    /** Copies the list. */
    public Report {
      Objects.requireNonNull(masked, "masked");
      badRows = List.copyOf(badRows);
    }
  }

  /**
   * A row that was not recorded.
   *
   * @param line the number of its line in the file, from 1
   * @param reason what is wrong with it
   */
  public record BadRow(long line, String reason) {
    /** Checks the part. */
    public BadRow {
      Objects.requireNonNull(reason, "reason");
    }

    @Override
    public String toString() {
      return "line " + line + ": " + reason;
    }
  }

  /** An import of this file, which is not opened yet. */
  public static TraceImport of(Path file) {
    return new TraceImport(file);
  }

  /** Imports without telling of progress; see {@link #into(Workspace, Consumer)}. */
  public Report into(Workspace workspace) throws IOException {
    return into(workspace, progress -> {});
  }

  /**
   * Imports the file. Everything counted as recorded is durable when this returns. Interrupting the
   * thread ends it early; importing again then goes on where it ended.
   *
   * @param progress is told every few hundred rows, from the calling thread; counts bytes of the
   *     file
   * @throws IOException if the file does not exist, or cannot be read to its end; the rows before
   *     that point are imported
   * @throws DaybookException if the workspace could not be written; import again to go on
   * @throws OutcomeUnknownException if the thread was interrupted (its flag is kept)
   */
  public Report into(Workspace workspace, Consumer<Progress> progress) throws IOException {
    Objects.requireNonNull(progress, "progress");
    try (Lines lines = Lines.of(file);
        Run run = new Run(workspace.internals())) {
      for (Optional<Line> line = lines.next(); line.isPresent(); line = lines.next()) {
        run.take(line.get());
        if (line.get().number() % ROWS_AT_ONCE == 0) {
          run.awaitDurable(ROWS_AT_ONCE);
          progress.accept(new Progress(STEP, lines.bytesRead(), lines.fileBytes()));
        }
      }
      run.awaitDurable(0);
      progress.accept(new Progress(STEP, lines.fileBytes(), lines.fileBytes()));
      return run.report();
    }
  }

  /** One import under way. */
  private final class Run implements AutoCloseable {
    private final OpenWorkspace workspace;
    private final Map<TraceRow.Writer, Session> sessions = new HashMap<>();
    private final Set<SessionId> started = new HashSet<>();
    private final Map<EventId, Integer> contents = new HashMap<>();
    private final Deque<Receipt> waiting = new ArrayDeque<>();
    private final List<BadRow> badRows = new ArrayList<>();
    private long read;
    private long recorded;
    private long alreadyThere;
    private long bad;
    private Map<String, Long> masked = Map.of();

    /**
     * What was there at the start. What came since is in {@link #contents}, or was written by
     * another process that imports the same row: equal ids are one event.
     */
    private final View before;

    Run(OpenWorkspace workspace) {
      this.workspace = workspace;
      this.before = workspace.latest();
    }

    void take(Line line) {
      if (Thread.currentThread().isInterrupted()) {
        throw new OutcomeUnknownException(
            "Importing %s was interrupted at line %d; what was recorded before stays, import it again to go on"
                .formatted(file, line.number()));
      }
      if (line.isBlank()) {
        return;
      }
      read++;
      try {
        take(line, TraceRow.parse(line.bytes()));
      } catch (IllegalArgumentException e) {
        bad++;
        if (badRows.size() < BAD_ROWS_MAX) {
          badRows.add(new BadRow(line.number(), inOneLine(e.getMessage())));
        }
      }
    }

    private void take(Line line, TraceRow row) {
      EventId id = EventIds.derived(row.context().source(), row.context().time());
      int content = Arrays.hashCode(line.bytes());
      Integer earlier = contents.putIfAbsent(id, content);
      if (earlier != null && earlier != content) {
        throw new IllegalArgumentException(
            "session, agent, seq and time are those of an earlier row that differs; number the"
                + " rows");
      }
      if (earlier != null || before.contains(id)) {
        alreadyThere++;
        return;
      }
      start(row);
      Session session =
          sessions.computeIfAbsent(
              row.writer(), writer -> Session.joined(workspace, writer.actor(), writer.session()));
      Receipt receipt = session.recordNew(row.event(), row.context());
      masked = Masker.sum(masked, receipt.masked());
      waiting.add(receipt);
      recorded++;
    }

    /** Records the start of a session just before its first row, unless the workspace knows one. */
    private void start(TraceRow first) {
      SessionId session = first.writer().session();
      SourceId source = new SourceId(TraceRow.CLIENT, session.value(), "session");
      Instant time = first.context().time();
      Instant justBefore = time.toEpochMilli() == 0 ? time : time.minusMillis(1);
      if (started.add(session)
          && before.count(Filter.any().session(session).type("SessionStarted")) == 0) {
        waiting.add(
            Session.joined(workspace, first.writer().actor(), session)
                .recordNew(new SessionStarted(""), Context.none().source(source, justBefore)));
      }
    }

    /** Reasons quote the row, which may hold anything. */
    private String inOneLine(String reason) {
      String line = workspace.masker().text(reason).replaceAll("\\p{Cntrl}+", " ");
      return line.length() <= REASON_CHARS_MAX ? line : line.substring(0, REASON_CHARS_MAX) + "…";
    }

    void awaitDurable(int leftMax) {
      while (waiting.size() > leftMax) {
        waiting.remove().await();
      }
    }

    Report report() {
      return new Report(read, recorded, alreadyThere, bad, badRows, masked);
    }

    @Override
    public void close() {
      awaitDurable(0);
    }
  }
}
