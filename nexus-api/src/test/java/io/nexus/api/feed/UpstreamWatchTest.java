package io.nexus.api.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.api.feed.UpstreamWatch.Finding;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Times are in milliseconds; the watch looks every quarter of a second, as the feed does. */
class UpstreamWatchTest {
    private static final long STEP = 250;

    private final UpstreamWatch watch = new UpstreamWatch();
    private long now = 1_000_000;
    private long heard = now;
    private long seq = 100;

    @BeforeEach
    void choose() {
        watch.chosen(nanos(now));
    }

    @Test
    void silentForMoreThanThreeSeconds_isLeft() {
        assertThat(lookFor(3_000, 100, 100)).isEqualTo(Finding.FINE);
        assertThat(lookFor(250, 100, 100)).isEqualTo(Finding.SILENT);
    }

    @Test
    void upstreamThatStaysBehindTheBestNode_isLeftAboutASecondAfterHalfASecond() {
        assertThat(speaks(2_000, 100, 200)).isEqualTo(Finding.FINE);
        assertThat(speaks(250, 100, 200)).isEqualTo(Finding.LAGGING);
    }

    @Test
    void upstreamThatIsAlwaysAMomentBehind_stays() {
        for (int i = 0; i < 100; i++) {
            seq += 10;
            assertThat(speaks(STEP, seq, seq + 10)).isEqualTo(Finding.FINE);
        }
    }

    @Test
    void upstreamThatGoesOnButAlwaysASecondBehind_isLeft() {
        Finding finding = Finding.FINE;
        for (int i = 0; i < 12 && finding == Finding.FINE; i++) {
            seq += 10;
            finding = speaks(STEP, seq, seq + 40);
        }
        assertThat(finding).isEqualTo(Finding.LAGGING);
    }

    @Test
    void upstreamThatSaidNothingOfItsPosition_isJudgedByWhatComes() {
        assertThat(speaks(2_750, -1, 200)).isEqualTo(Finding.FINE);
        assertThat(speaks(750, -1, 200)).isEqualTo(Finding.OVERTAKEN);
    }

    @Test
    void anotherUpstream_isJudgedAnew() {
        assertThat(speaks(1_500, 100, 200)).isEqualTo(Finding.FINE);
        choose();
        assertThat(speaks(1_500, 100, 200)).isEqualTo(Finding.FINE);
    }

    private Finding speaks(long millis, long upstreamSeq, long best) {
        Finding finding = Finding.FINE;
        for (long passed = 0; passed < millis; passed += STEP) {
            heard = now + STEP;
            finding = lookFor(STEP, upstreamSeq, best);
        }
        return finding;
    }

    private Finding lookFor(long millis, long upstreamSeq, long best) {
        now += millis;
        return watch.look(nanos(now), nanos(heard), seq, upstreamSeq, best);
    }

    private static long nanos(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }
}
