package dev.daybook.benchmarks;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Makes the two files of {@link PriorAttemptsSuite} from traces. Messages are no calls; a call
 * failed if its status is none of {@code ok} and {@code submit}.
 *
 * <ul>
 *   <li>Of tasks that were tried several times, whose sessions are called {@code name@trialN}: the
 *       tool calls of the last trial are probes, those of the others the memory. A call was tried
 *       if the memory has one of the same task with the same input, letter by letter.
 *   <li>With descriptions in other words: the memory is the calls that failed, whatever their
 *       sessions are called; each description is a probe.
 * </ul>
 */
@Command(
    name = "prior-attempts-set",
    description = "Makes memory and probes of prior-attempts from traces.",
    mixinStandardHelpOptions = true)
final class PriorAttemptsSet implements Callable<Integer> {
  private static final Pattern TRIAL = Pattern.compile("@trial(\\d{1,6})$");

  @Option(
      names = "--traces",
      required = true,
      description = "trace rows, JSON Lines, plain or gzip")
  private Path traces;

  @Option(names = "--memory", required = true, description = "the file to write the memory to")
  private Path memory;

  @Option(names = "--probes", required = true, description = "the file to write the probes to")
  private Path probes;

  @Option(
      names = "--described",
      description =
          "JSON Lines {text, failed: [session#seq]}: what is about to be tried, and the calls of"
              + " the traces that are the same")
  private Optional<Path> described = Optional.empty();

  private record Call(JsonLines.Row row, int trial) {
    String id() {
      return row.required("session") + "#" + row.required("seq");
    }

    List<String> what() {
      return List.of(row.text("task"), row.text("input"));
    }

    ObjectNode remembered() {
      ObjectNode copy = row.json().deepCopy();
      return copy.put("id", id());
    }

    boolean isFailed() {
      String status = row.required("status");
      return !status.equals("ok") && !status.equals("submit");
    }
  }

  @Override
  public Integer call() throws IOException {
    try {
      convert();
      return 0;
    } catch (NoSuchFileException e) {
      Console.progress("There is no file %s", e.getFile());
      return 1;
    } catch (IllegalArgumentException e) {
      Console.progress("%s", e.getMessage());
      return 1;
    }
  }

  private void convert() throws IOException {
    List<Call> calls = new ArrayList<>();
    for (JsonLines.Row row : JsonLines.read(traces)) {
      if (!row.required("tool").equals("message")) {
        calls.add(new Call(row, described.isPresent() ? 0 : trial(row)));
      }
    }
    if (described.isPresent()) {
      describe(calls.stream().filter(Call::isFailed).toList(), described.orElseThrow());
      return;
    }
    int last = calls.stream().mapToInt(Call::trial).max().orElse(0);
    List<ObjectNode> remembered = new ArrayList<>();
    Map<List<String>, List<Call>> tried = new HashMap<>();
    for (Call call : calls) {
      if (call.trial() < last) {
        remembered.add(call.remembered());
        tried.computeIfAbsent(call.what(), what -> new ArrayList<>()).add(call);
      }
    }
    List<ObjectNode> probing = new ArrayList<>();
    for (Call call : calls) {
      if (call.trial() == last && !call.row().text("input").isBlank()) {
        List<Call> earlier = tried.getOrDefault(call.what(), List.of());
        probing.add(probe(call.row().text("task"), call.row().text("input"), earlier));
      }
    }
    write(remembered, probing);
  }

  private static int trial(JsonLines.Row row) {
    Matcher trial = TRIAL.matcher(row.required("session"));
    if (!trial.find()) {
      throw row.bad("is of session '" + row.text("session") + "', which is no name@trialN");
    }
    return Integer.parseInt(trial.group(1));
  }

  private void describe(List<Call> failed, Path descriptions) throws IOException {
    Map<String, Call> byId = new HashMap<>();
    failed.forEach(call -> byId.put(call.id(), call));
    List<ObjectNode> probing = new ArrayList<>();
    for (JsonLines.Row row : JsonLines.read(descriptions)) {
      List<Call> same = new ArrayList<>();
      for (String id : row.texts("failed")) {
        if (!byId.containsKey(id)) {
          throw row.bad("names call '" + id + "', which is no failed one of " + traces);
        }
        same.add(byId.get(id));
      }
      probing.add(probe("", row.required("text"), same));
    }
    write(failed.stream().map(Call::remembered).toList(), probing);
  }

  private void write(List<ObjectNode> remembered, List<ObjectNode> probing) throws IOException {
    JsonLines.write(memory, remembered);
    JsonLines.write(probes, probing);
    Console.line("memory    %,d calls, probes %,d", remembered.size(), probing.size());
  }

  private static ObjectNode probe(String task, String text, List<Call> tried) {
    ObjectNode row = JsonLines.row();
    row.put("task", task).put("text", text);
    ArrayNode all = row.putArray("tried");
    tried.forEach(earlier -> all.add(earlier.id()));
    ArrayNode failed = row.putArray("tried_failed");
    tried.stream().filter(Call::isFailed).forEach(earlier -> failed.add(earlier.id()));
    return row;
  }
}
