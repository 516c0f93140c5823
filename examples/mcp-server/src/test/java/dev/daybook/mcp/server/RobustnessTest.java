package dev.daybook.mcp.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.event.Entry;
import dev.daybook.event.SessionId;
import dev.daybook.recall.Filter;
import dev.daybook.storage.ForwardingObjectStore;
import dev.daybook.storage.MemoryObjectStore;
import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.local.LocalObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a client or a store can do to a server over streams; it answers in order and lives on. */
class RobustnessTest {
  @TempDir Path cache;

  private static RawClient client(Wire wire) throws IOException, InterruptedException {
    return new RawClient(wire.fromServer, wire.toServer).initialize();
  }

  private static Map<?, ?> error(Map<String, Object> message) {
    assertThat(message.get("error")).as(String.valueOf(message)).isInstanceOf(Map.class);
    return (Map<?, ?>) message.get("error");
  }

  @Test
  void answersWhatIsNoMessageAndLivesOn() throws IOException, InterruptedException {
    try (Wire wire = Wire.to(new MemoryObjectStore(), cache)) {
      RawClient client = client(wire);

      assertThat(error(client.line("{\"jsonrpc\":\"2.0\",\"id\":1,").next()).get("code"))
          .isEqualTo(-32700);
      assertThat(error(client.line("GET / HTTP/1.1").next()).get("code")).isEqualTo(-32700);
      assertThat(error(client.line("null").next()).get("code")).isEqualTo(-32700);
      assertThat(error(client.line("\u0000\ufffd").next()).get("code")).isEqualTo(-32700);
      assertThat(error(client.line("[".repeat(5_000)).next()).get("code")).isEqualTo(-32600);
      assertThat(
              error(client.line("[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]").next())
                  .get("message"))
          .asString()
          .contains("Batches");
      Map<String, Object> odd = client.line("{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":42}").next();
      assertThat(error(odd).get("code")).isEqualTo(-32600);
      assertThat(odd.get("id")).isEqualTo(5);
      assertThat(
              error(client.line("{\"jsonrpc\":\"2.0\",\"id\":6,\"method\":\"no/such\"}").next())
                  .get("code"))
          .isEqualTo(-32601);
      assertThat(error(client.call(7, "no_such_tool", Map.of()).next()).get("code"))
          .isEqualTo(-32602);
      Map<String, Object> bad =
          client
              .line("{\"jsonrpc\":\"2.0\",\"id\":8,\"method\":\"tools/call\",\"params\":[1]}")
              .next();
      assertThat(error(bad).get("message")).asString().doesNotContain("\tat ");
      client.line("").line("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/unknown\"}");
      assertThat(client.call(9, "task_ready", Map.of()).nextText()).contains("No task is ready");
    }
  }

  @Test
  void requestsBeforeInitializeAreRefusedAtOnce() throws IOException, InterruptedException {
    try (Wire wire = Wire.to(new MemoryObjectStore(), cache)) {
      RawClient client = new RawClient(wire.fromServer, wire.toServer);
      assertThat(client.line("{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"ping\"}").next())
          .containsEntry("id", 0)
          .containsEntry("result", Map.of());
      for (String method : List.of("tools/list", "tools/call")) {
        Map<String, Object> refused =
            client
                .line("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\"}".formatted(method))
                .next();
        assertThat(refused.get("id")).isEqualTo(1);
        assertThat(error(refused).get("message")).asString().contains("send initialize");
      }
      assertThat(client.initialize().call(2, "task_ready", Map.of()).nextText())
          .contains("No task is ready");
    }
  }

  @Test
  void errorsOfTheProtocolQuoteNothingAndNameNoClass() throws IOException, InterruptedException {
    String token = "ghp_" + "abcdefghijklmnopqrstuvwxyz0123456789";
    try (Wire wire = Wire.to(new MemoryObjectStore(), cache)) {
      RawClient client = client(wire);
      for (String params :
          List.of(
              "\"" + token + "\"",
              "{\"name\":\"note\",\"arguments\":\"" + token + "\"}",
              "{\"name\":\"" + token + "\"}",
              "null",
              "{}")) {
        Map<String, Object> refused =
            client
                .line(
                    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":%s}"
                        .formatted(params))
                .next();
        assertThat(refused.get("id")).isEqualTo(1);
        assertThat(error(refused).keySet()).hasToString("[code, message]");
        assertThat(String.valueOf(refused))
            .doesNotContain(token, "Exception", "jackson", "modelcontextprotocol", "invoke");
      }
    }
  }

