package dev.daybook.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.storage.CountingObjectStore.Kind;
import dev.daybook.storage.CountingObjectStore.Request;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class CountingObjectStoreTest {
  @Nested
  class Contract extends ObjectStoreContract {
    @Override
    protected ObjectStore freshStore() {
      return new CountingObjectStore(new MemoryObjectStore());
    }
  }

  @Test
  void remembersEachRequest() throws Exception {
    var store = new CountingObjectStore(new MemoryObjectStore());
    var key = ObjectKey.of("a/b");

    store.createIfAbsent(key, new byte[1]);
    store.createIfAbsent(key, new byte[1]);
    store.get(key);
    store.getRange(key, 0, 1);
    store.list("a/", "", 1);
    store.overwrite(key, new byte[2]);
    store.delete(key);

    assertThat(store.counts())
        .isEqualTo(
            Map.of(
                Kind.CREATE,
                2,
                Kind.GET,
                1,
                Kind.GET_RANGE,
                1,
                Kind.LIST,
                1,
                Kind.OVERWRITE,
                1,
                Kind.DELETE,
                1));
    assertThat(store.requests())
        .startsWith(new Request(Kind.CREATE, "a/b"))
        .contains(new Request(Kind.LIST, "a/"))
        .endsWith(new Request(Kind.DELETE, "a/b"));

    store.reset();
    assertThat(store.counts()).isEmpty();
    assertThat(store.count(Kind.GET)).isZero();
  }
}
