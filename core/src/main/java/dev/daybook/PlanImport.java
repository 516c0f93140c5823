package dev.daybook;

import dev.daybook.event.Actor;
import dev.daybook.event.Context;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.SourceId;
import dev.daybook.event.Vcs;
import dev.daybook.internal.entry.Masker;
import dev.daybook.internal.plan.Cycles;
import dev.daybook.internal.transcript.Lines;
import dev.daybook.internal.transcript.Lines.Line;
import dev.daybook.internal.transcript.NativeItems;
import dev.daybook.internal.transcript.PlanRow;
import dev.daybook.internal.transcript.TaskContent;
import dev.daybook.internal.transcript.TraceRow;
import dev.daybook.internal.workspace.OpenWorkspace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Takes the history of a plan that another program kept into the plan of a workspace: a file of
 * JSON Lines, plain or gzip, each line a row {@code {seq, ts, op, id, set}}. {@code op} is {@code
 * create} or {@code update}, {@code set} has the fields of the item that change, of which a null
 * takes one off.
 *
 * <ul>
 *   <li>Each item becomes a task of its id: {@code title}, {@code description}, {@code priority} (2
 *       if there is none), {@code issue_type} as its kind, {@code assignee}, {@code labels} as
 *       labels without a value, {@code dependencies} ({@code depends_on_id}, {@code type}), {@code
 *       status} and {@code close_reason}.
 *   <li>{@code open}, {@code in_progress}, {@code in_review}, {@code deferred}, {@code proposed}
 *       are what they say; {@code closed} is a task that SUCCEEDED, unless a field {@code
 *       resolution} names another {@link dev.daybook.event.Resolution}; {@code tombstone} and
 *       {@code canceled} are CANCELED; {@code hooked} is IN_PROGRESS, {@code blocked} and {@code
 *       pinned} are DEFERRED, any other is OPEN. A type of dependency that is none of ours is
 *       RELATED, {@code blocked-by} BLOCKS.
 *   <li>Nothing is lost: every other field, and each of these whose value a task cannot hold as it
 *       is, is kept in a label of the task or dependency, under a prefix and its name. Words and
 *       times stand in it as they are, anything else as JSON; an empty label stands for a field
 *       that is not there.
 *   <li>Events carry the time {@code ts} (seconds since 1970, milliseconds from 10^11 on, or ISO
 *       8601), and the names of file and row as their source.
 *   <li>A task keeps the highest {@code seq} it has seen. Rows of a lower or the same number change
 *       nothing, so importing a file again, or one that has grown, or in several processes at once,
 *       takes each row once. Where somebody changed the task here meanwhile, a row changes the
 *       fields it names and no others.
 *   <li>A reference to an item that is not there (yet) is kept, see {@link PlanRecord#unresolved},
 *       and so are items that wait for each other for ever and parents closed before their
 *       children; the report counts them.
 * </ul>
 *
 * Immutable; safe for use by any number of threads.
 */
public final class PlanImport {
  /** The most bad rows a report names; further ones are only counted. */
  public static final int BAD_ROWS_MAX = 1_000;

  /** What labels of native values begin with if nothing is said. */
  public static final String PREFIX_DEFAULT = "native.";

  /** How many rows make a plan version if nothing is said. */
  public static final int ROWS_PER_VERSION_DEFAULT = 200;

  private static final int PREFIX_CHARS_MAX = 50;
  private static final int SOURCE_CHARS_MAX = 200;
  private static final int REASON_CHARS_MAX = 300;
  private static final String STEP = "importing rows";

  private final Path file;
  private final String prefix;
  private final int rowsPerVersion;

  private PlanImport(Path file, String prefix, int rowsPerVersion) {
    this.file = Objects.requireNonNull(file, "file");
    this.prefix = prefix;
    this.rowsPerVersion = rowsPerVersion;
  }

  /**
   * What came of an import. Every row read was taken into the plan, was there already, or was bad.
   *
   * @param read how many lines were read; blank ones do not count
   * @param recorded how many were taken into the plan
   * @param alreadyThere how many the plan already had
   * @param bad how many could not be understood or followed
   * @param badRows the first {@value PlanImport#BAD_ROWS_MAX} bad ones, in order
   * @param unresolved how many dependencies of the plan now name a task it does not know
   * @param cyclic how many tasks of the plan now wait for each other for ever
   * @param masked how many secrets {@link Masking} replaced in the rows taken in, by kind
   */
  public record Report(
      long read,
      long recorded,
      long alreadyThere,
      long bad,
      List<BadRow> badRows,
      int unresolved,
      int cyclic,
      Map<String, Long> masked) {
    /** Copies the list. */
    public Report {
      Objects.requireNonNull(masked, "masked");
      badRows = List.copyOf(badRows);
    }
  }

  /**
   * A row that was not taken in.
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
  public static PlanImport of(Path file) {
    return new PlanImport(file, PREFIX_DEFAULT, ROWS_PER_VERSION_DEFAULT);
  }

  /**
   * The same import with other keys of its labels. All imports of one plan must have the same.
   *
   * @param newPrefix what they begin with, such as {@code beads.}; at most 50 characters, and of a
   *     word that no label of your own begins with
   * @throws IllegalArgumentException if it is blank, longer, or has control characters
   */
  public PlanImport prefix(String newPrefix) {
    if (newPrefix.isBlank()
        || newPrefix.length() > PREFIX_CHARS_MAX
        || newPrefix.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          "'%s' cannot be the prefix of labels; give 1 to %d characters, such as 'beads.'"
              .formatted(newPrefix, PREFIX_CHARS_MAX));
    }
    return new PlanImport(file, newPrefix, rowsPerVersion);
  }

  /**
   * The same import with other sizes of plan versions.
   *
   * @param rows how many rows make a version, at least 1; the fewer, the more exactly {@link
   *     Workspace#plan(long)} shows what was, the more, the faster
   */
  public PlanImport rowsPerVersion(int rows) {
    if (rows < 1) {
      throw new IllegalArgumentException("rowsPerVersion is " + rows + ", expected at least 1");
    }
    return new PlanImport(file, prefix, rows);
  }

  /** Imports without telling of progress; see {@link #into(Workspace, Consumer)}. */
  public Report into(Workspace workspace) throws IOException {
    return into(workspace, progress -> {});
  }

  /**
   * Imports the file. Everything counted as recorded is durable when this returns. Interrupting the
   * thread ends it early; importing again then goes on where it ended.
   *
   * @param progress is told after every plan version, from the calling thread; counts bytes of the
   *     file
   * @throws IOException if the file does not exist, or cannot be read to its end; the rows before
   *     that point are imported
   * @throws PlanConflictException if others changed the plan too often; import again to go on
   * @throws DaybookException if the workspace could not be written; import again to go on
   * @throws OutcomeUnknownException if the thread was interrupted (its flag is kept)
   */
  public Report into(Workspace workspace, Consumer<Progress> progress) throws IOException {
    Objects.requireNonNull(progress, "progress");
    try (Lines lines = Lines.of(file);
        Run run = new Run(workspace.internals())) {
      try {
        for (Optional<Line> line = lines.next(); line.isPresent(); line = lines.next()) {
          if (run.take(line.get())) {
            progress.accept(new Progress(STEP, lines.bytesRead(), lines.fileBytes()));
          }
        }
      } catch (IOException e) {
        run.commit();
        throw e;
      }
      run.commit();
      progress.accept(new Progress(STEP, lines.fileBytes(), lines.fileBytes()));
      return run.report();
    }
  }

  /** A line that is a row, or says why it is none. */
  private record Taken(long line, Optional<PlanRow> row, Map<String, Long> masked, String reason) {}

  /** What a group of rows comes to in a plan. */
  private record Decision(
      List<Session.Imported> events,
      long alreadyThere,
      List<BadRow> bad,
      Map<String, Long> masked) {}

  /** One import under way. */
  private final class Run implements AutoCloseable {
    private final OpenWorkspace workspace;
    private final NativeItems items = new NativeItems(prefix);
    private final String source;
    private final List<Taken> group = new ArrayList<>();
    private final List<BadRow> badRows = new ArrayList<>();
    private Optional<Session> session = Optional.empty();
    private long read;
    private long recorded;
    private long alreadyThere;
    private long bad;
    private Map<String, Long> masked = Map.of();

    Run(OpenWorkspace workspace) {
      this.workspace = workspace;
      String name = file.toAbsolutePath().getFileName().toString().replaceAll("\\p{Cntrl}", "?");
      this.source = name.substring(Math.max(0, name.length() - SOURCE_CHARS_MAX));
    }

    /** Whether a group of rows is done with it. */
    boolean take(Line line) {
      if (Thread.currentThread().isInterrupted()) {
        throw new OutcomeUnknownException(
            "Importing %s was interrupted at line %d; what was taken in before stays, import it again to go on"
                .formatted(file, line.number()));
      }
      if (line.isBlank()) {
        return false;
      }
      read++;
      try {
        Masker.Tally tally = new Masker.Tally();
        PlanRow row = PlanRow.parse(line.bytes()).masked(workspace.masker(), tally);
        group.add(new Taken(line.number(), Optional.of(row), tally.counts(), ""));
      } catch (IllegalArgumentException e) {
        group.add(new Taken(line.number(), Optional.empty(), Map.of(), e.getMessage()));
      }
      if (group.size() < rowsPerVersion) {
        return false;
      }
      commit();
      return true;
    }

    /** Takes the rows of the group into the plan, in one version. */
    void commit() {
      if (group.isEmpty()) {
        return;
      }
      Decision decision = decide(plan());
      if (!decision.events().isEmpty()) {
        AtomicReference<Decision> last = new AtomicReference<>(decision);
        PlanChange change =
            session()
                .importPlan(plan -> {
                  last.set(decide(plan));
                  return last.get().events();
                });
        decision = last.get();
        workspace.masked(decision.masked());
        masked = Masker.sum(masked, Masker.sum(change.masked(), decision.masked()));
      }
      alreadyThere += decision.alreadyThere();
      bad += decision.bad().size();
      recorded += group.size() - decision.alreadyThere() - decision.bad().size();
      decision.bad().stream().limit(BAD_ROWS_MAX - badRows.size()).forEach(badRows::add);
      group.clear();
    }

    private PlanRecord plan() {
      return new PlanRecord(workspace.latestPlan(), workspace.clock().instant());
    }

    private Session session() {
      if (session.isEmpty()) {
        session =
            Optional.of(
                Session.start(
                    workspace,
                    Actor.system(TraceRow.CLIENT),
                    SessionOptions.defaults().purpose("Import of the plan in " + source),
                    Vcs.NONE));
      }
      return session.get();
    }

    private Decision decide(PlanRecord plan) {
      Map<String, TaskContent> tasks = new HashMap<>();
      List<Session.Imported> events = new ArrayList<>();
      List<BadRow> wrong = new ArrayList<>();
      Map<String, Long> replaced = Map.of();
      long known = 0;
      for (Taken taken : group) {
        try {
          PlanRow row = taken.row().orElseThrow(() -> new IllegalArgumentException(taken.reason()));
          TaskContent task = tasks.get(row.id());
          Optional<TaskContent> before =
              task == null ? plan.task(row.id()).map(TaskContent::of) : Optional.of(task);
          Optional<NativeItems.Step> step = items.step(before, row);
          if (step.isEmpty()) {
            known++;
            continue;
          }
          step.get().events().forEach(workspace::checkSize);
          tasks.put(row.id(), step.get().task());
          replaced = Masker.sum(replaced, taken.masked());
          Context context = context(row);
          for (PlanEvent event : step.get().events()) {
            events.add(new Session.Imported(event, context));
          }
        } catch (IllegalArgumentException e) {
          wrong.add(new BadRow(taken.line(), inOneLine(e.getMessage())));
        }
      }
      return new Decision(events, known, wrong, replaced);
    }

    private Context context(PlanRow row) {
      return Context.none()
          .source(new SourceId(TraceRow.CLIENT, source, Long.toString(row.seq())), row.time());
    }

    /** Reasons quote the row, which may hold anything. */
    private String inOneLine(String reason) {
      String line = workspace.masker().text(reason).replaceAll("\\p{Cntrl}+", " ");
      return line.length() <= REASON_CHARS_MAX ? line : line.substring(0, REASON_CHARS_MAX) + "…";
    }

    Report report() {
      return new Report(
          read,
          recorded,
          alreadyThere,
          bad,
          badRows,
          plan().unresolved().size(),
          Cycles.within(workspace.latestPlan()).size(),
          masked);
    }

    @Override
    public void close() {
      session.ifPresent(Session::close);
    }
  }
}
