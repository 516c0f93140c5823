package dev.daybook.benchmarks.report;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.daybook.benchmarks.Figure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A plot of one measure of one workload: a bar for each contender, or a line for each over the
 * number of events.
 *
 * @param isCurve whether it has lines
 * @param isLogarithmic whether the axis of values is, since they span more than {@value #SPAN_MAX}
 * @param series what is drawn, one for each contender
 */
record Plot(
    String title,
    String unit,
    @JsonProperty("curve") boolean isCurve,
    @JsonProperty("logarithmic") boolean isLogarithmic,
    List<Series> series) {
  /** Above this factor between the least and the most, short bars could not be seen. */
  static final double SPAN_MAX = 30;

  /** A contender's values, by the number of events. */
  record Series(String name, List<Point> points) {}

  /** One value. */
  record Point(long x, double y, String shown) {}

  private record Key(String workload, String measure, String unit) {}

  /** The plots of figures, where there is something to compare. */
  static List<Plot> of(List<Figure> figures) {
    Map<Key, List<Figure>> groups = new LinkedHashMap<>();
    for (Figure figure : figures) {
      if (Double.isFinite(figure.value())) {
        groups
            .computeIfAbsent(
                new Key(figure.workload(), figure.measure(), figure.unit()),
                key -> new ArrayList<>())
            .add(figure);
      }
    }
    List<Plot> plots = new ArrayList<>();
    groups.forEach((key, group) -> plots.addAll(of(key, group)));
    return plots;
  }

  private static List<Plot> of(Key key, List<Figure> figures) {
    Map<String, TreeMap<Long, Figure>> byContender = new LinkedHashMap<>();
    for (Figure figure : figures) {
      byContender
          .computeIfAbsent(figure.contender(), contender -> new TreeMap<>())
          .put(figure.events(), figure);
    }
    String title = key.measure() + ": " + key.workload();
    if (byContender.values().stream().anyMatch(points -> points.size() > 1)) {
      return List.of(plot(title, key.unit(), true, byContender));
    }
    Map<Long, Map<String, TreeMap<Long, Figure>>> byEvents = new TreeMap<>();
    byContender.forEach((contender, points) ->
        byEvents
            .computeIfAbsent(points.firstKey(), events -> new LinkedHashMap<>())
            .put(contender, points));
    return byEvents.entrySet().stream()
        .filter(entry -> entry.getValue().size() > 1)
        .map(entry ->
            plot(
                String.format(Locale.ROOT, "%s, %,d events", title, entry.getKey()),
                key.unit(),
                false,
                entry.getValue()))
        .toList();
  }

  private static Plot plot(
      String title, String unit, boolean isCurve, Map<String, TreeMap<Long, Figure>> byContender) {
    List<Series> series = new ArrayList<>();
    byContender.forEach((contender, points) ->
        series.add(new Series(contender, points.values().stream().map(Plot::point).toList())));
    List<Double> values =
        series.stream().flatMap(one -> one.points().stream()).map(Point::y).sorted().toList();
    double least = values.getFirst();
    return new Plot(title, unit, isCurve, least > 0 && values.getLast() > SPAN_MAX * least, series);
  }

  private static Point point(Figure figure) {
    return new Point(figure.events(), figure.value(), Figure.plain(figure.value()));
  }

  /** In words what is drawn, for who does not see it. */
  String text() {
    return "%s in %s of %s. %s."
        .formatted(
            isCurve ? "Lines over the number of events" : "Bars",
            unit.isEmpty() ? "numbers" : unit,
            title,
            series.stream().map(this::text).collect(Collectors.joining("; ")));
  }

  private String text(Series one) {
    return one.name()
        + " "
        + one.points().stream()
            .map(point ->
                isCurve
                    ? String.format(Locale.ROOT, "%s at %,d", point.shown(), point.x())
                    : point.shown())
            .collect(Collectors.joining(", "));
  }
}
