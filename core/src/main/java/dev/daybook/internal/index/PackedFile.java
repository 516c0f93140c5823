package dev.daybook.internal.index;

import dev.daybook.internal.entry.Json;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.MMapDirectory;

/**
 * Several named files in one. Layout, little-endian, every part padded with zeros to {@value
 * #ALIGN} bytes:
 *
 * <pre>
 * magic "DAYBOOKX" | int format | int length of metadata | metadata, JSON
 * file 1 | file 2 | …
 * table, JSON: length and checksum of the header; name, offset, length, checksum of every file
 * long offset of table | int length of table | int checksum of table | magic
 * </pre>
 *
 * Checksums are CRC-32C and take in the padding, that of the table its place too, so every byte is
 * covered.
 */
final class PackedFile implements AutoCloseable {
  static final int FORMAT = 1;

  private static final int ALIGN = 16;
  private static final byte[] MAGIC = "DAYBOOKX".getBytes(StandardCharsets.US_ASCII);
  private static final int HEADER_FIXED = 16;
  private static final int TRAILER = 24;

  /** Bytes of the trailer that say where the table is. */
  private static final int TABLE_PLACE = 12;

  private static final int METADATA_BYTES_MAX = 1 << 20;

  /** One file in the table. */
  record Part(String name, long offset, long length, int crc) {}

  /** The table. */
  record Table(long headerLength, int headerCrc, List<Part> files) {
    Table {
      files = List.copyOf(files);
    }
  }

  private final Path path;
  private final IndexInput all;
  private final String metadata;
  private final Map<String, Part> parts;

  private PackedFile(Path path, IndexInput all, String metadata, Map<String, Part> parts) {
    this.path = path;
    this.all = all;
    this.metadata = metadata;
    this.parts = parts;
  }

  /**
   * Maps the file into memory and reads every byte of it once.
   *
   * @throws IOException if it cannot be read, is cut, was changed or is of another format; says
   *     which
   */
  static PackedFile open(Path path) throws IOException {
    try (MMapDirectory folder = new MMapDirectory(path.toAbsolutePath().getParent())) {
      folder.setGroupingFunction(MMapDirectory.NO_GROUPING);
      IndexInput all = folder.openInput(path.getFileName().toString(), IOContext.DEFAULT);
      try {
        return read(path, all);
      } catch (IOException | RuntimeException e) {
        all.close();
        throw e;
      }
    }
  }

  private static PackedFile read(Path path, IndexInput all) throws IOException {
    long length = all.length();
    if (length < HEADER_FIXED + TRAILER) {
      throw broken(path, "has " + length + " bytes, too few for a packed index");
    }
    ByteBuffer header = bytes(all, 0, HEADER_FIXED);
    if (!startsWithMagic(header)) {
      throw broken(path, "does not begin with the mark of a packed index");
    }
    int format = header.getInt(8);
    if (format != FORMAT) {
      throw broken(path, "has format " + format + ", this library reads " + FORMAT);
    }
    ByteBuffer trailer = bytes(all, length - TRAILER, TRAILER);
    if (!startsWithMagic(trailer.slice(16, 8))) {
      throw broken(path, "does not end with the mark of a packed index, so it was cut");
    }
    long tableAt = trailer.getLong(0);
    int tableLength = trailer.getInt(8);
    if (tableLength < 0 || tableAt < 0 || padded(tableAt + tableLength) != length - TRAILER) {
      throw broken(path, "has its table at " + tableAt + " for " + tableLength + " bytes, outside");
    }
    byte[] tableBytes = bytes(all, tableAt, (int) (length - TRAILER - tableAt)).array();
    CRC32C tableCrc = new CRC32C();
    tableCrc.update(tableBytes);
    tableCrc.update(trailer.slice(0, TABLE_PLACE));
    check(path, "table", trailer.getInt(TABLE_PLACE), (int) tableCrc.getValue());
    Table table =
        Json.read(new String(tableBytes, 0, tableLength, StandardCharsets.UTF_8), Table.class);
    check(path, "header", table.headerCrc(), crc(all, 0, table.headerLength()));
    int metadataLength = header.getInt(12);
    if (metadataLength < 0 || metadataLength > METADATA_BYTES_MAX) {
      throw broken(path, "has metadata of " + metadataLength + " bytes");
    }
    String metadata =
        new String(bytes(all, HEADER_FIXED, metadataLength).array(), StandardCharsets.UTF_8);
    Map<String, Part> parts = new LinkedHashMap<>();
    for (Part part : table.files()) {
      check(
          path, "file " + part.name(), part.crc(), crc(all, part.offset(), padded(part.length())));
      parts.put(part.name(), part);
    }
    return new PackedFile(path, all, metadata, Collections.unmodifiableMap(parts));
  }

