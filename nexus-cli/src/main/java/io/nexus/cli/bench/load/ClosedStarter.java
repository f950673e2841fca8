package io.nexus.cli.bench.load;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** As many slots as calls in flight; each starts its next call when one has ended, on the thread that ended it. */
final class ClosedStarter implements LoadRun.Starter {
    private final LoadRun run;
    private final AtomicLong next = new AtomicLong();
    private final AtomicInteger busy;
    private volatile boolean stopped;

    ClosedStarter(LoadRun run) {
        this.run = run;
        this.busy = new AtomicInteger(run.pace().inFlight());
    }

    @Override
    public void begin() {
        for (int i = 0; i < run.pace().inFlight(); i++) {
            new Slot(i).advance();
        }
    }

    @Override
    public void stop() {
        stopped = true;
    }

    @Override
    public long started() {
        return Math.min(next.get(), run.bounds().count());
    }

    @Override
    public long notStarted() {
        return 0;
    }

    private final class Slot implements Job.Ticket {
        private static final int STARTING = 0;
        private static final int WAITING = 1;
        private static final int ENDED_MEANWHILE = 2;

        private final int slot;
        private final AtomicInteger state = new AtomicInteger();
        private volatile long number;
        private volatile long startNanos;

        Slot(int slot) {
            this.slot = slot;
        }

        /** Starts calls as long as they end before their start returns: a loop, so that the stack does not grow. */
        void advance() {
            do {
                number = stopped ? Long.MAX_VALUE : next.getAndIncrement();
                if (number >= run.bounds().count()) {
                    if (busy.decrementAndGet() == 0) {
                        run.ended();
                    }
                    return;
                }
                state.set(STARTING);
                startNanos = System.nanoTime();
                run.job().start(this);
            } while (!state.compareAndSet(STARTING, WAITING));
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
            run.answered(kind, startNanos, null);
            goOn();
        }

        @Override
        public void failed(int kind, String reason) {
            run.answered(kind, startNanos, reason);
            goOn();
        }

        private void goOn() {
            if (!state.compareAndSet(STARTING, ENDED_MEANWHILE)) {
                advance();
            }
        }
    }
}
