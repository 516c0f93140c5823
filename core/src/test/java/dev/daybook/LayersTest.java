package dev.daybook;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The arrows of ARCHITECTURE.md, read from the compiled classes. */
class LayersTest {
  private static final String ROOT = "dev.daybook";
  private static final List<String> PUBLIC =
      List.of(ROOT, ROOT + ".arrow", ROOT + ".event", ROOT + ".recall", ROOT + ".storage");

  /** As many as there are; the aim is 45. */
  private static final int PUBLIC_TYPES_MAX = 61;

  /** Which packages of ours a package may use besides itself. */
  private static final Map<String, Set<String>> MAY_USE =
      Map.ofEntries(
          may("storage"),
          may("event"),
          may("recall", "event"),
          may("internal"),
          may("internal.entry", "event"),
          may("internal.masking"),
          may("internal.segment", "event", "internal", "internal.entry"),
          may("internal.index", "event", "recall", "internal.entry"),
          may("internal.log", "", "event", "storage", "internal.entry"),
          may("internal.transcript", "", "event", "internal.entry"),
          may("internal.manifest", "", "event", "storage", "internal.entry", "internal.log"),
          may("internal.plan", "", "event", "storage", "internal.entry", "internal.log"),
          may("internal.cache", "", "storage", "internal.entry", "internal.log"),
          may("arrow", "", "recall", "internal.segment", "internal.workspace"),
          may(
              "internal.workspace",
              "",
              "event",
              "recall",
              "storage",
              "internal",
              "internal.entry",
              "internal.segment",
              "internal.index",
              "internal.log",
              "internal.manifest",
              "internal.plan",
              "internal.cache"),
          may(
              "",
              "event",
              "recall",
              "storage",
              "internal.entry",
              "internal.log",
              "internal.masking",
              "internal.plan",
              "internal.cache",
              "internal.transcript",
              "internal.workspace"));

  /** Who may use a library, by what its packages begin with. */
  private static final Map<String, Set<String>> LIBRARIES =
      Map.of(
          "com.fasterxml.jackson.",
              packages("internal.entry", "internal.log", "internal.segment", "internal.transcript"),
          "org.apache.lucene.", packages("internal.index"),
          "org.apache.parquet.", packages("internal.segment"),
          "org.apache.hadoop.", packages("internal.segment"),
          "com.github.luben.zstd", packages("internal.log", "internal.segment"),
          "org.pcollections.", packages("", "internal.plan"),
          "org.apache.arrow.", packages("arrow"),
          "software.amazon.", Set.of());

  /** Class to classes it uses. */
  private static final Map<String, Set<String>> USES = new TreeMap<>();

  private static Path classes;

