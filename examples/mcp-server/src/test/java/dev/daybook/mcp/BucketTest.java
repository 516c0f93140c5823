package dev.daybook.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.mcp.Cli.Result;
import dev.daybook.storage.s3.testing.S3Double;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands on a store in a bucket. */
class BucketTest {
  private static final String STORE = "s3://" + S3Double.BUCKET + "/team/one";

  @TempDir Path root;
  private Cli cli;
  private S3Double bucket;

  @BeforeEach
  void startBucket() throws IOException {
    cli = new Cli(root);
    bucket = S3Double.start();
    System.setProperty("aws.accessKeyId", S3Double.ACCESS_KEY);
    System.setProperty("aws.secretAccessKey", S3Double.SECRET);
  }

  @AfterEach
  void stopBucket() throws IOException {
    bucket.close();
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
  }

  private Result run(String... arguments) {
    Result result = cli.run(arguments);
    assertThat(result.exit()).as(result.err()).isZero();
    return result;
  }

  @Test
  void aWorkspaceInABucketIsUsedAsOneInAFolder() {
    cli.with("DAYBOOK_ENDPOINT", bucket.endpoint().toString()).with("DAYBOOK_STORE", STORE);
    assertThat(run("workspace", "create", "demo").out()).contains("'demo' in " + STORE);
    run("note", "tokens expire at noon");
    assertThat(run("recall", "tokens").out()).contains("expire at noon");
    assertThat(run("workspace", "list").lines()).containsExactly("* demo");
    assertThat(run("verify").out()).endsWith(": whole\n");
    assertThat(cli.store()).doesNotExist();
    assertThat(cli.run("plan", "--store", "s3://another/team").err())
        .contains("no such bucket")
        .contains(bucket.endpoint().toString());
    assertThat(cli.run("plan", "--store", "s3://another/team").exit()).isEqualTo(5);
  }

  @Test
  void theAddressIsKeptWithTheWorkspaceAndToldToClients() {
    String endpoint = bucket.endpoint().toString();
    run("workspace", "create", "demo", "--store", STORE, "--endpoint", endpoint);
    assertThat(run("workspace", "list", "--json").json().get("store").asText()).isEqualTo(STORE);
    assertThat(run("connect", "generic", "--json").json().get("command").toString())
        .contains("\"--store\",\"" + STORE + "\",\"--endpoint\",\"" + endpoint + "\"");
  }

  @Test
  void theRegionIsTheFirstThatIsNotBlank() {
    cli.with("DAYBOOK_ENDPOINT", bucket.endpoint().toString()).with("DAYBOOK_STORE", STORE);
    cli.with("AWS_REGION", "").with("AWS_DEFAULT_REGION", "eu-west-1");
    assertThat(cli.run("workspace", "create", "demo").err()).contains("eu-west-1");
    cli.with("AWS_REGION", "us-east-1");
    run("workspace", "create", "demo");
  }

  @Test
  void aServerThatDoesNotAnswerIsAskedAsLongAsIsSaid() throws IOException {
    cli.with("DAYBOOK_ENDPOINT", bucket.endpoint().toString()).with("DAYBOOK_STORE", STORE);
    bucket.close();
    Result result = cli.run("plan", "-w", "demo", "--wait", "0");
    assertThat(result.exit()).isEqualTo(4);
    assertThat(result.err())
        .contains("cannot connect to " + bucket.endpoint())
        .containsPattern("after [12] attempts in \\d{1,4} ms; ")
        .contains("try again later (store '" + STORE + "' is from DAYBOOK_STORE)");
  }
}
