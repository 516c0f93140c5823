package dev.daybook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.Briefing.Line;
import dev.daybook.event.Actor;
import dev.daybook.event.Handoff;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.PlanEvent.AcceptanceCriterionAdded;
import dev.daybook.event.PlanEvent.ApproachRejected;
import dev.daybook.event.PlanEvent.BlockerRaised;
import dev.daybook.event.PlanEvent.ConstraintStated;
import dev.daybook.event.PlanEvent.DecisionMade;
import dev.daybook.event.PlanEvent.GoalSet;
import dev.daybook.event.PlanEvent.NoteAdded;
import dev.daybook.event.PlanEvent.QuestionAsked;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.ToolCall;
import dev.daybook.recall.Embedder;
import dev.daybook.storage.MemoryObjectStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ToIntFunction;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class BriefingProperties {
  private static final Actor CODER = Actor.agent("coder-7").role("coder");
  private static final List<String> WORDS =
      List.of(
          "key",
          "refresh",
          "🚀🔥",
          "会话令牌在轮换签名密钥之后失效",
          "0f3a9c1b7e5d2846af01",
          "обновление",
          "\n",
          "  ",
          "TokenIT.refresh",
          "x".repeat(90),
          "a😀".repeat(40),
          "{\"a\":[1,2]}",
          "👩‍💻");
  private static final Map<String, ToIntFunction<String>> COUNTERS = counters();

  private static Map<String, ToIntFunction<String>> counters() {
    Map<String, ToIntFunction<String>> counters = new LinkedHashMap<>();
    counters.put("default", Briefing::tokens);
    counters.put("characters", String::length);
    counters.put("a little for everything", text -> 7);
    counters.put("too much for everything", text -> 1_000_000);
    counters.put("nothing", text -> 0);
    counters.put("less than nothing", text -> -text.length());
    counters.put("squares", text -> (int) Math.min(1 << 30, (long) text.length() * text.length()));
    counters.put("squares of lines", text -> (int) Math.pow((double) text.lines().count(), 3.0));
    counters.put("back and forth", text -> text.length() % 3 == 0 ? 1_000_000 : text.length());
    counters.put("hash", text -> Math.floorMod(text.hashCode(), 300));
    return counters;
  }

  private static String text(Random random, int words) {
    StringBuilder text = new StringBuilder("t");
    for (int i = random.nextInt(words); i >= 0; i--) {
      text.append(random.nextInt(4) == 0 ? "" : " ")
          .append(WORDS.get(random.nextInt(WORDS.size())));
    }
    return text.toString();
  }

  private static PlanEvent event(Random random, String task) {
    return switch (random.nextInt(9)) {
      case 0 -> new GoalSet(text(random, 20), text(random, 20));
      case 1 -> new ConstraintStated(text(random, 20));
      case 2 -> new AcceptanceCriterionAdded(task, text(random, 20));
      case 3 -> DecisionMade.of(text(random, 60)).because(text(random, 60)).on(task);
      case 4 -> ApproachRejected.of(text(random, 60)).about("src/A.java");
      case 5 -> NoteAdded.of(text(random, 100));
      case 6 -> new BlockerRaised(task, text(random, 30));
      case 7 -> QuestionAsked.of(text(random, 30)).on(task);
      default -> DecisionMade.of("short");
    };
  }

  private static void randomHistory(Workspace workspace, Random random) {
    Session session =
        workspace.startSession(Actor.agent("planner-" + "1".repeat(1 + random.nextInt(80))));
    List<PlanEvent> events = new ArrayList<>();
    events.add(TaskAdded.of("T", text(random, 30)).describedAs(text(random, 200)));
    for (int i = random.nextInt(60); i > 0; i--) {
      events.add(event(random, "T"));
    }
    session.updatePlan(plan -> events);
    for (int i = random.nextInt(12); i > 0; i--) {
      ToolCall call = ToolCall.of("bash", text(random, 60)).touching("src/A.java");
      session.on("T").record(random.nextBoolean() ? call : call.softFail(text(random, 60)));
    }
    for (int i = random.nextInt(3); i > 0; i--) {
      session.offer(Handoff.of("T").summary(text(random, 60)).question(text(random, 60)).build());
    }
    session.close();
  }

  @Property(tries = 15)
  void noBudgetIsEverExceeded(@ForAll long seed, @ForAll @IntRange(min = 50, max = 5_000) int any) {
    Random random = new Random(seed);
    AtomicReference<ToIntFunction<String>> counter = new AtomicReference<>(Briefing::tokens);
    try (Daybook daybook =
            Daybook.on(new MemoryObjectStore())
                .embedder(Embedder.none())
                .cache(Path.of(System.getProperty("java.io.tmpdir"), "daybook-briefing"), 1 << 28)
                .tokenCounter(text -> counter.get().applyAsInt(text))
                .open();
        Workspace workspace = daybook.create("w")) {
      randomHistory(workspace, random);
      Session session = workspace.startSession(CODER);
      for (Map.Entry<String, ToIntFunction<String>> one : COUNTERS.entrySet()) {
        counter.set(one.getValue());
        for (int max : List.of(50, 50 + random.nextInt(150), any, Integer.MAX_VALUE)) {
          check(session.briefing(max), one.getKey(), one.getValue(), max);
        }
      }
    }
  }

  private static void check(
      Briefing briefing, String name, ToIntFunction<String> counter, int max) {
    if (briefing.text().isEmpty()) {
      assertThat(briefing.tokens()).isZero();
    } else {
      int counted = Math.max(0, counter.applyAsInt(briefing.text()));
      assertThat(counted).as(name).isLessThanOrEqualTo(max).isEqualTo(briefing.tokens());
    }
    assertThat(briefing.text().length()).isLessThanOrEqualTo(Briefing.CHARS_MAX);
    assertThat(briefing.text())
        .startsWith(String.join("\n", briefing.lines().stream().map(Line::cited).toList()));
    assertThat(briefing.text().lines().count())
        .isBetween((long) briefing.lines().size(), briefing.lines().size() + 1L);
    assertThat(isValid(briefing.text())).isTrue();
  }

  private static boolean isValid(String text) {
    return StandardCharsets.UTF_8.newEncoder().canEncode(text);
  }

  @Property
  void cutTextsAreShortEnoughValidAndBeginLikeTheWhole(
      @ForAll String anything, @ForAll @IntRange(min = 1, max = 60) int max) {
    String one = BriefingText.oneLine(anything);
    assertThat(isValid(one)).isTrue();
    assertThat(one.lines().count()).isLessThanOrEqualTo(1);
    String cut = BriefingText.cut(one, max);
    assertThat(cut.length()).isLessThanOrEqualTo(max);
    assertThat(isValid(cut)).isTrue();
    if (!cut.equals(one)) {
      assertThat(cut).endsWith("…");
      assertThat(one).startsWith(cut.substring(0, cut.length() - 1));
    }
    assertThat(isValid(BriefingText.brief(anything, max))).isTrue();
  }

  @Example
  void cutsAtAWord() {
    assertThat(BriefingText.cut("rotate the signing keys", 20)).isEqualTo("rotate the signing…");
    assertThat(BriefingText.cut("rotate " + "x".repeat(50), 20)).isEqualTo("rotate xxxxxxxxxxxx…");
    assertThat(BriefingText.cut("a😀😀😀", 4)).isEqualTo("a😀…");
  }

  @Property
  void aTextNeverTakesFewerTokensThanItsParts(@ForAll String a, @ForAll String b) {
    assertThat(Briefing.tokens(a + b)).isGreaterThanOrEqualTo(Briefing.tokens(a));
    assertThat(Briefing.tokens(a + b)).isLessThanOrEqualTo(Briefing.tokens(a) + Briefing.tokens(b));
  }
}
