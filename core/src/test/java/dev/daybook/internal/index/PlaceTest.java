package dev.daybook.internal.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlaceTest {
  @ParameterizedTest
  @CsvSource({
    "src/auth/Token.java, src/auth/Token.java, true",
    "src/auth/Token.java, ./src/auth/Token.java, true",
    "./src/auth/, src/auth/Token.java, true",
    "src/auth, src/auth, true",
    "src/auth, src/auth/deep/Token.java, true",
    "src/auth, src/authors.txt, false",
    "src/auth/**, src/auth/Token.java, true",
    "src/auth/**, src/auth, true",
    "src/auth/*.java, src/auth/Token.java, true",
    "src/auth/*.java, src/auth/deep/Token.java, false",
    "**/Token.java, Token.java, true",
    "Token.java, src/auth/Token.java, false",
  })
  void aPathIsOfThePlaceOrNot(String place, String path, boolean expected) {
    assertThat(Place.of(place).has(path)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "auth/Token.java, look at auth/Token.java.",
    "auth/Token.java, 'auth/Token.java:12: error'",
    "auth/Token.java, '(auth/Token.java)'",
    "auth/Token.java, ./auth/Token.java",
    "auth/Token.java, no xauth/Token.java but auth/Token.java",
    "auth/Token.java, cannot compile /home/tree/auth/Token.java",
    "auth, all of auth/ is old",
    "auth, see auth/Token.java",
    "auth/**, see auth/Token.java.",
    "auth/**, keep out of auth.",
    "**/*.java, 'see auth/Token.java:12'",
    "auth/*.java, /home/tree/auth/Token.java",
  })
  void aTextNamesThePlace(String place, String text) {
    assertThat(Place.of(place).isNamedIn(text, "/home/tree")).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "auth/Token.java, src/auth/Token.java",
    "auth/Token.java, auth/Token.java.orig",
    "auth/Token.java, auth/Token.javascript",
    "auth/Token.java, my-auth/Token.java",
    "auth/Token.java, auth Token java",
    "auth/Token.java, /elsewhere/auth/Token.java",
    "auth, the author",
    "auth, re-auth",
    "auth, auth-keys",
    "auth/**, src/auth/Token.java",
    "auth/*.java, auth/deep/Token.java",
    "auth/**, ''",
  })
  void aTextThatNamesSomethingElseDoesNot(String place, String text) {
    assertThat(Place.of(place).isNamedIn(text, "/home/tree")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "src/auth/Token.java, src/auth/Token.java",
    "src/auth/**, src/auth",
    "src/*/deep/er/*.java, deep/er",
    "**/Token.java, Token.java",
  })
  void itsWordsAreTheLongestPartWithoutWildcards(String place, String words) {
    assertThat(Place.of(place).words()).contains(words);
  }

  @Test
  void aPlaceOfWildcardsAloneHasNoWords() {
    assertThat(Place.of("*.md").words()).isEmpty();
    assertThat(Place.of("**/*.java").words()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  ", "/", "./", "."})
  void whatNamesNoFileIsRefused(String path) {
    assertThatThrownBy(() -> Place.of(path))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + path + "' names no file; give a path as calls name it");
  }
}
