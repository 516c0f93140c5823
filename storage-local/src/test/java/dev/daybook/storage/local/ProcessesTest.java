package dev.daybook.storage.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.crash.ChildJvm;
import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Processes that share one directory, and processes that die in it. */
class ProcessesTest {
  private static final int WINS_MIN = 20;
  private static final int THREADS = 4;

  @TempDir Path directory;

  enum Way {
    BY_LINK,
    BY_LOCK;

    ObjectStore open(Path directory) {
      return switch (this) {
        case BY_LINK -> LocalObjectStore.at(directory);
        case BY_LOCK -> TestStores.withoutLinks(directory);
      };
    }
  }

  @ParameterizedTest
  @EnumSource
  void twoProcessesNeverWinTheSameKey(Way way) throws Exception {
    Map<ObjectKey, String> winners = new HashMap<>();
    try (var one = racer(way, "one");
        var two = racer(way, "two");
        var store = way.open(directory)) {
      assertThat(one.hear()).isEqualTo("ready");
      assertThat(two.hear()).isEqualTo("ready");
      one.tell("go");
      two.tell("go");

      for (var racer : List.of(one, two)) {
        for (int won = 0; won < WINS_MIN; won++) {
          add(winners, racer.hear());
        }
      }
      one.tell("stop");
      two.tell("stop");
      for (var racer : List.of(one, two)) {
        racer.hearAll().forEach(won -> add(winners, won));
        assertThat(racer.exitCode()).isZero();
      }

      assertThat(winners.keySet())
          .containsExactlyInAnyOrderElementsOf(
              IntStream.range(0, winners.size()).mapToObj(Racer::key).toList());
      for (var winner : winners.entrySet()) {
        assertThat(store.get(winner.getKey()).orElseThrow().bytes())
            .isEqualTo(winner.getValue().getBytes(UTF_8));
      }
    }
  }

  private static void add(Map<ObjectKey, String> winners, String won) {
    var words = won.split(" ", 2);
    assertThat(winners.put(ObjectKey.of(words[0]), words[1]))
        .as("second winner of " + won)
        .isNull();
  }

  private ChildJvm racer(Way way, String name) throws Exception {
    return new ChildJvm(Racer.class, way.name(), directory.toString(), name);
  }

  /**
   * Threads that create the same keys in the same order until told to stop, and print their wins.
   */
  static final class Racer {
    private Racer() {}

    public static void main(String[] arguments) throws Exception {
      var goesOn = new AtomicBoolean(true);
      try (var store = Way.valueOf(arguments[0]).open(Path.of(arguments[1]));
          var input = new BufferedReader(new InputStreamReader(System.in, UTF_8))) {
        System.out.println("ready");
        input.readLine();
        List<Thread> threads = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
          var me = arguments[2] + " " + thread;
          threads.add(Thread.ofPlatform().start(() -> create(store, me, goesOn)));
        }
        input.readLine();
        goesOn.set(false);
        for (var thread : threads) {
          thread.join();
        }
      }
    }

    static ObjectKey key(int number) {
      return ObjectKey.of("plan/%020d.json".formatted(number));
    }

    private static void create(ObjectStore store, String me, AtomicBoolean goesOn) {
      try {
        for (int number = 0; goesOn.get(); number++) {
          if (store.createIfAbsent(key(number), me.getBytes(UTF_8)).isNew()) {
            System.out.println(key(number) + " " + me);
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aKilledProcessLeavesWholeObjectsAndWhatItWasAnswered(Way way) throws Exception {
    List<String> answered = new ArrayList<>();
    try (var writer = new ChildJvm(Writer.class, way.name(), directory.toString())) {
      for (int n = 0; n < 100; n++) {
        answered.add(writer.hear());
      }
      writer.kill();
    }

    var later = Instant.now().plus(Duration.ofHours(2));
    try (var store = way.open(directory)) {
      assertThat(store.createIfAbsent(ObjectKey.of("next"), new byte[0]).isNew()).isTrue();
      var listed = store.list("log/", "", 1_000).objects();
      assertThat(listed)
          .extracting(object -> object.key().path())
          .containsAll(answered)
          .hasSizeGreaterThanOrEqualTo(answered.size());
      for (var object : listed) {
        assertThat(store.get(object.key()).orElseThrow().bytes())
            .isEqualTo(Writer.content(object.key()));
      }
    }
    if (way == Way.BY_LINK) {
      TestStores.openedAt(directory, later).close();
      try (var left = Files.list(directory.resolve(".tmp+"))) {
        assertThat(left).as("temporary files after two hours").isEmpty();
      }
    }
  }

  /** Creates object after object on two threads, and prints the keys that were answered. */
  static final class Writer {
    private Writer() {}

    public static void main(String[] arguments) throws Exception {
      try (var store = Way.valueOf(arguments[0]).open(Path.of(arguments[1]))) {
        var other = Thread.ofPlatform().daemon().start(() -> createEndlessly(store, "b"));
        createEndlessly(store, "a");
        other.join();
      }
    }

    static byte[] content(ObjectKey key) {
      return key.path().repeat(3_000).getBytes(UTF_8);
    }

    private static void createEndlessly(ObjectStore store, String log) {
      try {
        for (int number = 0; ; number++) {
          var key = ObjectKey.of("log/%s/%012d.zst".formatted(log, number));
          if (store.createIfAbsent(key, content(key)).isNew()) {
            System.out.println(key);
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
