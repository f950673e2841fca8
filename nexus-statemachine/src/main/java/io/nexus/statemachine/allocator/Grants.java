package io.nexus.statemachine.allocator;

import io.nexus.statemachine.command.Command.Allocate;
import io.nexus.statemachine.command.Command.Confirm;
import io.nexus.statemachine.command.Command.Offer;
import io.nexus.statemachine.command.Command.Renew;
import io.nexus.statemachine.command.Outcome;
import io.nexus.statemachine.command.Outcome.Accepted;
import io.nexus.statemachine.command.Outcome.Rejected;
import io.nexus.statemachine.model.AllocType;
import io.nexus.statemachine.model.Allocation;
import io.nexus.statemachine.model.Attachment;
import io.nexus.statemachine.model.Identity;
import io.nexus.statemachine.model.Prefix;
import io.nexus.statemachine.model.Reason;
import io.nexus.statemachine.model.Stage;
import io.nexus.statemachine.rows.AllocationRow;
import io.nexus.statemachine.rows.FormerRow;
import io.nexus.statemachine.rows.RecentRow;
import org.jspecify.annotations.Nullable;

/**
 * Allocate and offer, renew and confirm. Whatever shows that the owner uses what it was offered, a confirm, an allocate
 * or a renew, makes it an allocation. Lives for one batch.
 */
final class Grants {
    private final StepDraft draft;
    private final Replays replays;
    private final Choice choice;

    Grants(StepDraft draft, Replays replays) {
        this.draft = draft;
        this.replays = replays;
        this.choice = new Choice(draft);
    }

    /** What an allocate or an offer asks for, once its terms are known to be possible. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Wish(
            int instance,
            Identity owner,
            byte[] mac,
            @Nullable Prefix requested,
            LeaseTerms terms,
            boolean isOffer,
            Attachment attachment) {}

    /* --------------- allocate and offer --------------- */

    Outcome allocate(long commandId, Allocate command, @Nullable PoolState pool) {
        if (pool == null) {
            return Refusals.unknownPool(command.instance());
        }
        String problem = LeaseTerms.problem(command.type(), command.ttlSeconds(), poolTtl(pool));
        LeaseTerms terms = LeaseTerms.of(command.type(), problem == null ? command.ttlSeconds() : 0, poolTtl(pool));
        return give(
                commandId,
                new Wish(
                        command.instance(),
                        command.owner(),
                        command.mac(),
                        command.requested(),
                        terms,
                        false,
                        command.attachment()),
                problem,
                pool);
    }

    Outcome offer(long commandId, Offer command, @Nullable PoolState pool) {
        if (pool == null) {
            return Refusals.unknownPool(command.instance());
        }
        String problem = command.ttlSeconds() < 0 ? "must not be negative: " + command.ttlSeconds() : null;
        LeaseTerms terms = LeaseTerms.ofOffer(command.ttlSeconds(), pool.terms());
        return give(
                commandId,
                new Wish(
                        command.instance(),
                        command.owner(),
                        command.mac(),
                        command.requested(),
                        terms,
                        true,
                        command.attachment()),
                problem,
                pool);
    }

    /** @param ttlProblem null: the terms are possible */
    private Outcome give(long commandId, Wish wish, @Nullable String ttlProblem, PoolState pool) {
        RecentRow.Entry known = replays.find(commandId);
        if (known != null) {
            return again(commandId, known, wish, pool);
        }
        if (pool.isSealed()) {
            return Refusals.sealed(pool);
        }
        Held held = draft.ofOwner(pool, wish.owner);
        boolean isRepetition = held != null && held.isAllocated() && held.row().commandId() == commandId;
        // What was answered once is not checked again: the pool may have become another since.
        if (!isRepetition && ttlProblem != null) {
            return Refusals.invalid("ttl_seconds", ttlProblem);
        }
        Rejected invalid = isRepetition ? null : problem(wish, pool);
        return invalid != null ? invalid : fresh(commandId, wish, held, pool);
    }

    private Outcome fresh(long commandId, Wish wish, @Nullable Held held, PoolState pool) {
        long wanted = wish.requested == null
                ? UnitBitmap.NONE
                : pool.plan().unit(wish.requested).orElse(UnitBitmap.NONE);
        boolean holds = held != null && held.isAllocated();
        boolean isOwn = holds && held != null && held.unit() == wanted;
        if (wanted != UnitBitmap.NONE && !isOwn && pool.plan().isWithheld(wanted)) {
            return Refusals.withheld(pool, pool.plan().prefix(wanted));
        }
        if (holds && held != null) {
            return repeat(commandId, held, wanted, wish);
        }
        if (pool.terms().draining()) {
            return Refusals.draining(pool);
        }
        int limit = pool.terms().subscriberLimit();
        if (limit > 0 && draft.count(pool, wish.owner.subscriber()) >= limit) {
            return Refusals.limit(pool, wish.owner);
        }
        long reserved = pool.reservedFor(wish.owner, wish.mac);
        wanted = wanted == UnitBitmap.NONE ? reserved : wanted;
        Rejected refusal = wanted == UnitBitmap.NONE ? null : choice.refusal(pool, wanted, wish.owner, wish.mac);
        if (refusal != null) {
            return refusal;
        }
        Choice.Chosen chosen = wanted == UnitBitmap.NONE
                ? choice.any(pool, held, commandId)
                : new Choice.Chosen(wanted, false, held != null && held.unit() == wanted);
        if (chosen.unit() == UnitBitmap.NONE || !pool.hasCausalLengthLeft()) {
            return Refusals.exhausted(pool);
        }
        if (held != null && !chosen.isReturn()) {
            abandon(held);
        }
        AllocationRow row = row(commandId, wish, pool.nextCausalLength(), chosen.isReturn());
        return Accepted.of(
                true, draft.give(pool, chosen.unit(), row, chosen.inTurn()).allocation());
    }

