package io.nexus.statemachine.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PoolPlacementTest {

    /** Computed apart from the code, from its description. */
    @ParameterizedTest
    @CsvSource({
        "0, '', 7bd3144f29c0cc9e",
        "42, residential, 9b19620ed775b62a",
        "-1, p/ü, 7ea39b696e240889",
    })
    void hash_ofTheVectors_neverChanges(long seed, String text, String hash) {
        assertThat(Long.toHexString(PoolPlacement.hash(seed, text))).isEqualTo(hash);
    }

    @Test
    void segment_ofManyPools_isEven() {
        int[] pools = new int[13];
        for (int i = 0; i < 12_000; i++) {
            pools[PoolPlacement.segment(42, "pool-" + i, 12)]++;
        }

        assertThat(pools[0]).isZero();
        for (int segment = 1; segment <= 12; segment++) {
            assertThat(pools[segment]).isBetween(850, 1150);
        }
    }
}
