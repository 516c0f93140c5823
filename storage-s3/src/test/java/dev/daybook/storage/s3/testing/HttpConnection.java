package dev.daybook.storage.s3.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ProtocolException;
import java.net.Socket;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** One connection of HTTP/1.1, kept alive: as much of it as S3 clients use, and no more. */
final class HttpConnection implements AutoCloseable {
  private static final int LINE_LENGTH_MAX = 16_384;

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  HttpConnection(Socket socket) throws IOException {
    this.socket = socket;
    socket.setTcpNoDelay(true);
    in = new BufferedInputStream(socket.getInputStream(), 32_768);
    out = socket.getOutputStream();
  }

  /** The next request; empty if the client has hung up. */
  Optional<HttpRequest> next() throws IOException {
    var first = line();
    if (first.isEmpty()) {
      return Optional.empty();
    }
    var parts = first.get().split(" ", -1);
    if (parts.length != 3 || !parts[2].equals("HTTP/1.1")) {
      throw new ProtocolException("Not a request of HTTP/1.1: " + first.get());
    }
    var headers = new TreeMap<String, String>();
    for (var line = inRequest(); !line.isEmpty(); line = inRequest()) {
      int colon = line.indexOf(':');
      if (colon < 1) {
        throw new ProtocolException("Not a header: " + line);
      }
      headers.merge(
          line.substring(0, colon).toLowerCase(Locale.ROOT),
          line.substring(colon + 1).strip(),
          (one, other) -> one + "," + other);
    }
    int question = parts[1].indexOf('?');
    return Optional.of(
        new HttpRequest(
            parts[0],
            question < 0 ? parts[1] : parts[1].substring(0, question),
            question < 0 ? "" : parts[1].substring(question + 1),
            headers,
            body(headers)));
  }

  private byte[] body(Map<String, String> headers) throws IOException {
    if (headers.containsKey("transfer-encoding")) {
      // As S3 does: it wants to know the length first.
      throw new ProtocolException("Transfer-Encoding is not implemented");
    }
    int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
    if ("100-continue".equalsIgnoreCase(headers.get("expect"))) {
      out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(ISO_8859_1));
    }
    var body = new byte[length];
    if (in.readNBytes(body, 0, length) < length) {
      throw new EOFException("The client hung up in the middle of a body");
    }
    return body;
  }

  private String inRequest() throws IOException {
    return line().orElseThrow(() -> new EOFException("The client hung up in a request"));
  }

  private Optional<String> line() throws IOException {
    var line = new ByteArrayOutputStream();
    for (int c = in.read(); c >= 0; c = in.read()) {
      if (c == '\n') {
        var text = line.toString(ISO_8859_1);
        return Optional.of(text.endsWith("\r") ? text.substring(0, text.length() - 1) : text);
      }
      if (line.size() == LINE_LENGTH_MAX) {
        throw new ProtocolException("A line of more than " + LINE_LENGTH_MAX + " bytes");
      }
      line.write(c);
    }
    if (line.size() > 0) {
      throw new EOFException("The client hung up in a line");
    }
    return Optional.empty();
  }

  /** Sends the answer, its length announced; a HEAD is told the length only. */
  void send(HttpResponse response, String method) throws IOException {
    write(response, method.equals("HEAD") ? 0 : response.body().length);
  }

  /** Announces the whole body, sends half of it and hangs up. */
  void sendHalf(HttpResponse response) throws IOException {
    write(response, response.body().length / 2);
    close();
  }

  private void write(HttpResponse response, int bodyBytes) throws IOException {
    var head = new StringBuilder("HTTP/1.1 ").append(response.status()).append(" -\r\n");
    response
        .headers()
        .forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    if (response.status() != 204 && !response.headers().containsKey("Content-Length")) {
      head.append("Content-Length: ").append(response.body().length).append("\r\n");
    }
    var bytes = new ByteArrayOutputStream();
    bytes.writeBytes(head.append("\r\n").toString().getBytes(ISO_8859_1));
    bytes.write(response.body(), 0, bodyBytes);
    bytes.writeTo(out);
  }

  /** Waits until the client hangs up. */
  void awaitEnd() throws IOException {
    in.transferTo(OutputStream.nullOutputStream());
  }

  /** Ends the connection so that the client sees a reset, not an orderly end. */
  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
