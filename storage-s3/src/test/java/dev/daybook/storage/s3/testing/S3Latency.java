package dev.daybook.storage.s3.testing;

import java.time.Duration;
import java.util.Random;

/**
 * How long {@link S3Double} takes to answer: log-normal, as the latencies of object stores roughly
 * are.
 *
 * @param p50 half of the answers take less
 * @param p99 one of a hundred takes longer
 */
public record S3Latency(Duration p50, Duration p99) {
  /** No latency but the machine's own. */
  public static final S3Latency NONE = new S3Latency(Duration.ZERO, Duration.ZERO);

  /** The 99th percentile of the standard normal distribution. */
  private static final double Z99 = 2.3263;

  /** Checks the order of the two. */
  public S3Latency {
    if (p50.isNegative() || p99.compareTo(p50) < 0) {
      throw new IllegalArgumentException("Latency p50 " + p50 + " and p99 " + p99);
    }
  }

  Duration draw(Random random) {
    if (p50.isZero()) {
      return Duration.ZERO;
    }
    double sigma = Math.log((double) p99.toNanos() / p50.toNanos()) / Z99;
    return Duration.ofNanos((long) (p50.toNanos() * Math.exp(sigma * random.nextGaussian())));
  }
}
