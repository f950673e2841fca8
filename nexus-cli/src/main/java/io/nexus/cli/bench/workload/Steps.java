package io.nexus.cli.bench.workload;

import io.nexus.cli.bench.load.Job;
import java.util.List;
import java.util.function.Consumer;

/** A job from a function. */
record Steps(List<String> kinds, Consumer<Job.Ticket> call) implements Job {
    static Steps of(String kind, Consumer<Job.Ticket> call) {
        return new Steps(List.of(kind), call);
    }

    @Override
    public void start(Ticket ticket) {
        call.accept(ticket);
    }
}
