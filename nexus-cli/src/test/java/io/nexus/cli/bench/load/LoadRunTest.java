package io.nexus.cli.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoadRunTest {
    private final ScheduledExecutorService server = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "server");
        thread.setDaemon(true);
        return thread;
    });

    @AfterEach
    void stop() {
        server.shutdownNow();
    }

    private static Job job(Consumer<Job.Ticket> call) {
        return new Job() {
            @Override
            public List<String> kinds() {
                return List.of("even", "odd");
            }

            @Override
            public void start(Ticket ticket) {
                call.accept(ticket);
            }
        };
    }

    private static LoadResult run(Job job, Pace pace, double seconds, long count) throws InterruptedException {
        Bounds bounds = new Bounds(Duration.ofMillis((long) (seconds * 1_000)), count, Duration.ofMillis(300));
        return new LoadRun(job, pace, bounds, (tick, done, failed) -> {}).run();
    }

    @Test
    void closed_endsAtItsCount_evenWhenCallsEndBeforeTheirStartReturns() throws InterruptedException {
        Set<Long> numbers = ConcurrentHashMap.newKeySet();
        LoadResult result = run(
                job(ticket -> {
                    numbers.add(ticket.number());
                    ticket.succeeded((int) (ticket.number() % 2));
                }),
                new Pace.Closed(3),
                60,
                100_001);
        assertThat(result.succeeded()).isEqualTo(100_001);
        assertThat(numbers).hasSize(100_001).contains(0L, 100_000L);
        assertThat(result.kinds()).extracting(LoadResult.Kind::succeeded).containsExactly(50_001L, 50_000L);
        assertThat(result.seconds()).isLessThan(59);
    }

    @Test
    void closed_neverHasMoreInFlightThanAsked() throws InterruptedException {
        AtomicInteger inFlight = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Set<Integer> busySlots = ConcurrentHashMap.newKeySet();
        Queue<String> wrong = new ConcurrentLinkedQueue<>();
        LoadResult result = run(
                job(ticket -> {
                    most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
                    if (!busySlots.add(ticket.slot())) {
                        wrong.add("slot " + ticket.slot() + " is used twice at once");
                    }
                    server.execute(() -> {
                        inFlight.decrementAndGet();
                        busySlots.remove(ticket.slot());
                        ticket.succeeded(0);
                    });
                }),
                new Pace.Closed(5),
                60,
                2_000);
        assertThat(result.succeeded()).isEqualTo(2_000);
        assertThat(most.get()).isBetween(1, 5);
        assertThat(wrong).isEmpty();
    }

    @Test
    void run_countsFailuresByReasonAndWhatIsNeverAnswered() throws InterruptedException {
        LoadResult result = run(
                job(ticket -> {
                    long number = ticket.number();
                    if (number % 10 == 1) {
                        ticket.failed(1, "NO_LEADER");
                    } else if (number != 7) {
                        ticket.succeeded(0);
                    }
                }),
                new Pace.Closed(2),
                0.7,
                100);
        assertThat(result.succeeded()).isEqualTo(89);
        assertThat(result.failures())
                .containsEntry("NO_LEADER", 10L)
                .containsEntry(LoadRun.NO_ANSWER, 1L)
                .hasSize(2);
        assertThat(result.failed()).isEqualTo(11);
        assertThat(result.all().succeeded()).isEqualTo(89);
    }

    /**
     * The other side answers at once but for one pause. A closed loop has one call that waits and sees the pause once in
     * a thousand; with a schedule, everyone who was due during the pause waited for the rest of it.
     */
    @Test
    void open_countsAPauseForAllWhoWereDueInIt() throws InterruptedException {
        double rate = 1_000;
        AtomicLong pausedUntil = new AtomicLong();
        LoadResult result = run(
                job(ticket -> {
                    long now = System.nanoTime();
                    if (ticket.number() == 200) {
                        pausedUntil.set(now + TimeUnit.MILLISECONDS.toNanos(400));
                    }
                    long wait = Math.max(0, pausedUntil.get() - now);
                    server.schedule(() -> ticket.succeeded(0), wait, TimeUnit.NANOSECONDS);
                }),
                new Pace.Open(rate, 1), // one connection that blocks: the next call cannot even start
                60,
                1_000);
        LoadResult.Kind all = result.all();
        assertThat(result.succeeded()).isEqualTo(1_000);
        // 400 calls were due during the pause: the first waited for all of it, those in the middle for half.
        assertThat(all.millis(100)).isGreaterThan(380);
        assertThat(all.micros().getCountBetweenValues(200_000, 120_000_000)).isGreaterThan(180);
        assertThat(all.micros().getCountBetweenValues(100_000, 120_000_000)).isGreaterThan(280);
    }

    @Test
    void open_saysHowManyWereDueAndNeverStarted() throws InterruptedException {
        LoadResult result = run(
                job(ticket -> server.schedule(() -> ticket.succeeded(0), 100, TimeUnit.MILLISECONDS)),
                new Pace.Open(1_000, 2),
                0.5,
                10_000);
        assertThat(result.succeeded()).isBetween(1L, 14L);
        assertThat(result.notStarted()).isEqualTo(500 - result.succeeded());
    }

    @Test
    void timeline_addsUpToTheTotal_butForALastMoment() throws InterruptedException {
        LoadResult result =
                run(job(ticket -> server.execute(() -> ticket.succeeded(0))), new Pace.Closed(4), 2.3, Long.MAX_VALUE);
        double sum = 0;
        double before = 0;
        for (LoadResult.Tick tick : result.timeline()) {
            sum += tick.perSecond() * (tick.atSeconds() - before);
            before = tick.atSeconds();
        }
        assertThat(result.timeline()).hasSizeGreaterThanOrEqualTo(2);
        assertThat(sum / result.succeeded()).isBetween(0.5, 1.01);
    }
}
