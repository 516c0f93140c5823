package dev.daybook.benchmarks;

/** What is on the class path; peers are there only with the profile {@code peers}. */
public final class ClassPath {
  private ClassPath() {}

  /** Whether a class is there, of this name; it is not initialised. */
  public static boolean has(String type) {
    try {
      return Class.forName(type, false, ClassPath.class.getClassLoader()) != null;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }
}
