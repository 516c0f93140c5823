package dev.daybook.mcp.capture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.daybook.Masking;
import dev.daybook.event.CallOutcome;
import dev.daybook.event.ToolCall;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Calls of Claude Code's tools as tool calls: the same from a hook, from a transcript, and from the
 * question whether a call was tried before, so that the same call has the same arguments. Of a
 * shell command the arguments are the command alone; what the model says of it, which differs each
 * time, is the approach. Long texts among arguments are cut, in a way that equal ones stay equal.
 */
final class ClaudeCalls {
  /** The most characters of one text among arguments, such as a file that is written. */
  static final int TEXT_CHARS_MAX = 16_384;

  /** The most characters of all arguments, well below what an event may have. */
  static final int ARGUMENTS_CHARS_MAX = 200_000;

  /** The most characters of what a tool said went wrong; the whole is the output then. */
  static final int ERROR_CHARS_MAX = 2_000;

  /** The most characters of an output; what is longer is cut in the middle. */
  static final int OUTPUT_CHARS_MAX = 8 << 20;

  private static final List<String> WRITERS =
      List.of("Write", "Edit", "MultiEdit", "NotebookEdit", "Update");
  private static final List<String> PATHS = List.of("file_path", "notebook_path");
  private static final List<String> READERS = List.of("Grep", "Glob", "LS");
  private static final Pattern EXIT_CODE =
      Pattern.compile(
          "(?i)\\A(?:error: )?(?:exit code|.*?exit(?:ed)? with (?:non-zero )?(?:status )?code)"
              + " (\\d{1,5})\\b");
  private static final Pattern TIMED_OUT =
      Pattern.compile("(?i)\\bcommand timed out after (?:(\\d{1,6})m ?)?(\\d{1,9}(?:\\.\\d+)?)s");
  private static final List<String> DENIALS =
      List.of(
          "The user doesn't want to proceed with this tool use",
          "The user doesn't want to take this action",
          "but you haven't granted it yet",
          "hook error",
          "denied by a hook",
          "has been denied");
  private static final String INTERRUPTED = "[Request interrupted by user";

  /** How a call went, as far as its client says. */
  enum Ended {
    /** The client says it went well. */
    WELL,
    /** The client says it failed. */
    BADLY,
    /** The client's user stopped it. */
    INTERRUPTED
  }

  private ClaudeCalls() {}

  /**
   * A call before it is made.
   *
   * @param project paths below it are told relative to it
   */
  static ToolCall call(String tool, JsonNode input, Path project) {
    String approach = input.path("description").asText("");
    String arguments =
        input.path("command").isTextual() && tool.equals("Bash")
            ? cut(input.path("command").textValue(), ARGUMENTS_CHARS_MAX)
            : arguments(input);
    return withFiles(
        ToolCall.of(tool, arguments).trying(approach), tool, input, project, Ended.WELL);
  }

  /**
   * A call as it ended.
   *
   * @param response what the tool answered or what went wrong, as text or as the client's JSON
   */
  static ToolCall ended(String tool, JsonNode input, Path project, JsonNode response, Ended ended) {
    ToolCall before = call(tool, input, project);
    String text = cutMiddle(text(response), OUTPUT_CHARS_MAX);
    boolean badly =
        ended != Ended.WELL
            || response.path("is_error").asBoolean()
            || response.path("isError").asBoolean();
    if (response.path("interrupted").asBoolean()) {
      return failed(before, text, Ended.INTERRUPTED);
    }
    return badly
        ? withFiles(
            failed(ToolCall.of(tool, before.arguments()).trying(before.approach()), text, ended),
            tool,
            input,
            project,
            Ended.BADLY)
        : before.output(text);
  }

  private static ToolCall failed(ToolCall call, String text, Ended ended) {
    String said = text.replace("<tool_use_error>", "").replace("</tool_use_error>", "").strip();
    String error = said.isEmpty() ? "failed without a word" : cutMiddle(said, ERROR_CHARS_MAX);
    ToolCall failed = call.softFail(error);
    if (!error.equals(said) && !said.isEmpty()) {
      failed = failed.output(said);
    }
    if (ended == Ended.INTERRUPTED || said.startsWith(INTERRUPTED)) {
      return failed.outcome(CallOutcome.CANCELED);
    }
    if (DENIALS.stream().anyMatch(said::contains)) {
      return failed.outcome(CallOutcome.DENIED);
    }
    Matcher late = TIMED_OUT.matcher(said.substring(0, Math.min(said.length(), ERROR_CHARS_MAX)));
    if (late.find()) {
      double seconds = Double.parseDouble(late.group(2));
      long minutes = late.group(1) == null ? 0 : Long.parseLong(late.group(1));
      return failed
          .outcome(CallOutcome.TIMEOUT)
          .took(Duration.ofMillis(minutes * 60_000 + (long) (seconds * 1_000)));
    }
    Matcher exit = EXIT_CODE.matcher(said.substring(0, Math.min(said.length(), 200)));
    return exit.find() ? failed.exit(Integer.parseInt(exit.group(1))) : failed;
  }

