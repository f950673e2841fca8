package io.nexus.api.service;

import io.nexus.crdt.Token;
import io.nexus.statemachine.model.Allocation;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.Prefix;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Answers from this node's own store. Never blocks; futures fail with
 * {@link io.nexus.api.error.ProblemException}: STALE_READ, OWNER_UNREACHABLE (not in the local store and the owner
 * could not be asked), WRITE_LOST (a token of a lost branch), INVALID_FIELD (a token that no owner gave). An empty answer
 * is only given when every owner concerned agreed. What a caller demands holds together: the write, the bound and the
 * owner's word.
 */
public interface Lookups {
    CompletableFuture<Answer> bySubscriber(
            String subscriber, @Nullable String poolId, Demand demand, long deadlineNanos);

    /** @param address full-length address or a prefix; finds the allocation that contains it */
    CompletableFuture<Answer> byAddress(String space, Prefix address, Demand demand, long deadlineNanos);

    /**
     * Who had an address at some moment of a time span, from this node's own store: its age is told with the answer, and
     * what ended longer ago than that is all there.
     *
     * @param address full-length address, or a prefix inside of what was handed out
     * @param toMillis after fromMillis; a moment of the span is before it
     */
    CompletableFuture<PastAnswer> past(String space, Prefix address, long fromMillis, long toMillis);

    /** Why an address is as it is, from this node's own store; empty: no pool has it. */
    CompletableFuture<List<UnitView>> explain(String space, Prefix address);

    /** What a subscriber has or may come back to, and why, from this node's own store. */
    CompletableFuture<List<UnitView>> explain(String subscriber);

    /** What is reserved in the pool, from this node's own store. */
    CompletableFuture<List<UnitReader.Reservation>> reservations(PoolEntry pool);

    /**
     * @param token at least this write; null: none
     * @param maxStalenessMillis at most this old, in every segment concerned; 0: no bound. What an owner says satisfies
     *     any bound: it was true after the owner was asked
     * @param owner the owner's answer
     */
    record Demand(@Nullable Token token, long maxStalenessMillis, boolean owner) {
        public static final Demand LOCAL = new Demand(null, 0, false);
    }

    /**
     * @param tenures in order of time
     * @param truncated there were more
     */
    record PastAnswer(List<Tenure> tenures, boolean truncated, List<AsOf> asOf) {}

    /** @param allocations IPv4 before IPv6, newest first */
    record Answer(List<Allocation> allocations, List<AsOf> asOf) {}

    /**
     * @param stalenessMillis what was read is at most this old now that it is answered; -1: not known since this node
     *     started, or because the copy here is not to be trusted
     */
    record AsOf(int segment, int incarnation, long seq, long stalenessMillis, Role role) {}

    enum Role {
        OWNER,
        MEMBER,
        FOLLOWER
    }
}
