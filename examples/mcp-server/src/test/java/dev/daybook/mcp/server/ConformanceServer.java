package dev.daybook.mcp.server;

import dev.daybook.Workspace;
import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.json.TypeRef;
import io.modelcontextprotocol.server.McpAsyncServerExchange;
import io.modelcontextprotocol.server.McpServer;
import io.modelcontextprotocol.server.McpServer.AsyncSpecification;
import io.modelcontextprotocol.server.McpServerFeatures.AsyncPromptSpecification;
import io.modelcontextprotocol.server.McpServerFeatures.AsyncResourceSpecification;
import io.modelcontextprotocol.server.McpServerFeatures.AsyncResourceTemplateSpecification;
import io.modelcontextprotocol.server.McpServerFeatures.AsyncToolSpecification;
import io.modelcontextprotocol.spec.McpSchema.AudioContent;
import io.modelcontextprotocol.spec.McpSchema.BlobResourceContents;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.Content;
import io.modelcontextprotocol.spec.McpSchema.CreateMessageRequest;
import io.modelcontextprotocol.spec.McpSchema.ElicitFormRequest;
import io.modelcontextprotocol.spec.McpSchema.EmbeddedResource;
import io.modelcontextprotocol.spec.McpSchema.GetPromptResult;
import io.modelcontextprotocol.spec.McpSchema.ImageContent;
import io.modelcontextprotocol.spec.McpSchema.LoggingLevel;
import io.modelcontextprotocol.spec.McpSchema.LoggingMessageNotification;
import io.modelcontextprotocol.spec.McpSchema.ProgressNotification;
import io.modelcontextprotocol.spec.McpSchema.Prompt;
import io.modelcontextprotocol.spec.McpSchema.PromptArgument;
import io.modelcontextprotocol.spec.McpSchema.PromptMessage;
import io.modelcontextprotocol.spec.McpSchema.ReadResourceResult;
import io.modelcontextprotocol.spec.McpSchema.Resource;
import io.modelcontextprotocol.spec.McpSchema.ResourceContents;
import io.modelcontextprotocol.spec.McpSchema.ResourceTemplate;
import io.modelcontextprotocol.spec.McpSchema.Role;
import io.modelcontextprotocol.spec.McpSchema.SamplingMessage;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import io.modelcontextprotocol.spec.McpSchema.TextResourceContents;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import reactor.core.publisher.Mono;

/**
 * The server over HTTP as it is, its own tools, resources and prompts included, with those beside
 * them that the conformance suite asks for by name: so the suite sees the transport, the messages
 * and the capabilities that clients see.
 */
final class ConformanceServer {
  private static final McpJsonMapper JSON = new Json();
  private static final TypeRef<Map<String, Object>> OBJECT = new TypeRef<>() {};

  /** Nobody looks into them. */
  private static final String BYTES =
      Base64.getEncoder().encodeToString("an image or a sound".getBytes(StandardCharsets.UTF_8));

  private static final String NO_ARGUMENTS =
      """
      {"type": "object", "properties": {}}
      """;

  /** One argument that all may take. */
  private static final String ANY_ARGUMENTS =
      """
      {"type": "object", "properties": {"prompt": {"type": "string"}, "message": {"type": "string"}}}
      """;

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  private ConformanceServer() {}

  /** Listens on a free port of 127.0.0.1 and says which. */
  static int start(Workspace workspace, MemoryServer.Settings settings, String token)
      throws IOException {
    HttpLine line = HttpLine.prepare(JSON, settings.sizes().messageBytesMax(), token);
    ConformanceServer added = new ConformanceServer();
    var unused =
        MemoryServer.build(
            added.addTo(McpServer.async(line.provider())),
            new Memory(workspace, settings),
            added.threads,
            JSON);
    line.start(0);
    return line.port();
  }

