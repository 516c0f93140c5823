package dev.daybook.mcp.command;

import dev.daybook.DaybookException;
import dev.daybook.PlanRuleException;
import dev.daybook.StorageAccessException;
import dev.daybook.StorageUnavailableException;
import dev.daybook.WorkspaceStateException;
import dev.daybook.mcp.Target;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** All commands by name, and what is common to running them. */
public final class Commands {
  private static final int WIDTH_MAX = 100;

  /** Commands with commands of their own have a slash in the names of those. */
  private static final Map<String, Function<Root, BaseCommand>> ALL = new LinkedHashMap<>();

  static {
    ALL.put("workspace", WorkspaceCommand::new);
    ALL.put("workspace/create", WorkspaceCreateCommand::new);
    ALL.put("workspace/list", WorkspaceListCommand::new);
    ALL.put("workspace/show", WorkspaceShowCommand::new);
    ALL.put("workspace/delete", WorkspaceDeleteCommand::new);
    ALL.put("connect", ConnectCommand::new);
    ALL.put("serve", ServeCommand::new);
    ALL.put("hook", HookCommand::new);
    ALL.put("plan", PlanCommand::new);
    ALL.put("ready", ReadyCommand::new);
    ALL.put("task", TaskCommand::new);
    ALL.put("task/add", TaskAddCommand::new);
    ALL.put("task/edit", TaskEditCommand::new);
    ALL.put("task/close", TaskCloseCommand::new);
    ALL.put("task/show", TaskShowCommand::new);
    ALL.put("note", NoteCommand::new);
    ALL.put("answer", AnswerCommand::new);
    ALL.put("approve", ApproveCommand::new);
    ALL.put("deny", DenyCommand::new);
    ALL.put("handoffs", HandoffsCommand::new);
    ALL.put("recall", RecallCommand::new);
    ALL.put("tried", TriedCommand::new);
    ALL.put("about", AboutCommand::new);
    ALL.put("brief", BriefCommand::new);
    ALL.put("timeline", TimelineCommand::new);
    ALL.put("import", ImportCommand::new);
    ALL.put("verify", VerifyCommand::new);
    ALL.put("compact", CompactCommand::new);
    ALL.put("completion", CompletionCommand::new);
  }

  private Commands() {}

  /** Runs one command; see {@link dev.daybook.mcp.Main#run}. */
  public static int run(
      String[] arguments,
      InputStream in,
      OutputStream out,
      OutputStream err,
      Map<String, String> environment,
      Path folder) {
    Invocation invocation =
        new Invocation(in, out, err, environment, folder, Terminal.of(environment));
    Root root = new Root(invocation);
    String[] meant = meant(arguments);
    return line(root, meant).execute(meant);
  }

  /** {@code help COMMAND} is what many try first. */
  private static String[] meant(String[] arguments) {
    return arguments.length > 0 && arguments[0].equals("help")
        ? Stream.concat(Arrays.stream(arguments).skip(1), Stream.of("--help"))
            .toArray(String[]::new)
        : arguments;
  }

  /**
   * The command line. If the arguments name a command, it knows that one alone: to look at the
   * annotations of all of them takes longer than most commands run.
   */
  private static CommandLine line(Root root, String[] arguments) {
    CommandLine line = new CommandLine(root);
    named(arguments).ifPresentOrElse(name -> add(line, root, name), () -> addAll(line, root));
    CommandLine.Model.UsageMessageSpec usage = line.getCommandSpec().usageMessage();
    Object unused = usage.exitCodeListHeading("%nExit codes:%n").exitCodeList(exitCodes());
    CommandLine.Help.Ansi ansi = root.screen().hasColours() ? Ansi.ON : Ansi.OFF;
    Screen screen = root.screen();
    StringWriter help = new StringWriter();
    unused =
        line.setOut(new PrintWriter(help))
            .setCaseInsensitiveEnumValuesAllowed(true)
            // What people and programs write may begin with an at sign, and is no file to be read.
            .setExpandAtFiles(false)
            .setColorScheme(CommandLine.Help.defaultColorScheme(ansi))
            .setUsageHelpWidth(Math.min(WIDTH_MAX, Math.max(60, screen.terminal().columns())))
            .setUsageHelpAutoWidth(false)
            .setParameterExceptionHandler((failure, typed) -> usage(failure, typed, screen))
            .setExecutionExceptionHandler((failure, ignored, parsed) -> failed(failure, root))
            .setExecutionStrategy(parsed -> executed(parsed, screen, help));
    return line;
  }

  private static Map<String, String> exitCodes() {
    Map<String, String> codes = new LinkedHashMap<>();
    for (Exit exit : Exit.values()) {
      codes.put(String.valueOf(exit.code()), exit.meaning());
    }
    return codes;
  }

  /** The only command that the arguments can mean, if they certainly name one. */
  private static Optional<String> named(String[] arguments) {
    return Arrays.stream(arguments)
        .findFirst()
        .filter(first -> ALL.containsKey(first) && !first.equals("completion"));
  }

  private static void add(CommandLine line, Root root, String name) {
    CommandLine command = new CommandLine(ALL.get(name).apply(root));
    line.addSubcommand(command);
    ALL.forEach((path, maker) -> {
      if (path.startsWith(name + "/")) {
        command.addSubcommand(new CommandLine(maker.apply(root)));
      }
    });
  }

