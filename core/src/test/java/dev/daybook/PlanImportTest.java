package dev.daybook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.daybook.PlanImport.BadRow;
import dev.daybook.PlanImport.Report;
import dev.daybook.event.Actor;
import dev.daybook.event.Entry;
import dev.daybook.event.EventId;
import dev.daybook.event.PlanEvent.DependencyKind;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.PlanEvent.TaskEdited;
import dev.daybook.event.Resolution;
import dev.daybook.event.TaskStatus;
import dev.daybook.internal.transcript.NativeItems;
import dev.daybook.recall.Embedder;
import dev.daybook.recall.Filter;
import dev.daybook.storage.MemoryObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PlanImportTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final MemoryObjectStore store = new MemoryObjectStore();
  private final NativeItems items = new NativeItems(PlanImport.PREFIX_DEFAULT);
  private Path folder;
  private Daybook daybook;
  private Workspace workspace;
  private Path file;

  @BeforeEach
  @BeforeProperty
  void open() throws IOException {
    folder = Files.createTempDirectory("daybook-plan-import-");
    daybook = reopened();
    workspace = daybook.openOrCreate("imported");
    file = folder.resolve("rows.jsonl");
  }

  @AfterEach
  @AfterProperty
  void close() throws IOException {
    daybook.close();
    try (var all = Files.walk(folder)) {
      for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private Daybook reopened() {
    return Daybook.on(store)
        .embedder(Embedder.none())
        .cache(folder.resolve("cache"), 1 << 20)
        .open();
  }

  @Test
  void givesEachFieldItsPlaceAndKeepsTheRestInLabels() throws IOException {
    String item =
        """
        {"id":"a-1","title":"Fix it","description":"All of it","status":"in_progress","priority":0,\
        "issue_type":"bug","assignee":"coder-7","labels":["area:db","urgent"],\
        "created_at":"2026-01-11T10:33:47.827185123-08:00","updated_at":"2026-01-12T10:33:47Z",\
        "design":"1. Look\\n2. Fix","comment_count":3,"wisp":true,"ratio":1.5,\
        "comments":[{"text":"hm","at":null}],"seq":"mine",\
        "dependencies":[{"issue_id":"a-1","depends_on_id":"a-0","type":"blocks",\
        "created_at":"2026-01-11T10:33:47-08:00","created_by":"me","metadata":"{}"}]}\
        """;
    Report report = take(create(7, "a-1", item));

    assertThat(report).isEqualTo(new Report(1, 1, 0, 0, List.of(), 1, 0, Map.of()));
    PlanRecord.Task task = task("a-1");
    assertThat(task.title()).isEqualTo("Fix it");
    assertThat(task.description()).isEqualTo("All of it");
    assertThat(task.status()).isEqualTo(TaskStatus.IN_PROGRESS);
    assertThat(task.priority()).isZero();
    assertThat(task.kind()).isEqualTo("bug");
    assertThat(task.assignee()).isEqualTo("coder-7");
    assertThat(task.labels())
        .containsExactlyInAnyOrderEntriesOf(
            new TreeMap<>(
                Map.ofEntries(
                    Map.entry("area:db", ""),
                    Map.entry("urgent", ""),
                    Map.entry("native.created_at", "2026-01-11T10:33:47.827185123-08:00"),
                    Map.entry("native.updated_at", "2026-01-12T10:33:47Z"),
                    Map.entry("native.design", "\"1. Look\\n2. Fix\""),
                    Map.entry("native.comment_count", "3"),
                    Map.entry("native.wisp", "true"),
                    Map.entry("native.ratio", "1.5"),
                    Map.entry("native.comments", "[{\"text\":\"hm\",\"at\":null}]"),
                    Map.entry("native.=seq", "mine"),
                    Map.entry("native.seq", "7"))));
    assertThat(task.dependencies())
        .singleElement()
        .satisfies(one -> {
          assertThat(one.kind()).isEqualTo(DependencyKind.BLOCKS);
          assertThat(one.on()).isEqualTo("a-0");
          assertThat(one.labels())
              .isEqualTo(
                  Map.of(
                      "native.created_at", "2026-01-11T10:33:47-08:00",
                      "native.created_by", "me",
                      "native.metadata", "\"{}\""));
        });
    assertThat(JSON.readTree(items.json(task))).isEqualTo(JSON.readTree(item));
  }

  @Test
  void eventsCarryTheTimeAndTheNameOfTheirRow() throws IOException {
    take(create(7, "a-1", "{\"title\":\"Fix it\",\"status\":\"closed\"}"));

    List<Entry> entries = new ArrayList<>();
    workspace
        .traces()
        .find(Filter.any().type("TaskAdded", "TaskClosed"), EventId.NONE, 10)
        .forEach(entries::add);
    assertThat(entries)
        .hasSize(2)
        .allSatisfy(entry -> {
          assertThat(entry.time()).isEqualTo(Instant.parse("2024-01-01T00:00:07.250Z"));
          assertThat(entry.envelope().source()).isEqualTo("import\nrows.jsonl\n7");
          assertThat(entry.actor()).isEqualTo(Actor.system("import"));
        });
  }

  @Test
  void anUpdateChangesWhatItNamesAndANullTakesAFieldOff() throws IOException {
    take(
        create(1, "a", "{\"title\":\"One\",\"assignee\":\"x\",\"priority\":1,\"notes\":\"n\"}")
            + update(2, "a", "{\"title\":\"Two\",\"assignee\":null,\"notes\":null}"));

    assertThat(task("a").title()).isEqualTo("Two");
    assertThat(task("a").assignee()).isEmpty();
    assertThat(task("a").priority()).isEqualTo(1);
    assertThat(task("a").labels()).doesNotContainKey("native.notes");
    assertThat(original("a")).isEqualTo("{\"priority\":1,\"title\":\"Two\"}");
  }

  @Test
  void closesAndReopensAndClosesForAnotherReason() throws IOException {
    take(
        create(1, "a", "{\"title\":\"A\",\"status\":\"closed\",\"close_reason\":\"did it\"}")
            + create(2, "b", "{\"title\":\"B\",\"status\":\"closed\"}")
            + create(3, "c", "{\"title\":\"C\",\"status\":\"closed\",\"close_reason\":\"old\"}")
            + update(4, "b", "{\"status\":\"in_progress\"}")
            + update(5, "c", "{\"close_reason\":\"new\"}"));

    assertThat(task("a").status()).isEqualTo(TaskStatus.DONE);
    assertThat(task("a").resolution()).containsExactly(Resolution.SUCCEEDED);
    assertThat(task("a").reason()).isEqualTo("did it");
    assertThat(task("b").status()).isEqualTo(TaskStatus.IN_PROGRESS);
    assertThat(task("b").resolution()).isEmpty();
    assertThat(task("c").reason()).isEqualTo("new");
    assertThat(original("c")).contains("\"close_reason\":\"new\"", "\"status\":\"closed\"");
  }

  @Test
  void aFieldOfItsOwnSaysHowItEnded() throws IOException {
    take(
        create(1, "a", "{\"title\":\"A\",\"status\":\"closed\",\"resolution\":\"duplicate\"}")
            + create(
                2, "b", "{\"title\":\"B\",\"status\":\"closed\",\"close_reason\":\"failed\"}"));

    assertThat(task("a").status()).isEqualTo(TaskStatus.CANCELED);
    assertThat(task("a").resolution()).containsExactly(Resolution.DUPLICATE);
    assertThat(task("b").resolution()).containsExactly(Resolution.SUCCEEDED);
  }

  @Test
  void unknownStatusesTypesAndPrioritiesBecomeTheNearestAndStayAsLabels() throws IOException {
    take(
        create(1, "a", "{\"title\":\"A\",\"status\":\"tombstone\",\"deleted_by\":\"x\"}")
            + create(2, "b", "{\"title\":\"B\",\"status\":\"hooked\",\"priority\":-1}")
            + create(3, "c", "{\"title\":\"C\",\"status\":\"odd\",\"priority\":\"high\"}")
            + create(
                4,
                "d",
                "{\"title\":\" \",\"status\":\"open\",\"priority\":2,\"issue_type\":\"task\","
                    + "\"dependencies\":[{\"depends_on_id\":\"a\",\"type\":\"tracks\"}]}"));

    assertThat(task("a").status()).isEqualTo(TaskStatus.CANCELED);
    assertThat(task("a").labels()).containsEntry("native.status", "tombstone");
    assertThat(task("b").status()).isEqualTo(TaskStatus.IN_PROGRESS);
    assertThat(task("b").priority()).isEqualTo(TaskAdded.PRIORITY_DEFAULT);
    assertThat(task("b").labels()).containsEntry("native.priority", "-1");
    assertThat(task("c").status()).isEqualTo(TaskStatus.OPEN);
    assertThat(task("c").labels()).containsEntry("native.priority", "high");
    assertThat(task("d").title()).isEqualTo("d");
    assertThat(task("d").labels()).containsEntry("native.title", "\" \"");
    assertThat(task("d").labels()).doesNotContainKeys("native.status", "native.priority");
    assertThat(task("d").dependencies().getFirst().kind()).isEqualTo(DependencyKind.RELATED);
    assertThat(task("d").dependencies().getFirst().labels())
        .isEqualTo(Map.of("native.type", "tracks", "native.issue_id", ""));
  }

  @Test
  void dependenciesKeepTheirOrder() throws IOException {
    take(
        create(1, "a", "{\"title\":\"A\",\"dependencies\":[" + on("x", "y", "z") + "]}")
            + update(2, "a", "{\"dependencies\":[" + on("x", "z", "w", "y") + "]}"));
    assertThat(task("a").dependencies())
        .extracting(PlanRecord.Dependency::on)
        .containsExactly("x", "z", "w", "y");

    take(update(3, "a", "{\"dependencies\":[" + on("x", "w", "y") + "]}"));
    assertThat(task("a").dependencies())
        .extracting(PlanRecord.Dependency::on)
        .containsExactly("x", "w", "y");
    assertThat(workspace.traces().count(Filter.any().type("DependencyRemoved"))).isEqualTo(3);

    take(update(4, "a", "{\"dependencies\":null}"));
    assertThat(task("a").dependencies()).isEmpty();
  }

  @Test
  void dependenciesThatATaskCannotHoldAreKeptWhole() throws IOException {
    String odd =
        "[\"b\",{\"depends_on_id\":\"a\",\"type\":\"blocks\"},"
            + "{\"issue_id\":\"a\",\"depends_on_id\":\"b\",\"type\":\"related\"},"
            + "{\"issue_id\":\"q\",\"depends_on_id\":\"b\",\"type\":\"relates-to\"}]";
    take(create(1, "a", "{\"title\":\"A\",\"dependencies\":" + odd + "}"));

    assertThat(task("a").dependencies()).extracting(PlanRecord.Dependency::on).containsExactly("b");
    assertThat(JSON.readTree(original("a")).path("dependencies")).isEqualTo(JSON.readTree(odd));
  }

  @Test
  void referencesThatDoNotResolveAreCountedUntilTheyDo() throws IOException {
    Report first = take(create(1, "a", "{\"title\":\"A\",\"dependencies\":[" + on("b") + "]}"));
    assertThat(first.unresolved()).isEqualTo(1);
    assertThat(workspace.plan().unresolved())
        .singleElement()
        .satisfies(one -> assertThat(one.dependency().on()).isEqualTo("b"));
    assertThat(workspace.plan().ready()).isEmpty();

    Report second = take(create(2, "b", "{\"title\":\"B\"}"));
    assertThat(second.unresolved()).isZero();
    assertThat(workspace.plan().ready()).extracting(PlanRecord.Task::id).containsExactly("b");
  }

  @Test
  void cyclesAndParentsClosedBeforeTheirChildrenAreTakenAndCounted() throws IOException {
    Report report =
        take(
            create(1, "a", "{\"title\":\"A\",\"dependencies\":[" + on("b") + "]}")
                + create(2, "b", "{\"title\":\"B\",\"dependencies\":[" + on("c") + "]}")
                + create(3, "c", "{\"title\":\"C\",\"dependencies\":[" + on("a") + "]}")
                + create(4, "d", "{\"title\":\"D\",\"dependencies\":[" + on("a") + "]}")
                + create(5, "p", "{\"title\":\"P\",\"status\":\"closed\"}")
                + create(
                    6,
                    "q",
                    "{\"title\":\"Q\",\"dependencies\":["
                        + on("p").replace("blocks", "parent-child")
                        + "]}"));
    assertThat(report.cyclic()).isEqualTo(3);
    assertThat(report.bad()).isZero();
    assertThat(workspace.plan().ready()).extracting(PlanRecord.Task::id).containsExactly("q");
  }

  @Test
  void reportsBadRowsWithTheirLinesAndTakesTheOthers() throws IOException {
    Report report =
        take(
            create(1, "a", "{\"title\":\"A\"}")
                + "\n"
                + "nonsense\n"
                + create(2, "a", "{\"title\":\"Again\"}")
                + update(3, "nobody", "{\"title\":\"B\"}")
                + "{\"seq\":-4,\"ts\":1,\"op\":\"create\",\"id\":\"b\",\"set\":{}}\n"
                + "{\"seq\":5,\"op\":\"create\",\"id\":\"b\",\"set\":{}}\n"
                + "{\"seq\":6,\"ts\":1,\"op\":\"drop\",\"id\":\"b\",\"set\":{}}\n"
                + "{\"seq\":7,\"ts\":1,\"op\":\"create\",\"id\":7,\"set\":{}}\n"
                + "{\"seq\":8,\"ts\":1,\"op\":\"create\",\"id\":\"b\",\"set\":[]}\n"
                + create(9, "big", "{\"title\":\"" + "x".repeat(2 << 20) + "\"}")
                + create(10, "b", "{}"));

    assertThat(report.read()).isEqualTo(11);
    assertThat(report.recorded()).isEqualTo(2);
    assertThat(report.badRows())
        .extracting(BadRow::toString)
        .satisfiesExactly(
            one -> assertThat(one).startsWith("line 3: not JSON"),
            one ->
                assertThat(one)
                    .isEqualTo(
                        "line 4: 'a' cannot be created, it is in the plan already since an earlier"
                            + " row (last seq 1)"),
            one -> assertThat(one).startsWith("line 5: 'nobody' cannot be updated"),
            one -> assertThat(one).isEqualTo("line 6: seq is -4, expected a whole number from 0"),
            one -> assertThat(one).isEqualTo("line 7: ts is missing, expected a time"),
            one ->
                assertThat(one)
                    .isEqualTo("line 8: op is \"drop\", expected \"create\" or \"update\""),
            one -> assertThat(one).isEqualTo("line 9: id is 7, expected a text"),
            one -> assertThat(one).isEqualTo("line 10: set is [], expected an object"),
            one -> assertThat(one).startsWith("line 11: ").contains("at most 1048576 are allowed"));
    assertThat(workspace.plan().tasks()).containsOnlyKeys("a", "b");
  }

  @Test
  void namesAtMostAThousandBadRowsAndCountsAll() throws IOException {
    Report report = take("nonsense\n".repeat(1_200));
    assertThat(report.bad()).isEqualTo(1_200);
    assertThat(report.badRows()).hasSize(PlanImport.BAD_ROWS_MAX);
    assertThat(workspace.traces().count(Filter.any())).isZero();
  }

  @Test
  void importingTwiceChangesNothingAlsoAfterCompactionElsewhere() throws IOException {
    String rows =
        create(1, "a", "{\"title\":\"A\"}")
            + update(2, "a", "{\"status\":\"closed\"}")
            + update(5, "a", "{\"title\":\"B\"}");
    take(rows);
    workspace.compact();
    workspace.close();
    try (Daybook other = reopened();
        Workspace again = other.open("imported")) {
      long events = again.traces().count(Filter.any());
      long version = again.plan().version();
      assertThat(PlanImport.of(file).into(again))
          .isEqualTo(new Report(3, 0, 3, 0, List.of(), 0, 0, Map.of()));
      assertThat(again.traces().count(Filter.any())).isEqualTo(events);
      assertThat(again.plan().version()).isEqualTo(version);
    }
  }

  @Test
  void aFileThatGrewAddsOnlyWhatIsNew() throws IOException {
    take(create(1, "a", "{\"title\":\"A\"}"));
    Report report = take(create(1, "a", "{\"title\":\"A\"}") + update(2, "a", "{\"title\":\"B\"}"));
    assertThat(report.recorded()).isEqualTo(1);
    assertThat(report.alreadyThere()).isEqualTo(1);
    assertThat(task("a").title()).isEqualTo("B");
  }

  @Test
  void aRowChangesOnlyItsFieldsOfATaskThatSomebodyChangedHere() throws IOException {
    take(create(1, "a", "{\"title\":\"A\",\"status\":\"tombstone\",\"labels\":[\"x\"]}"));
    try (Session session = workspace.startSession(Actor.human("ann"))) {
      session.updatePlan(plan ->
          List.of(
              dev.daybook.event.PlanEvent.TaskReopened.of("a"),
              TaskEdited.of("a").title("Mine").label("mine", "1")));
    }
    assertThat(original("a")).contains("\"status\":\"open\"", "\"title\":\"Mine\"");

    take(update(2, "a", "{\"labels\":[\"y\"]}"));

    assertThat(task("a").title()).isEqualTo("Mine");
    assertThat(task("a").status()).isEqualTo(TaskStatus.OPEN);
    assertThat(task("a").labels()).containsKeys("y", "mine").doesNotContainKey("x");
  }

  @Test
  void twoImportersAtOnceTakeEachRowOnce() throws Exception {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 300; i++) {
      String id = "t" + i % 20;
      rows.append(
          i < 20
              ? create(i, id, "{\"title\":\"T\",\"n\":0}")
              : update(
                  i, id, "{\"n\":" + i + ",\"dependencies\":[" + on("u" + i, "v" + i % 3) + "]}"));
    }
    Files.writeString(file, rows);
    List<Report> reports = new ArrayList<>();
    try (Daybook other = reopened();
        Workspace second = other.open("imported");
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      Callable<Report> one = () -> PlanImport.of(file).rowsPerVersion(7).into(workspace);
      Callable<Report> two = () -> PlanImport.of(file).rowsPerVersion(5).into(second);
      for (Future<Report> report : threads.invokeAll(List.of(one, two))) {
        reports.add(report.get());
      }
    }
    assertThat(reports).extracting(Report::bad).containsOnly(0L);
    assertThat(reports.stream().mapToLong(Report::recorded).sum()).isEqualTo(300);
    for (int i = 0; i < 20; i++) {
      assertThat(original("t" + i))
          .contains("\"n\":" + (280 + i))
          .contains("\"u" + (280 + i) + "\"");
    }
    assertThat(workspace.traces().count(Filter.any().type("TaskEdited"))).isEqualTo(280);
  }

  @Test
  void tellsOfProgressInBytesOfTheFileAndReadsGzip() throws IOException {
    try (var out = new GZIPOutputStream(Files.newOutputStream(file))) {
      for (int i = 0; i < 1_000; i++) {
        out.write(create(i, "t" + i, "{\"title\":\"T\"}").getBytes(UTF_8));
      }
    }
    List<Progress> told = new ArrayList<>();
    PlanImport.of(file).into(workspace, told::add);
    assertThat(told).hasSize(6);
    assertThat(told).extracting(Progress::total).containsOnly(Files.size(file));
    assertThat(told).extracting(Progress::done).isSorted();
    assertThat(told.getLast().done()).isEqualTo(Files.size(file));
    assertThat(workspace.plan().version()).isEqualTo(5);
  }

  @Test
  void keepsTheRowsBeforeTheEndOfADamagedFile() throws IOException {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 20_000; i++) {
      rows.append(create(i, "t" + i, "{\"title\":\"T" + i * 7919L % 100_003 + "\"}"));
    }
    try (var out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(rows.toString().getBytes(UTF_8));
    }
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, whole.length / 20));
    assertThatIOException()
        .isThrownBy(() -> PlanImport.of(file).into(workspace))
        .withMessageContaining("is cut off or damaged after line");
    assertThat(workspace.plan().tasks().size()).isBetween(1, 19_999);
  }

  @Test
  void anInterruptEndsItAndImportingAgainGoesOn() throws IOException {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      rows.append(create(i, "t" + i, "{\"title\":\"T\"}"));
    }
    Files.writeString(file, rows);
    assertThatExceptionOfType(OutcomeUnknownException.class)
        .isThrownBy(() ->
            PlanImport.of(file)
                .rowsPerVersion(10)
                .into(workspace, progress -> Thread.currentThread().interrupt()))
        .withMessageContaining("import it again to go on");
    assertThat(Thread.interrupted()).isTrue();
    Report report = PlanImport.of(file).into(workspace);
    assertThat(report.alreadyThere()).isEqualTo(10);
    assertThat(report.recorded()).isEqualTo(90);
  }

  @Test
  void saysWhichFileIsMissingAndWhatCannotBeAsked() {
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> PlanImport.of(file).into(workspace))
        .withMessageContaining(file.toString());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PlanImport.of(file).rowsPerVersion(0))
        .withMessage("rowsPerVersion is 0, expected at least 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PlanImport.of(file).prefix(" "))
        .withMessageContaining("cannot be the prefix of labels");
  }

  @Test
  void labelsHaveThePrefixThatIsAskedFor() throws IOException {
    Files.writeString(file, create(1, "a", "{\"title\":\"A\",\"x\":1}"));
    PlanImport.of(file).prefix("beads.").into(workspace);
    assertThat(task("a").labels()).containsEntry("beads.x", "1").containsEntry("beads.seq", "1");
    assertThat(PlanImport.of(file).prefix("beads.").into(workspace).alreadyThere()).isEqualTo(1);
  }

  /** A row of the property, without its seq. */
  record Change(String id, Map<String, String> set) {}

  @Property(tries = 60)
  void itemsAreTheMergeOfTheirRowsHoweverTheyAreGrouped(
      @ForAll("changes") List<Change> changes,
      @ForAll @IntRange(min = 1, max = 9) int rowsPerVersion,
      @ForAll @IntRange(min = 0, max = 30) int compactedAfter)
      throws IOException {
    String name = "w" + System.nanoTime();
    Map<String, ObjectNode> merged = new TreeMap<>();
    List<String> rows = new ArrayList<>();
    for (Change change : changes) {
      ObjectNode item = merged.get(change.id());
      String set =
          change.set().entrySet().stream()
              .map(field -> "\"" + field.getKey() + "\":" + field.getValue())
              .collect(Collectors.joining(",", "{", "}"));
      rows.add(
          item == null
              ? row(rows.size(), "create", change.id(), set)
              : row(rows.size(), "update", change.id(), set));
      ObjectNode target =
          merged.computeIfAbsent(change.id(), id -> JsonNodeFactory.instance.objectNode());
      for (Map.Entry<String, JsonNode> field : JSON.readTree(set).properties()) {
        if (field.getValue().isNull()) {
          target.remove(field.getKey());
        } else {
          target.set(field.getKey(), field.getValue());
        }
      }
    }
    int middle = Math.min(compactedAfter, rows.size());
    try (Workspace first = daybook.create(name)) {
      Files.writeString(file, String.join("", rows.subList(0, middle)));
      PlanImport.of(file).rowsPerVersion(rowsPerVersion).into(first);
      first.compact();
    }
    try (Workspace second = daybook.open(name)) {
      Files.writeString(file, String.join("", rows));
      Report report = PlanImport.of(file).rowsPerVersion(rowsPerVersion + 2).into(second);
      assertThat(report.badRows()).isEmpty();
      assertThat(report.alreadyThere()).isEqualTo(middle);
      assertMerged(second.plan(), merged);
    }
    try (Daybook other = reopened();
        Workspace third = other.open(name)) {
      assertMerged(third.plan(), merged);
    }
  }

  private void assertMerged(PlanRecord plan, Map<String, ObjectNode> merged) throws IOException {
    assertThat(plan.tasks().keySet()).isEqualTo(merged.keySet());
    for (Map.Entry<String, ObjectNode> one : merged.entrySet()) {
      assertThat(JSON.readTree(items.json(plan.tasks().get(one.getKey()))))
          .isEqualTo(one.getValue());
    }
  }

  @Provide
  Arbitrary<List<Change>> changes() {
    Arbitrary<String> texts =
        Arbitraries.of(
            "null",
            "\"\"",
            "\" \"",
            "\"x\"",
            "\"true\"",
            "\"2026-11-24T08:00:00.123456789+02:00\"",
            "\"12\"",
            "7",
            "-1",
            "1.50",
            "12345678901234567890",
            "true",
            "[]",
            "[1,{\"a\":null}]",
            "\"\\ud800\"",
            "\"\\ud83d\\ude00\"",
            "\"two\\nlines\"",
            "{}");
    Arbitrary<String> statuses =
        Arbitraries.of(
            "\"open\"",
            "\"closed\"",
            "\"in_progress\"",
            "\"deferred\"",
            "\"tombstone\"",
            "\"hooked\"",
            "\"odd\"",
            "null",
            "3");
    Arbitrary<String> tags =
        Arbitraries.of("\"a\"", "\"b\"", "\"c\"", "\"\"", "\"native.x\"", "7")
            .list()
            .ofMaxSize(4)
            .map(some -> some.stream().collect(Collectors.joining(",", "[", "]")));
    Arbitrary<String> dependency =
        Combinators.combine(
                Arbitraries.of("t0", "t1", "t2", "x"),
                Arbitraries.of("blocks", "parent-child", "related", "tracks", "blocked-by"),
                Arbitraries.of(
                    "", ",\"issue_id\":\"t0\"", ",\"created_at\":\"2026-\"", ",\"n\":null"))
            .as((on, type, more) ->
                "{\"depends_on_id\":\"" + on + "\",\"type\":\"" + type + "\"" + more + "}");
    Arbitrary<String> dependencies =
        dependency
            .list()
            .ofMaxSize(4)
            .map(some -> some.stream().collect(Collectors.joining(",", "[", "]")));
    Arbitrary<Map.Entry<String, String>> fields =
        Arbitraries.oneOf(
            Combinators.combine(
                    Arbitraries.of(
                        "id",
                        "title",
                        "description",
                        "priority",
                        "issue_type",
                        "assignee",
                        "labels",
                        "dependencies",
                        "close_reason",
                        "resolution",
                        "created_at",
                        "seq",
                        "=x",
                        "other"),
                    texts)
                .as(Map::entry),
            statuses.map(one -> Map.entry("status", one)),
            tags.map(one -> Map.entry("labels", one)),
            dependencies.map(one -> Map.entry("dependencies", one)));
    Arbitrary<Map<String, String>> sets =
        fields
            .list()
            .ofMaxSize(5)
            .map(some -> {
              Map<String, String> set = new TreeMap<>();
              some.forEach(one -> set.put(one.getKey(), one.getValue()));
              return set;
            });
    return Combinators.combine(Arbitraries.of("t0", "t1", "t2", "t3"), sets)
        .as(Change::new)
        .list()
        .ofMaxSize(30);
  }

  private Report take(String rows) throws IOException {
    Files.writeString(file, rows);
    return PlanImport.of(file).into(workspace);
  }

  private PlanRecord.Task task(String id) {
    return workspace.plan().task(id).orElseThrow();
  }

  /** The item as it was there, its fields in order of their names, without the id. */
  private String original(String id) throws IOException {
    Map<String, JsonNode> fields = new TreeMap<>();
    JSON.readTree(items.json(task(id)))
        .properties()
        .forEach(field -> fields.put(field.getKey(), field.getValue()));
    return JSON.writeValueAsString(fields);
  }

  private static String on(String... ids) {
    return Arrays.stream(ids)
        .map(id -> "{\"depends_on_id\":\"" + id + "\",\"type\":\"blocks\"}")
        .collect(Collectors.joining(","));
  }

  private static String create(long seq, String id, String set) {
    return row(seq, "create", id, set);
  }

  private static String update(long seq, String id, String set) {
    return row(seq, "update", id, set);
  }

  private static String row(long seq, String op, String id, String set) {
    return "{\"seq\":%d,\"ts\":%d.25,\"op\":\"%s\",\"id\":\"%s\",\"set\":%s}\n"
        .formatted(seq, 1_704_067_200 + seq, op, id, set);
  }
}
