package dev.daybook.internal.transcript;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the many ways in which programs write a time: seconds since 1970, whole or with a fraction;
 * milliseconds (any number from 10^11 on); ISO 8601 with any offset, or none, which is UTC.
 */
final class HostTime {
  private static final BigDecimal MILLIS_FROM = new BigDecimal("1e11");
  private static final Instant END = Instant.parse("9999-12-31T00:00:00Z");
  private static final Pattern NUMBER = Pattern.compile("-?\\d{1,18}(\\.\\d{1,18})?");
  private static final Pattern ISO =
      Pattern.compile(
          "(?<date>\\d{4}-\\d\\d-\\d\\d)"
              + "([Tt ]+(?<time>\\d\\d:\\d\\d(:\\d\\d)?)([.,](?<fraction>\\d{1,9})\\d*)?)?"
              + " *(?<offset>[Zz]|UTC|GMT|[+-]\\d\\d(:?\\d\\d)?)?(\\[[\\w/+-]+])?");

  private HostTime() {}

  /**
   * The time that a JSON number or text stands for.
   *
   * @throws IllegalArgumentException if it stands for none, or for one before 1970 or after 9999
   */
  static Instant of(JsonNode ts) {
    Instant time = ts.isNumber() ? ofNumber(ts.decimalValue()) : ofText(ts.asText().strip());
    if (time.isBefore(Instant.EPOCH) || !time.isBefore(END)) {
      throw outOfRange(ts.asText());
    }
    return time;
  }

  private static Instant ofNumber(BigDecimal number) {
    if (number.signum() < 0 || number.precision() - number.scale() > 15) {
      throw outOfRange(number.toPlainString());
    }
    BigDecimal seconds = number.compareTo(MILLIS_FROM) < 0 ? number : number.movePointLeft(3);
    BigDecimal nanos = seconds.movePointRight(9).setScale(0, RoundingMode.FLOOR);
    BigDecimal[] parts = nanos.divideAndRemainder(BigDecimal.TEN.pow(9));
    return Instant.ofEpochSecond(parts[0].longValueExact(), parts[1].longValueExact());
  }

  private static Instant ofText(String text) {
    if (NUMBER.matcher(text).matches()) {
      return ofNumber(new BigDecimal(text));
    }
    Matcher iso = ISO.matcher(text);
    if (!iso.matches()) {
      throw unreadable(text);
    }
    try {
      return LocalDate.parse(iso.group("date"))
          .atTime(
              iso.group("time") == null ? LocalTime.MIDNIGHT : LocalTime.parse(iso.group("time")))
          .plusNanos(nanos(iso.group("fraction")))
          .toInstant(offset(iso.group("offset")));
    } catch (DateTimeException e) {
      throw unreadable(text);
    }
  }

  private static long nanos(String fraction) {
    return fraction == null ? 0 : Long.parseLong((fraction + "00000000").substring(0, 9));
  }

  private static ZoneOffset offset(String text) {
    boolean isUtc = text == null || Character.isLetter(text.charAt(0));
    return isUtc ? ZoneOffset.UTC : ZoneOffset.of(text);
  }

  private static IllegalArgumentException outOfRange(String text) {
    return new IllegalArgumentException("ts " + text + " does not lie in 1970 to 9999");
  }

  private static IllegalArgumentException unreadable(String text) {
    return new IllegalArgumentException(
        "ts '"
            + text
            + "' is no time; expected seconds since 1970, or ISO 8601 like"
            + " 2026-11-24T08:15:00.25Z");
  }
}