  /** What the writer said of the files, as JSON. */
  String metadata() {
    return metadata;
  }

  /** Length by name. */
  Map<String, Part> parts() {
    return parts;
  }

  /**
   * A part of the mapped file; not closed by the caller's need, but with this.
   *
   * @throws IOException if there is none of this name
   */
  IndexInput part(String name) throws IOException {
    Part part = parts.get(name);
    if (part == null) {
      throw broken(path, "holds no file " + name);
    }
    return all.slice(path.getFileName() + "/" + name, part.offset(), part.length());
  }

  @Override
  public void close() throws IOException {
    all.close();
  }

  @Override
  public String toString() {
    return path.toString();
  }

  private static IOException broken(Path path, String why) {
    return new IOException("Index " + path + " " + why + "; rebuild it from its segments");
  }

  private static void check(Path path, String what, int expected, int found) throws IOException {
    if (expected != found) {
      throw broken(
          path,
          "has a damaged %s: CRC-32C is %08x, expected %08x".formatted(what, found, expected));
    }
  }

  private static boolean startsWithMagic(ByteBuffer bytes) {
    return bytes.slice(0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC));
  }

  private static long padded(long length) {
    return (length + ALIGN - 1) / ALIGN * ALIGN;
  }

  private static ByteBuffer bytes(IndexInput all, long at, int length) throws IOException {
    if (at + length > all.length()) {
      throw new EOFException(all + " ends at " + all.length() + ", expected " + (at + length));
    }
    byte[] bytes = new byte[length];
    all.seek(at);
    all.readBytes(bytes, 0, length);
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int crc(IndexInput all, long at, long length) throws IOException {
    if (at < 0 || length < 0 || at + length > all.length()) {
      throw new EOFException(all + " ends at " + all.length() + ", expected " + (at + length));
    }
    CRC32C crc = new CRC32C();
    byte[] buffer = new byte[(int) Math.min(length, 1 << 16)];
    all.seek(at);
    for (long left = length; left > 0; ) {
      int step = (int) Math.min(left, buffer.length);
      all.readBytes(buffer, 0, step);
      crc.update(buffer, 0, step);
      left -= step;
    }
    return (int) crc.getValue();
  }

  /** Writes a packed file front to back. The caller closes the stream. */
  static final class Writer {
    private final OutputStream out;
    private final CRC32C crc = new CRC32C();
    private final List<Part> parts = new ArrayList<>();
    private final long headerLength;
    private final int headerCrc;
    private long at;

    Writer(OutputStream out, String metadata) throws IOException {
      this.out = out;
      byte[] text = metadata.getBytes(StandardCharsets.UTF_8);
      ByteBuffer header =
          ByteBuffer.allocate(HEADER_FIXED + text.length).order(ByteOrder.LITTLE_ENDIAN);
      header.put(MAGIC).putInt(FORMAT).putInt(text.length).put(text);
      write(header.array(), header.capacity());
      pad();
      headerLength = at;
      headerCrc = takeCrc();
    }

    void add(String name, byte[] bytes) throws IOException {
      long offset = at;
      write(bytes, bytes.length);
      end(name, offset, bytes.length);
    }

    void add(String name, IndexInput in) throws IOException {
      long offset = at;
      byte[] buffer = new byte[1 << 16];
      for (long left = in.length(); left > 0; ) {
        int step = (int) Math.min(left, buffer.length);
        in.readBytes(buffer, 0, step);
        write(buffer, step);
        left -= step;
      }
      end(name, offset, in.length());
    }

    private void end(String name, long offset, long length) throws IOException {
      pad();
      parts.add(new Part(name, offset, length, takeCrc()));
    }

    void finish() throws IOException {
      long tableAt = at;
      byte[] table = Json.writeBytes(new Table(headerLength, headerCrc, parts));
      write(table, table.length);
      pad();
      ByteBuffer trailer = ByteBuffer.allocate(TRAILER).order(ByteOrder.LITTLE_ENDIAN);
      trailer.putLong(tableAt).putInt(table.length);
      crc.update(trailer.array(), 0, TABLE_PLACE);
      trailer.putInt(takeCrc()).put(MAGIC);
      out.write(trailer.array());
      out.flush();
    }

    private void write(byte[] bytes, int length) throws IOException {
      out.write(bytes, 0, length);
      crc.update(bytes, 0, length);
      at += length;
    }

    private void pad() throws IOException {
      int zeros = (int) (padded(at) - at);
      write(new byte[zeros], zeros);
    }

    private int takeCrc() {
      int value = (int) crc.getValue();
      crc.reset();
      return value;
    }
  }
}
