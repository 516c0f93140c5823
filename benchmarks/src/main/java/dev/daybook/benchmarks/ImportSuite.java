package dev.daybook.benchmarks;

import dev.daybook.Daybook;
import dev.daybook.TraceImport;
import dev.daybook.Workspace;
import dev.daybook.event.Entry;
import dev.daybook.event.ToolCall;
import dev.daybook.recall.Embedder;
import dev.daybook.recall.Filter;
import dev.daybook.recall.Query;
import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore;
import dev.daybook.storage.local.LocalObjectStore;
import dev.daybook.storage.s3.S3ObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Imports real transcripts, opens them again, and asks about them. */
@Command(
    name = "import",
    description =
        "Imports transcripts into a fresh workspace, compacts it, and measures recall over it.",
    mixinStandardHelpOptions = true)
final class ImportSuite implements Callable<Integer> {
  private static final int QUESTIONS = 400;
  private static final int RAW_CREATES = 200;

  @Option(
      names = "--traces",
      required = true,
      description = "a .jsonl or .jsonl.gz file of trace rows")
  private Path traces;

  @Option(
      names = "--s3",
      arity = "2",
      paramLabel = "ENDPOINT BUCKET",
      description =
          "measure on S3 instead of a folder; credentials from AWS_ACCESS_KEY_ID and"
              + " AWS_SECRET_ACCESS_KEY")
  private String[] s3 = {};

  @Option(names = "--no-embeddings", description = "lexical recall only")
  private boolean noEmbeddings;

  @Override
  public Integer call() throws IOException {
    try (ScratchFolder scratch = ScratchFolder.of("daybook-benchmark-");
        ObjectStore store = store(scratch.path())) {
      String name = "bench-" + ProcessHandle.current().pid() + "-" + System.currentTimeMillis();
      rawCreates(store, name);
      try (Daybook daybook = daybook(store, scratch.path())) {
        run(daybook, name);
        daybook.delete(name);
      }
    }
    return 0;
  }

  private ObjectStore store(Path scratch) {
    return s3.length == 0
        ? LocalObjectStore.at(scratch.resolve("store"))
        : S3ObjectStore.builder(s3[1])
            .endpoint(java.net.URI.create(s3[0]))
            .pathStyle()
            .checksums(S3ObjectStore.Checksums.WHEN_REQUIRED)
            .credentials(System.getenv("AWS_ACCESS_KEY_ID"), System.getenv("AWS_SECRET_ACCESS_KEY"))
            .build();
  }

  private Daybook daybook(ObjectStore store, Path scratch) {
    Daybook.Builder builder = Daybook.on(store).cache(scratch.resolve("cache"), 4L << 30);
    return (noEmbeddings ? builder.embedder(Embedder.none()) : builder).open();
  }

  private void rawCreates(ObjectStore store, String name) throws IOException {
    byte[] bytes = new byte[2_000];
    new Random(1).nextBytes(bytes);
    long start = System.nanoTime();
    for (int i = 0; i < RAW_CREATES; i++) {
      store.createIfAbsent(ObjectKey.of(name + "-raw/" + i), bytes);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    for (int i = 0; i < RAW_CREATES; i++) {
      store.delete(ObjectKey.of(name + "-raw/" + i));
    }
    System.out.printf("store        %s%n", store.describe());
    System.out.printf(
        "raw create   %.0f/s of 2,000 bytes, one after the other%n", RAW_CREATES / seconds);
  }

  private void run(Daybook daybook, String name) throws IOException {
    long start = System.nanoTime();
    long rows;
    try (Workspace workspace = daybook.create(name)) {
      TraceImport.Report report = TraceImport.of(traces).into(workspace);
      rows = report.recorded();
      System.out.printf(
          "import       %,d rows, %,.0f/s until durable%n", rows, rows / seconds(start));
      long compaction = System.nanoTime();
      workspace.compact();
      System.out.printf(
          "compact      %.1f s%s%n", seconds(compaction), noEmbeddings ? "" : " with embeddings");
      TraceImport.Report again = TraceImport.of(traces).into(workspace);
      System.out.printf(
          "import again %,d recorded, %,d already there%n", again.recorded(), again.alreadyThere());
    }
    long opening = System.nanoTime();
    try (Workspace workspace = daybook.open(name)) {
      long counted = workspace.traces().count(Filter.any().type("ToolCall", "Message"));
      System.out.printf(
          "open again   %.2f s, %,d events counted, expected %,d%n",
          seconds(opening), counted, rows);
      recall(workspace);
    }
  }

  private static void recall(Workspace workspace) {
    List<String> questions = new ArrayList<>();
    for (Entry entry :
        workspace
            .traces()
            .find(Filter.any().type("ToolCall"), dev.daybook.event.EventId.NONE, 1_000)) {
      if (entry.event() instanceof ToolCall call
          && !call.approach().isBlank()
          && questions.size() < QUESTIONS) {
        questions.add(call.approach().lines().findFirst().orElseThrow());
      }
    }
    questions.stream().limit(50).forEach(question -> workspace.recall(Query.of(question)));
    long[] micros = new long[questions.size()];
    for (int i = 0; i < micros.length; i++) {
      long start = System.nanoTime();
      workspace.recall(Query.of(questions.get(i)));
      micros[i] = (System.nanoTime() - start) / 1_000;
    }
    Arrays.sort(micros);
    if (micros.length > 0) {
      System.out.printf(
          "recall       %d questions, p50 %.1f ms, p99 %.1f ms%n",
          micros.length, micros[micros.length / 2] / 1e3, micros[micros.length * 99 / 100] / 1e3);
    }
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }
}
