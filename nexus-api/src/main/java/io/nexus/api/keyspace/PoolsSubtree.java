package io.nexus.api.keyspace;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nexus.api.error.Problem;
import io.nexus.api.service.PoolDirectory;
import io.nexus.api.service.PoolDirectory.PoolUse;
import io.nexus.statemachine.model.AddressPlan;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.rows.RowKeys;
import io.nexus.statemachine.rows.UnitRow;
import io.nexus.statemachine.storage.NodeStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/** {@code /nexus/pools/{pool}/config} and {@code .../bitmap}. */
public final class PoolsSubtree implements Subtree {
    /** A bitmap is made of the pool's rows: about a second of reading. */
    static final int BITMAP_ROWS_MAX = 1 << 20;

    private static final int META = 0;
    private static final String CONFIG = "config";
    private static final String BITMAP = "bitmap";

    private final NodeStore store;
    private final PoolDirectory pools;
    private final Values values;

    public PoolsSubtree(NodeStore store, PoolDirectory pools, Values values) {
        this.store = store;
        this.pools = pools;
        this.values = values;
    }

    @Override
    public String name() {
        return "pools";
    }

    @Override
    public Value get(List<String> path) {
        PoolEntry pool = path.size() == 2 ? pools.byId(path.get(0)) : null;
        if (pool == null) {
            return new Value(null, Set.of(META));
        }
        return switch (path.get(1)) {
            case CONFIG -> new Value(values.pool(pool), Set.of(META));
            case BITMAP -> new Value(bitmap(pool), Set.of(META, pool.segment()));
            default -> new Value(null, Set.of(META));
        };
    }

    @Override
    public Page list(List<String> path, String after, int max) {
        if (path.isEmpty()) {
            return ids(pools.all(), after, max);
        }
        PoolEntry pool = path.size() == 1 ? pools.byId(path.get(0)) : null;
        List<Child> children =
                pool == null ? List.of() : List.of(Child.leaf(BITMAP, null), Child.leaf(CONFIG, values.pool(pool)));
        return new Page(children, null, Set.of(META));
    }

    /** Pools as directories, by id. */
    static Page ids(List<PoolEntry> all, String after, int max) {
        List<Child> children = new ArrayList<>();
        String last = after;
        for (PoolEntry pool : all) {
            String id = pool.spec().id();
            if (id.compareTo(after) <= 0) {
                continue;
            }
            if (children.size() == max) {
                return new Page(children, last, Set.of(META));
            }
            children.add(Child.directory(id));
            last = id;
        }
        return new Page(children, null, Set.of(META));
    }

    private @Nullable ObjectNode bitmap(PoolEntry pool) {
        PoolUse use = pools.use(pool.instance());
        if (use != null && use.allocated() + use.resting() > BITMAP_ROWS_MAX) {
            throw Problem.field(
                            "key",
                            "a bitmap of %d units in use or at rest is more than this node makes at once (%d): list by-pool instead",
                            use.allocated() + use.resting(),
                            BITMAP_ROWS_MAX)
                    .exception();
        }
        RoaringBitmap bits = new RoaringBitmap();
        byte[] prefix = RowKeys.allocationsOf(pool.instance());
        store.segment(pool.segment()).scan(prefix, prefix, (key, value) -> {
            if (UnitRow.isAllocation(value)) {
                bits.add((int) RowKeys.unit(key));
            }
            return bits.getLongCardinality() <= BITMAP_ROWS_MAX;
        });
        bits.runOptimize();
        ByteBuffer bytes = ByteBuffer.allocate(bits.serializedSizeInBytes());
        bits.serialize(bytes);
        AddressPlan plan = AddressPlan.of(pool.spec());
        return JsonNodeFactory.instance
                .objectNode()
                .put("format", "roaring-portable")
                .put("bits", Base64.getEncoder().encodeToString(bytes.array()))
                .put("allocated", bits.getLongCardinality())
                .put("size", plan.allocatable())
                .put("units", plan.unitCount())
                .put("unit_zero", plan.prefix(0).toString());
    }
}
