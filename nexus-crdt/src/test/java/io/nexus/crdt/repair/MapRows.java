package io.nexus.crdt.repair;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Rows in a sorted map, as a copy that is being repaired or repairs. */
public final class MapRows implements SortedRows {
    public final TreeMap<byte[], byte[]> rows = new TreeMap<>(Arrays::compareUnsigned);
    /** Rows that scans have read so far. */
    long read;

    @Override
    public void scan(KeyRange range, Visitor visitor) {
        for (Map.Entry<byte[], byte[]> row : rows.tailMap(range.from(), true).entrySet()) {
            if (!range.contains(row.getKey())) {
                break;
            }
            read++;
            visitor.row(row.getKey(), row.getValue());
        }
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        return rows.get(key);
    }
}
