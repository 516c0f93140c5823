package dev.daybook.mcp.command;

import dev.daybook.PlanChange;
import dev.daybook.PlanRecord;
import dev.daybook.event.PlanEvent.NoteAdded;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code daybook note}. */
@Command(name = "note", description = "Leave a remark for whoever comes next.")
final class NoteCommand extends BaseCommand {
  private static final int TEXT_BYTES_MAX = 1 << 20;

  @Parameters(
      arity = "1..*",
      paramLabel = "TEXT",
      description = "The remark; - reads it from the input.")
  private List<String> words;

  @Option(
      names = {"-t", "--task"},
      paramLabel = "ID",
      description = "The task it belongs to.")
  private String task = "";

  NoteCommand(Root root) {
    super(root);
  }

  @Override
  Exit run() throws IOException {
    String text = text();
    PlanChange change =
        inSession("daybook note", session -> session.updatePlan(plan -> List.of(note(plan, text))));
    changed(change, "Noted" + (task.isEmpty() ? "" : " on " + task));
    return Exit.DONE;
  }

  private NoteAdded note(PlanRecord plan, String text) {
    NoteAdded note = NoteAdded.of(text);
    return task.isEmpty() ? note : note.on(Subjects.task(plan, task).id());
  }

  private String text() throws IOException {
    if (!words.equals(List.of("-"))) {
      return String.join(" ", words);
    }
    byte[] read = root().invocation().in().readNBytes(TEXT_BYTES_MAX + 1);
    if (read.length > TEXT_BYTES_MAX) {
      throw wrong("The note is longer than 1 MiB; shorten it");
    }
    return new String(read, StandardCharsets.UTF_8).strip();
  }
}
