package dev.daybook.storage.local;

import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;

/** Stores in circumstances that this machine's file system does not offer by itself. */
final class TestStores {
  private TestStores() {}

  /** As if the file system had no hard links. */
  static LocalObjectStore withoutLinks(Path directory) {
    return open(
        directory, Opening.Links.NEVER, Opening.Cases.AS_THE_FILE_SYSTEM, InstantSource.system());
  }

  /** As if the file system did not tell names apart by case. */
  static LocalObjectStore withoutCases(Path directory) {
    return open(
        directory,
        Opening.Links.IF_SUPPORTED,
        Opening.Cases.NEVER_TOLD_APART,
        InstantSource.system());
  }

  /** As if opened at this time. */
  static LocalObjectStore openedAt(Path directory, Instant time) {
    return open(
        directory, Opening.Links.IF_SUPPORTED, Opening.Cases.AS_THE_FILE_SYSTEM, () -> time);
  }

  private static LocalObjectStore open(
      Path directory, Opening.Links links, Opening.Cases cases, InstantSource clock) {
    return LocalObjectStore.open(
        new Opening(directory, Opening.Network.REFUSED, links, cases, clock));
  }
}
