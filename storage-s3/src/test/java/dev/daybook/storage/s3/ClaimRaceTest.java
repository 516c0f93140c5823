package dev.daybook.storage.s3;

import dev.daybook.crash.ClaimRaceContract;
import dev.daybook.crash.ClaimRacer;
import dev.daybook.storage.ObjectStore;
import dev.daybook.storage.s3.testing.S3Double;
import dev.daybook.storage.s3.testing.S3DoubleProcess;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** Processes that race for tasks in one bucket, whose server is a process of its own. */
final class ClaimRaceTest extends ClaimRaceContract {
  private final List<S3DoubleProcess> servers = new ArrayList<>();

  @AfterEach
  void stopServers() throws Exception {
    for (S3DoubleProcess server : servers) {
      server.close();
    }
  }

  @Override
  protected Class<?> program() {
    return Child.class;
  }

  @Override
  protected String freshPlace(Path folder) throws Exception {
    S3DoubleProcess server = S3DoubleProcess.start();
    servers.add(server);
    return server.endpoint().toString();
  }

  @Override
  protected ObjectStore open(String place) {
    return S3Double.connect(URI.create(place)).prefix("team/factory").build();
  }

  /** A process that races. */
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) throws Exception {
      URI endpoint = URI.create(arguments[0]);
      try (ObjectStore store = S3Double.connect(endpoint).prefix("team/factory").build()) {
        ClaimRacer.run(store, arguments);
      }
    }
  }
}
