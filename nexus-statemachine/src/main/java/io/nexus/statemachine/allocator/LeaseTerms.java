package io.nexus.statemachine.allocator;

import io.nexus.statemachine.model.AllocType;
import io.nexus.statemachine.model.Attachment;
import io.nexus.statemachine.model.PoolTerms;
import io.nexus.statemachine.model.Stage;
import io.nexus.statemachine.rows.AllocationRow;
import org.jspecify.annotations.Nullable;

/**
 * How long an allocation is asked for.
 *
 * @param ttlMillis 0 if and only if permanent
 */
record LeaseTerms(AllocType type, long ttlMillis) {
    private static final long MILLIS_PER_SECOND = 1_000;

    /**
     * What is wrong with the request's terms, or null. No type means a lease if a time applies, its own or the pool's.
     *
     * @param ttlSeconds 0: the pool's default
     * @param poolTtlSeconds 0: the pool has none
     */
    static @Nullable String problem(@Nullable AllocType type, long ttlSeconds, long poolTtlSeconds) {
        if (ttlSeconds < 0) {
            return "must not be negative: " + ttlSeconds;
        }
        if (type == AllocType.PERMANENT && ttlSeconds > 0) {
            return "a permanent allocation has no lease time, " + ttlSeconds + " was given";
        }
        boolean isLease = type != null && type != AllocType.PERMANENT;
        if (isLease && ttlSeconds == 0 && poolTtlSeconds == 0) {
            return "is missing: a lease needs a time, and the pool has no default";
        }
        return null;
    }

    /** Of a request that has no {@link #problem}. */
    static LeaseTerms of(@Nullable AllocType type, long ttlSeconds, long poolTtlSeconds) {
        long seconds = ttlSeconds > 0 ? ttlSeconds : poolTtlSeconds;
        if (type == AllocType.PERMANENT || (type == null && seconds == 0)) {
            return new LeaseTerms(AllocType.PERMANENT, 0);
        }
        long millis = seconds > Long.MAX_VALUE / MILLIS_PER_SECOND ? Long.MAX_VALUE : seconds * MILLIS_PER_SECOND;
        return new LeaseTerms(type == null ? AllocType.SESSION : type, millis);
    }

    /** Of an offer. */
    static LeaseTerms ofOffer(long ttlSeconds, PoolTerms pool) {
        return of(AllocType.SESSION, ttlSeconds, pool.offerSeconds());
    }

    /** When a lease that is given or extended now ends, at the latest possible time if that is beyond it; 0: never. */
    long deadlineMillis(long clockMillis) {
        if (type == AllocType.PERMANENT) {
            return 0;
        }
        return ttlMillis > Long.MAX_VALUE - clockMillis ? Long.MAX_VALUE : clockMillis + ttlMillis;
    }

    /**
     * The row with these terms as well: what was promised before is never taken back, so a deadline only moves out, a
     * permanent allocation stays permanent, a sticky one sticky. Null if nothing changes.
     *
     * @param stage of the row from now on
     * @param attachment of the row from now on; none: as it was
     */
    @Nullable
    AllocationRow extend(AllocationRow row, Stage stage, Attachment attachment, StepDraft draft) {
        Attachment where = attachment.isNone() ? row.attachment() : attachment;
        long clockMillis = draft.clockMillis();
        AllocType strongest = type.code() > row.type().code() ? type : row.type();
        boolean isPermanent = strongest == AllocType.PERMANENT;
        long deadline = isPermanent ? 0 : Math.max(row.expiresAtMillis(), deadlineMillis(clockMillis));
        if (strongest == row.type()
                && deadline == row.expiresAtMillis()
                && stage == row.stage()
                && where.equals(row.attachment())) {
            return null;
        }
        boolean isExtended = deadline != row.expiresAtMillis();
        return new AllocationRow(
                strongest,
                row.causalLength(),
                draft.incarnation(),
                draft.seq(),
                row.commandId(),
                row.owner(),
                row.mac(),
                row.allocatedAtMillis(),
                isExtended ? clockMillis : row.renewedAtMillis(),
                deadline,
                stage,
                where);
    }
}
