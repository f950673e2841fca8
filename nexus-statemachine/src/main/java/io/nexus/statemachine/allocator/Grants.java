package io.nexus.statemachine.allocator;

import io.nexus.statemachine.command.Command.Allocate;
import io.nexus.statemachine.command.Command.Renew;
import io.nexus.statemachine.command.Outcome;
import io.nexus.statemachine.command.Outcome.Accepted;
import io.nexus.statemachine.command.Outcome.Rejected;
import io.nexus.statemachine.model.AllocType;
import io.nexus.statemachine.model.Allocation;
import io.nexus.statemachine.model.Prefix;
import io.nexus.statemachine.model.Reason;
import io.nexus.statemachine.rows.AllocationRow;
import io.nexus.statemachine.rows.RecentRow;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Allocate and renew. STICKY is a lease like SESSION so far: keeping its address after the release is to come. Lives
 * for one batch.
 */
final class Grants {
    private final StepDraft draft;
    private final Replays replays;

    Grants(StepDraft draft, Replays replays) {
        this.draft = draft;
        this.replays = replays;
    }

    /* --------------- allocate --------------- */

    Outcome allocate(long commandId, Allocate command, @Nullable PoolState pool) {
        if (pool == null) {
            return Refusals.unknownPool(command.instance());
        }
        RecentRow.Entry known = replays.find(commandId);
        if (known != null) {
            return again(commandId, known, command, pool);
        }
        return pool.isSealed() ? Refusals.sealed(pool) : fresh(commandId, command, pool);
    }

    private Outcome fresh(long commandId, Allocate command, PoolState pool) {
        Rejected invalid = problem(command, pool);
        if (invalid != null) {
            return invalid;
        }
        LeaseTerms terms = LeaseTerms.of(command.type(), command.ttlSeconds(), poolTtl(pool));
        long wanted = wanted(command.requested(), pool);
        Held held = draft.find(pool, command.owner());
        if (held != null) {
            return repeat(commandId, held, wanted, terms);
        }
        if (wanted != UnitBitmap.NONE && pool.isAllocated(wanted)) {
            return Rejected.because(
                    Reason.ADDRESS_TAKEN, "%s has another holder", pool.plan().prefix(wanted));
        }
        long unit = wanted != UnitBitmap.NONE ? wanted : pool.nextFree();
        if (unit == UnitBitmap.NONE || !pool.hasCausalLengthLeft()) {
            return Refusals.exhausted(pool);
        }
        int causalLength = pool.take(unit, wanted == UnitBitmap.NONE);
        return Accepted.of(
                true,
                draft.give(pool, unit, row(commandId, command, terms, causalLength))
                        .allocation());
    }

    private @Nullable Rejected problem(Allocate command, PoolState pool) {
        String terms = LeaseTerms.problem(command.type(), command.ttlSeconds(), poolTtl(pool));
        if (terms != null) {
            return Refusals.invalid("ttl_seconds", terms);
        }
        Rejected owner = Refusals.ofOwner(command.owner(), command.mac());
        Prefix requested = command.requested();
        if (owner != null || requested == null) {
            return owner;
        }
        OptionalLong unit = pool.plan().unit(requested);
        if (unit.isEmpty()) {
            return Refusals.notOfPool(pool, requested);
        }
        return pool.plan().isWithheld(unit.getAsLong())
                ? Rejected.because(
                        Reason.NOT_ALLOCATABLE,
                        "%s is kept out of pool %s: network, broadcast, gateway or excluded",
                        requested,
                        pool.entry().spec().id())
                : null;
    }

    private static long wanted(@Nullable Prefix requested, PoolState pool) {
        return requested == null ? UnitBitmap.NONE : pool.plan().unit(requested).orElseThrow();
    }

    private AllocationRow row(long commandId, Allocate command, LeaseTerms terms, int causalLength) {
        long now = draft.clockMillis();
        return new AllocationRow(
                terms.type(),
                causalLength,
                draft.incarnation(),
                draft.seq(),
                commandId,
                command.owner(),
                command.mac(),
                now,
                now,
                terms.deadlineMillis(now));
    }

