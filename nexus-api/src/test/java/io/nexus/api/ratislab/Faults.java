package io.nexus.api.ratislab;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** What a node's state machines are told to do wrong, or where they are told to wait. Set by the test, any thread. */
final class Faults {
    /** Called before the state machine of a group opens. */
    volatile OnGroup initialize = group -> {};

    /** Called on the submitter's thread, before Ratis takes a permit. */
    volatile OnCommand start = command -> {};

    /** Called by Ratis under its locks, before a command is appended. */
    volatile OnCommand preAppend = command -> {};

    /** Called before a command is applied: may throw. */
    volatile OnCommand apply = command -> {};

    /** Gives a failed future in place of the apply; null applies. */
    volatile LongFunction<@Nullable CompletableFuture<?>> failedApply = command -> null;

    /** Called before the log is synced: an exception is what a failing disk looks like to Ratis. */
    volatile OnGroup logSync = group -> {};

    /** Called on the puller after each row copied. */
    volatile OnPull pull = (group, source, rows) -> {};

    @FunctionalInterface
    interface OnGroup {
        void run(int group) throws IOException;
    }

    @FunctionalInterface
    interface OnCommand {
        void run(long command) throws IOException;
    }

    @FunctionalInterface
    interface OnPull {
        void row(int group, String source, int rows) throws IOException;
    }
}
