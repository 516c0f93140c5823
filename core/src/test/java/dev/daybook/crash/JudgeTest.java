package dev.daybook.crash;

import static dev.daybook.crash.Operation.Kind.ADD;
import static dev.daybook.crash.Operation.Kind.CLAIM;
import static dev.daybook.crash.Operation.Kind.READ;
import static dev.daybook.crash.Operation.Kind.TRACE;
import static dev.daybook.crash.Operation.Outcome.DONE;
import static dev.daybook.crash.Operation.Outcome.FAILED;
import static dev.daybook.crash.Operation.Outcome.LOST;
import static dev.daybook.crash.Operation.Outcome.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.crash.Judge.Planned;
import dev.daybook.crash.Judge.Traced;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The judge lets a history pass that can be, and finds out each way in which one cannot. */
class JudgeTest {
  private static final List<Planned> PLAN =
      List.of(
          new Planned(1, "a/1", "a/1", 0),
          new Planned(2, "slot", "b/1", 1),
          new Planned(2, "c/1", "c/1", 2),
          new Planned(4, "a/3", "a/3", 3)); // version 3 is the fence of a change that failed

  private final Map<String, Operation> operations = new LinkedHashMap<>();

  JudgeTest() {
    add("a/1", ADD, "a/1", 1, 4);
    end("a/1", DONE, 1, "");
    add("b/1", CLAIM, "slot", 2, 8);
    end("b/1", DONE, 2, "");
    add("c/1", ADD, "c/1", 5, Operation.NEVER); // killed, but it took effect
    add("a/2", CLAIM, "slot", 9, 10);
    end("a/2", LOST, 2, "");
    add("b/2", ADD, "b/2", 11, 14);
    end("b/2", FAILED, 0, "");
    add("b/3", READ, "b/3", 15, 16);
    end("b/3", DONE, 3, Judge.sight(List.of("a/1", "slot", "c/1")));
    add("a/3", ADD, "a/3", 12, 20);
    end("a/3", UNKNOWN, 0, "");
    add("d/1", ADD, "d/1", 13, Operation.NEVER); // killed, and it took no effect
    add("d/2", READ, "d/2", 21, 22);
    end("d/2", DONE, 4, Judge.sight(List.of("a/1", "slot", "c/1", "a/3")));
  }

  private void add(String key, Operation.Kind kind, String subject, long begun, long ended) {
    Operation operation = Operation.begun(key, kind, subject, begun);
    operations.put(key, operation.ended(ended, operation.outcome(), 0, ""));
  }

  private void end(String key, Operation.Outcome outcome, long version, String detail) {
    change(key, operation -> operation.ended(operation.ended(), outcome, version, detail));
  }

  private void change(String key, UnaryOperator<Operation> change) {
    operations.put(key, change.apply(Objects.requireNonNull(operations.get(key))));
  }

  private static List<Planned> without(int index) {
    List<Planned> plan = new ArrayList<>(PLAN);
    plan.remove(index);
    return plan;
  }

  private static List<Planned> with(int index, Planned event) {
    List<Planned> plan = new ArrayList<>(PLAN);
    plan.set(index, event);
    return plan;
  }

  private void assertWrong(List<Planned> plan, String... words) {
    assertThat(Judge.plan(plan, operations.values()))
        .anySatisfy(wrong -> assertThat(wrong).contains(words));
  }

  @Test
  void acceptsWhatCanBe() {
    assertThat(Judge.plan(PLAN, operations.values())).isEmpty();
    assertThat(Judge.plan(List.of(), List.of())).isEmpty();
  }

  @Test
  void noticesWhatIsMissing() {
    assertWrong(without(0), "a/1", "is nowhere");
  }

  @Test
  void noticesAnotherVersionThanWasAnswered() {
    end("a/1", DONE, 2, "");
    assertWrong(PLAN, "a/1", "is at version 1");
  }

  @Test
  void noticesWhatFailedAndIsThere() {
    end("a/3", FAILED, 0, "");
    assertWrong(PLAN, "a/3", "failed, but is at version 4");
  }

  @Test
  void noticesWhatTookEffectTwice() {
    assertWrong(with(3, new Planned(4, "c/1", "c/1", 3)), "c/1 took effect twice");
  }

  @Test
  void noticesWhatNobodyWrote() {
    assertWrong(with(3, new Planned(4, "x/9", "x/9", 3)), "x/9", "written by nobody");
  }

