package io.nexus.api.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nexus.statemachine.model.ClusterPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DataDirectoryTest {
    private static final String ADDRESS = "n0:9002";

    @TempDir
    Path root;

    @Test
    void open_emptyDirectory_drawsAnIdentityThatStays() {
        String nodeId = withIdentity(NodeIdentity::nodeId);
        assertThat(nodeId).hasSize(36);
        assertThat(withIdentity(NodeIdentity::nodeId)).isEqualTo(nodeId);
        assertThat(withIdentity(NodeIdentity::stage)).isEqualTo(Stage.BLANK);
    }

    @Test
    void open_wholeWayIntoACluster_isRemembered() throws IOException {
        ClusterPlan plan = withIdentity(identity -> {
            ClusterPlan drawn = plan(identity, 3);
            identity.accept(drawn);
            return drawn;
        });
        assertThat(withIdentity(NodeIdentity::plan)).isEqualTo(plan);
        withIdentity(identity -> {
            identity.inForce();
            return null;
        });
        fill();
        withIdentity(identity -> {
            identity.keepGroups(List.of(2, 0, 1));
            identity.founded();
            identity.keep(next(plan));
            return null;
        });
        assertThat(withIdentity(NodeIdentity::stage)).isEqualTo(Stage.FOUNDED);
        assertThat(withIdentity(NodeIdentity::groups)).isEqualTo(Set.of(0, 1, 2));
        assertThat(withIdentity(NodeIdentity::plan)).isEqualTo(next(plan));
    }

    @Test
    void keep_newerPlanWhileForming_isIgnored() {
        withIdentity(identity -> {
            ClusterPlan plan = plan(identity, 3);
            identity.accept(plan);
            identity.inForce();
            identity.keep(next(plan));
            assertThat(identity.plan()).isEqualTo(plan);
            return null;
        });
    }

    @Test
    void accept_secondPlan_breaksAnInvariant() {
        withIdentity(identity -> {
            identity.accept(plan(identity, 3));
            assertThatThrownBy(() -> identity.accept(plan(identity, 1))).hasMessageContaining("second plan");
            assertThatThrownBy(() -> identity.replace(plan(identity, 1))).hasMessageContaining("second cluster");
            return null;
        });
    }

    @Test
    void open_lockedByAnother_isRefused() {
        try (NodeIdentity first = open(TestTerms.SETTINGS)) {
            assertThat(first.nodeId()).isNotEmpty();
            assertThatThrownBy(() -> open(TestTerms.SETTINGS))
                    .isInstanceOfSatisfying(
                            IdentityRefused.class,
                            refused -> assertThat(refused.byConfiguration()).isFalse())
                    .hasMessageContaining("Another process");
        }
    }

    @Test
    void open_identityMissingBesideData_isRefused() throws IOException {
        fill();
        assertThatThrownBy(() -> open(TestTerms.SETTINGS))
                .isInstanceOf(IdentityRefused.class)
                .hasMessageContaining("node.json is missing");
    }

    @Test
    void open_foundedWithoutItsData_isRefused() throws IOException {
        found();
        Files.delete(root.resolve("store/rows"));
        assertThatThrownBy(() -> open(TestTerms.SETTINGS))
                .hasMessageContaining("store")
                .hasMessageContaining("lost what it promised");
        Files.createFile(root.resolve("store/rows"));
        Files.delete(root.resolve("raft/log"));
        assertThatThrownBy(() -> open(TestTerms.SETTINGS)).hasMessageContaining("raft");
    }

    @Test
    void open_blankIdentityBesideGroups_isRefused() throws IOException {
        withIdentity(NodeIdentity::nodeId);
        fill();
        assertThatThrownBy(() -> open(TestTerms.SETTINGS)).hasMessageContaining("older than the directory");
    }

    @Test
    void open_otherHardSettings_nameKeyAndBothValues() throws IOException {
        found();
        assertThatThrownBy(() -> open(new HardSettings(null, 24, 7, 2, 20)))
                .isInstanceOfSatisfying(
                        IdentityRefused.class,
                        refused -> assertThat(refused.byConfiguration()).isTrue())
                .hasMessageContaining("cluster.segments is 12")
                .hasMessageContaining("24 in the configuration");
        assertThatThrownBy(() -> open(new HardSettings(null, 12, 8, 2, 20))).hasMessageContaining("hash seed is 7");
        assertThatThrownBy(() -> open(new HardSettings(null, 12, 7, 3, 20)))
                .hasMessageContaining("format version is 2");
        assertThatThrownBy(() -> open(new HardSettings(null, 12, 7, 2, 150)))
                .hasMessageContaining("hashring.virtual_nodes is 20");
        String other = "00000000-0000-0000-0000-00000000000f";
        assertThatThrownBy(() -> open(new HardSettings(other, 12, 7, 2, 20))).hasMessageContaining(other);
    }

    @Test
    void open_otherPeerAddress_isRefused() throws IOException {
        found();
        assertThatThrownBy(() -> new DataDirectory(root).open(TestTerms.SETTINGS, TestTerms.addresses("n7:9002")))
                .hasMessageContaining("peer address of this node is n0:9002")
                .hasMessageContaining("n7:9002");
    }

    @Test
    void open_damagedFile_isRefused() throws IOException {
        withIdentity(NodeIdentity::nodeId);
        for (String damage : List.of("", "{", "{\"format\": 2}", "[]", "{\"nodeId\": \"x\", \"stage\": \"BLANK\"}")) {
            Files.writeString(root.resolve("node.json"), damage);
            assertThatThrownBy(() -> open(TestTerms.SETTINGS))
                    .isInstanceOf(IdentityRefused.class)
                    .hasMessageContaining("cannot be read");
        }
    }

    @Test
    void open_draftLeftByACrash_isIgnored() throws IOException {
        String nodeId = withIdentity(NodeIdentity::nodeId);
        Files.writeString(root.resolve("node.json.tmp"), "{ half");
        assertThat(withIdentity(NodeIdentity::nodeId)).isEqualTo(nodeId);
    }

    private void found() throws IOException {
        withIdentity(identity -> {
            identity.accept(plan(identity, 3));
            identity.inForce();
            identity.keepGroups(List.of(0));
            identity.founded();
            return null;
        });
        fill();
    }

    private void fill() throws IOException {
        Files.createDirectories(root.resolve("raft"));
        Files.createDirectories(root.resolve("store"));
        Files.createFile(root.resolve("raft/log"));
        Files.createFile(root.resolve("store/rows"));
    }

    private static ClusterPlan plan(NodeIdentity identity, int nodes) {
        return TestPlans.plan(identity.nodeId(), ADDRESS, nodes);
    }

    private static ClusterPlan next(ClusterPlan plan) {
        return TestPlans.next(plan, plan.nodes(), plan.seats());
    }

    private NodeIdentity open(HardSettings settings) {
        return new DataDirectory(root).open(settings, TestTerms.addresses(ADDRESS));
    }

    private <T> T withIdentity(Function<NodeIdentity, T> use) {
        try (NodeIdentity identity = open(TestTerms.SETTINGS)) {
            return use.apply(identity);
        }
    }
}
