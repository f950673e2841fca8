package io.nexus.api.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.api.cluster.FoundingRules.Action;
import io.nexus.api.cluster.FoundingRules.Answer;
import io.nexus.api.cluster.FoundingRules.Verdict;
import io.nexus.api.peer.v1.HelloReply;
import io.nexus.api.peer.v1.NodeInfo;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class FoundingRulesTest {
    private static final PeerAddresses PEERS = PeerAddresses.of(List.of("n0", "n1", "n2"), "n0");

    private final FoundingTerms terms = TestTerms.of(PEERS);

    @Test
    void blankNodes_withNamesOfTheirOwn_areFounded() {
        assertThat(judge("b", "c").action()).isEqualTo(Action.DRAW);
    }

    @Test
    void twoNodesOfOneName_wait_andBothAreNamed() {
        Verdict peers = judge("b", "b");
        assertThat(peers.action()).isEqualTo(Action.WAIT);
        assertThat(peers.reasons())
                .containsExactly(
                        "the nodes at n1:9002 and n2:9002 are both called b: give each a cluster.peer_id of its"
                                + " own");
        assertThat(judge("b", terms.self().name()).reasons())
                .singleElement()
                .asString()
                .startsWith("the nodes at n0:9002 and n2:9002 are both called");
    }

    private Verdict judge(String nameOfN1, String nameOfN2) {
        return new FoundingRules(terms)
                .judge(
                        StoredIdentity.blank("00000000-0000-4000-8000-000000000000"),
                        Map.of(
                                "n1:9002", blank("id-1", nameOfN1, "n1:9002"),
                                "n2:9002", blank("id-2", nameOfN2, "n2:9002")));
    }

    private Answer<HelloReply> blank(String nodeId, String name, String address) {
        return new Answer<>(
                HelloReply.newBuilder()
                        .setNode(NodeInfo.newBuilder()
                                .setNodeId(nodeId)
                                .setName(name)
                                .setPeerAddr(address))
                        .setBlank(true)
                        .addAllPeers(PEERS.all())
                        .setSettings(terms.wire())
                        .build(),
                "");
    }
}
