package org.apache.parquet;

import java.util.Map;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.format.converter.ParquetMetadataConverter;

/** Read options made without {@link ParquetReadOptions#builder()}, which loads Hadoop classes. */
public final class PlainReadOptions {
  private static final int BUFFER_BYTES_MAX = 8 << 20;

  private PlainReadOptions() {}

  /** Options that check page checksums, filter nothing, and decompress with {@code codecs}. */
  public static ParquetReadOptions with(CompressionCodecFactory codecs) {
    return new ParquetReadOptions(
        /* useSignedStringMinMax= */ false,
        /* useStatsFilter= */ false,
        /* useDictionaryFilter= */ false,
        /* useRecordFilter= */ false,
        /* useColumnIndexFilter= */ true,
        /* usePageChecksumVerification= */ true,
        /* useBloomFilter= */ false,
        /* useOffHeapDecryptBuffer= */ false,
        /* useHadoopVectoredIo= */ false,
        /* recordFilter= */ null,
        ParquetMetadataConverter.NO_FILTER,
        codecs,
        HeapByteBufferAllocator.getInstance(),
        BUFFER_BYTES_MAX,
        Map.of(),
        /* fileDecryptionProperties= */ null,
        /* metricsCallback= */ null,
        new PlainParquetConfiguration());
  }
}
