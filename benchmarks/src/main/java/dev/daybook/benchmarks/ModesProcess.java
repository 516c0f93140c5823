package dev.daybook.benchmarks;

import dev.daybook.Daybook;
import dev.daybook.Session;
import dev.daybook.Workspace;
import dev.daybook.event.Actor;
import dev.daybook.event.EventId;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.recall.Hits;
import dev.daybook.recall.Leg;
import dev.daybook.recall.Query;
import dev.daybook.storage.local.LocalObjectStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Collectors;

/** What {@link ModesSuite} runs in each mode, with default settings. */
final class ModesProcess {
  private static final String WANTED = "Sign-in breaks when the session token has expired";
  private static final List<String> OTHERS =
      List.of(
          "The invoice PDF has the wrong page size",
          "Nightly backups to the second region take four hours",
          "Icons of the toolbar are blurred on large screens",
          "The parser refuses comments at the end of a file");

  private ModesProcess() {}

  /**
   * What a process in one mode says.
   *
   * @param jdk its version
   * @param legs that ran, joined by a plus
   * @param note of coverage; empty if there is none
   * @param byWords whether a question in the words of an event is answered with it: right, wrong or
   *     none
   * @param byMeaning the same of a question that has no word of it
   * @param log what Daybook logged from INFO on
   * @param luceneLog what was logged by {@code java.util.logging} from INFO on
   */
  record Answer(
      String jdk,
      String legs,
      String note,
      String byWords,
      String byMeaning,
      List<String> log,
      List<String> luceneLog) {
    private void print() {
      for (String line : List.of(jdk, legs, note, byWords, byMeaning)) {
        System.out.println(line);
      }
      log.forEach(line -> System.out.println("log " + line));
      luceneLog.forEach(line -> System.out.println("jul " + line));
    }

    /** What was printed. */
    static Answer parse(List<String> lines) {
      return new Answer(
          lines.get(0),
          lines.get(1),
          lines.get(2),
          lines.get(3),
          lines.get(4),
          marked(lines, "log "),
          marked(lines, "jul "));
    }

    private static List<String> marked(List<String> lines, String mark) {
      return lines.stream()
          .filter(line -> line.startsWith(mark))
          .map(line -> line.substring(mark.length()))
          .toList();
    }
  }

  /**
   * Records, compacts, asks and prints.
   *
   * @param arguments the folder to work in, and what processor to say this is when the embedder is
   *     looked for; nothing for what it is
   */
  public static void main(String[] arguments) {
    List<String> luceneLog = new ArrayList<>();
    keepLogOfLucene(luceneLog);
    Path folder = Path.of(arguments[0]);
    try (Daybook daybook =
            Daybook.on(LocalObjectStore.at(folder.resolve("store")))
                .cache(folder.resolve("cache"), 1L << 30)
                .open();
        Workspace workspace = daybook.create("modes")) {
      EventId wanted;
      try (Session session = workspace.startSession(Actor.agent("modes"))) {
        wanted = session.record(Observation.of(WANTED)).id();
        OTHERS.forEach(text -> session.record(Observation.of(text)));
      }
      if (!arguments[1].isEmpty()) {
        System.setProperty("os.arch", arguments[1]);
      }
      workspace.compact();
      Hits byWords = ask(workspace, "expired session token");
      Hits byMeaning = ask(workspace, "users cannot log on any more");
      new Answer(
              Runtime.version().toString().replaceFirst("\\+.*", ""),
              byWords.coverage().legs().stream()
                  .map(Leg::name)
                  .map(name -> name.toLowerCase(Locale.ROOT))
                  .collect(Collectors.joining("+")),
              byWords.coverage().note(),
              verdict(byWords, wanted),
              verdict(byMeaning, wanted),
              KeptLog.lines(),
              luceneLog)
          .print();
    }
  }

  private static Hits ask(Workspace workspace, String question) {
    return workspace.recall(Query.of(question).freshness(Duration.ZERO));
  }

  private static String verdict(Hits hits, EventId wanted) {
    if (hits.isEmpty()) {
      return "none";
    }
    return hits.list().getFirst().id().equals(wanted) ? "right" : "wrong";
  }

  private static void keepLogOfLucene(List<String> lines) {
    LogManager.getLogManager().reset();
    Logger.getLogger("")
        .addHandler(
            new Handler() {
              @Override
              public void publish(LogRecord logged) {
                if (logged.getLevel().intValue() >= Level.INFO.intValue()) {
                  synchronized (lines) {
                    lines.add(logged.getLoggerName() + ": " + logged.getMessage());
                  }
                }
              }

              @Override
              public void flush() {
                // Nothing is held back.
              }

              @Override
              public void close() {
                // Nothing is held.
              }
            });
  }
}
