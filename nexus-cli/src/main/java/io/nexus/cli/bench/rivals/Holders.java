package io.nexus.cli.bench.rivals;

import io.nexus.cli.bench.load.Job;
import io.nexus.cli.bench.load.NotedTicket;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** Unique subscribers for allocations, and known ones for lookups: the same for every rival. Thread-safe. */
final class Holders {
    private final int most;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger answered = new AtomicInteger();

    /** @param most subscribers */
    Holders(int most) {
        this.most = most;
    }

    /** Starts the call for a subscriber and returns. */
    interface Call {
        void start(int subscriber, Job.Ticket ticket);
    }

    /** As long as those of the bench against Nexus. */
    static String name(int subscriber) {
        return "bench-0a1b2c3d-0-s" + subscriber;
    }

    Job allocate(Call call) {
        return new Work("allocate", ticket -> {
            int subscriber = next.getAndIncrement();
            if (subscriber >= most) {
                ticket.failed(0, "NO_ADDRESS_LEFT");
            } else {
                call.start(subscriber, new NotedTicket(ticket, succeeded -> answered.addAndGet(succeeded ? 1 : 0)));
            }
        });
    }

    /** The older half of those that were allocated for: the last ones may not have been answered. */
    Job lookup(Call call) {
        return new Work(
                "lookup",
                ticket -> call.start(ThreadLocalRandom.current().nextInt(Math.max(1, answered.get() / 2)), ticket));
    }

    private record Work(String name, java.util.function.Consumer<Job.Ticket> call) implements Job {
        @Override
        public List<String> kinds() {
            return List.of(name);
        }

        @Override
        public void start(Ticket ticket) {
            call.accept(ticket);
        }
    }
}
