package io.nexus.api.service;

import io.nexus.crdt.Branches.Coverage;
import io.nexus.crdt.Position;
import io.nexus.crdt.Token;
import io.nexus.statemachine.model.AddressPlan;
import io.nexus.statemachine.model.Allocation;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.Prefix;
import io.nexus.statemachine.rows.AllocationRow;
import io.nexus.statemachine.rows.RowKeys;
import io.nexus.statemachine.rows.SubscriberHash;
import io.nexus.statemachine.rows.UnitRow;
import io.nexus.statemachine.storage.NodeStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads allocations out of this node's store. Thread-safe; blocks on disk. */
final class StoreReader {
    private final NodeStore store;
    private final PoolDirectory directory;

    StoreReader(NodeStore store, PoolDirectory directory) {
        this.store = store;
        this.directory = directory;
    }

    @Nullable
    Position position(int segment) {
        return store.segment(segment).position();
    }

    /** What these segments have of it, by segment. */
    Map<Integer, List<Allocation>> read(Inquiry inquiry, Set<Integer> segments) {
        if (segments.isEmpty()) {
            return Map.of();
        }
        String subscriber = inquiry.subscriber();
        String space = inquiry.space();
        Prefix address = inquiry.address();
        if (subscriber != null) {
            return bySubscriber(subscriber, inquiry.poolId(), segments);
        }
        return space != null && address != null ? byAddress(space, address, segments) : Map.of();
    }

    /** Whether this segment, at this position, reflects the write; NOT_YET too if none of it was named. */
    Coverage coverage(Inquiry inquiry, Position position) {
        Token token = inquiry.token();
        int segment = position.stream();
        return token == null || token.stream() != segment
                ? Coverage.NOT_YET
                : StepWaiters.coverage(store.segment(segment), position, token);
    }

    /**
     * True if the pool that was asked for, or one that contains the address, is open in this segment: then no other
     * segment has a word to say.
     */
    boolean poolOpen(Inquiry inquiry, int segment) {
        String space = inquiry.space();
        Prefix address = inquiry.address();
        String poolId = inquiry.poolId();
        PoolEntry pool = null;
        if (space != null && address != null) {
            pool = directory.containing(space, address);
        } else if (poolId != null) {
            pool = directory.byId(poolId);
        }
        if (pool == null || pool.segment() != segment) {
            return false;
        }
        PoolDirectory.PoolUse use = directory.use(pool.instance());
        return use != null && !use.sealed();
    }

    private Map<Integer, List<Allocation>> bySubscriber(
            String subscriber, @Nullable String poolId, Set<Integer> segments) {
        Map<Integer, List<Allocation>> found = new HashMap<>();
        store.holdings(SubscriberHash.of(subscriber), (segment, key, value) -> {
            if (!segments.contains(segment) || !UnitRow.isAllocation(value)) {
                return;
            }
            AllocationRow row = AllocationRow.decode(value);
            PoolEntry pool = directory.byInstance(RowKeys.instance(key));
            boolean wanted = row.owner().subscriber().equals(subscriber); // others may have the same hash
            if (wanted
                    && pool != null
                    && (poolId == null || poolId.equals(pool.spec().id()))) {
                found.computeIfAbsent(segment, s -> new ArrayList<>()).add(row.toAllocation(pool, RowKeys.unit(key)));
            }
        });
        return found;
    }

    private Map<Integer, List<Allocation>> byAddress(String space, Prefix address, Set<Integer> segments) {
        PoolEntry pool = directory.containing(space, address);
        if (pool == null || !segments.contains(pool.segment())) {
            return Map.of();
        }
        OptionalLong unit = AddressPlan.of(pool.spec()).unitContaining(address);
        if (unit.isEmpty()) {
            return Map.of();
        }
        byte[] row = store.segment(pool.segment()).get(RowKeys.allocation(pool.instance(), unit.getAsLong()));
        return row == null || !UnitRow.isAllocation(row)
                ? Map.of()
                : Map.of(pool.segment(), List.of(AllocationRow.decode(row).toAllocation(pool, unit.getAsLong())));
    }
}
