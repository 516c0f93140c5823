package dev.daybook.internal.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.junit.jupiter.api.Test;

class QuickDeflateTest {
  @Test
  void isReadByTheCodecOfLucene() throws IOException {
    try (Directory directory = new ByteBuffersDirectory()) {
      List<byte[]> values = values();
      write(directory, values);

      // The codec of a committed index is the one that Lucene knows by its name.
      assertThat(SegmentInfos.readLatestCommit(directory).info(0).info.getCodec())
          .isInstanceOf(Lucene104Codec.class)
          .isSameAs(Codec.forName(QuickDeflate.codec().getName()));
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        for (int i = 0; i < values.size(); i++) {
          assertThat(reader.storedFields().document(i).getBinaryValue("hit").bytes)
              .isEqualTo(values.get(i));
        }
      }
    }
  }

  @Test
  void compressesNearlyAsMuchAsLucene() throws IOException {
    List<byte[]> values = new ArrayList<>();
    Random random = new Random(3);
    for (int i = 0; i < 5_000; i++) {
      String text = "call " + random.nextInt(40) + " of tool " + random.nextInt(9) + " failed; ";
      values.add(text.repeat(3).getBytes(StandardCharsets.UTF_8));
    }
    long plain = values.stream().mapToLong(value -> value.length).sum();
    try (Directory directory = new ByteBuffersDirectory()) {
      write(directory, values);

      assertThat(bytes(directory, ".fdt")).isLessThan(plain / 5);
    }
  }

  /** Of no bytes, many, such as do not compress, and more than a chunk. */
  private static List<byte[]> values() {
    Random random = new Random(5);
    List<byte[]> values = new ArrayList<>();
    for (int length : new int[] {0, 1, 59, 60, 61, 5_000, 600_000, 1_200_000, 3}) {
      byte[] value = new byte[length];
      random.nextBytes(value);
      values.add(value);
      values.add("a word and another ".repeat(length / 19).getBytes(StandardCharsets.UTF_8));
    }
    return values;
  }

  /** In several parts that are merged. */
  private static void write(Directory directory, List<byte[]> values) throws IOException {
    try (IndexWriter writer = new IndexWriter(directory, RowDocument.segmentConfig())) {
      for (int i = 0; i < values.size(); i++) {
        Document document = new Document();
        document.add(new StoredField("hit", values.get(i)));
        writer.addDocument(document);
        if (i % (values.size() / 3) == 0) {
          writer.flush();
        }
      }
      writer.forceMerge(1);
      writer.commit();
    }
  }

  private static long bytes(Directory directory, String extension) throws IOException {
    long bytes = 0;
    for (String name : directory.listAll()) {
      bytes += name.endsWith(extension) ? directory.fileLength(name) : 0;
    }
    return bytes;
  }
}