    /** The owner takes something else than it had: it has no right to that any more. */
    private void abandon(Held had) {
        FormerRow left = had.former();
        if (left != null) {
            draft.become(had, left, Remains.abandoned(left, draft));
        }
    }

    private static @Nullable Rejected problem(Wish wish, PoolState pool) {
        Rejected owner = Refusals.ofOwner(wish.owner, wish.mac, wish.attachment);
        if (owner != null || wish.requested == null) {
            return owner;
        }
        return pool.plan().unit(wish.requested).isEmpty() ? Refusals.notOfPool(pool, wish.requested) : null;
    }

    private AllocationRow row(long commandId, Wish wish, int causalLength, boolean isReturn) {
        long now = draft.clockMillis();
        Stage stage = isReturn ? Stage.OFFERED_AGAIN : Stage.OFFERED;
        return new AllocationRow(
                wish.terms.type(),
                causalLength,
                draft.incarnation(),
                draft.seq(),
                commandId,
                wish.owner,
                wish.mac,
                now,
                now,
                wish.terms.deadlineMillis(now),
                wish.isOffer ? stage : Stage.ACTIVE,
                wish.attachment);
    }

    /** The owner holds something in the pool already. */
    private Outcome repeat(long commandId, Held held, long wanted, Wish wish) {
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
        if (!wish.isOffer) {
            extend(held, wish.terms, Stage.ACTIVE, wish.attachment);
        } else if (held.row().stage().isOffer()) {
            extend(held, wish.terms, held.row().stage(), wish.attachment);
        }
        replays.remember(new RecentRow.Repeated(commandId, held.row().commandId()));
        return Accepted.of(false, held.allocation());
    }

    /* --------------- the same id again --------------- */

    /** An allocate whose id is remembered: its allocation is over, or was there before it. */
    private Outcome again(long commandId, RecentRow.Entry known, Wish command, PoolState pool) {
        if (known instanceof RecentRow.Repeated repeated) {
            return againRepeated(repeated, command, pool);
        }
        RecentRow.Ended ended = endedOf(known, commandId);
        return ended == null ? Refusals.idReused("a release") : answer(true, ended, command, pool);
    }

    private Outcome againRepeated(RecentRow.Repeated known, Wish command, PoolState pool) {
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

    private static Outcome answer(boolean changed, RecentRow.Ended ended, Wish command, PoolState pool) {
        if (ended.instance() != command.instance() || !ended.row().owner().equals(command.owner())) {
            return Refusals.idReused("another allocate");
        }
        Allocation first = ended.row().toAllocation(pool.entry(), ended.unit());
        boolean isSame = command.requested() == null || command.requested().equals(first.prefix());
        return isSame ? Accepted.of(changed, first) : Refusals.idReused("an allocate that named another address");
    }

    /* --------------- renew and confirm --------------- */

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
        return extend(held, type, command.ttlSeconds());
    }

    Outcome confirm(long commandId, Confirm command, @Nullable PoolState pool) {
        if (pool == null) {
            return Refusals.unknownPool(command.instance());
        }
        if (pool.isSealed()) {
            return Refusals.sealed(pool);
        }
        if (replays.find(commandId) != null) {
            return Refusals.idReused("an allocate or a release");
        }
        Held held = draft.find(pool, command.owner());
        Prefix prefix = command.prefix();
        if (held == null || (prefix != null && !prefix.equals(held.allocation().prefix()))) {
            return Refusals.nothingHeld(pool, command.owner(), prefix);
        }
        if (held.row().commandId() == commandId) {
            return Refusals.idReused("the offer");
        }
        return extend(held, command.type(), command.ttlSeconds());
    }

    /** Also where the deadline has passed: until the log says so the lease is held. */
    private Outcome extend(Held held, @Nullable AllocType type, long ttlSeconds) {
        long poolTtl = poolTtl(held.pool());
        String problem = LeaseTerms.problem(type, ttlSeconds, poolTtl);
        if (problem != null) {
            return Refusals.invalid("ttl_seconds", problem);
        }
        boolean changed = extend(held, LeaseTerms.of(type, ttlSeconds, poolTtl), Stage.ACTIVE, Attachment.NONE);
        return Accepted.of(changed, held.allocation());
    }

    private boolean extend(Held held, LeaseTerms terms, Stage stage, Attachment attachment) {
        AllocationRow extended = terms.extend(held.row(), stage, attachment, draft);
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
