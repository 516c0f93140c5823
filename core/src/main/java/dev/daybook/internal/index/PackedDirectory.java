package dev.daybook.internal.index;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Collection;
import java.util.Set;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.store.Lock;

/** The files of a {@link PackedFile} as Lucene reads them; nothing can be written. */
final class PackedDirectory extends Directory {
  private final PackedFile packed;

  PackedDirectory(PackedFile packed) {
    this.packed = packed;
  }

  @Override
  public String[] listAll() {
    return packed.parts().keySet().stream().sorted().toArray(String[]::new);
  }

  @Override
  public long fileLength(String name) throws IOException {
    PackedFile.Part part = packed.parts().get(name);
    if (part == null) {
      throw new NoSuchFileException(packed + "/" + name);
    }
    return part.length();
  }

  @Override
  public IndexInput openInput(String name, IOContext context) throws IOException {
    fileLength(name);
    return packed.part(name);
  }

  @Override
  public void close() {
    // The packed file is closed by whoever opened it.
  }

  @Override
  public Set<String> getPendingDeletions() {
    return Set.of();
  }

  @Override
  public void deleteFile(String name) {
    throw readOnly();
  }

  @Override
  public IndexOutput createOutput(String name, IOContext context) {
    throw readOnly();
  }

  @Override
  public IndexOutput createTempOutput(String prefix, String suffix, IOContext context) {
    throw readOnly();
  }

  @Override
  public void sync(Collection<String> names) {
    throw readOnly();
  }

  @Override
  public void syncMetaData() {
    throw readOnly();
  }

  @Override
  public void rename(String source, String dest) {
    throw readOnly();
  }

  @Override
  public Lock obtainLock(String name) {
    throw readOnly();
  }

  private UnsupportedOperationException readOnly() {
    return new UnsupportedOperationException(packed + " is read-only");
  }
}
