package dev.daybook.storage.s3.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.storage.ObjectKey;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers in processes of their own serve, and end with the process that started them. */
final class ServerProcessTest {
  @TempDir Path folder;

  @Test
  void theDoubleServesFromAProcessOfItsOwn() throws Exception {
    ProcessHandle process;
    try (var server = S3DoubleProcess.start("--p50", "2", "--p99", "4", "--seed", "7");
        var store = server.storeBuilder().prefix("team").build()) {
      process = ProcessHandle.of(server.pid()).orElseThrow();
      assertThat(store.createIfAbsent(ObjectKey.of("a"), new byte[3]).isNew()).isTrue();
      assertThat(store.get(ObjectKey.of("a")).orElseThrow().bytes()).hasSize(3);
    }
    assertThat(process.isAlive()).isFalse();
  }

  @Test
  void bothEndWhenTheirStarterIsKilled() throws Exception {
    var builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                Starter.class.getName(),
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    var starter = builder.start();
    try (var out = new BufferedReader(new InputStreamReader(starter.getInputStream(), UTF_8))) {
      var servers =
          out.lines()
              .limit(2)
              .map(Long::valueOf)
              .map(ProcessHandle::of)
              .map(Optional::orElseThrow)
              .toList();
      assertThat(servers).hasSize(2).allMatch(ProcessHandle::isAlive);

      starter.destroyForcibly();

      for (var server : servers) {
        server.onExit().get(20, TimeUnit.SECONDS);
      }
    } finally {
      starter.destroyForcibly();
    }
  }

  /** Starts both servers, prints their process ids and waits to be killed. */
  static final class Starter {
    private Starter() {}

    public static void main(String[] arguments) throws Exception {
      try (var proxy = S3ProxyProcess.start(Path.of(arguments[0]));
          var faked = S3DoubleProcess.start()) {
        System.out.println(proxy.pid());
        System.out.println(faked.pid());
        System.in.transferTo(OutputStream.nullOutputStream());
      }
    }
  }
}
