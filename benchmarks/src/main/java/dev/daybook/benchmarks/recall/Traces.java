package dev.daybook.benchmarks.recall;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.daybook.Daybook;
import dev.daybook.Receipt;
import dev.daybook.Session;
import dev.daybook.Workspace;
import dev.daybook.benchmarks.Console;
import dev.daybook.benchmarks.ScaleWorkspace;
import dev.daybook.benchmarks.Scratch;
import dev.daybook.benchmarks.ingest.ImportedEvent;
import dev.daybook.event.Context;
import dev.daybook.event.EventId;
import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent;
import dev.daybook.event.TraceEvent.Message;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.internal.entry.SearchText;
import dev.daybook.internal.index.LuceneTerms;
import dev.daybook.recall.Embedder;
import dev.daybook.storage.ObjectStore;
import dev.daybook.storage.local.LocalObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * The rows of a file of traces, and what is asked of them. Vectors are {@link WordVectors}.
 * Immutable; safe from any thread.
 */
final class Traces implements Source {
  private static final long SEED = 1;

  /** The first so many words of what somebody looks for. */
  private static final int QUESTION_WORDS_MAX = 12;

  /** How many characters of them at most: a line may have no blank, as in a file made smaller. */
  static final int QUESTION_CHARS_MAX = 300;

  /** What a program calls its things: letters, digits and underscores. */
  private static final Pattern IDENTIFIER =
      Pattern.compile("(?<![A-Za-z0-9_])[A-Za-z][A-Za-z0-9_]{6,39}(?![A-Za-z0-9_])");

  /** Of those, what is not a plain word. */
  private static final Pattern TELLING = Pattern.compile(".*([0-9_]|[a-z][A-Z]).*");

  private final List<ImportedEvent> events;
  private final List<String> texts;
  private final WordVectors words;
  private final float[][] vectors;
  private final String sum;

  private Traces(List<ImportedEvent> events) {
    this.events = List.copyOf(events);
    texts = this.events.stream().map(event -> SearchText.of(event.event())).toList();
    words = WordVectors.over(texts);
    vectors = texts.stream().map(words::of).toArray(float[][]::new);
    CRC32 crc = new CRC32();
    texts.forEach(text -> crc.update(text.getBytes(UTF_8)));
    sum = String.format(Locale.ROOT, "%08x", crc.getValue());
  }

  /** The first rows of a file, at most so many. */
  static Traces of(Path file, int eventsMax) throws IOException {
    return new Traces(ImportedEvent.of(file, eventsMax));
  }

  /**
   * What somebody asks who works on the same things later, each once, by turns: what went wrong
   * (the last line of what a failed call gave back), a command (its first line), a sentence (the
   * first line of what a call was meant to do, or of a message). In a seeded order of the rows.
   */
  Iterator<RecallData.Asked> questions() {
    Set<String> errors = new LinkedHashSet<>();
    Set<String> commands = new LinkedHashSet<>();
    Set<String> sentences = new LinkedHashSet<>();
    for (int number : shuffled()) {
      switch (events.get(number).event()) {
        case ToolCall call -> {
          if (call.outcome().isFailure()) {
            lines(call.output()).reduce((first, last) -> last).ifPresent(errors::add);
          }
          lines(call.arguments()).findFirst().ifPresent(commands::add);
          lines(call.approach()).findFirst().ifPresent(sentences::add);
        }
        case Message message -> lines(message.text()).findFirst().ifPresent(sentences::add);
        case Observation seen -> lines(seen.text()).findFirst().ifPresent(sentences::add);
        case TraceEvent other -> throw new IllegalStateException("No row is this: " + other);
      }
    }
    Set<String> all = new LinkedHashSet<>();
    List<Iterator<String>> kinds =
        List.of(errors.iterator(), commands.iterator(), sentences.iterator());
    while (kinds.stream().anyMatch(Iterator::hasNext)) {
      kinds.stream().filter(Iterator::hasNext).forEach(kind -> all.add(kind.next()));
    }
    return all.stream()
        .map(text -> new RecallData.Asked(text, words.of(text), new int[0]))
        .iterator();
  }

  /** The first words of each line that has any, no longer than a question may be. */
  private static Stream<String> lines(String text) {
    return text.lines()
        .filter(line -> !line.isBlank())
        .map(line ->
            Arrays.stream(line.strip().split("\\s+", -1))
                .limit(QUESTION_WORDS_MAX)
                .collect(Collectors.joining(" ")))
        .map(Traces::cut);
  }