  /** A call that failed has read a file at most. */
  private static ToolCall withFiles(
      ToolCall call, String tool, JsonNode input, Path project, Ended ended) {
    String[] files =
        Stream.concat(
                PATHS.stream(), READERS.contains(tool) ? Stream.of("path") : Stream.<String>empty())
            .map(key -> input.path(key).asText(""))
            .filter(path -> !path.isBlank())
            .map(path -> relative(project, path))
            .distinct()
            .toArray(String[]::new);
    return WRITERS.contains(tool) && ended == Ended.WELL
        ? call.touching(files)
        : call.reading(files);
  }

  private static String relative(Path project, String file) {
    try {
      Path path = Path.of(file).normalize();
      if (path.isAbsolute() && path.startsWith(project) && !path.equals(project)) {
        return project.relativize(path).toString();
      }
      return path.equals(project) ? "." : file;
    } catch (InvalidPathException e) {
      return file;
    }
  }

  private static String arguments(JsonNode input) {
    String whole = cutTexts(input).toString();
    if (whole.length() <= ARGUMENTS_CHARS_MAX) {
      return whole;
    }
    ObjectNode brief = JsonNodeFactory.instance.objectNode();
    input
        .properties()
        .forEach(field -> {
          if (field.getValue().isValueNode()) {
            brief.set(field.getKey(), TextNode.valueOf(cut(field.getValue().asText(), 1_000)));
          }
        });
    return cut(
        brief.put("sha256", sha256(whole)).put("characters", whole.length()).toString(),
        ARGUMENTS_CHARS_MAX);
  }

  private static JsonNode cutTexts(JsonNode node) {
    if (node.isTextual()) {
      return TextNode.valueOf(cut(node.textValue(), TEXT_CHARS_MAX));
    }
    if (node.isArray()) {
      ArrayNode array = JsonNodeFactory.instance.arrayNode();
      node.forEach(item -> array.add(cutTexts(item)));
      return array;
    }
    if (node.isObject()) {
      ObjectNode object = JsonNodeFactory.instance.objectNode();
      node.properties().forEach(field -> object.set(field.getKey(), cutTexts(field.getValue())));
      return object;
    }
    return node;
  }

  /** The beginning of a text, with what tells it from others of the same beginning. */
  static String cut(String whole, int most) {
    String text = masked(whole, most);
    if (text.length() <= most) {
      return text;
    }
    String rest = " … (%d characters, sha256 %s)".formatted(text.length(), sha256(text));
    return text.substring(0, whole(text, most - rest.length())) + rest;
  }

  /** Head and tail of a text: what went wrong is often at the end. */
  static String cutMiddle(String whole, int most) {
    String text = masked(whole, most);
    if (text.length() <= most) {
      return text;
    }
    String gap = "\n… (%d characters in all)\n".formatted(text.length());
    int head = whole(text, (most - gap.length()) / 3);
    int tail = whole(text, text.length() - (most - gap.length() - head));
    return text.substring(0, head) + gap + text.substring(tail);
  }

  /**
   * A text that is to be cut, masked before, since half a secret has no shape to be known by. By
   * the standard rules, whatever masking the workspace has, which masks what is left by its own;
   * what is masked here is not among what it counts.
   */
  private static String masked(String text, int most) {
    return text.length() <= most ? text : Masking.standard().mask(text, kind -> {});
  }

  /** A place near this one that is not within a pair of surrogates. */
  private static int whole(String text, int at) {
    return at > 0 && Character.isLowSurrogate(text.charAt(at)) ? at - 1 : at;
  }

  static String sha256(String text) {
    try {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JDK has SHA-256", e);
    }
  }

  /**
   * What of an answer is worth reading, as text: of a shell what it printed, of a file its content,
   * of blocks their texts; of anything else its JSON without copies of whole files and images.
   */
  static String text(JsonNode response) {
    if (response.isMissingNode() || response.isNull()) {
      return "";
    }
    if (response.isValueNode()) {
      return response.asText();
    }
    if (response.isArray()) {
      return joined(response);
    }
    if (response.path("stdout").isTextual() || response.path("stderr").isTextual()) {
      return Stream.of(response.path("stdout").asText(""), response.path("stderr").asText(""))
          .filter(part -> !part.isEmpty())
          .reduce((out, err) -> out.endsWith("\n") ? out + err : out + "\n" + err)
          .orElse("");
    }
    if (response.path("file").path("content").isTextual()) {
      return response.path("file").path("content").textValue();
    }
    if (response.path("content").isArray()) {
      return joined(response.path("content"));
    }
    if (response.path("content").isTextual() && response.path("filePath").isMissingNode()) {
      return response.path("content").textValue();
    }
    ObjectNode rest = response.deepCopy();
    rest.remove(List.of("originalFile", "oldString", "newString", "content", "base64", "data"));
    return rest.toString();
  }

  private static String joined(JsonNode blocks) {
    StringBuilder text = new StringBuilder();
    for (JsonNode block : blocks) {
      String part =
          block.path("text").isTextual()
              ? block.path("text").textValue()
              : block.path("type").asText("").equals("image")
                  ? "[image]"
                  : block.isTextual() ? block.textValue() : block.toString();
      text.append(text.isEmpty() || text.charAt(text.length() - 1) == '\n' ? "" : "\n")
          .append(part);
    }
    return text.toString();
  }
}
