/**
 * One open workspace: the strong read that puts plan, logs and manifest together, the files a
 * snapshot needs, and compaction. Everything that must agree on the order of requests is here.
 */
package dev.daybook.internal.workspace;
