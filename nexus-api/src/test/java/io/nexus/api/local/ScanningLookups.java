package io.nexus.api.local;

import io.nexus.api.error.Problem;
import io.nexus.api.service.Lookups;
import io.nexus.api.service.PastReader;
import io.nexus.api.service.UnitReader;
import io.nexus.api.service.UnitView;
import io.nexus.crdt.Position;
import io.nexus.statemachine.model.Allocation;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.Prefix;
import io.nexus.statemachine.model.Reason;
import io.nexus.statemachine.rows.AllocationRow;
import io.nexus.statemachine.rows.RowKeys;
import io.nexus.statemachine.rows.UnitRow;
import io.nexus.statemachine.storage.NodeStore;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Lookups by reading every row: slow and plainly right. Without a leader nothing can be said not to be there. */
public final class ScanningLookups implements Lookups {
    private static final Comparator<Allocation> ORDER = Comparator.comparing(
                    (Allocation allocation) -> allocation.prefix().family())
            .thenComparing(
                    Comparator.comparingLong(Allocation::allocatedAtMillis).reversed())
            .thenComparing(Comparator.comparingLong(Allocation::seq).reversed());

    private final NodeStore store;
    private final LocalDirectory directory;
    private final LocalRouter router;
    private final int segments;
    private volatile long stalenessMillis;
    private volatile Demand lastDemand = Demand.LOCAL;

    ScanningLookups(NodeStore store, LocalDirectory directory, LocalRouter router, int segments) {
        this.store = store;
        this.directory = directory;
        this.router = router;
        this.segments = segments;
    }

    public void staleness(long millis) {
        stalenessMillis = millis;
    }

    /** With what the last lookup was asked. */
    public Demand lastDemand() {
        return lastDemand;
    }

    @Override
    public CompletableFuture<Answer> bySubscriber(String subscriber, String poolId, Demand demand, long deadline) {
        return answer(
                demand,
                all().stream()
                        .filter(allocation -> allocation.owner().subscriber().equals(subscriber))
                        .filter(allocation ->
                                poolId == null || allocation.poolId().equals(poolId))
                        .toList());
    }

    @Override
    public CompletableFuture<Answer> byAddress(String space, Prefix address, Demand demand, long deadline) {
        return answer(
                demand,
                all().stream()
                        .filter(allocation -> allocation.space().equals(space))
                        .filter(allocation -> allocation.prefix().contains(address))
                        .toList());
    }

    @Override
    public CompletableFuture<PastAnswer> past(String space, Prefix address, long fromMillis, long toMillis) {
        PastReader.Past past = new PastReader(store, directory).read(space, address, fromMillis, toMillis);
        return CompletableFuture.completedFuture(new PastAnswer(past.tenures(), past.truncated(), List.of()));
    }

    @Override
    public CompletableFuture<List<UnitView>> explain(String space, Prefix address) {
        return CompletableFuture.completedFuture(new UnitReader(store, directory).byAddress(space, address));
    }

    @Override
    public CompletableFuture<List<UnitView>> explain(String subscriber) {
        return CompletableFuture.completedFuture(new UnitReader(store, directory).bySubscriber(subscriber));
    }

    @Override
    public CompletableFuture<List<UnitReader.Reservation>> reservations(PoolEntry pool) {
        return CompletableFuture.completedFuture(new UnitReader(store, directory).reservations(pool));
    }

    private CompletableFuture<Answer> answer(Demand demand, List<Allocation> found) {
        lastDemand = demand;
        boolean unsure = found.isEmpty() || demand.owner();
        for (int segment = 1; unsure && segment <= segments; segment++) {
            if (!router.hasLeader(segment)) {
                return CompletableFuture.failedFuture(
                        Problem.of(Reason.OWNER_UNREACHABLE, "the owner of segment %d cannot be asked", segment)
                                .exception());
            }
        }
        List<AsOf> asOf = new ArrayList<>();
        for (int segment = 1; segment <= segments; segment++) {
            Position position = store.segment(segment).position();
            asOf.add(new AsOf(segment, 1, position == null ? 0 : position.seq(), stalenessMillis, Role.OWNER));
        }
        return CompletableFuture.completedFuture(
                new Answer(found.stream().sorted(ORDER).toList(), asOf));
    }

    private List<Allocation> all() {
        List<Allocation> all = new ArrayList<>();
        for (int segment = 1; segment <= segments; segment++) {
            store.segment(segment).scan(RowKeys.allOf(RowKeys.ALLOCATION), (key, value) -> {
                PoolEntry pool = directory.byInstance(RowKeys.instance(key));
                if (UnitRow.isAllocation(value)) {
                    all.add(AllocationRow.decode(value).toAllocation(pool, RowKeys.unit(key)));
                }
            });
        }
        return all;
    }
}
