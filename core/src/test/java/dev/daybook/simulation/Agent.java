package dev.daybook.simulation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;

/** A process of the simulation: it records, plans, reads, compacts and collects, by its habits. */
final class Agent implements Program {
  private final Habits habits;
  private final Random random;
  private final Function<Boolean, String> names;
  private final List<Parts.Unsettled> unsettled;

  /** What it can do. */
  private enum Deed {
    RECORD,
    PLAN,
    READ,
    TAKE_IN,
    MERGE,
    COLLECT,
    PIN,
    UNPIN
  }

  /**
   * How it lives.
   *
   * @param steps how much it does in one life
   * @param deeds what it does, the likelier the more often it stands here
   */
  record Habits(int steps, List<Deed> deeds) {
    static Habits of(Random random) {
      List<Deed> deeds = new ArrayList<>(List.of(Deed.RECORD, Deed.READ, Deed.TAKE_IN));
      switch (random.nextInt(6)) {
        case 0 -> deeds.addAll(Collections.nCopies(8, Deed.RECORD));
        case 1 -> deeds.addAll(Collections.nCopies(8, Deed.PLAN));
        case 2 -> deeds.addAll(Collections.nCopies(8, Deed.READ));
        case 3 -> deeds.addAll(List.of(Deed.TAKE_IN, Deed.TAKE_IN, Deed.MERGE, Deed.COLLECT));
        case 4 -> deeds.addAll(List.of(Deed.COLLECT, Deed.COLLECT, Deed.PIN, Deed.UNPIN));
        default -> deeds.addAll(List.of(Deed.values()));
      }
      return new Habits(3 + random.nextInt(8), List.copyOf(deeds));
    }
  }

  /**
   * A process.
   *
   * @param names gives the next event its name; {@code true} for one of the plan
   * @param unsettled what no process knows, shared by all
   */
  Agent(
      Habits habits,
      Random random,
      Function<Boolean, String> names,
      List<Parts.Unsettled> unsettled) {
    this.unsettled = unsettled;
    this.habits = habits;
    this.random = random;
    this.names = names;
  }

  @Override
  public void run(Host host) {
    Optional<Parts> opened = random.nextBoolean() ? Parts.open(host) : Optional.of(new Parts(host));
    opened.ifPresent(this::work);
  }

  private void work(Parts parts) {
    for (int step = 0; step < habits.steps(); step++) {
      settle(parts);
      switch (habits.deeds().get(random.nextInt(habits.deeds().size()))) {
        case RECORD -> parts.writer.record(someNames());
        case PLAN -> parts.plan(names.apply(true));
        case READ -> parts.read();
        case TAKE_IN -> parts.takeIn();
        case MERGE -> parts.merge();
        case COLLECT -> parts.collect();
        case PIN -> parts.pin("pin-" + random.nextInt(3));
        case UNPIN -> parts.unpin("pin-" + random.nextInt(3));
      }
    }
  }

  private List<String> someNames() {
    List<String> some = new ArrayList<>();
    int count = 1 + random.nextInt(3);
    for (int i = 0; i < count; i++) {
      some.add(names.apply(false));
    }
    return some;
  }

  /** Tells the others what it does not know, and asks for something that somebody does not. */
  private void settle(Parts parts) {
    unsettled.addAll(parts.unsettled);
    parts.unsettled.clear();
    if (!unsettled.isEmpty() && random.nextInt(3) == 0) {
      parts.ask(unsettled.get(random.nextInt(unsettled.size())));
    }
  }
}
