package io.nexus.api.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.nexus.api.cluster.ClusterView.State;
import io.nexus.api.peer.v1.ClusterPeerServiceGrpc;
import io.nexus.api.peer.v1.HeartbeatRequest;
import io.nexus.statemachine.model.NodeEntry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole nodes of this package over real connections on loopback, with groups and a meta group that the test plays. */
final class MembershipTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    Path root;

    private final List<MemberNode> nodes = new ArrayList<>();
    private final MemberNode.MetaGroup meta = new MemberNode.MetaGroup(nodes);

    @BeforeEach
    void found() {
        List<String> all = FoundingNode.freeAddresses(3);
        all.forEach(address -> nodes.add(new MemberNode(root.resolve(address.replace(':', '-')), address, all, meta)));
        nodes.forEach(MemberNode::start);
        await("groups on every node").atMost(LONG).until(() -> nodes.stream().allMatch(MemberNode::established));
        meta.lead(nodes.get(0), 1);
    }

    @AfterEach
    void stop() {
        nodes.forEach(MemberNode::stop);
    }

    @Test
    void cluster_healthy_everybodyIsUpAndFresh() {
        await("the founding on record").atMost(LONG).until(() -> meta.plan() != null);
        await("all up and fresh").atMost(LONG).untilAsserted(() -> {
            for (MemberNode node : nodes) {
                for (MemberNode other : nodes) {
                    assertThat(node.view().liveness(other.nodeId()).state()).isEqualTo(State.UP);
                }
                assertThat(node.view().stalenessMillis(3)).isBetween(0L, 30_000L);
                assertThat(node.problems()).isEmpty();
            }
        });
        assertThat(nodes.get(0).proof().confirm(3).join()).isTrue();
        assertThat(nodes.get(1).proof().confirm(3).join()).isFalse();
        await("owner hints")
                .atMost(LONG)
                .until(() -> nodes.get(0).nodeId().equals(nodes.get(2).owner(3)));
    }

    @Test
    void owner_clockIsHoursAhead_isNotWhatLeasesAreStampedBy() {
        MemberNode wrong = nodes.get(0);
        wrong.clockOffMillis = Duration.ofHours(3).toMillis();
        await("noticed").atMost(LONG).until(() -> wrong.clock().corrected());
        assertThat(wrong.clock().millis().getAsLong()).isCloseTo(System.currentTimeMillis(), within(1_500L));
        assertThat(wrong.clock().warning()).get().asString().contains("ahead of the median");
        assertThat(nodes.get(1).clock().warning()).isEmpty();
        wrong.clockOffMillis = 0;
        assertThat(wrong.clock().corrected()).isFalse();
    }

    @Test
    void owner_copyIsBehind_stalenessCountsFromWhatItHas() {
        await("fresh").atMost(LONG).until(() -> nodes.get(1).view().stalenessMillis(3) >= 0);
        nodes.get(0).store().at(3, 1, 50);
        await("the owner's head").atMost(LONG).until(() -> nodes.get(1).view().stalenessMillis(3) > 300);
        nodes.get(1).store().at(3, 1, 50);
        await("caught up").atMost(LONG).until(() -> nodes.get(1).view().stalenessMillis(3) < 300);
        await("its report")
                .atMost(LONG)
                .untilAsserted(() -> assertThat(nodes.get(2)
                                .reports()
                                .report(nodes.get(1).nodeId())
                                .copies()
                                .get(3)
                                .seq())
                        .isEqualTo(50));
    }

    @Test
    void owner_cutOff_provesNothingAndEverybodyGrowsStale() {
        await("fresh").atMost(LONG).until(() -> nodes.get(0).view().stalenessMillis(3) >= 0);
        nodes.get(1).stop();
        assertThat(nodes.get(0).proof().confirm(3).join()).as("two of three").isTrue();
        nodes.get(2).stop();
        assertThat(nodes.get(0).proof().confirm(3).join()).as("one of three").isFalse();
        await("down")
                .atMost(LONG)
                .untilAsserted(() -> assertThat(nodes.get(0)
                                .view()
                                .liveness(nodes.get(1).nodeId())
                                .state())
                        .isEqualTo(State.DOWN));
        assertThat(nodes.get(0).view().stalenessMillis(3)).isPositive();
        nodes.get(1).start();
        await("up again")
                .atMost(LONG)
                .untilAsserted(() -> assertThat(nodes.get(0)
                                .view()
                                .liveness(nodes.get(1).nodeId())
                                .state())
                        .isEqualTo(State.UP));
        await("proof again")
                .atMost(LONG)
                .until(() -> nodes.get(0).proof().confirm(3).join());
    }

    @Test
    void node_lostItsDisk_getsItsSeatsUnderANewId() throws IOException {
        await("the founding on record").atMost(LONG).until(() -> meta.plan() != null);
        MemberNode victim = nodes.get(2);
        String oldId = victim.nodeId();
        victim.wipe();
        victim.start();
        await("its new groups").atMost(LONG).until(victim::established);
        assertThat(victim.nodeId()).isNotEqualTo(oldId);
        assertThat(victim.hadEmptyGroups()).isTrue();
        assertThat(meta.plan().version()).isEqualTo(2);
        assertThat(meta.plan().nodes().stream().map(NodeEntry::nodeId))
                .contains(victim.nodeId())
                .doesNotContain(oldId);
        await("swapped in everywhere")
                .atMost(LONG)
                .untilAsserted(() -> assertThat(nodes.get(0).swaps())
                        .hasSize(13)
                        .allMatch(swap -> swap.endsWith(oldId + " by " + victim.nodeId())));
        await("everybody knows it").atMost(LONG).untilAsserted(() -> {
            for (MemberNode node : nodes) {
                assertThat(node.view().liveness(victim.nodeId()).state()).isEqualTo(State.UP);
                assertThat(node.problems()).isEmpty();
            }
        });
        nodes.forEach(MemberNode::stop);
        nodes.forEach(MemberNode::start);
        await("all back with the new roster")
                .atMost(LONG)
                .until(() -> nodes.stream().allMatch(MemberNode::established));
        assertThat(nodes).allMatch(node -> node.view().plan().version() == 2);
    }

    @Test
    void peerPort_strangers_areRefused() {
        ManagedChannel channel = new PeerDialer("00000000-0000-0000-0000-00000000abcd", "x")
                .dial(nodes.get(0).address());
        try {
            HeartbeatRequest request = HeartbeatRequest.getDefaultInstance();
            Status refusal = null;
            try {
                ClusterPeerServiceGrpc.newBlockingStub(channel).heartbeat(request);
            } catch (StatusRuntimeException e) {
                refusal = e.getStatus();
            }
            assertThat(refusal).isNotNull();
            assertThat(refusal.getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
            assertThat(refusal.getDescription())
                    .contains(nodes.get(0).view().plan().clusterId());
        } finally {
            channel.shutdownNow();
        }
    }
}
