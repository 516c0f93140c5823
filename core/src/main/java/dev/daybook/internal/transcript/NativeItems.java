package dev.daybook.internal.transcript;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.daybook.PlanRecord;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.PlanEvent.DependencyKind;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.Resolution;
import dev.daybook.event.TaskStatus;
import dev.daybook.internal.entry.Json;
import dev.daybook.internal.transcript.TaskContent.End;
import dev.daybook.internal.transcript.TaskContent.Link;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Items of another program as tasks, and back without a loss. Where a task says the same as the
 * item, the task's own field holds it. Whatever else the item has, or says in a way a task cannot,
 * is kept as it was in a label whose key is the prefix and the field's name; the task then has what
 * comes nearest. A label that the task has moved away from since, as when somebody reopened it
 * here, no longer counts. Immutable.
 *
 * @param prefix what such labels begin with
 */
public record NativeItems(String prefix) {
  /** The key, after the prefix, of the number of the last row an item had. */
  private static final String SEQ = "seq";

  /** Before the names of native fields that would look like that key. */
  private static final String ESCAPE = "=";

  /** The value of the label of a field that the item does not have. */
  private static final String ABSENT = "";

  private static final String RESOLUTION = "resolution";
  private static final String ON = "depends_on_id";
  private static final String TYPE = "type";
  private static final Set<String> WORDS = Set.of("true", "false", "null");
  private static final Pattern YEAR = Pattern.compile("\\d{4}-");

  /** The fields that a task has, too. */
  private enum Field {
    ID,
    TITLE,
    DESCRIPTION,
    PRIORITY,
    ISSUE_TYPE,
    ASSIGNEE,
    LABELS,
    DEPENDENCIES,
    STATUS,
    CLOSE_REASON;

    final String key = name().toLowerCase(Locale.ROOT);
  }

  private static final Map<String, Field> FIELDS =
      Stream.of(Field.values()).collect(Collectors.toMap(field -> field.key, field -> field));

  private static final Map<String, DependencyKind> KINDS =
      Map.ofEntries(
          Map.entry("blocks", DependencyKind.BLOCKS),
          Map.entry("parent-child", DependencyKind.PARENT_CHILD),
          Map.entry("related", DependencyKind.RELATED),
          Map.entry("discovered-from", DependencyKind.DISCOVERED_FROM),
          Map.entry("duplicates", DependencyKind.DUPLICATES),
          Map.entry("supersedes", DependencyKind.SUPERSEDES),
          Map.entry("caused-by", DependencyKind.CAUSED_BY),
          Map.entry("validates", DependencyKind.VALIDATES),
          Map.entry("blocked-by", DependencyKind.BLOCKS));

  private static final Map<String, TaskStatus> STATUSES =
      Map.ofEntries(
          Map.entry("proposed", TaskStatus.PROPOSED),
          Map.entry("open", TaskStatus.OPEN),
          Map.entry("in_progress", TaskStatus.IN_PROGRESS),
          Map.entry("in_review", TaskStatus.IN_REVIEW),
          Map.entry("closed", TaskStatus.DONE),
          Map.entry("deferred", TaskStatus.DEFERRED),
          Map.entry("done", TaskStatus.DONE),
          Map.entry("tombstone", TaskStatus.CANCELED),
          Map.entry("canceled", TaskStatus.CANCELED),
          Map.entry("cancelled", TaskStatus.CANCELED),
          Map.entry("hooked", TaskStatus.IN_PROGRESS),
          // Neither is work that can be taken now.
          Map.entry("blocked", TaskStatus.DEFERRED),
          Map.entry("pinned", TaskStatus.DEFERRED));

  /** The number of the last row that a task had; -1 if it was never imported under this prefix. */
  long seq(TaskContent task) {
    String seq = task.labels().getOrDefault(prefix + SEQ, "");
    return seq.matches("\\d{1,18}") ? Long.parseLong(seq) : -1;
  }

  /**
   * What a row does to a plan.
   *
   * @param task the task after it
   * @param events that lead there
   */
  public record Step(TaskContent task, List<PlanEvent> events) {
    /** Copies the list. */
    public Step {
      events = List.copyOf(events);
    }
  }

