package io.nexus.api.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class PrometheusTextTest {
    private final Meters meters = new Meters(MetricNames.base().with(Map.of("x_total", "X")));

    @Test
    void counter_hasHelpTypeAndLabels() {
        meters.counter(MetricNames.ALLOCATIONS, "pool", "p1", "result", "created")
                .inc(3);
        meters.counter(MetricNames.ALLOCATIONS, "pool", "p1", "result", "existing")
                .inc();
        assertThat(text())
                .contains("# HELP nexus_allocations_total Allocate requests by result")
                .contains("# TYPE nexus_allocations_total counter\n"
                        + "nexus_allocations_total{pool=\"p1\",result=\"created\"} 3\n"
                        + "nexus_allocations_total{pool=\"p1\",result=\"existing\"} 1\n");
    }

    @Test
    void labelValue_isEscaped() {
        meters.counter(MetricNames.ALLOCATIONS, "pool", "a\"b\\c\nd", "result", "created")
                .inc();
        assertThat(text()).contains("{pool=\"a\\\"b\\\\c\\nd\",result=\"created\"} 1\n");
    }

    @Test
    void timer_isSummaryInSeconds() {
        for (int i = 1; i <= 100; i++) {
            meters.timer(MetricNames.ALLOCATION_LATENCY, "pool", "p").update(Duration.ofMillis(i));
        }
        String text = text();
        assertThat(text).contains("# TYPE nexus_allocation_latency_seconds summary\n");
        assertThat(value(text, "nexus_allocation_latency_seconds{pool=\"p\",quantile=\"0.5\"}"))
                .isBetween(0.049, 0.052);
        assertThat(value(text, "nexus_allocation_latency_seconds{pool=\"p\",quantile=\"0.99\"}"))
                .isBetween(0.098, 0.101);
        assertThat(value(text, "nexus_allocation_latency_seconds_sum{pool=\"p\"}"))
                .isBetween(5.04, 5.06);
        assertThat(value(text, "nexus_allocation_latency_seconds_count{pool=\"p\"}"))
                .isEqualTo(100);
    }

    @Test
    void unusedTimer_showsNaNAndZero() {
        meters.timer(MetricNames.CLSET_SYNC_LATENCY);
        assertThat(text())
                .contains("nexus_clset_sync_latency_seconds{quantile=\"0.5\"} NaN\n")
                .contains("nexus_clset_sync_latency_seconds_count 0\n");
    }

    @Test
    void gaugeNamedTotal_isAllowed() {
        meters.gauge(MetricNames.CLUSTER_PEERS, () -> 3);
        assertThat(text()).contains("# TYPE nexus_cluster_peers_total gauge\nnexus_cluster_peers_total 3\n");
    }

    @Test
    void gaugeThatThrows_hidesNoOther() {
        meters.gauge(MetricNames.READY, () -> {
            throw new IllegalStateException("closed");
        });
        meters.gauge(MetricNames.CLUSTER_PEERS, () -> 3);
        assertThat(text()).contains("nexus_cluster_peers_total 3\n").doesNotContain("nexus_ready ");
    }

    @Test
    void family_isAskedAtEachScrape() {
        AtomicLong pools = new AtomicLong(1);
        meters.family(MetricNames.HASHRING_POOLS, samples -> {
            for (int i = 0; i < pools.get(); i++) {
                samples.add(i + 0.5, "owner", "n" + i);
            }
        });
        assertThat(text()).contains("nexus_hashring_pools{owner=\"n0\"} 0.5\n").doesNotContain("n1");
        pools.set(2);
        assertThat(text()).contains("nexus_hashring_pools{owner=\"n1\"} 1.5\n");
    }

    @Test
    void unknownName_isRefused() {
        assertThatThrownBy(() -> meters.counter("nexus_typo_total")).hasMessageContaining("nexus_typo_total");
    }

    @Test
    void tooManyPools_areCountedTogether() {
        for (int i = 0; i < Meters.SERIES_MAX + 50; i++) {
            meters.counter(MetricNames.ALLOCATIONS, "pool", "p" + i, "result", "created")
                    .inc();
        }
        assertThat(meters.registry().getCounters()).hasSizeLessThan(Meters.SERIES_MAX + 5);
        assertThat(text())
                .contains("nexus_allocations_total{pool=\"_other\",result=\"created\"} 50\n")
                .contains("nexus_metrics_capped_total 50\n");
    }

    @Test
    void namesOfLibraries_becomeLegal() {
        meters.registry().counter("org.x-y.z").inc();
        assertThat(text()).contains("# TYPE org_x_y_z counter\norg_x_y_z 1\n");
    }

    @Test
    void processMetrics_areThereAndWellFormed() {
        ProcessMetrics.register(meters);
        String text = text();
        assertThat(text)
                .contains("jvm_memory_used_bytes{area=\"heap\"} ")
                .contains("jvm_threads_current ")
                .contains("process_cpu_seconds_total ");
        Pattern line = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*(\\{.*\\})? (NaN|[+-]Inf|-?[0-9.]+(E-?[0-9]+)?)");
        assertThat(List.of(text.split("\n")))
                .allSatisfy(
                        l -> assertThat(l.startsWith("# ") || line.matcher(l).matches())
                                .as(l)
                                .isTrue());
    }

    @Test
    void reservoir_forgetsAfterTwoWindows() {
        AtomicLong now = new AtomicLong();
        HdrReservoir reservoir = new HdrReservoir(now::get);
        reservoir.update(5_000_000);
        assertThat(reservoir.getSnapshot().size()).isEqualTo(1);
        now.addAndGet(61_000_000_000L);
        assertThat(reservoir.getSnapshot().size()).as("end of its window").isEqualTo(1);
        assertThat(reservoir.getSnapshot().size()).as("the window before").isEqualTo(1);
        now.addAndGet(61_000_000_000L);
        reservoir.getSnapshot();
        assertThat(reservoir.getSnapshot().size()).isZero();
        assertThat(reservoir.sum()).isEqualTo(5_000_000);
    }

    private String text() {
        return PrometheusText.write(meters);
    }

    private static double value(String text, String sample) {
        for (String line : text.split("\n")) {
            if (line.startsWith(sample + " ")) {
                return Double.parseDouble(line.substring(sample.length() + 1));
            }
        }
        throw new AssertionError("no " + sample + " in\n" + text);
    }
}
