package dev.daybook.benchmarks;

import dev.daybook.event.Event;
import dev.daybook.event.PlanEvent.NoteAdded;
import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent.Message;
import dev.daybook.event.TraceEvent.Observation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * A history that nobody lived: events of about 700 bytes of text, each made of its number and the
 * seed alone, so that any of them can be made again.
 *
 * <p>Words are drawn by Zipf's law from 100,000, the 33 commonest being English stop words; every
 * fourth is from the twenty words of the event's topic instead, of which there is one for each 50
 * events, twenty to a field. Some are paths, symbols, numbers and error codes. One event in a
 * thousand is a note on the plan, the others are tool calls (six of ten), observations and
 * messages. Every text ends in the names of its field and topic, see {@link ClusteredEmbedder}.
 * Immutable; safe from any thread.
 */
public final class SyntheticHistory {
  /** Raised when events of the same number become others, so that nothing kept is mistaken. */
  public static final int VERSION = 1;

  /** One event in so many is a note on the plan. */
  static final int NOTE_EVERY = 1_000;

  /** How many different tools there are. */
  public static final List<String> TOOLS =
      List.of("bash", "read", "edit", "grep", "glob", "web", "test", "build");

  private static final int WORDS = 100_000;
  private static final int TOPIC_EVENTS = 50;
  private static final int TOPICS_OF_FIELD = 20;
  private static final int TOPIC_WORDS = 20;
  private static final int TOKENS = 1_000;
  private static final List<String> STOP_WORDS =
      List.of(
          "the", "to", "of", "and", "a", "in", "is", "that", "for", "it", "with", "as", "was", "on",
          "be", "at", "by", "this", "are", "or", "not", "but", "if", "they", "their", "there",
          "then", "will", "an", "no", "into", "such", "these");
  private static final String CONSONANTS = "bdfgklmnprstvz";
  private static final String VOWELS = "aeiou";
  private static final int SYLLABLES = CONSONANTS.length() * VOWELS.length();
  private static final List<String> ROOTS = List.of("src/main", "src/test", "docs", "tools", "web");
  private static final List<String> ENDINGS = List.of("java", "py", "ts", "md", "yaml");

  /** Vose's alias table of the words' law. */
  private static final float[] STAY = new float[WORDS];

  private static final int[] ALIAS = new int[WORDS];
  private static final String[] SPELLED = new String[WORDS];

  static {
    makeLaw();
    for (int i = 0; i < WORDS; i++) {
      SPELLED[i] =
          i < STOP_WORDS.size()
              ? STOP_WORDS.get(i)
              : i < 4_000 ? spelled(i * 37L % 4_900, 2) : spelled(i * 104_729L % 343_000, 3);
    }
  }

  private final long events;
  private final long seed;

  /** The history of this length. */
  public SyntheticHistory(long events, long seed) {
    this.events = events;
    this.seed = seed;
  }

  /** How many events the history has; those of higher numbers are what comes after it. */
  public long events() {
    return events;
  }

  /**
   * The number of the first event of a part. Every other part is a little longer and the ones
   * between a little shorter, so that the library does not take them for ten of a kind, which it
   * would merge.
   */
  public long firstOf(int part, int parts) {
    long even = events * part / parts;
    return part % 2 == 1 && part < parts ? even + events / parts / 20 : even;
  }

