package io.nexus.statemachine.storage;

import io.nexus.crdt.Position;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Rows and the position they belong to. */
final class HeapRows {
    final TreeMap<byte[], byte[]> rows;

    @Nullable
    Position position;

    HeapRows(TreeMap<byte[], byte[]> rows, @Nullable Position position) {
        this.rows = rows;
        this.position = position;
    }

    static HeapRows empty() {
        return new HeapRows(new TreeMap<>(Arrays::compareUnsigned), null);
    }

    HeapRows copy() {
        return new HeapRows(new TreeMap<>(rows), position);
    }

    Map<byte[], byte[]> startingWith(byte[] prefix) {
        TreeMap<byte[], byte[]> found = new TreeMap<>(Arrays::compareUnsigned);
        for (Map.Entry<byte[], byte[]> row : rows.tailMap(prefix, true).entrySet()) {
            byte[] key = row.getKey();
            if (key.length < prefix.length || !Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length)) {
                break;
            }
            found.put(key, row.getValue());
        }
        return found;
    }

    Map<byte[], byte[]> held(IndexRule rule, long hash) {
        TreeMap<byte[], byte[]> found = new TreeMap<>(Arrays::compareUnsigned);
        rows.forEach((key, value) -> {
            OptionalLong actual = rule.subscriberHash(key, value);
            if (actual.isPresent() && actual.getAsLong() == hash) {
                found.put(key, value);
            }
        });
        return found;
    }

    static void visit(Map<byte[], byte[]> rows, byte[] from, Rows.RowTaker visitor) {
        boolean more = true;
        for (Map.Entry<byte[], byte[]> row : rows.entrySet()) {
            if (more && Arrays.compareUnsigned(row.getKey(), from) >= 0) {
                more = visitor.take(row.getKey().clone(), row.getValue().clone());
            }
        }
    }

    static void visit(Map<byte[], byte[]> rows, Rows.RowVisitor visitor) {
        rows.forEach((key, value) -> visitor.row(key.clone(), value.clone()));
    }
}
