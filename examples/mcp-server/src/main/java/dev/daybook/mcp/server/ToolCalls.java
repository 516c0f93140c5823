package dev.daybook.mcp.server;

import dev.daybook.DaybookException;
import io.modelcontextprotocol.server.McpServerFeatures.AsyncToolSpecification;
import io.modelcontextprotocol.spec.McpError;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import reactor.core.publisher.Mono;

/** Calls of tools: arguments in, an answer or an error out, each call in a thread of its own. */
final class ToolCalls {
  private static final System.Logger LOG = System.getLogger(ToolCalls.class.getName());
  private static final int ERROR_CHARS_MAX = 4_000;
  private static final int CALLS_MAX = 200;
  private static final int TOO_MANY = -32_011;

  private final Desk desk;
  private final Fence fence;
  private final Executor threads;
  private final Semaphore room = new Semaphore(CALLS_MAX);
  private final Map<String, Bound<?, ?>> tools = new LinkedHashMap<>();

  /** A tool with the shapes of what it takes and answers. */
  private record Bound<I extends Record, O extends Record>(
      Tool<I, O> tool, Shape<I> input, Shape<O> output) {
    static <I extends Record, O extends Record> Bound<I, O> of(Tool<I, O> tool) {
      return new Bound<>(tool, Shape.of(tool.input()), Shape.of(tool.output()));
    }
  }

  ToolCalls(Desk desk, Fence fence, Executor threads) {
    this.desk = desk;
    this.fence = fence;
    this.threads = threads;
    for (Tool<?, ?> tool : Tool.all()) {
      tools.put(tool.name(), Bound.of(tool));
    }
  }

  List<AsyncToolSpecification> specifications() {
    return tools.values().stream().map(this::specification).toList();
  }

  private AsyncToolSpecification specification(Bound<?, ?> bound) {
    Tool<?, ?> tool = bound.tool();
    McpSchema.ToolAnnotations hints =
        McpSchema.ToolAnnotations.builder()
            .readOnlyHint(tool.effect() == Tool.Effect.READS)
            .destructiveHint(tool.effect() == Tool.Effect.ENDS)
            .idempotentHint(tool.effect() != Tool.Effect.ADDS)
            .openWorldHint(false)
            .build();
    McpSchema.Tool told =
        McpSchema.Tool.builder(tool.name(), bound.input().schema())
            .title(tool.title())
            .description(tool.description())
            .outputSchema(bound.output().outputSchema())
            .annotations(hints)
            .build();
    return new AsyncToolSpecification(
        told,
        (exchange, request) -> {
          McpSchema.Implementation client = exchange.getClientInfo();
          if (client != null) {
            desk.memory().worksThrough(client.name());
          }
          return inThread(() -> call(tool.name(), request.arguments()));
        });
  }

  /** Runs work in a thread of its own, which goes on to its end even if nobody wants the result. */
  <T> Mono<T> inThread(Supplier<T> work) {
    return Mono.defer(() -> {
      if (!room.tryAcquire()) {
        return Mono.error(
            McpError.builder(TOO_MANY)
                .message(CALLS_MAX + " calls are under way; wait for answers before you send more")
                .build());
      }
      return Mono.fromFuture(
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return work.get();
                } finally {
                  room.release();
                }
              },
              threads),
          true);
    });
  }

  /** Calls a tool. Whatever goes wrong is in the result. */
  CallToolResult call(String name, Map<String, Object> arguments) {
    Bound<?, ?> bound = tools.get(name);
    try {
      return called(bound, arguments == null ? Map.of() : arguments);
    } catch (ToolError e) {
      return error(name, e.getMessage());
    } catch (DaybookException e) {
      return error(name, Wording.of(e), Wording.quoted(e));
    } catch (IllegalArgumentException e) {
      return error(name, Wording.sentence(String.valueOf(e.getMessage())));
    } catch (IllegalStateException e) {
      return error(
          name,
          Wording.sentence(String.valueOf(e.getMessage()))
              + ". If it stays so, the server has to be started again");
    } catch (RuntimeException | StackOverflowError | LinkageError e) {
      LOG.log(Level.ERROR, "Tool " + name + " failed", e);
      return error(
          name,
          "The server failed by a fault of its own (%s); look with plan_show or timeline what was recorded before you repeat it, and tell the person you work for"
              .formatted(e.getClass().getSimpleName()));
    }
  }

  private <I extends Record, O extends Record> CallToolResult called(
      Bound<I, O> bound, Map<String, Object> arguments) {
    Tool.Answer<O> answer = bound.tool().work().answer(desk, bound.input().read(arguments));
    Map<String, Object> written =
        bound.output().write(answer.output(), desk.memory().sizes().wholeCharsMax());
    return CallToolResult.builder()
        .addTextContent(answer.headline() + "\n" + fence.around(Fence.lines(written)))
        .structuredContent(written)
        .isError(false)
        .build();
  }

  private CallToolResult error(String name, String message) {
    return error(name, message, "");
  }

  /** An error in words of the server, and apart from them what others wrote that it quotes. */
  private CallToolResult error(String name, String message, String quoted) {
    String said = Texts.cut(Texts.masked(name + ": " + message), ERROR_CHARS_MAX, "");
    String fenced = fence.around(Texts.cut(quoted, ERROR_CHARS_MAX, ""));
    return CallToolResult.builder()
        .addTextContent(fenced.isEmpty() ? said : said + "\n" + fenced)
        .isError(true)
        .build();
  }

  /** The text of a tool's answer. */
  String text(String name, Map<String, Object> arguments) {
    CallToolResult result = call(name, arguments);
    return ((McpSchema.TextContent) result.content().getFirst()).text();
  }

  /** Whether a call of a tool succeeds is told by its result; this one throws what it says. */
  String textOrThrow(String name, Map<String, Object> arguments) {
    CallToolResult result = call(name, arguments);
    String text = ((McpSchema.TextContent) result.content().getFirst()).text();
    if (Boolean.TRUE.equals(result.isError())) {
      throw new ToolError(text);
    }
    return text;
  }

  Desk desk() {
    return desk;
  }
}
