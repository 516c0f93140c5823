package dev.daybook.mcp.command;

import dev.daybook.Daybook;
import dev.daybook.PlanChange;
import dev.daybook.Progress;
import dev.daybook.Session;
import dev.daybook.SessionOptions;
import dev.daybook.Workspace;
import dev.daybook.event.Actor;
import dev.daybook.mcp.Target;
import dev.daybook.recall.Embedder;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What all commands share: one is made for each run. */
abstract class BaseCommand implements Callable<Integer> {
  private static final int COMPACT_AT_BATCHES = 64;
  private static final long COMPACT_AT_BYTES = 8L << 20;

  private final Root root;
  @Spec private CommandSpec spec;

  BaseCommand(Root root) {
    this.root = root;
  }

  @Override
  public final Integer call() throws IOException {
    Exit exit = run();
    root.screen().flush();
    return exit.code();
  }

  /** Does the work; what it shows is written when it returns. */
  abstract Exit run() throws IOException;

  Root root() {
    return root;
  }

  Screen screen() {
    return root.screen();
  }

  boolean isJson() {
    return root.isJson();
  }

  /** The command line is wrong in a way that only the command knows. */
  ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  /** What a command does with what is meant. */
  interface Work<P, R> {
    R with(P part) throws IOException;
  }

  <R> R onTarget(Work<Target, R> work) throws IOException {
    try (Target target = root.target()) {
      if (root.isVerbose()) {
        for (Target.Key key : Target.Key.values()) {
          Target.Setting setting = target.setting(key);
          screen()
              .message(
                  "%s: %s (from %s)"
                      .formatted(
                          key.property(),
                          Plain.line(setting.isSet() ? setting.value() : "default"),
                          setting.origin()));
        }
      }
      return work.with(target);
    }
  }

  /** Reads the store that is meant. */
  <R> R withEngine(Target target, Work<Daybook, R> work) throws IOException {
    try (Daybook engine = target.openEngine(this::setUp)) {
      return work.with(engine);
    }
  }

  /** Reads the workspace that is meant. */
  <R> R withWorkspace(Target target, Work<Workspace, R> work) throws IOException {
    String name = target.workspace();
    return withEngine(
        target,
        engine -> {
          try (Workspace workspace = engine.open(name)) {
            return work.with(workspace);
          }
        });
  }

  /** The same for whoever needs nothing else of what is meant. */
  <R> R onWorkspace(Work<Workspace, R> work) throws IOException {
    return onTarget(target -> withWorkspace(target, work));
  }

  /** Whose command it is. */
  Actor speaker(Target target) {
    Actor speaker = target.speaker();
    return root.isAgent() ? target.agent(speaker.id()) : speaker;
  }

  /** Writes to the workspace that is meant, as whoever runs the command. */
  <R> R inSession(String purpose, Function<Session, R> work) throws IOException {
    return onTarget(target -> {
      String name = target.workspace();
      SessionOptions options =
          SessionOptions.defaults().purpose(purpose).workingFolder(target.folder());
      return withEngine(
          target,
          engine -> {
            Workspace workspace = engine.open(name);
            try (Session session = workspace.startSession(speaker(target), options)) {
              return work.apply(session);
            } finally {
              workspace.closeQuickly();
            }
          });
    });
  }

  /**
   * A command writes little and is to end soon. Only those that compare meanings have an embedder:
   * it takes longer to load than all the rest.
   */
  void setUp(Daybook.Builder builder) {
    Daybook.Builder set =
        builder.compactAt(COMPACT_AT_BATCHES, COMPACT_AT_BYTES).writeDeadline(root.patience());
    if (!comparesMeanings()) {
      set = set.embedder(Embedder.none());
    }
  }

  /** Whether the command finds more with an embedder, or makes vectors. */
  boolean comparesMeanings() {
    return false;
  }

  /** Does long work, and shows how far it has come to whoever can see it. */
  <R> R withProgress(Work<Consumer<Progress>, R> work) throws IOException {
    try (ProgressLine line = new ProgressLine(screen(), System::nanoTime)) {
      return work.with(line);
    }
  }

  /** Says what a change of the plan came to. */
  void changed(PlanChange change, String words) {
    if (isJson()) {
      screen()
          .json(json -> json.put("planVersion", change.version()).texts("events", change.events()));
    } else {
      screen().line("%s (plan version %d)".formatted(Plain.line(words), change.version()));
    }
  }
}
