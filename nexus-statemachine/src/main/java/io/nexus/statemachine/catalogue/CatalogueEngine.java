package io.nexus.statemachine.catalogue;

import io.nexus.crdt.Position;
import io.nexus.statemachine.codec.ByteReader;
import io.nexus.statemachine.codec.ByteWriter;
import io.nexus.statemachine.codec.PlanCodec;
import io.nexus.statemachine.codec.PoolEntryCodec;
import io.nexus.statemachine.command.Batch;
import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.command.Command.CreatePool;
import io.nexus.statemachine.command.Command.FindPool;
import io.nexus.statemachine.command.Command.FoundCluster;
import io.nexus.statemachine.command.Command.RemovePool;
import io.nexus.statemachine.command.Command.ReplaceNode;
import io.nexus.statemachine.command.Command.Tick;
import io.nexus.statemachine.command.Command.UpdatePool;
import io.nexus.statemachine.command.Envelope;
import io.nexus.statemachine.command.Outcome;
import io.nexus.statemachine.command.Outcome.Accepted;
import io.nexus.statemachine.command.Outcome.Rejected;
import io.nexus.statemachine.engine.Applied;
import io.nexus.statemachine.engine.Engine;
import io.nexus.statemachine.model.AddressPlan;
import io.nexus.statemachine.model.ClusterPlan;
import io.nexus.statemachine.model.Invariant;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.PoolSpec;
import io.nexus.statemachine.model.Reason;
import io.nexus.statemachine.storage.Rows;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides the meta group's commands. Each is idempotent by its content: a pool by its id and body, a removal by its
 * instance, which is never issued again, a replacement by the two node ids. Until the cluster is founded every other
 * command is rejected with NODE_STARTING.
 */
public final class CatalogueEngine implements Engine {
    /** The catalogue is in the memory of every node. */
    public static final int POOLS_MAX = 100_000;

    public static final int SEGMENTS_MAX = 64;

    private final PoolIndex pools = new PoolIndex();
    private @Nullable Rows rows;
    private @Nullable ClusterPlan plan;
    private int nextInstance = 1;
    private long clockMillis;

    @Override
    public void load(Rows loaded, @Nullable Position position) {
        rows = loaded;
        clockMillis = position == null ? 0 : position.clockMillis();
        byte[] planRow = loaded.get(CatalogueKeys.plan());
        plan = planRow == null ? null : PlanCodec.decode(ByteBuffer.wrap(planRow));
        byte[] nextRow = loaded.get(CatalogueKeys.nextInstance());
        nextInstance = nextRow == null ? 1 : (int) new ByteReader(nextRow).u32();
        pools.clear();
        loaded.scan(CatalogueKeys.prefix(CatalogueKeys.ENTRY), (key, value) -> loadEntry(key, value));
    }

    private void loadEntry(byte[] key, byte[] value) {
        PoolEntry entry = PoolEntryCodec.decode(ByteBuffer.wrap(value));
        Invariant.check(
                entry.instance() == CatalogueKeys.instance(key)
                        && entry.instance() < nextInstance
                        && plan != null
                        && entry.segment() <= plan.segmentCount(),
                "pool %s of instance %d does not belong here",
                entry.spec().id(),
                entry.instance());
        pools.add(entry);
    }

    @Override
    public Applied apply(Batch batch, int incarnation, long seq) {
        if (rows == null) {
            throw new IllegalStateException("applied before it was loaded");
        }
        clockMillis = Math.max(clockMillis, batch.stampMillis());
        PendingRows pending = new PendingRows(rows);
        List<Outcome> outcomes = new ArrayList<>(batch.commands().size());
        for (Envelope envelope : batch.commands()) {
            outcomes.add(decide(envelope.command(), pending));
        }
        return new Applied(clockMillis, outcomes, pending.updates());
    }

    private Outcome decide(Command command, PendingRows pending) {
        if (command instanceof FoundCluster found) {
            return found(found.plan(), pending);
        }
        ClusterPlan current = plan;
        if (current == null) {
            return Rejected.because(Reason.NODE_STARTING, "the cluster is not founded yet: try again");
        }
        if (command instanceof CreatePool create) {
            return create(create.spec(), current, pending);
        }
        if (command instanceof UpdatePool update) {
            return update(update, pending);
        }
        if (command instanceof FindPool find) {
            PoolEntry entry = pools.byId(find.poolId());
            return entry != null ? Accepted.of(false, entry) : noSuchPool(find.poolId());
        }
        if (command instanceof RemovePool remove) {
            return remove(remove.instance(), pending);
        }
        if (command instanceof ReplaceNode replace) {
            return replace(replace, current, pending);
        }
        return command instanceof Tick
                ? Accepted.UNCHANGED
                : Rejected.because(
                        Reason.INVARIANT_BROKEN,
                        "%s is no command of the meta group",
                        command.getClass().getSimpleName());
    }

    /* --------------- plan --------------- */

    private Outcome found(ClusterPlan wanted, PendingRows pending) {
        ClusterPlan current = plan;
        if (current != null) {
            return current.clusterId().equals(wanted.clusterId())
                    ? Accepted.UNCHANGED
                    : Rejected.because(
                            Reason.INVARIANT_BROKEN,
                            "this is cluster %s and cannot become %s",
                            current.clusterId(),
                            wanted.clusterId());
        }
        if (wanted.segmentCount() < 1 || wanted.segmentCount() > SEGMENTS_MAX) {
            return Rejected.because(
                    Reason.INVARIANT_BROKEN,
                    "%d segments are not between 1 and %d",
                    wanted.segmentCount(),
                    SEGMENTS_MAX);
        }
        store(wanted, pending);
        return Accepted.CHANGED;
    }

