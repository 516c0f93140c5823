package dev.daybook.simulation;

import java.util.function.UnaryOperator;

/** Explores a scenario by name, inside the class loader of a mutant. */
final class MutantRun implements UnaryOperator<String> {
  @Override
  public String apply(String scenario) {
    return Explorer.explore(Scenarios.named(scenario)).violation().orElse("");
  }
}
