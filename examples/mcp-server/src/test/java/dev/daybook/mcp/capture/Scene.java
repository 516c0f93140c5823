package dev.daybook.mcp.capture;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.daybook.Daybook;
import dev.daybook.Workspace;
import dev.daybook.event.Actor;
import dev.daybook.event.Entry;
import dev.daybook.event.SessionId;
import dev.daybook.event.ToolCall;
import dev.daybook.mcp.connect.Client;
import dev.daybook.mcp.connect.Connection;
import dev.daybook.mcp.connect.HookPlace;
import dev.daybook.recall.Embedder;
import dev.daybook.storage.MemoryObjectStore;
import dev.daybook.storage.ObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A project with a workspace and hooks, and what a client would give those. */
final class Scene implements AutoCloseable {
  static final Actor AGENT = Actor.agent("claude-code");
  static final String SESSION = "0d7c1f0e-1111-4222-8333-444455556666";
  static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");

  final Path project;
  final Path home;
  final HookPlace place;
  final ObjectStore store;
  final Daybook daybook;
  final Workspace workspace;
  private int files;

  Scene(Path project) {
    this(project, new MemoryObjectStore());
  }

  Scene(Path project, ObjectStore store) {
    this.project = project;
    this.home = project.resolve(".daybook");
    this.place = HookPlace.of(home, "auth", AGENT.id());
    this.store = store;
    this.daybook = Daybook.on(store).embedder(Embedder.none()).open();
    this.workspace = daybook.openOrCreate("auth");
  }

  /** Connects Claude Code, with a command line that writes down how it was called. */
  void connect() throws IOException {
    Path program = project.resolve("program");
    Files.writeString(
        program,
        "#!/bin/sh\n{ printf '%s|' \"$@\"; cat; echo; } >>called\necho from the program\n");
    boolean unused = program.toFile().setExecutable(true);
    Connection.write(
        Connection.of(
                Client.CLAUDE_CODE,
                project,
                "auth",
                List.of(program.toString()),
                List.of("--workspace", "auth"))
            .user(project.resolve("user"))
            .connecting());
  }

  static ObjectNode hook(String event) {
    return HookInput.JSON
        .createObjectNode()
        .put("session_id", SESSION)
        .put("transcript_path", "/nowhere/" + SESSION + ".jsonl")
        .put("cwd", "/nowhere")
        .put("hook_event_name", event);
  }

  static ObjectNode bash(String event, String call, String command) {
    ObjectNode hook = hook(event).put("tool_name", "Bash").put("tool_use_id", call);
    hook.putObject("tool_input").put("command", command).put("description", "say " + call);
    return hook;
  }

  static ObjectNode worked(String call, String command, String stdout) {
    ObjectNode hook = bash("PostToolUse", call, command);
    hook.putObject("tool_response")
        .put("stdout", stdout)
        .put("stderr", "")
        .put("interrupted", false);
    return hook;
  }

  static ObjectNode failed(String call, String command, String error) {
    return bash("PostToolUseFailure", call, command).put("error", error).put("is_interrupt", false);
  }

  /** Puts a file into the spool as a hook does. */
  Path spool(String text) {
    try {
      Path folder = Files.createDirectories(place.spool());
      Path file = folder.resolve(files + ".json");
      // Half of a pair of surrogates is possible in JSON, though not in UTF-8.
      Files.writeString(
          file, text.replaceAll("[\\ud800-\\udbff](?![\\udc00-\\udfff])", "\\\\ud800"));
      Files.setLastModifiedTime(file, FileTime.from(NOON.plusMillis(files++)));
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Capture.Drained drain() {
    return Capture.drain(workspace, AGENT, home);
  }

  List<Entry> timeline(String session) {
    return workspace.traces().timeline(SessionId.of(session));
  }

  List<ToolCall> calls() {
    return timeline(SESSION).stream()
        .map(Entry::event)
        .filter(ToolCall.class::isInstance)
        .map(ToolCall.class::cast)
        .toList();
  }

  /** What a process said and how it ended. */
  record Ran(int code, String out) {}

  /** Runs the script that connecting wrote. */
  Ran script(String shell, String input, String... arguments) {
    return run(List.of(shell, home.resolve("hooks/daybook-hook").toString()), input, arguments);
  }

  Ran run(List<String> command, String input, String... arguments) {
    try {
      List<String> all = new ArrayList<>(command);
      all.addAll(List.of(arguments));
      Path given = Files.createTempFile(project, "given", "");
      Files.write(given, input.getBytes(UTF_8));
      ProcessBuilder builder =
          new ProcessBuilder(all)
              .directory(project.toFile())
              .redirectErrorStream(true)
              .redirectInput(given.toFile());
      builder.environment().putAll(Map.of("CLAUDE_PROJECT_DIR", project.toString()));
      Process process = builder.start();
      String out = new String(process.getInputStream().readAllBytes(), UTF_8);
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        throw new IllegalStateException(all + " does not end");
      }
      Files.delete(given);
      return new Ran(process.exitValue(), out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    workspace.close();
    daybook.close();
  }
}
