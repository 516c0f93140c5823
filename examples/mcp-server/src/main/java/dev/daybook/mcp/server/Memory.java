package dev.daybook.mcp.server;

import dev.daybook.PlanRecord;
import dev.daybook.Session;
import dev.daybook.SessionOptions;
import dev.daybook.Workspace;
import dev.daybook.event.Actor;
import dev.daybook.event.Resolution;
import dev.daybook.event.SessionId;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The workspace and the agent that a server is bound to. The agent's session is started by the
 * first call that writes, so that a client that only looks leaves no trace.
 */
final class Memory {
  private final Workspace workspace;
  private final MemoryServer.Settings settings;
  private final ReentrantLock starting = new ReentrantLock();
  private volatile Optional<Session> session = Optional.empty();
  private volatile Actor actor;
  private volatile boolean ended;

  Memory(Workspace workspace, MemoryServer.Settings settings) {
    this.workspace = workspace;
    this.settings = settings;
    this.actor = settings.actor();
  }

  Workspace workspace() {
    return workspace;
  }

  MemoryServer.Sizes sizes() {
    return settings.sizes();
  }

  Actor actor() {
    return actor;
  }

  /** The program the agent works through, as it calls itself; counts until the session starts. */
  void worksThrough(String client) {
    if (session.isEmpty() && settings.actor().client().isEmpty()) {
      actor = settings.actor().client(Texts.brief(client, 100));
    }
  }

  /** The newest plan. */
  PlanRecord plan() {
    return workspace.plan();
  }

  /** The id of the session; none if nothing was recorded in it yet. */
  SessionId sessionId() {
    return session.map(Session::id).orElse(settings.session());
  }

  private Session session() {
    Optional<Session> there = session;
    if (there.isPresent()) {
      return there.get();
    }
    starting.lock();
    try {
      if (ended) {
        throw new IllegalStateException("The server is closing; start it again");
      }
      if (session.isEmpty()) {
        SessionOptions options =
            SessionOptions.defaults().id(settings.session()).purpose("agent over MCP");
        for (Path folder : settings.workingFolder()) {
          options = options.workingFolder(folder);
        }
        session = Optional.of(workspace.startSession(actor, options));
      }
      return session.orElseThrow();
    } finally {
      starting.unlock();
    }
  }

  /** The session with the state of version control as it is now, for writing. */
  Session writing() {
    Session now = session();
    for (Path folder : settings.workingFolder()) {
      now = now.at(folder);
    }
    return now;
  }

  /** The same, narrowed to a task, if one is named. */
  Session writing(String task) {
    return task.isEmpty() ? writing() : writing().on(task);
  }

  /**
   * Makes everything recorded durable and ends the session, unless it was named from outside: then
   * whoever named it ends it.
   */
  void end() {
    // Kept to the end, so that a second caller returns only when all is done.
    starting.lock();
    try {
      if (ended) {
        return;
      }
      ended = true;
      session.ifPresent(open -> {
        if (settings.session().isPresent()) {
          open.close();
        } else {
          // Without a summary, since a closed connection says nothing that a briefing should tell.
          open.end(Resolution.SUCCEEDED, "");
        }
      });
    } finally {
      starting.unlock();
    }
  }
}
