package io.nexus.crdt.records;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HybridClockTest {
    private final HybridClock clock = new HybridClock(500, 0);

    @Test
    void stamps_grow_whateverThePhysicalClockDoes() {
        long first = clock.next(1_000);
        long same = clock.next(1_000);
        long back = clock.next(10);
        long later = clock.next(1_001);
        assertThat(new long[] {first, same, back, later}).isSorted().doesNotHaveDuplicates();
        assertThat(Hlc.millis(back)).isEqualTo(1_000);
        assertThat(Hlc.millis(later)).isEqualTo(1_001);
    }

    @Test
    void nextStamp_isAfterWhatWasSeen() {
        clock.observe(Hlc.ofMillis(1_300) + 7);
        assertThat(clock.next(1_000)).isEqualTo(Hlc.ofMillis(1_300) + 8);
    }

    @Test
    void farFuture_isNotAccepted() {
        assertThat(clock.accepts(Hlc.ofMillis(1_500), 1_000)).isTrue();
        assertThat(clock.accepts(Hlc.ofMillis(1_501), 1_000)).isFalse();
    }

    @Test
    void forgetful_isLaterThanAllThatItCouldAccept() {
        long seen = Hlc.ofMillis(1_500) + 0xffff;
        assertThat(clock.accepts(seen, 1_000)).isTrue();
        clock.forgot(1_000);
        assertThat(clock.next(1_000)).isGreaterThan(seen);
    }

    @Test
    void manyStamps_inOneMillisecond_borrowTheNext() {
        long last = clock.next(1_000);
        for (int i = 0; i < 70_000; i++) {
            long next = clock.next(1_000);
            assertThat(next).isEqualTo(last + 1);
            last = next;
        }
        assertThat(Hlc.millis(last)).isEqualTo(1_001);
    }
}
