package io.nexus.statemachine.allocator;

import io.nexus.statemachine.model.AllocPolicy;
import io.nexus.statemachine.model.AllocType;
import io.nexus.statemachine.model.HoldPolicy;
import io.nexus.statemachine.model.PoolTerms;
import io.nexus.statemachine.model.Stage;
import io.nexus.statemachine.rows.AllocationRow;
import io.nexus.statemachine.rows.FormerRow;
import io.nexus.statemachine.rows.FormerRow.Kind;
import org.jspecify.annotations.Nullable;

/** What stays of an allocation when it ends, by the terms of its pool. Pure. */
final class Remains {
    private static final long MILLIS_PER_SECOND = 1_000;

    private Remains() {}

    /**
     * Of one that is released, or whose time is over. Null: its unit is free at once. An offer that was never taken
     * leaves nothing; one that was made to the last owner leaves it its right, from now on.
     */
    static @Nullable FormerRow released(PoolTerms terms, AllocationRow row, StepDraft draft) {
        boolean isRemembered =
                terms.holdSeconds() > 0 || terms.quarantineSeconds() > 0 || terms.policy() == AllocPolicy.LRU;
        if (!isRemembered || row.stage() == Stage.OFFERED) {
            return null;
        }
        boolean isKept = row.type() == AllocType.STICKY || terms.holdPolicy() == HoldPolicy.STRICT;
        return former(isKept ? Kind.KEPT : Kind.YIELDING, row, draft, terms.holdSeconds(), terms.quarantineSeconds());
    }

    /** Of one whose owner found the address in use elsewhere. Null: the pool gives it out again at once. */
    static @Nullable FormerRow declined(PoolTerms terms, AllocationRow row, StepDraft draft) {
        return terms.declineSeconds() == 0 ? null : former(Kind.DECLINED, row, draft, 0, terms.declineSeconds());
    }

    private static FormerRow former(Kind kind, AllocationRow row, StepDraft draft, long heldSeconds, long restSeconds) {
        return new FormerRow(
                kind,
                row.owner(),
                row.causalLength() + 1,
                draft.incarnation(),
                draft.seq(),
                draft.clockMillis(),
                heldSeconds * MILLIS_PER_SECOND,
                restSeconds * MILLIS_PER_SECOND);
    }

    /** Of what must rest although its unit is reserved: nobody is looked for that could have it earlier. */
    static FormerRow unusable(FormerRow resting, StepDraft draft) {
        return new FormerRow(
                Kind.DECLINED,
                resting.owner(),
                resting.causalLength(),
                draft.incarnation(),
                draft.seq(),
                resting.endedAtMillis(),
                0,
                resting.restMillis());
    }

    /** Of what an owner could have come back to, once it has something else in the pool. Null: nothing, it has rested. */
    static @Nullable FormerRow abandoned(FormerRow former, StepDraft draft) {
        if (former.restedAtMillis() <= draft.clockMillis()) {
            return null;
        }
        return new FormerRow(
                Kind.RESTING,
                former.owner(),
                former.causalLength(),
                draft.incarnation(),
                draft.seq(),
                former.endedAtMillis(),
                0,
                former.restMillis());
    }
}
