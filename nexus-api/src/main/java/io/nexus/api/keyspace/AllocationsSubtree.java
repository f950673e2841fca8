package io.nexus.api.keyspace;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.nexus.api.error.Problem;
import io.nexus.api.service.Holding;
import io.nexus.api.service.PoolDirectory;
import io.nexus.statemachine.model.AddressPlan;
import io.nexus.statemachine.model.AddressText;
import io.nexus.statemachine.model.Parsed;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.PoolSpec;
import io.nexus.statemachine.model.Prefix;
import io.nexus.statemachine.rows.AllocationRow;
import io.nexus.statemachine.rows.RowKeys;
import io.nexus.statemachine.rows.SubscriberHash;
import io.nexus.statemachine.rows.UnitRow;
import io.nexus.statemachine.storage.NodeStore;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** {@code /nexus/allocations/}, by pool, subscriber and address: three ways to the same rows. */
public final class AllocationsSubtree implements Subtree {
    private static final String BY_POOL = "by-pool";
    private static final String BY_SUBSCRIBER = "by-subscriber";
    private static final String BY_IP = "by-ip";
    private static final String BY_SPACE = "by-space";
    private static final Set<Integer> META = Set.of(0);
    private static final Comparator<PoolEntry> BY_PLACE =
            Comparator.comparing((PoolEntry pool) -> pool.spec().cidr()).thenComparingInt(PoolEntry::instance);

    private final NodeStore store;
    private final PoolDirectory pools;
    private final Values values;
    private final PoolRows rows;
    private final Set<Integer> everySegment;

