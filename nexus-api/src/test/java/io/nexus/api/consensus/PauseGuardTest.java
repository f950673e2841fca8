package io.nexus.api.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.api.metrics.Meters;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PauseGuardTest {
    private static final long START = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(10); // the clock wraps meanwhile

    private final Meters meters = new Meters();
    private final PauseGuard guard = new PauseGuard(
            new PauseGuard.Limits(Duration.ofSeconds(2), Duration.ofSeconds(1)), new ConsensusMetrics(meters));

    @Test
    void refuses_notStarted_no() {
        assertThat(guard.refuses(START)).isFalse();
    }

    @Test
    void refuses_beatsGoOn_no() {
        for (long seconds = 0; seconds <= 20; seconds += 2) {
            guard.beat(at(seconds));
            assertThat(guard.refuses(at(seconds))).isFalse();
            assertThat(guard.refuses(at(seconds + 1))).isFalse();
        }
        assertThat(pauses()).isZero();
    }

    @Test
    void refuses_noBeatForLong_yesBeforeTheNextBeat() {
        guard.beat(at(0));
        assertThat(guard.refuses(at(3))).isTrue();
    }

    @Test
    void refuses_afterAPause_forAMoment() {
        guard.beat(at(0));
        guard.beat(at(9));
        assertThat(guard.refuses(at(9))).isTrue();
        guard.beat(at(10) - 1);
        assertThat(guard.refuses(at(10) - 1)).isTrue();
        guard.beat(at(10));
        assertThat(guard.refuses(at(10))).isFalse();
        assertThat(pauses()).isEqualTo(1);
    }

    private long pauses() {
        return meters.counter(ConsensusMetrics.PAUSES).getCount();
    }

    private static long at(long seconds) {
        return START + TimeUnit.SECONDS.toNanos(seconds);
    }
}
