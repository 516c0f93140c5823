package dev.daybook.event;

import java.util.Objects;

/** An event of the trace stream: what was done, in order per session. */
public sealed interface TraceEvent extends Event
    permits TraceEvent.SessionStarted,
        TraceEvent.SessionEnded,
        TraceEvent.Message,
        TraceEvent.Observation,
        TraceEvent.ToolCallStarted,
        ToolCall,
        UnknownEvent {

  /**
   * A session began.
   *
   * @param purpose what it is for; may be empty
   */
  record SessionStarted(String purpose) implements TraceEvent {
    /** Checks the parts. */
    public SessionStarted {
      Objects.requireNonNull(purpose, "purpose");
    }
  }

  /**
   * A session ended.
   *
   * @param resolution how
   * @param summary what came of it; may be empty
   */
  record SessionEnded(Resolution resolution, String summary) implements TraceEvent {
    /** Checks the parts. */
    public SessionEnded {
      Objects.requireNonNull(resolution, "resolution");
      Objects.requireNonNull(summary, "summary");
    }
  }

  /**
   * Something was said in a conversation.
   *
   * @param role who said it there, such as {@code user} or {@code assistant}
   * @param text what
   */
  record Message(String role, String text) implements TraceEvent {
    /** Checks the parts. */
    public Message {
      Check.id(role, "Message", "role");
      Check.notBlank(text, "Message", "text");
    }
  }

  /**
   * Something was noticed.
   *
   * @param text what
   */
  record Observation(String text) implements TraceEvent {
    /** Checks the parts. */
    public Observation {
      Check.notBlank(text, "Observation", "text");
    }

    /** An observation of this text. */
    public static Observation of(String text) {
      return new Observation(text);
    }
  }

  /**
   * A tool was called and has not answered yet. Its {@link ToolCall} names this event as cause;
   * until then readers see a call of outcome {@link CallOutcome#UNKNOWN}.
   *
   * @param tool the tool's name
   * @param arguments as text or JSON
   */
  record ToolCallStarted(String tool, String arguments) implements TraceEvent {
    /** Checks the parts. */
    public ToolCallStarted {
      Check.id(tool, "ToolCallStarted", "tool");
      Objects.requireNonNull(arguments, "arguments");
    }

    /** The call as readers see it while nothing says how it ended. */
    public ToolCall asUnknown() {
      return ToolCall.of(tool, arguments).outcome(CallOutcome.UNKNOWN);
    }
  }
}
