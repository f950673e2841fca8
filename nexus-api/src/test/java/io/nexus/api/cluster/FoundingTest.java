package io.nexus.api.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nexus.api.cluster.FoundingNode.Death;
import io.nexus.statemachine.model.ClusterPlan;
import io.nexus.statemachine.model.NodeEntry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Founding over real connections; {@link FoundingProperties} covers the schedules that these cannot force. */
final class FoundingTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    Path root;

    private final List<FoundingNode> nodes = new ArrayList<>();

    @AfterEach
    void stop() {
        nodes.forEach(FoundingNode::close);
    }

    @Test
    void oneNode_noPeers_foundsAlone() {
        create(1);
        nodes.get(0).start();
        awaitOneCluster();
        assertThat(nodes.get(0).plan().seats())
                .allMatch(members -> members.equals(List.of(nodes.get(0).nodeId())));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0,1,2", "0,2,1", "1,0,2", "1,2,0", "2,0,1", "2,1,0"})
    void threeNodes_anyStartOrder_foundOneCluster(String order) {
        create(3);
        for (String index : order.split(",")) {
            assertThat(nodes).noneMatch(FoundingNode::inForce);
            nodes.get(Integer.parseInt(index)).start();
        }
        awaitOneCluster();
        assertThat(nodes.get(0).plan().nodes().stream().map(NodeEntry::peerAddr))
                .isEqualTo(nodes.stream().map(node -> node.address).toList());
    }

    @Test
    void fiveNodes_someStartOrders_foundOneCluster() {
        long seed = Long.getLong("seed", System.nanoTime());
        create(5);
        List<FoundingNode> order = new ArrayList<>(nodes);
        Collections.shuffle(order, new Random(seed));
        order.forEach(FoundingNode::start);
        awaitOneCluster();
        assertThat(nodes.get(0).plan().seats().get(0)).as("seed " + seed).hasSize(5);
    }

    @Test
    void threeNodes_listsWithoutSelf_foundOneCluster() {
        create(3);
        List<String> all = nodes.stream().map(node -> node.address).toList();
        nodes.clear();
        for (String self : all) {
            List<String> others =
                    all.stream().filter(address -> !address.equals(self)).toList();
            nodes.add(new FoundingNode(root.resolve(self), self, others, TestTerms.SETTINGS));
        }
        nodes.forEach(FoundingNode::start);
        awaitOneCluster();
    }

    @ParameterizedTest
    @CsvSource({"BEFORE_OFFER, 1", "AFTER_OFFER, 1", "BEFORE_OFFER, 2", "AFTER_OFFER, 2"})
    void founder_diesAtAnOffer_resumesWithTheSamePlan(Death death, int offer) {
        create(3);
        FoundingNode founder = nodes.get(0);
        founder.dieAt(death, offer);
        nodes.forEach(FoundingNode::start);
        await("death of the founder").atMost(LONG).until(() -> !founder.isUp());
        String cluster = founder.plan().clusterId();
        founder.start();
        awaitOneCluster();
        assertThat(founder.plan().clusterId()).isEqualTo(cluster);
    }

    @Test
    void founder_losesItsDiskAfterAnOffer_foundsNothingElse() throws IOException {
        create(3);
        FoundingNode founder = nodes.get(0);
        founder.dieAt(Death.AFTER_OFFER, 1);
        nodes.forEach(FoundingNode::start);
        await("death of the founder").atMost(LONG).until(() -> !founder.isUp());
        founder.wipe();
        founder.start();
        await("what to do")
                .atMost(LONG)
                .untilAsserted(() -> assertThat(founder.reasons())
                        .anyMatch(reason ->
                                reason.contains("lost its disk") && reason.contains("empty their data directories")));
        assertThat(clusters()).hasSize(1);
        assertThat(nodes).noneMatch(FoundingNode::inForce);
    }

    @Test
    void threeNodes_killedAndStartedAgain_remember() {
        create(3);
        nodes.forEach(FoundingNode::start);
        awaitOneCluster();
        Set<String> before = clusters();
        nodes.forEach(FoundingNode::crash);
        nodes.get(2).start();
        await("the plan of the last run").atMost(LONG).until(nodes.get(2)::inForce);
        nodes.get(0).start();
        nodes.get(1).start();
        awaitOneCluster();
        assertThat(clusters()).isEqualTo(before);
    }

    @Test
    void wipedNode_ofARunningCluster_doesNotFoundAnother() throws IOException {
        create(3);
        nodes.forEach(FoundingNode::start);
        awaitOneCluster();
        Set<String> before = clusters();
        nodes.get(0).wipe();
        nodes.get(0).start();
        // These nodes have no meta group to ask; what matters here is what the blank node does not do.
        await("asks for its seats")
                .atMost(LONG)
                .untilAsserted(() ->
                        assertThat(nodes.get(0).reasons()).anyMatch(reason -> reason.contains("asks for the seats")));
        assertThat(clusters()).isEqualTo(before);
        assertThat(nodes.get(0).plan()).isNull();
    }

    @Test
    void unequalLists_noCluster_bothSidesSayWhy() {
        List<String> all = FoundingNode.freeAddresses(4);
        nodes.add(node(all.get(0), all.subList(0, 3), TestTerms.SETTINGS));
        nodes.add(node(all.get(1), all.subList(0, 3), TestTerms.SETTINGS));
        nodes.add(node(all.get(2), List.of(all.get(0), all.get(1), all.get(3)), TestTerms.SETTINGS));
        nodes.forEach(FoundingNode::start);
        await("the difference").atMost(LONG).untilAsserted(() -> {
            assertThat(nodes.get(0).reasons())
                    .anyMatch(reason -> reason.contains("another peer list, with " + all.get(3)));
            assertThat(nodes.get(2).reasons())
                    .anyMatch(reason -> reason.contains("another peer list, without " + all.get(3)));
        });
        assertThat(clusters()).isEmpty();
    }

    @Test
    void askedByAStranger_notOnTheList_saysSo() {
        List<String> all = FoundingNode.freeAddresses(3);
        nodes.add(node(all.get(0), all.subList(0, 2), TestTerms.SETTINGS));
        nodes.add(node(all.get(2), all.subList(0, 1), TestTerms.SETTINGS));
        nodes.forEach(FoundingNode::start);
        await("the stranger")
                .atMost(LONG)
                .untilAsserted(() -> assertThat(nodes.get(0).reasons())
                        .anyMatch(reason ->
                                reason.startsWith("peer " + all.get(2) + " was started with another peer list")));
    }

    @Test
    void unequalSettings_noCluster_namesTheKey() {
        List<String> all = FoundingNode.freeAddresses(2);
        nodes.add(node(all.get(0), all, TestTerms.SETTINGS));
        nodes.add(node(all.get(1), all, new HardSettings(null, 24, 7, 1, 20)));
        nodes.forEach(FoundingNode::start);
        await("the difference").atMost(LONG).untilAsserted(() -> {
            assertThat(nodes.get(0).reasons())
                    .anyMatch(reason -> reason.contains("cluster.segments is 24 there but 12 here"));
            assertThat(nodes.get(1).reasons())
                    .anyMatch(reason -> reason.contains("cluster.segments is 12 there but 24 here"));
        });
        assertThat(clusters()).isEmpty();
    }

    @Test
    void twoAddressesOfOneNode_noCluster_saysSo() {
        List<String> all = FoundingNode.freeAddresses(1);
        String alias = all.get(0).replace("127.0.0.1", "localhost");
        nodes.add(node(all.get(0), List.of(all.get(0), alias), TestTerms.SETTINGS));
        nodes.get(0).start();
        await("the alias")
                .atMost(LONG)
                .untilAsserted(() -> assertThat(nodes.get(0).reasons())
                        .anyMatch(reason -> reason.contains("says that its address is " + all.get(0))));
    }

    private void create(int count) {
        List<String> all = FoundingNode.freeAddresses(count);
        all.forEach(address -> nodes.add(node(address, all, TestTerms.SETTINGS)));
    }

    private FoundingNode node(String address, List<String> list, HardSettings settings) {
        return new FoundingNode(root.resolve(address.replace(':', '-')), address, list, settings);
    }

    private void awaitOneCluster() {
        await("one cluster of all").atMost(LONG).until(() -> nodes.stream().allMatch(FoundingNode::inForce));
        assertThat(clusters()).hasSize(1);
        assertThat(nodes).allSatisfy(node -> assertThat(node.reasons()).isEmpty());
    }

    private Set<String> clusters() {
        return nodes.stream()
                .map(FoundingNode::plan)
                .filter(Objects::nonNull)
                .map(ClusterPlan::clusterId)
                .collect(Collectors.toSet());
    }
}
