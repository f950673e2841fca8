package io.nexus.api.client.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which node is asked; nothing is connected here. */
final class NodeSetTest {
    private static final long SECOND = 1_000_000_000L;

    private final NodeSet nodes = new NodeSet(3);

    @AfterEach
    void close() {
        nodes.close();
    }

    private NodeLink add(int number) {
        return nodes.add(new HostAndPort("192.0.2." + number, 9000));
    }

    @Test
    void nodeThatFailed_isLeftAlone_forLongerEachTime_andAskedIfThereIsNoOther() {
        NodeLink bad = add(1);
        NodeLink good = add(2);
        long now = System.nanoTime();
        long before = 0;
        for (int i = 0; i < 4; i++) {
            bad.began();
            bad.failed(now);
            assertThat(bad.avoidedNanos(now)).isGreaterThan(before);
            before = bad.avoidedNanos(now);
        }
        for (int i = 0; i < 50; i++) {
            assertThat(nodes.pick(Set.of(), now)).isSameAs(good);
        }
        assertThat(nodes.pick(Set.of(good), now)).isSameAs(bad);
        assertThat(nodes.pick(Set.of(good, bad), now)).isNull();
        assertThat(bad.avoidedNanos(now + 20 * SECOND)).isZero();
        bad.began();
        bad.answered(1_000);
        assertThat(bad.avoidedNanos(now)).isZero();
    }

    @Test
    void slowNode_isAskedLess_butNotNever() {
        NodeLink slow = add(1);
        NodeLink quick = add(2);
        NodeLink other = add(3);
        for (NodeLink link : List.of(slow, quick, other)) {
            link.began();
            link.answered(link == slow ? 50_000_000 : 1_000_000);
        }
        Set<NodeLink> asked = new HashSet<>();
        int slowAsked = 0;
        for (int i = 0; i < 200; i++) {
            NodeLink link = nodes.pick(Set.of(), System.nanoTime());
            slowAsked += link == slow ? 1 : 0;
            asked.add(link);
        }
        assertThat(slowAsked).isZero();
        assertThat(asked).containsExactlyInAnyOrder(quick, other);
        for (int i = 0; i < 200; i++) {
            quick.began();
            other.began();
        }
        assertThat(nodes.pick(Set.of(other), System.nanoTime()))
                .as("less to do there")
                .isSameAs(slow);
        assertThat(nodes.pick(Set.of(quick), System.nanoTime() + 100 * SECOND))
                .as("nobody is slow for ever")
                .isSameAs(slow);
    }

    @Test
    void limit_holds_andOnlyADeadNodeMakesRoom() {
        NodeLink dead = add(1);
        add(2);
        add(3);
        assertThat(add(4)).isNull();
        assertThat(add(3)).as("known already").isNotNull();
        for (int i = 0; i < 10; i++) {
            dead.began();
            dead.failed(System.nanoTime());
        }
        assertThat(add(4)).isNotNull();
        assertThat(nodes.all()).hasSize(3).doesNotContain(dead);
    }

    @Test
    void nodes_areLearnt_onceAndOnlyWhereTheyCanBeReached() {
        NodeLink first = add(1);
        nodes.learn("a", "192.0.2.1:9000", true);
        nodes.learn("b", "0.0.0.0:9000", true);
        nodes.learn("c", "nonsense", true);
        nodes.learn("d", "192.0.2.4:9000", false);
        assertThat(nodes.byId("a")).isSameAs(first);
        assertThat(nodes.all()).hasSize(1);
        nodes.learn("d", "192.0.2.4:9000", true);
        assertThat(nodes.byId("d").address()).hasToString("192.0.2.4:9000");
        nodes.identify(first, "e");
        assertThat(nodes.byId("a")).as("the address has another node now").isNull();
    }

    @Test
    void address_isRead() {
        assertThat(HostAndPort.parse("nexus-1.example:9000")).isEqualTo(new HostAndPort("nexus-1.example", 9000));
        assertThat(HostAndPort.parse("[2001:db8::1]:9000")).hasToString("[2001:db8::1]:9000");
        assertThat(HostAndPort.parse("[2001:db8::1]:9000").isLiteral()).isTrue();
        assertThat(HostAndPort.parse("10.0.0.1:9000").isLiteral()).isTrue();
        assertThat(HostAndPort.parse("localhost:9000").isLiteral()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "host", ":9000", "host:", "host:x", "host:0", "host:70000", "2001:db8::1:9000", "[]:1"})
    void badAddress_isNamed(String text) {
        assertThatThrownBy(() -> HostAndPort.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "'");
    }
}
