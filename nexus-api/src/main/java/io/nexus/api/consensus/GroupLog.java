package io.nexus.api.consensus;

import io.nexus.crdt.Token;
import io.nexus.statemachine.command.Batch;
import io.nexus.statemachine.command.Outcome;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The log of one group as its batcher sees it: the port behind which Ratis is. */
interface GroupLog {
    /** What this member can do for a proposal now. Any thread, never blocks. */
    Standing standing();

    /** Node id of the group's leader as far as this member knows. Any thread, never blocks. */
    @Nullable
    String leader();

    /**
     * Proposes a batch. Called by one thread at a time for each group; may block shortly on the group's lock. Never
     * throws: the answer comes exactly once, on any thread (Ratis' own among them, some with the group's lock held), so
     * the receiver must only hand over.
     */
    void propose(Batch batch, AnswerSink sink);

    enum Standing {
        /** Leads and has applied everything that earlier leaders committed. */
        READY,
        /** Leads, but is not ready to serve. */
        NOT_READY,
        NOT_LEADER,
        /** The group does not run here. */
        CLOSED;

        SubmitFailure failure() {
            return switch (this) {
                case READY -> throw new IllegalStateException("a ready group refuses nothing");
                case NOT_READY -> SubmitFailure.NOT_READY;
                case NOT_LEADER -> SubmitFailure.NOT_LEADER;
                case CLOSED -> SubmitFailure.CLOSED;
            };
        }
    }

    /** Exactly one of the two. */
    interface AnswerSink {
        /**
         * The batch was applied.
         *
         * @param outcomes one for each command, by position
         */
        void applied(List<Outcome> outcomes, Token token);

        void refused(Refusal refusal);
    }
}