    /** The owner holds something in the pool already. */
    private Outcome repeat(long commandId, Held held, long wanted, LeaseTerms terms) {
        boolean isOther = wanted != UnitBitmap.NONE && wanted != held.unit();
        if (held.row().commandId() == commandId) {
            return isOther
                    ? Refusals.idReused("an allocate that named another address")
                    : Accepted.of(true, held.allocation());
        }
        if (isOther) {
            return Rejected.because(
                    Reason.ADDRESS_TAKEN,
                    "%s holds %s in pool %s already: release it to get another",
                    held.row().owner().subscriber(),
                    held.allocation().prefix(),
                    held.pool().entry().spec().id());
        }
        extend(held, terms);
        replays.remember(new RecentRow.Repeated(commandId, held.row().commandId()));
        return Accepted.of(false, held.allocation());
    }

    /* --------------- the same id again --------------- */

    /** An allocate whose id is remembered: its allocation is over, or was there before it. */
    private Outcome again(long commandId, RecentRow.Entry known, Allocate command, PoolState pool) {
        if (known instanceof RecentRow.Repeated repeated) {
            return againRepeated(repeated, command, pool);
        }
        RecentRow.Ended ended = endedOf(known, commandId);
        return ended == null ? Refusals.idReused("a release") : answer(true, ended, command, pool);
    }

    private Outcome againRepeated(RecentRow.Repeated known, Allocate command, PoolState pool) {
        Held held = draft.find(pool, command.owner());
        if (held != null && held.row().commandId() == known.firstCommandId()) {
            return Accepted.of(false, held.allocation());
        }
        RecentRow.Entry first = replays.find(known.firstCommandId());
        RecentRow.Ended ended = first == null ? null : endedOf(first, known.firstCommandId());
        // Only a lease that ended on time can be forgotten before its last repetition.
        return ended == null
                ? Rejected.because(Reason.NO_SUCH_ALLOCATION, "what this request was answered with has ended since")
                : answer(false, ended, command, pool);
    }

    /** The allocation that the command had made and that is over; null if the entry is about another command. */
    private static RecentRow.@Nullable Ended endedOf(RecentRow.Entry known, long commandId) {
        RecentRow.Ended ended = null;
        if (known instanceof RecentRow.Released released) {
            ended = released.ended();
        } else if (known instanceof RecentRow.Expired expired) {
            ended = expired.ended();
        }
        return ended != null && ended.row().commandId() == commandId ? ended : null;
    }

    private static Outcome answer(boolean changed, RecentRow.Ended ended, Allocate command, PoolState pool) {
        if (ended.instance() != command.instance() || !ended.row().owner().equals(command.owner())) {
            return Refusals.idReused("another allocate");
        }
        Allocation first = ended.row().toAllocation(pool.entry(), ended.unit());
        boolean isSame = command.requested() == null || command.requested().equals(first.prefix());
        return isSame ? Accepted.of(changed, first) : Refusals.idReused("an allocate that named another address");
    }

    /* --------------- renew --------------- */

    Outcome renew(long commandId, Renew command, @Nullable PoolState pool) {
        if (pool == null) {
            return Refusals.unknownPool(command.instance());
        }
        if (pool.isSealed()) {
            return Refusals.sealed(pool);
        }
        if (replays.find(commandId) != null) {
            return Refusals.idReused("an allocate or a release");
        }
        if (command.ttlSeconds() < 0) {
            return Refusals.invalid("ttl_seconds", "must not be negative: " + command.ttlSeconds());
        }
        Held held = draft.find(pool, command.owner());
        if (held == null) {
            return Refusals.nothingHeld(pool, command.owner(), null);
        }
        if (held.row().commandId() == commandId) {
            return Refusals.idReused("the allocate");
        }
        if (!held.isOf(command.generation())) {
            return Refusals.generationChanged(pool, command.owner(), command.generation());
        }
        AllocType type = held.row().type();
        if (type == AllocType.PERMANENT) {
            return Accepted.of(false, held.allocation());
        }
        String problem = LeaseTerms.problem(type, command.ttlSeconds(), poolTtl(pool));
        if (problem != null) {
            return Refusals.invalid("ttl_seconds", problem);
        }
        // Also where the deadline has passed: until the log says so the lease is held.
        boolean changed = extend(held, LeaseTerms.of(type, command.ttlSeconds(), poolTtl(pool)));
        return Accepted.of(changed, held.allocation());
    }

    private boolean extend(Held held, LeaseTerms terms) {
        AllocationRow extended = terms.extend(held.row(), draft.clockMillis(), draft.incarnation(), draft.seq());
        if (extended == null) {
            return false;
        }
        draft.replace(held, extended);
        return true;
    }

    private static long poolTtl(PoolState pool) {
        return pool.entry().spec().defaultTtlSeconds();
    }
}
