package dev.daybook.internal.entry;

import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.deser.SettableBeanProperty;
import com.fasterxml.jackson.databind.deser.ValueInstantiator;
import com.fasterxml.jackson.databind.deser.ValueInstantiators;
import com.fasterxml.jackson.databind.deser.impl.NullsConstantProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import dev.daybook.event.Event;
import dev.daybook.event.EventId;
import dev.daybook.event.Handoff;
import dev.daybook.event.PlanEvent.ApprovalPolicySet;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.SessionId;
import dev.daybook.event.ToolCall;
import dev.daybook.event.Vcs;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a field of an event or envelope is that a stored object does not have, or has as null:
 * nothing, in the way its type says nothing. So the records need not take null, and what a field
 * must not be is for the record to refuse.
 */
@SuppressWarnings("serial") // Jackson's base class is Serializable; this is never serialised
final class AbsentValues extends SimpleModule {
  private static final Map<Class<?>, Object> BY_TYPE =
      Map.of(
          String.class,
          "",
          List.class,
          List.of(),
          Map.class,
          Map.of(),
          Set.class,
          Set.of(),
          EventId.class,
          EventId.NONE,
          SessionId.class,
          SessionId.NONE,
          Vcs.class,
          Vcs.NONE,
          Duration.class,
          Duration.ZERO);

  /** Where nothing is said in another way than the type has it. */
  private static final Map<Class<?>, Map<String, Object>> BY_FIELD =
      Map.of(
          TaskAdded.class,
          Map.of("priority", TaskAdded.PRIORITY_DEFAULT, "kind", TaskAdded.KIND_DEFAULT),
          ToolCall.class,
          Map.of("exitCode", ToolCall.NO_EXIT_CODE),
          Handoff.class,
          Map.of("expiresAt", Instant.MAX));

  AbsentValues() {
    super("daybook-absent");
  }

  @Override
  public void setupModule(SetupContext context) {
    super.setupModule(context);
    context.addValueInstantiators(
        new ValueInstantiators.Base() {
          @Override
          public ValueInstantiator findValueInstantiator(
              DeserializationConfig config, BeanDescription bean, ValueInstantiator usual) {
            Class<?> type = bean.getBeanClass();
            return type.isRecord() && type.getPackage().equals(Event.class.getPackage())
                ? new Filling(type, usual)
                : usual;
          }
        });
  }

  private static Optional<Object> of(Class<?> owner, SettableBeanProperty field) {
    if (owner == ApprovalPolicySet.class) {
      // A policy that does not say what it asks for must not lift the one in force.
      return Optional.empty();
    }
    Object special = BY_FIELD.getOrDefault(owner, Map.of()).get(field.getName());
    return Optional.ofNullable(
        special == null ? BY_TYPE.get(field.getType().getRawClass()) : special);
  }

  private static final class Filling extends ValueInstantiator.Delegating {
    private final Class<?> owner;

    Filling(Class<?> owner, ValueInstantiator usual) {
      super(usual);
      this.owner = owner;
    }

    @Override
    public SettableBeanProperty[] getFromObjectArguments(DeserializationConfig config) {
      SettableBeanProperty[] usual = super.getFromObjectArguments(config);
      if (usual == null) {
        return null;
      }
      SettableBeanProperty[] filled = usual.clone();
      for (int i = 0; i < filled.length; i++) {
        SettableBeanProperty field = filled[i];
        filled[i] =
            of(owner, field)
                .<SettableBeanProperty>map(
                    value -> field.withNullProvider(NullsConstantProvider.forValue(value)))
                .orElse(field);
      }
      return filled;
    }
  }
}
