package dev.daybook.internal.minilm;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtLoggingLevel;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts the one ONNX Runtime environment of the process. */
final class OnnxRuntimeStart {
  private static final Logger LOG = LoggerFactory.getLogger(OnnxRuntimeStart.class);

  /**
   * Where to unpack native libraries: a folder, or {@code none}; see {@link NativeLibraryCache}.
   */
  private static final String FOLDER_PROPERTY = "daybook.onnxruntime.folder";

  /** Null until the first start. */
  private static OrtEnvironment started;

  private OnnxRuntimeStart() {}

  /**
   * The environment, started if need be. Never freed.
   *
   * @throws IllegalStateException if ONNX Runtime cannot run here, saying why
   */
  static synchronized OrtEnvironment environment() {
    if (started != null) {
      return started;
    }
    try {
      OrtEnvironment environment = startWithOwnLibraries();
      keepThroughExit(environment);
      started = environment;
      return environment;
    } catch (LinkageError | RuntimeException e) {
      throw new IllegalStateException(
          ("The MiniLM embedder cannot start ONNX Runtime on %s %s (%s); it runs on Linux x64 and"
               + " aarch64 with glibc, macOS aarch64 and Windows x64, elsewhere recall is lexical")
              .formatted(System.getProperty("os.name"), System.getProperty("os.arch"), reason(e)),
          e);
    }
  }

  /** The properties only count while ONNX Runtime's classes are initialized; later they do harm. */
  private static OrtEnvironment startWithOwnLibraries() {
    Map<String, String> libraries =
        NativeLibraryCache.locate(System.getProperty(FOLDER_PROPERTY, ""));
    libraries.forEach(System::setProperty);
    try {
      return OrtEnvironment.getEnvironment();
    } finally {
      libraries.keySet().forEach(System::clearProperty);
    }
  }

  /**
   * Takes a second reference to the native environment. ONNX Runtime's shutdown hook frees the
   * environment even while another thread is creating a session, which then crashes the JVM
   * (microsoft/onnxruntime#31352: seen in 13 of 15 exits during a load, in 0 of 20 with this).
   * Hooks have no order, and there is no public way to hold the environment.
   */
  private static void keepThroughExit(OrtEnvironment environment) {
    try {
      Field api =
          Class.forName("ai.onnxruntime.OnnxRuntime", false, OrtEnvironment.class.getClassLoader())
              .getDeclaredField("ortApiHandle");
      Method createHandle =
          OrtEnvironment.class.getDeclaredMethod(
              "createHandle", long.class, int.class, String.class);
      api.setAccessible(true);
      createHandle.setAccessible(true);
      int level = OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING.getValue();
      createHandle.invoke(environment, api.getLong(null), level, OrtEnvironment.DEFAULT_NAME);
    } catch (ReflectiveOperationException | RuntimeException e) {
      LOG.debug("Exiting the JVM while a MiniLM model is being loaded may crash it", e);
    }
  }

  private static String reason(Throwable thrown) {
    Throwable cause = thrown;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }
}
