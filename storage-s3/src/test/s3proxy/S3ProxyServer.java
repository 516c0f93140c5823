import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/**
 * Serves a folder as S3, on 127.0.0.1, until standard input ends. Arguments: the folder, the access
 * key, the secret and, if it is to be a certain one, the port. Prints {@code port} and the number.
 * Run as a source file, with the class path in target/s3proxy.classpath: see the README.
 */
public final class S3ProxyServer {
  private S3ProxyServer() {}

  /** Starts the server and waits. */
  public static void main(String[] arguments) throws Exception {
    var folder = Files.createDirectories(Path.of(arguments[0]));
    var port = arguments.length > 3 ? arguments[3] : "0";
    var proxy =
        S3Proxy.builder()
            .blobStore(new FilesystemNio2BlobStore(folder.toString()))
            .endpoint(URI.create("http://127.0.0.1:" + port))
            .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, arguments[1], arguments[2])
            .build();
    proxy.start();
    System.out.println("port " + proxy.getPort());
    // The end of the input is the end of whoever started this, even of one that was killed.
    while (System.in.read() >= 0) {}
    proxy.stop();
    System.exit(0);
  }
}
