package dev.daybook.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.daybook.Workspace;
import dev.daybook.storage.local.LocalObjectStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The command line as a user has it: a project, a home folder, an environment. */
final class Cli {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Map<String, String> environment = new HashMap<>();
  private final Path project;
  private Path folder;

  /** What a command said and how it ended. */
  record Result(int exit, String out, String err) {
    List<String> lines() {
      return out.lines().toList();
    }

    JsonNode json() {
      try {
        return JSON.readTree(out);
      } catch (IOException e) {
        throw new UncheckedIOException(out, e);
      }
    }
  }

  Cli(Path root) throws IOException {
    project = Files.createDirectories(root.resolve("project")).toRealPath();
    folder = project;
    environment.put("HOME", Files.createDirectories(root.resolve("home")).toString());
    environment.put("USER", "maria");
    // Loading a language model takes longer than all of these tests.
    environment.put("DAYBOOK_EMBEDDINGS", "off");
  }

  Path project() {
    return project;
  }

  Path store() {
    return project.resolve(".daybook/store");
  }

  Path home() {
    return Path.of(environment.get("HOME"));
  }

  Cli in(Path newFolder) {
    folder = newFolder;
    return this;
  }

  Cli with(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  Cli without(String variable) {
    environment.remove(variable);
    return this;
  }

  Result run(String... arguments) {
    return answering("", arguments);
  }

  Result answering(String input, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Result result = writingTo(out, input, arguments);
    return new Result(result.exit(), out.toString(StandardCharsets.UTF_8), result.err());
  }

  Result writingTo(OutputStream out, String input, String... arguments) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exit =
        Main.run(
            arguments,
            new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
            out,
            err,
            environment,
            folder);
    return new Result(exit, "", err.toString(StandardCharsets.UTF_8));
  }

  /** The workspace in the project's store as another program has it. */
  Workspace workspace(String name) {
    return Workspace.open(LocalObjectStore.at(store()), name);
  }
}
