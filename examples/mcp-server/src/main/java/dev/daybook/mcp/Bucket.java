package dev.daybook.mcp;

import dev.daybook.mcp.Target.Setting;
import dev.daybook.storage.ObjectStore;
import dev.daybook.storage.s3.S3ObjectStore;
import dev.daybook.storage.s3.S3ObjectStoreBuilder;
import java.net.URI;
import java.util.stream.Stream;

/** A store in a bucket; a class of its own, since Amazon's are loaded with it. */
final class Bucket {
  private static final String SCHEME = "s3://";

  private Bucket() {}

  /**
   * The store that {@code s3://bucket/prefix} names. Keys and region are looked for where Amazon's
   * SDK looks.
   *
   * @throws IllegalArgumentException if bucket, prefix or endpoint cannot be one, or no region is
   *     set
   */
  static ObjectStore open(Target target) {
    Setting address = target.setting(Target.Key.STORE);
    String path = address.value().substring(SCHEME.length());
    int slash = path.indexOf('/');
    String bucket = slash < 0 ? path : path.substring(0, slash);
    String prefix = slash < 0 ? "" : path.substring(slash + 1).replaceFirst("/$", "");
    try {
      S3ObjectStoreBuilder builder = S3ObjectStore.builder(bucket);
      if (!prefix.isEmpty()) {
        builder.prefix(prefix);
      }
      String endpoint = target.endpoint();
      if (!endpoint.isEmpty()) {
        builder.endpoint(URI.create(endpoint)).pathStyle();
        Stream.of("AWS_REGION", "AWS_DEFAULT_REGION")
            .map(variable -> target.environment().getOrDefault(variable, ""))
            .filter(region -> !region.isBlank())
            .findFirst()
            .ifPresent(builder::region);
      }
      return builder.build();
    } catch (IllegalArgumentException e) {
      throw unusable(address, String.valueOf(e.getMessage()), e);
    } catch (IllegalStateException e) {
      // What the SDK says of it goes on for a page.
      throw unusable(
          address,
          "Amazon's SDK finds no region for it; set AWS_REGION, or region in ~/.aws/config, or give"
              + " --endpoint ADDRESS if the server is not Amazon's",
          e);
    }
  }

  private static IllegalArgumentException unusable(
      Setting address, String why, RuntimeException cause) {
    return new IllegalArgumentException(
        "Store '%s' (from %s): %s".formatted(address.value(), address.origin(), why), cause);
  }
}
