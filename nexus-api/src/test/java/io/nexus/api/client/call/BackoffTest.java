package io.nexus.api.client.call;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class BackoffTest {
    @Test
    void pause_grows_isJittered_andBounded() {
        for (double random : new double[] {0, 0.5, 0.999}) {
            Backoff backoff = new Backoff(50, 800, () -> random);
            long full = 50;
            for (int round = 1; round < 40; round++) {
                assertThat(backoff.pauseNanos(round, 0)).isBetween(full / 2, full);
                full = Math.min(800, full * 2);
            }
        }
        assertThat(new Backoff(50, 800, () -> 0).pauseNanos(3, 0))
                .isNotEqualTo(new Backoff(50, 800, () -> 0.9).pauseNanos(3, 0));
    }

    @Test
    void whatTheNodeAsksFor_isNeverUndercut() {
        for (double random : new double[] {0, 0.999}) {
            assertThat(new Backoff(50, 800, () -> random).pauseNanos(1, 4_000)).isBetween(4_000L, 4_500L);
        }
    }
}
