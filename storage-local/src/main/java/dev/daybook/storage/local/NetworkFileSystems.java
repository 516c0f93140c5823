package dev.daybook.storage.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Tells file systems that other machines share from those of this machine, by their type. */
final class NetworkFileSystems {
  /** Types as Linux and macOS name them, in lower case. */
  private static final Set<String> TYPES =
      Set.of(
          "nfs",
          "nfs3",
          "nfs4",
          "cifs",
          "smb",
          "smb2",
          "smb3",
          "smbfs",
          "afpfs",
          "afs",
          "ncpfs",
          "ceph",
          "glusterfs",
          "lustre",
          "beegfs",
          "gpfs",
          "gfs2",
          "ocfs2",
          "orangefs",
          "webdav",
          "davfs",
          "sshfs",
          "cephfs",
          "smbnetfs",
          "s3fs",
          "gcsfuse",
          "goofys",
          "rclone",
          "mount-s3",
          "mountpoint-s3",
          "blobfuse",
          "blobfuse2",
          "juicefs");

  private NetworkFileSystems() {}

  /** The type of the network file system on which this folder lies, if it does. */
  static Optional<String> typeOf(Path folder) throws IOException {
    var root = folder.getRoot();
    if (root != null && root.toString().startsWith("\\\\")) {
      return Optional.of("network share " + root);
    }
    return Optional.of(Files.getFileStore(folder).type()).filter(NetworkFileSystems::isNetwork);
  }

  /**
   * Whether a file system of this type is a network file system: {@code nfs4}, {@code fuse.sshfs}.
   */
  static boolean isNetwork(String type) {
    var name = type.toLowerCase(Locale.ROOT);
    return TYPES.contains(name.startsWith("fuse.") ? name.substring("fuse.".length()) : name);
  }
}