  /** Every command, for help and for completion. */
  static void addAll(CommandLine line, Root root) {
    ALL.keySet().stream()
        .filter(name -> !name.contains("/"))
        .forEach(name -> add(line, root, name));
  }

  private static int executed(ParseResult parsed, Screen screen, StringWriter help) {
    if (CommandLine.printHelpIfRequested(parsed)) {
      screen.raw(help.toString());
      try {
        screen.flush();
        return Exit.DONE.code();
      } catch (Screen.Unwritable e) {
        return unwritable(e, screen).code();
      }
    }
    return new CommandLine.RunLast().execute(parsed);
  }

  private static int usage(ParameterException failure, String[] arguments, Screen screen) {
    CommandLine line = failure.getCommandLine();
    screen.message("error: " + Plain.line(String.valueOf(failure.getMessage())));
    boolean isUnknownOption =
        failure instanceof UnmatchedArgumentException unmatched && unmatched.isUnknownOption();
    if (failure instanceof UnmatchedArgumentException unmatched
        && !unmatched.getSuggestions().isEmpty()) {
      screen.message("Did you mean " + String.join(" or ", unmatched.getSuggestions()) + "?");
    } else if (isUnknownOption
        || (failure instanceof MissingParameterException
            && Arrays.stream(arguments).anyMatch(word -> word.startsWith("- ")))) {
      screen.message("Put -- before words of which one begins with a dash.");
    }
    screen.message("See '" + line.getCommandSpec().qualifiedName() + " --help'.");
    // A client takes this code of a hook for a refusal of its own work.
    return line.getCommand() instanceof HookCommand ? Exit.DONE.code() : Exit.USAGE.code();
  }

  private static int failed(Exception failure, Root root) {
    Screen screen = root.screen();
    Throwable thrown = failure instanceof ExecutionException ? failure.getCause() : failure;
    if (thrown instanceof ParameterException wrong) {
      return usage(wrong, new String[0], screen);
    }
    if (thrown instanceof Screen.Unwritable unwritable) {
      return unwritable(unwritable, screen).code();
    }
    Exit exit = exit(thrown);
    screen.message("error: " + Plain.line(said(thrown, exit)) + origins(thrown, root));
    if (root.isVerbose()) {
      StringWriter trace = new StringWriter();
      thrown.printStackTrace(new PrintWriter(trace));
      screen.message(Plain.lines(trace.toString()));
    } else if (exit == Exit.BUG) {
      screen.message("Run it again with --verbose to see where, and please report it.");
    }
    return exit.code();
  }

  private static Exit exit(Throwable thrown) {
    return switch (thrown) {
      case DaybookException known -> Exit.of(known);
      case NotFound ignored -> Exit.NOTHING;
      case NotConfirmed ignored -> Exit.REFUSED;
      case IllegalArgumentException ignored -> Exit.USAGE;
      case IOException ignored -> Exit.IO;
      case UncheckedIOException ignored -> Exit.IO;
      default -> Exit.BUG;
    };
  }

  private static String said(Throwable thrown, Exit exit) {
    String message = String.valueOf(thrown.getMessage());
    return switch (thrown) {
      case NoSuchFileException ignored -> "There is no file '" + message + "'";
      case AccessDeniedException ignored ->
          "This user has no right to '" + message + "'; change that, or choose another place";
      case FileAlreadyExistsException ignored ->
          "'" + message + "' is in the way: a folder is needed there";
      case FileSystemException ignored -> message;
      case UncheckedIOException unchecked -> said(unchecked.getCause(), exit);
      case IOException ignored ->
          thrown.getClass() == IOException.class
              ? message
              : thrown.getClass().getSimpleName() + ": " + message;
      default -> exit == Exit.BUG ? "This is a mistake in daybook: " + thrown : Wording.of(message);
    };
  }

  /** Where the values came from that a failure has to do with, unless they were just typed. */
  private static String origins(Throwable thrown, Root root) {
    if (thrown instanceof PlanRuleException) {
      try (Target target = root.target()) {
        return target
            .agentOfShell()
            .map(agent -> " (in a shell of " + agent + " commands speak as that agent)")
            .orElse("");
      }
    }
    Target.Key key =
        switch (thrown) {
          case WorkspaceStateException ignored -> Target.Key.WORKSPACE;
          case StorageAccessException ignored -> Target.Key.STORE;
          case StorageUnavailableException ignored -> Target.Key.STORE;
          default -> null;
        };
    if (key == null) {
      return "";
    }
    try (Target target = root.target()) {
      Target.Setting setting = target.setting(key);
      return setting.isSet()
              && !setting.origin().equals(key.flag())
              && isOf(String.valueOf(thrown.getMessage()), setting)
          ? " (%s '%s' is from %s)"
              .formatted(key.property(), Plain.line(setting.value()), setting.origin())
          : "";
    }
  }

  /** Whether a message is of this value, not of another that is suggested in its place. */
  private static boolean isOf(String message, Target.Setting setting) {
    return setting.key() == Target.Key.WORKSPACE
        ? message.toLowerCase(Locale.ROOT).contains("workspace '" + setting.value() + "'")
        : message.contains(setting.value());
  }

  private static Exit unwritable(Screen.Unwritable failure, Screen screen) {
    if (failure.isClosedPipe()) {
      return Exit.DONE;
    }
    screen.message("error: The result cannot be written: " + failure.getCause().getMessage());
    return Exit.IO;
  }
}