  @Test
  void noticesADecisionOnAnOldPlan() {
    assertWrong(with(1, new Planned(2, "slot", "b/1", 0)), "decided on 0 tasks, but 1 are before");
  }

  @Test
  void noticesASecondWinner() {
    end("a/2", DONE, 2, "");
    assertWrong(PLAN, "a/2", "is nowhere");
    assertWrong(with(3, new Planned(4, "slot", "a/2", 3)), "slot was added twice");
  }

  @Test
  void noticesAClaimThatLostToNobody() {
    end("a/2", LOST, 1, "");
    assertWrong(PLAN, "a/2", "lost to nobody");
  }

  @Test
  void noticesAStaleRead() {
    end("d/2", DONE, 1, Judge.sight(List.of("a/1")));
    assertWrong(PLAN, "d/2", "stands before", "b/1", "had ended when it began");
  }

  @Test
  void noticesAReadOfWhatIsNotThatVersion() {
    end("b/3", DONE, 3, Judge.sight(List.of("a/1", "slot")));
    assertWrong(PLAN, "b/3", "saw another plan than version 3");
  }

  @Test
  void noticesAnOrderAgainstTime() {
    change("a/1", a -> new Operation("a/1", ADD, "a/1", 17, 18, DONE, 1, ""));
    assertWrong(PLAN, "a/1", "stands before", "b/1", "had ended when it began");
  }

  @Test
  void noticesThatAReadSawTheFuture() {
    change("a/3", a -> new Operation("a/3", ADD, "a/3", 23, 24, DONE, 4, ""));
    assertWrong(PLAN, "a/3", "stands before", "d/2", "had ended when it began");
  }

  @Test
  void accountsForTraces() {
    Map<String, Operation> traces = new LinkedHashMap<>();
    traces.put("a/1", new Operation("a/1", TRACE, "a/1", 1, 2, DONE, 0, "id1"));
    traces.put("a/2", new Operation("a/2", TRACE, "a/2", 3, 4, FAILED, 0, ""));
    traces.put("a/3", new Operation("a/3", TRACE, "a/3", 5, 6, UNKNOWN, 0, ""));
    traces.put("a/4", Operation.begun("a/4", TRACE, "a/4", 7));
    Traced one = new Traced("id1", "a/1");
    Traced three = new Traced("id3", "a/3");
    Traced four = new Traced("id4", "a/4");

    assertThat(Judge.traces(List.of(one), traces)).isEmpty();
    assertThat(Judge.traces(List.of(one, three, four), traces)).isEmpty();
    assertThat(Judge.traces(List.of(three), traces)).singleElement().asString().contains("nowhere");
    assertThat(Judge.traces(List.of(one, one), traces))
        .hasSize(2)
        .allMatch(w -> w.contains("twice"));
    assertThat(Judge.traces(List.of(one, new Traced("id2", "a/2")), traces))
        .singleElement()
        .asString()
        .contains("failed, but is there");
    assertThat(Judge.traces(List.of(one, new Traced("id5", "a/4"), three), traces))
        .singleElement()
        .asString()
        .contains("higher id");
    assertThat(Judge.traces(List.of(new Traced("id9", "a/1")), traces))
        .singleElement()
        .asString()
        .contains("under the id id9");
    assertThat(Judge.traces(List.of(one, new Traced("id6", "x/1")), traces))
        .singleElement()
        .asString()
        .contains("written by nobody");
  }

  @Test
  void readsAHistoryAsFarAsItWasWritten(@TempDir Path folder) throws Exception {
    SharedClock clock = new SharedClock(folder.resolve("clock"));
    try (History.Writer history = new History.Writer(folder, "a", clock)) {
      history.begin(ADD, "a/1", "a/1");
      history.end("a/1", DONE, 7, "");
      history.begin(CLAIM, "a/2", "slot");
    }
    Path file = folder.resolve("a.history");
    String text = Files.readString(file);
    Files.writeString(file, text + "begin 4 a/3 RE");

    assertThat(new SharedClock(folder.resolve("clock")).now()).isEqualTo(3);
    assertThat(History.read(folder).values())
        .containsExactly(
            new Operation("a/1", ADD, "a/1", 1, 2, DONE, 7, ""),
            Operation.begun("a/2", CLAIM, "slot", 3));
  }
}
