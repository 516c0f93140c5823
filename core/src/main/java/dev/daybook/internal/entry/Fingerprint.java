package dev.daybook.internal.entry;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Short hashes under which the same call and the same failure are equal though they come from two
 * agents. 16 hexadecimal digits; empty for an empty text.
 *
 * <p>An error's fingerprint is that of its telling line ({@link ErrorText}), in which what differs
 * from run to run and from place to place is folded away: folders of paths, temporary names,
 * addresses, ids, hashes, numbers, times and durations, who printed it (a shell, an interpreter),
 * the package of an exception, the sort of quotes. What is kept names the failure: the last name of
 * a path, the class of an exception, quoted names, HTTP statuses, exit codes and signals. Where the
 * error is about a value (a {@code ValueError}, something that cannot be parsed, a duplicate key),
 * the quoted value is folded too.
 *
 * <p>A call's argument hash is that of its arguments: of JSON whatever the order of keys and the
 * white space between tokens, of any other text with its white space joined.
 */
public final class Fingerprint {
  private static final int ERROR_CHARS_MAX = 4_000;

  /** Shells say the same in different words. */
  private static final Pattern NO_COMMAND =
      Pattern.compile(
          "^(?:\\S*?\\b(?:ba|z|da|k|a)?sh(?:: line \\d+|: \\d+)?: )?(?:command not found:"
              + " (\\S+)|([^\\s:]+): (?:command )?not found)$");

  private static final Pattern INTERPRETER =
      Pattern.compile("^\\S*?\\b(?:python|node|ruby|perl|php)[\\d.]*(?:\\.exe)?: ");

  private static final Pattern PACKAGE =
      Pattern.compile("\\b(?:[A-Za-z_][\\w$]*\\.){1,12}(?=[A-Z]\\w*)");

  private static final Pattern QUOTES = Pattern.compile("[\"`\u2018\u2019\u201c\u201d]");

  /** Errors about a value, which may be any. */
  private static final Pattern ABOUT_VALUE =
      Pattern.compile(
          "valueerror|numberformat|parseexception|invalid"
              + " (?:literal|value|input|choice|format|date|number|uuid)|could not convert|could"
              + " not parse|cannot parse|unable to parse|duplicate (?:key|entry)|unique"
              + " constraint");

  private static final Pattern QUOTED = Pattern.compile("(?<![a-z])'[^'\\n]*'");

  /** Numbers that say what happened. */
  private static final Pattern TELLING_NUMBER =
      Pattern.compile(
          "(?i)\\b(?:https?(?:/\\d(?:\\.\\d)?)?|status(?: code)?|error code|exit(?:ed)?(?:"
              + " with)?(?: code| status)?|signal|errno)\\W{0,3}(\\d{1,3})\\b");

  private static final Pattern URL = Pattern.compile("\\bhttps?://[^\\s'<>()]+");

  /** Paths keep their last name, since which file or module failed is part of the failure. */
  private static final Pattern PATH =
      Pattern.compile("(?:\\b[A-Za-z]:)?(?:[\\w.@~+-]*[/\\\\])+(?=[\\w.@~+-]*)");

  private static final Pattern TEMPORARY =
      Pattern.compile("\\b(?:tmp|temp)[._-]?(?=[a-z]*\\d|[a-z0-9_]{6,}\\b)[a-z0-9_]+\\b");

  private static final Pattern ADDRESS = Pattern.compile("\\b0x[0-9a-f]+\\b|@[0-9a-f]{5,16}\\b");
  private static final Pattern HEX = Pattern.compile("\\b(?=[0-9a-f]*\\d)[0-9a-f]{6,}\\b");
  private static final Pattern UUID =
      Pattern.compile("\\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\\b");

  /** Letters and digits mixed as no name does. */
  private static final Pattern RANDOM =
      Pattern.compile(
          "(?<![a-z0-9])(?=[a-z0-9]*(?:\\d[a-z]+\\d|[a-z]\\d+[a-z]))[a-z0-9]{8,}(?![a-z0-9])");

  private static final Pattern DAY =
      Pattern.compile(
          "\\b(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6},? )?(?:\\d{1,2}"
              + " )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6} (?=\\d)");

  private static final Pattern NUMBER = Pattern.compile("\\d+(?:[.,:]\\d+)*");
  private static final Pattern DATE = Pattern.compile("#-#-#(?:[t ]#)?(?:z| ?[+-]#)?");
  private static final Pattern UNIT =
      Pattern.compile(
          "#\\s?(?:ns|us|µs|ms|msecs?|s|secs?|seconds?|m|mins?|minutes?|h|hours?|millis(?:econds)?)\\b(?:\\s?#)?");
  private static final Pattern SPACE = Pattern.compile("\\s+");
  private static final String DIGITS_KEPT = "\u2460";

  private Fingerprint() {}

