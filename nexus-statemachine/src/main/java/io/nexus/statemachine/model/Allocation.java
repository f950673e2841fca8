package io.nexus.statemachine.model;

/**
 * The record that binds a subscriber to a prefix of a pool.
 *
 * @param instance the pool instance
 * @param unit ordinal of the prefix in the pool, 0 to 2^32-1
 * @param mac six octets, or empty
 * @param allocatedAtMillis when it was given out, in the state's clock
 * @param renewedAtMillis when the lease was last extended; equal to allocatedAtMillis before the first renewal
 * @param expiresAtMillis deadline of the lease or offer; 0: permanent
 * @param causalLength odd: this holding's generation of the address
 * @param incarnation of the stream in which it was last changed
 * @param seq of the step that last changed it
 * @param commandId of the command that made it
 */
@SuppressWarnings("ArrayRecordComponent") // mac: compared by content only in tests
public record Allocation(
        String poolId,
        String space,
        int instance,
        long unit,
        Prefix prefix,
        Identity owner,
        byte[] mac,
        AllocType type,
        long allocatedAtMillis,
        long renewedAtMillis,
        long expiresAtMillis,
        int causalLength,
        int incarnation,
        long seq,
        long commandId,
        Stage stage,
        Attachment attachment) {
    /** One that is given, to somebody somewhere. */
    public Allocation(
            String poolId,
            String space,
            int instance,
            long unit,
            Prefix prefix,
            Identity owner,
            byte[] mac,
            AllocType type,
            long allocatedAtMillis,
            long renewedAtMillis,
            long expiresAtMillis,
            int causalLength,
            int incarnation,
            long seq,
            long commandId) {
        this(
                poolId,
                space,
                instance,
                unit,
                prefix,
                owner,
                mac,
                type,
                allocatedAtMillis,
                renewedAtMillis,
                expiresAtMillis,
                causalLength,
                incarnation,
                seq,
                commandId,
                Stage.ACTIVE,
                Attachment.NONE);
    }
}
