package dev.daybook.simulation;

import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/** An object store that turns every call into a {@link Request} and an {@link Answer}. */
abstract class ValueStore implements ObjectStore {
  private static final Duration OLD = Duration.ofDays(365);
  private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");

  /** Answers a request. */
  abstract Answer send(Request request);

  @Override
  public Created createIfAbsent(ObjectKey key, byte[] bytes) throws IOException {
    return switch (ask(new Request.Create(key.path(), new Blob(bytes)))) {
      case Answer.Created() -> new Created(Creation.CREATED, NOW);
      case Answer.Exists() -> new Created(Creation.ALREADY_EXISTS, NOW);
      case Answer other -> throw unfit(other);
    };
  }

  @Override
  public Optional<Stored> get(ObjectKey key) throws IOException {
    return switch (ask(new Request.Get(key.path()))) {
      case Answer.Found(Blob blob) -> Optional.of(new Stored(blob.bytes(), NOW, NOW));
      case Answer.Missing() -> Optional.empty();
      case Answer other -> throw unfit(other);
    };
  }

  @Override
  public Optional<Stored> getRange(ObjectKey key, long offset, int length) throws IOException {
    return get(key)
        .map(stored -> {
          int from = (int) Math.min(offset, stored.bytes().length);
          int to = Math.min(stored.bytes().length, from + length);
          return new Stored(Arrays.copyOfRange(stored.bytes(), from, to), NOW, NOW);
        });
  }

  @Override
  public Page list(String prefix, String startAfter, int keysMax) throws IOException {
    return switch (ask(new Request.ListPage(prefix, startAfter, keysMax))) {
      case Answer.Page(var lines, boolean more) ->
          new Page(
              lines.stream()
                  .map(line -> new Listed(ObjectKey.of(line.key()), line.size(), storedAt(line)))
                  .toList(),
              more,
              NOW);
      case Answer other -> throw unfit(other);
    };
  }

  /** Outputs are old, so that nobody waits before calling one an orphan. */
  private static Instant storedAt(Answer.Line line) {
    return line.key().startsWith(Oracle.KEYS.outputs()) ? NOW.minus(OLD) : NOW;
  }

  @Override
  public void overwrite(ObjectKey key, byte[] bytes) throws IOException {
    expectDone(ask(new Request.Overwrite(key.path(), new Blob(bytes))));
  }

  @Override
  public void delete(ObjectKey key) throws IOException {
    expectDone(ask(new Request.Delete(key.path())));
  }

  private static void expectDone(Answer answer) {
    if (!(answer instanceof Answer.Done)) {
      throw unfit(answer);
    }
  }

  private Answer ask(Request request) throws IOException {
    return switch (send(request)) {
      case Answer.Failure(String why) -> throw new IOException(why);
      case Answer.NotWritten() -> throw new NotWrittenException("nothing was written", null);
      case Answer.Denied() -> throw new AccessDeniedException(request.toString());
      case Answer answer -> answer;
    };
  }

  private static AssertionError unfit(Answer answer) {
    return new AssertionError("This is no answer to the request: " + answer);
  }

  @Override
  public String describe() {
    return "simulated";
  }

  @Override
  public void close() {}
}
