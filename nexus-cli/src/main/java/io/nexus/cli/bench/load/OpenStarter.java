package io.nexus.cli.bench.load;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Starts calls by the schedule, on a thread of its own. */
final class OpenStarter implements LoadRun.Starter {
    private final LoadRun run;
    private final Pace.Open pace;
    private final BlockingQueue<Integer> freeSlots;
    private final Thread clock;
    private final long due;
    private final AtomicInteger holding = new AtomicInteger(1);
    private volatile long started;
    private volatile boolean stopped;

    OpenStarter(LoadRun run, Pace.Open pace) {
        this.run = run;
        this.pace = pace;
        this.freeSlots = new ArrayBlockingQueue<>(pace.inFlight());
        for (int i = 0; i < pace.inFlight(); i++) {
            freeSlots.add(i);
        }
        this.due = Math.min(run.bounds().count(), pace.dueBy(run.bounds().time().toNanos() - 1));
        this.clock = new Thread(this::startAll, "bench-clock");
        clock.setDaemon(true);
    }

    @Override
    public void begin() {
        clock.start();
    }

    @Override
    public void stop() {
        stopped = true;
        clock.interrupt();
        try {
            clock.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public long started() {
        return started;
    }

    @Override
    public long notStarted() {
        return due - started;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer: the clock
    private void startAll() {
        for (long number = 0; number < due && !stopped; number++) {
            long intendedNanos = run.beginNanos() + pace.startNanos(number);
            for (long wait = intendedNanos - System.nanoTime();
                    wait > 0 && !stopped;
                    wait = intendedNanos - System.nanoTime()) {
                LockSupport.parkNanos(wait);
            }
            try {
                int slot = freeSlots.take();
                started++;
                holding.incrementAndGet();
                run.job().start(new Scheduled(number, slot, intendedNanos));
            } catch (InterruptedException e) {
                break; // stopped while all slots were busy
            }
        }
        leave();
    }

    /** The clock and every call in flight hold the run open; the last to leave ends it. */
    private void leave() {
        if (holding.decrementAndGet() == 0) {
            run.ended();
        }
    }

    private final class Scheduled implements Job.Ticket {
        private final long number;
        private final int slot;
        private final long intendedNanos;

        Scheduled(long number, int slot, long intendedNanos) {
            this.number = number;
            this.slot = slot;
            this.intendedNanos = intendedNanos;
        }

        @Override
        public long number() {
            return number;
        }

        @Override
        public int slot() {
            return slot;
        }

        @Override
        public void succeeded(int kind) {
            run.answered(kind, intendedNanos, null);
            freeSlots.add(slot);
            leave();
        }

        @Override
        public void failed(int kind, String reason) {
            run.answered(kind, intendedNanos, reason);
            freeSlots.add(slot);
            leave();
        }
    }
}
