package dev.daybook.storage.s3.testing;

import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/** Decides which requests of {@link S3Double} fail, and how. Called by many threads at once. */
@FunctionalInterface
public interface S3Faults {
  /** What happens to the next request, which is of this kind and for this key. */
  S3Fault next(S3Operation operation, String key);

  /** No faults. */
  static S3Faults none() {
    return (operation, key) -> S3Fault.NONE;
  }

  /**
   * Faults at random, the same for the same seed and order of requests.
   *
   * @param rate share of requests that fail, from 0 to 1
   * @param faults those to choose from, each as likely, among the ones that fit the request
   */
  static S3Faults seeded(long seed, double rate, S3Fault... faults) {
    var choice = List.of(faults);
    var requests = new AtomicLong();
    return (operation, key) -> {
      // One generator a request, so that threads need no lock and a request its number only.
      var random = new SplittableRandom(seed * 31 + requests.getAndIncrement());
      var fitting = choice.stream().filter(fault -> fault.fits(operation)).toList();
      return fitting.isEmpty() || random.nextDouble() >= rate
          ? S3Fault.NONE
          : fitting.get(random.nextInt(fitting.size()));
    };
  }
}
