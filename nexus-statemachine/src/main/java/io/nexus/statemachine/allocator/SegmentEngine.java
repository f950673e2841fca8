package io.nexus.statemachine.allocator;

import io.nexus.crdt.Position;
import io.nexus.statemachine.command.Batch;
import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.command.Envelope;
import io.nexus.statemachine.command.Outcome;
import io.nexus.statemachine.command.Outcome.Accepted;
import io.nexus.statemachine.command.Outcome.Rejected;
import io.nexus.statemachine.engine.Applied;
import io.nexus.statemachine.engine.Engine;
import io.nexus.statemachine.model.AllocPolicy;
import io.nexus.statemachine.model.Invariant;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.Reason;
import io.nexus.statemachine.rows.AllocationRow;
import io.nexus.statemachine.rows.BranchesRow;
import io.nexus.statemachine.rows.CountersRow;
import io.nexus.statemachine.rows.FormerRow;
import io.nexus.statemachine.rows.PoolRow;
import io.nexus.statemachine.rows.RecentRow;
import io.nexus.statemachine.rows.ReservationRow;
import io.nexus.statemachine.rows.RowKeys;
import io.nexus.statemachine.rows.UnitRow;
import io.nexus.statemachine.storage.RowUpdate;
import io.nexus.statemachine.storage.Rows;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides who has which address in one segment. What it knows beyond the rows (bitmaps, counters, who expires when,
 * which commands were seen) follows from the rows alone and is rebuilt by {@link #load}. One thread, but for
 * {@link #due}, which any thread may call.
 */
public final class SegmentEngine implements Engine {
    private static final byte[] EVERYTHING = new byte[0];

    private final int segment;
    private final NavigableMap<Integer, PoolState> pools = new TreeMap<>();
    private final ExpiryIndex expiry = new ExpiryIndex();
    private final RecentCommands recent = new RecentCommands();

    private final HistorySweep sweep = new HistorySweep();

    private volatile @Nullable Rows rows;
    private long clockMillis;

    /** @param segment number of the group, from 1 */
    public SegmentEngine(int segment) {
        this.segment = segment;
    }

    /* --------------- loading --------------- */

    @Override
    public void load(Rows stored, @Nullable Position position) {
        Invariant.check(position == null || position.stream() == segment, "rows of another segment than %d", segment);
        pools.clear();
        expiry.clear();
        recent.clear();
        sweep.clear();
        rows = stored;
        clockMillis = position == null ? 0 : position.clockMillis();
        // In the order of their keys: pools, their counters, then their allocations, then the recent commands.
        stored.scan(EVERYTHING, this::loadRow);
        pools.values().forEach(PoolState::checkLoaded);
    }

    private void loadRow(byte[] key, byte[] value) {
        switch (RowKeys.kind(key)) {
            case RowKeys.POOL -> {
                PoolRow row = PoolRow.decode(value);
                pools.put(row.entry().instance(), new PoolState(row.entry(), row.sealed()));
                keepHistory(row.entry());
            }
            case RowKeys.COUNTERS -> poolOf(key).found(CountersRow.decode(value));
            case RowKeys.ALLOCATION -> loadUnit(poolOf(key), RowKeys.unit(key), UnitRow.decode(value));
            case RowKeys.RESERVATION ->
                poolOf(key)
                        .found(RowKeys.unit(key), ReservationRow.decode(value).claimant());
            case RowKeys.HISTORY -> {} // nothing follows from it
            case RowKeys.RECENT -> recent.add(RowKeys.seq(key), RecentRow.decode(value));
            case RowKeys.BRANCHES -> BranchesRow.decode(value); // nothing to derive from it: the readers want it
            default -> Invariant.check(false, "row of unknown kind %d in segment %d", RowKeys.kind(key), segment);
        }
    }

    private void keepHistory(PoolEntry pool) {
        sweep.keep(pool.instance(), pool.spec().terms().historySeconds());
    }

    private PoolState poolOf(byte[] key) {
        int instance = RowKeys.instance(key);
        return Invariant.present(pools.get(instance), "row of the unknown pool instance %d", instance);
    }

    private void loadUnit(PoolState pool, long unit, UnitRow row) {
        if (row instanceof FormerRow left) {
            pool.found(unit, left);
            expiry.put(pool.instance(), unit, pool.isSealed() ? 0 : left.freeAtMillis());
        } else if (row instanceof AllocationRow allocation) {
            pool.found(unit, allocation.causalLength());
            if (allocation.expiresAtMillis() != 0) {
                expiry.put(pool.instance(), unit, allocation.expiresAtMillis());
            }
        }
    }

    /* --------------- for the validator of the tests --------------- */

    @Nullable
    PoolState pool(int instance) {
        return pools.get(instance);
    }

    ExpiryIndex expiry() {
        return expiry;
    }

    RecentCommands recent() {
        return recent;
    }

    /* --------------- deciding --------------- */

    @Override
    public Applied apply(Batch batch, int incarnation, long seq) {
        Rows stored = Invariant.present(rows, "segment %d is not loaded", segment);
        clockMillis = Math.max(clockMillis, batch.stampMillis());
        Turn turn = new Turn(stored, incarnation, seq);
        List<Outcome> outcomes = new ArrayList<>(batch.commands().size());
        for (Envelope envelope : batch.commands()) {
            outcomes.add(turn.decide(envelope.commandId(), envelope.command()));
        }
        return new Applied(clockMillis, outcomes, turn.updates());
    }

    @Override
    public List<Command> due(long nowMillis, int limit) {
        List<Command> due = new ArrayList<>(expiry.due(nowMillis, limit));
        due.addAll(sweep.due(rows, nowMillis));
        return due;
    }

    /** The work on one batch. */
    private final class Turn {
        private final StepDraft draft;
        private final Replays replays;
        private final Grants grants;
        private final Endings endings;
        private final Reserving reserving;

        Turn(Rows stored, int incarnation, long seq) {
            draft = new StepDraft(stored, expiry, clockMillis, incarnation, seq);
            replays = new Replays(stored, recent);
            grants = new Grants(draft, replays);
            endings = new Endings(draft, replays);
            reserving = new Reserving(draft);
        }

        Outcome decide(long commandId, Command command) {
            if (command instanceof Command.Allocate allocate) {
                return grants.allocate(commandId, allocate, pools.get(allocate.instance()));
            } else if (command instanceof Command.Renew renew) {
                return grants.renew(commandId, renew, pools.get(renew.instance()));
            } else if (command instanceof Command.Release release) {
                return endings.release(commandId, release, pools.get(release.instance()));
            } else if (command instanceof Command.Offer offer) {
                return grants.offer(commandId, offer, pools.get(offer.instance()));
            } else if (command instanceof Command.Confirm confirm) {
                return grants.confirm(commandId, confirm, pools.get(confirm.instance()));
            } else if (command instanceof Command.Decline decline) {
                return endings.decline(commandId, decline, pools.get(decline.instance()));
            } else if (command instanceof Command.Expire expire) {
                return endings.expire(expire, pools.get(expire.instance()));
            } else if (command instanceof Command.Reserve reserve) {
                return reserving.reserve(reserve, pools.get(reserve.instance()));
            } else if (command instanceof Command.Unreserve unreserve) {
                return reserving.unreserve(unreserve, pools.get(unreserve.instance()));
            } else if (command instanceof Command.ForgetHistory forget) {
                return draft.history().forget(forget, pools.get(forget.instance()));
            } else if (command instanceof Command.Tick) {
                return Accepted.UNCHANGED;
            } else if (command instanceof Command.OpenPool open) {
                return openPool(open.pool());
            } else if (command instanceof Command.SealPool seal) {
                return sealPool(seal.instance());
            }
            return Rejected.because(
                    Reason.INVARIANT_BROKEN,
                    "%s is not for segment %d",
                    command.getClass().getSimpleName(),
                    segment);
        }

        private Outcome openPool(PoolEntry entry) {
            PoolState known = pools.get(entry.instance());
            boolean contradicts = known != null
                    && known.entry().revision() == entry.revision()
                    && !known.entry().equals(entry);
            if (entry.segment() != segment || contradicts) {
                return Rejected.because(
                        Reason.INVARIANT_BROKEN,
                        "pool instance %d of segment %d is another one in segment %d",
                        entry.instance(),
                        entry.segment(),
                        segment);
            }
            if (known != null) {
                return known.isSealed() ? Refusals.sealed(known) : amend(known, entry);
            }
            PoolState pool;
            try {
                pool = new PoolState(entry, false);
            } catch (IllegalArgumentException e) { // the catalogue checks every pool before
                return Refusals.invalid("cidr", String.valueOf(e.getMessage()));
            }
            pools.put(entry.instance(), pool);
            keepHistory(entry);
            draft.put(pool, new PoolRow(entry, false));
            return Accepted.of(true, entry);
        }

        private Outcome amend(PoolState pool, PoolEntry next) {
            if (pool.entry().revision() >= next.revision()) {
                return Accepted.of(false, pool.entry());
            }
            boolean forgetsOrder = pool.terms().policy() == AllocPolicy.LRU
                    && next.spec().terms().policy() != AllocPolicy.LRU;
            try {
                pool.amend(next);
            } catch (IllegalArgumentException e) { // the catalogue checks every pool before
                return Refusals.invalid("cidr", String.valueOf(e.getMessage()));
            }
            keepHistory(next);
            draft.put(pool, new PoolRow(next, false));
            if (forgetsOrder) {
                pool.leftovers().units().forEach((int unit) -> draft.await(pool, unit & RowKeys.UNIT_MAX));
            }
            return Accepted.of(true, next);
        }

        private Outcome sealPool(int instance) {
            PoolState pool = pools.get(instance);
            if (pool == null) {
                return Refusals.unknownPool(instance);
            }
            PoolEntry entry = pool.entry();
            if (pool.isSealed()) {
                return Accepted.of(false, entry);
            }
            if (pool.allocated() > 0) {
                return Rejected.because(
                        Reason.POOL_IN_USE,
                        "pool %s has %d allocations",
                        entry.spec().id(),
                        pool.allocated());
            }
            pool.seal();
            expiry.reset(instance, pool.leftovers().units()); // nobody comes back to a pool that is gone
            draft.put(pool, new PoolRow(entry, true));
            return Accepted.of(true, entry);
        }

        List<RowUpdate> updates() {
            List<RowUpdate> updates = draft.updates();
            if (!updates.isEmpty() || replays.isAnythingNew()) {
                replays.write(clockMillis, draft.seq(), updates);
            }
            return updates;
        }
    }
}
