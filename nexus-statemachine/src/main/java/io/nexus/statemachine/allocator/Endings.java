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
 * Release, decline and expire. Every release is remembered, also one that found nothing: proposed again later it must not free
 * what its owner was given since. Lives for one batch.
 */
final class Endings {
    private static final byte[] NOTHING = new byte[0];
    private static final int DECLINES = 2;

    private final StepDraft draft;
    private final Replays replays;

    Endings(StepDraft draft, Replays replays) {
        this.draft = draft;
        this.replays = replays;
    }

    /* --------------- release and decline --------------- */

    Outcome release(long commandId, Release command, @Nullable PoolState pool) {
        Call call = new Call(commandId, body(command), command.instance(), command.owner(), command.prefix(), false);
        return call.end(pool);
    }

    Outcome decline(long commandId, Decline command, @Nullable PoolState pool) {
        Call call = new Call(commandId, body(command), command.instance(), command.owner(), command.prefix(), true);
        return call.end(pool);
    }

    /** An owner that gives up what it holds. */
    private final class Call {
        private final long commandId;
        private final int body;
        private final int instance;
        private final Identity owner;
        private final @Nullable Prefix prefix;
        private final boolean declines;

        Call(long commandId, int body, int instance, Identity owner, @Nullable Prefix prefix, boolean declines) {
            this.commandId = commandId;
            this.body = body;
            this.instance = instance;
            this.owner = owner;
            this.prefix = prefix;
            this.declines = declines;
        }

        Outcome end(@Nullable PoolState pool) {
            if (pool == null) {
                return Refusals.unknownPool(instance);
            }
            RecentRow.Entry known = replays.find(commandId);
            if (known != null) {
                return again(known, pool);
            }
            if (pool.isSealed()) {
                return Refusals.sealed(pool);
            }
            if (prefix != null && pool.plan().unit(prefix).isEmpty()) {
                return Refusals.notOfPool(pool, prefix);
            }
            Held held = draft.find(pool, owner);
            Allocation allocation = held == null ? null : held.allocation();
            if (held == null || allocation == null || (prefix != null && !prefix.equals(allocation.prefix()))) {
                replays.remember(new RecentRow.Refused(commandId, body));
                return Refusals.nothingHeld(pool, owner, prefix);
            }
            if (held.row().commandId() == commandId) {
                return Refusals.idReused("the allocate");
            }
            replays.remember(new RecentRow.Released(commandId, body, ended(held)));
            draft.end(held, left(held), declines ? EndReason.DECLINED : EndReason.RELEASED);
            return Accepted.of(true, allocation);
        }

        private @Nullable FormerRow left(Held held) {
            return declines ? Remains.declined(held.pool().terms(), held.row(), draft) : released(held);
        }

        private Outcome again(RecentRow.Entry known, PoolState pool) {
            if (known instanceof RecentRow.Released released
                    && released.commandId() == commandId
                    && released.body() == body
                    && released.ended().instance() == instance) {
                RecentRow.Ended ended = released.ended();
                return Accepted.of(true, ended.row().toAllocation(pool.entry(), ended.unit()));
            }
            if (known instanceof RecentRow.Refused refused && refused.body() == body) {
                return Refusals.nothingHeld(pool, owner, prefix);
            }
            return Refusals.idReused("another request");
        }
    }

    /** Fingerprint of a release, part of the durable format: its test vectors must never change. */
    static int body(Release command) {
        return digest(bytes(command.instance(), command.owner(), command.prefix()));
    }

    /** The same of a decline. */
    static int body(Decline command) {
        return digest(
                bytes(command.instance(), command.owner(), command.prefix()).u8(DECLINES));
    }

    private static int digest(ByteWriter bytes) {
        return (int) Digest.of(bytes.toByteArray(), NOTHING).lo();
    }

    private static ByteWriter bytes(int instance, Identity owner, @Nullable Prefix prefix) {
        ByteWriter bytes = new ByteWriter(128);
        bytes.u32(instance & 0xffff_ffffL)
                .string(owner.subscriber())
                .bytes(owner.duid())
                .u32(owner.iaid() & 0xffff_ffffL);
        if (prefix != null) {
            bytes.u64(prefix.hi()).u64(prefix.lo()).u8(prefix.length());
        }
        return bytes;
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
