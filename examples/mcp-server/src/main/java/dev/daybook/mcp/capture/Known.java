package dev.daybook.mcp.capture;

import dev.daybook.Workspace;
import dev.daybook.event.Entry;
import dev.daybook.event.SessionId;
import dev.daybook.event.SourceId;
import dev.daybook.event.TraceEvent.SessionEnded;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What the host's events of a session are called that a workspace has. Ids of events are made of
 * source and time, and a hook and a transcript may not agree on the time; so it is the source that
 * is looked up. Whoever asks must have joined the session, so that what is read is the newest. For
 * one thread.
 */
final class Known {
  private static final int SESSIONS_MAX = 64;

  private static final class Sources {
    private final Set<String> joined = new HashSet<>();
    private boolean ended;
  }

  private final Workspace workspace;
  private final Map<SessionId, Sources> sessions =
      new LinkedHashMap<>(SESSIONS_MAX, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<SessionId, Sources> eldest) {
          return size() > SESSIONS_MAX;
        }
      };

  Known(Workspace workspace) {
    this.workspace = workspace;
  }

  boolean has(SessionId session, SourceId source) {
    return of(session).joined.contains(source.joined());
  }

  void add(SessionId session, SourceId source) {
    of(session).joined.add(source.joined());
  }

  boolean isEnded(SessionId session) {
    return of(session).ended;
  }

  /** Reads everything again that is asked for, since others may have recorded. */
  void forget() {
    sessions.clear();
  }

  private Sources of(SessionId session) {
    Sources known = sessions.get(session);
    if (known == null) {
      known = new Sources();
      for (Entry entry : workspace.traces().timeline(session)) {
        if (!entry.envelope().source().isEmpty()) {
          known.joined.add(entry.envelope().source());
        }
        known.ended |= entry.event() instanceof SessionEnded;
      }
      sessions.put(session, known);
    }
    return known;
  }
}