    /** @param segments number of segments, without the meta group */
    public AllocationsSubtree(NodeStore store, PoolDirectory pools, Values values, int segments) {
        this.store = store;
        this.pools = pools;
        this.values = values;
        this.rows = new PoolRows(store);
        this.everySegment = IntStream.rangeClosed(1, segments).boxed().collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public String name() {
        return "allocations";
    }

    /* --------------- one --------------- */

    @Override
    public Value get(List<String> path) {
        String index = path.isEmpty() ? "" : path.get(0);
        if (index.equals(BY_POOL) && path.size() == 3) {
            return ofPool(path.get(1), path.get(2));
        } else if (index.equals(BY_IP) && path.size() == 2) {
            return ofSpace(PoolSpec.DEFAULT_SPACE, path.get(1));
        } else if (index.equals(BY_SPACE) && path.size() == 3) {
            return ofSpace(path.get(1), path.get(2));
        } else if (index.equals(BY_SUBSCRIBER) && path.size() == 2) {
            List<Holding> held = ofSubscriber(path.get(1));
            ArrayNode list = JsonNodeFactory.instance.arrayNode();
            held.forEach(holding -> list.add(values.allocation(holding)));
            return new Value(held.isEmpty() ? null : list, everySegment);
        } else if (index.equals(BY_SUBSCRIBER) && path.size() == 4) {
            return ofSubscriber(path.get(1)).stream()
                    .filter(holding -> holding.allocation().poolId().equals(path.get(2))
                            && address(holding).equals(path.get(3)))
                    .findFirst()
                    .map(holding -> value(holding, everySegment))
                    .orElseGet(() -> new Value(null, everySegment));
        }
        return new Value(null, Set.of());
    }

    private Value ofPool(String poolId, String ip) {
        Prefix address = address(ip);
        PoolEntry pool = pools.byId(poolId);
        return pool == null ? new Value(null, META) : at(pool, address);
    }

    private Value ofSpace(String space, String ip) {
        Prefix address = address(ip);
        PoolEntry pool = pools.containing(space, address);
        return pool == null ? new Value(null, META) : at(pool, address);
    }

    private Value at(PoolEntry pool, Prefix address) {
        OptionalLong unit = AddressPlan.of(pool.spec()).unitContaining(address);
        Holding held = unit.isEmpty() ? null : rows.get(pool, unit.getAsLong());
        return value(held, Set.of(pool.segment()));
    }

    private Value value(@Nullable Holding holding, Set<Integer> segments) {
        return new Value(holding == null ? null : values.allocation(holding), segments);
    }

    private List<Holding> ofSubscriber(String subscriber) {
        List<Holding> found = new ArrayList<>();
        store.holdings(SubscriberHash.of(subscriber), (segment, key, value) -> {
            PoolEntry pool = RowKeys.isAllocation(key) && UnitRow.isAllocation(value)
                    ? pools.byInstance(RowKeys.instance(key))
                    : null;
            if (pool == null) {
                return;
            }
            AllocationRow row = AllocationRow.decode(value);
            if (row.owner().subscriber().equals(subscriber)) { // others may have the same hash
                found.add(new Holding(row.toAllocation(pool, RowKeys.unit(key)), pool));
            }
        });
        found.sort(Comparator.comparing(holding -> holding.allocation().prefix()));
        return found;
    }

    /* --------------- many --------------- */

    @Override
    public Page list(List<String> path, String after, int max) {
        if (path.isEmpty()) {
            return names(new TreeSet<>(Set.of(BY_IP, BY_POOL, BY_SPACE, BY_SUBSCRIBER)), Set.of());
        }
        int depth = path.size();
        return switch (path.get(0)) {
            case BY_POOL -> depth == 1 ? PoolsSubtree.ids(pools.all(), after, max) : pool(path, after, max);
            case BY_IP -> depth == 1 ? space(PoolSpec.DEFAULT_SPACE, after, max) : none();
            case BY_SPACE -> depth == 1 ? spaces() : depth == 2 ? space(path.get(1), after, max) : none();
            case BY_SUBSCRIBER -> depth == 1 ? unlistable() : subscriber(path);
            default -> none();
        };
    }

    private static Page none() {
        return new Page(List.of(), null, Set.of());
    }

    private static Page unlistable() {
        throw Problem.field("prefix", "name a subscriber: .../by-subscriber/{subscriber}; or list by-pool")
                .exception();
    }

    private static Page names(Set<String> names, Set<Integer> segments) {
        return new Page(names.stream().map(Child::directory).toList(), null, segments);
    }

    private Page spaces() {
        Set<String> names =
                pools.all().stream().map(pool -> pool.spec().space()).collect(Collectors.toSet());
        return names(new TreeSet<>(names), META);
    }

    private Page pool(List<String> path, String after, int max) {
        PoolEntry pool = path.size() == 2 ? pools.byId(path.get(1)) : null;
        return pool == null
                ? new Page(List.of(), null, META)
                : new SpacePager(rows, values).page(List.of(pool), after, max);
    }

    private Page space(String space, String after, int max) {
        List<PoolEntry> ofSpace = pools.all().stream()
                .filter(pool -> pool.spec().space().equals(space))
                .sorted(BY_PLACE)
                .toList();
        return new SpacePager(rows, values).page(ofSpace, after, max);
    }

    /** What one subscriber holds is little: no pages. */
    private Page subscriber(List<String> path) {
        List<Holding> held = ofSubscriber(path.get(1));
        if (path.size() == 2) {
            Set<String> ids =
                    held.stream().map(holding -> holding.allocation().poolId()).collect(Collectors.toSet());
            return names(new TreeSet<>(ids), everySegment);
        }
        List<Child> children = path.size() > 3
                ? List.of()
                : held.stream()
                        .filter(holding -> holding.allocation().poolId().equals(path.get(2)))
                        .map(holding -> Child.leaf(address(holding), values.allocation(holding)))
                        .toList();
        return new Page(children, null, everySegment);
    }

    private static String address(Holding holding) {
        return holding.allocation().prefix().address();
    }

    private static Prefix address(String ip) {
        Parsed<Prefix> parsed = AddressText.parseAddress(ip);
        String problem = parsed.problem();
        if (problem != null) {
            throw Problem.field("key", "%s", problem).exception();
        }
        return parsed.get();
    }
}
