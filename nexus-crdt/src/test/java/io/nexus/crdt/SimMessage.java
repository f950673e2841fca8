package io.nexus.crdt;

/**
 * What is on the wire of the simulation.
 *
 * @param session of a catch-up or repair
 * @param number of the chunk in a catch-up, of the question in a repair, and of its answer
 * @param body what the kind has to say
 */
record SimMessage(Kind kind, int from, int to, long session, int number, Object body) {
    enum Kind {
        /** {@link Cursor}. */
        SUBSCRIBE(true),
        /** {@link FeedRing.Window}. */
        BATCH(false),
        TOO_OLD(false),
        FORK(false),
        NOT_HERE(false),
        BEHIND(false),
        FETCH(true),
        /** {@link SimRepair.Chunk}. */
        CHUNK(false),
        BROKEN(false),
        REPAIR(true),
        /** {@link SimRepair.Offer}. */
        OFFER(false),
        /** The source found itself wrong. */
        SOURCE_WRONG(false),
        /** {@link io.nexus.crdt.repair.RepairPlan.Next}. */
        ASK(true),
        /** A list of expansions or of rows. */
        ANSWER(false);

        final boolean request;

        Kind(boolean request) {
            this.request = request;
        }

        /** A call that starts a transfer is made once: its answers come from one snapshot. */
        boolean repeatable() {
            return this != FETCH && this != REPAIR;
        }
    }

    static SimMessage of(Kind kind, int from, int to, long session, Object body) {
        return new SimMessage(kind, from, to, session, 0, body);
    }

    static SimMessage plain(Kind kind, int from, int to, long session) {
        return new SimMessage(kind, from, to, session, 0, "");
    }
}
