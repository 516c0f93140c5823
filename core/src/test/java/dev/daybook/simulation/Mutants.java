package dev.daybook.simulation;

import java.util.List;

/**
 * The rules of the protocol, each taken away in turn.
 *
 * <p>Not here, because the code has nothing to take away: a floor by age in place of watermarks
 * (there is none), redaction and its skeletons (not there yet), and a token that is settled while
 * its writer still sends (a token exists only once the writer has given up).
 */
final class Mutants {
  private static final String LOG = "dev.daybook.internal.log.";
  private static final String MANIFEST = "dev.daybook.internal.manifest.";
  private static final String WORKSPACE = "dev.daybook.internal.workspace.";

  private static final String PLAN_WRITERS = "plan writers that try twice";
  private static final String TRACES = "traces and reader";
  private static final String COMPACTION = "B: traces, two compactors, collector, reader";
  private static final String WARM_READER = "warm reader, compactor twice";
  private static final String ASKERS = "two askers of an unknown outcome, compactor";
  private static final String EXPIRY = "merge, two collectors, cold reader";
  private static final String OLD_FILE = "manifests pass a sleeping compactor";
  private static final String PINS = "pin, merge, collectors";

  static final List<Mutant> ALL =
      List.of(
          mutant("412 for the own object taken as foreign", PLAN_WRITERS, LOG + "ConditionalWrite")
              .and(
                  "return frame.operation().equals(operation) && !frame.isTombstone()",
                  "return frame.operation().isEmpty() && !frame.isTombstone()"),
          mutant("given up without a fence", TRACES, LOG + "ConditionalWrite")
              .and(
                  "return mayHaveLanded"
                      + " ? fence(what, key, operation, fence.get(), decoder, failure)"
                      + " : new Failed(failure);",
                  "return new Failed(failure);"),
          mutant("a doubt forgotten at the next refusal", PLAN_WRITERS, LOG + "ConditionalWrite")
              .and(
                  "mayHaveLanded |= !(e instanceof ObjectStore.NotWrittenException);",
                  "mayHaveLanded = !(e instanceof ObjectStore.NotWrittenException);"),
          mutant("denied after a doubt taken as failed", PLAN_WRITERS, LOG + "ConditionalWrite")
              .and("if (Store.isRefusal(e) && !mayHaveLanded) {", "if (Store.isRefusal(e)) {"),
          mutant("what stands at the fenced key not looked at", TRACES, LOG + "ConditionalWrite")
              .and(
                  "return new Fenced(fenceStands ? new Failed(failure) : standing, failure);",
                  "return new Fenced(new Failed(failure), failure);"),
          mutant("fence without settling", COMPACTION, LOG + "WriterLog")
              .and(
                  "if (!isOurs(key, operation, standing, covered(key, operation))) {",
                  "if (!isOurs(key, operation, standing, Optional.empty())) {"),
          mutant("own operation acknowledged without settling", ASKERS, LOG + "WriterLog")
              .and(
                  "boolean ours = covered.map(operation::equals)"
                      + ".orElse(standing instanceof ConditionalWrite.Ours);",
                  "boolean ours = standing instanceof ConditionalWrite.Ours"
                      + " || covered.map(operation::equals).orElse(false);"),
          mutant("settled by the number alone", COMPACTION, LOG + "WriterLog")
              .and(
                  "boolean ours = covered.map(operation::equals)"
                      + ".orElse(standing instanceof ConditionalWrite.Ours);",
                  "boolean ours = covered.map(found -> true)"
                      + ".orElse(standing instanceof ConditionalWrite.Ours);"),
          mutant(
                  "missing key taken as failure",
                  "retried batches, compactor, collector",
                  LOG + "WriterLog")
              .and(
                  "if (!covered.equals(operation)) { throw hasOutputs"
                      + " ? givenUp(key) : ConditionalWrite.usedTwice(key, operation); }",
                  "if (number > 0) { throw givenUp(key); }"),
          mutant("watermark ignored", COMPACTION, MANIFEST + "Watermarks")
              .and(
                  "Watermark mark = manifest.watermarks().get(log);",
                  "Watermark mark = manifest.watermarks().get(\"none\");"),
          mutant("watermark forgotten", "watermarks in files", MANIFEST + "Watermarks")
              .and("kept.add(write(read, out, ids));", "out.clear();"),
          mutant("manifest read before the listing", WARM_READER, WORKSPACE + "StrongReader")
              .and(
                  "List<ObjectStore.Listed> listed = store.list(keys.logs());",
                  "manifest = manifests.newest(manifest);"
                      + " List<ObjectStore.Listed> listed = store.list(keys.logs());")
              .and(
                  "while (true) { manifest = manifests.newest(manifest);",
                  "while (true) { manifest = tried < 0 ? manifest : manifests.newest(manifest);"),
          mutant("objects read after the manifest", WARM_READER, WORKSPACE + "StrongReader")
              .and(
                  "readBatches(listed); Optional<T> opened",
                  "manifest = manifests.newest(manifest); readBatches(listed); Optional<T> opened")
              .and(
                  "while (true) { manifest = manifests.newest(manifest);",
                  "while (true) { manifest = tried < 0 ? manifest : manifests.newest(manifest);"),
          mutant("known manifest used without asking", WARM_READER, WORKSPACE + "StrongReader")
              .and(
                  "while (true) { manifest = manifests.newest(manifest);",
                  "while (true) { manifest = manifest.number() > 0 && tried < 0"
                      + " ? manifest : manifests.newest(manifest);"),
          mutant(
                  "logs listed before the plan",
                  "traces before plan events",
                  WORKSPACE + "StrongReader")
              .and(
                  "PlanLog.Head head = plan.refresh();"
                      + " List<ObjectStore.Listed> listed = store.list(keys.logs());",
                  "List<ObjectStore.Listed> listed = store.list(keys.logs());"
                      + " PlanLog.Head head = plan.refresh();"),
          mutant(
                  "plan rows above the read version shown",
                  "traces before a plan event, compactor, reader",
                  WORKSPACE + "StrongReader")
              .and(
                  "if (manifest.planThrough() > head.plan().version()) {",
                  "if (manifest.planThrough() < 0) {"),
          mutant("listing not cut at a hole", TRACES, WORKSPACE + "StrongReader")
              .and(
                  "if (batch.ref().number() == expected) {",
                  "if (batch.ref().number() >= expected) {"),
          mutant("deletion after an unanswered commit", COMPACTION, WORKSPACE + "Compactor")
              .and(
                  "if (commit == Commit.UNKNOWN) { throw unanswered(draft.number()); }",
                  "if (commit == Commit.UNKNOWN) { break; }"),
          mutant("deletion after a lost commit", OLD_FILE, WORKSPACE + "Compactor")
              .and(
                  "if (commit == Commit.DONE) { break; }",
                  "if (commit != Commit.UNKNOWN) { break; }"),
          mutant("rebase without comparing watermarks", COMPACTION, WORKSPACE + "Compactor")
              .and(
                  "watermarks.of(winner, log).equals(watermarks.of(read, log))",
                  "watermarks.of(winner, log).equals(watermarks.of(winner, log))"),
          mutant(
                  "rebase without looking for the same source",
                  "two writers of the same source, two compactors",
                  WORKSPACE + "Compactor")
              .and(
                  ".noneMatch(row -> !row.envelope().source().isEmpty()"
                      + " && files.hold(winner, row.id()));",
                  ".noneMatch(row -> row.payload().isEmpty());"),
          mutant(
                  "the same source taken in again",
                  "two writers of the same source, two compactors",
                  WORKSPACE + "Compactor")
              .and(
                  ".filter(row -> row.envelope().source().isEmpty()"
                      + " || !files.hold(read, row.id()))",
                  ".filter(row -> !row.payload().isEmpty())"),
          mutant("rows keep the number of a lost race", OLD_FILE, WORKSPACE + "Compactor")
              .and(
                  "segment = Optional.of(files.rewrite(on, segment.get(), takenInBy(on, rows)));",
                  "segment = Optional.of(segment.get());"),
          mutant(
                  "output deleted before its batch is settled",
                  "a large output while others compact and collect",
                  WORKSPACE + "Collector")
              .and(
                  "if (watermarks.cover(manifest, batch)) { if (!files.hold(",
                  "if (manifest.number() > 0) { if (!files.hold("),
          mutant(
                  "fenced number taken for free",
                  "a large output while others compact and collect",
                  LOG + "WriterLog")
              .and(
                  "if (hasOutputs && !covered(key, operation)",
                  "if (key == null && !covered(key, operation)"),
          mutant("unknown outcome asked for without a fence", ASKERS, LOG + "ConditionalWrite")
              .and(
                  "return fence(what, key, operation, fence.get(), decoder, notThere);",
                  "try { Optional<ObjectStore.Stored> there = store.get(key);"
                      + " boolean ours = there.isPresent() && decoder.decode("
                      + "there.get().bytes()).operation().equals(operation);"
                      + " return new Fenced(ours ? new Ours() : new Failed(notThere), notThere);"
                      + " } catch (StorageUnavailableException e) {"
                      + " throw new OutcomeUnknownException(what, e); }"),
          mutant("rebase past the number in a file's name", OLD_FILE, WORKSPACE + "Compactor")
              .and(
                  "return winner.number() < read.number() + keys.manifestsAhead();",
                  "return winner.number() > 0;"),
          mutant(
                  "unnamed file deleted without looking at its number",
                  EXPIRY,
                  WORKSPACE + "Collector")
              .and(
                  "retired.contains(key.path())"
                      + " || keys.lastManifest(key.path()) <= manifest.number();",
                  "!retired.contains(\"none\");"),
          mutant("expiry carried out when its commit was lost", PINS, WORKSPACE + "Collector")
              .and(
                  "return gains && manifests.commit(next, ids.nextName()) == Commit.DONE",
                  "return gains && manifests.commit(next, ids.nextName()) != Commit.UNKNOWN"),
          mutant("manifest key deleted", EXPIRY, WORKSPACE + "Collector")
              .and("store.overwrite(object.key(), tombstone);", "store.delete(object.key());"),
          mutant("plan key deleted", "A: plan writers, compactor, collector", LOG + "Keys")
              .and(
                  "Stream.of(\"checkpoint/\", \"index/\",",
                  "Stream.of(\"plan/\", \"checkpoint/\", \"index/\","),
          mutant(
                  "pinned manifest emptied",
                  "manifests before and after a pinned one expire",
                  MANIFEST + "Manifest")
              .and(
                  "return other < oldestKept && !pins.containsValue(other);",
                  "return other < oldestKept;"),
          mutant("pinned file deleted", PINS, MANIFEST + "Manifest")
              .and(
                  "pins.values().stream().anyMatch(pin -> first <= pin && pin <= file.last())",
                  "pins.values().stream().anyMatch(pin -> first > pin && pin > file.last())"),
          mutant("expired manifest taken as the newest", EXPIRY, MANIFEST + "Manifests")
              .and("found = search(expired);", "found = Optional.empty();"));

  private Mutants() {}

  private static Mutant mutant(String rule, String scenario, String type) {
    return new Mutant(rule, scenario, type, List.of());
  }
}
