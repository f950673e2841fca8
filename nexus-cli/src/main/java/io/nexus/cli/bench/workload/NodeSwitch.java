package io.nexus.cli.bench.workload;

/** Kills and starts nodes of a cluster that the bench brought along. */
public interface NodeSwitch {
    /** SIGKILL; returns when the process is gone. */
    void kill(String name);

    /** Starts the process; does not wait. */
    void start(String name);
}