  /**
   * What a row does to its task.
   *
   * @param task as the plan has it; empty if it does not
   * @return empty if the plan knows the row or a later one
   * @throws IllegalArgumentException if the row cannot be followed, with the reason
   */
  public Optional<Step> step(Optional<TaskContent> task, PlanRow row) {
    long known = task.map(this::seq).orElse(-1L);
    if (known >= row.seq()) {
      return Optional.empty();
    }
    if (task.isPresent() && row.op() == PlanRow.Op.CREATE) {
      throw new IllegalArgumentException(
          "'%s' cannot be created, it is in the plan already%s"
              .formatted(
                  row.id(), known < 0 ? "" : " since an earlier row (last seq " + known + ")"));
    }
    if (task.isEmpty() && row.op() == PlanRow.Op.UPDATE) {
      throw new IllegalArgumentException(
          "'%s' cannot be updated, no earlier row and no task of the plan has this id"
              .formatted(row.id()));
    }
    ObjectNode before = task.map(this::item).orElseGet(JsonNodeFactory.instance::objectNode);
    ObjectNode after = before.deepCopy();
    row.into(after);
    TaskContent next = next(task, before, after, row.id(), row.seq());
    return Optional.of(new Step(next, task.map(one -> one.changedTo(next)).orElseGet(next::added)));
  }

  /** The item that a task stands for, as JSON. */
  public String json(PlanRecord.Task task) {
    return item(TaskContent.of(task)).toString();
  }

  /** The item that a task stands for. */
  ObjectNode item(TaskContent task) {
    ObjectNode plain = JsonNodeFactory.instance.objectNode();
    for (Field field : Field.values()) {
      put(plain, field, plain(field, task));
    }
    ObjectNode item = plain.deepCopy();
    List<Field> kept = new ArrayList<>();
    task.labels()
        .forEach((key, value) -> {
          if (key.startsWith(prefix) && !key.equals(prefix + SEQ)) {
            String name = name(key);
            JsonNode node = value.equals(ABSENT) ? null : decode(value);
            if (FIELDS.containsKey(name)) {
              kept.add(FIELDS.get(name));
              put(item, FIELDS.get(name), node);
            } else if (node != null) {
              item.set(name, node);
            }
          }
        });
    if (!kept.isEmpty()) {
      TaskContent nearest = nearest(item, task.id());
      for (Field field : kept) {
        if (!isSame(field, nearest, task)) {
          put(item, field, plain.get(field.key));
          if (field == Field.STATUS || field == Field.CLOSE_REASON) {
            put(item, Field.STATUS, plain.get(Field.STATUS.key));
            put(item, Field.CLOSE_REASON, plain.get(Field.CLOSE_REASON.key));
          }
        }
      }
    }
    return item;
  }

  private static void put(ObjectNode item, Field field, JsonNode value) {
    if (value == null) {
      item.remove(field.key);
    } else {
      item.set(field.key, value);
    }
  }

  /** What a task becomes; where the item does not change, what somebody changed here stays. */
  private TaskContent next(
      Optional<TaskContent> old, ObjectNode before, ObjectNode after, String id, long seq) {
    TaskContent nearest = nearest(after, id);
    TaskContent task = old.map(one -> moved(one, nearest, before, after)).orElse(nearest);
    ObjectNode others = after.deepCopy();
    for (Field field : Field.values()) {
      JsonNode value = others.remove(field.key);
      if (!Objects.equals(plain(field, task), value)) {
        task.labels().put(key(field.key), value == null ? ABSENT : encode(value));
      }
    }
    others
        .properties()
        .forEach(field -> task.labels().put(key(field.getKey()), encode(field.getValue())));
    task.labels().put(prefix + SEQ, Long.toString(seq));
    return task;
  }

  private TaskContent moved(
      TaskContent old, TaskContent nearest, ObjectNode before, ObjectNode after) {
    Set<Field> stays = EnumSet.noneOf(Field.class);
    for (Field field : Field.values()) {
      if (Objects.equals(before.get(field.key), after.get(field.key))) {
        stays.add(field);
      }
    }
    boolean endStays =
        stays.contains(Field.STATUS)
            && stays.contains(Field.CLOSE_REASON)
            && Objects.equals(before.get(RESOLUTION), after.get(RESOLUTION));
    SortedMap<String, String> labels = new TreeMap<>();
    old.labels()
        .forEach((key, value) -> {
          if (!key.startsWith(prefix) && (!value.isEmpty() || stays.contains(Field.LABELS))) {
            labels.put(key, value);
          }
        });
    if (!stays.contains(Field.LABELS)) {
      labels.putAll(nearest.labels());
    }
    return new TaskContent(
        old.id(),
        (stays.contains(Field.TITLE) ? old : nearest).title(),
        (stays.contains(Field.DESCRIPTION) ? old : nearest).description(),
        (stays.contains(Field.PRIORITY) ? old : nearest).priority(),
        (stays.contains(Field.ISSUE_TYPE) ? old : nearest).kind(),
        (stays.contains(Field.ASSIGNEE) ? old : nearest).assignee(),
        (endStays ? old : nearest).end(),
        labels,
        (stays.contains(Field.DEPENDENCIES) ? old : nearest).dependencies());
  }

