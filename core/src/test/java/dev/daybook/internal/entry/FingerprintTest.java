package dev.daybook.internal.entry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class FingerprintTest {
  private record Pair(String why, String one, String other) {}

  private static Pair pair(String why, String one, String other) {
    return new Pair(why, one, other);
  }

  private static final List<Pair> SAME =
      List.of(
          pair(
              "folders of a path",
              "cat: /home/ann/shop/app.conf: No such file or directory",
              "cat: /srv/build/7/shop/app.conf: No such file or directory"),
          pair(
              "a relative path and an absolute one",
              "python: can't open file '/opt/a/tool.py': [Errno 2] No such file or directory",
              "python3: can't open file 'tool.py': [Errno 2] No such file or directory"),
          pair(
              "a path of Windows",
              "cannot open C:\\Users\\ann\\shop\\app.conf",
              "cannot open D:\\build\\shop\\app.conf"),
          pair(
              "a temporary file",
              "error: cannot write /tmp/tmpk3x9_q2a/out.bin: No space left on device",
              "error: cannot write /tmp/tmp81hzq0wd/out.bin: No space left on device"),
          pair(
              "a temporary name",
              "fatal: lock file /var/run/tmp.Xa81kQz2 exists",
              "fatal: lock file /var/run/tmp.9QkkLm30 exists"),
          pair(
              "a random part of a name",
              "Error: the log is in build-err-x7k2m9qa.log",
              "Error: the log is in build-err-p03n5wtz.log"),
          pair(
              "an address of an object",
              "TypeError: <shop.Cart object at 0x7f13a2b4c5d0> is not iterable",
              "TypeError: <shop.Cart object at 0x55ab0cd91230> is not iterable"),
          pair(
              "an identity hash of Java",
              "java.lang.IllegalStateException: shop.Cart@1b6d3586 is closed",
              "java.lang.IllegalStateException: shop.Cart@4554617c is closed"),
          pair(
              "a UUID",
              "Error: order 3f2b8c1e-77aa-4b1d-9c55-0d2f6e7a8b90 is unknown",
              "Error: order aa01bc23-0000-4fff-8eee-1234567890ab is unknown"),
          pair(
              "a commit",
              "fatal: bad object 9fceb02d0ae598e95dc970b74767f19372d61af8",
              "fatal: bad object 1a410efbd13591db07496601ebc7a059dd55cfe9"),
          pair(
              "a port",
              "Error: connect ECONNREFUSED 127.0.0.1:49152",
              "Error: connect ECONNREFUSED 127.0.0.1:50233"),
          pair(
              "a process",
              "panic: worker [4711] failed to start",
              "panic: worker [812] failed to start"),
          pair(
              "a duration and its unit",
              "Error: request timed out after 1.76s",
              "Error: request timed out after 930 ms"),
          pair(
              "a time of day",
              "2026-01-05T10:11:12.123Z ERROR shop: queue is full",
              "2026-02-17T23:59:01.004Z ERROR shop: queue is full"),
          pair(
              "a time with an offset",
              "2026-01-05 10:11:12,123 ERROR shop: queue is full",
              "2026-01-06 08:00:00,5 ERROR shop: queue is full"),
          pair(
              "a name of a day",
              "certificate expired on Mon, 05 Jan 2026 10:00:00: invalid",
              "certificate expired on Tue, 17 Feb 2026 08:30:00: invalid"),
          pair(
              "a line",
              "shop/cart.py:12:5: error: invalid syntax",
              "shop/cart.py:98:1: error: invalid syntax"),
          pair(
              "lines of a stack trace",
              """
              Traceback (most recent call last):
                File "/a/run.py", line 3, in <module>
                  main()
              KeyError: 'total'\
              """,
              """
              Traceback (most recent call last):
                File "/b/run.py", line 77, in <module>
                  main()
                File "/b/shop.py", line 9, in main
                  cart[key]
              KeyError: 'total'\
              """),
          pair(
              "what was printed before a trace",
              """
              loading 3 carts
              Traceback (most recent call last):
                File "run.py", line 3
              KeyError: 'total'\
              """,
              """
              warning: slow disk
              Traceback (most recent call last):
                File "run.py", line 3
              KeyError: 'total'\
              """),
          pair(
              "the package of an exception",
              "shop.errors.CartError: cart is closed",
              "CartError: cart is closed"),
          pair(
              "a cause and the exception itself",
              "Exception in thread \"main\" java.io.IOException: disk full\n"
                  + "\tat shop.Cart.save(Cart.java:10)",
              """
              java.lang.RuntimeException: save
              \tat shop.Main.main(Main.java:3)
              Caused by: java.io.IOException: disk full
              \tat shop.Cart.save(Cart.java:12)\
              """),
          pair(
              "how many tests failed",
              "FAILED tests/test_cart.py::test_total - AssertionError: assert 1 == 2\n"
                  + "=== 1 failed, 3 passed in 0.5s ===",
              "FAILED tests/test_cart.py::test_total - AssertionError: assert 4 == 5\n"
                  + "=== 7 failed, 90 passed in 12.5s ==="),
          pair(
              "a cut message of a test",
              "FAILED tests/test_cart.py::test_total - Asser...",
              "FAILED tests/test_cart.py::test_total - AssertionEr..."),
          pair(
              "a test of unittest with other values",
              """
              FAIL: test_total (shop.tests.CartTest)
              -----
              Traceback (most recent call last):
                File "a.py", line 3
              AssertionError: 1 != 2
              Ran 3 tests in 0.1s\
              """,
              """
              FAIL: test_total (shop.tests.CartTest)
              -----
              Traceback (most recent call last):
                File "a.py", line 5
              AssertionError: 7 != 9
              Ran 40 tests in 2.1s\
              """),
          pair(
              "the shell that says it",
              "bash: line 1: pytest: command not found",
              "zsh: command not found: pytest"),
          pair("another shell", "/bin/sh: 1: gradle: not found", "bash: gradle: command not found"),
          pair(
              "the interpreter that says it",
              "/usr/bin/python3: No module named pytest",
              "/opt/env/bin/python3.11: No module named pytest"),
          pair(
              "a value that is none",
              "ValueError: invalid literal for int() with base 10: 'abc'",
              "ValueError: invalid literal for int() with base 10: 'x-9'"),
          pair(
              "a value of Java",
              "java.lang.NumberFormatException: For input string: \"abc\"",
              "java.lang.NumberFormatException: For input string: \"1,5\""),
          pair(
              "a value that is there already",
              "ERROR: duplicate key value violates unique constraint: 'ann'",
              "ERROR: duplicate key value violates unique constraint: 'bob'"),
          pair(
              "the sort of quotes",
              "error: cannot find symbol `total`",
              "error: cannot find symbol 'total'"),
          pair("colours", "\u001b[31merror\u001b[0m: queue is full", "error: queue is full"),
          pair(
              "what follows a compiler's first error",
              "Cart.java:3: error: cannot find symbol\nCart.java:9: error: ';' expected\n2 errors",
              "Cart.java:4: error: cannot find symbol\n1 error"),
          pair(
              "a number within an identifier",
              "Error: payment method card_4711 not found",
              "Error: payment method card_0815 not found"),
          pair(
              "a query of a URL",
              "HTTP 503 from https://shop.example/api/carts?id=3",
              "HTTP 503 from https://shop.example/api/carts?id=4"));

  private static final List<Pair> DIFFERENT =
      List.of(
          pair("HTTP statuses", "HTTP/1.1 404 from the shop", "HTTP/1.1 500 from the shop"),
          pair(
              "status codes",
              "request failed with status code 401",
              "request failed with status code 503"),
          pair(
              "exit codes",
              "the build failed with exit code 1",
              "the build failed with exit code 137"),
          pair("signals", "killed by signal 9", "killed by signal 11"),
          pair(
              "modules",
              "ModuleNotFoundError: No module named 'numpy'",
              "ModuleNotFoundError: No module named 'yaml'"),
          pair(
              "names",
              "NameError: name 'total' is not defined",
              "NameError: name 'price' is not defined"),
          pair("keys", "KeyError: 'total'", "KeyError: 'price'"),
          pair(
              "files",
              "rm: cannot remove 'cart.py': No such file or directory",
              "rm: cannot remove 'order.py': No such file or directory"),
          pair("commands", "bash: pytest: command not found", "bash: gradle: command not found"),
          pair("classes of exceptions", "TypeError: bad cart", "ValueError: bad cart"),
          pair(
              "tests",
              "FAILED tests/test_cart.py::test_total - AssertionError",
              "FAILED tests/test_cart.py::test_empty - AssertionError"),
          pair(
              "tests of unittest",
              """
              FAIL: test_total (shop.tests.CartTest)
              ---
              Traceback (most recent call last):
                File
              AssertionError: 1 != 2\
              """,
              """
              FAIL: test_empty (shop.tests.CartTest)
              ---
              Traceback (most recent call last):
                File
              AssertionError: 1 != 2\
              """),
          pair(
              "errors of one test",
              "FAILED tests/test_cart.py::test_total - AssertionError: x",
              "FAILED tests/test_cart.py::test_total - KeyError: 'x'"),
          pair(
              "messages of one class",
              "ValueError: the cart is empty",
              "ValueError: the cart is closed"),
          pair(
              "an error of a value and another",
              "ValueError: invalid literal for int() with base 10: 'a'",
              "ValueError: could not convert string to float: 'a'"),
          pair(
              "symbols of a compiler",
              "Cart.java:3: error: incompatible types: int cannot be converted to String",
              "Cart.java:3: error: missing return statement"),
          pair(
              "tables",
              "OperationalError: no such table: carts",
              "OperationalError: no such table: orders"),
          pair(
              "hosts",
              "Error: getaddrinfo ENOTFOUND db.example",
              "Error: getaddrinfo ENOTFOUND queue.example"),
          pair(
              "what a trace ends with",
              """
              Traceback (most recent call last):
                File "a.py", line 3
              KeyError: 'a'

              During handling of the above exception, another exception occurred:

              Traceback (most recent call last):
                File "a.py", line 5
              CartError: no cart\
              """,
              "Traceback (most recent call last):\n  File \"a.py\", line 3\nKeyError: 'a'"),
          pair(
              "not permitted and not there",
              "cat: app.conf: Permission denied",
              "cat: app.conf: No such file or directory"),
          pair(
              "who may not and what is not",
              "Error: gift card balance is not enough",
              "Error: payment method not found"),
          pair(
              "attributes",
              "AttributeError: 'Cart' object has no attribute 'total'",
              "AttributeError: 'Cart' object has no attribute 'price'"));

  @TestFactory
  List<DynamicTest> theSameFailureHasOneFingerprint() {
    return SAME.stream()
        .map(pair ->
            DynamicTest.dynamicTest(
                pair.why(),
                () -> {
                  assertThat(folded(pair.one())).isEqualTo(folded(pair.other())).isNotEmpty();
                  assertThat(Fingerprint.ofError(pair.one()))
                      .isEqualTo(Fingerprint.ofError(pair.other()))
                      .hasSize(16);
                }))
        .toList();
  }

  @TestFactory
  List<DynamicTest> differentFailuresHaveDifferentFingerprints() {
    return DIFFERENT.stream()
        .map(pair ->
            DynamicTest.dynamicTest(
                pair.why(),
                () -> assertThat(folded(pair.one())).isNotEqualTo(folded(pair.other()))))
        .toList();
  }

  private static String folded(String output) {
    return Fingerprint.folded(ErrorText.telling(output));
  }

  @Test
  void anEmptyErrorHasNone() {
    assertThat(Fingerprint.ofError("")).isEmpty();
    assertThat(Fingerprint.ofError(" \n ")).isEmpty();
    assertThat(Fingerprint.ofArguments(" ")).isEmpty();
  }

  @Test
  void numbersOfArgumentsAreTheSameIfTheirDecimalsAre() {
    assertThat(Fingerprint.ofArguments("[2.50]")).isEqualTo(Fingerprint.ofArguments("[2.5]"));
    assertThat(Fingerprint.ofArguments("[1.0]")).isEqualTo(Fingerprint.ofArguments("[1]"));
    assertThat(Fingerprint.ofArguments("[-0.0]")).isEqualTo(Fingerprint.ofArguments("[0]"));
    assertThat(Fingerprint.ofArguments("[100.0]"))
        .isEqualTo(Fingerprint.ofArguments("[1e2]"))
        .isNotEqualTo(Fingerprint.ofArguments("[100]"));
  }

  @Test
  void argumentsOfJsonAreTheSameInAnyOrderOfKeys() {
    String hash = Fingerprint.ofArguments("{\"a\":[1,{\"c\":null,\"b\":\"x y\"}],\"d\":2.50}");
    assertThat(hash).hasSize(16);
    assertThat(
            Fingerprint.ofArguments(" { \"d\" : 2.50,\n\"a\": [1, {\"b\":\"x y\",\"c\":null}] } "))
        .isEqualTo(hash);
    assertThat(Fingerprint.ofArguments("{\"a\":[1,{\"c\":null,\"b\":\"x  y\"}],\"d\":2.50}"))
        .as("white space within a text")
        .isNotEqualTo(hash);
    assertThat(Fingerprint.ofArguments("{\"a\":[{\"c\":null,\"b\":\"x y\"},1],\"d\":2.50}"))
        .as("the order of a list")
        .isNotEqualTo(hash);
    assertThat(Fingerprint.ofArguments("{\"a\":\"1\"}"))
        .as("a text and a number")
        .isNotEqualTo(Fingerprint.ofArguments("{\"a\":1}"));
  }

  @Test
  void otherArgumentsAreTheSameWhateverTheirWhiteSpace() {
    assertThat(Fingerprint.ofArguments(" mvn  -pl auth\n verify "))
        .isEqualTo(Fingerprint.ofArguments("mvn -pl auth verify"));
    assertThat(Fingerprint.ofArguments("{\"a\":1} {\"b\":2}"))
        .as("two objects are no JSON")
        .isNotEqualTo(Fingerprint.ofArguments("{\"a\":1}"));
    assertThat(Fingerprint.ofArguments("{a  b}")).isEqualTo(Fingerprint.ofArguments("{a b}"));
    assertThat(Fingerprint.ofArguments("[".repeat(100_000))).hasSize(16);
  }
}
