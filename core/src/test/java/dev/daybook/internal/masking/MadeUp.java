package dev.daybook.internal.masking;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/**
 * Secrets in the shapes of real ones, put together at run time from random characters, so that no
 * scanner of this repository takes one for real.
 */
public final class MadeUp {
  public static final String LOWER = "abcdefghijklmnopqrstuvwxyz";
  public static final String UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  public static final String DIGITS = "0123456789";
  public static final String HEX = DIGITS + "abcdef";
  public static final String ALNUM = LOWER + UPPER + DIGITS;
  public static final String URL = ALNUM + "-_";
  public static final String BASE64 = ALNUM + "+/";

  private final Random random;

  public MadeUp(long seed) {
    random = new Random(seed);
  }

  /**
   * Random characters, of every sort of the alphabet at least one, none but letters at the ends.
   */
  public String chars(String alphabet, int count) {
    while (true) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < count; i++) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      boolean mixes =
          !alphabet.contains(DIGITS)
              || (text.chars().anyMatch(Character::isDigit)
                  && text.chars().anyMatch(Character::isLetter));
      boolean hasEnds =
          Character.isLetterOrDigit(text.charAt(0))
              && Character.isLetterOrDigit(text.charAt(count - 1));
      if (mixes && hasEnds) {
        return text.toString();
      }
    }
  }

  /** One of each shape that stands for itself, by what it is and the kind it is masked as. */
  public Map<String, Secret> tokens() {
    Map<String, Secret> all = new LinkedHashMap<>();
    for (String begin : new String[] {"AKIA", "ASIA", "ABIA", "ACCA"}) {
      put(all, "aws-access-key-id", begin, chars(UPPER + DIGITS, 16));
    }
    put(all, "gcp-api-key", "AI" + "za", chars(URL, 35));
    put(all, "google-oauth-token", "ya" + "29.", chars(URL, 120));
    put(all, "google-oauth-secret", "GOC" + "SPX-", chars(URL, 28));
    for (String begin : new String[] {"ghp", "gho", "ghu", "ghs", "ghr"}) {
      put(all, "github-token", begin + "_", chars(ALNUM, 36));
    }
    put(all, "github-token", "github" + "_pat_", chars(ALNUM, 22) + "_" + chars(ALNUM, 59));
    put(all, "gitlab-token", "gl" + "pat-", chars(URL, 20));
    put(all, "gitlab-token", "glpat" + "-", chars(URL, 40) + "." + chars(LOWER + DIGITS, 9));
    for (String begin : new String[] {"rt", "oas", "ft", "imt", "agent"}) {
      put(all, "gitlab-token", "gl" + begin + "-", chars(URL, 20));
    }
    for (String begin : new String[] {"xoxb", "xoxp", "xoxa", "xoxr", "xoxs"}) {
      put(all, "slack-token", begin + "-", digits(12) + "-" + chars(ALNUM, 24));
    }
    put(all, "slack-token", "xapp" + "-1-", chars(UPPER + DIGITS, 11) + "-" + chars(HEX, 64));
    put(all, "stripe-key", "sk" + "_live_", chars(ALNUM, 24));
    put(all, "stripe-key", "sk" + "_test_", chars(ALNUM, 99));
    put(all, "stripe-key", "rk" + "_live_", chars(ALNUM, 24));
    put(all, "stripe-key", "wh" + "sec_", chars(ALNUM, 32));
    put(all, "openai-key", "sk" + "-", chars(ALNUM, 48));
    put(all, "openai-key", "sk" + "-proj-", chars(URL, 156));
    put(all, "openai-key", "sk" + "-svcacct-", chars(URL, 156));
    put(all, "anthropic-key", "sk" + "-ant-api03-", chars(URL, 93) + "AA");
    put(all, "npm-token", "np" + "m_", chars(ALNUM, 36));
    put(all, "pypi-token", "py" + "pi-", chars(URL, 160));
    put(all, "huggingface-token", "h" + "f_", chars(LOWER + UPPER, 34));
    put(all, "sendgrid-key", "S" + "G.", chars(URL, 22) + "." + chars(URL, 43));
    put(all, "twilio-key", "S" + "K", chars(HEX, 32));
    put(all, "telegram-token", "", "7" + digits(9) + ":A" + "A" + chars(URL, 33));
    put(
        all,
        "jwt",
        "ey" + "J",
        chars(URL, 33) + ".ey" + "J" + chars(URL, 80) + "." + chars(URL, 43));
    put(
        all,
        "jwt",
        "ey" + "J",
        chars(URL, 33) + ".." + chars(URL, 16) + "." + chars(URL, 80) + "." + chars(URL, 22));
    put(
        all,
        "slack-webhook",
        "",
        "T" + chars(UPPER + DIGITS, 8) + "/B" + chars(UPPER + DIGITS, 10) + "/" + chars(ALNUM, 24),
        "https://hooks." + "slack.com/services/");
    put(
        all,
        "slack-webhook",
        "",
        "T" + chars(UPPER + DIGITS, 8) + "/" + digits(13) + "/" + chars(HEX, 32),
        "https://hooks." + "slack.com/triggers/");
    put(
        all,
        "discord-webhook",
        "",
        digits(19) + "/" + chars(URL, 68),
        "https://discord" + ".com/api/webhooks/");
    put(all, "azure-client-secret", "", chars(ALNUM, 3) + "8Q" + "~" + chars(ALNUM, 34));
    put(all, "docker-token", "dckr" + "_oat_", chars(URL, 32));
    put(all, "vault-token", "hv" + "b.", chars(URL, 160));
    put(all, "digitalocean-token", "doo" + "_v1_", chars(HEX, 64));
    put(all, "shopify-token", "shp" + "ss_", chars(HEX, 32));
    put(all, "databricks-token", "da" + "pi", chars(HEX, 32));
    put(all, "atlassian-token", "ATA" + "TT3", chars(URL, 180));
    put(all, "private-key", "AGE-SECRET" + "-KEY-1", chars(UPPER + DIGITS, 58));
    for (String label : new String[] {"", "RSA ", "EC ", "OPENSSH "}) {
      byte[] key = block(label + "PRIVATE KEY", "\n").getBytes(US_ASCII);
      put(all, "private-key", "", Base64.getEncoder().encodeToString(key));
    }
    put(all, "private-key", "", block("RSA PRIVATE KEY", "\n"));
    put(all, "private-key", "", block("PRIVATE KEY", "\\n"));
    put(all, "private-key", "", block("OPENSSH PRIVATE KEY", "\r\n"));
    put(all, "private-key", "", block("PGP PRIVATE KEY BLOCK", "\n"));
    return all;
  }

  private String digits(int count) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append((char) ('0' + random.nextInt(10)));
    }
    return text.toString();
  }

  /** A private key of 20 lines. */
  public String block(String label, String lineEnd) {
    StringBuilder text = new StringBuilder("-----BE" + "GIN " + label + "-----" + lineEnd);
    for (int i = 0; i < 20; i++) {
      text.append(chars(BASE64, 64)).append(lineEnd);
    }
    return text.append("-----E" + "ND " + label + "-----").toString();
  }

  /**
   * A secret.
   *
   * @param kind what it is masked as
   * @param secret what must not be kept
   * @param before what stands before it and stays
   */
  public record Secret(String kind, String secret, String before) {
    /** As it stands in a text. */
    public String text() {
      return before + secret;
    }

    /** What is left of it. */
    public String masked() {
      return before + "[masked:" + kind + "]";
    }
  }

  private static void put(Map<String, Secret> all, String kind, String begin, String rest) {
    put(all, kind, begin, rest, "");
  }

  private static void put(
      Map<String, Secret> all, String kind, String begin, String rest, String before) {
    all.put(kind + " " + begin + " " + all.size(), new Secret(kind, begin + rest, before));
  }
}