  /** Stafford's mix 13, a bijection. */
  static long mix(long value) {
    long z = value + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** Whether an event holds a token that no other does: a sample, and all that come after. */
  public boolean hasToken(long number) {
    long step = Math.max(1, events / TOKENS);
    return !isNote(number) && (number >= events || number % step == Math.min(1, step - 1));
  }

  /** Whether an event is a note on the plan. */
  public static boolean isNote(long number) {
    return number % NOTE_EVERY == NOTE_EVERY / 2;
  }

  /** The token of an event: a word, a hash, a code or a path, by turns. */
  public static String token(long number) {
    int scrambled = (int) number * 0x9E3779B1;
    String hex = String.format(Locale.ROOT, "%08x", scrambled);
    return switch ((int) (mix(number) & 3)) {
      case 0 -> spelled(Integer.toUnsignedLong(scrambled), 6);
      case 1 -> hex;
      case 2 -> "REQ-" + number + "-" + hex.substring(4);
      default -> "build/out/trace_" + hex + ".log";
    };
  }

  /** An event. */
  public Event event(long number) {
    SplittableRandom random = new SplittableRandom(mix(seed * 1_000_003 + number));
    // Squared, so that some topics have many events.
    double place = random.nextDouble();
    long topics = Math.max(1, events / TOPIC_EVENTS);
    long topic = (long) (topics * (0.5 * place + 0.5 * place * place));
    Writer text = new Writer(random, topic);
    int bytes = 500 + random.nextInt(400);
    if (isNote(number)) {
      return NoteAdded.of(text.upTo(60).line().upTo(bytes).end(topic));
    }
    int kind = random.nextInt(100);
    if (hasToken(number)) {
      text.token(token(number), 20 + random.nextInt(Math.max(1, bytes - 120)));
    }
    if (kind < 60) {
      return call(number, random, topic, text, bytes);
    }
    return kind < 85
        ? Observation.of(text.upTo(bytes).end(topic))
        : new Message(kind < 90 ? "user" : "assistant", text.upTo(bytes).end(topic));
  }

  private ToolCall call(long number, SplittableRandom random, long topic, Writer text, int bytes) {
    Writer arguments = new Writer(random, topic);
    String path = path(random);
    ToolCall call =
        ToolCall.of(
            TOOLS.get(random.nextInt(TOOLS.size())), path + " " + arguments.upTo(60).text());
    int used = call.tool().length() + call.arguments().length();
    if (random.nextInt(8) == 0) {
      String error =
          "E" + (1_000 + random.nextInt(500)) + " " + new Writer(random, topic).upTo(60).text();
      call = call.softFail(error);
      used += error.length() + 10;
    } else {
      call = call.exit(0);
    }
    String output = text.upTo(Math.max(150, bytes - used)).end(topic);
    return (number & 1) == 0
        ? call.output(output).reading(path)
        : call.output(output).touching(path);
  }

  /**
   * What somebody asks.
   *
   * @param text in words
   * @param about the text of the event that is looked for
   */
  public record Question(String text, String about) {}

  /**
   * What somebody asks who looks for an event: two to eight of its words, of one place in its text
   * or of several, some with a path, a symbol or a code.
   */
  public Question question(long number) {
    SplittableRandom random = new SplittableRandom(mix(~seed * 1_000_003 + number));
    String about = textOf(event(random.nextLong(events)));
    List<String> words = new ArrayList<>(List.of(about.split("\\s+", -1)));
    int count = 2 + random.nextInt(7);
    Set<String> asked = new LinkedHashSet<>();
    if (random.nextInt(7) == 0) {
      words.stream()
          .filter(word -> word.matches(".*[/_A-Z0-9].*"))
          .findFirst()
          .ifPresent(asked::add);
    }
    int from = random.nextInt(Math.max(1, words.size() - count));
    boolean together = random.nextBoolean();
    if (!together) {
      Collections.shuffle(words, random);
    }
    for (int i = from; i < words.size() && asked.size() < count; i++) {
      asked.add(words.get(i));
    }
    return new Question(String.join(" ", asked), about);
  }

  /** What the events say, without what the library adds. */
  public static String textOf(Event event) {
    return switch (event) {
      case ToolCall call -> call.arguments() + "\n" + call.output();
      case Observation observation -> observation.text();
      case Message message -> message.text();
      case NoteAdded note -> note.text();
      default -> throw new IllegalArgumentException("No such event is made: " + event);
    };
  }

  private static String path(SplittableRandom random) {
    return ROOTS.get(random.nextInt(ROOTS.size()))
        + "/"
        + spelled(random.nextInt(60), 2)
        + "/"
        + capital(spelled(random.nextInt(4_900), 2))
        + "."
        + ENDINGS.get(random.nextInt(ENDINGS.size()));
  }

  private static String capital(String word) {
    return Character.toUpperCase(word.charAt(0)) + word.substring(1);
  }

  /** A number as syllables. */
  private static String spelled(long number, int syllables) {
    StringBuilder word = new StringBuilder();
    long left = number;
    for (int i = 0; i < syllables; i++) {
      int syllable = (int) (left % SYLLABLES);
      left /= SYLLABLES;
      word.append(CONSONANTS.charAt(syllable / VOWELS.length()))
          .append(VOWELS.charAt(syllable % VOWELS.length()));
    }
    return word.toString();
  }

  /** A text that grows. */
  private static final class Writer {
    private final SplittableRandom random;
    private final long topic;
    private final StringBuilder text = new StringBuilder();
    private String token = "";
    private int tokenAt;

    Writer(SplittableRandom random, long topic) {
      this.random = random;
      this.topic = topic;
    }

    void token(String newToken, int at) {
      token = newToken;
      tokenAt = at;
    }

    Writer upTo(int bytes) {
      while (text.length() < bytes) {
        if (!text.isEmpty() && text.charAt(text.length() - 1) != '\n') {
          text.append(' ');
        }
        if (!token.isEmpty() && text.length() >= tokenAt) {
          text.append(token);
          token = "";
          continue;
        }
        int dice = random.nextInt(100);
        if (dice < 2) {
          text.append(path(random));
        } else if (dice < 5) {
          text.append(spelled(random.nextInt(4_900), 2))
              .append(capital(spelled(random.nextInt(4_900), 2)));
        } else if (dice < 8) {
          text.append(random.nextInt(10_000));
        } else if (dice < 30) {
          text.append(SPELLED[topicWord(random.nextInt(TOPIC_WORDS))]);
        } else {
          text.append(SPELLED[drawn()]);
        }
        int end = random.nextInt(60);
        text.append(end < 3 ? "," : end < 6 ? "." : "");
        if (end == 6) {
          text.append('\n');
        }
      }
      return this;
    }

    private int topicWord(int which) {
      return (int) Math.floorMod(mix(topic * TOPIC_WORDS + which), WORDS - 500L) + 500;
    }

    private int drawn() {
      int slot = random.nextInt(WORDS);
      return random.nextFloat() < STAY[slot] ? slot : ALIAS[slot];
    }

    Writer line() {
      text.append('\n');
      return this;
    }

    String text() {
      return text.toString();
    }

    /** The text with the names of its field and topic. */
    String end(long topicNumber) {
      if (!token.isEmpty()) {
        text.append(' ').append(token);
      }
      return text.append(' ')
          .append(spelled(mix(topicNumber / TOPICS_OF_FIELD) >>> 40, 4))
          .append(' ')
          .append(spelled(mix(~topicNumber) >>> 40, 4))
          .toString();
    }
  }

  private static void makeLaw() {
    double sum = 0;
    for (int i = 0; i < WORDS; i++) {
      sum += 1.0 / (i + 1);
    }
    double[] scaled = new double[WORDS];
    int[] small = new int[WORDS];
    int[] large = new int[WORDS];
    int smalls = 0;
    int larges = 0;
    for (int i = 0; i < WORDS; i++) {
      scaled[i] = WORDS / ((i + 1) * sum);
      if (scaled[i] < 1) {
        small[smalls++] = i;
      } else {
        large[larges++] = i;
      }
    }
    while (smalls > 0 && larges > 0) {
      int less = small[--smalls];
      int more = large[--larges];
      STAY[less] = (float) scaled[less];
      ALIAS[less] = more;
      scaled[more] -= 1 - scaled[less];
      if (scaled[more] < 1) {
        small[smalls++] = more;
      } else {
        large[larges++] = more;
      }
    }
    while (larges > 0) {
      STAY[large[--larges]] = 1;
    }
    while (smalls > 0) {
      STAY[small[--smalls]] = 1;
    }
  }
}
