package dev.daybook.mcp.server;

import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.json.TypeRef;
import io.modelcontextprotocol.spec.McpError;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.ErrorCodes;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse.JSONRPCError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * JSON as the SDK reads and writes it, except for errors: the SDK's quote what was sent, name
 * classes of Java, and over HTTP are written with their stack. Through this one they say what is
 * wrong in a sentence, with secrets masked.
 */
final class Json implements McpJsonMapper {
  private static final int MESSAGE_CHARS_MAX = 1_000;
  private static final int URI_CHARS_MAX = 200;
  private static final String NO_MESSAGE =
      "it is no JSON-RPC 2.0 message; send one that has jsonrpc, method and, for a request, an id"
          + " that is a string or a number";

  private static final Pattern CLASS_NAME =
      Pattern.compile("\\b[a-z]\\w*(?:\\.[a-z]\\w*)+\\.[A-Z]");

  private final McpJsonMapper json = McpJsonDefaults.getMapper();

  /** Something that parses or converts. */
  @FunctionalInterface
  private interface Reading<T> {
    T read() throws IOException;
  }

  private static <T> T parsed(Reading<T> reading) throws IOException {
    try {
      return Objects.requireNonNull(reading.read());
    } catch (IOException | RuntimeException e) {
      throw new IOException(NO_MESSAGE);
    }
  }

  private static <T> T converted(Class<?> type, Reading<T> reading) {
    try {
      return reading.read();
    } catch (IOException | RuntimeException e) {
      if (McpSchema.JSONRPCMessage.class.isAssignableFrom(type)) {
        throw new IllegalArgumentException(NO_MESSAGE);
      }
      throw McpError.builder(ErrorCodes.INVALID_PARAMS)
          .message(
              "The parameters are not those of this method; see the specification of the Model"
                  + " Context Protocol")
          .build();
    }
  }

  @Override
  public <T> T readValue(String content, Class<T> type) throws IOException {
    return parsed(() -> json.readValue(content, type));
  }

  @Override
  public <T> T readValue(byte[] content, Class<T> type) throws IOException {
    return parsed(() -> json.readValue(content, type));
  }

  @Override
  public <T> T readValue(String content, TypeRef<T> type) throws IOException {
    return parsed(() -> json.readValue(content, type));
  }

  @Override
  public <T> T readValue(byte[] content, TypeRef<T> type) throws IOException {
    return parsed(() -> json.readValue(content, type));
  }

  @Override
  public <T> T convertValue(Object from, Class<T> type) {
    return converted(type, () -> json.convertValue(from, type));
  }

  @Override
  public <T> T convertValue(Object from, TypeRef<T> type) {
    return converted(Object.class, () -> json.convertValue(from, type));
  }

  @Override
  public String writeValueAsString(Object value) throws IOException {
    return json.writeValueAsString(
        switch (value) {
          case McpError failure -> error(Optional.empty(), failure.getJsonRpcError());
          case JSONRPCResponse response when response.error() != null ->
              error(Optional.ofNullable(response.id()), response.error());
          default -> value;
        });
  }

  @Override
  public byte[] writeValueAsBytes(Object value) throws IOException {
    return writeValueAsString(value).getBytes(StandardCharsets.UTF_8);
  }

  /** As a map, since the SDK's response cannot be made without an id, which may not be known. */
  static Map<String, Object> error(Optional<Object> id, JSONRPCError error) {
    // The SDK tells of what it did not expect by the message of the exception.
    String message = String.valueOf(error.message());
    if (error.code() == ErrorCodes.INTERNAL_ERROR
        && (error.data() != null || CLASS_NAME.matcher(message).find())) {
      message = "The server cannot do this; see whether the parameters are those of the method";
    }
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("code", error.code());
    told.put("message", Texts.cut(Texts.masked(message), MESSAGE_CHARS_MAX, ""));
    // By which clients that know a newer revision tell this error from others.
    if (error.code() == ErrorCodes.RESOURCE_NOT_FOUND
        && error.data() instanceof Map<?, ?> data
        && data.get("uri") instanceof String uri) {
      told.put("data", Map.of("uri", Texts.brief(uri, URI_CHARS_MAX)));
    }
    Map<String, Object> response = new LinkedHashMap<>();
    response.put("jsonrpc", McpSchema.JSONRPC_VERSION);
    id.ifPresent(known -> response.put("id", known));
    response.put("error", told);
    return Collections.unmodifiableMap(response);
  }
}
