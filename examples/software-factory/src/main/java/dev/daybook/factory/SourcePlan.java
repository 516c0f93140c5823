package dev.daybook.factory;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.daybook.Session;
import dev.daybook.Workspace;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.PlanEvent.AcceptanceCriterionAdded;
import dev.daybook.event.PlanEvent.AssumptionStated;
import dev.daybook.event.PlanEvent.ConstraintStated;
import dev.daybook.event.PlanEvent.DependencyAdded;
import dev.daybook.event.PlanEvent.GoalSet;
import dev.daybook.event.PlanEvent.TaskAdded;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * A plan made from a tree of Java sources: a task for each file, above them one for each folder,
 * and one report at the end. A folder waits for those it imports from, as far as they do not wait
 * for it.
 *
 * @param tree where the sources are
 * @param filesMax at most so many files, spread over the tree
 */
record SourcePlan(Path tree, int filesMax) implements PlanSource {
  private static final Pattern IMPORT =
      Pattern.compile("^import (?:static )?([a-z_0-9.]+)\\.[A-Z*].*");
  private static final Pattern PACKAGE = Pattern.compile("^package ([\\w.]+);.*");
  private static final Set<String> SKIPPED = Set.of("target", "build", "out", "node_modules");

  /** What a folder of sources declares and imports. */
  private record Sources(Set<String> declared, Set<String> imported) {}

  @Override
  public Begun write(Workspace workspace, Session person, Notebook notebook) throws IOException {
    List<PlanEvent> events = events();
    int tasks = notebook.keep(person.updatePlan(plan -> events)).plan().tasks().size();
    return new Begun(0, tasks + " tasks about the sources of " + tree.getFileName());
  }

  private List<PlanEvent> events() throws IOException {
    Map<String, List<String>> folders = new TreeMap<>();
    for (String file : files()) {
      folders.computeIfAbsent(folderOf(file), folder -> new ArrayList<>()).add(file);
    }
    Map<String, String> ids = new LinkedHashMap<>();
    List<PlanEvent> events = new ArrayList<>();
    events.add(
        new GoalSet(
            "Know the state of every Java source of " + tree.getFileName(),
            "Look, do not change: size, what is left to do, whether it parses, documentation"));
    events.add(new ConstraintStated("No file of the tree is changed"));
    events.add(AssumptionStated.of("Nothing in the tree is marked TODO or FIXME"));
    int number = 0;
    for (Map.Entry<String, List<String>> folder : folders.entrySet()) {
      String id = "P%02d".formatted(ids.size() + 1);
      ids.put(folder.getKey(), id);
      events.add(
          TaskAdded.of(id, "Sum up " + folder.getKey())
              .kind(KIND_PACKAGE)
              .priority(priority(folder.getKey())));
      events.add(new AcceptanceCriterionAdded(id, "The lines of its files add up"));
      for (String file : folder.getValue()) {
        number++;
        String task = "F%03d".formatted(number);
        events.add(
            TaskAdded.of(task, "Look through " + file)
                .kind(KIND_FILE)
                .priority(priority(file))
                .label(FILE, file));
        events.add(DependencyAdded.childOf(task, id));
        events.add(new AcceptanceCriterionAdded(task, "Its size is known"));
        events.add(new AcceptanceCriterionAdded(task, "javac parses it"));
      }
    }
    waits(sources(folders))
        .forEach((folder, others) ->
            others.forEach(
                other -> events.add(DependencyAdded.blocks(ids.get(folder), ids.get(other)))));
    events.add(TaskAdded.of("REPORT", "Report on the whole tree").kind(KIND_REPORT).priority(0));
    events.add(new AcceptanceCriterionAdded("REPORT", "Every folder is summed up"));
    ids.values().forEach(id -> events.add(DependencyAdded.blocks("REPORT", id)));
    return events;
  }

  private static int priority(String path) {
    return path.contains("/test/") ? 3 : 2;
  }

  private static String folderOf(String file) {
    int slash = file.lastIndexOf('/');
    return slash < 0 ? "." : file.substring(0, slash);
  }

  private List<String> files() throws IOException {
    List<String> all = new ArrayList<>(allFiles(tree));
    if (all.isEmpty()) {
      throw new IllegalArgumentException(
          "No Java source in " + tree + "; name a folder that has some with --tree");
    }
    int count = Math.min(filesMax, all.size());
    return IntStream.range(0, count)
        .mapToObj(i -> all.get((int) ((long) i * all.size() / count)))
        .toList();
  }

  /** The sources below a folder as seen from there, in order; no build output, nothing hidden. */
  static Set<String> allFiles(Path tree) throws IOException {
    Set<String> files = new TreeSet<>();
    Files.walkFileTree(
        tree,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            String name = String.valueOf(folder.getFileName());
            return !folder.equals(tree) && (SKIPPED.contains(name) || name.startsWith("."))
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            String path = tree.relativize(file).toString().replace('\\', '/');
            // Commands are split at blanks.
            if (path.endsWith(".java") && !path.contains(" ")) {
              files.add(path);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return files;
  }

  private Map<String, Sources> sources(Map<String, List<String>> folders) throws IOException {
    Map<String, Sources> found = new TreeMap<>();
    for (Map.Entry<String, List<String>> folder : folders.entrySet()) {
      Sources sources = new Sources(new HashSet<>(), new TreeSet<>());
      for (String file : folder.getValue()) {
        for (String line : Files.readString(tree.resolve(file), UTF_8).lines().toList()) {
          var declared = PACKAGE.matcher(line);
          if (declared.matches()) {
            sources.declared().add(declared.group(1));
          }
          var imported = IMPORT.matcher(line);
          if (imported.matches()) {
            sources.imported().add(imported.group(1));
          }
        }
      }
      found.put(folder.getKey(), sources);
    }
    return found;
  }

  /** Which folders each waits for; never in a circle. */
  private static Map<String, Set<String>> waits(Map<String, Sources> folders) {
    Map<String, String> places = new HashMap<>();
    folders.forEach((folder, sources) ->
        sources
            .declared()
            .forEach(declared -> {
              if (!folder.contains("/test/")) {
                places.put(declared, folder);
              }
            }));
    Map<String, Set<String>> waits = new TreeMap<>();
    folders.forEach((folder, sources) -> {
      for (String imported : sources.imported()) {
        String other = places.getOrDefault(imported, folder);
        if (!other.equals(folder) && !reaches(waits, other, folder)) {
          waits.computeIfAbsent(folder, key -> new TreeSet<>()).add(other);
        }
      }
    });
    return waits;
  }

  private static boolean reaches(Map<String, Set<String>> waits, String from, String to) {
    Deque<String> open = new ArrayDeque<>(List.of(from));
    Set<String> seen = new HashSet<>();
    while (!open.isEmpty()) {
      String next = open.pop();
      if (next.equals(to)) {
        return true;
      }
      if (seen.add(next)) {
        open.addAll(waits.getOrDefault(next, Set.of()));
      }
    }
    return false;
  }
}
