package io.nexus.cli.bench.load;

import java.util.List;

/** What is done again and again. Called by several threads at once. */
public interface Job {
    /** Names of the kinds of calls, for the report; a ticket is ended with a place in this list. */
    List<String> kinds();

    /**
     * Starts one call and returns at once; the ticket must be ended exactly once, on any thread, also before this
     * returns. Must not throw.
     */
    void start(Ticket ticket);

    /** One call under way. */
    interface Ticket {
        /** From 0, each number once in a run. */
        long number();

        /** Which of the calls in flight this is: no two calls with the same slot are in flight at once. */
        int slot();

        /** @param kind place in {@link Job#kinds} */
        void succeeded(int kind);

        /** @param reason short and from a small set: failures are counted by it */
        void failed(int kind, String reason);
    }
}
