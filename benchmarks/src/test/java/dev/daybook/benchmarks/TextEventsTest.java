package dev.daybook.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.daybook.benchmarks.JudgedSet.Text;
import dev.daybook.event.CallOutcome;
import dev.daybook.event.Event;
import dev.daybook.event.PlanEvent.ApproachRejected;
import dev.daybook.event.PlanEvent.DecisionMade;
import dev.daybook.event.PlanEvent.NoteAdded;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent.Message;
import dev.daybook.event.TraceEvent.Observation;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextEventsTest {
  private final List<String> warnings = new ArrayList<>();
  private final TextEvents events = new TextEvents(warnings::add);

  private Event of(String text, String meta) throws JsonProcessingException {
    return events.of(new Text("d1", text, new JsonMapper().readTree(meta)));
  }

  @Test
  void splitsATextIntoWhatItIsMainlyAboutAndTheRest() throws JsonProcessingException {
    String text = "use zstd\nbecause it is fast\nand small";
    String rest = "because it is fast\nand small";

    assertThat(of(text, "{}")).isEqualTo(Observation.of(text));
    assertThat(of(text, "null")).isEqualTo(Observation.of(text));
    assertThat(of(text, "{\"type\": \"Message\", \"speaker\": \"Ann\"}"))
        .isEqualTo(new Message("Ann", text));
    assertThat(of(text, "{\"type\": \"NoteAdded\"}")).isEqualTo(NoteAdded.of(text));
    assertThat(of(text, "{\"type\": \"DecisionMade\"}"))
        .isEqualTo(DecisionMade.of("use zstd").because(rest));
    assertThat(of(text, "{\"type\": \"ApproachRejected\"}"))
        .isEqualTo(ApproachRejected.of("use zstd").because(rest));
    assertThat(of(text, "{\"type\": \"ToolCall\", \"tool\": \"bash\", \"status\": \"error\"}"))
        .isEqualTo(ToolCall.of("bash", "use zstd").output(rest).outcome(CallOutcome.SOFT_FAIL));
    assertThat(warnings).isEmpty();
  }

  @Test
  void givesEachTaskAnIdOfItsOwn() throws JsonProcessingException {
    assertThat(of("Crash\nat night", "{\"type\": \"TaskAdded\"}"))
        .isEqualTo(TaskAdded.of("d1", "Crash").describedAs("at night"));
    assertThat(of("Crash", "{\"type\": \"TaskAdded\"}")).isEqualTo(TaskAdded.of("d1-1", "Crash"));
    assertThat(events.counts()).containsEntry("TaskAdded", 2);
  }

  @Test
  void warnsOnceOfATypeNoTextMakes() throws JsonProcessingException {
    assertThat(of("a", "{\"type\": \"Sermon\"}")).isEqualTo(Observation.of("a"));
    assertThat(of("b", "{\"type\": \"Sermon\"}")).isEqualTo(Observation.of("b"));
    assertThat(of("c", "{\"type\": \"TaskClosed\"}")).isEqualTo(Observation.of("c"));

    assertThat(warnings)
        .containsExactly(
            "No event of type 'Sermon' is made of a text; Observation instead",
            "No event of type 'TaskClosed' is made of a text; Observation instead");
  }
}
