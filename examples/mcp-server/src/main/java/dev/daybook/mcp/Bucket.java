package dev.daybook.mcp;

import dev.daybook.mcp.Target.Setting;
import dev.daybook.storage.ObjectStore;
import dev.daybook.storage.s3.S3ObjectStore;
import dev.daybook.storage.s3.S3ObjectStoreBuilder;
import java.net.URI;
import java.util.List;
import java.util.Map;

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
      String endpoint = endpoint(target);
      if (!endpoint.isEmpty()) {
        builder.endpoint(URI.create(endpoint)).pathStyle();
        String region = first(target.environment(), List.of("AWS_REGION", "AWS_DEFAULT_REGION"));
        if (!region.isEmpty()) {
          builder.region(region);
        }
      }
      return builder.build();
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw new IllegalArgumentException(
          "Store '%s' (from %s): %s".formatted(address.value(), address.origin(), e.getMessage()),
          e);
    }
  }

  private static String endpoint(Target target) {
    Setting endpoint = target.setting(Target.Key.ENDPOINT);
    return endpoint.isSet()
        ? endpoint.value()
        : first(target.environment(), List.of("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"));
  }

  private static String first(Map<String, String> environment, List<String> names) {
    return names.stream()
        .map(name -> environment.getOrDefault(name, ""))
        .filter(value -> !value.isEmpty())
        .findFirst()
        .orElse("");
  }
}
