package dev.daybook.mcp.server;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What a part of an input or output is; its schema, its check and its text are made from this. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
@interface Field {
  /** Stands for: there is no default, so it must be given. */
  String REQUIRED = "\0";

  /** Stands for: a number that is not given. */
  int NOT_GIVEN = Integer.MIN_VALUE;

  /** What it is, for a model. */
  String value();

  /**
   * The value if none is given, as text; empty for a list, an id or a number of which none is meant
   * then. An output that is optional and empty is left out.
   */
  String byDefault() default REQUIRED;

  /** The least number. */
  long min() default 0;

  /** The greatest number, the most characters of a text or the most elements of a list. */
  long max() default Long.MAX_VALUE;

  /** The most characters of a text in a list. */
  int eachMax() default 4_000;
}
