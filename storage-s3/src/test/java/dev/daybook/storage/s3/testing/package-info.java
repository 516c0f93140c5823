/**
 * S3 servers for tests, of this module and of others (they come in its test-jar): {@link
 * dev.daybook.storage.s3.testing.S3Double}, in this process or one of its own, with faults and
 * latency on demand; and {@link dev.daybook.storage.s3.testing.S3ProxyProcess}, somebody else's
 * server. Neither keeps anything longer than the test.
 */
package dev.daybook.storage.s3.testing;
