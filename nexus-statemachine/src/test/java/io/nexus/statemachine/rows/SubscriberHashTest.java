package io.nexus.statemachine.rows;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SubscriberHashTest {
    /** Part of the durable format: if this fails the hash is wrong, not the test. */
    @Test
    void hash_matchesItsVectors() {
        assertThat(vector("a")).isEqualTo("ec26b9e70c6cd1ca");
        assertThat(vector("sub-000000001")).isEqualTo("1a9e7a7ad7833dde");
        assertThat(vector("6f1b2c3d-0e4f-4a5b-8c6d-7e8f90a1b2c3")).isEqualTo("77a56ba7ba0656fd");
        assertThat(vector("BNG7/ge-0/0/1:1042.17@münchen")).isEqualTo("222a4b69beaa29a4");
    }

    @Test
    void hash_ofTextAndOfItsBytes_areEqual() {
        String id = "BNG7/ge-0/0/1:1042.17@münchen";
        assertThat(SubscriberHash.of(id.getBytes(StandardCharsets.UTF_8))).isEqualTo(SubscriberHash.of(id));
    }

    @Test
    void hash_ofSimilarIds_differs() {
        Set<Long> seen = new HashSet<>();
        for (int i = 0; i < 100_000; i++) {
            assertThat(seen.add(SubscriberHash.of("sub-" + i))).isTrue();
        }
    }

    private static String vector(String id) {
        return String.format("%016x", SubscriberHash.of(id));
    }
}
