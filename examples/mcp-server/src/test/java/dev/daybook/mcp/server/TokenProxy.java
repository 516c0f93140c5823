package dev.daybook.mcp.server;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Passes HTTP on and adds the token, for a client that cannot send one; all else stays as it is.
 */
final class TokenProxy implements AutoCloseable {
  private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)");

  private final ServerSocket listening;
  private final int port;
  private final String token;

  TokenProxy(int port, String token) throws IOException {
    this.port = port;
    this.token = token;
    this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread unused = Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return listening.getLocalPort();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listening.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), port);
        Thread unused = Thread.ofVirtual().start(() -> requests(client, server));
        unused = Thread.ofVirtual().start(() -> responses(server, client));
      }
    } catch (IOException e) {
      // It is closed.
    }
  }

  private void requests(Socket client, Socket server) {
    try (client;
        server) {
      InputStream in = new BufferedInputStream(client.getInputStream());
      OutputStream out = server.getOutputStream();
      for (String head = head(in); !head.isEmpty(); head = head(in)) {
        Matcher length = LENGTH.matcher(head);
        byte[] body = in.readNBytes(length.find() ? Integer.parseInt(length.group(1)) : 0);
        int line = head.indexOf("\r\n") + 2;
        out.write(
            (head.substring(0, line)
                    + "Authorization: Bearer "
                    + token
                    + "\r\n"
                    + head.substring(line))
                .getBytes(StandardCharsets.ISO_8859_1));
        out.write(body);
        out.flush();
      }
    } catch (IOException e) {
      // One of them is gone.
    }
  }

  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    String text = "";
    for (int next = in.read(); next != -1; next = in.read()) {
      head.write(next);
      if (next == '\n') {
        text = head.toString(StandardCharsets.ISO_8859_1);
        if (text.endsWith("\r\n\r\n")) {
          return text;
        }
      }
    }
    return "";
  }

  private static void responses(Socket server, Socket client) {
    try (client;
        server) {
      long unused = server.getInputStream().transferTo(client.getOutputStream());
    } catch (IOException e) {
      // One of them is gone.
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
  }

  /** A proxy by itself, until its input ends: the port it passes on to, and the token. */
  public static void main(String[] arguments) throws IOException {
    try (TokenProxy proxy = new TokenProxy(Integer.parseInt(arguments[0]), arguments[1])) {
      System.out.println(proxy.port());
      while (System.in.read() != -1) {
        // Until whoever started it lets go.
      }
    }
  }
}
