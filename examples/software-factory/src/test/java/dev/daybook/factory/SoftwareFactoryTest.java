package dev.daybook.factory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.storage.s3.testing.S3Double;
import dev.daybook.storage.s3.testing.S3DoubleProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small team and a few days, with processes killed, as a user runs it. */
class SoftwareFactoryTest {
  /** Files, folders, the report, and what is found on the way. */
  private static final int TASKS = SampleTree.FILES + 3 + 1 + 1;

  @TempDir private Path folder;
  private String tree;

  @BeforeEach
  void writeTree() throws Exception {
    tree = SampleTree.write(folder.resolve("tree")).toString();
  }

  @Test
  void aTeamFinishesItsPlanInAFolderThoughProcessesAreKilled() throws Exception {
    Jvm run = team(Map.of());

    assertKept(run, TASKS);
    assertThat(folder.resolve("target/software-factory/workspaces/two-weeks")).isDirectory();
  }

  @Test
  void aTeamFinishesAnImportedPlanInABucketThoughProcessesAreKilled() throws Exception {
    try (var server = S3DoubleProcess.start()) {
      Jvm run =
          team(
              Map.of(
                  "AWS_ACCESS_KEY_ID", S3Double.ACCESS_KEY,
                  "AWS_SECRET_ACCESS_KEY", S3Double.SECRET),
              "--s3",
              server.endpoint().toString(),
              S3Double.BUCKET,
              "--plan",
              SamplePlan.write(folder.resolve("plan.jsonl")).toString());

      assertKept(run, SamplePlan.WORKABLE);
      assertThat(run.out()).contains("4 that were closed before or deferred are as they were");
      assertThat(run.out()).contains("s3://factory at " + server.endpoint());
    }
  }

  private Jvm team(Map<String, String> environment, String... more) throws Exception {
    String[] arguments =
        Stream.concat(
                Stream.of(
                    "--tree",
                    tree,
                    "--agents",
                    "3",
                    "--kills",
                    "3",
                    "--days",
                    "3",
                    "--lease",
                    "3",
                    "--minutes",
                    "4"),
                Stream.of(more))
            .toArray(String[]::new);
    return Jvm.run(folder, environment, arguments);
  }

  private void assertKept(Jvm run, int tasks) throws Exception {
    assertThat(run.err()).isEmpty();
    assertThat(run.exit()).as(run.out()).isZero();
    assertThat(run.out())
        .contains("3 processes killed")
        .contains(tasks + " of " + tasks + " closed, " + tasks + " of them exactly once")
        .containsPattern("promised by a receipt or a plan change that returned, 0 of them lost")
        .containsPattern("verify read [\\d,]+ objects, [\\d,]+ KiB: whole")
        .containsPattern("[1-9]\\d* times a rejected approach was not tried again")
        .endsWith("Every promise was kept.\n");
    try (Stream<Path> notes = Files.list(folder.resolve("target/software-factory/notes"))) {
      assertThat(notes.filter(file -> file.toString().endsWith(".log")))
          .hasSize(3)
          .allSatisfy(log -> assertThat(log).isEmptyFile());
    }
  }
}
