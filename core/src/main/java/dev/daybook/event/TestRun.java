package dev.daybook.event;

import java.util.List;

/**
 * What a test command came to.
 *
 * @param command the command
 * @param passed how many tests passed
 * @param failed how many failed
 * @param skipped how many did not run
 * @param failing the names of those that failed, at most as many as failed; a handoff that is built
 *     or offered names at least one if any failed
 */
public record TestRun(String command, int passed, int failed, int skipped, List<String> failing) {
  /** Copies the names and checks that they fit the count. */
  public TestRun {
    Check.notBlank(command, "TestRun", "command");
    Check.notNegative(passed, "TestRun", "passed");
    Check.notNegative(failed, "TestRun", "failed");
    Check.notNegative(skipped, "TestRun", "skipped");
    failing = Check.texts(failing, "TestRun", "failing");
    if (failing.size() > failed) {
      throw new IllegalArgumentException(
          "TestRun of '"
              + command
              + "' names "
              + failing.size()
              + " failing tests but counts "
              + failed);
    }
  }

  /** A run in which {@code passed} tests passed and the named ones failed. */
  public static TestRun of(String command, int passed, String... failing) {
    return new TestRun(command, passed, failing.length, 0, List.of(failing));
  }
}
