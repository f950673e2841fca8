package io.nexus.api.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.api.local.LocalCluster;
import io.nexus.api.metrics.PrometheusText;
import io.nexus.api.service.ClusterService.Hashring;
import io.nexus.api.service.ClusterService.RingSegment;
import io.nexus.api.service.ClusterService.SegmentStatus;
import io.nexus.api.service.ClusterService.Status;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ClusterServiceTest {
    private final LocalCluster cluster = new LocalCluster();

    @BeforeEach
    void allocateOne() {
        cluster.pools
                .create(
                        new Requests.NewPool("p", "10.0.0.0/30", 0, "", List.of(), List.of(), "", 0, Map.of()),
                        LocalCluster.deadline())
                .join();
        cluster.allocations
                .allocate(new Requests.Allocate("a", "p", "", "", 0, "", 0, null, ""), LocalCluster.deadline())
                .join();
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void status_showsNodesAndSegments() {
        cluster.nanoClock.addAndGet(61_000_000_000L);
        Status status = cluster.cluster.status();
        assertThat(status.nodeId()).isEqualTo(LocalCluster.NODE);
        assertThat(status.ready()).isTrue();
        assertThat(status.uptimeSeconds()).isEqualTo(61);
        assertThat(status.segments()).hasSize(LocalCluster.SEGMENTS + 1);
        assertThat(status.segments().get(0).pools()).isEqualTo(1);
        assertThat(status.segments()).extracting(SegmentStatus::role).containsOnly("owner");
        assertThat(status.segments().stream()
                        .mapToLong(SegmentStatus::allocations)
                        .sum())
                .isEqualTo(1);
        assertThat(status.nodes()).singleElement().satisfies(node -> {
            assertThat(node.segmentsLed()).isEqualTo(LocalCluster.SEGMENTS + 1);
            assertThat(node.segmentsHosted()).isEqualTo(LocalCluster.SEGMENTS + 1);
        });
    }

    @Test
    void status_withoutLeader_showsNoOwner() {
        cluster.router.leaderless(2, true);
        SegmentStatus segment = cluster.cluster.status().segments().get(2);
        assertThat(segment.owner()).isNull();
        assertThat(segment.role()).isEqualTo("member");
    }

    @Test
    void status_notReady_saysWhy() {
        cluster.notReady.add("segment 3 has not been live since the start");
        assertThat(cluster.cluster.status().ready()).isFalse();
        assertThat(cluster.cluster.status().notReadyBecause())
                .containsExactly("segment 3 has not been live since the start");
    }

    @Test
    void hashring_coversTheCircleAndNamesThePools() {
        Hashring ring = cluster.cluster.hashring();
        assertThat(ring.segments()).hasSize(LocalCluster.SEGMENTS);
        long position = 0;
        for (RingSegment segment : ring.segments()) {
            assertThat(segment.arcStart()).isEqualTo(position);
            position = segment.arcEnd();
        }
        assertThat(position).as("the circle closes").isZero();
        assertThat(ring.segments().stream().flatMap(segment -> segment.pools().stream()))
                .containsExactly("p");
    }

    @Test
    void gauges_showPoolsAndPeers() {
        ClusterGauges.register(cluster.meters, cluster.cluster, cluster.directory, cluster.store);
        assertThat(PrometheusText.write(cluster.meters))
                .contains("nexus_pool_utilization{pool=\"p\"} 1\n")
                .contains("nexus_cluster_peers_total 1\n")
                .contains("nexus_cluster_peer_status{peer=\"nexus-0\"} 1\n")
                .contains("nexus_hashring_pools{owner=\"nexus-0\"} 1\n")
                .contains("nexus_ready 1\n")
                .contains("nexus_build_info{version=\"1.2.3\"} 1\n")
                .contains("nexus_segment_staleness_seconds{segment=\"0\"} 0\n");
    }
}
