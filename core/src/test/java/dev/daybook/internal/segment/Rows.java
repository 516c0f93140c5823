package dev.daybook.internal.segment;

import dev.daybook.event.Actor;
import dev.daybook.event.Envelope;
import dev.daybook.event.EventId;
import dev.daybook.event.SessionId;
import dev.daybook.event.ToolCall;
import dev.daybook.event.Vcs;
import dev.daybook.internal.entry.Promoted;
import dev.daybook.internal.entry.Row;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Rows for tests: a few full ones, and any number of plausible ones from a seed. */
final class Rows {
  static final String WORKSPACE = "01JD0000000000000000000000";
  static final Instant START = Instant.parse("2026-03-01T10:00:00Z");

  private static final List<String> TOOLS = List.of("bash", "edit", "read", "test");

  private Rows() {}

  static Promoted nothing() {
    return new Promoted("", "", ToolCall.NO_EXIT_CODE, -1, "", "", List.of(), "", "", "", "");
  }

  static Envelope envelope(EventId id, String session, long planVersion) {
    return new Envelope(
        id,
        planVersion > 0 ? Envelope.Stream.PLAN : Envelope.Stream.TRACE,
        START,
        START,
        Actor.agent("coder-1"),
        new SessionId(session),
        SessionId.NONE,
        "",
        EventId.NONE,
        "",
        "",
        "",
        Vcs.NONE,
        Map.of(),
        planVersion);
  }

  /** A row with only what every row has. */
  static Row bare(int number) {
    return new Row(
        envelope(new EventId(1, number), "", 0),
        "Observation",
        1,
        nothing(),
        "",
        "{}",
        0,
        Row.Place.NONE);
  }

  /** A row with everything a row can have. */
  static Row full() {
    Envelope envelope =
        new Envelope(
            new EventId(0x0193_5a00_0000_0000L, -7),
            Envelope.Stream.PLAN,
            Instant.parse("1969-12-31T23:59:59.999999Z"),
            Instant.parse("2026-03-01T10:00:00.123456Z"),
            new Actor(Actor.Kind.HUMAN, "ana", "Ana Núñez", "reviewer", "none-1", "web"),
            new SessionId("s-2"),
            new SessionId("s-1"),
            "AUTH-42",
            new EventId(5, 6),
            "web\ns-2\n17",
            "4bf92f3577b34da6a3ce929d0e0e4736",
            "00f067aa0ba902b7",
            new Vcs("git@example.org:a/b", "main", "/w", "abc123", Vcs.State.DIRTY),
            Map.of("", "empty key", "quote\"", "back\\slash", "日本", "\n\t😀"),
            17);
    Promoted promoted =
        new Promoted(
            "bash",
            "HARD_FAIL",
            -9,
            1_500_000,
            "0123456789abcdef",
            "fedcba9876543210",
            List.of("src/A.java", "", "src/ü b.java"),
            "DONE",
            "h-1",
            "role:tester",
            "retry with a larger pool");
    return new Row(
        envelope,
        "ToolCall",
        3,
        promoted,
        "text\nof two lines",
        "{\"a\": [1,  2]}",
        1_234,
        new Row.Place("01M86DEJKH000E5FZ14A2PQNNS", 1L << 40, 499));
  }

  /** The segment of rows in order, in row groups of about this size. */
  static byte[] write(List<Row> rows, long rowGroupBytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (SegmentWriter writer = SegmentWriter.open(WORKSPACE, out, rowGroupBytes)) {
      for (Row row : rows) {
        writer.add(row);
      }
      writer.finish();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** Plausible rows in no order; about one in ten belongs to the plan. */
  static List<Row> some(int count, RandomGenerator random) {
    List<Row> rows = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      rows.add(one(i, random));
    }
    return rows;
  }

  private static Row one(int i, RandomGenerator random) {
    boolean plan = random.nextInt(10) == 0;
    Envelope base =
        envelope(
            new EventId(random.nextLong() >>> 1, i),
            "session-" + random.nextInt(20),
            plan ? i + 1 : 0);
    Envelope envelope =
        new Envelope(
            base.id(),
            base.stream(),
            START.plusSeconds(i).plusNanos(random.nextInt(1_000_000) * 1_000L),
            START.plusSeconds(i + 1L),
            base.actor(),
            base.session(),
            SessionId.NONE,
            random.nextBoolean() ? "TASK-" + random.nextInt(50) : "",
            EventId.NONE,
            "",
            "",
            "",
            Vcs.NONE,
            random.nextInt(5) == 0 ? Map.of("run", "nightly") : Map.of(),
            base.planVersion());
    boolean exited = random.nextInt(3) > 0;
    Promoted promoted =
        new Promoted(
            plan ? "" : TOOLS.get(random.nextInt(TOOLS.size())),
            plan ? "" : "OK",
            plan || !exited ? ToolCall.NO_EXIT_CODE : random.nextInt(-2, 3),
            plan ? -1 : random.nextInt(10_000_000),
            "",
            "",
            plan ? List.of() : paths(random),
            plan ? "OPEN" : "",
            "",
            "",
            "");
    String words = words(random);
    return new Row(
        envelope,
        plan ? "TaskStatusChanged" : "ToolCall",
        1,
        promoted,
        words,
        "{\"output\":\"" + words + "\"}",
        i % 7,
        plan ? Row.Place.NONE : new Row.Place("log-" + random.nextInt(3), i / 5 + 1, i % 5));
  }

  private static List<String> paths(RandomGenerator random) {
    List<String> paths = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      paths.add("src/File" + random.nextInt(100) + ".java");
    }
    return paths;
  }

  private static String words(RandomGenerator random) {
    StringBuilder words = new StringBuilder();
    for (int i = random.nextInt(80); i > 0; i--) {
      words.append(Integer.toString(random.nextInt(1 << 20), 36)).append(' ');
    }
    return words.toString();
  }
}
