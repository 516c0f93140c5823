package dev.daybook.mcp.command;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.daybook.PlanImport;
import dev.daybook.Progress;
import dev.daybook.TraceImport;
import dev.daybook.Workspace;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;

/** What can be imported, and how a file of it is known. */
@SuppressWarnings("ImmutableEnumChecker") // sets of Set.of and references to methods
enum ImportFormat {
  /** Rows of sessions, as {@link TraceImport} reads them. */
  TRACES(
      Set.of("session", "tool"),
      (file, workspace, home, progress) -> traces(file, workspace, progress)),
  /** Rows of changed items, as {@link PlanImport} reads them. */
  PLAN(Set.of("op", "set"), (file, workspace, home, progress) -> plan(file, workspace, progress)),
  /** A transcript of Claude Code. */
  CLAUDE_CODE(Set.of("sessionId", "type"), ClaudeCodeImport::into);

  /** One way of importing. */
  interface Importing {
    /**
     * Imports a file.
     *
     * @param home the project's folder {@code .daybook}, where hooks of clients leave what they saw
     */
    Report into(Path file, Workspace workspace, Path home, Consumer<Progress> progress)
        throws IOException;
  }

  /**
   * What came of a file.
   *
   * @param read how many rows were read
   * @param recorded how many of them are new
   * @param alreadyThere how many were known
   * @param bad how many were not understood
   * @param badRows the first of those, with the number of their line
   */
  record Report(long read, long recorded, long alreadyThere, long bad, List<String> badRows) {
    Report {
      badRows = List.copyOf(badRows);
    }
  }

  /** Transcripts begin with rows of other sorts. */
  private static final int ROWS_MAX = 50;

  private static final int BYTES_MAX = 16 << 20;
  private static final JsonFactory JSON = new JsonFactory();

  private final Set<String> fields;
  private final Importing importing;

  ImportFormat(Set<String> fields, Importing importing) {
    this.fields = fields;
    this.importing = importing;
  }

  Importing importing() {
    return importing;
  }

  /**
   * What a file is, by the fields of its first rows.
   *
   * @throws IllegalArgumentException if it is none of these
   */
  static ImportFormat of(Path file) throws IOException {
    try (InputStream in = plain(file);
        JsonParser parser = JSON.createParser(in)) {
      for (int row = 0;
          row < ROWS_MAX && parser.currentLocation().getByteOffset() < BYTES_MAX;
          row++) {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
          break;
        }
        Set<String> names = new HashSet<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          names.add(parser.currentName());
          JsonToken unused = parser.nextToken();
          JsonParser unusedParser = parser.skipChildren();
        }
        for (ImportFormat format : values()) {
          if (names.containsAll(format.fields)) {
            return format;
          }
        }
      }
    } catch (JsonProcessingException e) {
      throw unknown(file, "it is not JSON from line " + e.getLocation().getLineNr());
    }
    throw unknown(file, "no row has the fields of one of them");
  }

  private static IllegalArgumentException unknown(Path file, String why) {
    return new IllegalArgumentException(
        "'%s' is none of the formats that can be imported (traces, plan, claude_code): %s; give --format to import what can be read of it"
            .formatted(file, why));
  }

  private static InputStream plain(Path file) throws IOException {
    InputStream in = new BufferedInputStream(Files.newInputStream(file));
    in.mark(2);
    boolean isGzip = in.read() == 0x1F && in.read() == 0x8B;
    in.reset();
    return isGzip ? new GZIPInputStream(in) : in;
  }

  private static Report traces(Path file, Workspace workspace, Consumer<Progress> progress)
      throws IOException {
    TraceImport.Report report = TraceImport.of(file).into(workspace, progress);
    return new Report(
        report.read(),
        report.recorded(),
        report.alreadyThere(),
        report.bad(),
        report.badRows().stream().map(Object::toString).toList());
  }

  private static Report plan(Path file, Workspace workspace, Consumer<Progress> progress)
      throws IOException {
    PlanImport.Report report = PlanImport.of(file).into(workspace, progress);
    return new Report(
        report.read(),
        report.recorded(),
        report.alreadyThere(),
        report.bad(),
        report.badRows().stream().map(Object::toString).toList());
  }
}
