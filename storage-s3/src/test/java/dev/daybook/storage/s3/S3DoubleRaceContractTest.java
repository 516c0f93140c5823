package dev.daybook.storage.s3;

import dev.daybook.storage.ObjectStore;
import dev.daybook.storage.ObjectStoreRaceContract;
import dev.daybook.storage.s3.testing.S3Double;
import org.junit.jupiter.api.AfterEach;

final class S3DoubleRaceContractTest extends ObjectStoreRaceContract {
  private S3Double server;

  @AfterEach
  void stopServer() throws Exception {
    server.close();
  }

  @Override
  protected int rounds() {
    return Integer.getInteger("sim.races", 8);
  }

  @Override
  protected ObjectStore freshStore() throws Exception {
    server = S3Double.start();
    return server.storeBuilder().prefix("team/factory").build();
  }
}
