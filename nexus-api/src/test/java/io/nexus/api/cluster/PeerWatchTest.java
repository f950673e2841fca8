package io.nexus.api.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.api.cluster.ClusterView.Liveness;
import io.nexus.api.cluster.ClusterView.State;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class PeerWatchTest {
    private long now;
    private final PeerWatch watch = new PeerWatch(HeartbeatSettings.DEFAULT, () -> now);

    @Test
    void liveness_neverAnswered_isSuspectThenDown() {
        watch.watch(List.of("b"));
        assertThat(watch.liveness("b")).isEqualTo(new Liveness(State.SUSPECT, -1));
        pass(31);
        assertThat(watch.liveness("b")).isEqualTo(new Liveness(State.DOWN, -1));
    }

    @Test
    void liveness_missedHeartbeats_upSuspectDownUp() {
        watch.watch(List.of("b"));
        answered();
        watch.missed("b", "timeout");
        watch.missed("b", "timeout");
        assertThat(watch.liveness("b").state()).isEqualTo(State.UP);
        pass(2);
        watch.missed("b", "timeout");
        assertThat(watch.liveness("b")).isEqualTo(new Liveness(State.SUSPECT, 2_000));
        pass(29);
        assertThat(watch.liveness("b").state()).isEqualTo(State.DOWN);
        answered();
        assertThat(watch.liveness("b")).isEqualTo(new Liveness(State.UP, 0));
    }

    @Test
    void liveness_notInTheRoster_isDownAndForgotten() {
        watch.watch(List.of("b"));
        answered();
        watch.watch(List.of("c"));
        assertThat(watch.liveness("b")).isEqualTo(new Liveness(State.DOWN, -1));
        assertThat(watch.report("b")).isNull();
        answered();
        assertThat(watch.reports()).isEmpty();
    }

    private void answered() {
        watch.answered(new PeerReport("b", now, Set.of(), Map.of(), Map.of()));
    }

    private void pass(long seconds) {
        now += TimeUnit.SECONDS.toNanos(seconds);
    }
}
