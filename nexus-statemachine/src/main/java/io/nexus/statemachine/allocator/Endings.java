package io.nexus.statemachine.allocator;

import io.nexus.crdt.Digest;
import io.nexus.statemachine.codec.ByteWriter;
import io.nexus.statemachine.command.Command.Expire;
import io.nexus.statemachine.command.Command.Release;
import io.nexus.statemachine.command.Outcome;
import io.nexus.statemachine.command.Outcome.Accepted;
import io.nexus.statemachine.model.Allocation;
import io.nexus.statemachine.model.Prefix;
import io.nexus.statemachine.rows.RecentRow;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Release and expire. Every release is remembered, also one that found nothing: proposed again later it must not free
 * what its owner was given since. Lives for one batch.
 */
final class Endings {
    private static final byte[] NOTHING = new byte[0];

    private final StepDraft draft;
    private final Replays replays;

    Endings(StepDraft draft, Replays replays) {
        this.draft = draft;
        this.replays = replays;
    }

    /* --------------- release --------------- */

    Outcome release(long commandId, Release command, @Nullable PoolState pool) {
        if (pool == null) {
            return Refusals.unknownPool(command.instance());
        }
        RecentRow.Entry known = replays.find(commandId);
        if (known != null) {
            return again(commandId, known, command, pool);
        }
        if (pool.isSealed()) {
            return Refusals.sealed(pool);
        }
        Prefix prefix = command.prefix();
        if (prefix != null && pool.plan().unit(prefix).isEmpty()) {
            return Refusals.notOfPool(pool, prefix);
        }
        Held held = draft.find(pool, command.owner());
        Allocation allocation = held == null ? null : held.allocation();
        if (held == null || allocation == null || (prefix != null && !prefix.equals(allocation.prefix()))) {
            replays.remember(new RecentRow.Refused(commandId, body(command)));
            return Refusals.nothingHeld(pool, command.owner(), prefix);
        }
        if (held.row().commandId() == commandId) {
            return Refusals.idReused("the allocate");
        }
        if (!held.isOf(command.generation())) {
            replays.remember(new RecentRow.Refused(commandId, changedBody(command)));
            return Refusals.generationChanged(pool, command.owner(), command.generation());
        }
        replays.remember(new RecentRow.Released(commandId, body(command), ended(held)));
        draft.end(held);
        return Accepted.of(true, allocation);
    }

    private static Outcome again(long commandId, RecentRow.Entry known, Release command, PoolState pool) {
        if (known instanceof RecentRow.Released released
                && released.commandId() == commandId
                && released.body() == body(command)
                && released.ended().instance() == command.instance()) {
            RecentRow.Ended ended = released.ended();
            return Accepted.of(true, ended.row().toAllocation(pool.entry(), ended.unit()));
        }
        if (known instanceof RecentRow.Refused refused && refused.body() == body(command)) {
            return Refusals.nothingHeld(pool, command.owner(), command.prefix());
        }
        if (known instanceof RecentRow.Refused refused && refused.body() == changedBody(command)) {
            return Refusals.generationChanged(pool, command.owner(), command.generation());
        }
        return Refusals.idReused("another request");
    }

    /** Fingerprint of a release, part of the durable format: its test vectors must never change. */
    static int body(Release command) {
        return digest(bytes(command));
    }

    /** Fingerprint of a release that found another generation: tells its answer from that of one that found nothing. */
    static int changedBody(Release command) {
        return digest(bytes(command).u8(1));
    }

    private static int digest(ByteWriter bytes) {
        return (int) Digest.of(bytes.toByteArray(), NOTHING).lo();
    }

    private static ByteWriter bytes(Release command) {
        ByteWriter bytes = new ByteWriter(128);
        bytes.u32(command.instance() & 0xffff_ffffL)
                .string(command.owner().subscriber())
                .bytes(command.owner().duid())
                .u32(command.owner().iaid() & 0xffff_ffffL);
        Prefix prefix = command.prefix();
        if (prefix != null) {
            bytes.u64(prefix.hi()).u64(prefix.lo()).u8(prefix.length());
        }
        return command.generation() == 0 ? bytes : bytes.u32(command.generation());
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
        List<Allocation> freed = new ArrayList<>();
        for (long unit : command.units()) {
            Held held = draft.at(pool, unit);
            if (held != null && held.row().endedBy(draft.clockMillis())) {
                freed.add(held.allocation());
                rememberIfRepeatable(held);
                draft.end(held);
            }
        }
        return freed.isEmpty() ? Accepted.UNCHANGED : new Accepted(true, freed, null);
    }

    /** An allocate older than what is remembered at all is not written down again. */
    private void rememberIfRepeatable(Held held) {
        if (draft.clockMillis() - held.row().allocatedAtMillis() < RecentCommands.KEEP_MILLIS) {
            replays.remember(new RecentRow.Expired(ended(held)));
        }
    }
}