  /** Whether two tasks say the same as far as a field goes. */
  private boolean isSame(Field field, TaskContent a, TaskContent b) {
    return switch (field) {
      case ID -> a.id().equals(b.id());
      case TITLE -> a.title().equals(b.title());
      case DESCRIPTION -> a.description().equals(b.description());
      case PRIORITY -> a.priority() == b.priority();
      case ISSUE_TYPE -> a.kind().equals(b.kind());
      case ASSIGNEE -> a.assignee().equals(b.assignee());
      case LABELS -> tags(a).equals(tags(b));
      case DEPENDENCIES -> a.dependencies().equals(b.dependencies());
      case STATUS, CLOSE_REASON -> a.end().equals(b.end());
    };
  }

  /** The value of a field of which the task's own field is the whole truth; null if it has none. */
  private JsonNode plain(Field field, TaskContent task) {
    return switch (field) {
      case ID -> TextNode.valueOf(task.id());
      case TITLE -> TextNode.valueOf(task.title());
      case DESCRIPTION -> textOrNone(task.description());
      case PRIORITY -> IntNode.valueOf(task.priority());
      case ISSUE_TYPE -> TextNode.valueOf(task.kind());
      case ASSIGNEE -> textOrNone(task.assignee());
      case LABELS -> {
        ArrayNode tags = JsonNodeFactory.instance.arrayNode();
        tags(task).forEach(tags::add);
        yield tags.isEmpty() ? null : tags;
      }
      case DEPENDENCIES -> {
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        task.dependencies().forEach(one -> all.add(dependency(one, task.id())));
        yield all.isEmpty() ? null : all;
      }
      case STATUS ->
          TextNode.valueOf(
              switch (task.end().status()) {
                case DONE, CANCELED -> "closed";
                case PROPOSED, OPEN, IN_PROGRESS, IN_REVIEW, DEFERRED ->
                    task.end().status().name().toLowerCase(Locale.ROOT);
              });
      case CLOSE_REASON -> textOrNone(task.end().reason());
    };
  }

  private static JsonNode textOrNone(String text) {
    return text.isEmpty() ? null : TextNode.valueOf(text);
  }

  private List<String> tags(TaskContent task) {
    return task.labels().entrySet().stream()
        .filter(label -> label.getValue().isEmpty() && !label.getKey().startsWith(prefix))
        .map(Map.Entry::getKey)
        .toList();
  }

  /** The task that comes nearest to an item, with no labels but plain tags. */
  private TaskContent nearest(ObjectNode item, String id) {
    JsonNode priority = item.path(Field.PRIORITY.key);
    SortedMap<String, String> tags = new TreeMap<>();
    for (JsonNode tag : item.path(Field.LABELS.key)) {
      if (isId(tag) && !tag.textValue().startsWith(prefix)) {
        tags.put(tag.textValue(), "");
      }
    }
    JsonNode kind = item.path(Field.ISSUE_TYPE.key);
    return new TaskContent(
        id,
        text(item, Field.TITLE, id),
        text(item, Field.DESCRIPTION, ""),
        priority.isInt() && priority.intValue() >= 0
            ? priority.intValue()
            : TaskAdded.PRIORITY_DEFAULT,
        isId(kind) ? kind.textValue() : TaskAdded.KIND_DEFAULT,
        text(item, Field.ASSIGNEE, ""),
        end(item),
        tags,
        links(item.path(Field.DEPENDENCIES.key), id));
  }

  /** A text that a task can hold: halves of surrogate pairs become question marks. */
  private static String text(ObjectNode item, Field field, String fallback) {
    String text = item.path(field.key).asText("");
    String whole = isWhole(text) ? text : new String(text.getBytes(UTF_8), UTF_8);
    return whole.isBlank() ? fallback : whole;
  }

