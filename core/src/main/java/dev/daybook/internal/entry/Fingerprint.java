package dev.daybook.internal.entry;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Short hashes under which the same call and the same failure are equal though they come from two
 * agents. An error's fingerprint folds away what differs from run to run (paths, addresses,
 * numbers, timings, hashes, quoted ids); a call's argument hash folds white space only. 16
 * hexadecimal digits; empty for an empty text.
 */
public final class Fingerprint {
  private static final int ERROR_CHARS_MAX = 4_000;

  /** Paths keep their last name, since which file or module failed is part of the failure. */
  private static final Pattern PATH =
      Pattern.compile("(?:[A-Za-z]:)?(?:[\\w.@~+-]*[/\\\\])+(?=[\\w.@~+-]*)");

  private static final Pattern HEX = Pattern.compile("\\b(?:0x)?(?=[0-9a-f]*\\d)[0-9a-f]{6,}\\b");
  private static final Pattern UUID =
      Pattern.compile("\\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\\b");
  private static final Pattern NUMBER = Pattern.compile("\\d+(?:[.,:]\\d+)*");
  private static final Pattern SPACE = Pattern.compile("\\s+");

  private Fingerprint() {}

  /** The fingerprint of an error's text. */
  public static String ofError(String error) {
    String text = error.strip();
    if (text.isEmpty()) {
      return "";
    }
    text = text.length() > ERROR_CHARS_MAX ? text.substring(0, ERROR_CHARS_MAX) : text;
    text = text.toLowerCase(Locale.ROOT);
    text = PATH.matcher(text).replaceAll("");
    text = UUID.matcher(text).replaceAll("#");
    text = HEX.matcher(text).replaceAll("#");
    text = NUMBER.matcher(text).replaceAll("#");
    return hash(SPACE.matcher(text).replaceAll(" ").strip());
  }

  /** The hash of a call's arguments. */
  public static String ofArguments(String arguments) {
    String text = SPACE.matcher(arguments).replaceAll(" ").strip();
    return text.isEmpty() ? "" : hash(text);
  }

  private static String hash(String text) {
    return HexFormat.of().formatHex(sha256(text.getBytes(StandardCharsets.UTF_8)), 0, 8);
  }

  /** SHA-256 of the bytes. */
  public static byte[] sha256(byte[] bytes) {
    return sha256().digest(bytes);
  }

  /** SHA-256 of the bytes in hexadecimal. */
  public static String sha256Hex(byte[] bytes) {
    return HexFormat.of().formatHex(sha256(bytes));
  }

  /** SHA-256 of two parts, one after the other, in hexadecimal. */
  public static String sha256Hex(byte[] head, byte[] body) {
    MessageDigest digest = sha256();
    digest.update(head);
    return HexFormat.of().formatHex(digest.digest(body));
  }

  /** SHA-256 of a file's content in hexadecimal. */
  public static String sha256Hex(Path file) throws IOException {
    MessageDigest digest = sha256();
    byte[] some = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(file)) {
      for (int read = in.read(some); read >= 0; read = in.read(some)) {
        digest.update(some, 0, read);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(
          "This Java runtime lacks SHA-256, which every one must have", e);
    }
  }
}