  @Test
  void aResourceThatIsNotThereIsNamedWithoutItsSecrets() throws IOException, InterruptedException {
    String token = "ghp_" + "abcdefghijklmnopqrstuvwxyz0123456789";
    try (Wire wire = Wire.to(new MemoryObjectStore(), cache)) {
      RawClient client = client(wire);
      String read =
          "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"resources/read\",\"params\":{\"uri\":\"%s\"}}";
      for (String uri : List.of("daybook://session/nobody", "daybook://elsewhere")) {
        Map<?, ?> error = error(client.line(read.formatted(uri)).next());
        assertThat(error.get("code")).isEqualTo(-32002);
        assertThat(error.get("data")).isEqualTo(Map.of("uri", uri));
      }
      assertThat(client.line(read.formatted("daybook://session/" + token)).next().toString())
          .contains("daybook://session/[masked:")
          .doesNotContain(token);
    }
  }

  @Test
  void refusesWhatIsTooLongAndLivesOn() throws IOException, InterruptedException {
    MemoryServer.Settings small =
        MemoryServer.Settings.of(Wire.CODER).sizes(new MemoryServer.Sizes(20_000, 100, 1_000));
    try (Wire wire = Wire.to(new MemoryObjectStore(), cache, small)) {
      RawClient client = client(wire);
      String tooLong = "{\"id\":7,\"x\":\"\\\"" + "x".repeat(50_000) + "\"}";
      for (String line :
          List.of(
              "{\"jsonrpc\":\"2.0\",\"id\":41,\"method\":\"tools/call\",\"params\":"
                  + tooLong
                  + "}",
              "{\"method\":\"tools/call\",\"params\":" + tooLong + ",\"id\":41}")) {
        Map<String, Object> refused = client.line(line).next();
        assertThat(refused.get("id")).isEqualTo(41);
        assertThat(error(refused).get("message")).asString().contains("at most 20,000 are taken");
      }
      assertThat(client.line("[".repeat(30_000)).next()).doesNotContainKey("id");
      assertThat(client.call(2, "note", Map.of("text", "x".repeat(19_000))).nextText())
          .contains("Noted");
      assertThat(client.call(3, "ask", Map.of("question", "x".repeat(5_000))).nextText())
          .contains("'question' has 5,000 characters, expected at most 4,000");
    }
  }

  /** A store of which a test holds up or breaks reads and writes. */
  private static final class Moody extends ForwardingObjectStore {
    volatile boolean broken;
    volatile String breaksAfter = "";
    volatile boolean holds;
    final CountDownLatch held = new CountDownLatch(1);
    final CountDownLatch go = new CountDownLatch(1);

    Moody() {
      super(new MemoryObjectStore());
    }

    @Override
    public Created createIfAbsent(ObjectKey key, byte[] bytes) throws IOException {
      if (holds) {
        held.countDown();
        try {
          boolean unused = go.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
      }
      check();
      Created created = super.createIfAbsent(key, bytes);
      broken |= !breaksAfter.isEmpty() && key.toString().contains(breaksAfter);
      return created;
    }

    @Override
    public java.util.Optional<Stored> get(ObjectKey key) throws IOException {
      check();
      return super.get(key);
    }

    @Override
    public Page list(String prefix, String startAfter, int keysMax) throws IOException {
      check();
      return super.list(prefix, startAfter, keysMax);
    }

    private void check() {
      if (broken) {
        throw new IllegalStateException("boom in /srv/com.acme.Factory");
      }
    }
  }

  @Test
  void whatWasDoneIsNotSaidToBeUndoneWhenItCannotBeReadAgain()
      throws IOException, InterruptedException {
    Moody store = new Moody();
    try (Wire wire = Wire.to(store, cache)) {
      RawClient client = client(wire);
      assertThat(client.call(1, "task_add", Map.of("title", "One")).nextText()).contains("Added");
      store.breaksAfter = "plan/";
      String text = client.call(2, "task_claim", Map.of()).nextText();
      store.breaksAfter = "";
      store.broken = false;
      assertThat(text).contains("Task 'T-1' is yours until").contains("Do not call the tool again");
      assertThat(text).doesNotContain("Nothing was changed");
      store.breaksAfter = "plan/";
      text = client.call(3, "handoff_offer", Map.of("task", "T-1", "summary", "s")).nextText();
      store.breaksAfter = "";
      store.broken = false;
      assertThat(text).contains("Offered as handoff").contains("Do not call the tool again");
      assertThat(wire.workspace.plan().handoffs()).hasSize(1);
    }
  }

  @Test
  void aStoreThatThrowsIsToldAndComesBack() throws IOException, InterruptedException {
    Moody store = new Moody();
    try (Wire wire = Wire.to(store, cache)) {
      RawClient client = client(wire);
      assertThat(client.call(1, "task_add", Map.of("title", "One")).nextText()).contains("Added");
      store.broken = true;
      String failed = client.call(2, "plan_show", Map.of()).nextText();
      assertThat(failed).startsWith("plan_show: ").doesNotContain("\tat ");
      Map<?, ?> plan =
          error(
              client
                  .line(
                      "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"resources/read\",\"params\":{\"uri\":\"daybook://plan\"}}")
                  .next());
      assertThat(plan.get("message")).isEqualTo(failed);
      store.broken = false;
      assertThat(client.call(3, "plan_show", Map.of()).nextText()).contains("One");
      assertThat(client.call(4, "task_add", Map.of("title", "Two")).nextText()).contains("Added");
    }
  }

