package io.nexus.api.metrics;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.ToLongFunction;

/** What the JVM and the system tell about this process. Read at each scrape, never in between. */
public final class ProcessMetrics {
    private static final Path STATUS = Path.of("/proc/self/status");

    private ProcessMetrics() {}

    public static void register(Meters meters) {
        memory(meters, MetricNames.JVM_MEMORY_USED, MemoryUsage::getUsed);
        memory(meters, MetricNames.JVM_MEMORY_COMMITTED, MemoryUsage::getCommitted);
        memory(meters, MetricNames.JVM_MEMORY_MAX, MemoryUsage::getMax);
        meters.family(
                MetricNames.JVM_DIRECT_MEMORY,
                samples -> ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)
                        .forEach(pool -> samples.add((double) pool.getMemoryUsed(), "pool", pool.getName())));
        meters.gauge(
                MetricNames.JVM_THREADS,
                () -> ManagementFactory.getThreadMXBean().getThreadCount());
        collections(meters, MetricNames.JVM_GC_COLLECTIONS, GarbageCollectorMXBean::getCollectionCount, 1);
        collections(meters, MetricNames.JVM_GC_SECONDS, GarbageCollectorMXBean::getCollectionTime, 1_000);
        meters.gauge(
                MetricNames.PROCESS_START,
                () -> ManagementFactory.getRuntimeMXBean().getStartTime() / 1_000.0);
        meters.family(MetricNames.PROCESS_RSS, ProcessMetrics::residentMemory);
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
            meters.family(MetricNames.PROCESS_CPU, samples -> samples.add(system.getProcessCpuTime() / 1e9));
            meters.gauge(MetricNames.PROCESS_OPEN_FDS, system::getOpenFileDescriptorCount);
            meters.gauge(MetricNames.PROCESS_MAX_FDS, system::getMaxFileDescriptorCount);
        }
    }

    private static void memory(Meters meters, String name, ToLongFunction<MemoryUsage> what) {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        meters.family(name, samples -> {
            samples.add((double) what.applyAsLong(memory.getHeapMemoryUsage()), "area", "heap");
            samples.add((double) what.applyAsLong(memory.getNonHeapMemoryUsage()), "area", "nonheap");
        });
    }

    private static void collections(
            Meters meters, String name, ToLongFunction<GarbageCollectorMXBean> what, double divisor) {
        meters.family(
                name,
                samples -> ManagementFactory.getGarbageCollectorMXBeans()
                        .forEach(gc -> samples.add(what.applyAsLong(gc) / divisor, "gc", gc.getName())));
    }

    private static void residentMemory(Meters.Samples samples) {
        try {
            for (String line : Files.readAllLines(STATUS)) {
                if (line.startsWith("VmRSS:")) {
                    String kibibytes = line.replaceAll("[^0-9]", "");
                    samples.add(Long.parseLong(kibibytes) * 1_024.0);
                }
            }
        } catch (IOException e) {
            // Not a system with /proc: the metric is absent.
            return;
        }
    }
}
