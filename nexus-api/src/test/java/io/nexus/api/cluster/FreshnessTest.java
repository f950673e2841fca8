package io.nexus.api.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class FreshnessTest {
    private static final int SEGMENT = 3;

    private final FakeStore store = new FakeStore();
    private long now = -TimeUnit.DAYS.toNanos(400);
    private final Freshness freshness =
            new Freshness(segment -> store.segment(segment).position(), () -> now);

    @Test
    void staleness_nothingHeard_isUnknown() {
        store.at(SEGMENT, 1, 10);
        assertThat(staleness()).isEqualTo(-1);
    }

    @Test
    void staleness_headReached_growsWithTime() {
        store.at(SEGMENT, 1, 10);
        freshness.observe(SEGMENT, 1, 10, now);
        assertThat(staleness()).isZero();
        pass(250);
        assertThat(staleness()).isEqualTo(250);
        now++;
        assertThat(staleness()).as("rounded up").isEqualTo(251);
        pass(600_000);
        assertThat(staleness()).isEqualTo(600_251);
    }

    @Test
    void staleness_headAhead_countsFromTheLastOneReached() {
        store.at(SEGMENT, 1, 10);
        freshness.observe(SEGMENT, 1, 10, now);
        pass(100);
        freshness.observe(SEGMENT, 1, 12, now);
        pass(50);
        assertThat(staleness()).isEqualTo(150);
        store.at(SEGMENT, 1, 11);
        assertThat(staleness()).isEqualTo(150);
        store.at(SEGMENT, 1, 12);
        assertThat(staleness()).isEqualTo(50);
    }

    @Test
    void staleness_neverReachedAnything_isUnknown() {
        freshness.observe(SEGMENT, 1, 1, now);
        assertThat(staleness()).isEqualTo(-1);
        store.at(SEGMENT, 1, 1);
        assertThat(staleness()).isZero();
    }

    @Test
    void staleness_manyHeadsWhileBehind_theOldestAreReachedFirst() {
        store.at(SEGMENT, 1, 0);
        freshness.observe(SEGMENT, 1, 0, now);
        for (int seq = 1; seq <= 100; seq++) {
            pass(500);
            freshness.observe(SEGMENT, 1, seq, now);
        }
        store.at(SEGMENT, 1, 1);
        assertThat(staleness()).isEqualTo(99 * 500);
        store.at(SEGMENT, 1, 100);
        assertThat(staleness()).isZero();
    }

    @Test
    void staleness_oldProofFromADeposedOwner_doesNotMakeItYounger() {
        store.at(SEGMENT, 1, 10);
        freshness.observe(SEGMENT, 1, 10, now);
        pass(1_000);
        freshness.observe(SEGMENT, 1, 9, now - TimeUnit.SECONDS.toNanos(5));
        assertThat(staleness()).isEqualTo(1_000);
    }

    @Test
    void staleness_otherIncarnation_isNotComparedBySeq() {
        store.at(SEGMENT, 1, 10);
        freshness.observe(SEGMENT, 2, 5, now);
        assertThat(staleness()).as("the new branch is not here yet").isEqualTo(-1);
        store.at(SEGMENT, 2, 5);
        assertThat(staleness()).isZero();
        pass(10);
        freshness.observe(SEGMENT, 1, 3, now);
        assertThat(staleness()).as("the old branch is given up").isEqualTo(10);
    }

    /** An owner that acknowledges, followers that lag, heartbeats that are slow: the bound is never too small. */
    @Test
    void staleness_randomHistory_isNeverBelowTheTruth() {
        long first = Long.getLong("seed", System.nanoTime());
        for (long seed = first; seed < first + 200; seed++) {
            Random random = new Random(seed);
            FakeStore copy = new FakeStore();
            long[] clock = {random.nextLong() / 4};
            Freshness bound = new Freshness(segment -> copy.segment(segment).position(), () -> clock[0]);
            TreeMap<Long, Long> acknowledgedAt = new TreeMap<>();
            long head = 0;
            long here = 0;
            copy.at(SEGMENT, 1, 0);
            for (int step = 0; step < 500; step++) {
                clock[0] += random.nextInt(100_000_000);
                switch (random.nextInt(4)) {
                    case 0 -> acknowledgedAt.put(++head, clock[0]);
                    case 1 -> {
                        here = Math.min(head, here + random.nextInt(4));
                        copy.at(SEGMENT, 1, here);
                    }
                    case 2 -> {
                        // Sent, answered with a proof of some age, received: the times of all three differ.
                        long sent = clock[0];
                        long answered = sent + random.nextInt(50_000_000);
                        long proof = answered - random.nextInt(500_000_000);
                        long seq = head;
                        clock[0] = answered + random.nextInt(50_000_000);
                        bound.observe(SEGMENT, 1, seq, sent - (answered - proof));
                    }
                    default -> {
                        long stale = bound.stalenessMillis(SEGMENT);
                        Long missing = acknowledgedAt.get(here + 1);
                        long truth = missing == null ? 0 : clock[0] - missing;
                        if (stale >= 0) {
                            assertThat(TimeUnit.MILLISECONDS.toNanos(stale))
                                    .as("seed " + seed)
                                    .isGreaterThanOrEqualTo(truth);
                        }
                    }
                }
            }
        }
    }

    private long staleness() {
        return freshness.stalenessMillis(SEGMENT);
    }

    private void pass(long millis) {
        now += TimeUnit.MILLISECONDS.toNanos(millis);
    }
}
