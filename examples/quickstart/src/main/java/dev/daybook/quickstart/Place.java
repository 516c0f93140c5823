package dev.daybook.quickstart;

import dev.daybook.Daybook;
import dev.daybook.StorageAccessException;
import dev.daybook.Workspace;
import dev.daybook.recall.Embedder;
import dev.daybook.storage.ObjectStore;
import dev.daybook.storage.local.LocalObjectStore;
import dev.daybook.storage.s3.S3ObjectStore;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import picocli.CommandLine.Option;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;

/** Where the workspaces are kept, as it stands on the command line of each of the processes. */
final class Place {
  private static final String REGION = System.getenv().getOrDefault("AWS_REGION", "us-east-1");

  /** What is shown of a place instead of the path of the current folder. */
  private static final Path HERE = Path.of("").toAbsolutePath();

  @Option(
      names = "--folder",
      paramLabel = "DIR",
      defaultValue = "target/factory",
      description = "Keep the workspaces in this folder (default: ${DEFAULT-VALUE}).")
  private Path folder;

  @Option(
      names = "--s3",
      arity = "2",
      paramLabel = "ENDPOINT BUCKET",
      hideParamSyntax = true,
      description =
          "Keep them in a bucket instead, such as --s3 http://127.0.0.1:9000 factory. The keys are"
              + " in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. A bucket that is missing is"
              + " created.")
  private List<String> s3 = List.of();

  @Option(
      names = "--prefix",
      paramLabel = "PREFIX",
      defaultValue = "",
      description = "With --s3: what all keys in the bucket begin with (default: nothing).")
  private String prefix;

  @Option(
      names = "--no-embeddings",
      description = "Recall by words alone, without the language model.")
  private boolean withoutEmbeddings;

  /** Opens the store; the caller closes it. */
  ObjectStore open() {
    if (!isBucket()) {
      return LocalObjectStore.at(folder);
    }
    return S3ObjectStore.builder(bucket())
        .endpoint(endpoint())
        .region(REGION)
        .pathStyle()
        .prefix(prefix)
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

  /** An engine on a store of this place. */
  Daybook on(ObjectStore store) {
    Daybook.Builder builder = Daybook.on(store);
    return (withoutEmbeddings ? builder.embedder(Embedder.none()) : builder).open();
  }

  boolean isEmbedding() {
    return !withoutEmbeddings;
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

  /** The same place as arguments for another process. */
  List<String> arguments() {
    List<String> arguments = new ArrayList<>(List.of("--folder", folder.toString()));
    if (isBucket()) {
      arguments.add("--s3");
      arguments.addAll(s3);
      arguments.addAll(List.of("--prefix", prefix));
    }
    if (withoutEmbeddings) {
      arguments.add("--no-embeddings");
    }
    return arguments;
  }

  @Override
  public String toString() {
    if (isBucket()) {
      return "s3://" + bucket() + (prefix.isEmpty() ? "" : "/" + prefix) + " at " + s3.get(0);
    }
    return shown(folder.toAbsolutePath().normalize().toString());
  }

  /** The same text with paths in the current folder shown as seen from there. */
  static String shown(String text) {
    return text.replace(HERE + "/", "");
  }
}