  /** The fingerprint of what an error's text tells. */
  public static String ofError(String error) {
    String folded = folded(ErrorText.telling(error));
    return folded.isEmpty() ? "" : hash(folded);
  }

  /**
   * A telling line without what differs from run to run. Each pattern is tried where the text has a
   * character without which it cannot match.
   */
  static String folded(String telling) {
    String text = telling.strip();
    text = text.length() > ERROR_CHARS_MAX ? text.substring(0, ERROR_CHARS_MAX) : text;
    text = noCommand(text);
    text = INTERPRETER.matcher(text).replaceFirst("");
    boolean hasDigits = hasDigits(text);
    if (hasDigits) {
      text = TELLING_NUMBER.matcher(text).replaceAll(Fingerprint::kept);
    }
    if (text.contains("://")) {
      text = URL.matcher(text).replaceAll(url -> Matcher.quoteReplacement(place(url.group())));
    }
    if (text.indexOf('/') >= 0 || text.indexOf('\\') >= 0) {
      text = PATH.matcher(text).replaceAll("");
    }
    if (text.indexOf('.') >= 0) {
      text = PACKAGE.matcher(text).replaceAll("");
    }
    text = QUOTES.matcher(text.toLowerCase(Locale.ROOT)).replaceAll("'");
    if (text.indexOf('\'') >= 0 && ABOUT_VALUE.matcher(text).find()) {
      text = QUOTED.matcher(text).replaceAll("'#'");
    }
    if (text.indexOf('-') >= 0) {
      text = UUID.matcher(text).replaceAll("#");
    }
    if (text.indexOf('@') >= 0 || text.contains("0x")) {
      text = ADDRESS.matcher(text).replaceAll("#");
    }
    if (text.contains("tmp") || text.contains("temp")) {
      text = TEMPORARY.matcher(text).replaceAll("#");
    }
    if (hasDigits) {
      text = HEX.matcher(text).replaceAll("#");
      text = RANDOM.matcher(text).replaceAll("#");
      text = DAY.matcher(text).replaceAll("");
      text = NUMBER.matcher(text).replaceAll("#");
    }
    if (text.indexOf('#') >= 0) {
      text = DATE.matcher(text).replaceAll("#");
      text = UNIT.matcher(text).replaceAll("#");
    }
    text = SPACE.matcher(text).replaceAll(" ").strip();
    while (text.endsWith(".") || text.endsWith("!")) {
      text = text.substring(0, text.length() - 1);
    }
    return text;
  }

  private static boolean hasDigits(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= '0' && c <= '9') {
        return true;
      }
    }
    return false;
  }

  private static String noCommand(String text) {
    Matcher missing = NO_COMMAND.matcher(text);
    if (!missing.matches()) {
      return text;
    }
    return "command not found: " + (missing.group(1) == null ? missing.group(2) : missing.group(1));
  }

  /** A URL without its scheme's end, its port and its query, so that it is no path. */
  private static String place(String url) {
    String plain = url.substring(url.indexOf("//") + 2);
    int query = plain.indexOf('?');
    return "url:" + (query < 0 ? plain : plain.substring(0, query)).replace('/', '|');
  }

  private static String kept(MatchResult found) {
    StringBuilder letters = new StringBuilder();
    found
        .group(1)
        .chars()
        .forEach(digit -> letters.append((char) (DIGITS_KEPT.charAt(0) + digit - '0')));
    String whole = found.group();
    return Matcher.quoteReplacement(whole.substring(0, found.start(1) - found.start()) + letters);
  }

  /** The hash of a call's arguments. */
  public static String ofArguments(String arguments) {
    String text = arguments.strip();
    if (text.isEmpty()) {
      return "";
    }
    return hash(canonical(text).orElseGet(() -> SPACE.matcher(text).replaceAll(" ")));
  }

  private static Optional<String> canonical(String text) {
    return Arguments.tree(text)
        .map(tree -> {
          StringBuilder canonical = new StringBuilder(text.length());
          write(tree, canonical);
          return canonical.toString();
        });
  }

  private static void write(JsonNode node, StringBuilder into) {
    if (node.isObject()) {
      into.append('{');
      node.properties().stream()
          .sorted(Map.Entry.comparingByKey())
          .forEach(field -> {
            into.append(into.charAt(into.length() - 1) == '{' ? "" : ",")
                .append(Json.write(field.getKey()))
                .append(':');
            write(field.getValue(), into);
          });
      into.append('}');
    } else if (node.isArray()) {
      into.append('[');
      for (int i = 0; i < node.size(); i++) {
        into.append(i == 0 ? "" : ",");
        write(node.get(i), into);
      }
      into.append(']');
    } else {
      into.append(node);
    }
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

  /** A digest for who has the bytes in parts. */
  public static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(
          "This Java runtime lacks SHA-256, which every one must have", e);
    }
  }
}
