package dev.daybook.mcp.capture;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * When the calls that hooks tell of were made, by the client's own transcript: a hook's input has
 * no time. With it the event of a hook is the event that an import of the transcript makes, also
 * where neither knows of the other. Reads the end of a transcript once and then what is added. For
 * one thread.
 */
final class TranscriptTimes {
  /** How much of a transcript is read that was not seen before. */
  static final long TAIL_BYTES_MAX = 16 << 20;

  private static final int FILES_MAX = 16;
  private static final byte[] MARK = "\"tool_use\"".getBytes(UTF_8);

  private static final class Seen {
    private long offset = -1;
    private final Map<String, Instant> times = new HashMap<>();
  }

  private final Map<Path, Seen> files =
      new LinkedHashMap<>(FILES_MAX, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Path, Seen> eldest) {
          return size() > FILES_MAX;
        }
      };

  /** When the call of a hook was made; empty if no transcript says it. */
  Optional<Instant> of(HookInput input) {
    String call = input.text("tool_use_id");
    if (call.isEmpty()) {
      return Optional.empty();
    }
    for (Path file : candidates(input)) {
      Optional<Instant> time = in(file, call);
      if (time.isPresent()) {
        return time;
      }
    }
    return Optional.empty();
  }

  private static List<Path> candidates(HookInput input) {
    try {
      Path main = Path.of(input.text("transcript_path"));
      if (!main.isAbsolute() || !main.toString().endsWith(".jsonl")) {
        return List.of();
      }
      if (input.agent().isEmpty()) {
        return List.of(main);
      }
      String name = "agent-" + input.agent() + ".jsonl";
      return List.of(
          main.resolveSibling(input.hostSession()).resolve("subagents").resolve(name),
          main.resolveSibling(name),
          main);
    } catch (InvalidPathException e) {
      return List.of();
    }
  }

  private Optional<Instant> in(Path file, String call) {
    Seen seen = files.computeIfAbsent(file, unseen -> new Seen());
    Instant time = seen.times.get(call);
    if (time == null) {
      try {
        readOn(file, seen);
        time = seen.times.get(call);
      } catch (IOException e) {
        // Without a transcript the time of the hook has to do.
        return Optional.empty();
      }
    }
    return Optional.ofNullable(time);
  }

  private static void readOn(Path file, Seen seen) throws IOException {
    if (!Files.isRegularFile(file)) {
      return;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      long from =
          Math.max(seen.offset < 0 || seen.offset > size ? 0 : seen.offset, size - TAIL_BYTES_MAX);
      ByteBuffer buffer = ByteBuffer.allocate((int) (size - from));
      while (buffer.hasRemaining() && channel.read(buffer, from + buffer.position()) >= 0) {}
      byte[] bytes = buffer.array();
      int start = 0;
      for (int i = 0; i < buffer.position(); i++) {
        if (bytes[i] == '\n') {
          take(seen, bytes, start, i);
          start = i + 1;
        }
      }
      seen.offset = from + start;
    }
  }

  private static void take(Seen seen, byte[] bytes, int from, int to) {
    if (!holdsMark(bytes, from, to)) {
      return;
    }
    try {
      JsonNode line = HookInput.JSON.readTree(bytes, from, to - from);
      if (line == null) {
        return;
      }
      Instant time = Instant.parse(line.path("timestamp").asText(""));
      for (JsonNode block : line.path("message").path("content")) {
        if (block.path("type").asText("").equals("tool_use")) {
          seen.times.put(block.path("id").asText(""), time);
        }
      }
    } catch (IOException | DateTimeException e) {
      // A line that is not understood says no time; the importer is who reports it.
    }
  }

  private static boolean holdsMark(byte[] bytes, int from, int to) {
    for (int i = from; i <= to - MARK.length; i++) {
      int same = 0;
      while (same < MARK.length && bytes[i + same] == MARK[same]) {
        same++;
      }
      if (same == MARK.length) {
        return true;
      }
    }
    return false;
  }
}
