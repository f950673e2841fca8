package io.nexus.cli.bench.rivals;

import io.nexus.cli.bench.load.Job;

/** A system under comparison. Made by starting it; one thread, but for the jobs. */
public interface Rival extends AutoCloseable {
    /** What runs, with its version. */
    String version();

    /** Replicas, and what an acknowledged write survives. */
    String durability();

    /** Gives subscriber {@code number} of the ticket an address; every number once. */
    Job allocate();

    /** Looks up subscribers that were given an address. */
    Job lookup();

    /** CPU seconds of its processes so far. */
    double cpuSeconds();

    /** Stops it and removes its data. */
    @Override
    void close();
}
