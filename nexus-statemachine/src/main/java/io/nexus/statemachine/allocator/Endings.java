package io.nexus.statemachine.allocator;

import io.nexus.crdt.Digest;
import io.nexus.statemachine.codec.ByteWriter;
import io.nexus.statemachine.command.Command.Decline;
import io.nexus.statemachine.command.Command.Expire;
import io.nexus.statemachine.command.Command.Release;
import io.nexus.statemachine.command.Outcome;
import io.nexus.statemachine.command.Outcome.Accepted;
import io.nexus.statemachine.model.AllocPolicy;
import io.nexus.statemachine.model.Allocation;
import io.nexus.statemachine.model.EndReason;
import io.nexus.statemachine.model.Identity;
import io.nexus.statemachine.model.Prefix;
import io.nexus.statemachine.rows.FormerRow;
import io.nexus.statemachine.rows.RecentRow;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Release, decline and expire. Every release is remembered, also one that found nothing: proposed again later it must
 * not free what its owner was given since. Lives for one batch.
 */
final class Endings {
    private static final byte[] NOTHING = new byte[0];
    /** Ends of fingerprints: of one that found another generation, which is answered otherwise, and of a decline. */
    private static final int CHANGED = 1;

    private static final int DECLINES = 2;

    private final StepDraft draft;
    private final Replays replays;

    Endings(StepDraft draft, Replays replays) {
        this.draft = draft;
        this.replays = replays;
    }

    /* --------------- release and decline --------------- */

    Outcome release(long commandId, Release command, @Nullable PoolState pool) {
        return end(commandId, call(command), pool);
    }

    Outcome decline(long commandId, Decline command, @Nullable PoolState pool) {
        return end(commandId, call(command), pool);
    }

    private static Call call(Release command) {
        return new Call(command.instance(), command.owner(), command.prefix(), command.generation(), false);
    }

    private static Call call(Decline command) {
        return new Call(command.instance(), command.owner(), command.prefix(), command.generation(), true);
    }

    /** An owner that gives up what it holds. */
    private record Call(
            int instance, Identity owner, @Nullable Prefix prefix, int generation, boolean declines) {
        boolean names(Allocation allocation) {
            return prefix == null || prefix.equals(allocation.prefix());
        }

        int body() {
            return digest(bytes());
        }

        int changedBody() {
            return digest(bytes().u8(CHANGED));
        }

        private static int digest(ByteWriter bytes) {
            return (int) Digest.of(bytes.toByteArray(), NOTHING).lo();
        }

        private ByteWriter bytes() {
            ByteWriter bytes = new ByteWriter(128);
            bytes.u32(instance & 0xffff_ffffL)
                    .string(owner.subscriber())
                    .bytes(owner.duid())
                    .u32(owner.iaid() & 0xffff_ffffL);
            if (prefix != null) {
                bytes.u64(prefix.hi()).u64(prefix.lo()).u8(prefix.length());
            }
            if (generation != 0) {
                bytes.u32(generation);
            }
            return declines ? bytes.u8(DECLINES) : bytes;
        }
    }

    private Outcome end(long commandId, Call call, @Nullable PoolState pool) {
        if (pool == null) {
            return Refusals.unknownPool(call.instance);
        }
        RecentRow.Entry known = replays.find(commandId);
        if (known != null) {
            return again(commandId, known, call, pool);
        }
        if (pool.isSealed()) {
            return Refusals.sealed(pool);
        }
        if (call.prefix != null && pool.plan().unit(call.prefix).isEmpty()) {
            return Refusals.notOfPool(pool, call.prefix);
        }
        Held held = draft.find(pool, call.owner);
        if (held == null || !call.names(held.allocation())) {
            replays.remember(new RecentRow.Refused(commandId, call.body()));
            return Refusals.nothingHeld(pool, call.owner, call.prefix);
        }
        if (held.row().commandId() == commandId) {
            return Refusals.idReused("the allocate");
        }
        if (!held.isOf(call.generation)) {
            replays.remember(new RecentRow.Refused(commandId, call.changedBody()));
            return Refusals.generationChanged(pool, call.owner, call.generation);
        }
        Allocation allocation = held.allocation();
        replays.remember(new RecentRow.Released(commandId, call.body(), ended(held)));
        if (call.declines) {
            draft.end(held, Remains.declined(pool.terms(), held.row(), draft), EndReason.DECLINED);
        } else {
            draft.end(held, released(held), EndReason.RELEASED);
        }
        return Accepted.of(true, allocation);
    }

    private static Outcome again(long commandId, RecentRow.Entry known, Call call, PoolState pool) {
        if (known instanceof RecentRow.Released released
                && released.commandId() == commandId
                && released.body() == call.body()
                && released.ended().instance() == call.instance) {
            RecentRow.Ended ended = released.ended();
            return Accepted.of(true, ended.row().toAllocation(pool.entry(), ended.unit()));
        }
        if (known instanceof RecentRow.Refused refused && refused.body() == call.body()) {
            return Refusals.nothingHeld(pool, call.owner, call.prefix);
        }
        if (known instanceof RecentRow.Refused refused && refused.body() == call.changedBody()) {
            return Refusals.generationChanged(pool, call.owner, call.generation);
        }
        return Refusals.idReused("another request");
    }

    /** Fingerprint of a release, part of the durable format: its test vectors must never change. */
    static int body(Release command) {
        return call(command).body();
    }

    private static RecentRow.Ended ended(Held held) {
        return new RecentRow.Ended(held.pool().instance(), held.unit(), held.row());
    }

    /* --------------- expire --------------- */

    /** Each unit is looked at again: it may have been renewed, released or given to somebody else meanwhile. */
    Outcome expire(Expire command, @Nullable PoolState pool) {
        if (pool == null) {
            return Accepted.UNCHANGED;
        }
        List<Allocation> ended = new ArrayList<>();
        boolean changed = false;
        for (long unit : command.units()) {
            Held held = draft.at(pool, unit);
            FormerRow left = held.former();
            if (left != null) {
                changed |= reclaim(held, left);
            } else if (held.isAllocated() && held.row().endedBy(draft.clockMillis())) {
                ended.add(held.allocation());
                rememberIfRepeatable(held);
                EndReason reason = held.row().stage().isOffer() ? EndReason.UNCONFIRMED : EndReason.EXPIRED;
                draft.end(held, released(held), reason);
                changed = true;
            }
        }
        return changed ? new Accepted(true, ended, null) : Accepted.UNCHANGED;
    }

    /** A reserved unit is its claimant's without a hold. */
    private @Nullable FormerRow released(Held held) {
        boolean isReserved = held.pool().reservations().at(held.unit()) != null;
        return isReserved ? null : Remains.released(held.pool().terms(), held.row(), draft);
    }

    /** True if the unit is free for everybody now. */
    private boolean reclaim(Held held, FormerRow left) {
        PoolState pool = held.pool();
        if (!pool.isSealed() && left.freeAtMillis() > draft.clockMillis()) {
            return false;
        }
        boolean isOrdered = pool.terms().policy() == AllocPolicy.LRU && left.kind() != FormerRow.Kind.DECLINED;
        if (isOrdered && !pool.isSealed()) {
            draft.leave(held, left); // its row says when it was used last
            return false;
        }
        draft.become(held, left, null);
        return true;
    }

    /** An allocate older than what is remembered at all is not written down again. */
    private void rememberIfRepeatable(Held held) {
        if (draft.clockMillis() - held.row().allocatedAtMillis() < RecentCommands.KEEP_MILLIS) {
            replays.remember(new RecentRow.Expired(ended(held)));
        }
    }
}
