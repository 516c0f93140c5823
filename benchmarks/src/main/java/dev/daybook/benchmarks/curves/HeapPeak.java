package dev.daybook.benchmarks.curves;

import com.sun.management.GarbageCollectionNotificationInfo;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import javax.management.NotificationEmitter;
import javax.management.openmbean.CompositeData;

/**
 * The most heap that was in use after a collection. Collections of young objects count as well,
 * which leave some garbage, so this is from above. Safe from any thread.
 */
final class HeapPeak {
  private final AtomicLong most = new AtomicLong();

  private HeapPeak() {}

  /** Watches from now on, as long as the JVM runs. */
  static HeapPeak watching() {
    HeapPeak peak = new HeapPeak();
    Set<String> heap =
        ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .map(MemoryPoolMXBean::getName)
            .collect(Collectors.toSet());
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      ((NotificationEmitter) collector)
          .addNotificationListener(
              (notification, handback) -> {
                if (notification.getUserData() instanceof CompositeData data) {
                  Map<String, MemoryUsage> after =
                      GarbageCollectionNotificationInfo.from(data)
                          .getGcInfo()
                          .getMemoryUsageAfterGc();
                  peak.note(
                      after.entrySet().stream()
                          .filter(pool -> heap.contains(pool.getKey()))
                          .mapToLong(pool -> pool.getValue().getUsed())
                          .sum());
                }
              },
              null,
              null);
    }
    return peak;
  }

  /** Collects, and begins anew with what is in use then. */
  void reset() {
    long now = inUse();
    most.set(now);
  }

  /** The most since the last reset, at least what is in use now. */
  long bytes() {
    note(inUse());
    return most.get();
  }

  /** Collects, and says what is in use. */
  static long inUse() {
    System.gc();
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private void note(long bytes) {
    most.accumulateAndGet(bytes, Math::max);
  }
}