  /** Says of a closed item in a field of its own how it ended, not in words of a reason. */
  private static End end(ObjectNode item) {
    String name = item.path(Field.STATUS.key).asText("");
    TaskStatus status = STATUSES.getOrDefault(name, TaskStatus.OPEN);
    if (!status.isClosed()) {
      return new End(status, List.of(), "");
    }
    Resolution resolution =
        status == TaskStatus.CANCELED ? Resolution.CANCELED : Resolution.SUCCEEDED;
    for (Resolution known : Resolution.values()) {
      if (known.name().equalsIgnoreCase(item.path(RESOLUTION).asText(""))) {
        resolution = known;
      }
    }
    return new End(
        resolution == Resolution.SUCCEEDED ? TaskStatus.DONE : TaskStatus.CANCELED,
        List.of(resolution),
        text(item, Field.CLOSE_REASON, ""));
  }

  private List<Link> links(JsonNode dependencies, String id) {
    List<Link> links = new ArrayList<>();
    for (JsonNode dependency : dependencies) {
      JsonNode on = dependency.path(ON);
      if (isId(on) && !on.textValue().equals(id)) {
        Link link = link(dependency, on.textValue(), id);
        if (links.stream().noneMatch(link::isSame)) {
          links.add(link);
        }
      }
    }
    return links;
  }

  private Link link(JsonNode dependency, String on, String id) {
    DependencyKind kind =
        KINDS.getOrDefault(dependency.path(TYPE).asText(""), DependencyKind.RELATED);
    Map<String, String> labels = new TreeMap<>();
    dependency
        .properties()
        .forEach(field -> {
          if (!field.getKey().equals(ON)) {
            labels.put(key(field.getKey()), encode(field.getValue()));
          }
        });
    plainLabels(kind, id)
        .forEach((key, value) -> {
          if (!labels.remove(key, value)) {
            labels.putIfAbsent(key, ABSENT);
          }
        });
    return new Link(kind, on, labels);
  }

  private JsonNode dependency(Link link, String id) {
    Map<String, String> labels = plainLabels(link.kind(), id);
    labels.putAll(link.labels());
    ObjectNode dependency = JsonNodeFactory.instance.objectNode();
    dependency.put(ON, link.on());
    labels.forEach((key, value) -> {
      if (key.startsWith(prefix) && !value.equals(ABSENT)) {
        dependency.set(name(key), decode(value));
      }
    });
    return dependency;
  }

  /** What a dependency of this kind has if nothing else is said. */
  private Map<String, String> plainLabels(DependencyKind kind, String id) {
    Map<String, String> labels = new TreeMap<>();
    labels.put(key("issue_id"), encode(TextNode.valueOf(id)));
    labels.put(
        key(TYPE),
        encode(TextNode.valueOf(kind.name().toLowerCase(Locale.ROOT).replace('_', '-'))));
    return labels;
  }

  private String key(String name) {
    return prefix + (name.equals(SEQ) || name.startsWith(ESCAPE) ? ESCAPE + name : name);
  }

  private String name(String key) {
    String name = key.substring(prefix.length());
    return name.startsWith(ESCAPE) ? name.substring(ESCAPE.length()) : name;
  }

  /** Texts that cannot be taken for JSON stand for themselves, everything else is JSON. */
  private static String encode(JsonNode value) {
    String text = value.textValue();
    if (text != null && isItself(text) && isWhole(text)) {
      return text;
    }
    String json = value.toString();
    return isWhole(json) ? json : escaped(json);
  }

  private static JsonNode decode(String label) {
    if (isItself(label)) {
      return TextNode.valueOf(label);
    }
    try {
      return Json.tree(label);
    } catch (IOException e) {
      // Set by somebody else.
      return TextNode.valueOf(label);
    }
  }

  /** A word, or a time: JSON has no words but three, and no numbers like 2026-. */
  private static boolean isItself(String text) {
    return !text.isEmpty()
        && (Character.isLetter(text.charAt(0))
            ? !WORDS.contains(text)
            : YEAR.matcher(text).lookingAt());
  }

  /** Whether UTF-8 can hold it: no half of a surrogate pair. */
  private static boolean isWhole(String text) {
    return text.chars().noneMatch(c -> Character.isSurrogate((char) c))
        || text.codePoints()
            .noneMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
  }

  /** Surrogates stand in texts of JSON only, where they may be escaped. */
  private static String escaped(String json) {
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < json.length(); i++) {
      char c = json.charAt(i);
      if (Character.isSurrogate(c)) {
        all.append("\\u%04x".formatted((int) c));
      } else {
        all.append(c);
      }
    }
    return all.toString();
  }

  /** Whether it can be an id or the key of a label. */
  private static boolean isId(JsonNode node) {
    String text = node.textValue();
    return text != null
        && !text.isBlank()
        && text.length() <= 200
        && text.chars().noneMatch(c -> c < ' ' || c == 0x7f)
        && isWhole(text);
  }
}
