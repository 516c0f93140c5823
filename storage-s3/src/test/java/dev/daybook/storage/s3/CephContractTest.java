package dev.daybook.storage.s3;

import dev.daybook.storage.ObjectStore;
import dev.daybook.storage.ObjectStoreContract;
import org.junit.jupiter.api.Tag;

@Tag("ceph")
final class CephContractTest extends ObjectStoreContract {
  @Override
  protected ObjectStore freshStore() {
    return CephBucket.freshStore();
  }
}
