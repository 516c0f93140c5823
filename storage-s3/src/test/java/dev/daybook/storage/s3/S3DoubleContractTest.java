package dev.daybook.storage.s3;

import dev.daybook.storage.ObjectStore;
import dev.daybook.storage.ObjectStoreContract;
import dev.daybook.storage.s3.testing.S3Double;
import org.junit.jupiter.api.AfterEach;

final class S3DoubleContractTest extends ObjectStoreContract {
  private S3Double server;

  @AfterEach
  void stopServer() throws Exception {
    server.close();
  }

  @Override
  protected ObjectStore freshStore() throws Exception {
    server = S3Double.start();
    return server.storeBuilder().prefix("team/factory").build();
  }
}
