package dev.daybook.storage.s3;

import dev.daybook.storage.ObjectStore;
import dev.daybook.storage.ObjectStoreRaceContract;
import org.junit.jupiter.api.Tag;

@Tag("ceph")
final class CephRaceContractTest extends ObjectStoreRaceContract {
  @Override
  protected int rounds() {
    return 40;
  }

  @Override
  protected ObjectStore freshStore() {
    return CephBucket.freshStore();
  }
}
