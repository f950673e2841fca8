package io.nexus.api.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.api.consensus.ConsensusMetrics;
import io.nexus.api.docs.DocFile;
import io.nexus.api.feed.FeedMetrics;
import io.nexus.api.metrics.MetricNames.Metric;
import io.nexus.api.metrics.MetricNames.Type;
import io.nexus.api.records.RecordMetrics;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class MetricNamesTest {
    @Test
    void metricsReference_isTheList() {
        MetricNames all = MetricNames.base()
                .with(ConsensusMetrics.HELP)
                .with(FeedMetrics.HELP)
                .with(RecordMetrics.HELP);
        String rows = all.all().stream()
                .map(metric -> "| `%s` | %s | %s | %s |\n"
                        .formatted(metric.name(), type(metric), labels(metric), metric.help()))
                .collect(Collectors.joining());
        DocFile.holdsPart(
                "docs/reference/metrics.md", "\n| name | type | labels | what |\n|---|---|---|---|\n" + rows + "\n");
    }

    @Test
    void theNineNamesThatOthersKnow_areThere() {
        MetricNames names = MetricNames.base();
        assertThat(List.of(
                        "nexus_allocations_total",
                        "nexus_allocation_latency_seconds",
                        "nexus_pool_utilization",
                        "nexus_cluster_peers_total",
                        "nexus_cluster_peer_status",
                        "nexus_hashring_pools",
                        "nexus_clset_sync_latency_seconds",
                        "nexus_clset_entries_total",
                        "nexus_clset_conflicts_total"))
                .allSatisfy(name -> assertThat(names.find(name)).as(name).isNotNull());
    }

    @Test
    void extension_addsButDoesNotReplace() {
        MetricNames names = MetricNames.base().with(Map.of("nexus_raft_x", "X", MetricNames.READY, "other"));
        assertThat(names.find("nexus_raft_x").help()).isEqualTo("X");
        assertThat(names.find(MetricNames.READY).type()).isEqualTo(Type.GAUGE);
        assertThat(MetricNames.base().find("nexus_raft_x")).isNull();
    }

    /** Parts that name their metrics themselves do not list types and labels. */
    private static String type(Metric metric) {
        Type type = metric.type();
        return type == null ? "" : type.text();
    }

    private static String labels(Metric metric) {
        return metric.labels().stream().map(label -> "`" + label + "`").collect(Collectors.joining(", "));
    }
}
