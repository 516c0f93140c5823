package dev.daybook.internal.workspace;

import dev.daybook.recall.Embedder;
import dev.daybook.recall.EmbedderProvider;
import java.util.Iterator;
import java.util.Objects;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The embedder of an engine: the one it was given, else the one on the class path. That one is
 * looked for when it is first asked for, since a model takes longer to load than a plan to open,
 * and who reads or changes only the plan needs none. Safe from any thread.
 */
public final class Embedding implements AutoCloseable {
  private static final String SIMD = "jdk.incubator.vector";
  private static final AtomicBoolean SIMD_LOOKED_FOR = new AtomicBoolean();

  private final boolean isOwn;
  private boolean isKnown;
  private Embedder embedder;
  private String whyNone;

  private Embedding(Embedder embedder, String whyNone, boolean isOwn) {
    this.embedder = embedder;
    this.whyNone = whyNone;
    this.isOwn = isOwn;
    this.isKnown = !isOwn;
  }

  /** The one that was given; whoever gave it closes it. */
  public static Embedding given(Embedder given) {
    Objects.requireNonNull(given, "embedder");
    return new Embedding(given, given.isPresent() ? "" : "there is no embedder", false);
  }

  /** The one that a service on the class path provides. */
  public static Embedding onClassPath() {
    return new Embedding(Embedder.none(), "", true);
  }

  /** The embedder; {@link Embedder#none()} if there is none or it does not run here. */
  public synchronized Embedder embedder() {
    if (!isKnown) {
      isKnown = true;
      look();
    }
    if (embedder.isPresent() && !SIMD_LOOKED_FOR.getAndSet(true)) {
      lookForSimd();
    }
    return embedder;
  }

  /** Why there is no embedder, for whoever expected vectors; empty if there is one. */
  public synchronized String whyNone() {
    embedder();
    return whyNone;
  }

  /** Closes the embedder if it was found, not if it was given. */
  @Override
  public synchronized void close() {
    if (isOwn) {
      embedder.close();
    }
  }

  private void look() {
    try {
      Iterator<EmbedderProvider> providers = ServiceLoader.load(EmbedderProvider.class).iterator();
      if (providers.hasNext()) {
        embedder = providers.next().load();
      } else {
        whyNone = "there is no embedder on the class path; add daybook-embedding-minilm";
        log()
            .info(
                "Recall is lexical, and its coverage says so: {}, or give the engine"
                    + " Embedder.none() to be spared this line",
                whyNone);
      }
    } catch (IllegalStateException | LinkageError | ServiceConfigurationError e) {
      whyNone = e.getMessage() == null ? e.toString() : said(e);
      log().warn("Recall is lexical, and its coverage says so: {}", whyNone);
    }
  }

  /** A message that is written to be read stands for itself; that of an error needs its name. */
  private static String said(Throwable e) {
    return e instanceof IllegalStateException ? e.getMessage() : e.toString();
  }

  private static void lookForSimd() {
    if (ModuleLayer.boot().findModule(SIMD).isEmpty()) {
      log()
          .info(
              "Vectors are compared without SIMD: start the JVM with --add-modules {} to search"
                  + " faster; this is said once",
              SIMD);
    }
  }

  /** Asked for when there is something to say: opening is not to wait for a logging system. */
  private static Logger log() {
    return LoggerFactory.getLogger(Embedding.class);
  }
}
