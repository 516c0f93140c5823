package dev.daybook.simulation;

/** One request to a store, as a value. */
sealed interface Request {
  /** Create if absent. */
  record Create(String key, Blob blob) implements Request {
    @Override
    public String toString() {
      return "create " + key + " (" + blob + ")";
    }
  }

  /** Read a whole object. */
  record Get(String key) implements Request {
    @Override
    public String toString() {
      return "get " + key;
    }
  }

  /** List one page. */
  record ListPage(String prefix, String startAfter, int keysMax) implements Request {
    @Override
    public String toString() {
      return "list " + prefix + (startAfter.isEmpty() ? "" : " after " + startAfter);
    }
  }

  /** Write whether or not it exists. */
  record Overwrite(String key, Blob blob) implements Request {
    @Override
    public String toString() {
      return "overwrite " + key + " (" + blob + ")";
    }
  }

  /** Remove. */
  record Delete(String key) implements Request {
    @Override
    public String toString() {
      return "delete " + key;
    }
  }

  /** Whether it can change the store. */
  default boolean isWrite() {
    return switch (this) {
      case Create ignored -> true;
      case Overwrite ignored -> true;
      case Delete ignored -> true;
      case Get ignored -> false;
      case ListPage ignored -> false;
    };
  }
}
