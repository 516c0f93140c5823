package dev.daybook.event;

/**
 * What the host calls an event: its client, its session and its call. The event id is derived from
 * these and the event's own time, so the same event given twice (by a hook and by an import of the
 * transcript) is one event.
 *
 * @param client the program that made the event, such as {@code claude-code}
 * @param session the host's session
 * @param call the host's id of the call or row within that session
 */
public record SourceId(String client, String session, String call) {
  /** Checks that no part is blank. */
  public SourceId {
    Check.id(client, "SourceId", "client");
    Check.id(session, "SourceId", "session");
    Check.id(call, "SourceId", "call");
  }

  /** The three parts joined by a line feed, which none of them can hold. */
  public String joined() {
    return client + "\n" + session + "\n" + call;
  }
}
