package io.nexus.api.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PeerAddressesTest {
    @ParameterizedTest
    @CsvSource({
        "nexus-0.nexus, nexus-0.nexus:9002",
        "Nexus-0:9102, nexus-0:9102",
        "' 10.0.0.1 ', 10.0.0.1:9002",
        "[::1], [0:0:0:0:0:0:0:1]:9002",
        "[2001:DB8::1]:7, [2001:db8:0:0:0:0:0:1]:7",
        "2001:db8::1, [2001:db8:0:0:0:0:0:1]:9002",
    })
    void normal_validEntry_hasOneSpelling(String entry, String normal) {
        assertThat(PeerAddresses.normal(entry)).isEqualTo(normal);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":9002",
                "host:",
                "host:0",
                "host:65536",
                "ho st",
                "[::1",
                "[zz]:1",
                "a:b:c",
                "[::ffff:10.0.0.1]:1",
                "http://x:1"
            })
    void normal_malformedEntry_isRefused(String entry) {
        assertThatThrownBy(() -> PeerAddresses.normal(entry)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void of_listWithAndWithoutSelf_isTheSame() {
        PeerAddresses all = PeerAddresses.of(List.of("n2", "n0:9002", "n1"), "n1:9002");
        assertThat(all.all()).containsExactly("n0:9002", "n1:9002", "n2:9002");
        assertThat(PeerAddresses.of(List.of("n2", "n0"), "n1")).isEqualTo(all);
        assertThat(all.others()).containsExactly("n0:9002", "n2:9002");
        assertThat(all.founder()).isEqualTo("n0:9002");
        assertThat(PeerAddresses.of(List.of(), "n1").all()).containsExactly("n1:9002");
    }

    @Test
    void of_entryTwice_isRefused() {
        assertThatThrownBy(() -> PeerAddresses.of(List.of("n0", "n0:9002"), "n1"))
                .hasMessageContaining("twice");
    }

    @Test
    void of_moreThanNineWithSelf_isRefused() {
        List<String> nine = List.of("a", "b", "c", "d", "e", "f", "g", "h", "i");
        assertThat(PeerAddresses.of(nine, "i").all()).hasSize(9);
        assertThatThrownBy(() -> PeerAddresses.of(nine, "j")).hasMessageContaining("10 nodes");
    }

    @Test
    void difference_otherList_isInWords() {
        PeerAddresses peers = PeerAddresses.of(List.of("a", "b"), "c");
        assertThat(peers.difference(List.of("b:9002", "c:9002", "d:9002"))).isEqualTo("without a:9002 and with d:9002");
        assertThat(peers.difference(peers.all())).isEmpty();
    }
}
