package dev.daybook.arrow;

import java.nio.ByteBuffer;
import java.util.function.Supplier;

/** Says in words what Arrow needs of the host if it is not there. Names no class of Arrow. */
final class ArrowSupport {
  private static final String COORDINATES =
      "org.apache.arrow:arrow-vector and an allocator such as org.apache.arrow:arrow-memory-unsafe";

  private static final ClassLoader LOADER = ArrowSupport.class.getClassLoader();

  private ArrowSupport() {}

  /**
   * Makes sure that Arrow is there.
   *
   * @throws IllegalStateException if not; its message says what to do
   */
  static void require() {
    try {
      Class<?> unused = Class.forName("org.apache.arrow.vector.ipc.ArrowReader", false, LOADER);
      unused = memory();
    } catch (ClassNotFoundException | NoClassDefFoundError e) {
      throw new IllegalStateException(
          "Apache Arrow is not on the class path (%s is missing); the export of record batches needs %s, version 17 or newer, which daybook-core does not bring along"
              .formatted(e.getMessage().replace('/', '.'), COORDINATES),
          e);
    }
  }

  private static Class<?> memory() throws ClassNotFoundException {
    return Class.forName("org.apache.arrow.memory.util.MemoryUtil", false, LOADER);
  }

  /**
   * Makes an allocator.
   *
   * @throws IllegalStateException if Arrow may not do what it must, or there is none to be had; its
   *     message says what to do
   */
  static <T> T allocator(Supplier<T> maker) {
    try {
      return maker.get();
    } catch (LinkageError | RuntimeException e) {
      requireOpened(e);
      throw new IllegalStateException(
          "Apache Arrow finds no memory allocator (%s); put one on the class path, such as org.apache.arrow:arrow-memory-unsafe, or give your own to open(filter, allocator)"
              .formatted(e.getCause() == null ? e : e.getCause()),
          e);
    }
  }

  /**
   * Uses memory of Arrow's for the first time: some versions say at once that they may not, some
   * when it is written.
   *
   * @throws IllegalStateException if they may not; its message says what to do
   */
  static <T> T probe(Supplier<T> use) {
    try {
      return use.get();
    } catch (LinkageError | UnsupportedOperationException e) {
      requireOpened(e);
      throw e;
    }
  }

  private static void requireOpened(Throwable failure) {
    try {
      Module arrow = memory().getModule();
      if (!ByteBuffer.class.getModule().isOpen("java.nio", arrow)) {
        throw new IllegalStateException(notOpened(arrow), failure);
      }
    } catch (ClassNotFoundException e) {
      e.addSuppressed(failure);
      throw new IllegalStateException("Apache Arrow was there a moment ago", e);
    }
  }

  private static String notOpened(Module arrow) {
    String flag =
        "--add-opens=java.base/java.nio=" + (arrow.isNamed() ? arrow.getName() : "ALL-UNNAMED");
    return "Apache Arrow may not use the memory of this JVM, since package java.nio is not opened"
        + " to it; start the JVM that exports with "
        + flag
        + ": on the command line before the class or -jar; in the manifest of an executable jar"
        + " as Add-Opens: java.base/java.nio; in Maven's surefire as <argLine>"
        + flag
        + "</argLine>; in Gradle as jvmArgs('"
        + flag
        + "') of the task that runs or tests; anywhere by the variable JDK_JAVA_OPTIONS";
  }
}