  @Test
  void aSlowCallHoldsUpNoOtherAndACancelledOneIsNotAnswered()
      throws IOException, InterruptedException {
    Moody store = new Moody();
    try (Wire wire = Wire.to(store, cache)) {
      RawClient client = client(wire);
      assertThat(client.call(1, "note", Map.of("text", "first")).nextText()).contains("Noted");
      store.holds = true;
      client.call(2, "record_tool_call", Map.of("tool", "bash", "arguments", "slow"));
      assertThat(store.held.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(client.call(3, "task_ready", Map.of()).next().get("id")).isEqualTo(3);
      assertThat(client.line("{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"ping\"}").next().get("id"))
          .isEqualTo(4);

      client.line(
          "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":2}}");
      // Answered in order, so the cancellation has been taken once this is.
      assertThat(client.line("{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"ping\"}").next().get("id"))
          .isEqualTo(5);
      store.holds = false;
      store.go.countDown();
      assertThat(client.call(6, "note", Map.of("text", "last")).next().get("id")).isEqualTo(6);
      assertThat(client.isQuiet()).isTrue();
      assertThat(wire.workspace.traces().count(Filter.any().type("ToolCall"))).isEqualTo(1);
    }
  }

  @Test
  void manyCallsAtOnceAreAllAnsweredOnce() throws IOException, InterruptedException {
    try (Wire wire = Wire.to(new MemoryObjectStore(), cache)) {
      RawClient client = client(wire);
      for (int i = 0; i < 60; i++) {
        client.call(i, "record_tool_call", Map.of("tool", "bash", "arguments", "echo " + i));
      }
      Set<Object> answered = new HashSet<>();
      for (int i = 0; i < 60; i++) {
        Map<String, Object> message = client.next();
        assertThat(message).containsKey("result");
        assertThat(answered.add(message.get("id"))).isTrue();
      }
      assertThat(wire.workspace.traces().count(Filter.any().type("ToolCall"))).isEqualTo(60);
      assertThat(wire.workspace.traces().count(Filter.any().type("SessionStarted"))).isEqualTo(1);
    }
  }

  @Test
  void aClientThatGoesAwayLeavesNothingUnsaid() throws IOException, InterruptedException {
    try (Wire wire = Wire.to(new MemoryObjectStore(), cache)) {
      RawClient client = client(wire);
      for (int i = 0; i < 20; i++) {
        client.call(i, "record_tool_call", Map.of("tool", "bash", "arguments", "echo " + i));
      }
      wire.toServer.close();
      wire.server.awaitEnd();
      assertThat(wire.workspace.traces().count(Filter.any().type("ToolCall"))).isEqualTo(20);
      List<Entry> ends = wire.workspace.traces().find(Filter.any().type("SessionEnded")).entries();
      assertThat(ends).hasSize(1);
    }
  }

  @Test
  void aSessionNamedFromOutsideIsLeftOpen() throws IOException, InterruptedException {
    MemoryServer.Settings named =
        MemoryServer.Settings.of(Wire.CODER).session(SessionId.of("host-7"));
    try (Wire wire = Wire.to(new MemoryObjectStore(), cache, named)) {
      assertThat(client(wire).call(1, "note", Map.of("text", "x")).nextText()).contains("Noted");
      wire.toServer.close();
      wire.server.awaitEnd();
      assertThat(wire.workspace.traces().timeline(SessionId.of("host-7")))
          .extracting(Entry::type)
          .containsExactly("SessionStarted", "NoteAdded");
    }
  }

  @Test
  void aFolderThatDisappearsIsToldAndTheServerLivesOn(@TempDir Path parent)
      throws IOException, InterruptedException {
    Path folder = parent.resolve("store");
    try (LocalObjectStore store = LocalObjectStore.at(folder)) {
      Wire wire = Wire.to(store, cache);
      RawClient client = client(wire);
      assertThat(client.call(1, "task_add", Map.of("title", "One")).nextText()).contains("Added");
      delete(folder);
      for (Map.Entry<String, Map<String, Object>> call :
          Map.<String, Map<String, Object>>of(
                  "task_add", Map.of("title", "Two"),
                  "record_tool_call", Map.of("tool", "bash", "arguments", "ls"),
                  "plan_show", Map.of(),
                  "recall", Map.of("question", "one"))
              .entrySet()) {
        String text = client.call(2, call.getKey(), call.getValue()).nextText();
        assertThat(text).doesNotContain("\tat ");
        if (!call.getKey().equals("recall")) {
          assertThat(text).startsWith(call.getKey() + ": ").contains("directory is gone");
        }
      }
      assertThat(client.line("{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"ping\"}").next().get("id"))
          .isEqualTo(9);
      try {
        wire.close();
      } catch (RuntimeException e) {
        // There is nothing to close it on.
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(one);
      }
    }
  }
}
