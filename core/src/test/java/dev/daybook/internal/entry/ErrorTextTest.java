package dev.daybook.internal.entry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.event.ToolCall;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ErrorTextTest {
  @Test
  void aLineThatBeginsWithVeryManyBlanksIsPassedOver() {
    assertThat(ErrorText.telling(" ".repeat(700) + "^")).isEmpty();
    assertThat(ErrorText.telling("a.c:1: error: no such field\n" + " ".repeat(700) + "^\nbye"))
        .isEqualTo("a.c:1: error: no such field");
  }

  @Test
  void tellsTheExceptionThatATraceEndsWith() {
    assertThat(
            ErrorText.telling(
                """
                start
                Traceback (most recent call last):
                  File "run.py", line 3, in <module>
                    main()
                ValueError: first

                The above exception was the direct cause of the following exception:

                Traceback (most recent call last):
                  File "run.py", line 9, in <module>
                    main()
                shop.CartError: the cart is closed
                cleaning up
                """))
        .isEqualTo("shop.CartError: the cart is closed");
  }

  @Test
  void passesOverATraceThatThePythonStartupPrints() {
    assertThat(
            ErrorText.telling(
                """
                Error processing line 1 of /env/site-packages/shim.pth:
                  Traceback (most recent call last):
                    File "<string>", line 1, in <module>
                  ModuleNotFoundError: No module named 'shim'
                Remainder of file ignored
                Traceback (most recent call last):
                  File "<string>", line 1, in <module>
                _csv.Error: unexpected end of data
                """))
        .isEqualTo("_csv.Error: unexpected end of data");
  }

  @Test
  void tellsTheRootOfJavasCauses() {
    assertThat(
            ErrorText.telling(
                """
                Exception in thread "main" java.lang.IllegalStateException: cannot save
                \tat shop.Main.main(Main.java:3)
                Caused by: java.io.IOException: disk full
                \tat shop.Cart.save(Cart.java:7)
                \t... 1 more
                """))
        .isEqualTo("java.io.IOException: disk full");
  }

  @Test
  void tellsACompilersFirstError() {
    assertThat(
            ErrorText.telling(
                """
                note: 3 files
                Cart.java:3: error: ';' expected
                  x
                Order.java:4: error: late
                2 errors\
                """))
        .isEqualTo("Cart.java:3: error: ';' expected");
    assertThat(
            ErrorText.telling(
                """
                warning: unused
                error[E0382]: borrow of moved value: `cart`
                 --> src/main.rs:3:4
                error: aborting\
                """))
        .isEqualTo("error[E0382]: borrow of moved value: `cart`");
    assertThat(
            ErrorText.telling(
                "src/cart.ts(3,7): error TS2304: Cannot find name 'total'.\nFound 1 error."))
        .isEqualTo("src/cart.ts(3,7): error TS2304: Cannot find name 'total'.");
    assertThat(
            ErrorText.telling(
                "# shop/cart\n./cart.go:12:2: undefined: total\nmake: *** [all] Error 1"))
        .isEqualTo("./cart.go:12:2: undefined: total");
    assertThat(
            ErrorText.telling(
                """
                [INFO] Building
                [ERROR] /w/Cart.java:[3,7] cannot find symbol
                [ERROR] Failed to execute goal\
                """))
        .isEqualTo("[ERROR] /w/Cart.java:[3,7] cannot find symbol");
  }

  @Test
  void tellsTheFirstTestThatFailed() {
    assertThat(
            ErrorText.telling(
                """
                E       assert 1 == 2
                FAILED tests/test_cart.py::test_total - AssertionError: assert 1 == 2
                FAILED tests/test_cart.py::test_empty - KeyError
                == 2 failed ==\
                """))
        .isEqualTo("FAILED tests/test_cart.py::test_total - AssertionError");
    assertThat(ErrorText.telling("    def test():\n>       assert 1 == 2\nE       assert 1 == 2"))
        .isEqualTo("assert 1 == 2");
    assertThat(
            ErrorText.telling(
                """
                ERROR: test_total (shop.CartTest)
                ----
                Traceback (most recent call last):
                  File "a.py", line 1
                KeyError: 'a'

                Ran 3 tests in 0.1s
                FAILED (errors=1)\
                """))
        .isEqualTo("FAILED test_total (shop.CartTest)\nKeyError: 'a'");
  }

  @Test
  void tellsWhatIsMissingAndWhatWasAnswered() {
    assertThat(ErrorText.telling("setting up\nbash: line 1: pytest: command not found\ndone"))
        .isEqualTo("bash: line 1: pytest: command not found");
    assertThat(ErrorText.telling("> GET /carts\n< HTTP/1.1 503 Service Unavailable\nbye"))
        .isEqualTo("< HTTP/1.1 503 Service Unavailable");
    assertThat(ErrorText.telling("> GET /carts\n< HTTP/1.1 200 OK\nbye")).isEqualTo("bye");
  }

  @Test
  void tellsTheLastLineIfNoneSpeaksOfAnError() {
    assertThat(ErrorText.telling("one\ntwo\n\n")).isEqualTo("two");
    assertThat(ErrorText.telling("1 failed, 3 passed\nthe server refused the key\nbye"))
        .isEqualTo("the server refused the key");
    assertThat(ErrorText.telling("Version error:\nneeds shop 2.0\nbye"))
        .isEqualTo("Version error: needs shop 2.0");
    assertThat(ErrorText.telling("")).isEmpty();
  }

  @Test
  void takesTheErrorOfACallBeforeItsOutput() {
    ToolCall call = ToolCall.of("bash", "x").output("KeyError: 'a'");
    assertThat(ErrorText.of(call.softFail("TokenIT: key expired")))
        .isEqualTo("TokenIT: key expired");
    assertThat(ErrorText.of(call.hardFail("CartError", "closed"))).isEqualTo("CartError: closed");
    assertThat(ErrorText.of(call.hardFail("CartError", "CartError: closed")))
        .isEqualTo("CartError: closed");
    assertThat(ErrorText.of(call.softFail(""))).isEqualTo("KeyError: 'a'");
    assertThat(ErrorText.reason(call.softFail("").exit(2))).isEqualTo("exit 2: KeyError: 'a'");
    assertThat(ErrorText.reason(ToolCall.of("bash", "x").timedOut(Duration.ofSeconds(3))))
        .isEqualTo("timeout");
  }

  @Test
  void isNotSlowedDownByLongLines() {
    long start = System.nanoTime();
    ErrorText.telling(("a.b".repeat(50_000) + "\n").repeat(20) + "x: ".repeat(100_000));
    Fingerprint.ofError("a/".repeat(100_000) + " ' ".repeat(1_000) + "tmp_".repeat(1_000));
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
  }
}
