/**
 * Where Daybook's objects lie when they lie in an S3 bucket: {@link
 * dev.daybook.storage.s3.S3ObjectStore} on the AWS SDK for Java v2. Any server will do that honours
 * {@code If-None-Match: *} on PUT and lists in key order. Knows nothing of plans, traces or
 * segments.
 */
package dev.daybook.storage.s3;
