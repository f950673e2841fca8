package io.nexus.cli.bench.workload;

/** Something to measure. */
public interface Workload {
    /** Prepares, measures and adds what it found to the session's report. Does not clean up. */
    void run(Session session) throws InterruptedException;
}
