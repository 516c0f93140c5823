package dev.daybook.storage.local;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.storage.MemoryObjectStore;
import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** A listing of files answers what a sorted map of the same keys answers. */
class ListingProperties {
  @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
  void listsLikeASortedMap(
      @ForAll("keySets") Set<String> keys,
      @ForAll("places") String prefix,
      @ForAll("places") String startAfter)
      throws IOException {
    var directory = Files.createTempDirectory("listing");
    try (var memory = new MemoryObjectStore();
        var local = LocalObjectStore.at(directory)) {
      for (var key : keys) {
        memory.createIfAbsent(ObjectKey.of(key), key.getBytes(US_ASCII));
        Files.createDirectories(Layout.path(directory, ObjectKey.of(key)).getParent());
        Files.writeString(Layout.path(directory, ObjectKey.of(key)), key);
      }

      var expected = pages(memory, prefix, startAfter, 1_000);

      for (int keysMax : new int[] {1, 2, 1_000}) {
        assertThat(pages(local, prefix, startAfter, keysMax)).isEqualTo(expected);
      }
    } finally {
      deleteAll(directory);
    }
  }

  @Provide
  Arbitrary<Set<String>> keySets() {
    return keys().set().ofMaxSize(12).map(ListingProperties::withoutFoldersOfOthers);
  }

  @Provide
  Arbitrary<String> places() {
    var cut =
        keys()
            .flatMap(key ->
                Arbitraries.integers().between(0, key.length()).map(end -> key.substring(0, end)));
    return Arbitraries.oneOf(Arbitraries.just(""), keys(), cut, keys().map(key -> key + "/"));
  }

  private static Arbitrary<String> keys() {
    var numbers =
        Arbitraries.of("000000000999", "000000001000", "0000000001000", "00000000099", "000000001");
    var ends = Arbitraries.of("", "-", ".z", "1");
    var numbered = numbers.flatMap(number -> ends.map(end -> number + end));
    var names = Arbitraries.of("a", "a-", "a.b", "a0", "A", "ab", "000000001", "b");
    return Arbitraries.oneOf(names, numbered)
        .list()
        .ofMinSize(1)
        .ofMaxSize(3)
        .map(parts -> String.join("/", parts));
  }

  private static Set<String> withoutFoldersOfOthers(Set<String> keys) {
    var kept = new TreeSet<>(keys);
    kept.removeIf(key -> keys.stream().anyMatch(other -> other.startsWith(key + "/")));
    return kept;
  }

  private static List<String> pages(
      ObjectStore store, String prefix, String startAfter, int keysMax) throws IOException {
    List<String> all = new ArrayList<>();
    var after = startAfter;
    ObjectStore.Page page;
    do {
      page = store.list(prefix, after, keysMax);
      for (var listed : page.objects()) {
        all.add(listed.key() + " " + listed.size());
        after = listed.key().path();
      }
    } while (page.more() && !page.objects().isEmpty());
    return all;
  }

  private static void deleteAll(Path directory) throws IOException {
    try (var files = Files.walk(directory)) {
      for (var file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(file);
      }
    }
  }
}
