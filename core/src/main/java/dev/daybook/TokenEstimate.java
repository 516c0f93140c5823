package dev.daybook;

/**
 * Guesses from above how many tokens a text takes, by what sort of character follows which. Common
 * tokenizers split where letters, digits and punctuation meet, know the words that people write and
 * know no random ones, so a word costs little and an id much.
 */
final class TokenEstimate {
  /** Costs are in eighths of a token. */
  private static final int TOKEN = 8;

  /** Lower-case letters in a row that may still be a word or its stem. */
  private static final int WORD_LETTERS_MAX = 8;

  private enum Sort {
    NONE,
    LOWER,
    UPPER,
    DIGIT,
    SPACE,
    OTHER,
    FOREIGN
  }

  private TokenEstimate() {}

  /** How many tokens, likely fewer; 0 for an empty text only. */
  static int of(String text) {
    long eighths = text.isEmpty() ? 0 : TOKEN;
    Sort before = Sort.NONE;
    int run = 0;
    boolean hasDigits = false;
    for (int at = 0; at < text.length(); ) {
      int point = text.codePointAt(at);
      at += Character.charCount(point);
      Sort sort = sort(point);
      run = sort == before ? run + 1 : 1;
      eighths +=
          switch (sort) {
            case LOWER -> {
              boolean goesOn = before == Sort.LOWER || before == Sort.UPPER;
              yield !goesOn ? TOKEN : hasDigits || run > WORD_LETTERS_MAX ? 6 : 2;
            }
            case UPPER -> before == Sort.UPPER ? 6 : TOKEN;
            case DIGIT -> before == Sort.DIGIT ? 4 : TOKEN;
            // One space belongs to the word behind it.
            case SPACE -> before == Sort.SPACE ? 2 : 0;
            case OTHER, NONE -> TOKEN;
            case FOREIGN -> foreign(point);
          };
      hasDigits = sort == Sort.DIGIT || (hasDigits && (sort == Sort.LOWER || sort == Sort.UPPER));
      before = sort;
    }
    return (int) Math.min(Integer.MAX_VALUE, (eighths + TOKEN - 1) / TOKEN);
  }

  private static Sort sort(int point) {
    if (point >= 0x80) {
      return Sort.FOREIGN;
    }
    if (point >= 'a' && point <= 'z') {
      return Sort.LOWER;
    }
    if (point >= 'A' && point <= 'Z') {
      return Sort.UPPER;
    }
    if (point >= '0' && point <= '9') {
      return Sort.DIGIT;
    }
    return point == ' ' ? Sort.SPACE : Sort.OTHER;
  }

  /** By how well tokenizers know the script. */
  private static int foreign(int point) {
    if (point < 0x530) {
      return 10;
    }
    if (point < 0x590) {
      return 18;
    }
    if (point >= 0x1000 && point < 0x2000) {
      return 24;
    }
    return point < 0x10000 ? 16 : 28;
  }
}
