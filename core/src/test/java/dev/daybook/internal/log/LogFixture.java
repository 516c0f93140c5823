package dev.daybook.internal.log;

import com.fasterxml.jackson.databind.JsonNode;
import dev.daybook.event.Actor;
import dev.daybook.event.Envelope;
import dev.daybook.event.EventId;
import dev.daybook.event.SessionId;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.event.Vcs;
import dev.daybook.internal.entry.Fingerprint;
import dev.daybook.internal.entry.Json;
import dev.daybook.internal.entry.Masker;
import dev.daybook.internal.entry.Row;
import dev.daybook.internal.manifest.Manifest;
import dev.daybook.internal.manifest.Manifests;
import dev.daybook.internal.manifest.Watermarks;
import dev.daybook.internal.plan.PlanLog;
import dev.daybook.internal.workspace.StrongReader;
import dev.daybook.storage.ObjectStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/** What tests of the logs share: keys, rows, and a clock on which every look takes 50 ms. */
public final class LogFixture {
  /** The workspace's keys. */
  public static final Keys KEYS = new Keys("w", 1);

  /** The workspace's id. */
  public static final String ID = "01JD0000000000000000000000";

  private static final Instant START = Instant.parse("2026-11-24T10:00:00Z");
  private static final AtomicLong NEXT = new AtomicLong(1);

  private LogFixture() {}

  /** A store that gives up after four attempts. */
  public static Store store(ObjectStore raw) {
    AtomicLong looks = new AtomicLong();
    InstantSource clock = () -> START.plusMillis(50 * looks.incrementAndGet());
    return new Store(raw, clock, new Random(7), Duration.ofMillis(200), LogFixture::noPause);
  }

  /** Takes no time, but notices an interrupt as a pause does. */
  public static void noPause(long millis) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("Interrupted before a pause of " + millis + " ms");
    }
  }

  /** Ids that nobody else has. */
  public static EventIds ids() {
    return new EventIds(() -> START, new Random(NEXT.incrementAndGet()));
  }

  /** A trace row that says {@code text}. */
  public static Row row(String text) {
    return Row.of(
        Masker.NONE.event(
            new Envelope(
                new EventId(START.toEpochMilli() << 16, NEXT.incrementAndGet()),
                Envelope.Stream.TRACE,
                START,
                START,
                Actor.agent("coder-7"),
                SessionId.of("s1"),
                SessionId.NONE,
                "",
                EventId.NONE,
                "",
                "",
                "",
                Vcs.NONE,
                Map.of(),
                0),
            new Observation(text)));
  }

  /** What a process that has seen nothing before finds in the logs, in order. */
  public static List<Row> visible(ObjectStore raw) {
    Store store = store(raw);
    EventIds ids = ids();
    return new StrongReader(
            store,
            KEYS,
            ID,
            ids,
            new PlanLog(store, KEYS, ID, ids, Masker.NONE),
            new Manifests(store, KEYS, ID),
            new Watermarks(store, KEYS, ID, Watermarks.IN_MANIFEST_MAX),
            Manifest.NONE)
        .read()
        .tail()
        .toList();
  }

  /** A framed object as a library of a later format would write it. */
  public static byte[] ofFormat(int format, byte[] framed) {
    int end = 0;
    while (framed[end] != '\n') {
      end++;
    }
    try {
      JsonNode header = Json.tree(new String(framed, 0, end, StandardCharsets.UTF_8));
      ByteArrayOutputStream summed = new ByteArrayOutputStream();
      for (String part :
          List.of(
              String.valueOf(format),
              header.get("kind").asText(),
              header.get("workspace").asText(),
              header.get("operation").asText())) {
        summed.writeBytes((part + "\n").getBytes(StandardCharsets.UTF_8));
      }
      byte[] body = Arrays.copyOfRange(framed, end + 1, framed.length);
      summed.writeBytes(body);
      String line =
          header
              .toString()
              .replaceFirst("\"format\":\\d+", "\"format\":" + format)
              .replace(header.get("sha256").asText(), Fingerprint.sha256Hex(summed.toByteArray()));
      ByteArrayOutputStream newer = new ByteArrayOutputStream();
      newer.writeBytes((line + "\n").getBytes(StandardCharsets.UTF_8));
      newer.writeBytes(body);
      return newer.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
