package io.nexus.cli.bench.workload;

import io.nexus.cli.bench.load.LoadResult;

/** Who looks on while a session runs. Called by the session's thread. */
public interface Watching {
    /** A step begins. */
    void step(String what);

    /** About every second of a run. */
    void tick(String what, LoadResult.Tick tick, long done, long failed);
}