    private Outcome replace(ReplaceNode command, ClusterPlan current, PendingRows pending) {
        NodeReplacement replacement = new NodeReplacement(current, command.oldNodeId(), command.node());
        if (replacement.isDone()) {
            return Accepted.UNCHANGED;
        }
        String problem = replacement.problem();
        if (problem != null) {
            return new Rejected(Reason.INVALID_FIELD, "node_id", problem);
        }
        store(replacement.plan(), pending);
        return Accepted.CHANGED;
    }

    private void store(ClusterPlan next, PendingRows pending) {
        plan = next;
        pending.put(CatalogueKeys.plan(), PlanCodec.encode(next));
    }

    /* --------------- pools --------------- */

    private Outcome create(PoolSpec spec, ClusterPlan current, PendingRows pending) {
        PoolEntry existing = pools.byId(spec.id());
        if (existing != null) {
            return existing.spec().asAsked().equals(spec)
                    ? Accepted.of(false, existing)
                    : exists(existing.spec(), spec);
        }
        Outcome refusal = refusal(spec);
        if (refusal != null) {
            return refusal;
        }
        int segment = PoolPlacement.segment(current.hashSeed(), spec.id(), current.segmentCount());
        PoolEntry entry = new PoolEntry(spec, nextInstance++, segment);
        pools.add(entry);
        pending.put(CatalogueKeys.entry(entry.instance()), PoolEntryCodec.encode(entry));
        pending.put(
                CatalogueKeys.nextInstance(), new ByteWriter().u32(nextInstance).toByteArray());
        return Accepted.of(true, entry);
    }

    private Outcome update(UpdatePool command, PendingRows pending) {
        PoolEntry entry = pools.byInstance(command.instance());
        if (entry == null) {
            return noSuchPool(command.spec().id());
        }
        PoolSpec wanted = PoolAmendment.keepingUnits(entry.spec(), command.spec());
        if (wanted.equals(entry.spec())) {
            return Accepted.of(false, entry);
        }
        if (entry.revision() != command.revision()) {
            return Rejected.because(
                    Reason.POOL_CHANGED,
                    "pool %s was changed by somebody else meanwhile",
                    entry.spec().id());
        }
        Rejected problem = PoolAmendment.problem(entry.spec(), wanted);
        if (problem != null) {
            return problem;
        }
        pools.remove(entry);
        Outcome refusal = overlap(wanted);
        refusal = refusal == null ? unworkable(wanted) : refusal;
        PoolEntry next = new PoolEntry(wanted, entry.instance(), entry.segment(), entry.revision() + 1);
        pools.add(refusal == null ? next : entry);
        if (refusal != null) {
            return refusal;
        }
        pending.put(CatalogueKeys.entry(next.instance()), PoolEntryCodec.encode(next));
        return Accepted.of(true, next);
    }

    /** Why a pool of a new id cannot be entered; null if it can. */
    private @Nullable Outcome refusal(PoolSpec spec) {
        if (pools.size() >= POOLS_MAX || nextInstance == Integer.MAX_VALUE) {
            return Rejected.because(Reason.POOL_EXHAUSTED, "the catalogue is full: %d pools", pools.size());
        }
        Outcome overlap = overlap(spec);
        return overlap == null ? unworkable(spec) : overlap;
    }

    private @Nullable Outcome overlap(PoolSpec spec) {
        PoolEntry other = pools.overlapping(spec.space(), spec.cidr());
        if (other != null) {
            return new Rejected(
                    Reason.POOL_OVERLAPS,
                    "cidr",
                    spec.cidr() + " overlaps " + other.spec().cidr() + " of pool '"
                            + other.spec().id() + "' in space '" + spec.space() + "'");
        }
        return null;
    }

    /** Services check much more (PoolRules); here only what the segment could not compute with, for ever the same. */
    private static @Nullable Outcome unworkable(PoolSpec spec) {
        try {
            AddressPlan.of(spec);
            return null;
        } catch (IllegalArgumentException e) {
            return new Rejected(Reason.INVALID_FIELD, "cidr", String.valueOf(e.getMessage()));
        }
    }

    private Outcome remove(int instance, PendingRows pending) {
        PoolEntry entry = pools.byInstance(instance);
        if (entry == null) {
            return Accepted.UNCHANGED;
        }
        pools.remove(entry);
        pending.delete(CatalogueKeys.entry(instance));
        return Accepted.of(true, entry);
    }

    private static Outcome exists(PoolSpec existing, PoolSpec wanted) {
        return new Rejected(
                Reason.POOL_EXISTS,
                "id",
                "pool '" + wanted.id() + "' exists with another "
                        + String.join(", ", SpecDifference.between(existing, wanted))
                        + ": choose another id, or delete it first");
    }

    private static Outcome noSuchPool(String poolId) {
        return new Rejected(Reason.NO_SUCH_POOL, "pool_id", "pool '" + poolId + "' does not exist");
    }
}