  private static String cut(String line) {
    if (line.length() <= QUESTION_CHARS_MAX) {
      return line;
    }
    // Half of a character is none.
    boolean isHalved = Character.isHighSurrogate(line.charAt(QUESTION_CHARS_MAX - 1));
    return line.substring(0, isHalved ? QUESTION_CHARS_MAX - 1 : QUESTION_CHARS_MAX).strip();
  }

  /** Identifiers that one event has and no other, however they are spelled; one an event. */
  List<RecallData.Asked> tokens(int countMax) {
    Map<String, Integer> eventsOfIdentifier = new HashMap<>();
    for (String text : texts) {
      Set<String> seen = new HashSet<>();
      IDENTIFIER.matcher(text).results().forEach(found -> seen.add(lower(found.group())));
      seen.forEach(identifier -> eventsOfIdentifier.merge(identifier, 1, Integer::sum));
    }
    List<RecallData.Asked> tokens = new ArrayList<>();
    for (int number : shuffled()) {
      if (tokens.size() == countMax) {
        break;
      }
      Optional<String> only =
          IDENTIFIER
              .matcher(texts.get(number))
              .results()
              .map(found -> found.group())
              .filter(found -> TELLING.matcher(found).matches())
              .filter(found -> eventsOfIdentifier.get(lower(found)) == 1)
              .findFirst();
      only.ifPresent(
          token -> tokens.add(new RecallData.Asked(token, words.of(token), new int[] {number})));
    }
    return tokens;
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  private List<Integer> shuffled() {
    List<Integer> numbers = new ArrayList<>(IntStream.range(0, events.size()).boxed().toList());
    Collections.shuffle(numbers, new SplittableRandom(SEED));
    return numbers;
  }

  @Override
  public String key() {
    return "traces-%d-%s".formatted(count(), sum);
  }

  @Override
  public int traces() {
    return events.size();
  }

  @Override
  public Embedder embedder(Map<String, float[]> questions) {
    return words.knowing(questions);
  }

  @Override
  public String name() {
    return "traces-" + sum;
  }

  @Override
  public long count() {
    return events.size();
  }

  @Override
  public TraceEvent event(long number) {
    return events.get(Math.toIntExact(number)).event();
  }

  @Override
  public float[] vector(long number) {
    return vectors[Math.toIntExact(number)];
  }

  @Override
  public Kept workspace(Path folder) throws IOException {
    Path home = folder.resolve("workspace-%d-in-%s".formatted(LuceneTerms.VERSION, key()));
    Path cache = folder.resolve("cache");
    Path idFile = home.resolve("ids");
    if (!Files.exists(idFile)) {
      if (Files.exists(home)) {
        Scratch.delete(home);
      }
      build(home, cache, idFile);
    }
    ByteBuffer stored = ByteBuffer.wrap(Files.readAllBytes(idFile));
    List<EventId> ids = new ArrayList<>();
    while (stored.hasRemaining()) {
      ids.add(new EventId(stored.getLong(), stored.getLong()));
    }
    Path copy = Files.createTempDirectory(home, "copy-");
    ScaleWorkspace.link(home.resolve("store"), copy);
    return new Kept(ids, copy, cache);
  }

  private void build(Path home, Path cache, Path idFile) throws IOException {
    Console.progress("recording %,d rows", events.size());
    Path building = home.resolve("building");
    ByteBuffer ids = ByteBuffer.allocate(events.size() * 2 * Long.BYTES);
    try (ObjectStore objects = LocalObjectStore.at(building);
        Daybook daybook = ScaleWorkspace.engine(objects, cache, words);
        Workspace workspace = daybook.create(ScaleWorkspace.NAME)) {
      Map<ImportedEvent.Writer, Session> sessions = new HashMap<>();
      List<Receipt> receipts = new ArrayList<>();
      for (ImportedEvent event : events) {
        Session session =
            sessions.computeIfAbsent(
                event.writer(), writer -> workspace.startSession(writer.actor(), writer.session()));
        receipts.add(
            session.record(event.event(), Context.none().at(event.time()).task(event.task())));
      }
      for (Receipt receipt : receipts) {
        EventId id = receipt.await().id();
        ids.putLong(id.high()).putLong(id.low());
      }
      Console.progress("compacting");
      workspace.compact();
      // Before it is closed, since closing merges.
      ScaleWorkspace.link(building, home.resolve("store"));
    }
    Scratch.delete(building);
    Files.write(idFile, ids.array());
  }
}
