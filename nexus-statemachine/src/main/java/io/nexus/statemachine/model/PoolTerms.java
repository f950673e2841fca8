package io.nexus.statemachine.model;

/**
 * By which rules a pool gives its addresses out and takes them back. A change concerns what is given or released from
 * then on: times that run already run to their end.
 *
 * @param policy which free unit is next
 * @param holdPolicy whether somebody else may need an address that is held
 * @param holdSeconds how long a released address is held for its last owner; 0: not at all
 * @param quarantineSeconds how long it rests after that before somebody new gets it; its last owner may return
 * @param declineSeconds how long nobody gets an address that its owner found in use elsewhere
 * @param offerSeconds how long an offer stands that names no time itself; at least 1
 * @param subscriberLimit allocations of one subscriber in the pool at a time, whatever the DUID; 0: no limit
 * @param historySeconds how long it is known who had an address; 0: not at all
 * @param draining nobody gets anything new; who has something keeps and renews it
 */
public record PoolTerms(
        AllocPolicy policy,
        HoldPolicy holdPolicy,
        long holdSeconds,
        long quarantineSeconds,
        long declineSeconds,
        long offerSeconds,
        int subscriberLimit,
        long historySeconds,
        boolean draining) {
    /** Held for an hour as long as nobody needs it, declined for a day, offered for a minute, known for half a year. */
    public static final PoolTerms DEFAULT =
            new PoolTerms(AllocPolicy.ROTATE, HoldPolicy.SOFT, 3_600, 0, 86_400, 60, 0, 15_552_000, false);

    /** Of a pool that is in use. */
    public PoolTerms(
            AllocPolicy policy,
            HoldPolicy holdPolicy,
            long holdSeconds,
            long quarantineSeconds,
            long declineSeconds,
            long offerSeconds,
            int subscriberLimit,
            long historySeconds) {
        this(
                policy,
                holdPolicy,
                holdSeconds,
                quarantineSeconds,
                declineSeconds,
                offerSeconds,
                subscriberLimit,
                historySeconds,
                false);
    }

    public PoolTerms {
        if (holdSeconds < 0 || quarantineSeconds < 0 || declineSeconds < 0 || offerSeconds < 1) {
            throw new IllegalArgumentException("times of a pool out of range");
        }
        if (subscriberLimit < 0 || historySeconds < 0) {
            throw new IllegalArgumentException("terms of a pool out of range");
        }
    }
}
