package dev.daybook.factory;

import dev.daybook.Daybook;
import dev.daybook.StorageAccessException;
import dev.daybook.Workspace;
import dev.daybook.recall.Embedder;
import dev.daybook.storage.ObjectStore;
import dev.daybook.storage.local.LocalObjectStore;
import dev.daybook.storage.s3.S3ObjectStore;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import picocli.CommandLine.Option;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;

/** What a run is like, as it stands on the command line of each of its processes. */
final class Settings {
  /** The workspace that all share. */
  static final String WORKSPACE = "two-weeks";

  private static final String REGION = System.getenv().getOrDefault("AWS_REGION", "us-east-1");

  /** The roles of a team, in the order in which it grows. */
  private static final List<String> ROLES =
      List.of("planner", "coder", "reviewer", "coder", "tester", "coder", "reviewer", "coder");

  /** What is shown of a place instead of the path of the current folder. */
  private static final Path HERE = Path.of("").toAbsolutePath();

  @Option(
      names = "--folder",
      paramLabel = "DIR",
      defaultValue = "target/software-factory",
      description =
          "Keep the workspace and what the processes write down in this folder (default:"
              + " ${DEFAULT-VALUE}).")
  private Path folder;

  @Option(
      names = "--s3",
      arity = "2",
      paramLabel = "ENDPOINT BUCKET",
      hideParamSyntax = true,
      description =
          "Keep the workspace in a bucket instead, such as --s3 http://127.0.0.1:9000 factory. The"
              + " keys are in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. A bucket that is missing"
              + " is created.")
  private List<String> s3 = List.of();

  @Option(
      names = "--tree",
      paramLabel = "DIR",
      defaultValue = ".",
      description =
          "The Java sources the team looks through, a task for each file (default: the current"
              + " folder).")
  private Path tree;

  @Option(
      names = "--files",
      paramLabel = "N",
      defaultValue = "240",
      description = "At most so many files, spread over the tree (default: ${DEFAULT-VALUE}).")
  private int files;

  @Option(
      names = "--plan",
      paramLabel = "FILE",
      description =
          "Work through a plan that another program kept instead of one made from the tree: JSON"
              + " Lines, plain or gzip, of rows {seq, ts, op, id, set}. Each task is researched in"
              + " the tree.")
  private Optional<Path> plan = Optional.empty();

  @Option(
      names = "--tasks",
      paramLabel = "N",
      defaultValue = "250",
      description =
          "At most so many open tasks of that plan, with all they depend on (default:"
              + " ${DEFAULT-VALUE}).")
  private int tasks;

  /** Known to the processes of agents, which are started after the plan is there. */
  @Option(names = "--aside", hidden = true, defaultValue = "0")
  private int aside;

  @Option(
      names = "--agents",
      paramLabel = "N",
      defaultValue = "8",
      description = "Processes of agents, at least 2 (default: ${DEFAULT-VALUE}).")
  private int agents;

  @Option(
      names = "--days",
      paramLabel = "N",
      defaultValue = "10",
      description =
          "Working days: a day is over when its share of the tasks is closed (default:"
              + " ${DEFAULT-VALUE}).")
  private int days;

  @Option(
      names = "--lease",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description = "How long a claim lasts if it is not renewed (default: ${DEFAULT-VALUE}).")
  private int leaseSeconds;

  @Option(
      names = "--tokens",
      paramLabel = "N",
      defaultValue = "1500",
      description = "The budget of a briefing (default: ${DEFAULT-VALUE}).")
  private int tokens;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Decides what agents do and when they are killed (default: ${DEFAULT-VALUE}).")
  private long seed;

  /** Opens the store; the caller closes it. */
  ObjectStore open() {
    if (!isBucket()) {
      return LocalObjectStore.at(folder.resolve("workspaces"));
    }
    return S3ObjectStore.builder(bucket())
        .endpoint(endpoint())
        .region(REGION)
        .pathStyle()
        .prefix("")
        .build();
  }

  /** The names of the workspaces in a store of this place; a bucket that is missing is created. */
  List<String> workspaces(ObjectStore store) {
    try {
      return Workspace.list(store);
    } catch (StorageAccessException e) {
      if (Stream.<Throwable>iterate(e, Objects::nonNull, Throwable::getCause)
          .noneMatch(NoSuchBucketException.class::isInstance)) {
        throw e;
      }
      createBucket();
      return List.of();
    }
  }

  private void createBucket() {
    try (S3Client client =
        S3Client.builder()
            .endpointOverride(endpoint())
            .region(Region.of(REGION))
            .forcePathStyle(true)
            .httpClient(UrlConnectionHttpClient.create())
            .build()) {
      client.createBucket(create -> create.bucket(bucket()));
    }
  }

  /** An engine on a store of this place; recall goes by words, so that nothing is downloaded. */
  Daybook on(ObjectStore store) {
    return Daybook.on(store).embedder(Embedder.none()).open();
  }

  /** Where each process writes down what it was promised. */
  Path notes() {
    return folder.resolve("notes");
  }

  /** Where agents write what they found. */
  Path summaries() {
    return folder.resolve("summaries");
  }

  Path tree() {
    return tree.toAbsolutePath().normalize();
  }

  /** Where the plan comes from. */
  PlanSource source() {
    return plan.isPresent()
        ? new ImportedPlan(plan.orElseThrow(), tasks)
        : new SourcePlan(tree(), files);
  }

  /** How many tasks of the plan are not to be done. */
  int aside() {
    return aside;
  }

  void aside(int count) {
    aside = count;
  }

  int days() {
    return days;
  }

  Duration lease() {
    return Duration.ofSeconds(leaseSeconds);
  }

  int tokensMax() {
    return tokens;
  }

  long seed() {
    return seed;
  }

  /** The agents, each with its role. */
  List<Team.Member> team() {
    return IntStream.range(0, agents)
        .mapToObj(i -> {
          String role = ROLES.get(i % ROLES.size());
          long before =
              IntStream.range(0, i).filter(j -> ROLES.get(j % ROLES.size()).equals(role)).count();
          return new Team.Member(role + "-" + (before + 1), role);
        })
        .toList();
  }

  /** Says what cannot be run. */
  void check() {
    requireAtLeast("--agents", agents, 2);
    requireAtLeast("--files", files, 1);
    requireAtLeast("--tasks", tasks, 1);
    requireAtLeast("--days", days, 1);
    requireAtLeast("--lease", leaseSeconds, 1);
    requireAtLeast("--tokens", tokens, 50);
  }

  private static void requireAtLeast(String option, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(option + " is " + value + ", expected at least " + least);
    }
  }

  private boolean isBucket() {
    return !s3.isEmpty();
  }

  private URI endpoint() {
    return URI.create(s3.get(0));
  }

  private String bucket() {
    return s3.get(1);
  }

  /** The same settings as arguments for another process. */
  List<String> arguments() {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--folder", folder.toString(),
                "--tree", tree.toString(),
                "--aside", String.valueOf(aside),
                "--agents", String.valueOf(agents),
                "--days", String.valueOf(days),
                "--lease", String.valueOf(leaseSeconds),
                "--tokens", String.valueOf(tokens),
                "--seed", String.valueOf(seed)));
    if (isBucket()) {
      arguments.add("--s3");
      arguments.addAll(s3);
    }
    return arguments;
  }

  @Override
  public String toString() {
    return isBucket()
        ? "s3://" + bucket() + " at " + s3.get(0)
        : shown(folder.toAbsolutePath().normalize().toString());
  }

  /** The same text with paths in the current folder shown as seen from there. */
  static String shown(String text) {
    return text.replace(HERE + "/", "");
  }
}