  private AsyncSpecification<?> addTo(AsyncSpecification<?> server) {
    return server
        .tools(tools())
        .resources(
            resource(
                TextResourceContents.builder("test://static-text", "A text.")
                    .mimeType("text/plain")
                    .build()),
            resource(
                BlobResourceContents.builder("test://static-binary", BYTES)
                    .mimeType("image/png")
                    .build()))
        .resourceTemplates(template())
        .prompts(
            prompt("test_simple_prompt", List.of(), given -> List.of(text("A prompt."))),
            prompt(
                "test_prompt_with_arguments",
                List.of("arg1", "arg2"),
                given ->
                    List.of(text("'%s' and '%s'".formatted(given.get("arg1"), given.get("arg2"))))),
            prompt(
                "test_prompt_with_embedded_resource",
                List.of("resourceUri"),
                given ->
                    List.of(embedded(String.valueOf(given.get("resourceUri"))), text("A prompt."))),
            prompt(
                "test_prompt_with_image", List.of(), given -> List.of(image(), text("A prompt."))));
  }

  private List<AsyncToolSpecification> tools() {
    return List.of(
        tool("test_simple_text", text("A text.")),
        tool("test_image_content", image()),
        tool("test_audio_content", AudioContent.builder(BYTES, "audio/wav").build()),
        tool("test_embedded_resource", embedded("test://embedded-resource")),
        tool("test_multiple_content_types", text("A text."), image(), embedded("test://mixed")),
        tool("test_reconnection", text("A text.")),
        tool(
            "test_error_handling",
            NO_ARGUMENTS,
            (exchange, request) ->
                CallToolResult.builder().addTextContent("It went wrong.").isError(true).build()),
        tool("test_tool_with_logging", NO_ARGUMENTS, ConformanceServer::logs),
        tool("test_tool_with_progress", NO_ARGUMENTS, ConformanceServer::progresses),
        tool("test_sampling", ANY_ARGUMENTS, ConformanceServer::asksTheModel),
        tool(
            "test_elicitation",
            ANY_ARGUMENTS,
            (exchange, request) ->
                asksTheUser(
                    exchange,
                    """
                    {"username": {"type": "string"}, "email": {"type": "string"}}
                    """)),
        tool(
            "test_elicitation_sep1034_defaults",
            NO_ARGUMENTS,
            (exchange, request) ->
                asksTheUser(
                    exchange,
                    """
                    {"name": {"type": "string", "default": "John Doe"},
                     "age": {"type": "integer", "default": 30},
                     "score": {"type": "number", "default": 95.5},
                     "status": {"type": "string", "enum": ["active", "inactive", "pending"], "default": "active"},
                     "verified": {"type": "boolean", "default": true}}
                    """)),
        tool(
            "test_elicitation_sep1330_enums",
            NO_ARGUMENTS,
            (exchange, request) ->
                asksTheUser(
                    exchange,
                    """
                    {"untitledSingle": {"type": "string", "enum": ["one", "two"]},
                     "titledSingle": {"type": "string", "oneOf": [{"const": "one", "title": "One"}, {"const": "two", "title": "Two"}]},
                     "legacyEnum": {"type": "string", "enum": ["one", "two"], "enumNames": ["One", "Two"]},
                     "untitledMulti": {"type": "array", "items": {"type": "string", "enum": ["one", "two"]}},
                     "titledMulti": {"type": "array", "items": {"anyOf": [{"const": "one", "title": "One"}, {"const": "two", "title": "Two"}]}}}
                    """)),
        tool(
            "json_schema_2020_12_tool",
            """
            {"$schema": "https://json-schema.org/draft/2020-12/schema",
             "type": "object",
             "$defs": {"address": {"type": "object", "properties": {"street": {"type": "string"}, "city": {"type": "string"}}}},
             "properties": {"name": {"type": "string"}, "address": {"$ref": "#/$defs/address"}},
             "additionalProperties": false}
            """,
            (exchange, request) -> CallToolResult.builder().addTextContent("A text.").build()));
  }

  private static CallToolResult logs(McpAsyncServerExchange exchange, CallToolRequest request) {
    for (String message : List.of("It begins.", "It goes on.", "It ends.")) {
      var unused =
          exchange
              .loggingNotification(
                  LoggingMessageNotification.builder(LoggingLevel.INFO, message).build())
              .block();
    }
    return CallToolResult.builder().addTextContent("Three messages.").build();
  }

