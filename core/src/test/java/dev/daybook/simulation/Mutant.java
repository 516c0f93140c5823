package dev.daybook.simulation;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * The library with one rule of the protocol taken away: a change of one source file.
 *
 * @param rule that is taken away
 * @param scenario that finds it
 * @param type whose source file is changed
 * @param edits what is changed in it
 */
record Mutant(String rule, String scenario, String type, List<Edit> edits) {
  private static final String OURS = "dev.daybook.";

  /**
   * A change of one place.
   *
   * @param search what is replaced; must be there exactly once, white space aside
   * @param replacement what stands there instead
   */
  record Edit(String search, String replacement) {}

  /** A mutant with one change more. */
  Mutant and(String search, String replacement) {
    List<Edit> more = new ArrayList<>(edits);
    more.add(new Edit(search, replacement));
    return new Mutant(rule, scenario, type, more);
  }

  /** The violation that the scenario finds in this mutant; empty if it finds none. */
  String violation() throws ReflectiveOperationException, IOException {
    ClassLoader loader = new Loader(compile(source()));
    Class<?> entry = Class.forName(MutantRun.class.getName(), true, loader);
    var constructor = entry.getDeclaredConstructor();
    constructor.setAccessible(true);
    @SuppressWarnings("unchecked") // the same type, loaded by another loader
    UnaryOperator<String> run = (UnaryOperator<String>) constructor.newInstance();
    return run.apply(scenario);
  }

  private String source() throws IOException {
    Path file =
        Path.of(System.getProperty("basedir", ""), "src", "main", "java")
            .resolve(type.replace('.', '/') + ".java");
    String source = Files.readString(file);
    for (Edit edit : edits) {
      String words =
          Arrays.stream(edit.search().strip().split("\\s+"))
              .map(Pattern::quote)
              .collect(Collectors.joining("\\s+"));
      Matcher place = Pattern.compile(words).matcher(source);
      if (place.results().count() != 1) {
        throw new AssertionError(
            "'%s': this must be in %s exactly once:%n%s".formatted(rule, file, edit.search()));
      }
      source = place.replaceFirst(Matcher.quoteReplacement(edit.replacement()));
    }
    return source;
  }

  private Map<String, byte[]> compile(String source) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter complaints = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null);
        Output output = new Output(files)) {
      boolean compiled =
          compiler
              .getTask(
                  complaints,
                  output,
                  null,
                  List.of(
                      "-proc:none",
                      "-nowarn",
                      "-implicit:none",
                      "-cp",
                      System.getProperty("java.class.path")),
                  null,
                  List.of(new Source(type, source)))
              .call();
      if (!compiled) {
        throw new AssertionError("'" + rule + "' does not compile:\n" + complaints);
      }
      return output.classes();
    }
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String type, String text) {
      super(URI.create("string:///" + type.replace('.', '/') + ".java"), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }

  /** Keeps compiled classes in memory. */
  private static final class Output extends ForwardingJavaFileManager<JavaFileManager> {
    private final Map<String, ByteArrayOutputStream> written = new HashMap<>();

    Output(JavaFileManager files) {
      super(files);
    }

    Map<String, byte[]> classes() {
      Map<String, byte[]> classes = new HashMap<>();
      written.forEach((name, bytes) -> classes.put(name, bytes.toByteArray()));
      return classes;
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        Location location, String name, JavaFileObject.Kind kind, FileObject sibling) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      written.put(name, bytes);
      return new SimpleJavaFileObject(URI.create("memory:///" + name), kind) {
        @Override
        public OutputStream openOutputStream() {
          return bytes;
        }
      };
    }
  }

  /** Loads all our classes itself, the changed ones from memory. */
  private static final class Loader extends ClassLoader {
    private final Map<String, byte[]> changed;

    Loader(Map<String, byte[]> changed) {
      super(Mutant.class.getClassLoader());
      this.changed = changed;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith(OURS)) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        return loaded != null ? loaded : define(name);
      }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
      byte[] bytes = changed.get(name);
      if (bytes == null) {
        try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
          if (in == null) {
            throw new ClassNotFoundException(name);
          }
          bytes = in.readAllBytes();
        } catch (IOException e) {
          throw new UncheckedIOException("Cannot read class " + name, e);
        }
      }
      return defineClass(name, bytes, 0, bytes.length);
    }
  }
}
