package dev.daybook;

import dev.daybook.internal.masking.Secrets;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Replaces the secrets of a text. Runs on every text before it is written or indexed: of events,
 * whatever their type, with outputs of any size before they are cut, of the actor, the session, the
 * state of version control, labels and ids; and on what is asked for, so that a call with a token
 * finds itself. {@link #standard()} runs unless {@link Daybook.Builder#masking} says otherwise.
 *
 * <p>One of your own is a function of the text alone: the same text is always masked in the same
 * way, and what is masked is not changed again. It is called from any number of threads, by the
 * thread that records, which waits for it; what it throws ends that call, and nothing is recorded.
 */
@FunctionalInterface
public interface Masking {
  /**
   * The text with each secret in it replaced.
   *
   * @param replaced is to be told the kind of each secret, a short name such as {@code
   *     github-token}
   * @return the very text that was given if it holds none
   */
  String mask(String text, Consumer<String> replaced);

  /**
   * Masks well-known credentials. Each is replaced by {@link #replacement} of its kind.
   *
   * <ul>
   *   <li>What is known by its shape: ids and secret keys of AWS, keys and tokens of Google Cloud,
   *       Azure, GitHub, GitLab, Slack, Stripe, OpenAI, Anthropic, npm, PyPI, Hugging Face,
   *       SendGrid, Twilio, Telegram and others; JSON Web Tokens; web hooks; private key blocks,
   *       also those cut off.
   *   <li>What is known by its place: {@code Authorization}, {@code Cookie} and key headers, whose
   *       scheme stays; the password of an address; shared access signatures; values named
   *       password, secret, token, API key and the like in settings, commands, JSON, YAML, XML and
   *       code, if they look like one.
   * </ul>
   *
   * Escapes of JSON do not hide a secret, however deep they are nested. Hashes, ids, public keys,
   * references ({@code $TOKEN}), placeholders and code stay. A password that is a plain word mostly
   * stays too, and so does whatever has neither a known shape nor a telling name: this makes
   * accidents rare and is no guarantee. Time is linear in the text.
   */
  static Masking standard() {
    return Secrets::mask;
  }

  /** Leaves every text as it is. */
  static Masking none() {
    return (text, replaced) -> text;
  }

  /**
   * Masks whatever a pattern finds, or its first group if it has one: for the keys of one's own
   * house. Add it to the standard: {@code Masking.standard().and(Masking.of("acme-key",
   * Pattern.compile("acme_[a-z0-9]{24}")))}.
   *
   * @param kind what a match is called
   * @throws IllegalArgumentException if the kind is not of 1 to 40 letters, digits, '-' or '_'
   */
  static Masking of(String kind, Pattern pattern) {
    Objects.requireNonNull(pattern, "pattern");
    String replacement = replacement(kind);
    return (text, replaced) -> Secrets.mask(text, pattern, kind, replacement, replaced);
  }

  /**
   * What stands in place of a secret: {@code [masked:KIND]}.
   *
   * @throws IllegalArgumentException if the kind is not of 1 to 40 letters, digits, '-' or '_'
   */
  static String replacement(String kind) {
    if (!kind.matches("[A-Za-z0-9_-]{1,40}")) {
      throw new IllegalArgumentException(
          "'" + kind + "' cannot be a kind of secret; give 1 to 40 letters, digits, '-' or '_'");
    }
    return Secrets.replacement(kind);
  }

  /** This masking and then another, on what this one left. */
  default Masking and(Masking other) {
    Objects.requireNonNull(other, "other");
    return (text, replaced) -> other.mask(mask(text, replaced), replaced);
  }
}
