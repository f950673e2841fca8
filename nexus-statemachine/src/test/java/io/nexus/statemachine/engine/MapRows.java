package io.nexus.statemachine.engine;

import io.nexus.crdt.Digest;
import io.nexus.statemachine.storage.IndexRule;
import io.nexus.statemachine.storage.RowUpdate;
import io.nexus.statemachine.storage.Rows;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one segment in memory, for tests of engines. Stricter than a store: it compares every update with what is
 * there, and spoils the arrays of a scan once the visitor returned.
 */
public final class MapRows implements Rows {
    private final TreeMap<byte[], byte[]> rows = new TreeMap<>(Arrays::compareUnsigned);
    private final Map<Long, TreeSet<byte[]>> index = new HashMap<>();
    private final IndexRule rule;
    private int lookups;

    /** Without allocations. */
    public MapRows() {
        this((key, value) -> OptionalLong.empty());
    }

    public MapRows(IndexRule rule) {
        this.rule = rule;
    }

    /** Commits a step; throws AssertionError if it is not a sound one. */
    public void commit(List<RowUpdate> updates) {
        Set<String> keys = new HashSet<>();
        for (RowUpdate update : updates) {
            String name = Arrays.toString(update.key());
            byte[] after = update.after();
            check(keys.add(name), "two updates of one key", name);
            check(Arrays.equals(update.before(), rows.get(update.key())), "another value before", name);
            check(!Arrays.equals(update.before(), after), "no change", name);
            write(update.key(), after);
        }
    }

    private void write(byte[] key, byte @Nullable [] value) {
        byte[] old = value == null ? rows.remove(key) : rows.put(key.clone(), value.clone());
        if (old != null) {
            rule.subscriberHash(key, old).ifPresent(hash -> ofSubscriber(hash).remove(key));
        }
        if (value != null) {
            rule.subscriberHash(key, value).ifPresent(hash -> ofSubscriber(hash).add(key.clone()));
        }
    }

    private TreeSet<byte[]> ofSubscriber(long hash) {
        return index.computeIfAbsent(hash, h -> new TreeSet<>(Arrays::compareUnsigned));
    }

    public MapRows copy() {
        MapRows copy = new MapRows(rule);
        rows.forEach(copy::write);
        return copy;
    }

    /** How often {@link #holdings} was asked. */
    public int lookups() {
        return lookups;
    }

    public int size() {
        return rows.size();
    }

    /** Number of allocations by the rule. */
    public long live() {
        return rows.entrySet().stream()
                .filter(row -> rule.isLive(row.getKey(), row.getValue()))
                .count();
    }

    public Digest digest() {
        Digest digest = Digest.ZERO;
        for (Map.Entry<byte[], byte[]> row : rows.entrySet()) {
            digest = digest.plus(Digest.of(row.getKey(), row.getValue()));
        }
        return digest;
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        byte[] value = rows.get(key);
        return value == null ? null : value.clone();
    }

    @Override
    public void scan(byte[] prefix, RowVisitor visitor) {
        for (Map.Entry<byte[], byte[]> row : rows.tailMap(prefix, true).entrySet()) {
            if (!startsWith(row.getKey(), prefix)) {
                return;
            }
            show(row.getKey(), row.getValue(), visitor);
        }
    }

    @Override
    public void scan(byte[] prefix, byte[] from, RowTaker visitor) {
        byte[] first = Arrays.compareUnsigned(from, prefix) < 0 ? prefix : from;
        for (Map.Entry<byte[], byte[]> row : rows.tailMap(first, true).entrySet()) {
            boolean within = startsWith(row.getKey(), prefix);
            if (!within || !visitor.take(row.getKey().clone(), row.getValue().clone())) {
                return;
            }
        }
    }

    @Override
    public void holdings(long subscriberHash, RowVisitor visitor) {
        lookups++;
        for (byte[] key : ofSubscriber(subscriberHash)) {
            show(key, rows.get(key), visitor);
        }
    }

    private static void show(byte[] storedKey, byte[] storedValue, RowVisitor visitor) {
        byte[] key = storedKey.clone();
        byte[] value = storedValue.clone();
        visitor.row(key, value);
        Arrays.fill(key, (byte) 0x55);
        Arrays.fill(value, (byte) 0x55);
    }

    private static boolean startsWith(byte[] key, byte[] prefix) {
        return key.length >= prefix.length && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    private static void check(boolean holds, String what, String key) {
        if (!holds) {
            throw new AssertionError(what + ": " + key);
        }
    }
}