  private static CallToolResult progresses(
      McpAsyncServerExchange exchange, CallToolRequest request) {
    for (double progress : new double[] {0, 50, 100}) {
      var unused =
          exchange
              .progressNotification(
                  ProgressNotification.builder(request.meta().get("progressToken"), progress)
                      .total(100.0)
                      .build())
              .block();
    }
    return CallToolResult.builder().addTextContent("Three steps.").build();
  }

  private static CallToolResult asksTheModel(
      McpAsyncServerExchange exchange, CallToolRequest request) {
    var answer =
        exchange
            .createMessage(
                CreateMessageRequest.builder(
                        List.of(
                            SamplingMessage.builder(
                                    Role.USER,
                                    text(String.valueOf(request.arguments().get("prompt"))))
                                .build()),
                        100)
                    .build())
            .block();
    return CallToolResult.builder().addTextContent(String.valueOf(answer)).build();
  }

  private static CallToolResult asksTheUser(McpAsyncServerExchange exchange, String fields) {
    var answer =
        exchange
            .createElicitation(
                ElicitFormRequest.builder(
                        "A question", Map.of("type", "object", "properties", json(fields)))
                    .build())
            .block();
    return CallToolResult.builder().addTextContent(String.valueOf(answer)).build();
  }

  /** The work of a tool, in a thread where it may wait. */
  @FunctionalInterface
  private interface Work {
    CallToolResult result(McpAsyncServerExchange exchange, CallToolRequest request);
  }

  private AsyncToolSpecification tool(String name, Content... contents) {
    return tool(
        name,
        NO_ARGUMENTS,
        (exchange, request) -> CallToolResult.builder().content(List.of(contents)).build());
  }

  private AsyncToolSpecification tool(String name, String schema, Work work) {
    return new AsyncToolSpecification(
        Tool.builder(name, json(schema)).description("For the conformance suite").build(),
        (exchange, request) ->
            Mono.fromFuture(() ->
                CompletableFuture.supplyAsync(() -> work.result(exchange, request), threads)));
  }

  private static AsyncResourceSpecification resource(ResourceContents contents) {
    return new AsyncResourceSpecification(
        Resource.builder(contents.uri(), contents.uri()).mimeType(contents.mimeType()).build(),
        (exchange, request) -> Mono.just(ReadResourceResult.builder(List.of(contents)).build()));
  }

  private static AsyncResourceTemplateSpecification template() {
    return new AsyncResourceTemplateSpecification(
        ResourceTemplate.builder("test://template/{id}/data", "template").build(),
        (exchange, request) -> {
          String id = request.uri().replaceAll("test://template/(.*)/data", "$1");
          return Mono.just(
              ReadResourceResult.builder(
                      List.of(
                          TextResourceContents.builder(request.uri(), "Data of " + id)
                              .mimeType("text/plain")
                              .build()))
                  .build());
        });
  }

  private static AsyncPromptSpecification prompt(
      String name, List<String> arguments, Function<Map<String, Object>, List<Content>> contents) {
    return new AsyncPromptSpecification(
        Prompt.builder(name)
            .description("For the conformance suite")
            .arguments(
                arguments.stream()
                    .map(argument -> PromptArgument.builder(argument).required(true).build())
                    .toList())
            .build(),
        (exchange, request) ->
            Mono.just(
                GetPromptResult.builder(
                        contents.apply(request.arguments()).stream()
                            .map(content -> new PromptMessage(Role.USER, content))
                            .toList())
                    .build()));
  }

  private static Content text(String text) {
    return TextContent.builder(text).build();
  }

  private static Content image() {
    return ImageContent.builder(BYTES, "image/png").build();
  }

  private static Content embedded(String uri) {
    return EmbeddedResource.builder(
            TextResourceContents.builder(uri, "A text.").mimeType("text/plain").build())
        .build();
  }

  private static Map<String, Object> json(String text) {
    try {
      return JSON.readValue(text, OBJECT);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
