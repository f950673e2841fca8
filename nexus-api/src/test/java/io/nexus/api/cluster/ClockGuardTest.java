package io.nexus.api.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Times are in milliseconds of the test; the truth is {@code now}. */
final class ClockGuardTest {
    private static final long HOUR = Duration.ofHours(1).toMillis();
    private static final long START = 1_800_000_000_000L;

    private long now = START;
    private long offMillis;
    private final ClockGuard guard = new ClockGuard(
            () -> Instant.ofEpochMilli(now + offMillis),
            () -> TimeUnit.MILLISECONDS.toNanos(now),
            ClockGuard.Settings.DEFAULT);

    @Test
    void start_nothingIsStamped_beforeAMajorityOfClocksIsKnown() {
        assertThat(guard.millis()).isEmpty();
        guard.watch(List.of("b", "c", "d", "e"));
        hear("b", 0);
        assertThat(guard.millis()).as("two of five").isEmpty();
        hear("c", 0);
        assertThat(guard.millis()).hasValue(now);
    }

    @Test
    void start_nobodyAnswers_ownClockAfterAWhile() {
        guard.watch(List.of("b", "c"));
        pass(2_900);
        assertThat(guard.millis()).isEmpty();
        pass(200);
        assertThat(guard.millis()).hasValue(now);
    }

    @Test
    void nodeAlone_usesItsClock() {
        offMillis = HOUR;
        guard.watch(List.of());
        assertThat(guard.millis()).hasValue(now + HOUR);
        assertThat(guard.warning()).isEmpty();
    }

    @Test
    void clockJumps_isNoticedAtOnce_withoutAnotherHeartbeat() {
        agree();
        pass(400);
        offMillis = HOUR;
        assertThat(guard.millis()).hasValue(now);
        assertThat(guard.corrected()).isTrue();
        assertThat(guard.offsetMillis()).isEqualTo(HOUR);
        pass(30_000);
        assertThat(guard.millis()).as("carried on by the monotonic clock").hasValue(now);
        offMillis = -HOUR;
        assertThat(guard.millis()).hasValue(now);
        assertThat(guard.warning()).get().asString().contains(HOUR + " ms behind the median");
    }

    @Test
    void clockIsALittleOff_isUsedAndSaid() {
        agree();
        offMillis = 499;
        assertThat(guard.warning()).isEmpty();
        offMillis = 501;
        assertThat(guard.millis()).hasValue(now + 501);
        assertThat(guard.warning()).get().asString().contains("501 ms ahead of");
        assertThat(guard.corrected()).isFalse();
    }

    @Test
    void anotherNodesClockIsWrong_doesNotMatter() {
        guard.watch(List.of("b", "c"));
        hear("b", HOUR);
        hear("c", 20);
        assertThat(guard.millis()).hasValue(now);
        assertThat(guard.warning()).isEmpty();
    }

    @Test
    void twoNodes_theEarlierClockCounts() {
        guard.watch(List.of("b"));
        hear("b", HOUR);
        assertThat(guard.millis()).hasValue(now);
        hear("b", -HOUR);
        assertThat(guard.millis()).as("no lease ends too soon").hasValue(now - HOUR);
    }

    @Test
    void answerThatTookLong_isBetterThanNone_butNotThanAQuickOne() {
        guard.watch(List.of("b"));
        hearLate("b", 0);
        assertThat(guard.millis()).isPresent();
        hear("b", -HOUR);
        hearLate("b", 0);
        assertThat(guard.millis()).hasValue(now - HOUR);
    }

    @Test
    void nodeThatLeft_doesNotCount() {
        guard.watch(List.of("b"));
        hear("b", -HOUR);
        guard.watch(List.of());
        assertThat(guard.millis()).hasValue(now);
    }

    /** Whatever a minority of clocks does, stamps stay near the truth. Repeat a failure with {@code -Dseed=<n>}. */
    @Test
    void minorityOfWrongClocks_neverMovesTheStamps() {
        long first = Long.getLong("seed", System.nanoTime());
        for (long seed = first; seed < first + 300; seed++) {
            Random random = new Random(seed);
            int others = 2 * (1 + random.nextInt(4));
            int wrong = random.nextInt(others / 2 + 1);
            boolean selfIsWrong = wrong > 0 && random.nextBoolean();
            long[] off = {0};
            long[] clock = {START};
            ClockGuard tried = new ClockGuard(
                    () -> Instant.ofEpochMilli(clock[0] + off[0]),
                    () -> TimeUnit.MILLISECONDS.toNanos(clock[0]),
                    ClockGuard.Settings.DEFAULT);
            List<String> names = new ArrayList<>();
            for (int i = 0; i < others; i++) {
                names.add("n" + i);
            }
            tried.watch(names);
            for (int step = 0; step < 200; step++) {
                clock[0] += random.nextInt(1_000);
                off[0] = selfIsWrong ? random.nextLong(-HOUR, HOUR) : random.nextInt(-100, 100);
                for (int i = 0; i < others; i++) {
                    boolean lies = i < (selfIsWrong ? wrong - 1 : wrong);
                    long theirs = lies ? random.nextLong(-HOUR, HOUR) : random.nextInt(-100, 100);
                    if (step == 0 || random.nextInt(3) == 0) {
                        long nanos = TimeUnit.MILLISECONDS.toNanos(clock[0]);
                        tried.heard(names.get(i), clock[0] + theirs, nanos, nanos);
                    }
                }
                OptionalLong stamp = tried.millis();
                assertThat(stamp).as("seed " + seed).isPresent();
                assertThat(Math.abs(stamp.getAsLong() - clock[0]))
                        .as("seed " + seed)
                        .isLessThanOrEqualTo(
                                100 + ClockGuard.Settings.DEFAULT.max().toMillis());
            }
        }
    }

    private void agree() {
        guard.watch(List.of("b", "c"));
        hear("b", 0);
        hear("c", 0);
    }

    private void hear(String node, long itsOffMillis) {
        long nanos = TimeUnit.MILLISECONDS.toNanos(now);
        guard.heard(node, now + itsOffMillis, nanos, nanos);
    }

    private void hearLate(String node, long itsOffMillis) {
        long sent = TimeUnit.MILLISECONDS.toNanos(now);
        pass(500);
        guard.heard(node, now + itsOffMillis, sent, TimeUnit.MILLISECONDS.toNanos(now));
    }

    private void pass(long millis) {
        now += millis;
    }
}