  @BeforeAll
  static void readClasses() throws Exception {
    classes = Path.of(Daybook.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        ToolProvider.findFirst("jdeps")
            .orElseThrow()
            .run(
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                "--multi-release",
                "base",
                "-verbose:class",
                "-filter:none",
                classes.toString());
    assertThat(code).as(err.toString()).isZero();
    Matcher arrow = Pattern.compile("(?m)^ +([\\w.$]+) +-> ([\\w.$]+) ").matcher(out.toString());
    while (arrow.find()) {
      USES.computeIfAbsent(arrow.group(1), from -> new TreeSet<>()).add(arrow.group(2));
    }
    assertThat(USES).containsKeys("dev.daybook.Daybook", "dev.daybook.event.Event");
  }

  @Test
  void pointsDownwardOnly() {
    Set<String> wrong = new TreeSet<>();
    USES.forEach((from, used) -> {
      Set<String> allowed = MAY_USE.getOrDefault(packageOf(from), Set.of());
      for (String to : used) {
        boolean ours = to.startsWith(ROOT + ".") && !packageOf(to).equals(packageOf(from));
        if (ours && !allowed.contains(packageOf(to))) {
          wrong.add(from + " -> " + to);
        }
      }
    });
    assertThat(wrong).isEmpty();
  }

  @Test
  void hasNoPackageWithoutARule() {
    Set<String> packages = new TreeSet<>();
    USES.keySet().forEach(name -> packages.add(packageOf(name)));
    packages.remove("org.apache.parquet");
    Set<String> ruled = new TreeSet<>(MAY_USE.keySet());
    assertThat(packages).isEqualTo(ruled);
  }

  @Test
  void usesTheRootPackageFromBelowForErrorsAndThePlanOnly() {
    Set<String> used = new TreeSet<>();
    USES.forEach((from, uses) -> {
      String in = packageOf(from);
      if (in.startsWith(ROOT + ".internal.") && !in.equals(ROOT + ".internal.workspace")) {
        uses.stream()
            .filter(to -> packageOf(to).equals(ROOT) && !to.endsWith("Exception"))
            .filter(to -> !to.equals("dev.daybook.PlanRecord") && !to.contains("PlanRecord$"))
            .forEach(to -> used.add(from + " -> " + to));
      }
    });
    assertThat(used).isEmpty();
  }

  @Test
  void keepsEachLibraryInItsPackages() {
    Set<String> wrong = new TreeSet<>();
    USES.forEach((from, used) ->
        LIBRARIES.forEach((library, users) -> {
          if (!users.contains(packageOf(from)) && !packageOf(from).equals("org.apache.parquet")) {
            used.stream()
                .filter(to -> to.startsWith(library))
                .forEach(to -> wrong.add(from + " -> " + to));
          }
        }));
    assertThat(wrong).isEmpty();
    assertThat(USES.keySet().stream().filter(name -> name.startsWith("org.apache.parquet.")))
        .as("what stands in a package of Parquet's")
        .containsExactly("org.apache.parquet.PlainReadOptions");
  }

  @Test
  void namesOnlyItselfAndTheJdkInPublicSignaturesAndArrowInOnePackage() throws Exception {
    Set<String> wrong = new TreeSet<>();
    for (Class<?> type : publicTypes()) {
      for (Type used : signatures(type)) {
        Set<Class<?>> named = new HashSet<>();
        collect(used, named, new HashSet<>());
        for (Class<?> one : named) {
          if (!one.isPrimitive()
              && !one.getName().startsWith("java.")
              && !isArrowWhereItMayBe(type, one)
              && !PUBLIC.contains(one.getPackageName())) {
            wrong.add(type.getName() + " -> " + one.getName());
          }
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  private static boolean isArrowWhereItMayBe(Class<?> type, Class<?> named) {
    return type.getPackageName().equals(ROOT + ".arrow")
        && named.getName().startsWith("org.apache.arrow.");
  }

  @Test
  void hasFewPublicTypes() throws Exception {
    List<String> names =
        publicTypes().stream()
            .filter(type -> !type.isMemberClass())
            .map(Class::getName)
            .sorted()
            .toList();
    System.out.println("Public top-level types of core: " + names.size());
    assertThat(names).hasSizeLessThanOrEqualTo(PUBLIC_TYPES_MAX);
  }

  private static List<Class<?>> publicTypes() throws IOException, ClassNotFoundException {
    List<Class<?>> types = new ArrayList<>();
    try (Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(file -> file.toString().endsWith(".class")).toList()) {
        String path = classes.relativize(file).toString().replace('\\', '/');
        String name = path.substring(0, path.length() - ".class".length()).replace('/', '.');
        if (PUBLIC.contains(packageOf(name)) && !name.endsWith("package-info")) {
          Class<?> type = Class.forName(name, false, LayersTest.class.getClassLoader());
          if (isPublic(type)) {
            types.add(type);
          }
        }
      }
    }
    return types;
  }

  private static boolean isPublic(Class<?> type) {
    return Modifier.isPublic(type.getModifiers())
        && (type.getDeclaringClass() == null || isPublic(type.getDeclaringClass()));
  }

  private static List<Type> signatures(Class<?> type) {
    List<Type> used = new ArrayList<>(List.of(type.getGenericInterfaces()));
    if (type.getGenericSuperclass() != null) {
      used.add(type.getGenericSuperclass());
    }
    for (Field field : type.getDeclaredFields()) {
      if (isOpen(field.getModifiers())) {
        used.add(field.getGenericType());
      }
    }
    Stream.concat(Stream.of(type.getDeclaredConstructors()), Stream.of(type.getDeclaredMethods()))
        .filter(member -> isOpen(member.getModifiers()))
        .forEach(member -> addSignature(member, used));
    return used;
  }

  private static void addSignature(Executable member, List<Type> used) {
    used.add(member.getAnnotatedReturnType().getType());
    used.addAll(List.of(member.getGenericParameterTypes()));
    used.addAll(List.of(member.getGenericExceptionTypes()));
  }

  private static boolean isOpen(int modifiers) {
    return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
  }

  private static void collect(Type type, Set<Class<?>> into, Set<Type> seen) {
    if (!seen.add(type)) {
      return;
    }
    switch (type) {
      case Class<?> plain when plain.isArray() -> collect(plain.getComponentType(), into, seen);
      case Class<?> plain -> into.add(plain);
      case ParameterizedType generic -> {
        collect(generic.getRawType(), into, seen);
        for (Type argument : generic.getActualTypeArguments()) {
          collect(argument, into, seen);
        }
      }
      case GenericArrayType array -> collect(array.getGenericComponentType(), into, seen);
      case WildcardType wild ->
          Stream.of(wild.getUpperBounds(), wild.getLowerBounds())
              .flatMap(Stream::of)
              .forEach(bound -> collect(bound, into, seen));
      case TypeVariable<?> variable ->
          Stream.of(variable.getBounds()).forEach(bound -> collect(bound, into, seen));
      default -> throw new AssertionError("Unknown kind of type " + type);
    }
  }

  private static String packageOf(String className) {
    return className.substring(0, className.lastIndexOf('.'));
  }

  private static Map.Entry<String, Set<String>> may(String from, String... to) {
    return Map.entry(full(from), packages(to));
  }

  private static Set<String> packages(String... names) {
    Set<String> full = new HashSet<>();
    for (String name : names) {
      full.add(full(name));
    }
    return full;
  }

  private static String full(String name) {
    return name.isEmpty() ? ROOT : ROOT + "." + name;
  }
}
